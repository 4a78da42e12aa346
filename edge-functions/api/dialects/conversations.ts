/** Document S4: users, and conversations between them that are read at once or as soon as there is more. */
import { z } from '@hono/zod-openapi';
import { requireAny } from '../../_shared/errors.ts';
import { absent, pageLimit, text } from '../../_shared/schemas.ts';
import { run } from '../../_shared/supabase.ts';
import { deleteAccount, readContact } from '../core/accounts.ts';
import {
  awaitPage,
  changeConversation,
  deleteConversation,
  listPeople,
  openConversation,
} from '../core/conversation-pages.ts';
import { listConversations } from '../core/conversations.ts';
import { deleteMessage, editMessage, postMessage } from '../core/messages.ts';
import { type Dialect, get, post, put, remove, tagged } from '../dialect.ts';
import { many, saying } from '../shape.ts';
import { changeLogin, LoginChange, NewAddress } from '../usernames.ts';
import { inWords, refusals } from './refusals.ts';
import { registering, signingIn } from './shared.ts';
import { contentOf, Id, Named, NEWEST_FIRST, named, OLDEST_FIRST, Page, wordings } from './values.ts';
import { messageOf, personOf, placeOf, statusIn } from './vocabulary.ts';

const status = statusIn('online', 'offline');
const Account = personOf('ConversationsAccount', ['id', 'username', 'profilePicture']);
const User = personOf('ConversationsUser', ['id', 'username', 'profilePicture'], { status });
const Details = personOf('UserDetails', ['id', 'username', 'profilePicture', 'createdAt'], { status });
const Conversation = placeOf('Conversation', ['id', 'participants', 'name', 'participantCount', 'createdAt']);
const Message = messageOf('ConversationMessage', [
  'id',
  'conversationId',
  'senderId',
  'username',
  'content',
  'status',
  'seq',
  'files',
  'timestamp',
]);
const Messages = many(Message);

const said = contentOf('content');
const Words = z.object(wordings('content')).refine(said, { error: 'is missing', path: ['content'] });

const Start = Named.extend({ name: absent(text({ max: 80, trim: true }).optional()) }).refine(
  (body) => named(body).length > 0,
  { error: 'are missing', path: ['participants'] },
);
const Change = Named.extend({ name: text({ max: 80, trim: true }).optional() }).refine(
  (body) => body.name !== undefined || named(body).length > 0,
  { error: 'is missing, and so are participants', path: ['name'] },
);

const Count = z.coerce.number().int().min(0).openapi({ type: 'integer' });

const Reading = Page.extend({
  after: Count.optional().openapi({ description: 'Additive: a `lastSeq`; what was said behind it' }),
  changedAfter: Count.optional().openapi({
    description: 'Additive: a `lastChange`; what was edited or deleted behind it as well',
  }),
  wait: Count.max(25).default(0).openapi({
    description: 'Additive: for how many seconds to wait until there is something behind `after`',
  }),
  read: z
    .enum(['true', 'false'])
    .default('true')
    .openapi({ description: 'Additive: false counts it as delivered only' }),
})
  .refine(({ after, wait }) => after !== undefined || wait === 0, {
    error: 'is missing: a wait begins behind a message, or behind 0',
    path: ['after'],
  })
  .refine(({ before, wait }) => before === undefined || wait === 0, {
    error: 'ends where nothing new comes, so there is nothing to wait for',
    path: ['before'],
  });

const users = [
  registering('/register'),
  signingIn('/login'),
  post('/logout', {
    summary: 'Additive: end this session',
    inPassing: true,
    answer: saying('Logged out'),
    run: ({ client }) => run('sign out', client.rpc('sign_out', { everywhere: false })),
  }),
  get('/users', {
    summary: 'Everybody, in the order of their usernames',
    query: z.object({
      limit: pageLimit(100),
      after: text({ max: 32 })
        .optional()
        .openapi({ description: 'Additive: the username that the page follows' }),
    }),
    next: { behind: 'last', field: 'username', parameter: 'after' },
    answer: many(User),
    errors: { 400: 'A parameter is wrong' },
    run: ({ client, query }) => listPeople(client, query),
  }),
  get('/users/{userId}', {
    summary: 'Somebody, as others may see them',
    answer: Details,
    errors: refusals.findPerson,
    run: ({ client, params }) => readContact(client, params.userId),
  }),
  put('/users/{userId}', {
    summary: 'Change the own account; admins change usernames and pictures of others',
    description: 'Another password ends the other sessions.',
    body: LoginChange.extend({
      email: NewAddress,
      profilePicture: text({ max: 2048 })
        .nullish()
        .transform((address) => (address === null ? '' : address))
        .openapi({ description: 'Its address; null or empty: none' }),
    }),
    answer: Account,
    errors: refusals.changeLogin,
    async run(ask) {
      const account = await changeLogin(ask, ask.params.userId, ask.body.profilePicture);
      // Said last: whose account it is comes first.
      requireAny(ask.body, ['username', 'password', 'email', 'profilePicture']);
      return account;
    },
  }),
  remove('/users/{userId}', {
    summary: 'Delete the own account; admins delete those of others',
    answer: saying('User deleted'),
    errors: refusals.deleteAccount,
    run: ({ client, params }) => deleteAccount(client, params.userId),
  }),
];

const conversationsOfMine = [
  post('/conversations', {
    summary: 'Start a conversation',
    description: 'With one other person and no name it is the one that they have (200) or will have (201).',
    body: Start,
    status: 201,
    otherStatus: 200,
    answer: Conversation,
    errors: refusals.start,
    blames: { user_not_found: 'participants', too_few_members: 'participants' },
    async run({ client, deps, body, c }) {
      const { conversation, is_new } = await openConversation(client, {
        people: named(body),
        name: body.name,
      });
      return c.json(Conversation.from(conversation, deps), is_new ? 201 : 200);
    },
  }),
  get('/conversations', {
    summary: 'Additive: the own conversations, newest first',
    inPassing: true,
    query: Page,
    next: NEWEST_FIRST,
    answer: many(Conversation),
    run: ({ client, query }) => listConversations(client, { kinds: ['dm', 'group'], ...query }),
  }),
  get('/conversations/{conversationId}', {
    summary: 'A conversation and its newest messages, oldest first; or what is new, as soon as it is there',
    description:
      'Messages that are given out count as read. Whoever asks again with `after=<lastSeq>&changedAfter=<lastChange>&wait=25` hears at once of what is said, edited or deleted. With an API key nobody waits.',
    query: Reading,
    next: { ...OLDEST_FIRST, of: 'messages', unless: 'after' },
    answer: Conversation.schema.extend({
      messages: Messages.schema,
      lastSeq: z.int().openapi({ description: 'Additive: the next `after`' }),
      changed: Messages.schema.openapi({ description: 'Additive: what was edited, as it is now' }),
      deleted: z.array(Id).openapi({ description: 'Additive: what was deleted' }),
      lastChange: z.int().openapi({ description: 'Additive: the next `changedAfter`' }),
    }),
    errors: refusals.read,
    async run({ client, deps, params, query: { wait, read, ...query }, leavesMarks, c }) {
      const page = await awaitPage(
        client,
        { channelId: params.conversationId, isRead: read === 'true', leavesMarks, ...query },
        { realtime: deps.realtime, caller: c.var.caller, seconds: wait, signal: c.req.raw.signal },
      );
      return {
        ...Conversation.from(page.conversation, deps),
        messages: Messages.from(page.messages, deps),
        lastSeq: page.last_seq,
        changed: Messages.from(page.changed, deps),
        deleted: page.deleted,
        lastChange: page.last_change,
      };
    },
  }),
  put('/conversations/{conversationId}', {
    summary: 'Additive: name a conversation, and add people to it',
    inPassing: true,
    body: Change,
    answer: Conversation,
    errors: refusals.change,
    blames: { user_not_found: 'participants' },
    run: ({ client, params: { conversationId: channelId }, body }) =>
      changeConversation(client, { channelId, name: body.name, people: named(body) }),
  }),
  remove('/conversations/{conversationId}', {
    summary: 'Additive: delete a conversation; one with one other person for the caller only',
    inPassing: true,
    answer: saying('Conversation deleted'),
    errors: refusals.end,
    run: ({ client, params }) => deleteConversation(client, params.conversationId),
  }),
];

const messages = [
  post('/conversations/{conversationId}/message', {
    summary: 'Send a message',
    bucket: 'api_send',
    inPassing: true,
    body: Words,
    status: 201,
    answer: Message,
    errors: refusals.send,
    run: ({ client, params, body }) =>
      postMessage(client, { channelId: params.conversationId, content: said(body) ?? '' }),
  }),
  put('/conversations/{conversationId}/message/{messageId}', {
    summary: 'Additive: change an own message',
    inPassing: true,
    body: Words,
    answer: Message,
    errors: refusals.edit,
    run: ({ client, params: { conversationId: channelId, messageId }, body }) =>
      editMessage(client, { channelId, messageId }, said(body) ?? ''),
  }),
  remove('/conversations/{conversationId}/message/{messageId}', {
    summary: 'Delete a message',
    inPassing: true,
    answer: saying('Message deleted'),
    errors: refusals.remove,
    run: ({ client, params: { conversationId: channelId, messageId } }) =>
      deleteMessage(client, { channelId, messageId }),
  }),
];

export const conversations: Dialect = {
  name: 'conversations',
  title: 'Conversations',
  mount: '/conversations',
  endpoints: [
    ...tagged('Users', users),
    ...tagged('Conversations', conversationsOfMine),
    ...tagged('Messages', messages),
  ],
  translate: inWords('conversation', 'content', {}, { message_deleted: 404 }),
};
