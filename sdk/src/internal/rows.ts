import type { Capability } from '../capabilities.ts';
import type { ChannelInfo } from '../channels.ts';
import type { ChannelCustom, MessageCustom } from '../custom.ts';
import type { FileInfo } from '../files.ts';
import type { Message, ReactionCount } from '../messages.ts';
import type { User } from '../users.ts';
import type { Bump } from './channel-list.ts';
import type { Database } from './database.types.ts';
import type { Change } from './message-log.ts';

type Tables = Database['chat']['Tables'];
/** What comes of a row without being asked for: computed columns do not. */
export type MyChannelRow = Omit<
  Database['chat']['Views']['my_channels']['Row'],
  'dm_people' | 'last_message'
> & {
  group_name?: string | null;
};

export type ProfileRow = Pick<Tables['profiles']['Row'], 'id' | 'username' | 'name' | 'avatar_url'>;
export type FullProfileRow = Omit<Tables['profiles']['Row'], 'presence_status'>;
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

export type FileRow = Pick<
  Tables['files']['Row'],
  'id' | 'name' | 'mime_type' | 'size' | 'path' | 'width' | 'height'
>;
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
  member_count: number;
}

/** What to select of a message, so that a page needs no second request for its authors. */
export const MESSAGE_COLUMNS =
  '*, my_reactions, author:profiles!messages_author_id_fkey(id, username, name, avatar_url)';
export const PROFILE_COLUMNS = 'id, username, name, avatar_url';

export const toUser = (row: ProfileRow): User => ({
  id: row.id,
  username: row.username,
  name: row.name,
  avatarUrl: row.avatar_url,
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
      memberCount: row.member_count,
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

export const toDate = (time: string | null): Date | null => (time === null ? null : new Date(time));

/** The database counts microseconds, a Date does not; a page that goes on after a row needs its exact time. */
const exactTimes = new WeakMap<Date, string>();

export function toExactDate(time: string): Date {
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
  path: file.path,
  width: file.width,
  height: file.height,
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

export const toEnd = (time: string): Date | 'forever' => (time === 'infinity' ? 'forever' : new Date(time));
