/** Searching the caller's channels (ConnectBest 4.10). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { signedInPassing } from '../../_shared/caller.ts';
import { errorAnswers, jsonAnswer, refuseInvalid } from '../../_shared/http.ts';
import { Moment, pageLimit, text, Uuid } from '../../_shared/schemas.ts';
import { findMessages, urlsOf } from '../core/messages.ts';
import type { Deps } from '../deps.ts';
import { FoundMessage, toFoundMessage } from '../dialects/connectbest/messages.ts';

const search = createRoute({
  ...signedInPassing,
  method: 'get',
  path: '/search',
  operationId: 'searchMessages',
  summary: "Search the messages of one's channels, newest first",
  description:
    'Words, "phrases", word*, -not, and filters as in Slack: from: in: before: after: on: during: has: is: (words like any other where they mean nothing). Without a letter or digit it finds nothing.',
  tags: ['Messages'],
  request: {
    query: z.object({
      query: text({ min: 2, max: 1000, trim: true }).openapi({ example: 'lunch' }),
      channelId: Uuid.optional(),
      from: Uuid.optional().openapi({ description: 'Id of the author' }),
      before: Moment.optional().openapi({ description: 'Only what was sent before this moment' }),
      after: Moment.optional().openapi({ description: 'Only what was sent after this moment' }),
      limit: pageLimit(20, 50),
    }),
  },
  responses: {
    200: jsonAnswer(
      'What was found',
      z.object({
        messages: z.array(FoundMessage),
        total: z.int().openapi({ description: 'Hits in all; 1,000 when there are more' }),
        isTotalExact: z.boolean().openapi({ description: 'Additive: whether total is all of them' }),
      }),
    ),
    ...errorAnswers({
      400: ['A parameter is wrong', 'invalid_input', 'invalid_search'],
      401: 'No token, or one that is not valid any more',
      403: ['Not a member of the channel', 'not_a_member'],
    }),
  },
});

export function searchRoutes({ supabase, storage }: Deps) {
  return new OpenAPIHono({ defaultHook: refuseInvalid }).openapi(search, async (c) => {
    const found = await findMessages(supabase.asCaller(c.var.caller.token), c.req.valid('query'));
    const urls = await urlsOf(
      storage,
      found.hits.map(({ message }) => message),
    );
    return c.json(
      {
        messages: found.hits.map((hit) => toFoundMessage(hit, urls)),
        total: found.total,
        isTotalExact: found.is_total_exact,
      },
      200,
    );
  });
}
