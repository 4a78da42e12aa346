/** What document S0 sends and reads. */
import { z } from '@hono/zod-openapi';
import type { Reason } from '../../_shared/http.ts';
import { pageLimit, text } from '../../_shared/schemas.ts';
import type { ContactRow } from '../core/accounts.ts';
import type { ConversationRow } from '../core/conversations.ts';
import type { ChannelFileRow, FileUrls } from '../core/files.ts';
import type { MessageRow } from '../core/messages.ts';
import type { NotificationRow } from '../core/notifications.ts';
import type { StatsRow } from './connectbest/admin.ts';
import { Notification, toNotification } from './connectbest/notifications.ts';
import { DELETED_USER, Id, NEWEST_FIRST, Time, toTime, uploadErrors } from './values.ts';

export const NO_CHATROOM: Reason = ['No such chatroom, or not visible to you', 'channel_not_found'];
export const NOT_IN_IT: Reason = ['Not a member of the chatroom', 'not_a_member'];
export const NO_MESSAGE: Reason = ['No such message, or not visible to you', 'message_not_found'];
export const ADMINS_ONLY: Reason = ['The caller is no admin of the platform', 'not_an_admin'];

/** What those endpoints refuse that change something. */
export const errors = {
  addMember: {
    403: [
      'Not a member of the chatroom, or it takes nobody from you',
      ...['not_a_member', 'not_a_channel_admin', 'channel_archived'],
      ...['dm_is_permanent', 'user_blocked', 'user_banned'],
    ],
    404: ['No such chatroom or user', 'channel_not_found', 'user_not_found'],
  },
  send: {
    400: [
      'A field is wrong or missing, or it mentions too many',
      ...['message_empty', 'message_too_long', 'too_many_mentions'],
    ],
    403: [
      'Not a member of the chatroom, or the sender is not you',
      ...['not_a_member', 'not_yourself', 'channel_archived', 'user_blocked'],
    ],
    404: NO_CHATROOM,
  },
  edit: {
    400: ['The text is empty or too long', 'message_empty', 'message_too_long', 'too_many_mentions'],
    403: [
      'You are not its author, or it is older than 24 hours',
      ...['not_the_author', 'edit_window_closed', 'channel_archived', 'user_blocked'],
    ],
    404: NO_MESSAGE,
  },
  remove: {
    403: [
      'You are not its author',
      'not_the_author',
      'not_a_channel_admin',
      'dm_is_permanent',
      'channel_archived',
    ],
    404: NO_MESSAGE,
  },
  upload: {
    ...uploadErrors,
    403: [
      'Not a member of the chatroom, or it is archived',
      'not_a_member',
      'channel_archived',
      'user_blocked',
    ],
    404: NO_CHATROOM,
  },
  ban: {
    400: ['A field is wrong, or the account is your own', 'cannot_target_oneself', 'invalid_reason'],
    403: ADMINS_ONLY,
    404: ['No such user', 'user_not_found'],
    409: ['The platform would have no admin', 'last_admin'],
  },
} satisfies Record<string, Record<number, Reason>>;

const Username = z.string().openapi({ example: 'ada' });

export const Person = text({ min: 1, trim: true }).openapi({ description: 'Id or username', example: 'ada' });
export const Words = text({ min: 1 }).openapi({ example: 'Lunch at noon?' });
export const Query = text({ min: 1, max: 1000, trim: true }).openapi({ example: 'lunch' });
export const Url = z.string().openapi({
  description: 'Good for an hour, for whoever has it. Empty while the file is scanned for viruses',
  example: 'https://chat.example.com/storage/v1/object/sign/files/0193…/0193…?token=…',
});

/** Files are named by the message that they are in. */
export const NEXT_FILES = { ...NEWEST_FIRST, field: 'seq' };

export const FilePage = z.object({
  limit: pageLimit(100),
  before: z.coerce.number().int().min(1).optional().openapi({
    type: 'integer',
    description: 'Additive: the `seq` that the page ends before',
  }),
});

export const UPLOAD = {
  file: { type: 'string', format: 'binary', description: 'At most 50 MB' },
  chatroomId: { type: 'string', format: 'uuid', description: 'Additive' },
};

export const Status = z.enum(['online', 'offline', 'away']);

export const User = z
  .object({ id: Id, username: Username, email: z.string().nullable(), status: Status })
  .openapi('ChatroomUser');

export const toUser = ({ id, username, email, status }: ContactRow): z.infer<typeof User> => ({
  id,
  username,
  email,
  status: status === 'offline' || status === 'away' ? status : 'online',
});

export const FoundUser = z.object({ id: Id, username: Username, name: z.string() }).openapi('FoundPerson');

export const Chatroom = z
  .object({
    id: Id,
    name: z.string().openapi({ example: 'Lunch' }),
    members: z.array(Id).openapi({ description: 'The first 100' }),
    memberNames: z.array(Username).openapi({ description: 'Additive: their usernames' }),
    memberCount: z.int().openapi({ description: 'Additive: all of them' }),
  })
  .openapi('Chatroom');

export const toChatroom = (row: ConversationRow): z.infer<typeof Chatroom> => ({
  id: row.id,
  name: row.name,
  members: row.members.map(({ id }) => id),
  memberNames: row.members.map(({ username }) => username),
  memberCount: row.member_count,
});

export const Message = z
  .object({
    id: Id,
    chatroomId: Id,
    sender: Id,
    senderName: Username.openapi({ description: 'Additive' }),
    message: z.string().openapi({ example: 'Lunch at noon?' }),
    timestamp: Time,
  })
  .openapi('ChatroomMessage');

export function toMessage(row: MessageRow): z.infer<typeof Message> {
  const { id, username } = row.author ?? DELETED_USER;
  return {
    id: row.id,
    chatroomId: row.channel_id,
    sender: id,
    senderName: username,
    message: row.body,
    timestamp: toTime(row.created_at),
  };
}

export const File = z
  .object({ id: Id, filename: z.string().openapi({ example: 'plan.pdf' }), url: Url, seq: z.int() })
  .openapi('ChatroomFile');

export const toFile = (
  { id, name, seq }: ChannelFileRow,
  urls: ReadonlyMap<string, FileUrls>,
): z.infer<typeof File> => ({ id, filename: name, url: urls.get(id)?.url ?? '', seq });

export const Notice = z
  .object({
    id: Id,
    type: z.literal('message'),
    kind: Notification.shape.type,
    content: z.string().openapi({ example: 'New message from ada' }),
    chatroomId: Id.nullable(),
    read: z.boolean(),
    timestamp: Time,
  })
  .openapi('ChatroomNotification');

export const toNotice = (row: NotificationRow): z.infer<typeof Notice> => ({
  id: row.id,
  type: 'message',
  kind: row.type,
  content: wordsOf(row),
  chatroomId: row.channel_id,
  read: row.read_at !== null,
  timestamp: toTime(row.created_at),
});

function wordsOf(row: NotificationRow): string {
  if (row.type === 'reaction' || row.type === 'channel_invite') return toNotification(row).message;
  // What somebody sent as a notification speaks for itself.
  return row.channel_id ? `New message from ${row.username ?? DELETED_USER.username}` : row.text;
}

export const Stats = z
  .object({
    activeUsers: z.int().openapi({ description: 'Signed in or here in the last 30 days' }),
    messagesSent: z.int().openapi({ description: 'With those of the system and deleted ones' }),
  })
  .openapi('ChatroomStats', { example: { activeUsers: 120, messagesSent: 5000 } });

export const toStats = (row: Pick<StatsRow, 'active_users' | 'messages'>): z.infer<typeof Stats> => ({
  activeUsers: row.active_users,
  messagesSent: row.messages,
});
