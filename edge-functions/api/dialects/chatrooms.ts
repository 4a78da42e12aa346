/** Document S0: a categorised list of endpoints around chatrooms. */
import { z } from '@hono/zod-openapi';
import type { Reason } from '../../_shared/http.ts';
import { absent, pageLimit, text, Uuid } from '../../_shared/schemas.ts';
import { readContact, searchContacts, setPresence } from '../core/accounts.ts';
import { readStats } from '../core/admin.ts';
import { addPeople, listConversations, startConversation } from '../core/conversations.ts';
import { fileUrls, listFiles } from '../core/files.ts';
import { deleteMessage, editMessage, findMessages, postMessage, readNewest } from '../core/messages.ts';
import { listNotifications, markNotificationRead } from '../core/notifications.ts';
import { share } from '../core/open-files.ts';
import { type Dialect, get, post, put, remove } from '../dialect.ts';
import { suspendAndTell } from '../suspension-mails.ts';
import { translator, wrongField } from '../translator.ts';
import {
  ACCOUNT_FIELDS,
  ACCOUNT_STATUSES,
  Login,
  Registration,
  Session,
  signInByName,
  signInErrors,
  signUpByName,
  signUpErrors,
} from '../usernames.ts';
import * as shapes from './chatrooms-shapes.ts';
import { Id, message, Page, Time, toTime, uploadErrors } from './values.ts';

/** Direct messages are no rooms, though their messages are read by id. */
const KINDS = ['public', 'private', 'group'];

const NO_CHATROOM: Reason = ['No such chatroom, or not visible to you', 'channel_not_found'];
const NOT_IN_IT: Reason = ['Not a member of the chatroom', 'not_a_member'];
const NO_MESSAGE: Reason = ['No such message, or not visible to you', 'message_not_found'];
const ADMINS_ONLY: Reason = ['The caller is no admin of the platform', 'not_an_admin'];

const Done = (words: string) => z.object({ message: message(words) });

async function done(act: PromiseLike<unknown>, words: string) {
  await act;
  return { message: words };
}

const users = [
  post('/users/register', {
    summary: 'Make an account',
    tag: 'Users',
    token: 'none',
    body: Registration,
    status: 201,
    answer: z.object({ id: Id, message: message('User registered successfully') }),
    errors: signUpErrors,
    async run(ask) {
      const { user } = await signUpByName(ask);
      return { id: user.id, message: 'User registered successfully' };
    },
  }),
  post('/users/login', {
    summary: 'Sign in',
    tag: 'Users',
    token: 'none',
    body: Login,
    answer: Session,
    errors: signInErrors,
    run: signInByName,
  }),
  get('/users/{id}', {
    summary: 'Somebody, as others may see them',
    tag: 'Users',
    inPassing: true,
    answer: shapes.User,
    errors: { 404: ['There is nobody with this id', 'user_not_found'] },
    run: async ({ client, params }) => shapes.toUser(await readContact(client, params.id)),
  }),
  put('/users/{id}/status', {
    summary: 'Set your status',
    description:
      'Everyone connected hears of it. `online` follows the activity from then on, `offline` hides.',
    tag: 'Users',
    inPassing: true,
    body: z.object({ status: shapes.Status }),
    answer: Done('Status updated'),
    errors: {
      403: ['That is somebody else', 'not_yourself'],
      404: ['There is nobody with this id', 'user_not_found'],
    },
    run: ({ client, params, body }) =>
      done(setPresence(client, { userId: params.id, ...body }), 'Status updated'),
  }),
];

const rooms = [
  get('/chatrooms', {
    summary: 'Your chatrooms and the public ones, newest first',
    tag: 'Chatrooms',
    inPassing: true,
    query: Page,
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
    errors: {
      400: ['A field is wrong, or a member is nobody', 'invalid_name', 'user_not_found'],
      403: ['One of them and you have blocked the other', 'user_blocked'],
    },
    async run({ client, body }) {
      const { id } = await startConversation(client, { kind: 'group', ...body }).catch(
        wrongField('members', 'user_not_found'),
      );
      return { id, message: 'Chatroom created' };
    },
  }),
  post('/chatrooms/{id}/members', {
    summary: 'Add somebody to a chatroom',
    description: 'Any member of a group may. No effect on who is in it already.',
    tag: 'Chatrooms',
    inPassing: true,
    body: z.object({ userId: shapes.Person }),
    status: 201,
    answer: Done('Member added to chatroom'),
    errors: {
      403: [
        'Not a member of the chatroom, or it takes nobody from you',
        ...['not_a_member', 'not_a_channel_admin', 'channel_archived'],
        ...['dm_is_permanent', 'user_blocked', 'user_banned'],
      ],
      404: ['No such chatroom or user', 'channel_not_found', 'user_not_found'],
    },
    run: ({ client, params, body }) =>
      done(addPeople(client, params.id, [body.userId]), 'Member added to chatroom'),
  }),
  get('/chatrooms/{id}/messages', {
    summary: 'The newest messages of a chatroom, oldest first; marks them as read',
    tag: 'Chatrooms',
    inPassing: true,
    query: Page,
    answer: z.array(shapes.Message),
    errors: { 400: ['A parameter is wrong', 'invalid_cursor'], 403: NOT_IN_IT, 404: NO_CHATROOM },
    run: async ({ client, params, query, c }) =>
      (
        await readNewest(client, { channelId: params.id, ...query }, { leavesMarks: c.req.method !== 'HEAD' })
      ).map(shapes.toMessage),
  }),
  get('/chatrooms/{id}/files', {
    summary: 'The files of a chatroom, newest first',
    tag: 'Files',
    query: shapes.FilePage,
    answer: z.array(shapes.File),
    errors: { 403: NOT_IN_IT, 404: NO_CHATROOM },
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
      sender: absent(shapes.Person.optional()).openapi({
        description: 'Your id or username',
        example: 'ada',
      }),
      message: shapes.Words,
    }),
    status: 201,
    answer: z.object({ id: Id, timestamp: Time, message: message('Message sent') }),
    errors: {
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
    errors: {
      400: ['The text is empty or too long', 'message_empty', 'message_too_long', 'too_many_mentions'],
      403: [
        'You are not its author, or it is older than 24 hours',
        ...['not_the_author', 'edit_window_closed', 'channel_archived', 'user_blocked'],
      ],
      404: NO_MESSAGE,
    },
    run: ({ client, params, body }) =>
      done(editMessage(client, { messageId: params.id }, body.message), 'Message updated'),
  }),
  remove('/messages/{id}', {
    summary: "Delete your message, or as an admin of the chatroom anybody's",
    tag: 'Messages',
    inPassing: true,
    answer: Done('Message deleted'),
    errors: {
      403: [
        'You are not its author',
        'not_the_author',
        'not_a_channel_admin',
        'dm_is_permanent',
        'channel_archived',
      ],
      404: NO_MESSAGE,
    },
    run: ({ client, params }) => done(deleteMessage(client, { messageId: params.id }), 'Message deleted'),
  }),
];

const others = [
  get('/notifications', {
    summary: 'Your notifications, newest first',
    tag: 'Notifications',
    inPassing: true,
    query: Page,
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
    description:
      'With a chatroom it is sent there, in a message of its own. Without one it is your own only.',
    tag: 'Files',
    bucket: 'api_upload',
    form: shapes.UPLOAD,
    status: 201,
    answer: z.object({ id: Id, url: shapes.Url, message: message('File uploaded successfully') }),
    errors: {
      ...uploadErrors,
      403: [
        'Not a member of the chatroom, or it is archived',
        'not_a_member',
        'channel_archived',
        'user_blocked',
      ],
      404: NO_CHATROOM,
    },
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
    errors: { 400: ['A parameter is wrong', 'invalid_search'], 403: NOT_IN_IT },
    async run({ client, query: { q, chatroomId, limit } }) {
      const { hits } = await findMessages(client, { query: q, channelId: chatroomId, limit });
      return hits.map((hit) => shapes.toMessage(hit.message));
    },
  }),
  post('/admin/ban', {
    summary: 'Shut somebody out at once and tell them by mail',
    description: 'For admins of the platform. No effect on who is banned already.',
    tag: 'Administration',
    body: z.object({ userId: Uuid, reason: text({ min: 1 }).openapi({ example: 'Spam' }) }),
    answer: Done('User banned'),
    errors: {
      400: ['A field is wrong, or the account is your own', 'cannot_target_oneself', 'invalid_reason'],
      403: ADMINS_ONLY,
      404: ['No such user', 'user_not_found'],
      409: ['The platform would have no admin', 'last_admin'],
    },
    run: (ask) => done(suspendAndTell(ask, ask.body), 'User banned'),
  }),
  get('/admin/stats', {
    summary: 'Figures of the platform',
    description: 'For its admins. Counted at most once in five minutes, however many ask.',
    tag: 'Administration',
    answer: shapes.Stats,
    errors: { 403: ADMINS_ONLY },
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
