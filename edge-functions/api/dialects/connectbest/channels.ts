/** Channels and direct messages as ConnectBest shows them. */
import { z } from '@hono/zod-openapi';
import type { ChannelRow, DmRow, ListedChannelRow } from '../../core/channels.ts';
import type { FileUrls } from '../../core/files.ts';
import { Message, toMessage } from './messages.ts';
import { DELETED_USER, Id, Presence, Time, toTime } from './values.ts';

export const ChannelType = z.enum(['public', 'private']);
export const Role = z.enum(['admin', 'member']);
export const PersonName = z.string().openapi({ example: 'Ada Lovelace' });
const Picture = z.string().nullable().openapi({ example: 'https://chat.example.com/ada.png' });

export const Channel = z
  .object({
    id: Id,
    name: z.string().openapi({ example: 'general' }),
    description: z.string().nullable().openapi({ example: 'Everything for everybody' }),
    type: ChannelType,
    createdBy: Id,
    memberCount: z.int().min(0).openapi({ example: 3 }),
    createdAt: Time,
  })
  .openapi('Channel');

export const ListedChannel = Channel.extend({
  unreadCount: z.int().min(0).openapi({
    description:
      "Others' messages since the channel was last read, without deleted ones and replies in threads",
  }),
  lastMessage: z
    .object({
      content: z.string().openapi({ example: 'Good morning' }),
      createdAt: Time,
      user: z.object({ id: Id, name: PersonName }),
    })
    .nullable(),
}).openapi('ListedChannel');

export const ChannelDetails = Channel.extend({
  members: z
    .array(
      z.object({
        userId: Id,
        name: PersonName,
        email: z.string().openapi({ example: 'ada@example.com' }),
        role: Role,
        avatar: Picture,
        status: Presence,
        joinedAt: Time,
      }),
    )
    .openapi({ description: 'The first 1,000, admins first' }),
}).openapi('ChannelDetails');

const Participant = z.object({
  userId: Id,
  name: PersonName,
  avatar: Picture,
  status: Presence,
});

const directMessages = {
  lastMessage: z.union([Message, z.null()]),
  unreadCount: z.int().min(0),
  createdAt: Time,
};

export const OpenedDm = z
  .object({ id: Id, participants: z.array(Participant), ...directMessages })
  .openapi('DirectMessages');

export const ListedDm = z
  .object({ id: Id, participant: Participant, ...directMessages })
  .openapi('ListedDirectMessages');

/** Which of our kinds are channels of this type: a group is one by invitation, direct messages are none. */
export const KINDS = {
  all: ['public', 'private', 'group'],
  public: ['public'],
  private: ['private', 'group'],
} as const;

export interface DetailsRow extends ChannelRow {
  members: {
    user_id: string;
    name: string;
    avatar_url: string | null;
    email: string | null;
    role: string;
    status: string;
    joined_at: string;
  }[];
}

/** What to select for the shapes below. */
export const CHANNEL_COLUMNS = 'id, kind, slug, name, description, created_by, created_at, member_count';
export const toChannel = (row: ChannelRow): z.infer<typeof Channel> => ({
  id: row.id,
  name: row.slug ?? row.name ?? '',
  description: row.description || null,
  type: row.kind === 'public' ? 'public' : 'private',
  createdBy: row.created_by ?? DELETED_USER.id,
  memberCount: row.member_count,
  createdAt: toTime(row.created_at),
});

export function toListedChannel(row: ListedChannelRow): z.infer<typeof ListedChannel> {
  const { last_message: last } = row;
  const { id, name } = last?.author ?? DELETED_USER;
  return {
    ...toChannel(row),
    unreadCount: row.unread_count,
    lastMessage: last && { content: last.body, createdAt: toTime(last.created_at), user: { id, name } },
  };
}

export const toChannelDetails = ({ members, ...row }: DetailsRow): z.infer<typeof ChannelDetails> => ({
  ...toChannel({ ...row, name: row.name ?? members.map(({ name }) => name).join(', ') }),
  members: members.map((member) => ({
    userId: member.user_id,
    name: member.name,
    email: member.email ?? '',
    role: toRole(member.role),
    avatar: member.avatar_url,
    status: Presence.parse(member.status),
    joinedAt: toTime(member.joined_at),
  })),
});

/** Where the files of the last messages are. */
type Urls = ReadonlyMap<string, FileUrls>;

export const toOpenedDm = (row: DmRow, urls: Urls): z.infer<typeof OpenedDm> => ({
  id: row.id,
  participants: row.people.map(toParticipant),
  ...toDirectMessages(row, urls),
});

export const toListedDm = (row: DmRow, urls: Urls): z.infer<typeof ListedDm> => ({
  id: row.id,
  participant: toParticipant(
    row.people.find(({ id }) => id === row.dm_user_id) ?? { ...DELETED_USER, status: 'offline' },
  ),
  ...toDirectMessages(row, urls),
});

const toDirectMessages = (row: DmRow, urls: Urls) => ({
  lastMessage: row.last_message && toMessage(row.last_message, urls),
  unreadCount: row.unread_count,
  createdAt: toTime(row.created_at),
});

const toParticipant = ({ id, name, avatar_url, status }: DmRow['people'][number]) => ({
  userId: id,
  name,
  avatar: avatar_url,
  status: Presence.parse(status),
});

export const toRole = (role: string): z.infer<typeof Role> => (role === 'admin' ? 'admin' : 'member');
