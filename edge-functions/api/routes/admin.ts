/** Administration of the platform (ConnectBest 8.1 to 8.5), and its two logs. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { signedIn } from '../../_shared/caller.ts';
import { errorAnswers, jsonAnswer, jsonBody, refuseInvalid } from '../../_shared/http.ts';
import { Offset, pageLimit, text, Uuid } from '../../_shared/schemas.ts';
import {
  activateUser,
  deleteUser,
  listAccounts,
  listAuditLog,
  listAuthLog,
  readStats,
} from '../core/admin.ts';
import type { Deps } from '../deps.ts';
import {
  AdminUser,
  AuditEntry,
  AuthEntry,
  Stats,
  toAdminUser,
  toAuditEntry,
  toAuthEntry,
  toStats,
} from '../dialects/connectbest/admin.ts';
import { suspendAndTell } from '../suspension-mails.ts';

const User = z.object({ userId: Uuid });

const Done = z.object({ success: z.literal(true) });

const LogPage = z.object({
  limit: pageLimit(50),
  before: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .openapi({ type: 'integer', description: 'Id of an entry: only older ones' }),
});

const forAdmins = errorAnswers({ 403: ['The caller is no admin of the platform', 'not_an_admin'] });

const forActs = {
  ...forAdmins,
  ...errorAnswers({
    400: ['A field is wrong, or the account is your own', 'cannot_target_oneself'],
    404: ['No such user', 'user_not_found'],
  }),
};

const stats = createRoute({
  ...signedIn,
  method: 'get',
  path: '/stats',
  operationId: 'readStats',
  summary: 'Figures of the platform',
  description: 'Counted at most once in five minutes, however many ask.',
  tags: ['Administration'],
  responses: { 200: jsonAnswer('The figures', Stats), ...forAdmins },
});

const users = createRoute({
  ...signedIn,
  method: 'get',
  path: '/users',
  operationId: 'listUsers',
  summary: 'Accounts, by username',
  tags: ['Administration'],
  request: {
    query: z.object({
      status: z.enum(['active', 'suspended', 'all']).default('all'),
      limit: pageLimit(50),
      offset: Offset,
      search: text({ max: 255 }).optional().openapi({
        description: 'The beginning of a username or of words of a name, or a part of an address',
      }),
    }),
  },
  responses: {
    200: jsonAnswer(
      'A page, and how many there are',
      z.object({ users: z.array(AdminUser), total: z.int() }),
    ),
    ...forAdmins,
  },
});

const suspend = createRoute({
  ...signedIn,
  method: 'post',
  path: '/users/{userId}/suspend',
  operationId: 'suspendUser',
  summary: 'Shut somebody out at once and tell them by mail',
  description: 'Ends all their sessions. No effect on who is suspended already.',
  tags: ['Administration'],
  request: {
    params: User,
    ...jsonBody(
      z.object({
        reason: text().openapi({
          description: '1 to 500 characters, which the mail repeats',
          example: 'Spam',
        }),
      }),
    ),
  },
  responses: {
    200: jsonAnswer('They are suspended', Done),
    ...forActs,
    ...errorAnswers({
      400: ['A field is wrong, or the account is your own', 'cannot_target_oneself', 'invalid_reason'],
      409: ['The platform would have no admin', 'last_admin'],
    }),
  },
});

const activate = createRoute({
  ...signedIn,
  method: 'post',
  path: '/users/{userId}/activate',
  operationId: 'activateUser',
  summary: 'Let somebody sign in again',
  description: 'No effect on who is active already.',
  tags: ['Administration'],
  request: { params: User },
  responses: { 200: jsonAnswer('They are active', Done), ...forActs },
});

const remove = createRoute({
  ...signedIn,
  method: 'delete',
  path: '/users/{userId}',
  operationId: 'deleteUser',
  summary: 'Delete an account for good',
  description:
    'Ends sessions and memberships and erases all that belongs to the person; their messages stay, by "Deleted user". The address can register again.',
  tags: ['Administration'],
  request: { params: User },
  responses: { 200: jsonAnswer('The account is deleted', Done), ...forActs },
});

const auditLog = createRoute({
  ...signedIn,
  method: 'get',
  path: '/audit-log',
  operationId: 'listAuditLog',
  summary: 'What admins did, newest first',
  description: 'Additive.',
  tags: ['Administration'],
  request: {
    query: LogPage.extend({
      actorId: Uuid.optional(),
      targetId: Uuid.optional(),
      action: text({ max: 127 }).optional().openapi({ example: 'user.suspended' }),
    }),
  },
  responses: {
    200: jsonAnswer('A page', z.object({ entries: z.array(AuditEntry), hasMore: z.boolean() })),
    ...forAdmins,
  },
});

const authLog = createRoute({
  ...signedIn,
  method: 'get',
  path: '/auth-log',
  operationId: 'listAuthLog',
  summary: 'Sign-ups, sign-ins, failed tries and changed credentials, newest first',
  description: 'Additive.',
  tags: ['Administration'],
  request: {
    query: LogPage.extend({ userId: Uuid.optional().openapi({ description: 'Only of this user' }) }),
  },
  responses: {
    200: jsonAnswer('A page', z.object({ entries: z.array(AuthEntry), hasMore: z.boolean() })),
    ...forAdmins,
  },
});

export function adminRoutes(deps: Deps) {
  const { supabase } = deps;
  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(stats, async (c) => c.json(toStats(await readStats(supabase.asCaller(c.var.caller.token))), 200))
    .openapi(users, async (c) => {
      const { status, ...query } = c.req.valid('query');
      const { accounts, total } = await listAccounts(supabase.asCaller(c.var.caller.token), {
        ...query,
        isSuspended: status === 'all' ? undefined : status === 'suspended',
      });
      return c.json({ users: accounts.map(toAdminUser), total }, 200);
    })
    .openapi(suspend, async (c) => {
      const client = supabase.asCaller(c.var.caller.token);
      await suspendAndTell({ c, deps, client }, { ...c.req.valid('param'), ...c.req.valid('json') });
      return c.json({ success: true } as const, 200);
    })
    .openapi(activate, async (c) => {
      await activateUser(supabase.asCaller(c.var.caller.token), c.req.valid('param').userId);
      return c.json({ success: true } as const, 200);
    })
    .openapi(remove, async (c) => {
      await deleteUser(supabase.asCaller(c.var.caller.token), c.req.valid('param').userId);
      return c.json({ success: true } as const, 200);
    })
    .openapi(auditLog, async (c) => {
      const { entries, hasMore } = await listAuditLog(
        supabase.asCaller(c.var.caller.token),
        c.req.valid('query'),
      );
      return c.json({ entries: entries.map(toAuditEntry), hasMore }, 200);
    })
    .openapi(authLog, async (c) => {
      const { entries, hasMore } = await listAuthLog(
        supabase.asCaller(c.var.caller.token),
        c.req.valid('query'),
      );
      return c.json({ entries: entries.map(toAuthEntry), hasMore }, 200);
    });
}
