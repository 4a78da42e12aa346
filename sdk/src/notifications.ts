/** Notifications: what the caller was told of, which of it is unread, and the news as it comes. */
import type { Subscription } from './internal/emitter.ts';
import { type NotificationRow, toNotification } from './internal/item-rows.ts';
import { createLiveValue } from './internal/live-value.ts';
import { applyNotificationEvent } from './internal/notification-events.ts';
import type { Rest } from './internal/rest.ts';
import type { UserFeed } from './internal/user-feed.ts';
import type { Connection } from './messages.ts';
import type { User } from './users.ts';

/**
 * `mention`: the caller is meant by @; `dm`: said in direct messages or a group; `thread_reply`: said in a thread they
 * follow; `message`: said in a channel of which they want to hear everything; `reaction`: to a message of theirs;
 * `channel_invite`: they were added to a channel.
 */
export type NotificationType = 'mention' | 'dm' | 'reaction' | 'thread_reply' | 'channel_invite' | 'message';

export interface Notification {
  id: string;
  type: NotificationType;
  /** Who wrote, reacted or added; null once that account is deleted. */
  actor: User | null;
  channelId: string | null;
  /** The channel's name or slug; null for direct messages, which go by the actor's name. */
  channelName: string | null;
  /** The message it is about; null for an invitation. */
  seq: number | null;
  messageId: string | null;
  /** The thread that the message belongs to. */
  parentSeq: number | null;
  /** Whether the channel shows the message, and not its thread only. */
  inChannel: boolean;
  /** Beginning of the message on one line, up to 200 characters, or what somebody sent as a notification, up to 1,000. */
  text: string;
  /** Of a reaction. */
  emoji: string | null;
  /** Came during do-not-disturb: list it, but show no pop-up and play no sound. */
  isSilent: boolean;
  createdAt: Date;
  readAt: Date | null;
}

export interface NotificationsState {
  /** Newest first. */
  notifications: readonly Notification[];
  /** Exact, also of those that are not loaded. */
  unreadCount: number;
  /** Whether there are older ones to load. */
  hasMore: boolean;
  /** `loading` before the first answer, `live`, `offline` while news cannot arrive, `ended` when the caller signed out. */
  connection: Connection;
}

export interface NotificationsSubscription extends Subscription {
  /** Extends the list by the page before it, to 1,000 at most. */
  loadMore(): Promise<void>;
}

export interface Notifications {
  /** A page, newest first, at most 200; pass the last id to get the next. @throws `invalid_page_size`, `invalid_notification_type` */
  list(options?: {
    before?: string;
    limit?: number;
    onlyUnread?: boolean;
    types?: readonly NotificationType[];
  }): Promise<Notification[]>;
  unreadCount(): Promise<number>;
  /** Calls back with the newest notifications and the unread count, then at every change. */
  subscribe(listener: (state: NotificationsState) => void): NotificationsSubscription;
  /** Marks up to 1,000 as read; reading a channel or a thread does it for what was said there. @throws `too_many_notifications` */
  markRead(ids: string | readonly string[]): Promise<void>;
  /** Marks all as read, or those up to one; what comes meanwhile stays unread. */
  markAllRead(options?: { upTo?: string }): Promise<void>;
  /** @throws `notification_not_found` */
  delete(id: string): Promise<void>;
}

const PAGE = 50;
const MOST = 1_000;
const LARGEST_PAGE = 200;
/** So many does the server mark in one call. */
const MARKED_AT_ONCE = 5_000;

export function createNotifications(deps: {
  rest: Rest;
  userFeed: UserFeed;
}): Notifications & { end(): void } {
  const { client, run } = deps.rest;

  async function page({
    before,
    limit = PAGE,
    onlyUnread,
    types,
  }: Parameters<Notifications['list']>[0] = {}) {
    const options = { before, page_size: limit, only_unread: onlyUnread, types };
    const answer = await run('list notifications', client.rpc('list_notifications', options as object));
    const rows = answer as unknown as (NotificationRow & { unread_count: number })[];
    return { notifications: rows.map(toNotification), unreadCount: rows[0]?.unread_count ?? 0 };
  }

  const live = createLiveValue<Omit<NotificationsState, 'connection'>>({
    feed: deps.userFeed,
    initial: { notifications: [], unreadCount: 0, hasMore: false },
    async load({ notifications: { length } }, isMore) {
      const wanted = Math.min(Math.max(length, PAGE) + (isMore ? PAGE : 0), MOST);
      const notifications: Notification[] = [];
      let unreadCount = 0;
      for (let before: string | undefined; ; ) {
        const limit = Math.min(wanted - notifications.length, LARGEST_PAGE);
        const next = await page({ limit, ...(before ? { before } : {}) });
        unreadCount ||= next.unreadCount;
        notifications.push(...next.notifications);
        before = notifications.at(-1)?.id;
        if (next.notifications.length < limit) return { notifications, unreadCount, hasMore: false };
        if (notifications.length === wanted) return { notifications, unreadCount, hasMore: wanted < MOST };
      }
    },
    apply: applyNotificationEvent,
  });

  const happened = (event: string, payload: Record<string, unknown>) =>
    live.change((value) => applyNotificationEvent(value, event, payload));

  return {
    list: async (options) => (await page(options)).notifications,
    unreadCount: async () => run('count notifications', client.rpc('unread_notification_count')),
    subscribe(listener) {
      const { unsubscribe } = live.subscribe(listener);
      return { unsubscribe, loadMore: live.more };
    },
    async markRead(id) {
      const ids = typeof id === 'string' ? [id] : [...id];
      await run('mark notifications as read', client.rpc('mark_notifications_read', { ids }));
      happened('notification:read', { ids, read_at: new Date().toISOString() });
    },
    async markAllRead({ upTo } = {}) {
      const options = { up_to: upTo } as object;
      let marked: number;
      do {
        marked = await run('mark notifications as read', client.rpc('mark_all_notifications_read', options));
      } while (marked === MARKED_AT_ONCE);
      happened('notification:read', { ids: null });
    },
    async delete(id) {
      await run('delete notification', client.rpc('delete_notification', { id }));
      happened('notification:deleted', { ids: [id] });
    },
    end: live.end,
  };
}
