/** Document S1: people, groups and channels, and how they are. */
import { z } from '@hono/zod-openapi';
import { absent, text, Uuid } from '../../_shared/schemas.ts';
import { deleteAccount, readContact, setPresence } from '../core/accounts.ts';
import { listConversations, readConversation, startConversation } from '../core/conversations.ts';
import { listNotifications, sendNotification } from '../core/notifications.ts';
import { type MemberChange, postTo, readFrom, toggleMember } from '../core/receivers.ts';
import { type Dialect, get, post, put, remove, tagged } from '../dialect.ts';
import { alsoSaying, many, saying, shapeOf, word } from '../shape.ts';
import { changeLogin, SomeLoginChange } from '../usernames.ts';
import { OtherUser, toOtherUser } from './connectbest/accounts.ts';
import { inWords, refusals } from './refusals.ts';
import { deletingMessage, registering, signingIn } from './shared.ts';
import { Id, NEWEST_FIRST, OLDEST_FIRST, Page, Someone, senders, sendersOf } from './values.ts';
import { messageOf, noticeOf, personOf, placeOf, RoomMessage, statusIn } from './vocabulary.ts';

const status = statusIn('online', 'offline', 'typing', 'playing');

const Person = personOf('GroupPerson', ['id', 'username']);
const Changed = shapeOf('ChangedGroupPerson', { user: word(Person.schema, Person.from) });
const User = personOf('GroupUser', ['id', 'username', 'email'], {
  status,
  user: word(OtherUser, toOtherUser),
});
const Status = shapeOf('GroupUserStatus', { userId: word(Id, ({ id }: { id: string }) => id), status });

const Letter = messageOf(
  'GroupLetter',
  ['id', 'roomId', 'conversationId', 'senderId', 'sender', 'username', 'content', 'files', 'timestamp'],
  { receiverId: word(Id, (row: { receiver_id: string }) => row.receiver_id) },
);

const Place = placeOf('Group', ['id', 'name', 'members', 'memberCount']);
const Details = placeOf('GroupDetails', ['id', 'name', 'members', 'memberCount', 'createdBy', 'createdAt']);
const Change = shapeOf('GroupMemberChange', {
  message: word(
    z.enum(['Member added', 'Member removed']),
    ({ action }: MemberChange) => `Member ${action}` as const,
  ),
  action: word(z.enum(['added', 'removed']), ({ action }: MemberChange) => action),
  members: word(
    Place.schema.shape.members,
    ({ conversation }: MemberChange, deps) => Place.from(conversation, deps).members,
  ),
});

const Sent = shapeOf('SentNotification', { id: word(Id, (id: string) => id) });
const Notice = noticeOf('Notice', ['id', 'type', 'kind', 'content', 'message', 'read', 'createdAt']);

const users = [
  registering('/users/register'),
  signingIn('/users/login'),
  put('/users/{id}', {
    summary: 'Change what you sign in with',
    description: 'A new password ends your other sessions. Admins change usernames of others too.',
    body: SomeLoginChange,
    answer: alsoSaying('User updated successfully', Changed),
    errors: refusals.changeLogin,
    run: (ask) => changeLogin(ask, ask.params.id),
  }),
  get('/users/{id}', {
    summary: 'Somebody, as others may see them',
    inPassing: true,
    answer: User,
    errors: refusals.findPerson,
    run: ({ client, params }) => readContact(client, params.id),
  }),
  remove('/users/{id}', {
    summary: 'Delete your account for good; admins delete others too',
    inPassing: true,
    answer: saying('User deleted successfully'),
    errors: refusals.deleteAccount,
    run: ({ client, params }) => deleteAccount(client, params.id),
  }),
];

const statuses = [
  put('/status', {
    summary: 'Say how you are, until you say otherwise or are gone',
    inPassing: true,
    body: z.object({ userId: Uuid.openapi({ description: 'Yours' }), status: status.schema }),
    answer: alsoSaying('Status updated', Status),
    errors: {
      400: ['A field is wrong, or there is no such person', 'user_not_found'],
      403: refusals.setPresence[403],
    },
    blames: { user_not_found: 'userId' },
    async run({ client, body: { userId, status: said } }) {
      const how =
        said === 'typing' || said === 'playing'
          ? { status: 'online' as const, activity: said }
          : { status: said };
      await setPresence(client, { userId, ...how });
      return { id: userId, ...how };
    },
  }),
  get('/status/{userId}', {
    summary: 'How somebody is',
    inPassing: true,
    answer: Status,
    errors: refusals.findPerson,
    run: ({ client, params }) => readContact(client, params.userId),
  }),
];

const messages = [
  post('/messages', {
    summary: 'Send a message to a person, a group or a channel',
    bucket: 'api_send',
    inPassing: true,
    body: z.object({
      ...senders,
      receiverId: Uuid.openapi({ description: 'Of a person, a group or a channel' }),
      content: text({ min: 1, max: 40_000 }).openapi({ example: 'Good morning' }),
    }),
    status: 201,
    answer: alsoSaying('Message sent', Letter),
    errors: { 400: [...refusals.send[400], 'channel_not_found'], 403: refusals.send[403] },
    blames: { channel_not_found: 'receiverId' },
    async run({ client, body: { receiverId, content, ...body } }) {
      const sent = await postTo(client, { receiverId, senders: sendersOf(body), content });
      return { ...sent, receiver_id: receiverId };
    },
  }),
  get('/messages/{id}', {
    summary: 'What was said in a conversation or with a person, oldest first; marks it as read',
    inPassing: true,
    query: Page,
    next: OLDEST_FIRST,
    answer: many(RoomMessage),
    errors: refusals.read,
    run: (ask) => readFrom(ask.client, ask.params.id, ask.query, ask),
  }),
  deletingMessage('/messages/{id}'),
];

/** Groups and channels have the same endpoints: our kind of what is made, and those of what is found. */
const places = (noun: 'Group' | 'Channel', kind: 'group' | 'private', kinds: string[]) => {
  const nouns = noun === 'Group' ? 'groups' : 'channels';
  return tagged(`${noun}s`, [
    post(`/${nouns}`, {
      summary: `Make a ${kind === 'group' ? 'group' : 'private channel'}, with you in it`,
      inPassing: true,
      body: z.object({
        name: text({ min: 1, max: 80, trim: true }).openapi({ example: 'Lunch' }),
        members: z.array(Someone).openapi({ description: 'At most 1,000' }),
      }),
      status: 201,
      answer: alsoSaying(`${noun} created successfully`, Place),
      errors: refusals.start,
      blames: { user_not_found: 'members' },
      run: ({ client, body }) => startConversation(client, { kind, ...body }),
    }),
    put(`/${nouns}/{id}/members`, {
      summary: 'Add somebody who is not in it, or remove them who are',
      description: 'Whoever made it hands it on by leaving: to the oldest of its other admins, else members.',
      inPassing: true,
      body: z.object({
        memberId: Someone,
        action: absent(z.enum(['add', 'remove']).optional()).openapi({ description: 'Additive: says which' }),
      }),
      answer: Change,
      errors: refusals.changeMembers,
      run: ({ client, params, body: { memberId: member, action } }) =>
        toggleMember(client, { channelId: params.id, member, action, kinds }),
    }),
    get(`/${nouns}/{id}`, {
      summary: `A ${noun.toLowerCase()} that you are in`,
      inPassing: true,
      answer: Details,
      errors: refusals.find,
      run: ({ client, params }) => readConversation(client, params.id, kinds),
    }),
    get(`/${nouns}`, {
      summary: `The ${nouns} that you are in, newest first`,
      inPassing: true,
      query: Page,
      next: NEWEST_FIRST,
      answer: many(Place),
      run: ({ client, query }) => listConversations(client, { kinds, ...query }),
    }),
  ]);
};

const notifications = [
  post('/notifications', {
    summary: 'Notify somebody, at most 30 times a minute; who wants no notifications gets none',
    inPassing: true,
    body: z.object({ userId: Uuid, message: text({ min: 1, max: 1000 }).openapi({ example: 'Lunch' }) }),
    status: 201,
    answer: alsoSaying('Notification sent successfully', Sent),
    errors: refusals.notify,
    blames: { user_not_found: 'userId' },
    run: ({ client, body }) => sendNotification(client, body),
  }),
  get('/notifications', {
    summary: 'What you were told of, newest first',
    query: Page,
    next: NEWEST_FIRST,
    answer: many(Notice),
    run: ({ client, query }) => listNotifications(client, query),
  }),
];

export const groups: Dialect = {
  name: 'groups',
  title: 'Groups',
  mount: '/groups/api',
  endpoints: [
    ...tagged('Users', users),
    ...tagged('Status', statuses),
    ...tagged('Messages', messages),
    ...places('Group', 'group', ['group']),
    ...places('Channel', 'private', ['private', 'public']),
    ...tagged('Notifications', notifications),
  ],
  translate: inWords('conversation', 'content'),
};
