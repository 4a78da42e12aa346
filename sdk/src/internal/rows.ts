/** The border to the wire: rows of the database become the SDK's objects here and nowhere else. */
import type { ChannelInfo } from '../channels.ts';
import type { MessageCustom } from '../custom.ts';
import type { ChannelFile, FileInfo } from '../files.ts';
import type { Member } from '../members.ts';
import type { Message, ReactionCount } from '../messages.ts';
import type { Notification } from '../notifications.ts';
import type { Preferences } from '../preferences.ts';
import type { Account, User } from '../users.ts';
import type { Database } from './database.types.ts';

type Tables = Database['chat']['Tables'];
type MyChannelRow = Database['chat']['Views']['my_channels']['Row'];

export type ProfileRow = Pick<Tables['profiles']['Row'], 'id' | 'username' | 'name' | 'avatar_url'>;
/** By hand, as events carry it too; `mine` are the caller's own reactions, which only answers to the caller have. */
export interface MessageRow {
  id: string;
  channel_id: string;
  seq: number;
  kind: Message['kind'];
  author: ProfileRow | null;
  body: string;
  custom: MessageCustom;
  created_at: string;
  edited_at: string | null;
  deleted_at: string | null;
  parent_seq: number | null;
  in_channel: boolean;
  reply_count: number;
  last_reply_at: string | null;
  reply_user_ids: string[];
  reaction_counts: Record<string, number>;
  mine?: { emoji: string }[];
  pinned_at: string | null;
  mention_ids: string[];
  mentions_everyone: 'here' | 'channel' | null;
  files: FileRow[];
  change: number;
}

type FileRow = Pick<Tables['files']['Row'], 'id' | 'name' | 'mime_type' | 'size' | 'width' | 'height'>;
export type ChannelFileRow = Tables['files']['Row'] & { seq: number; uploader: ProfileRow | null };
export type MemberRow = Tables['channel_members']['Row'] & { profile: ProfileRow };
export type PreferencesRow = Tables['preferences']['Row'];
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
export type AccountRow = Tables['accounts']['Row'] & { profile: ProfileRow };

/** What to select of a message, so that a page needs no second request for its authors. */
export const MESSAGE_COLUMNS = '*, author:profiles!messages_author_id_fkey(id, username, name, avatar_url)';
export const MEMBER_COLUMNS = '*, profile:profiles(id, username, name, avatar_url)';
export const ACCOUNT_COLUMNS = '*, profile:profiles!accounts_user_id_fkey(id, username, name, avatar_url)';
export const FILE_COLUMNS = '*, uploader:profiles(id, username, name, avatar_url)';
export const PROFILE_COLUMNS = 'id, username, name, avatar_url';

export const toUser = (row: ProfileRow): User => ({
  id: row.id,
  username: row.username,
  name: row.name,
  avatarUrl: row.avatar_url,
});

export const toAccount = (row: AccountRow): Account => ({
  ...toUser(row.profile),
  email: row.email,
  emailVerified: row.email_verified_at !== null,
  role: row.role as Account['role'],
});

export const toMessage = (row: MessageRow): Message => ({
  id: row.id,
  channelId: row.channel_id,
  seq: row.seq,
  kind: row.kind ?? 'user',
  author: row.author && toUser(row.author),
  body: row.body,
  custom: row.custom ?? {},
  createdAt: new Date(row.created_at),
  editedAt: toDate(row.edited_at),
  deletedAt: toDate(row.deleted_at),
  parentSeq: row.parent_seq ?? null,
  inChannel: row.in_channel ?? true,
  replyCount: row.reply_count ?? 0,
  lastReplyAt: toDate(row.last_reply_at),
  replyUserIds: row.reply_user_ids ?? [],
  reactions: toReactions(row.reaction_counts ?? {}, row.mine?.map(({ emoji }) => emoji) ?? []),
  pinnedAt: toDate(row.pinned_at),
  mentions: { userIds: row.mention_ids ?? [], everyone: row.mentions_everyone ?? null },
  files: (row.files ?? []).map((file) => toFileInfo(row.channel_id, file)),
  change: row.change ?? 0,
  status: 'sent',
  error: null,
});

export const toReactions = (counts: Record<string, number>, mine: readonly string[]): ReactionCount[] =>
  Object.entries(counts).map(([emoji, count]) => ({ emoji, count, isMine: mine.includes(emoji) }));

const toDate = (time: string | null | undefined): Date | null => (!time ? null : new Date(time));

export const toFileInfo = (channelId: string, file: FileRow): FileInfo => ({
  id: file.id,
  channelId,
  name: file.name,
  mimeType: file.mime_type,
  size: file.size,
  width: file.width,
  height: file.height,
});

export const toChannelFile = (row: ChannelFileRow): ChannelFile => ({
  ...toFileInfo(row.channel_id, row),
  seq: row.seq,
  uploader: row.uploader && toUser(row.uploader),
  createdAt: new Date(row.created_at),
});

export const toMember = (row: MemberRow): Member => ({
  user: toUser(row.profile),
  role: row.role as Member['role'],
  joinedAt: new Date(row.joined_at),
});

/** A view's columns are nullable to the type generator; the join that makes this one has none of these missing. */
export const toChannelInfo = (row: MyChannelRow): ChannelInfo => ({
  id: row.id as string,
  kind: row.kind as ChannelInfo['kind'],
  slug: row.slug,
  name: row.name ?? row.slug ?? row.dm_name ?? '',
  description: row.description ?? '',
  role: row.role as ChannelInfo['role'],
  createdAt: new Date(row.created_at as string),
  lastActivityAt: new Date(row.last_activity_at as string),
  lastSeq: row.last_seq as number,
  lastReadSeq: row.last_read_seq as number,
  unreadCount: row.unread_count as number,
  memberCount: row.member_count as number,
  dmUser:
    row.dm_user_id === null
      ? null
      : {
          id: row.dm_user_id,
          username: row.dm_username as string,
          name: row.dm_name as string,
          avatarUrl: row.dm_avatar_url,
        },
});

export const toPreferences = (row: PreferencesRow): Preferences => ({
  notifications: row.notifications,
  level: row.level as Preferences['level'],
  sound: row.sound,
  preview: row.preview,
  timezone: row.timezone,
  dnd: { isEnabled: row.dnd_enabled, start: row.dnd_start.slice(0, 5), end: row.dnd_end.slice(0, 5) },
  shareReceipts: row.share_receipts,
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
