/** What every answer has in common: how errors look, and how bodies and answers are declared. */
import { type Hook, z } from '@hono/zod-openapi';
import type { Context, Env, ErrorHandler, NotFoundHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { HTTPException } from 'hono/http-exception';
import { ApiError } from './errors.ts';

export const ErrorBody = z
  .object({
    error: z.object({
      code: z.string().openapi({ description: 'Stable; branch on this', example: 'invalid_input' }),
      message: z.string().openapi({ description: 'For people' }),
      details: z
        .array(z.object({ field: z.string(), message: z.string() }))
        .optional()
        .openapi({ description: 'Which fields of the request are wrong, and why' }),
    }),
    message: z.string().openapi({ description: 'The same sentence, for clients that look for it here' }),
  })
  .openapi('Error');

export const jsonBody = <T extends z.ZodType>(schema: T) =>
  ({ body: { content: { 'application/json': { schema } }, required: true } }) as const;

export const jsonAnswer = <T extends z.ZodType>(description: string, schema: T) =>
  ({ description, content: { 'application/json': { schema } } }) as const;

export type Reason = string | readonly [when: string, ...codes: string[]];

/** Declares the errors of a route: status → when it happens, and the codes that only this route has for it. */
export const errorAnswers = <S extends number>(reasons: Record<S, Reason>) =>
  Object.fromEntries(
    Object.entries<Reason>(reasons).map(([status, reason]) => {
      const [when, ...codes] = typeof reason === 'string' ? ([reason] as const) : reason;
      return [status, errorAnswer(when, codes)];
    }),
  ) as Record<S, ReturnType<typeof errorAnswer>>;

const errorAnswer = (when: string, codes: readonly string[]) => ({
  description: when,
  content: {
    'application/json': {
      schema: ErrorBody,
      ...(codes.length > 0 && { examples: errorExamples(when, codes) }),
    },
  },
});

export const errorExamples = (when: string, codes: readonly string[]) => {
  const message = `unable to answer; ${when.charAt(0).toLowerCase()}${when.slice(1)}`;
  return Object.fromEntries(codes.map((code) => [code, { value: { error: { code, message }, message } }]));
};

/** Refuses what does not fit a route's schemas, naming each field. */
export const refuseInvalid: Hook<unknown, Env, string, unknown> = (result) => {
  if (result.success) return;
  const details = result.error.issues.map(({ path, message }) => ({
    field: path.join('.') || 'body',
    message,
  }));
  const sentences = details.map(({ field, message }) => `${field}: ${message}`);
  throw new ApiError('invalid_input', 400, `unable to answer; ${sentences.join('; ')}`, { details });
};

export const notFound: NotFoundHandler = (c) =>
  respond(c, new ApiError('not_found', 404, `unable to answer; there is no ${c.req.path} here`));

export function refuseMethod(c: Context, methods: string[]): Response {
  c.header('Allow', methods.join(', '));
  const message = `unable to answer; ${c.req.path} takes ${methods.join(', ')}`;
  return respond(c, new ApiError('method_not_allowed', 405, message));
}

const atMostOneMiB = bodyLimit({
  maxSize: 2 ** 20,
  onError: () => {
    throw new ApiError('payload_too_large', 413, 'unable to answer; the request is larger than 1 MiB');
  },
});

/** Forms posted to `uploads` alone may be larger; their routes bound them while they stream. */
export const limitBody = (uploads: readonly string[]) =>
  createMiddleware((c, next) => {
    const isForm = /^multipart\/form-data\b/i.test(c.req.header('content-type') ?? '');
    const mayBeLarger = isForm && c.req.method === 'POST' && uploads.includes(c.req.path);
    return mayBeLarger ? next() : atMostOneMiB(c, next);
  });

/** Forms of web pages send what nobody filled in as `name=`. */
export const dropEmptyQuery = createMiddleware(async (c, next) => {
  if (c.req.url.includes('?')) {
    const url = new URL(c.req.url);
    const given = [...url.searchParams].filter(([, value]) => value !== '');
    if (given.length < url.searchParams.size) {
      url.search = String(new URLSearchParams(given));
      c.req.raw = new Request(url, c.req.raw);
    }
  }
  await next();
});

/** Gives every request these variables, for middleware that is declared before they are there. */
export const provide = <Variables extends object>(variables: Variables) =>
  createMiddleware<{ Variables: Variables }>(async (c, next) => {
    for (const [name, value] of Object.entries(variables)) c.set(name as never, value as never);
    await next();
  });

type Translate = (error: ApiError) => ApiError;

/** Errors of what follows get the statuses and fields that a document asks for. */
export const translating = (translate: Translate) =>
  createMiddleware<{ Variables: { translate: Translate } }>(async (c, next) => {
    c.set('translate', translate);
    await next();
  });

/** Answers a thrown error. */
export const onError: ErrorHandler = (thrown, c) => {
  const translate: Translate | undefined = c.get('translate');
  const error = toApiError(thrown);
  return respond(c, translate ? translate(error) : error);
};

function toApiError(thrown: Error): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof HTTPException && thrown.status === 415) {
    return new ApiError('unsupported_media_type', 415, 'unable to answer; send application/json');
  }
  if (thrown instanceof HTTPException && thrown.status < 500) {
    return new ApiError('invalid_input', thrown.status, `unable to answer; ${thrown.message}`);
  }
  const message = 'unable to answer; something went wrong on the server';
  return new ApiError('internal_error', 500, message, { cause: thrown });
}

/** How long to wait where nothing says it. */
const RETRY_AFTER: Record<number, number> = { 429: 60, 503: 1 };

function respond(c: Context, { code, status, message, details, retryAfter }: ApiError): Response {
  const seconds = retryAfter ?? RETRY_AFTER[status];
  if (seconds) c.header('Retry-After', String(seconds));
  return c.json({ error: { code, message, ...(details && { details }) }, message }, status);
}
