/** Notifications: what the caller was told of, and of what they want to be told (ConnectBest 9). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { signedInPassing } from '../../_shared/caller.ts';
import { errorAnswers, jsonAnswer, jsonBody, refuseInvalid } from '../../_shared/http.ts';
import { pageLimit, Uuid } from '../../_shared/schemas.ts';
import { type ChatClient, run } from '../../_shared/supabase.ts';
import { listNotifications } from '../core/notifications.ts';
import type { Deps } from '../deps.ts';
import {
  fromSettings,
  Notification,
  Settings,
  SettingsChange,
  type SettingsRow,
  toNotification,
  toSettings,
} from '../dialects/connectbest/notifications.ts';
import { Done, done } from '../dialects/connectbest/values.ts';
import { wrongField } from '../translator.ts';

const settings = jsonAnswer('The settings', z.object({ settings: Settings }));

const readSettings = createRoute({
  ...signedInPassing,
  method: 'get',
  path: '/settings',
  operationId: 'readNotificationSettings',
  summary: 'Your notification settings',
  tags: ['Notifications'],
  responses: { 200: settings },
});

const changeSettings = createRoute({
  ...signedInPassing,
  method: 'put',
  path: '/settings',
  operationId: 'updateNotificationSettings',
  summary: 'Change notification settings: what is left out stays as it is, at every level',
  tags: ['Notifications'],
  request: jsonBody(SettingsChange),
  responses: {
    200: settings,
    ...errorAnswers({
      400: [
        'A setting is wrong, or of a channel that you are not in',
        'channel_not_found',
        'too_many_channels',
      ],
    }),
  },
});

const list = createRoute({
  ...signedInPassing,
  method: 'get',
  path: '/',
  operationId: 'listNotifications',
  summary: 'Your unread notifications, newest first',
  description: 'Additive: all, limit and before.',
  tags: ['Notifications'],
  request: {
    query: z.object({
      all: z.stringbool().default(false).openapi({ type: 'boolean', description: 'Read ones as well' }),
      limit: pageLimit(100),
      before: Uuid.optional().openapi({ description: 'Id of the last notification of the page before' }),
    }),
  },
  responses: {
    200: jsonAnswer(
      'A page, and how many are unread in all',
      z.object({ notifications: z.array(Notification), unreadCount: z.int().min(0) }),
    ),
    ...errorAnswers({ 400: 'A parameter is wrong' }),
  },
});

const markRead = createRoute({
  ...signedInPassing,
  method: 'put',
  path: '/read',
  operationId: 'markNotificationsRead',
  summary: 'Mark notifications as read',
  description: 'Those of others, and ids that there are not, are left out.',
  tags: ['Notifications'],
  request: jsonBody(z.object({ notificationIds: z.array(Uuid).openapi({ description: 'At most 1,000' }) })),
  responses: {
    200: jsonAnswer('They are read', Done),
    ...errorAnswers({ 400: ['A field is wrong', 'too_many_notifications'] }),
  },
});

export function notificationRoutes({ supabase }: Deps) {
  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(readSettings, async (c) => {
      const client = supabase.asCaller(c.var.caller.token);
      const row = await run(
        'read settings',
        client.rpc('get_notification_settings').single().overrideTypes<SettingsRow, { merge: false }>(),
      );
      return c.json({ settings: toSettings(row) }, 200);
    })
    .openapi(changeSettings, async (c) => {
      const client = supabase.asCaller(c.var.caller.token);
      const row = await run(
        'change settings',
        client
          .rpc('set_notification_settings', fromSettings(c.req.valid('json')))
          .single()
          .overrideTypes<SettingsRow, { merge: false }>(),
      ).catch(wrongField('channels', 'channel_not_found', 'too_many_channels'));
      return c.json({ settings: toSettings(row) }, 200);
    })
    .openapi(list, async (c) => {
      const { all, limit, before } = c.req.valid('query');
      const client = supabase.asCaller(c.var.caller.token);
      const rows = await listNotifications(client, { limit, before, isUnread: !all });
      const unreadCount = rows[0]?.unread_count ?? (before ? await countUnread(client) : 0);
      return c.json({ notifications: rows.map(toNotification), unreadCount }, 200);
    })
    .openapi(markRead, async (c) => {
      const ids = c.req.valid('json').notificationIds;
      const client = supabase.asCaller(c.var.caller.token);
      await run('mark notifications as read', client.rpc('mark_notifications_read', { ids }));
      return c.json(done, 200);
    });
}

/** Beside an empty page only: one that has rows says it with each of them. */
const countUnread = (client: ChatClient) =>
  run('count notifications', client.rpc('unread_notification_count'));
