/** Document S1: people, groups and channels, and how they are. */
import { z } from '@hono/zod-openapi';
import { absent, text, Uuid } from '../../_shared/schemas.ts';
import { type ContactRow, deleteAccount, readContact, setPresence } from '../core/accounts.ts';
import * as conversations from '../core/conversations.ts';
import { listNotifications, sendNotification } from '../core/notifications.ts';
import { postTo, readFrom, toggleMember } from '../core/receivers.ts';
import { type Dialect, type Endpoint, get, post, put, remove } from '../dialect.ts';
import { translator, wrongField } from '../translator.ts';
import { ACCOUNT_FIELDS, ACCOUNT_STATUSES, changeLogin, SomeLoginChange } from '../usernames.ts';
import { OtherUser, toOtherUser } from './connectbest/accounts.ts';
import * as shared from './shared.ts';
import {
  Done,
  done,
  Id,
  message,
  NEWEST_FIRST,
  Notice,
  OLDEST_FIRST,
  Page,
  RoomMessage,
  Time,
  toNotice,
  toRoomMessage,
  toTime,
} from './values.ts';

const Person = z.object({ id: Id, username: z.string().openapi({ example: 'ada' }) });
const Name = text({ min: 1, max: 64, trim: true }).openapi({ description: 'Id or username', example: 'bob' });
const Status = z.enum(['online', 'offline', 'typing', 'playing']);

const toStatus = ({ status, activity }: ContactRow): z.infer<typeof Status> =>
  activity ?? (status === 'offline' ? 'offline' : 'online');

const people = [
  shared.registering('/users/register'),
  shared.signingIn('/users/login'),
  put('/users/{id}', {
    summary: 'Change what you sign in with',
    description: 'A new password ends your other sessions. Admins change usernames of others too.',
    tag: 'Users',
    body: SomeLoginChange,
    answer: z.object({ message: message('User updated successfully'), user: Person }),
    errors: shared.changeErrors,
    async run(ask) {
      const { id, username } = await changeLogin(ask, ask.params.id);
      return { message: 'User updated successfully', user: { id, username } };
    },
  }),
  get('/users/{id}', {
    summary: 'Somebody, as others may see them',
    tag: 'Users',
    inPassing: true,
    answer: Person.extend({ email: z.string().nullable(), status: Status, user: OtherUser }),
    errors: { 404: shared.NOBODY },
    async run({ client, params }) {
      const row = await readContact(client, params.id);
      const { id, username, email } = row;
      return { id, username, email, status: toStatus(row), user: toOtherUser(row) };
    },
  }),
  remove('/users/{id}', {
    summary: 'Delete your account for good; admins delete others too',
    tag: 'Users',
    inPassing: true,
    answer: Done('User deleted successfully'),
    errors: shared.deletionErrors,
    run: ({ client, params }) => done(deleteAccount(client, params.id), 'User deleted successfully'),
  }),
  put('/status', {
    summary: 'Say how you are, until you say otherwise or are gone',
    tag: 'Status',
    inPassing: true,
    body: z.object({ userId: Uuid.openapi({ description: 'Yours' }), status: Status }),
    answer: z.object({ message: message('Status updated'), userId: Id, status: Status }),
    errors: { 403: ['This is somebody else', 'not_yourself'], 404: shared.NOBODY },
    async run({ client, body: { userId, status } }) {
      const activity = status === 'typing' || status === 'playing' ? status : undefined;
      await setPresence(client, { userId, activity, status: activity ? 'online' : status });
      return { message: 'Status updated', userId, status };
    },
  }),
  get('/status/{userId}', {
    summary: 'How somebody is',
    tag: 'Status',
    inPassing: true,
    answer: z.object({ userId: Id, status: Status }),
    errors: { 404: shared.NOBODY },
    async run({ client, params: { userId } }) {
      return { userId, status: toStatus(await readContact(client, userId)) };
    },
  }),
];

const messages = [
  post('/messages', {
    summary: 'Send a message to a person, a group or a channel',
    tag: 'Messages',
    bucket: 'api_send',
    inPassing: true,
    body: z.object({
      senderId: Name.openapi({ description: 'You, by id or username' }),
      receiverId: Uuid.openapi({ description: 'Of a person, a group or a channel' }),
      content: text({ min: 1, max: 40_000 }).openapi({ example: 'Good morning' }),
    }),
    status: 201,
    answer: RoomMessage.extend({ receiverId: Id, message: message('Message sent') }),
    errors: shared.sendErrors,
    async run({ client, deps, body: { senderId: sender, receiverId, content } }) {
      const row = await postTo(client, { receiverId, sender, content });
      return { ...toRoomMessage(row, deps), receiverId, message: 'Message sent' };
    },
  }),
  get('/messages/{id}', {
    summary: 'What was said in a conversation or with a person, oldest first; marks it as read',
    tag: 'Messages',
    inPassing: true,
    query: Page,
    next: OLDEST_FIRST,
    answer: z.array(RoomMessage),
    errors: shared.readErrors,
    async run({ client, deps, params, query, c }) {
      const rows = await readFrom(client, params.id, query, { leavesMarks: c.req.method !== 'HEAD' });
      return rows.map((row) => toRoomMessage(row, deps));
    },
  }),
  shared.deletingMessage('/messages/{id}'),
];

const Place = z.object({
  id: Id,
  name: z.string().openapi({ example: 'Lunch' }),
  members: z.array(Id).openapi({ description: 'The first 100' }),
  memberCount: z.int().openapi({ description: 'Additive: all of them' }),
});

const toPlace = (row: conversations.ConversationRow): z.infer<typeof Place> => ({
  id: row.id,
  name: row.name,
  members: row.members.map(({ id }) => id),
  memberCount: row.member_count,
});

/** Groups and channels have the same endpoints: our kind of what is made, and those of what is found. */
function places(noun: 'Group' | 'Channel', kind: 'group' | 'private', kinds: string[]): Endpoint[] {
  const tag = `${noun}s`;
  const nouns = tag.toLowerCase() as 'groups' | 'channels';
  return [
    post(`/${nouns}`, {
      summary: `Make a ${kind === 'group' ? 'group' : 'private channel'}, with you in it`,
      tag,
      inPassing: true,
      body: z.object({
        name: text({ min: 1, max: 80, trim: true }).openapi({ example: 'Lunch' }),
        members: z.array(Name).openapi({ description: 'At most 1,000' }),
      }),
      status: 201,
      answer: Place.extend({ message: message(`${noun} created successfully`) }),
      errors: shared.createErrors,
      async run({ client, body }) {
        const making = conversations.startConversation(client, { kind, ...body });
        const row = await making.catch(wrongField('members', 'user_not_found'));
        return { ...toPlace(row), message: `${noun} created successfully` };
      },
    }),
    put(`/${nouns}/{id}/members`, {
      summary: 'Add somebody who is not in it, or remove them who are',
      tag,
      inPassing: true,
      body: z.object({
        memberId: Name,
        action: absent(z.enum(['add', 'remove']).optional()).openapi({ description: 'Additive: says which' }),
      }),
      answer: Place.pick({ members: true }).extend({
        message: z.enum(['Member added', 'Member removed']),
        action: z.enum(['added', 'removed']),
      }),
      errors: shared.memberErrors,
      async run({ client, params, body: { memberId: member, action } }) {
        const toggle = { channelId: params.id, member, action, kinds };
        const { action: past, conversation } = await toggleMember(client, toggle);
        return { message: `Member ${past}` as const, action: past, members: toPlace(conversation).members };
      },
    }),
    get(`/${nouns}/{id}`, {
      summary: `A ${noun.toLowerCase()} that you are in`,
      tag,
      inPassing: true,
      answer: Place.extend({ createdBy: Id.nullable(), createdAt: Time }),
      errors: { 404: shared.sendErrors[404] },
      async run({ client, params }) {
        const row = await conversations.readConversation(client, params.id, kinds);
        return { ...toPlace(row), createdBy: row.created_by, createdAt: toTime(row.created_at) };
      },
    }),
    get(`/${nouns}`, {
      summary: `The ${nouns} that you are in, newest first`,
      tag,
      inPassing: true,
      query: Page,
      next: NEWEST_FIRST,
      answer: z.array(Place),
      run: async ({ client, query }) =>
        (await conversations.listConversations(client, { kinds, ...query })).map(toPlace),
    }),
  ];
}

const notifications = [
  post('/notifications', {
    summary: 'Notify somebody, at most 30 times a minute; who wants no notifications gets none',
    tag: 'Notifications',
    inPassing: true,
    body: z.object({ userId: Uuid, message: text({ min: 1, max: 1000 }).openapi({ example: 'Lunch' }) }),
    status: 201,
    answer: Done('Notification sent successfully').extend({ id: Id }),
    errors: {
      400: ['A field is wrong, or there is no such person', 'invalid_notification', 'user_not_found'],
      403: ['One of you has blocked the other', 'user_blocked'],
    },
    async run({ client, body }) {
      const id = await sendNotification(client, body).catch(wrongField('userId', 'user_not_found'));
      return { id, message: 'Notification sent successfully' };
    },
  }),
  get('/notifications', {
    summary: 'What you were told of, newest first',
    tag: 'Notifications',
    query: Page,
    next: NEWEST_FIRST,
    answer: z.array(Notice),
    run: async ({ client, query }) => (await listNotifications(client, query)).map(toNotice),
  }),
];

export const groups: Dialect = {
  name: 'groups',
  title: 'Groups',
  mount: '/groups/api',
  endpoints: [
    ...people,
    ...messages,
    ...places('Group', 'group', ['group']),
    ...places('Channel', 'private', ['private', 'public']),
    ...notifications,
  ],
  translate: translator(ACCOUNT_STATUSES, { ...ACCOUNT_FIELDS, ...shared.TALK_FIELDS }),
};
