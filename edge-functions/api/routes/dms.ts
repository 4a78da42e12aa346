/** Direct messages: opened and listed (ConnectBest 10); their messages are read and sent as those of a channel. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { signedInPassing } from '../../_shared/caller.ts';
import { errorAnswers, jsonAnswer, jsonBody, refuseInvalid } from '../../_shared/http.ts';
import { Offset, pageLimit, Uuid } from '../../_shared/schemas.ts';
import { type DmRow, listDms, startDm } from '../core/channels.ts';
import { urlsOf } from '../core/messages.ts';
import type { Deps } from '../deps.ts';
import { ListedDm, OpenedDm, toListedDm, toOpenedDm } from '../dialects/connectbest/channels.ts';

const open = createRoute({
  ...signedInPassing,
  method: 'post',
  path: '/',
  operationId: 'openDirectMessages',
  summary: 'The direct messages with somebody, made on first use',
  tags: ['Direct messages'],
  request: jsonBody(z.object({ userId: Uuid })),
  responses: {
    200: jsonAnswer('The direct messages', z.object({ dm: OpenedDm })),
    ...errorAnswers({
      400: ['A field is wrong, or it is you', 'cannot_target_oneself'],
      403: ['One of you has blocked the other', 'user_blocked'],
      404: ['There is no such user', 'user_not_found'],
    }),
  },
});

const list = createRoute({
  ...signedInPassing,
  method: 'get',
  path: '/',
  operationId: 'listDirectMessages',
  summary: 'Your direct messages, the last active first',
  description: 'Additive: limit, offset and total.',
  tags: ['Direct messages'],
  request: { query: z.object({ limit: pageLimit(100), offset: Offset }) },
  responses: {
    200: jsonAnswer('A page', z.object({ dms: z.array(ListedDm), total: z.int() })),
    ...errorAnswers({ 400: 'A parameter is wrong' }),
  },
});

export function dmRoutes({ supabase, storage }: Deps) {
  const urlsOfLast = (rows: DmRow[]) =>
    urlsOf(
      storage,
      rows.flatMap(({ last_message: last }) => (last ? [last] : [])),
    );

  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(open, async (c) => {
      const client = supabase.asCaller(c.var.caller.token);
      const dm = await startDm(client, c.req.valid('json').userId);
      return c.json({ dm: toOpenedDm(dm, await urlsOfLast([dm])) }, 200);
    })
    .openapi(list, async (c) => {
      const client = supabase.asCaller(c.var.caller.token);
      const { channels, total } = await listDms(client, c.req.valid('query'));
      const urls = await urlsOfLast(channels);
      return c.json({ dms: channels.map((row) => toListedDm(row, urls)), total }, 200);
    });
}
