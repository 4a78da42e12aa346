/** The border to the wire: rows of the database become the SDK's objects here and nowhere else. */
import type { Block } from '../blocks.ts';
import type { Bookmark } from '../bookmarks.ts';
import type { Capability } from '../capabilities.ts';
import type { ChannelInfo } from '../channels.ts';
import type { ChannelCustom, MessageCustom, UserCustom } from '../custom.ts';
import type { Draft } from '../drafts.ts';
import type { ChannelFile, FileInfo } from '../files.ts';
import type { Ban, Member } from '../members.ts';
import type { Message, MessageEdit, ReactionCount } from '../messages.ts';
import type { Notification } from '../notifications.ts';
import type { Preferences } from '../preferences.ts';
import type { PresenceStatus, UserPresence } from '../presence.ts';
import type { Reaction } from '../reactions.ts';
import type { Receipt } from '../receipts.ts';
import type { FoundChannel, SearchHit } from '../search.ts';
import type { ThreadInfo } from '../threads.ts';
import type { Account, Profile, User } from '../users.ts';
import type { Bump } from './channel-list.ts';
import type { Database } from './database.types.ts';
import type { Change } from './message-log.ts';

type Tables = Database['chat']['Tables'];
export type MyChannelRow = Database['chat']['Views']['my_channels']['Row'] & { group_name?: string | null };

export type ProfileRow = Pick<Tables['profiles']['Row'], 'id' | 'username' | 'name' | 'avatar_url'>;
export type FullProfileRow = Tables['profiles']['Row'];
export type PresenceRow = Omit<Tables['presence']['Row'], 'manual_status'> & {
  manual_status?: string | null;
};
export type BlockRow = Pick<Tables['blocks']['Row'], 'created_at'> & { user: ProfileRow };
/** By hand, as events carry it too; `my_reactions` are only in answers to the caller. */
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
  my_reactions?: string[];
  pinned_at: string | null;
  mention_ids: string[];
  mentions_everyone: 'here' | 'channel' | null;
  files: FileRow[];
  change: number;
}

type FileRow = Pick<Tables['files']['Row'], 'id' | 'name' | 'mime_type' | 'size' | 'width' | 'height'>;
export type ChannelFileRow = Tables['files']['Row'] & { seq: number; uploader: ProfileRow | null };
/** What the event of a reply tells of its root. */
interface ParentRow
  extends Pick<MessageRow, 'seq' | 'change' | 'reply_count' | 'last_reply_at' | 'reply_user_ids'> {}

interface ReactionRow extends Pick<MessageRow, 'seq' | 'change' | 'reaction_counts'> {
  emoji: string;
  user: ProfileRow;
  action: 'added' | 'removed';
}

interface BumpRow {
  channel_id: string;
  last_seq: number;
  last_activity_at: string;
  in_channel: boolean;
  is_unread: boolean;
  is_mention: boolean;
}

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
/** What events say of a member. */
export interface MemberEvent {
  user: ProfileRow;
  role: Member['role'];
}
export type BookmarkRow = Tables['bookmarks']['Row'] & { message: MessageRow | null };
export type DraftRow = Pick<Tables['drafts']['Row'], 'channel_id' | 'parent_seq' | 'body' | 'custom'> & {
  updated_at?: string;
};
export type ReceiptRow = Tables['receipts']['Row'];
export type AccountRow = Tables['accounts']['Row'] & { profile: FullProfileRow };

/** What to select of a message, so that a page needs no second request for its authors. */
export const MESSAGE_COLUMNS =
  '*, my_reactions, author:profiles!messages_author_id_fkey(id, username, name, avatar_url)';
export const THREAD_COLUMNS =
  `channel_id, last_reply_at, unread_count, root:messages(${MESSAGE_COLUMNS})` as const;
export const MEMBER_COLUMNS = '*, profile:profiles!inner(id, username, name, avatar_url)';
export const ACCOUNT_COLUMNS = '*, profile:profiles!accounts_user_id_fkey(*)';
export const FILE_COLUMNS = '*, uploader:profiles(id, username, name, avatar_url)';
export const REACTION_COLUMNS = '*, user:profiles(id, username, name, avatar_url)';
export const BAN_COLUMNS = '*, user:profiles!channel_bans_user_id_fkey(id, username, name, avatar_url)';
export const BOOKMARK_COLUMNS = `*, message:messages(${MESSAGE_COLUMNS})`;
export const PROFILE_COLUMNS = 'id, username, name, avatar_url';
export const BLOCK_COLUMNS =
  'created_at, user:profiles!blocks_blocked_id_fkey(id, username, name, avatar_url)';

export const toUser = (row: ProfileRow): User => ({
  id: row.id,
  username: row.username,
  name: row.name,
  avatarUrl: row.avatar_url,
});

export const toProfile = (row: FullProfileRow): Profile => ({
  ...toUser(row),
  title: row.title,
  custom: row.custom as UserCustom,
  createdAt: new Date(row.created_at),
  updatedAt: new Date(row.updated_at),
});

export const toAccount = (row: AccountRow): Account => ({
  ...toProfile(row.profile),
  email: row.email,
  emailVerified: row.email_verified_at !== null,
  role: row.role as Account['role'],
});

export const toBlock = (row: BlockRow): Block => ({
  user: toUser(row.user),
  blockedAt: new Date(row.created_at),
});

export const toPresence = (row: PresenceRow): UserPresence => ({
  userId: row.user_id,
  status: row.status as PresenceStatus,
  statusText: row.status_text,
  statusEmoji: row.status_emoji,
  statusExpiresAt: toDate(row.status_expires_at),
  lastSeenAt: toDate(row.last_seen_at),
  chosen: (row.manual_status ?? null) as PresenceStatus | null,
  updatedAt: new Date(row.updated_at),
});

export const toMessage = (row: MessageRow): Message => ({
  id: row.id,
  channelId: row.channel_id,
  seq: row.seq,
  kind: row.kind,
  author: row.author && toUser(row.author),
  body: row.body,
  custom: row.custom,
  createdAt: new Date(row.created_at),
  editedAt: toDate(row.edited_at),
  deletedAt: toDate(row.deleted_at),
  parentSeq: row.parent_seq,
  inChannel: row.in_channel,
  ...toReplies(row),
  reactions: toReactions(row.reaction_counts, new Set(row.my_reactions)),
  pinnedAt: row.pinned_at ? toExactDate(row.pinned_at) : null,
  mentions: { userIds: row.mention_ids, everyone: row.mentions_everyone },
  files: row.files.map((file) => toFileInfo(row.channel_id, file)),
  change: row.change,
  status: 'sent',
  error: null,
  progress: null,
});

export const toMessageEdit = (row: Tables['message_edits']['Row']): MessageEdit => ({
  body: row.body,
  custom: row.custom as MessageCustom,
  writtenAt: new Date(row.written_at),
});

export const toThreadInfo = (row: ThreadRow): ThreadInfo => ({
  channelId: row.channel_id,
  root: toMessage(row.root),
  lastReplyAt: toExactDate(row.last_reply_at),
  unreadCount: row.unread_count,
});

const toReactions = (counts: Record<string, number>, mine: ReadonlySet<string>): ReactionCount[] =>
  Object.entries(counts).map(([emoji, count]) => ({ emoji, count, isMine: mine.has(emoji) }));

/** What an event does to messages that are there already. */
export function toChanges(event: string, payload: Record<string, unknown>, myId: string | null): Change[] {
  if (event === 'message:new') {
    const parent = payload.parent as ParentRow | undefined;
    return parent
      ? [
          {
            seq: parent.seq,
            change: parent.change,
            apply: (message) => ({ ...message, ...toReplies(parent) }),
          },
        ]
      : [];
  }
  if (event === 'message:reaction') {
    const { seq, change, emoji, user, action, reaction_counts } = payload as unknown as ReactionRow;
    const apply = (message: Message): Message => {
      const mine = mineOf(message);
      if (user.id === myId) mine[action === 'added' ? 'add' : 'delete'](emoji);
      return { ...message, reactions: toReactions(reaction_counts, mine) };
    };
    return [{ seq, change, apply }];
  }
  if (event !== 'message:updated' && event !== 'message:deleted') return [];
  const row = payload as unknown as MessageRow;
  // What everybody hears does not say which reactions are the caller's.
  const apply = (message: Message): Message => ({
    ...toMessage(row),
    reactions: toReactions(row.reaction_counts, mineOf(message)),
  });
  return [{ seq: row.seq, change: row.change, apply }];
}

/** What an event says of a channel's newest message, on the user's own topic or on the channel's. */
export function toBump(event: string, payload: Record<string, unknown>, myId: string | null): Bump | null {
  if (event === 'channel:bumped') {
    const row = payload as unknown as BumpRow;
    return {
      channelId: row.channel_id,
      lastSeq: row.last_seq,
      at: new Date(row.last_activity_at),
      isShown: row.in_channel,
      isUnread: row.is_unread,
      isMention: row.is_mention,
    };
  }
  if (event !== 'message:new') return null;
  const row = payload as unknown as MessageRow;
  const isOthers = row.author?.id !== myId;
  return {
    channelId: row.channel_id,
    lastSeq: row.seq,
    at: new Date(row.created_at),
    isShown: row.in_channel,
    isUnread: isOthers && row.in_channel && row.kind === 'user',
    isMention: isOthers && (row.mentions_everyone === 'channel' || row.mention_ids.includes(myId ?? '')),
  };
}

const mineOf = ({ reactions }: Message): Set<string> =>
  new Set(reactions.flatMap(({ emoji, isMine }) => (isMine ? [emoji] : [])));

const toReplies = (row: Pick<MessageRow, 'reply_count' | 'last_reply_at' | 'reply_user_ids'>) => ({
  replyCount: row.reply_count,
  lastReplyAt: toDate(row.last_reply_at),
  replyUserIds: row.reply_user_ids,
});

const toDate = (time: string | null): Date | null => (time === null ? null : new Date(time));

/** The database counts microseconds, a Date does not; a page that goes on after a row needs its exact time. */
const exactTimes = new WeakMap<Date, string>();

function toExactDate(time: string): Date {
  const date = new Date(time);
  exactTimes.set(date, time);
  return date;
}

/** The time as the database said it, of a Date that came from there. */
export const exactTime = (date: Date): string => exactTimes.get(date) ?? date.toISOString();

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
  name: row.name ?? row.slug ?? row.dm_name ?? row.group_name ?? '',
  description: row.description ?? '',
  custom: row.custom as ChannelCustom,
  role: row.role as ChannelInfo['role'],
  capabilities: (row.rights ?? []) as Capability[],
  settings: {
    isPinned: row.pinned_at !== null,
    mutedUntil: row.muted_until === null ? null : toEnd(row.muted_until),
    isHidden: row.hidden_at !== null,
    notifyLevel: row.notify_level as ChannelInfo['settings']['notifyLevel'],
  },
  ownerId: row.created_by,
  createdAt: new Date(row.created_at as string),
  archivedAt: toDate(row.archived_at),
  lastActivityAt: toExactDate(row.last_activity_at as string),
  lastSeq: row.last_seq as number,
  lastReadSeq: row.last_read_seq as number,
  unreadCount: row.unread_count as number,
  mentionCount: row.mention_count as number,
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

const toEnd = (time: string): Date | 'forever' => (time === 'infinity' ? 'forever' : new Date(time));

export const toBan = (row: Tables['channel_bans']['Row'] & { user: ProfileRow }): Ban => ({
  user: toUser(row.user),
  reason: row.reason,
  until: toEnd(row.until),
  bannedAt: new Date(row.created_at),
});

export const toReaction = (row: Tables['reactions']['Row'] & { user: ProfileRow }): Reaction => ({
  emoji: row.emoji,
  user: toUser(row.user),
  createdAt: toExactDate(row.created_at),
});

export const toReceipt = (row: ReceiptRow): Receipt => ({
  userId: row.user_id,
  deliveredSeq: row.delivered_seq,
  readSeq: row.read_seq,
  readAt: toDate(row.read_at),
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
