/** What events make of the notifications on show; an event that comes twice, or late, changes nothing. */
import type { Notification } from '../notifications.ts';
import { type NotificationRow, toNotification } from './item-rows.ts';

export interface NotificationList {
  /** Newest first. */
  notifications: readonly Notification[];
  unreadCount: number;
  hasMore: boolean;
}

/** The list after an event: the same when it does not matter, null when only the server can tell. */
export function applyNotificationEvent(
  list: NotificationList,
  event: string,
  payload: Record<string, unknown>,
): NotificationList | null {
  switch (event) {
    case 'notification:new':
      return add(list, toNotification(payload as unknown as NotificationRow));
    case 'notification:read':
      return change(list, payload.ids, (found) => ({
        ...found,
        readAt: found.readAt ?? new Date(payload.read_at as string),
      }));
    case 'notification:deleted':
      return change(list, payload.ids, () => null);
    case 'notification:updated':
      return {
        ...list,
        notifications: list.notifications.map((one) =>
          one.id === payload.id ? { ...one, text: payload.text as string } : one,
        ),
      };
    // What was said in a channel is seen by its members only.
    case 'channel:joined':
    case 'channel:left':
      return null;
    default:
      return list;
  }
}

function add(list: NotificationList, added: Notification): NotificationList {
  if (list.notifications.some(({ id }) => id === added.id)) return list;
  const newer = list.notifications.filter(({ id }) => id > added.id);
  const older = list.notifications.slice(newer.length);
  // Below the last one shown it waits with the others that are not loaded.
  const isShown = older.length > 0 || !list.hasMore;
  return {
    ...list,
    notifications: isShown ? [...newer, added, ...older] : list.notifications,
    unreadCount: list.unreadCount + (added.readAt === null ? 1 : 0),
  };
}

function change(
  list: NotificationList,
  ids: unknown,
  to: (found: Notification) => Notification | null,
): NotificationList | null {
  if (!Array.isArray(ids)) return null;
  const left = new Set<unknown>(ids);
  let { unreadCount } = list;
  const notifications: Notification[] = [];
  for (const one of list.notifications) {
    const next = left.delete(one.id) ? to(one) : one;
    if (one.readAt === null && next?.readAt !== null) unreadCount -= 1;
    if (next) notifications.push(next);
  }
  // Whether those that are not shown were unread, nobody here knows.
  return left.size > 0 ? null : { ...list, notifications, unreadCount };
}
