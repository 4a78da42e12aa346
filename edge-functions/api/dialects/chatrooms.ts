/** Document S0: a categorised list of endpoints around chatrooms. */
import { z } from '@hono/zod-openapi';
import { absent, pageLimit, text, Uuid } from '../../_shared/schemas.ts';
import { readContact, searchContacts, setPresence } from '../core/accounts.ts';
import { readStats } from '../core/admin.ts';
import { addPeople, listConversations, startConversation } from '../core/conversations.ts';
import { fileUrls, listFiles, withUrls } from '../core/files.ts';
import { editMessage, findMessages, postMessage } from '../core/messages.ts';
import { listNotifications, markNotificationRead } from '../core/notifications.ts';
import { share } from '../core/open-files.ts';
import { readFrom } from '../core/receivers.ts';
import { type Dialect, get, post, put, tagged } from '../dialect.ts';
import { alsoSaying, many, saying } from '../shape.ts';
import { suspendAndTell } from '../suspension-mails.ts';
import { inWords, refusals } from './refusals.ts';
import { deletingMessage, registering, signingIn } from './shared.ts';
import { NEWEST_FIRST, OLDEST_FIRST, Page, Someone, senders, sendersOf } from './values.ts';
import * as words from './vocabulary.ts';

/** Direct messages are no rooms, though their messages are read by id. */
const KINDS = ['public', 'private', 'group'];

const Words = text({ min: 1 }).openapi({ example: 'Lunch at noon?' });
const Query = text({ min: 1, max: 1000, trim: true }).openapi({ example: 'lunch' });
const status = words.statusIn('online', 'offline', 'away');

const User = words.personOf('ChatroomUser', ['id', 'username', 'email'], { status });
const Found = words.personOf('FoundPerson', ['id', 'username', 'name']);
const Chatroom = words.placeOf('Chatroom', ['id', 'name', 'members', 'memberNames', 'memberCount']);
const Made = words.placeOf('NewChatroom', ['id']);
const Message = words.messageOf('ChatroomMessage', [
  'id',
  'chatroomId',
  'sender',
  'senderName',
  'message',
  'files',
  'timestamp',
]);
const Sent = words.messageOf('SentMessage', ['id', 'timestamp', 'message', 'conversationId', 'content']);

const File = words.fileOf('ChatroomFile', ['id', 'filename', 'url', 'seq'], { url: words.signedUrl });
const Uploaded = words.fileOf('UploadedChatroomFile', ['id', 'url'], { url: words.signedUrl });
const Notice = words.noticeOf(
  'ChatroomNotification',
  ['id', 'type', 'kind', 'content', 'chatroomId', 'read', 'timestamp'],
  { content: words.news },
);
const Stats = words.statsOf('ChatroomStats', ['activeUsers', 'messagesSent']);

const users = tagged('Users', [
  registering('/users/register'),
  signingIn('/users/login'),
  get('/users/{id}', {
    summary: 'Somebody, as others may see them',
    inPassing: true,
    answer: User,
    errors: refusals.findPerson,
    run: ({ client, params }) => readContact(client, params.id),
  }),
  put('/users/{id}/status', {
    summary: 'Set your status; everyone connected hears of it',
    inPassing: true,
    body: z.object({ status: status.schema }),
    answer: saying('Status updated'),
    errors: refusals.setPresence,
    run: ({ client, params, body }) => setPresence(client, { userId: params.id, ...body }),
  }),
]);

const rooms = tagged('Chatrooms', [
  get('/chatrooms', {
    summary: 'Your chatrooms, newest first, and then the public ones',
    inPassing: true,
    query: Page,
    next: NEWEST_FIRST,
    answer: many(Chatroom),
    run: ({ client, query }) => listConversations(client, { kinds: KINDS, withPublic: true, ...query }),
  }),
  post('/chatrooms', {
    summary: 'Create a chatroom with these people and you',
    inPassing: true,
    body: z.object({
      name: text({ min: 1, trim: true }).openapi({ example: 'Lunch' }),
      members: absent(z.array(Someone).max(1000).default([])),
    }),
    status: 201,
    answer: alsoSaying('Chatroom created', Made),
    errors: refusals.start,
    blames: { user_not_found: 'members' },
    run: ({ client, body }) => startConversation(client, { kind: 'group', ...body }),
  }),
  post('/chatrooms/{id}/members', {
    summary: 'Add somebody to a chatroom; no effect on who is in it already',
    inPassing: true,
    body: z.object({ userId: Someone }),
    status: 201,
    answer: saying('Member added to chatroom'),
    errors: refusals.changeMembers,
    run: ({ client, params, body }) => addPeople(client, params.id, [body.userId]),
  }),
  get('/chatrooms/{id}/messages', {
    summary: 'The newest messages of a chatroom, oldest first; marks them as read',
    inPassing: true,
    query: Page,
    next: OLDEST_FIRST,
    answer: many(Message),
    errors: refusals.read,
    run: (ask) => readFrom(ask.client, ask.params.id, ask.query, ask),
  }),
]);

const messages = tagged('Messages', [
  post('/messages', {
    summary: 'Send a message to a chatroom',
    bucket: 'api_send',
    inPassing: true,
    body: z.object({ chatroomId: Uuid, ...senders, message: Words }),
    status: 201,
    answer: alsoSaying('Message sent', Sent),
    errors: refusals.send,
    run: ({ client, body }) =>
      postMessage(client, { channelId: body.chatroomId, content: body.message, senders: sendersOf(body) }),
  }),
  put('/messages/{id}', {
    summary: 'Change what your message says',
    inPassing: true,
    body: z.object({ message: Words }),
    answer: saying('Message updated'),
    errors: refusals.edit,
    run: ({ client, params, body }) => editMessage(client, { messageId: params.id }, body.message),
  }),
  deletingMessage('/messages/{id}'),
]);

const notifications = tagged('Notifications', [
  get('/notifications', {
    summary: 'Your notifications, newest first',
    inPassing: true,
    query: Page,
    next: NEWEST_FIRST,
    answer: many(Notice),
    run: ({ client, query }) => listNotifications(client, query),
  }),
  put('/notifications/{id}', {
    summary: 'Mark a notification as read',
    inPassing: true,
    answer: saying('Notification marked as read'),
    errors: refusals.markNotification,
    run: ({ client, params }) => markNotificationRead(client, params.id),
  }),
]);

const files = tagged('Files', [
  post('/files', {
    summary: 'Upload a file',
    description: 'With a chatroom it is sent there, in a message of its own. Without one it is only yours.',
    bucket: 'api_upload',
    form: {
      file: { type: 'string', format: 'binary', description: 'At most 50 MB' },
      chatroomId: { type: 'string', format: 'uuid', description: 'Additive' },
    },
    status: 201,
    answer: alsoSaying('File uploaded successfully', Uploaded),
    errors: refusals.upload,
    async run({ client, deps, c }) {
      const reach = { storage: deps.storage, client, server: deps.supabase.asServer() };
      const fields = { file: 'file', channel: 'chatroomId' };
      const file = await share(reach, c.req.raw, fields, postMessage);
      const urls = await fileUrls(deps.storage, [file]);
      return { id: file.id, url: urls.get(file.id)?.url ?? '' };
    },
  }),
  get('/chatrooms/{id}/files', {
    summary: 'The files of a chatroom, newest first',
    query: z.object({
      limit: pageLimit(100),
      before: z.coerce.number().int().min(1).optional().openapi({
        type: 'integer',
        description: 'Additive: the `seq` that the page ends before',
      }),
    }),
    // Files are named by the message that they are in.
    next: { ...NEWEST_FIRST, field: 'seq' },
    answer: many(File),
    errors: refusals.listFiles,
    run: async ({ client, deps, params, query }) =>
      withUrls(deps.storage, await listFiles(client, { channelId: params.id, ...query })),
  }),
]);

const search = tagged('Search', [
  get('/search/users', {
    summary: 'Find people by username, name, e-mail address or phone number, best first',
    inPassing: true,
    query: z.object({ q: Query, limit: pageLimit(20, 50) }),
    answer: many(Found),
    errors: { 400: refusals.search[400] },
    run: ({ client, query: { q, limit } }) => searchContacts(client, q, limit),
  }),
  get('/search/messages', {
    summary: 'Search the messages of your chatrooms, newest first',
    inPassing: true,
    query: z.object({ q: Query, chatroomId: Uuid.optional(), limit: pageLimit(20, 50) }),
    answer: many(Message),
    errors: refusals.search,
    async run({ client, query: { q: query, chatroomId: channelId, limit } }) {
      const { hits } = await findMessages(client, { query, channelId, limit });
      return hits.map((hit) => hit.message);
    },
  }),
]);

const administration = tagged('Administration', [
  post('/admin/ban', {
    summary: 'Shut somebody out at once and tell them by mail',
    body: z.object({ userId: Uuid, reason: text({ min: 1 }).openapi({ example: 'Spam' }) }),
    answer: saying('User banned'),
    errors: refusals.ban,
    run: (ask) => suspendAndTell(ask, ask.body),
  }),
  get('/admin/stats', {
    summary: 'Figures of the platform, counted at most once in five minutes',
    answer: Stats,
    errors: refusals.administer,
    run: ({ client }) => readStats(client),
  }),
]);

export const chatrooms: Dialect = {
  name: 'chatrooms',
  title: 'Chatrooms',
  mount: '/chatrooms/api',
  endpoints: [...users, ...rooms, ...messages, ...notifications, ...files, ...search, ...administration],
  translate: inWords('chatroom', 'message'),
};
