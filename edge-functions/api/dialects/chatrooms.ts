/** Document S0: a categorised list of endpoints around chatrooms. */
import { z } from '@hono/zod-openapi';
import { absent, pageLimit, text, Uuid } from '../../_shared/schemas.ts';
import { readContact, searchContacts, setPresence } from '../core/accounts.ts';
import { readStats } from '../core/admin.ts';
import { addPeople, listConversations, startConversation } from '../core/conversations.ts';
import { fileUrls, listFiles } from '../core/files.ts';
import { deleteMessage, editMessage, findMessages, postMessage } from '../core/messages.ts';
import { listNotifications, markNotificationRead } from '../core/notifications.ts';
import { share } from '../core/open-files.ts';
import { readFrom } from '../core/receivers.ts';
import { type Dialect, get, post, put, remove } from '../dialect.ts';
import { suspendAndTell } from '../suspension-mails.ts';
import { translator, wrongField } from '../translator.ts';
import { ACCOUNT_FIELDS, ACCOUNT_STATUSES } from '../usernames.ts';
import * as shapes from './chatrooms-shapes.ts';
import * as shared from './shared.ts';
import { Done, done, Id, message, NEWEST_FIRST, OLDEST_FIRST, Page, Time, toTime } from './values.ts';

/** Direct messages are no rooms, though their messages are read by id. */
const KINDS = ['public', 'private', 'group'];

const users = [
  shared.registering('/users/register'),
  shared.signingIn('/users/login'),
  get('/users/{id}', {
    summary: 'Somebody, as others may see them',
    tag: 'Users',
    inPassing: true,
    answer: shapes.User,
    errors: { 404: shared.NOBODY },
    run: async ({ client, params }) => shapes.toUser(await readContact(client, params.id)),
  }),
  put('/users/{id}/status', {
    summary: 'Set your status; everyone connected hears of it',
    tag: 'Users',
    inPassing: true,
    body: z.object({ status: shapes.Status }),
    answer: Done('Status updated'),
    errors: { 403: ['That is somebody else', 'not_yourself'], 404: shared.NOBODY },
    run: ({ client, params, body }) =>
      done(setPresence(client, { userId: params.id, ...body }), 'Status updated'),
  }),
];

const rooms = [
  get('/chatrooms', {
    summary: 'Your chatrooms, newest first, and then the public ones',
    tag: 'Chatrooms',
    inPassing: true,
    query: Page,
    next: NEWEST_FIRST,
    answer: z.array(shapes.Chatroom),
    run: async ({ client, query }) =>
      (await listConversations(client, { kinds: KINDS, withPublic: true, ...query })).map(shapes.toChatroom),
  }),
  post('/chatrooms', {
    summary: 'Create a chatroom with these people and you',
    tag: 'Chatrooms',
    inPassing: true,
    body: z.object({
      name: text({ min: 1, trim: true }).openapi({ example: 'Lunch' }),
      members: absent(z.array(shapes.Person).max(1000).default([])),
    }),
    status: 201,
    answer: z.object({ id: Id, message: message('Chatroom created') }),
    errors: shared.createErrors,
    async run({ client, body }) {
      const { id } = await startConversation(client, { kind: 'group', ...body }).catch(
        wrongField('members', 'user_not_found'),
      );
      return { id, message: 'Chatroom created' };
    },
  }),
  post('/chatrooms/{id}/members', {
    summary: 'Add somebody to a chatroom; no effect on who is in it already',
    tag: 'Chatrooms',
    inPassing: true,
    body: z.object({ userId: shapes.Person }),
    status: 201,
    answer: Done('Member added to chatroom'),
    errors: shapes.errors.addMember,
    run: ({ client, params, body }) =>
      done(addPeople(client, params.id, [body.userId]), 'Member added to chatroom'),
  }),
  get('/chatrooms/{id}/messages', {
    summary: 'The newest messages of a chatroom, oldest first; marks them as read',
    tag: 'Chatrooms',
    inPassing: true,
    query: Page,
    next: OLDEST_FIRST,
    answer: z.array(shapes.Message),
    errors: {
      400: ['A parameter is wrong', 'invalid_cursor'],
      403: shapes.NOT_IN_IT,
      404: shapes.NO_CHATROOM,
    },
    async run({ client, params, query, c }) {
      const reading = { leavesMarks: c.req.method !== 'HEAD' };
      return (await readFrom(client, params.id, query, reading)).map(shapes.toMessage);
    },
  }),
  get('/chatrooms/{id}/files', {
    summary: 'The files of a chatroom, newest first',
    tag: 'Files',
    query: shapes.FilePage,
    next: shapes.NEXT_FILES,
    answer: z.array(shapes.File),
    errors: { 403: shapes.NOT_IN_IT, 404: shapes.NO_CHATROOM },
    async run({ client, deps, params, query }) {
      const files = await listFiles(client, { channelId: params.id, ...query });
      const urls = await fileUrls(deps.storage, files);
      return files.map((file) => shapes.toFile(file, urls));
    },
  }),
];

const messages = [
  post('/messages', {
    summary: 'Send a message to a chatroom',
    tag: 'Messages',
    bucket: 'api_send',
    inPassing: true,
    body: z.object({
      chatroomId: Uuid,
      sender: absent(shapes.Person.optional()).openapi({ description: 'You', example: 'ada' }),
      message: shapes.Words,
    }),
    status: 201,
    answer: z.object({ id: Id, timestamp: Time, message: message('Message sent') }),
    errors: shapes.errors.send,
    async run({ client, body: { chatroomId, sender, message: content } }) {
      const sent = await postMessage(client, { channelId: chatroomId, content, sender });
      return { id: sent.id, timestamp: toTime(sent.created_at), message: 'Message sent' };
    },
  }),
  put('/messages/{id}', {
    summary: 'Change what your message says',
    tag: 'Messages',
    inPassing: true,
    body: z.object({ message: shapes.Words }),
    answer: Done('Message updated'),
    errors: shapes.errors.edit,
    run: ({ client, params, body }) =>
      done(editMessage(client, { messageId: params.id }, body.message), 'Message updated'),
  }),
  remove('/messages/{id}', {
    summary: "Delete your message, or as an admin of the chatroom anybody's",
    tag: 'Messages',
    inPassing: true,
    answer: Done('Message deleted'),
    errors: shapes.errors.remove,
    run: ({ client, params }) => done(deleteMessage(client, { messageId: params.id }), 'Message deleted'),
  }),
];

const others = [
  get('/notifications', {
    summary: 'Your notifications, newest first',
    tag: 'Notifications',
    inPassing: true,
    query: Page,
    next: NEWEST_FIRST,
    answer: z.array(shapes.Notice),
    run: async ({ client, query }) => (await listNotifications(client, query)).map(shapes.toNotice),
  }),
  put('/notifications/{id}', {
    summary: 'Mark a notification as read',
    tag: 'Notifications',
    inPassing: true,
    answer: Done('Notification marked as read'),
    errors: { 404: ['You have no such notification', 'notification_not_found'] },
    run: ({ client, params }) => done(markNotificationRead(client, params.id), 'Notification marked as read'),
  }),
  post('/files', {
    summary: 'Upload a file',
    description: 'With a chatroom it is sent there, in a message of its own. Without one it is only yours.',
    tag: 'Files',
    bucket: 'api_upload',
    form: shapes.UPLOAD,
    status: 201,
    answer: z.object({ id: Id, url: shapes.Url, message: message('File uploaded successfully') }),
    errors: shapes.errors.upload,
    async run({ client, deps, c }) {
      const reach = { storage: deps.storage, client, server: deps.supabase.asServer() };
      const fields = { file: 'file', channel: 'chatroomId' };
      const file = await share(reach, c.req.raw, fields, postMessage);
      const urls = await fileUrls(deps.storage, [file]);
      return { id: file.id, url: urls.get(file.id)?.url ?? '', message: 'File uploaded successfully' };
    },
  }),
  get('/search/users', {
    summary: 'Find people by username, name, e-mail address or phone number, best first',
    tag: 'Search',
    inPassing: true,
    query: z.object({ q: shapes.Query, limit: pageLimit(20, 50) }),
    answer: z.array(shapes.FoundUser),
    errors: { 400: ['A parameter is wrong', 'invalid_search'] },
    run: async ({ client, query: { q, limit } }) =>
      (await searchContacts(client, q, limit)).map(({ id, username, name }) => ({ id, username, name })),
  }),
  get('/search/messages', {
    summary: 'Search the messages of your chatrooms, newest first',
    tag: 'Search',
    inPassing: true,
    query: z.object({ q: shapes.Query, chatroomId: Uuid.optional(), limit: pageLimit(20, 50) }),
    answer: z.array(shapes.Message),
    errors: { 400: ['A parameter is wrong', 'invalid_search'], 403: shapes.NOT_IN_IT },
    async run({ client, query: { q, chatroomId, limit } }) {
      const { hits } = await findMessages(client, { query: q, channelId: chatroomId, limit });
      return hits.map((hit) => shapes.toMessage(hit.message));
    },
  }),
  post('/admin/ban', {
    summary: 'Shut somebody out at once and tell them by mail',
    tag: 'Administration',
    body: z.object({ userId: Uuid, reason: text({ min: 1 }).openapi({ example: 'Spam' }) }),
    answer: Done('User banned'),
    errors: shapes.errors.ban,
    run: (ask) => done(suspendAndTell(ask, ask.body), 'User banned'),
  }),
  get('/admin/stats', {
    summary: 'Figures of the platform, counted at most once in five minutes',
    tag: 'Administration',
    answer: shapes.Stats,
    errors: { 403: shapes.ADMINS_ONLY },
    run: async ({ client }) => shapes.toStats(await readStats(client)),
  }),
];

export const chatrooms: Dialect = {
  name: 'chatrooms',
  title: 'Chatrooms',
  mount: '/chatrooms/api',
  endpoints: [...users, ...rooms, ...messages, ...others],
  translate: translator(ACCOUNT_STATUSES, {
    ...ACCOUNT_FIELDS,
    cannot_target_oneself: 'userId',
    file_empty: 'file',
    file_type_not_allowed: 'file',
    invalid_file_name: 'file',
    invalid_name: 'name',
    invalid_reason: 'reason',
    invalid_search: 'q',
    message_empty: 'message',
    message_too_long: 'message',
    too_many_files: 'file',
    too_many_mentions: 'message',
  }),
};
