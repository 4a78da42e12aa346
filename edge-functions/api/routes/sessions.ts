/** Ending sessions and going on with them (ConnectBest 1.6 and, additive, refresh). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { signedIn, visiting } from '../../_shared/caller.ts';
import { errorAnswers, jsonAnswer, jsonBody, refuseInvalid } from '../../_shared/http.ts';
import { text } from '../../_shared/schemas.ts';
import { run } from '../../_shared/supabase.ts';
import { originOf } from '../../_shared/visitor.ts';
import type { Deps } from '../deps.ts';
import { Tokens, toTokens } from '../dialects/connectbest/tokens.ts';
import { Done, done } from '../dialects/connectbest/values.ts';

const logout = createRoute({
  ...signedIn,
  method: 'post',
  path: '/logout',
  operationId: 'signOut',
  summary: 'End this session',
  description:
    'The token is refused from then on, everywhere. The status becomes offline unless another session is here.',
  tags: ['Authentication'],
  request: {
    query: z.object({
      all: z
        .enum(['true', 'false'])
        .default('false')
        .openapi({ description: 'Additive: true ends all sessions of the account' }),
    }),
  },
  responses: {
    200: jsonAnswer('The session has ended', Done),
  },
});

const renewal = createRoute({
  ...visiting,
  method: 'post',
  path: '/refresh',
  operationId: 'refreshSession',
  summary: 'Additive: another pair of tokens for the same session',
  description:
    'A refresh token is good once; using one again later ends the session, as somebody else may have it.',
  tags: ['Authentication'],
  request: jsonBody(
    z.object({ refreshToken: text({ min: 1, max: 200 }).openapi({ example: 'q7x3vkd2m5wz' }) }),
  ),
  responses: {
    200: jsonAnswer('The tokens', Tokens),
    ...errorAnswers({
      401: ['The refresh token is wrong or used, or its session has ended', 'session_expired'],
      403: ['The account is suspended', 'account_suspended'],
    }),
  },
});

export function sessionRoutes(deps: Deps) {
  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(logout, async (c) => {
      const everywhere = c.req.valid('query').all === 'true';
      await run('sign out', deps.supabase.asCaller(c.var.caller.token).rpc('sign_out', { everywhere }));
      return c.json(done, 200);
    })
    .openapi(renewal, async (c) => {
      const { refreshToken } = c.req.valid('json');
      const tokens = await deps.supabase.refresh(refreshToken, originOf(c, deps));
      return c.json(toTokens(tokens), 200);
    });
}
