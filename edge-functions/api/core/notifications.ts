/** What people were told of, whatever document asks for it. */
import { type ChatClient, given, run } from '../../_shared/supabase.ts';

export interface NotificationRow {
  id: string;
  type: 'mention' | 'dm' | 'reaction' | 'thread_reply' | 'channel_invite' | 'message';
  text: string;
  emoji: string | null;
  actor: string | null;
  username: string | null;
  channel: string | null;
  channel_id: string | null;
  message_id: string | null;
  read_at: string | null;
  created_at: string;
  /** How many are unread; the same beside each. */
  unread_count: number;
}

interface Page {
  limit: number;
  /** The last notification of the page before. */
  before?: string | undefined;
  isUnread?: boolean | undefined;
}

const COLUMNS = `id, type, text, emoji:custom->>emoji, actor:actor->>name, username:actor->>username,
  channel:channel->>slug, channel_id, message_id, read_at, created_at, unread_count`;

/** Newest first. */
export const listNotifications = (client: ChatClient, { limit, before, isUnread }: Page) =>
  run(
    'list notifications',
    client
      .rpc('list_notifications', { page_size: limit, ...given({ before, only_unread: isUnread }) })
      .select(COLUMNS)
      .overrideTypes<NotificationRow[], { merge: false }>(),
  );

/** Whether it is shown the other person decides. */
export const sendNotification = (
  client: ChatClient,
  { userId, message }: { userId: string; message: string },
): Promise<string> =>
  run('send notification', client.rpc('send_notification', { user_id: userId, text: message }));

/** @throws notification_not_found */
export const markNotificationRead = (client: ChatClient, id: string) =>
  run('mark notification as read', client.rpc('mark_notification_read', { id }));
