/** The own profile and status, and other people (ConnectBest 2.1, 2.3, 2.4, 2.5). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { signedInPassing } from '../../_shared/caller.ts';
import { errorAnswers, jsonAnswer, jsonBody, refuseInvalid } from '../../_shared/http.ts';
import { absent, pageLimit, text, Uuid } from '../../_shared/schemas.ts';
import { readContact, searchContacts, updateAccount } from '../core/accounts.ts';
import type { Deps } from '../deps.ts';
import {
  CurrentUser,
  FoundUser,
  OtherUser,
  PreferencesChange,
  toCurrentUser,
  toFoundUser,
  toOtherUser,
} from '../dialects/connectbest/accounts.ts';
import { Done, done, Presence } from '../dialects/connectbest/values.ts';
import { personOf, statusIn } from '../dialects/vocabulary.ts';
import { word } from '../shape.ts';

/** Beside `user`, additive, in the words of the other documents. */
const Known = personOf('KnownPerson', ['id', 'username', 'email', 'profilePicture', 'createdAt'], {
  status: statusIn('online', 'offline', 'away'),
  user: word(OtherUser, toOtherUser),
});

const Changes = z.object({
  name: absent(text({ min: 2, trim: true }).optional()).openapi({ example: 'Ada King' }),
  phone: text()
    .nullable()
    .optional()
    .openapi({ description: 'E.164; null or empty removes it', example: '+491711234567' }),
  statusMessage: text()
    .nullable()
    .optional()
    .openapi({ description: 'At most 100 characters', example: 'On a train' }),
  preferences: absent(PreferencesChange.optional()),
});

const profile = createRoute({
  ...signedInPassing,
  method: 'put',
  path: '/profile',
  operationId: 'updateProfile',
  summary: 'Change the own account',
  description: 'What is left out stays as it is; all of it is changed or nothing.',
  tags: ['Users'],
  request: jsonBody(Changes),
  responses: {
    200: jsonAnswer('The account', z.object({ user: CurrentUser })),
    ...errorAnswers({
      400: ['A field is wrong', 'invalid_name', 'invalid_phone', 'invalid_status', 'invalid_timezone'],
    }),
  },
});

const status = createRoute({
  ...signedInPassing,
  method: 'put',
  path: '/status',
  operationId: 'setStatus',
  summary: 'Set the own status',
  description: 'Everyone connected hears of it. `online` follows the activity from then on, `offline` hides.',
  tags: ['Users'],
  request: jsonBody(
    z.object({
      status: Presence,
      statusMessage: text().nullable().optional().openapi({ description: 'At most 100 characters' }),
    }),
  ),
  responses: {
    200: jsonAnswer('It is set', Done),
    ...errorAnswers({ 400: ['A field is wrong', 'invalid_status'] }),
  },
});

const search = createRoute({
  ...signedInPassing,
  method: 'get',
  path: '/search',
  operationId: 'searchUsers',
  summary: 'Find people by name, e-mail address or phone number',
  description:
    'Best first: whom the whole query names, then names with words that begin like it or look like it, then parts of addresses. Suspended people are left out.',
  tags: ['Users'],
  request: {
    query: z.object({
      query: text({ min: 2, trim: true }).openapi({ example: 'ada' }),
      limit: pageLimit(20, 50),
    }),
  },
  responses: {
    200: jsonAnswer('Whom it fits', z.object({ users: z.array(FoundUser) })),
    ...errorAnswers({ 400: ['A parameter is wrong', 'invalid_search'] }),
  },
});

const find = createRoute({
  ...signedInPassing,
  method: 'get',
  path: '/{userId}',
  operationId: 'readUser',
  summary: 'A person',
  tags: ['Users'],
  request: { params: z.object({ userId: Uuid }) },
  responses: {
    200: jsonAnswer('The person; beside `user`, additive, in the words of the other documents', Known.schema),
    ...errorAnswers({ 404: ['No such person', 'user_not_found'] }),
  },
});

export function userRoutes(deps: Deps) {
  const { supabase } = deps;
  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(profile, async (c) => {
      const { name, phone, statusMessage, preferences = {} } = c.req.valid('json');
      const account = await updateAccount(supabase.asCaller(c.var.caller.token), {
        name,
        phone: phone === null ? '' : phone,
        statusText: statusMessage === null ? '' : statusMessage,
        notifications: preferences.notifications,
        sound: preferences.soundEnabled,
        timezone: preferences.timezone,
      });
      return c.json({ user: toCurrentUser(account) }, 200);
    })
    .openapi(status, async (c) => {
      const { status: presence, statusMessage } = c.req.valid('json');
      await updateAccount(supabase.asCaller(c.var.caller.token), {
        presence,
        statusText: statusMessage === null ? '' : statusMessage,
      });
      return c.json(done, 200);
    })
    .openapi(search, async (c) => {
      const { query, limit } = c.req.valid('query');
      const found = await searchContacts(supabase.asCaller(c.var.caller.token), query, limit);
      return c.json({ users: found.map(toFoundUser) }, 200);
    })
    .openapi(find, async (c) => {
      const contact = await readContact(supabase.asCaller(c.var.caller.token), c.req.valid('param').userId);
      return c.json(Known.from(contact, deps), 200);
    });
}
