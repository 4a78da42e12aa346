/** The one error a function answers with, and how refusals of Postgres and Auth become one. */
import type { ContentfulStatusCode } from 'hono/utils/http-status';

export interface ErrorDetail {
  field: string;
  message: string;
}

export class ApiError extends Error {
  readonly code: string;
  readonly status: ContentfulStatusCode;
  readonly details: ErrorDetail[] | undefined;
  /** Seconds until another try may succeed. */
  readonly retryAfter: number | undefined;

  constructor(
    code: string,
    status: number,
    message: string,
    options: { details?: ErrorDetail[]; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.status = status as ContentfulStatusCode;
    this.details = options.details;
    this.retryAfter = options.retryAfter;
  }

  /** The same error about a field that only the route knows. */
  at(field: string): ApiError {
    return this.with({ details: [{ field, message: this.message }] });
  }

  with(changes: {
    status?: number | undefined;
    message?: string;
    details?: ErrorDetail[] | undefined;
  }): ApiError {
    const details = changes.details ?? this.details;
    return new ApiError(this.code, changes.status ?? this.status, changes.message ?? this.message, {
      cause: this.cause,
      ...(details && { details }),
      ...(this.retryAfter && { retryAfter: this.retryAfter }),
    });
  }
}

/** @throws invalid_input where a body has none of these fields */
export function requireAny<Name extends string>(
  body: { [Field in Name]?: unknown },
  fields: readonly [Name, ...Name[]],
): void {
  const [field, ...others] = fields;
  if (fields.some((name) => body[name] !== undefined)) return;
  const message = `is missing, and so is ${others.join(', and so is ')}`;
  throw new ApiError('invalid_input', 400, `unable to answer; ${field}: ${message}`, {
    details: [{ field, message }],
  });
}

const GENERAL = {
  invalid_input: [400, 'a value has the wrong form'],
  session_expired: [401, 'the access token is not valid, sign in again'],
  forbidden: [403, 'you have no right to this'],
  missing_scope: [403, 'the API key has no scope for this'],
  account_suspended: [403, 'this account is suspended'],
  not_found: [404, 'there is no such thing'],
  conflict: [409, 'it exists already'],
  user_already_exists: [422, 'this address has an account already'],
  rate_limited: [429, 'too many requests, try again later'],
  internal_error: [500, 'something went wrong on the server'],
  service_unavailable: [503, 'a service does not answer, try again later'],
} as const;

type GeneralCode = keyof typeof GENERAL;

const FOREIGN_CODES: Record<string, GeneralCode> = {
  // Supabase Auth
  email_exists: 'user_already_exists',
  user_already_exists: 'user_already_exists',
  user_banned: 'account_suspended',
  session_not_found: 'session_expired',
  refresh_token_not_found: 'session_expired',
  refresh_token_already_used: 'session_expired',
  bad_jwt: 'session_expired',
  no_authorization: 'session_expired',
  user_not_found: 'session_expired',
  validation_failed: 'invalid_input',
  email_address_invalid: 'invalid_input',
  over_request_rate_limit: 'rate_limited',
  over_email_send_rate_limit: 'rate_limited',
  over_sms_send_rate_limit: 'rate_limited',
  // Postgres and PostgREST
  // Nothing but an API key without the scope for writing makes a transaction one that only reads.
  '25006': 'missing_scope',
  '23503': 'not_found',
  '23505': 'conflict',
  '40001': 'service_unavailable',
  '40P01': 'service_unavailable',
  '53300': 'service_unavailable',
  '57014': 'service_unavailable',
  '57P01': 'service_unavailable',
  '57P02': 'service_unavailable',
  PGRST116: 'not_found',
};

interface Refusal {
  code?: string | undefined;
  message: string;
  details?: string | null;
}

/** The error of a call to Postgres or Auth, whatever layer refused it. `operation` completes "unable to …". */
export function refused(operation: string, refusal: Refusal, status: number): ApiError {
  const code = refusal.code ?? '';
  // So PostgREST answers when its connection to Postgres breaks in the middle of a call.
  if (status === 400 && !code && !refusal.message) return general('service_unavailable', operation, refusal);
  // Auth and we use some words for different things; only our sentences begin like this.
  const known = refusal.message.startsWith('unable to ') ? undefined : FOREIGN_CODES[code];
  if (known || status < 400 || status >= 500) return general(known ?? codeOf(status), operation, refusal);

  // A refusal of the sign-up hook reaches us as text only: its code, a colon and the sentence.
  const [, hookCode, hookSentence] = /^([a-z_]+): (.*)$/s.exec(refusal.message) ?? [];
  if (hookCode && hookSentence) return new ApiError(hookCode, status, hookSentence, { cause: refusal });

  // Codes of the database's own rules, and of Auth's, are words; SQLSTATEs and PostgREST's own are not.
  if (/^[a-z][a-z0-9_]+$/.test(code)) {
    const sentence = refusal.message.startsWith('unable to ')
      ? refusal.message
      : `unable to ${operation}; ${refusal.message}`;
    const retryAfter = Number(/^Retry-After: (\d+)$/.exec(refusal.details ?? '')?.[1] ?? 0);
    return new ApiError(code, status, sentence, { cause: refusal, ...(retryAfter && { retryAfter }) });
  }
  return general(codeOf(status), operation, refusal);
}

function general(code: GeneralCode, operation: string, cause: unknown): ApiError {
  const [status, reason] = GENERAL[code];
  return new ApiError(code, status, `unable to ${operation}; ${reason}`, { cause });
}

function codeOf(status: number): GeneralCode {
  if (status === 401) return 'session_expired';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not_found';
  if (status === 409) return 'conflict';
  if (status === 429) return 'rate_limited';
  // 0 is what supabase-js reports when nothing answered.
  if (status === 0 || (status >= 502 && status <= 504)) return 'service_unavailable';
  return status < 500 ? 'invalid_input' : 'internal_error';
}
