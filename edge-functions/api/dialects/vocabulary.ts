/** What the documents call the columns of our rows: a dialect names the fields of its shapes, and says nothing of how they are read. */
import { z } from '@hono/zod-openapi';
import type { ContactRow } from '../core/accounts.ts';
import type { ConversationRow } from '../core/conversations.ts';
import type { FileRow } from '../core/files.ts';
import type { MessageRow } from '../core/messages.ts';
import type { NotificationRow } from '../core/notifications.ts';
import type { Deps } from '../deps.ts';
import { shapesOf, word } from '../shape.ts';
import { Notification, toNotification } from './connectbest/notifications.ts';
import { DELETED_USER, Id, Time, toTime } from './values.ts';

const Username = z.string().openapi({ example: 'ada' });

type Contact<Column extends keyof ContactRow> = Pick<ContactRow, Column>;
type Place<Column extends keyof ConversationRow> = Pick<ConversationRow, Column>;
type File<Column extends keyof FileRow> = Pick<FileRow, Column>;
type Message<Column extends keyof MessageRow> = Pick<MessageRow, Column>;
type Notice<Column extends keyof NotificationRow> = Pick<NotificationRow, Column>;

const id = word(Id, (row: { id: string }) => row.id);
const createdAt = word(Time, (row: { created_at: string }) => toTime(row.created_at));

const personWords = {
  id,
  username: word(Username, (row: Contact<'username'>) => row.username),
  name: word(z.string(), (row: Contact<'name'>) => row.name),
  email: word(z.string().nullable(), (row: Contact<'email'>) => row.email),
  profilePicture: word(
    z.string().nullable().openapi({ example: 'https://chat.example.com/ada.png' }),
    (row: Contact<'avatar_url'>) => row.avatar_url,
  ),
  createdAt,
};

/** People. */
export const personOf = shapesOf(personWords);

/** How somebody is, in a document that knows these: `online` and others. Who is anything else is just online there. */
export const statusIn = <const Known extends string>(...known: ['online', ...Known[]]) =>
  word(z.enum(known), ({ status, activity }: Contact<'status'> & Partial<Contact<'activity'>>) => {
    const said = [activity, status].find((value) => known.some((other) => other === value));
    return (said ?? 'online') as never;
  });

const ids = word(z.array(Id).openapi({ description: 'The first 100' }), ({ members }: Place<'members'>) =>
  members.map((member) => member.id),
);

const placeWords = {
  id,
  name: word(z.string().openapi({ example: 'Lunch' }), (row: Place<'name'>) => row.name),
  description: word(
    z.string().nullable().openapi({ example: 'Where to eat' }),
    (row: Place<'description'>) => row.description || null,
  ),
  members: ids,
  participants: ids,
  memberNames: word(
    z.array(Username).openapi({ description: 'Additive: their usernames' }),
    ({ members }: Place<'members'>) => members.map(({ username }) => username),
  ),
  memberCount: word(
    z.int().openapi({ description: 'Additive: all of them' }),
    (row: Place<'member_count'>) => row.member_count,
  ),
  participantCount: word(
    z.int().openapi({ description: 'Additive' }),
    (row: Place<'member_count'>) => row.member_count,
  ),
  createdBy: word(Id, (row: Place<'created_by'>) => row.created_by ?? DELETED_USER.id),
  createdAt,
};

/** Groups, channels, rooms: whatever people talk in. */
export const placeOf = shapesOf(placeWords);

const fileWords = {
  id,
  name: word(z.string().openapi({ example: 'plan.pdf' }), (row: File<'name'>) => row.name),
  filename: word(z.string().openapi({ example: 'plan.pdf' }), (row: File<'name'>) => row.name),
  url: word(
    z.string().openapi({ description: 'Takes the token of whoever may read it' }),
    (row: File<'id'>, { urls }: Deps) => `${urls.gateway}/functions/v1/api/files/${row.id}`,
  ),
  size: word(z.int().openapi({ description: 'Bytes' }), (row: File<'size'>) => row.size),
  type: word(
    z.string().openapi({ description: 'Media type', example: 'application/pdf' }),
    (row: File<'mime_type'>) => row.mime_type,
  ),
  uploadedAt: createdAt,
  seq: word(z.int(), (row: { seq: number }) => row.seq),
};

export const fileOf = shapesOf(fileWords);

/** The other address that a file has, of rows that `withUrls` gives. */
export const signedUrl = word(
  z.string().openapi({
    description: 'Good for an hour, for whoever has it. Empty while the file is scanned for viruses',
    example: 'https://chat.example.com/storage/v1/object/sign/files/0193…/0193…?token=…',
  }),
  (row: { url: string }) => row.url,
);

export const SharedFile = fileOf('SharedFile', ['id', 'name', 'url', 'size', 'type']);

const channelId = word(Id, (row: Message<'channel_id'>) => row.channel_id);
const authorId = word(Id, ({ author }: Message<'author'>) => (author ?? DELETED_USER).id);
const authorName = ({ author }: Message<'author'>) => (author ?? DELETED_USER).username;
const body = word(z.string().openapi({ example: 'Lunch at noon?' }), (row: Message<'body'>) => row.body);

const messageWords = {
  id,
  chatroomId: channelId,
  conversationId: channelId,
  roomId: channelId,
  sender: authorId,
  senderId: authorId,
  senderName: word(Username.openapi({ description: 'Additive' }), authorName),
  username: word(Username, authorName),
  content: body,
  message: body,
  files: word(
    z.array(SharedFile.schema),
    ({ files }: { files: File<'id' | 'name' | 'mime_type' | 'size'>[] }, deps) =>
      files.map((file) => SharedFile.from(file, deps)),
  ),
  seq: word(
    z.int().openapi({ description: 'Additive: its number in the conversation' }),
    (row: Message<'seq'>) => row.seq ?? 0,
  ),
  status: word(
    z.enum(['sent', 'delivered', 'read']).openapi({ description: 'How far all others are with it' }),
    (row: { status?: 'sent' | 'delivered' | 'read' }) => row.status ?? 'sent',
  ),
  timestamp: createdAt,
};

/** What people said. */
export const messageOf = shapesOf(messageWords);

/** As the two documents have it that describe none. */
export const RoomMessage = messageOf('RoomMessage', [
  'id',
  'roomId',
  'conversationId',
  'senderId',
  'sender',
  'username',
  'content',
  'message',
  'files',
  'timestamp',
]);

/** What somebody sent speaks for itself. */
const noticeText = word(z.string().openapi({ example: 'Lunch is ready' }), (row: NotificationRow) =>
  row.channel_id === null ? row.text : toNotification(row).message,
);

const noticeWords = {
  id,
  type: word(z.literal('message'), () => 'message' as const),
  kind: word(Notification.shape.type, (row: Notice<'type'>) => row.type),
  chatroomId: word(Id.nullable(), (row: Notice<'channel_id'>) => row.channel_id),
  content: noticeText,
  message: noticeText,
  read: word(z.boolean(), (row: Notice<'read_at'>) => row.read_at !== null),
  createdAt,
  timestamp: createdAt,
};

/** What people were told of. */
export const noticeOf = shapesOf(noticeWords);

/** Its text where a document says of messages only that they are there. */
export const news = word(z.string().openapi({ example: 'New message from ada' }), (row: NotificationRow) => {
  if (row.type === 'reaction' || row.type === 'channel_invite') return toNotification(row).message;
  return row.channel_id ? `New message from ${row.username ?? DELETED_USER.username}` : row.text;
});

const statsWords = {
  activeUsers: word(
    z.int().openapi({ description: 'Signed in or here in the last 30 days', example: 120 }),
    (row: { active_users: number }) => row.active_users,
  ),
  messagesSent: word(
    z.int().openapi({ description: 'With those of the system and deleted ones', example: 5000 }),
    (row: { messages: number }) => row.messages,
  ),
};

/** Figures of the platform. */
export const statsOf = shapesOf(statsWords);
