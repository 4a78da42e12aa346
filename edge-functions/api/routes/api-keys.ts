/** Keys for other programs, which send them as `X-API-Key`; additive to the documents. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { signedIn } from '../../_shared/caller.ts';
import { errorAnswers, jsonAnswer, jsonBody, refuseInvalid } from '../../_shared/http.ts';
import { absent, text, Uuid } from '../../_shared/schemas.ts';
import { run } from '../../_shared/supabase.ts';
import type { Deps } from '../deps.ts';
import { ApiKey, Scope, toApiKey } from '../dialects/connectbest/api-keys.ts';

const PAGE = 50;

const NewKey = z
  .object({
    name: text({ min: 1, max: 80, trim: true }),
    scopes: absent(z.array(Scope).min(1).default(['read', 'write'])),
    expiresAt: absent(z.iso.datetime({ offset: true }).optional()),
  })
  .openapi({
    example: { name: 'Ticket system', scopes: ['read', 'write'], expiresAt: '2027-11-21T00:00:00Z' },
  });

const refused = [
  'Not an admin of the platform, or an API key without the scope',
  'not_an_admin',
  'missing_scope',
] as const;

const common = { ...signedIn, tags: ['API keys'] };

const create = createRoute({
  ...common,
  method: 'post',
  path: '/',
  operationId: 'createApiKey',
  summary: 'Make a key',
  description: 'Additive. The answer is the only one that ever contains the key.',
  request: jsonBody(NewKey),
  responses: {
    201: jsonAnswer('The key', z.object({ id: ApiKey.shape.id, key: z.string() })),
    ...errorAnswers({
      400: ['A field is wrong', 'invalid_input', 'invalid_name', 'invalid_scopes', 'invalid_time'],
      403: refused,
    }),
  },
});

const list = createRoute({
  ...common,
  method: 'get',
  path: '/',
  operationId: 'listApiKeys',
  summary: 'Keys, newest first',
  description: `Additive. ${PAGE} at a time.`,
  request: {
    query: z.object({ before: Uuid.optional().openapi({ description: 'Id of a key: only older ones' }) }),
  },
  responses: {
    200: jsonAnswer('A page', z.object({ keys: z.array(ApiKey), hasMore: z.boolean() })),
    ...errorAnswers({ 403: refused }),
  },
});

const revoke = createRoute({
  ...common,
  method: 'delete',
  path: '/{keyId}',
  operationId: 'revokeApiKey',
  summary: 'End a key, at once and for good',
  description: 'Additive.',
  request: { params: z.object({ keyId: Uuid }) },
  responses: {
    200: jsonAnswer('It counts no more', z.object({ success: z.literal(true) })),
    ...errorAnswers({ 403: refused, 404: ['There is no such key', 'api_key_not_found'] }),
  },
});

export function apiKeyRoutes({ supabase }: Deps) {
  return new OpenAPIHono({ defaultHook: refuseInvalid })
    .openapi(create, async (c) => {
      const { name, scopes, expiresAt } = c.req.valid('json');
      const { id, secret } = await run(
        'create API key',
        supabase
          .asCaller(c.var.caller.token)
          .rpc('create_api_key', { name, scopes, ...(expiresAt && { expires_at: expiresAt }) })
          .single(),
      );
      return c.json({ id, key: secret }, 201);
    })
    .openapi(list, async (c) => {
      const { before } = c.req.valid('query');
      const rows = await run(
        'list API keys',
        supabase
          .asCaller(c.var.caller.token)
          .rpc('list_api_keys', { page_size: PAGE + 1, ...(before && { before_id: before }) }),
      );
      return c.json({ keys: rows.slice(0, PAGE).map(toApiKey), hasMore: rows.length > PAGE }, 200);
    })
    .openapi(revoke, async (c) => {
      const { keyId } = c.req.valid('param');
      await run('revoke API key', supabase.asCaller(c.var.caller.token).rpc('revoke_api_key', { id: keyId }));
      return c.json({ success: true } as const, 200);
    });
}
