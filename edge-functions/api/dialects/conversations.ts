/** Document S4: users, and conversations between them that are read at once or as soon as there is more. */
import { z } from '@hono/zod-openapi';
import { absent, text } from '../../_shared/schemas.ts';
import {
  awaitPage,
  changeConversation,
  deleteConversation,
  openConversation,
} from '../core/conversation-pages.ts';
import { listConversations } from '../core/conversations.ts';
import { deleteMessage, editMessage, postMessage } from '../core/messages.ts';
import { type Dialect, get, post, put, remove } from '../dialect.ts';
import { translator, wrongField } from '../translator.ts';
import { ACCOUNT_FIELDS, ACCOUNT_STATUSES } from '../usernames.ts';
import { accounts } from './conversations/accounts.ts';
import {
  Conversation,
  Message,
  NO_CONVERSATION,
  NO_MESSAGE,
  NO_RIGHT,
  NO_WRITING,
  NOT_THEIRS,
  namedIn,
  People,
  Start,
  toConversation,
  toMessage,
  WRONG_TEXT,
  words,
} from './conversations/shapes.ts';
import { contentOf, Done, done, NEWEST_FIRST, Page } from './values.ts';

const talks = [
  post('/conversations', {
    summary: 'Start a conversation',
    description: 'With one other person and no name it is the one that they have (200) or will have (201).',
    tag: 'Conversations',
    body: Start,
    status: 201,
    otherStatus: 200,
    answer: Conversation,
    errors: {
      400: [
        'A field is wrong, or there is no such participant',
        'user_not_found',
        'too_few_members',
        'invalid_name',
      ],
      403: ['One of you has blocked the other', 'user_blocked'],
    },
    async run({ client, body, c }) {
      const opened = await openConversation(client, { people: namedIn(body), name: body.name }).catch(
        wrongField('participants', 'user_not_found', 'too_few_members'),
      );
      return c.json(toConversation(opened.conversation), opened.is_new ? 201 : 200);
    },
  }),
  get('/conversations', {
    summary: 'Additive: the own conversations, newest first',
    tag: 'Conversations',
    inPassing: true,
    query: Page,
    next: NEWEST_FIRST,
    answer: z.array(Conversation),
    run: async ({ client, query }) =>
      (await listConversations(client, { kinds: ['dm', 'group'], ...query })).map(toConversation),
  }),
  get('/conversations/{conversationId}', {
    summary:
      'A conversation with its newest messages, oldest first; or what there is after one, as soon as it is there',
    description: 'What is given out counts as read. With an API key nobody waits.',
    tag: 'Conversations',
    query: Page.extend({
      after: z.coerce
        .number()
        .int()
        .min(0)
        .optional()
        .openapi({ description: 'Additive: a seq', type: 'integer' }),
      wait: z.coerce.number().int().min(0).max(25).default(0).openapi({
        description: 'Additive: for how many seconds to wait for a message after `after`',
        type: 'integer',
      }),
      read: z
        .enum(['true', 'false'])
        .default('true')
        .openapi({ description: 'Additive: false counts it as delivered only' }),
    }),
    answer: Conversation.extend({
      messages: z.array(Message),
      lastSeq: z.int().openapi({ description: 'Additive: the next `after`' }),
    }),
    errors: {
      400: ['A parameter is wrong', 'invalid_cursor'],
      403: ['Not a participant', 'not_a_member'],
      404: NO_CONVERSATION,
    },
    async run({ client, me, deps, params, query, c }) {
      const { wait, read, ...rest } = query;
      const leavesMarks = c.req.method !== 'HEAD';
      const page = await awaitPage(
        client,
        { channelId: params.conversationId, isRead: read === 'true', leavesMarks, ...rest },
        {
          realtime: deps.realtime,
          token: c.var.caller?.token ?? '',
          userId: me,
          seconds: rest.after === undefined || !leavesMarks ? 0 : wait,
          signal: c.req.raw.signal,
        },
      );
      const messages = page.messages.map((row) => toMessage(row.message, deps, row.status));
      return { ...toConversation(page.conversation), messages, lastSeq: page.last_seq };
    },
  }),
  put('/conversations/{conversationId}', {
    summary: 'Additive: name a conversation, and add people to it',
    tag: 'Conversations',
    inPassing: true,
    body: z.object({
      name: text({ max: 80, trim: true }).optional(),
      participants: absent(People.optional()),
    }),
    answer: Conversation,
    errors: {
      400: ['A field is wrong, or there is no such person', 'invalid_name', 'user_not_found'],
      403: NO_RIGHT,
      404: NO_CONVERSATION,
    },
    run: async ({ client, params, body }) =>
      toConversation(
        await changeConversation(client, {
          channelId: params.conversationId,
          name: body.name,
          people: body.participants,
        }).catch(wrongField('participants', 'user_not_found')),
      ),
  }),
  remove('/conversations/{conversationId}', {
    summary: 'Additive: delete a conversation; one with one other person for the caller only',
    tag: 'Conversations',
    inPassing: true,
    answer: Done('Conversation deleted'),
    errors: { 403: NO_RIGHT, 404: NO_CONVERSATION },
    run: ({ client, params }) =>
      done(deleteConversation(client, params.conversationId), 'Conversation deleted'),
  }),
  post('/conversations/{conversationId}/message', {
    summary: 'Send a message',
    tag: 'Messages',
    bucket: 'api_send',
    inPassing: true,
    body: words,
    status: 201,
    answer: Message,
    errors: { 400: WRONG_TEXT, 403: NO_WRITING, 404: NO_CONVERSATION },
    run: async ({ client, deps, params, body }) =>
      toMessage(
        await postMessage(client, { channelId: params.conversationId, content: contentOf(body) ?? '' }),
        deps,
      ),
  }),
  put('/conversations/{conversationId}/message/{messageId}', {
    summary: 'Additive: change an own message',
    tag: 'Messages',
    inPassing: true,
    body: words,
    answer: Message,
    errors: { 400: WRONG_TEXT, 403: [...NOT_THEIRS, 'edit_window_closed'], 404: NO_MESSAGE },
    run: async ({ client, deps, params, body }) =>
      toMessage(
        await editMessage(
          client,
          { channelId: params.conversationId, messageId: params.messageId },
          contentOf(body) ?? '',
        ),
        deps,
      ),
  }),
  remove('/conversations/{conversationId}/message/{messageId}', {
    summary: 'Delete a message',
    tag: 'Messages',
    inPassing: true,
    answer: Done('Message deleted'),
    errors: { 403: [...NOT_THEIRS, 'not_a_channel_admin', 'dm_is_permanent'], 404: NO_MESSAGE },
    run: ({ client, params: { conversationId: channelId, messageId } }) =>
      done(deleteMessage(client, { channelId, messageId }), 'Message deleted'),
  }),
];

export const conversations: Dialect = {
  name: 'conversations',
  title: 'Conversations',
  mount: '/conversations',
  endpoints: [...accounts, ...talks],
  translate: translator(
    { ...ACCOUNT_STATUSES, message_deleted: 404 },
    {
      ...ACCOUNT_FIELDS,
      invalid_avatar_url: 'profilePicture',
      invalid_name: 'name',
      message_empty: 'content',
      message_too_long: 'content',
      too_many_mentions: 'content',
    },
  ),
};
