/** A channel's messages: reading, sending, editing, deleting them, and their threads (ConnectBest 4.1–4.4, 4.9). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { signedInFor, signedInPassing } from '../../_shared/caller.ts';
import { errorAnswers, jsonAnswer, jsonBody, refuseInvalid } from '../../_shared/http.ts';
import { absent, Moment, pageLimit, text, Uuid } from '../../_shared/schemas.ts';
import * as messages from '../core/messages.ts';
import type { Deps } from '../deps.ts';
import { Message, toMessage } from '../dialects/connectbest/messages.ts';
import { Done, done } from '../dialects/connectbest/values.ts';
import { wrongField } from '../translator.ts';

const Channel = z.object({ channelId: Uuid });
const Place = z.object({ channelId: Uuid, messageId: Uuid });

const NewMessage = z
  .object({
    content: absent(text().default('')).openapi({
      description:
        'Needed unless there are attachments. @username, @Full Name, @id, @here and @channel mention members',
    }),
    attachments: absent(z.array(Uuid).optional()).openapi({
      description: 'Ids of files that were uploaded to this channel',
    }),
    scheduledFor: absent(Moment.optional()).openapi({
      description: 'Sent then, and seen by nobody else before',
      example: '2027-01-01T09:00:00Z',
    }),
    parentMessageId: absent(Uuid.optional()).openapi({
      description: 'The message to reply to; a reply to a reply belongs to the same thread',
    }),
    id: absent(Uuid.optional()).openapi({
      description: 'Additive, chosen by the client: sending it again sends nothing twice',
    }),
  })
  .openapi({ example: { content: 'Lunch at noon?' } });

const onChannel = {
  401: 'No token, or one that is not valid any more',
  403: ['Not a member of the channel', 'not_a_member'],
  404: ['No such channel, or not visible to you', 'channel_not_found'],
} as const;

const list = createRoute({
  ...signedInPassing,
  method: 'get',
  path: '/{channelId}/messages',
  operationId: 'listMessages',
  summary: 'Messages, newest first; marks them as read',
  tags: ['Messages'],
  request: {
    params: Channel,
    query: z.object({
      limit: pageLimit(50),
      before: Uuid.optional().openapi({ description: 'Id of a message: only older ones' }),
      after: Uuid.optional().openapi({ description: 'Id of a message: the next ones after it' }),
    }),
  },
  responses: {
    200: jsonAnswer('A page', z.object({ messages: z.array(Message), hasMore: z.boolean() })),
    ...errorAnswers({ 400: ['A parameter is wrong', 'invalid_input', 'invalid_cursor'], ...onChannel }),
  },
});

const send = createRoute({
  ...signedInFor('api_send', { inPassing: true }),
  method: 'post',
  path: '/{channelId}/messages/send',
  operationId: 'sendMessage',
  summary: 'Send a message, now or later',
  tags: ['Messages'],
  request: { params: Channel, ...jsonBody(NewMessage) },
  responses: {
    201: jsonAnswer('The message', z.object({ message: Message })),
    ...errorAnswers({
      ...onChannel,
      400: [
        'A field is wrong',
        ...['invalid_input', 'message_empty', 'message_too_long', 'too_many_mentions', 'invalid_parent'],
        ...['file_not_found', 'file_not_uploaded', 'file_already_sent', 'too_many_files', 'invalid_time'],
        'too_many_scheduled_messages',
      ],
      403: [
        'Not a member of the channel, or nobody may write in it',
        'not_a_member',
        'channel_archived',
        'user_blocked',
      ],
      409: ['The id belongs to another message', 'message_id_taken'],
    }),
  },
});

const edit = createRoute({
  ...signedInPassing,
  method: 'put',
  path: '/{channelId}/messages/{messageId}',
  operationId: 'editMessage',
  summary: 'Edit an own message, within 24 hours or as long as it waits to be sent',
  tags: ['Messages'],
  request: {
    params: Place,
    ...jsonBody(z.object({ content: text() }).openapi({ example: { content: 'Lunch at one?' } })),
  },
  responses: {
    200: jsonAnswer('The message', z.object({ message: Message })),
    ...errorAnswers({
      401: onChannel[401],
      400: ['A field is wrong', 'invalid_input', 'message_empty', 'message_too_long', 'too_many_mentions'],
      403: [
        'Not its author, too late, or not a member of the channel',
        ...['not_the_author', 'edit_window_closed', 'not_a_member', 'channel_archived', 'user_blocked'],
      ],
      404: ['No such message, or not visible to you', 'message_not_found', 'channel_not_found'],
    }),
  },
});

const remove = createRoute({
  ...signedInPassing,
  method: 'delete',
  path: '/{channelId}/messages/{messageId}',
  operationId: 'deleteMessage',
  summary:
    'Delete an own message, or any as an admin of the channel; cancel an own one that waits to be sent',
  tags: ['Messages'],
  request: { params: Place },
  responses: {
    200: jsonAnswer('It is deleted, and so are its files', Done),
    ...errorAnswers({
      401: onChannel[401],
      400: 'An id is none',
      403: [
        'Neither its author nor an admin of the channel',
        ...['not_the_author', 'not_a_channel_admin', 'not_a_member'],
      ],
      404: ['No such message, or not visible to you', 'message_not_found', 'channel_not_found'],
    }),
  },
});

const thread = createRoute({
  ...signedInPassing,
  method: 'get',
  path: '/{channelId}/messages/{messageId}/thread',
  operationId: 'readThread',
  summary: 'A message and the replies to it, oldest first; marks them as read',
  tags: ['Messages'],
  request: {
    params: Place,
    query: z.object({
      limit: pageLimit(1000, 1000).openapi({ description: 'Additive: at most 1,000 replies' }),
      after: Uuid.optional().openapi({ description: 'Additive: id of a reply; the next ones after it' }),
    }),
  },
  responses: {
    200: jsonAnswer(
      'The thread',
      z.object({
        parentMessage: Message,
        replies: z.array(Message),
        total: z.int().openapi({ description: 'Replies in all' }),
        hasMore: z.boolean().openapi({ description: 'Additive: whether there are replies after these' }),
      }),
    ),
    ...errorAnswers({
      ...onChannel,
      400: ['A parameter is wrong', 'invalid_input', 'invalid_cursor'],
      404: ['No such message, or not visible to you', 'message_not_found', 'channel_not_found'],
    }),
  },
});

export function messageRoutes({ supabase, storage }: Deps) {
  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(list, async (c) => {
      const client = supabase.asCaller(c.var.caller.token);
      const page = await messages.readMessages(
        client,
        { ...c.req.valid('param'), ...c.req.valid('query') },
        { leavesMarks: c.req.method !== 'HEAD' },
      );
      const urls = await messages.urlsOf(storage, page.messages);
      return c.json(
        { messages: page.messages.map((row) => toMessage(row, urls)), hasMore: page.has_more },
        200,
      );
    })
    .openapi(send, async (c) => {
      const client = supabase.asCaller(c.var.caller.token);
      const { attachments, parentMessageId, ...rest } = c.req.valid('json');
      const row = await messages
        .postMessage(client, {
          ...c.req.valid('param'),
          ...rest,
          fileIds: attachments,
          parentId: parentMessageId,
        })
        .catch(
          wrongField(
            'attachments',
            ...['file_not_found', 'file_not_uploaded', 'file_already_sent', 'too_many_files'],
          ),
        )
        .catch(wrongField('scheduledFor', 'invalid_time', 'too_many_scheduled_messages'))
        .catch(wrongField('parentMessageId', 'message_deleted'));
      return c.json({ message: toMessage(row, await messages.urlsOf(storage, [row])) }, 201);
    })
    .openapi(edit, async (c) => {
      const client = supabase.asCaller(c.var.caller.token);
      const row = await messages.editMessage(client, c.req.valid('param'), c.req.valid('json').content);
      return c.json({ message: toMessage(row, await messages.urlsOf(storage, [row])) }, 200);
    })
    .openapi(remove, async (c) => {
      await messages.deleteMessage(supabase.asCaller(c.var.caller.token), c.req.valid('param'));
      return c.json(done, 200);
    })
    .openapi(thread, async (c) => {
      const client = supabase.asCaller(c.var.caller.token);
      const page = await messages.readThread(
        client,
        { ...c.req.valid('param'), ...c.req.valid('query') },
        { leavesMarks: c.req.method !== 'HEAD' },
      );
      const urls = await messages.urlsOf(storage, [page.parent, ...page.replies]);
      return c.json(
        {
          parentMessage: toMessage(page.parent, urls),
          replies: page.replies.map((row) => toMessage(row, urls)),
          total: page.total,
          hasMore: page.has_more,
        },
        200,
      );
    });
}
