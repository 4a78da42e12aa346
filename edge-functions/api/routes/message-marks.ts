/** What people put on messages: reactions and pins (ConnectBest 4.5–4.8). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { signedInPassing } from '../../_shared/caller.ts';
import { errorAnswers, jsonAnswer, jsonBody, refuseInvalid } from '../../_shared/http.ts';
import { Uuid } from '../../_shared/schemas.ts';
import * as messages from '../core/messages.ts';
import type { Deps } from '../deps.ts';
import { Message, toMessage } from '../dialects/connectbest/messages.ts';
import { Done, done, Id, Time, toTime } from '../dialects/connectbest/values.ts';

const Place = z.object({ channelId: Uuid, messageId: Uuid });

/** One emoji as Unicode recommends it, also where the sign that asks for colour is left out. */
const EMOJI = /^(?:\p{RGI_Emoji}|\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F?)$/v;

// No pattern: readers of the description know no properties of strings.
const Emoji = z
  .string()
  .max(64)
  .refine((value) => EMOJI.test(value), 'must be a Unicode emoji')
  .openapi({ example: '👍' });

const onMessage = {
  401: 'No token, or one that is not valid any more',
  403: [
    'Not a member of the channel, or it takes none',
    ...['not_a_member', 'channel_archived', 'user_blocked'],
  ],
  404: ['No such message, or not visible to you', 'message_not_found', 'channel_not_found'],
} as const;

const forAdmins = {
  ...onMessage,
  403: [
    'Not an admin of the channel',
    'not_a_channel_admin',
    'not_a_member',
    'channel_archived',
    'user_blocked',
  ],
} as const;

const react = createRoute({
  ...signedInPassing,
  method: 'post',
  path: '/{channelId}/messages/{messageId}/reactions',
  operationId: 'addReaction',
  summary: "React to a message, in place of one's earlier reaction",
  tags: ['Messages'],
  request: { params: Place, ...jsonBody(z.object({ emoji: Emoji })) },
  responses: {
    200: jsonAnswer(
      'The reaction',
      z.object({
        reaction: z.object({
          messageId: Id,
          userId: Id,
          emoji: z.string().openapi({ example: '👍' }),
          createdAt: Time,
        }),
      }),
    ),
    ...errorAnswers({ 400: ['No emoji', 'invalid_input', 'too_many_reactions'], ...onMessage }),
  },
});

const unreact = createRoute({
  ...signedInPassing,
  method: 'delete',
  path: '/{channelId}/messages/{messageId}/reactions',
  operationId: 'removeReaction',
  summary: 'Take the own reaction back; also right when there is none',
  tags: ['Messages'],
  request: { params: Place },
  responses: {
    200: jsonAnswer('There is none any more', Done),
    ...errorAnswers({ 400: 'An id is none', ...onMessage }),
  },
});

const pin = createRoute({
  ...signedInPassing,
  method: 'post',
  path: '/{channelId}/messages/{messageId}/pin',
  operationId: 'pinMessage',
  summary: 'Pin a message to the channel; at most 10',
  tags: ['Messages'],
  request: { params: Place },
  responses: {
    200: jsonAnswer('It is pinned', Done),
    ...errorAnswers({ 400: ['An id is none, or 10 are pinned', 'too_many_pins'], ...forAdmins }),
  },
});

const unpin = createRoute({
  ...signedInPassing,
  method: 'delete',
  path: '/{channelId}/messages/{messageId}/pin',
  operationId: 'unpinMessage',
  summary: 'Take the pin away; also right when there is none',
  tags: ['Messages'],
  request: { params: Place },
  responses: {
    200: jsonAnswer('It is not pinned any more', Done),
    ...errorAnswers({ 400: 'An id is none', ...forAdmins }),
  },
});

const listPins = createRoute({
  ...signedInPassing,
  method: 'get',
  path: '/{channelId}/pins',
  operationId: 'listPins',
  summary: 'The pinned messages of a channel, last pinned first',
  description: 'Additive',
  tags: ['Messages'],
  request: { params: z.object({ channelId: Uuid }) },
  responses: {
    200: jsonAnswer('At most 100', z.object({ messages: z.array(Message) })),
    ...errorAnswers({
      400: 'The id is none',
      401: onMessage[401],
      403: ['Not a member of the channel', 'not_a_member'],
      404: ['No such channel, or not visible to you', 'channel_not_found'],
    }),
  },
});

export function messageMarkRoutes({ supabase, storage }: Deps) {
  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(react, async (c) => {
      const place = c.req.valid('param');
      const client = supabase.asCaller(c.var.caller.token);
      const { user_id, emoji, created_at } = await messages.react(client, place, c.req.valid('json').emoji);
      const reaction = { messageId: place.messageId, userId: user_id, emoji, createdAt: toTime(created_at) };
      return c.json({ reaction }, 200);
    })
    .openapi(unreact, async (c) => {
      await messages.unreact(supabase.asCaller(c.var.caller.token), c.req.valid('param'));
      return c.json(done, 200);
    })
    .openapi(pin, async (c) => {
      await messages.pinMessage(supabase.asCaller(c.var.caller.token), c.req.valid('param'), true);
      return c.json(done, 200);
    })
    .openapi(unpin, async (c) => {
      await messages.pinMessage(supabase.asCaller(c.var.caller.token), c.req.valid('param'), false);
      return c.json(done, 200);
    })
    .openapi(listPins, async (c) => {
      const client = supabase.asCaller(c.var.caller.token);
      const { messages: rows } = await messages.readPins(client, c.req.valid('param').channelId);
      const urls = await messages.urlsOf(storage, rows);
      return c.json({ messages: rows.map((row) => toMessage(row, urls)) }, 200);
    });
}
