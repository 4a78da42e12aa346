/** Reading and sending a channel's messages (ConnectBest 4.1, 4.2). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { signedIn, signedInFor } from '../../_shared/caller.ts';
import { ApiError } from '../../_shared/errors.ts';
import { errorAnswers, jsonAnswer, jsonBody, refuseInvalid } from '../../_shared/http.ts';
import { text, Uuid } from '../../_shared/schemas.ts';
import { type ChatClient, run } from '../../_shared/supabase.ts';
import type { Deps } from '../deps.ts';
import { MESSAGE_COLUMNS, Message, toMessage } from '../dialects/connectbest/messages.ts';

const MAX_PAGE = 100;

const Channel = z.object({ channelId: Uuid });

const Page = z.object({
  limit: z.coerce
    .number('must be a number')
    .int()
    .min(1)
    .default(50)
    .transform((limit) => Math.min(limit, MAX_PAGE))
    .openapi({ description: `At most ${MAX_PAGE}; more counts as ${MAX_PAGE}` }),
  before: Uuid.optional().openapi({ description: 'Id of a message: only older ones' }),
  after: Uuid.optional().openapi({ description: 'Id of a message: only newer ones, the next first page on' }),
});

/** Refused rather than ignored: a message meant for tomorrow must not go out now. */
const unavailable = <T extends z.ZodType>(schema: T) =>
  schema.optional().refine((value) => value === undefined, 'is not available yet');

const NewMessage = z.object({
  content: text().default(''),
  attachments: z.array(Uuid).max(0, 'is not available yet').optional(),
  scheduledFor: unavailable(z.iso.datetime({ offset: true })),
  parentMessageId: unavailable(Uuid),
  id: Uuid.optional().openapi({ description: 'Chosen by the client: sending it again sends nothing twice' }),
});

const refusals = errorAnswers({
  400: 'A field is wrong',
  401: 'No token, or one that is not valid any more',
  403: 'Not a member of the channel',
  404: 'No such channel, or not visible to you',
});

const list = createRoute({
  ...signedIn,
  method: 'get',
  path: '/{channelId}/messages',
  summary: 'Messages, newest first; marks them as read',
  tags: ['Messages'],
  request: { params: Channel, query: Page },
  responses: {
    200: jsonAnswer('A page', z.object({ messages: z.array(Message), hasMore: z.boolean() })),
    ...refusals,
  },
});

const send = createRoute({
  ...signedInFor('api_send'),
  method: 'post',
  path: '/{channelId}/messages/send',
  summary: 'Send a message',
  tags: ['Messages'],
  request: { params: Channel, ...jsonBody(NewMessage) },
  responses: { 201: jsonAnswer('The message', z.object({ message: Message })), ...refusals },
});

export function messageRoutes({ supabase }: Deps) {
  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(list, async (c) => {
      const { channelId } = c.req.valid('param');
      const client = supabase.asCaller(c.var.caller.token);
      const { messages, hasMore } = await readPage(client, channelId, c.req.valid('query'));
      const newest = messages[0];
      if (newest) {
        await run('mark as read', client.rpc('mark_read', { channel_id: channelId, seq: newest.seq }));
      }
      return c.json({ messages: messages.map(toMessage), hasMore }, 200);
    })
    .openapi(send, async (c) => {
      const { channelId } = c.req.valid('param');
      const { content, id } = c.req.valid('json');
      const message = await run(
        'send message',
        supabase
          .asCaller(c.var.caller.token)
          .rpc('send_message', { channel_id: channelId, body: content, ...(id && { id }) })
          .select(MESSAGE_COLUMNS)
          .single(),
      );
      return c.json({ message: toMessage(message) }, 201);
    });
}

/** One page, newest first, between the messages that `before` and `after` name. */
async function readPage(supabase: ChatClient, channelId: string, page: z.infer<typeof Page>) {
  const { limit, before, after } = page;
  const seqs = await readSeqs(supabase, channelId, [before, after]);
  const beforeSeq = before && seqs.get(before);
  const afterSeq = after && seqs.get(after);
  const rows = await run(
    'list messages',
    supabase
      .rpc('list_messages', {
        channel_id: channelId,
        page_size: limit + 1,
        ...(beforeSeq && { before_seq: beforeSeq }),
        ...(afterSeq && { after_seq: afterSeq }),
      })
      .select(MESSAGE_COLUMNS),
  );
  // Only now: who may not read the channel learns that, and not which ids are in it.
  if (before && !beforeSeq) refuseCursor('before');
  if (after && !afterSeq) refuseCursor('after');

  const messages = rows.slice(0, limit);
  return { messages: afterSeq ? messages.reverse() : messages, hasMore: rows.length > limit };
}

async function readSeqs(supabase: ChatClient, channelId: string, ids: (string | undefined)[]) {
  const known = ids.filter((id) => id !== undefined);
  if (known.length === 0) return new Map<string, number>();
  const rows = await run(
    'list messages',
    supabase.from('messages').select('id, seq').eq('channel_id', channelId).in('id', known),
  );
  return new Map(rows.map(({ id, seq }) => [id, seq]));
}

function refuseCursor(field: 'before' | 'after'): never {
  const message = 'must be the id of a message of this channel';
  throw new ApiError('invalid_input', 400, `unable to list messages; ${field}: ${message}`, {
    details: [{ field, message }],
  });
}
