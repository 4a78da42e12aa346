/** What users, conversations and messages look like in document S4, and what it says of refusals. */
import { z } from '@hono/zod-openapi';
import { absent, text, Uuid } from '../../../_shared/schemas.ts';
import type { ConversationRow } from '../../core/conversations.ts';
import type { MessageRow } from '../../core/messages.ts';
import type { Deps } from '../../deps.ts';
import { contentOf, DELETED_USER, Id, SharedFile, Time, toSharedFile, toTime, wordings } from '../values.ts';

const Picture = z.string().nullable().openapi({ example: 'https://chat.example.com/ada.png' });
export const Account = z.object({
  id: Id,
  username: z.string().openapi({ example: 'ada' }),
  profilePicture: Picture,
});
export const User = Account.extend({ status: z.enum(['online', 'offline']) }).openapi('ConversationsUser');

type UserRow = { id: string; username: string; avatar_url: string | null; status: string };
export const toAccount = ({ id, username, avatar_url }: Omit<UserRow, 'status'>) => ({
  id,
  username,
  profilePicture: avatar_url,
});
export const toUser = (row: UserRow): z.infer<typeof User> => ({
  ...toAccount(row),
  status: row.status === 'offline' ? 'offline' : 'online',
});

export const Conversation = z
  .object({
    id: Id,
    participants: z.array(Id).openapi({ description: 'The first 100' }),
    name: z.string().openapi({ description: 'Additive: of those without one, who else is in it' }),
    participantCount: z.int().openapi({ description: 'Additive' }),
    createdAt: Time,
  })
  .openapi('Conversation');

export const toConversation = (row: ConversationRow): z.infer<typeof Conversation> => ({
  id: row.id,
  participants: row.members.map(({ id }) => id),
  name: row.name,
  participantCount: row.member_count,
  createdAt: toTime(row.created_at),
});

export const Message = z
  .object({
    id: Id,
    conversationId: Id,
    senderId: Id,
    username: z.string().openapi({ example: 'ada' }),
    content: z.string().openapi({ example: 'Lunch at noon?' }),
    status: z.enum(['sent', 'delivered', 'read']).openapi({ description: 'How far all others are with it' }),
    seq: z.int().openapi({ description: 'Additive: its number in the conversation' }),
    files: z.array(SharedFile),
    timestamp: Time,
  })
  .openapi('ConversationMessage');

type Status = z.infer<typeof Message>['status'];
export function toMessage(row: MessageRow, deps: Deps, status: Status = 'sent'): z.infer<typeof Message> {
  const { id, username } = row.author ?? DELETED_USER;
  return {
    id: row.id,
    conversationId: row.channel_id,
    senderId: id,
    username,
    content: row.body,
    status,
    seq: row.seq ?? 0,
    files: row.files.map((file) => toSharedFile(file, deps)),
    timestamp: toTime(row.created_at),
  };
}

export const NO_CONVERSATION = [
  'No such conversation, or not yours to know of',
  'channel_not_found',
] as const;
export const NO_MESSAGE = [...NO_CONVERSATION, 'message_not_found'] as const;
export const NO_WRITING = [
  'Not a participant, or not to be written',
  'not_a_member',
  'channel_archived',
  'user_blocked',
] as const;
export const NOT_THEIRS = [
  'Neither the author nor an admin, or too late',
  'not_the_author',
  ...NO_WRITING.slice(1),
] as const;
export const NO_RIGHT = [
  ...['Not a participant, or none who may do this', 'not_a_member', 'not_a_channel_admin', 'not_the_creator'],
  ...['dm_is_permanent', 'channel_archived', 'user_blocked', 'user_banned'],
] as const;
export const WRONG_TEXT = [
  'The text is missing, empty or too long',
  'message_empty',
  'message_too_long',
  'too_many_mentions',
] as const;
export const words = z
  .object(wordings('content'))
  .refine(contentOf, { error: 'is missing', path: ['content'] });
export const People = z
  .array(text({ min: 1, max: 36, trim: true }))
  .max(100)
  .openapi({ description: 'Ids or usernames' });

type Named = {
  participants?: string[] | undefined;
  userIds?: string[] | undefined;
  members?: string[] | undefined;
  userId?: string | undefined;
};

/** Apps send one of the four. */
export const namedIn = (body: Named): string[] =>
  body.participants ?? body.userIds ?? body.members ?? (body.userId ? [body.userId] : []);

/** Whom a conversation is started with: apps send one of the four. */
export const Start = z
  .object({
    participants: absent(People.optional()),
    userIds: absent(People.optional()),
    members: absent(People.optional()),
    userId: absent(Uuid.optional()),
    name: absent(text({ max: 80, trim: true }).optional()),
  })
  .refine((body) => namedIn(body).length > 0, { error: 'are missing', path: ['participants'] });
