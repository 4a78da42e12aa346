/** Who is calling: routes that need a user spread `signedIn` into their definition. */
import { createMiddleware } from 'hono/factory';
import { decode } from 'hono/jwt';
import { ApiError } from './errors.ts';

export interface Caller {
  token: string;
  /** Who the token says it is. Only Postgres checks that: use it to pick rows, never to grant anything. */
  id: string;
}

const requireToken = createMiddleware<{ Variables: { caller: Caller } }>(async (c, next) => {
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
  const id = subjectOf(token);
  if (!id) {
    c.header('WWW-Authenticate', 'Bearer');
    throw new ApiError('not_signed_in', 401, 'unable to answer; send the access token of a user');
  }
  c.set('caller', { token, id });
  await next();
});

export const signedIn = { security: [{ token: [] }], middleware: requireToken };

function subjectOf(token: string): string | undefined {
  try {
    const { sub } = decode(token).payload;
    return typeof sub === 'string' ? sub : undefined;
  } catch {
    return undefined;
  }
}
