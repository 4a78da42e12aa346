/** Rows about messages and channels in lists beside the channel: threads, earlier texts, files, bookmarks, notifications, search hits. */
import type { Bookmark } from '../bookmarks.ts';
import type { MessageCustom } from '../custom.ts';
import type { Draft } from '../drafts.ts';
import type { ChannelFile } from '../files.ts';
import type { MessageEdit } from '../messages.ts';
import type { Notification } from '../notifications.ts';
import type { FoundChannel, SearchHit } from '../search.ts';
import type { ThreadInfo } from '../threads.ts';
import type { Database } from './database.types.ts';
import {
  MESSAGE_COLUMNS,
  type MessageRow,
  type ProfileRow,
  toDate,
  toExactDate,
  toFileInfo,
  toMessage,
  toUser,
} from './rows.ts';

type Tables = Database['chat']['Tables'];

export type BookmarkRow = Tables['bookmarks']['Row'] & { message: MessageRow | null };
export type DraftRow = Pick<Tables['drafts']['Row'], 'channel_id' | 'parent_seq' | 'body' | 'custom'> & {
  updated_at?: string;
};
export type ChannelFileRow = Tables['files']['Row'] & {
  channel_id: string;
  seq: number;
  uploader: ProfileRow | null;
};
export interface ThreadRow {
  channel_id: string;
  last_reply_at: string;
  unread_count: number;
  root: MessageRow;
}

/** By hand: the generator takes every part of a composite type for nullable. */
export interface SearchHitRow {
  message: Omit<MessageRow, 'author' | 'my_reactions'>;
  my_reactions: string[];
  author: ProfileRow | null;
  channel: { id: string; kind: FoundChannel['kind']; slug: string | null; name: string | null };
  snippet: string;
  next_cursor: string | null;
  total: number;
  is_total_exact: boolean;
}

export type FoundChannelRow = Tables['channels']['Row'];
/** By hand, as events carry it too. */
export interface NotificationRow {
  id: string;
  type: Notification['type'];
  actor: ProfileRow | null;
  channel_id: string | null;
  channel: { name: string | null; slug: string | null } | null;
  seq: number | null;
  message_id: string | null;
  parent_seq: number | null;
  in_channel: boolean;
  text: string;
  custom: { emoji?: string };
  is_silent: boolean;
  created_at: string;
  read_at: string | null;
}

export const THREAD_COLUMNS =
  `channel_id, last_reply_at, unread_count, root:messages(${MESSAGE_COLUMNS})` as const;
export const FILE_COLUMNS = '*, uploader:profiles(id, username, name, avatar_url)';
export const BOOKMARK_COLUMNS = `*, message:messages(${MESSAGE_COLUMNS})`;

export const toThreadInfo = (row: ThreadRow): ThreadInfo => ({
  channelId: row.channel_id,
  root: toMessage(row.root),
  lastReplyAt: toExactDate(row.last_reply_at),
  unreadCount: row.unread_count,
});

export const toChannelFile = (row: ChannelFileRow): ChannelFile => ({
  ...toFileInfo(row.channel_id, row),
  seq: row.seq,
  uploader: row.uploader && toUser(row.uploader),
  createdAt: new Date(row.created_at),
});

export const toBookmark = (row: BookmarkRow): Bookmark => ({
  channelId: row.channel_id,
  seq: row.seq,
  note: row.note,
  createdAt: toExactDate(row.created_at),
  message: row.message && toMessage(row.message),
});

/** An event that a draft is gone has no time. */
export const toDraft = (row: DraftRow): Draft => ({
  channelId: row.channel_id,
  parentSeq: row.parent_seq || null,
  body: row.body,
  custom: row.custom as MessageCustom,
  updatedAt: row.updated_at ? new Date(row.updated_at) : new Date(),
});

export const toSearchHit = ({
  message,
  author,
  my_reactions,
  channel,
  snippet,
}: SearchHitRow): SearchHit => ({
  message: toMessage({ ...message, author, my_reactions }),
  channel: { ...channel, name: channel.name ?? '' },
  // Matches stand between U+0002 and U+0003, so every second piece is one.
  snippet: snippet
    .replaceAll('\u0003', '\u0002')
    .split('\u0002')
    .map((text, n) => ({ text, isMatch: n % 2 === 1 }))
    .filter(({ text }) => text !== ''),
});

export const toFoundChannel = (row: FoundChannelRow): FoundChannel => ({
  id: row.id,
  kind: row.kind as FoundChannel['kind'],
  slug: row.slug,
  name: row.name ?? row.slug ?? '',
  description: row.description,
  archivedAt: toDate(row.archived_at),
});

export const toNotification = (row: NotificationRow): Notification => ({
  id: row.id,
  type: row.type,
  actor: row.actor && toUser(row.actor),
  channelId: row.channel_id,
  channelName: row.channel && (row.channel.name ?? row.channel.slug),
  seq: row.seq,
  messageId: row.message_id,
  parentSeq: row.parent_seq,
  inChannel: row.in_channel,
  text: row.text,
  emoji: row.custom.emoji ?? null,
  isSilent: row.is_silent,
  createdAt: new Date(row.created_at),
  readAt: row.read_at === null ? null : new Date(row.read_at),
});

export const toMessageEdit = (row: Tables['message_edits']['Row']): MessageEdit => ({
  body: row.body,
  custom: row.custom as MessageCustom,
  writtenAt: new Date(row.written_at),
});
