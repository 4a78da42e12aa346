/** Who is calling: every route spreads one of `signedIn…`, `confirming` and `visiting` into its definition. */
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { decode } from 'hono/jwt';
import type { Activity } from './activity.ts';
import { ApiError } from './errors.ts';
import type { Bucket, Limits } from './limits.ts';
import { isApiKey } from './supabase.ts';

export interface Caller {
  /** An access token or an API key; `asCaller` takes both. */
  token: string;
  id: string;
}

/** What is said of tokens and keys that are none, or good no more. */
const TOKEN_REFUSALS = new Set([
  'not_signed_in',
  'session_expired',
  'invalid_api_key',
  'account_suspended',
  'second_factor_required',
]);

const isOfToken = (error: unknown): boolean => error instanceof ApiError && TOKEN_REFUSALS.has(error.code);

/**
 * For routes that need a user, whose calls this bucket counts: `inPassing` where the first thing that a handler does is
 * a function of the database that may change something, `isAskedFirst` where a handler does much before it asks the
 * database anything. Calls whose token is refused count for the address they came from.
 */
export const signedInFor = (bucket: Bucket, { inPassing = false, isAskedFirst = false } = {}) => ({
  security: [{ token: [] }, { apiKey: [] }],
  middleware: createMiddleware<{ Variables: { caller: Caller; limits: Limits; activity: Activity } }>(
    async (c, next) => {
      const { limits, activity } = c.var;
      const token = tokenOf(c) ?? keyOf(c);
      try {
        if (!token) return refuse(c);
        const proceed = async (id: string) => {
          c.set('caller', { token, id });
          await next();
          if (isOfToken(c.error)) limits.forget(token);
        };
        if (inPassing) await limits.takeInPassing(c, bucket, token, proceed);
        else await proceed(await limits.takeAsCaller(c, bucket, token, { isAskedFirst }));
      } catch (error) {
        if (isOfToken(error)) await limits.takeAsVisitor(c, 'api_refused');
        throw error;
      }
      if (isOfToken(c.error)) await limits.takeAsVisitor(c, 'api_refused');
      else activity.note(c, token);
    },
  ),
});

/** For routes that need a user and have no limit of their own. */
export const signedIn = signedInFor('api');

/** The same for those that ask one function of the database, which may change something, and nothing else before it. */
export const signedInPassing = signedInFor('api', { inPassing: true });

/** For what confirms a second factor: before that Postgres lets the token open nothing, so only Auth is asked about it. */
export const confirming = {
  security: [{ token: [] }],
  middleware: createMiddleware<{ Variables: { token: string; limits: Limits } }>(async (c, next) => {
    c.set('token', tokenOf(c) ?? refuse(c));
    await c.var.limits.takeAsVisitor(c, 'api_visitor');
    await next();
  }),
};

/** For routes that need no user: counted by the address of the caller. */
export const visiting = {
  middleware: createMiddleware<{ Variables: { limits: Limits } }>(async (c, next) => {
    await c.var.limits.takeAsVisitor(c, 'api_visitor');
    await next();
  }),
};

/** For routes that some need a user for and others do not: a token that is sent has to be good. */
export const maybeSignedIn = {
  security: [{}, ...signedIn.security],
  middleware: createMiddleware<{ Variables: { caller?: Caller; limits: Limits } }>((c, next) => {
    const isSent = c.req.header('authorization') !== undefined || c.req.header('x-api-key') !== undefined;
    return (isSent ? signedIn : visiting).middleware(c as never, next);
  }),
};

function refuse(c: Context): never {
  c.header('WWW-Authenticate', 'Bearer');
  const message = 'unable to answer; send the access token of a user, or an API key';
  throw new ApiError('not_signed_in', 401, message);
}

function tokenOf(c: Context): string | undefined {
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
  return hasSubject(token) ? token : undefined;
}

function keyOf(c: Context): string | undefined {
  const key = c.req.header('x-api-key');
  return key && isApiKey(key) ? key : undefined;
}

/** The project's own keys are tokens too, but nobody's. Whether the token is good only Postgres says. */
function hasSubject(token: string): boolean {
  try {
    return typeof decode(token).payload.sub === 'string';
  } catch {
    return false;
  }
}
