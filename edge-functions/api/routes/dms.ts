/** Direct messages: opened and listed (ConnectBest 10); their messages are read and sent as those of a channel. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { signedIn } from '../../_shared/caller.ts';
import { errorAnswers, jsonAnswer, jsonBody, refuseInvalid } from '../../_shared/http.ts';
import { Offset, pageLimit, Uuid } from '../../_shared/schemas.ts';
import { listChannels, openDm } from '../core/channels.ts';
import { urlsOf } from '../core/messages.ts';
import type { Deps } from '../deps.ts';
import {
  DM_COLUMNS,
  type DmRow,
  ListedDm,
  OpenedDm,
  toListedDm,
  toOpenedDm,
} from '../dialects/connectbest/channels.ts';

const open = createRoute({
  ...signedIn,
  method: 'post',
  path: '/',
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
  ...signedIn,
  method: 'get',
  path: '/',
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
      rows.flatMap(({ last_message: last }) => (last ? [last.whole] : [])),
    );

  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(open, async (c) => {
      const client = supabase.asCaller(c.var.caller.token);
      const dm = await openDm<DmRow>(client, c.req.valid('json').userId, DM_COLUMNS);
      return c.json({ dm: toOpenedDm(dm, await urlsOfLast([dm])) }, 200);
    })
    .openapi(list, async (c) => {
      const page = { kinds: ['dm'], ...c.req.valid('query') };
      const client = supabase.asCaller(c.var.caller.token);
      const { rows, total } = await listChannels<DmRow>(client, page, DM_COLUMNS);
      const urls = await urlsOfLast(rows);
      return c.json({ dms: rows.map((row) => toListedDm(row, urls)), total }, 200);
    });
}
