/** Refusals, in the two forms the real server gives them. */
import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

export class AuthError extends Error {
  readonly status: number;
  readonly code: string;
  readonly extra: Record<string, unknown>;
  /** Headers that name whom the refusal concerns. */
  headers: Record<string, string> = {};
  /** Whether the header with the code is left out, as the real server does here and there. */
  isSilent = false;

  constructor(status: number, code: string, message: string, extra: Record<string, unknown> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.extra = extra;
  }

  about(userId: string, sessionId?: string): this {
    this.headers = { 'sb-auth-user-id': userId, ...(sessionId ? { 'sb-auth-session-id': sessionId } : {}) };
    return this;
  }
}

/** A refusal in the words of OAuth, which have no code. */
export class OAuthError extends Error {
  readonly error: string;

  constructor(error: string, description: string) {
    super(description);
    this.error = error;
  }
}

/** A statement that the project's own triggers or constraints refused; shown as the database says it. */
export class DatabaseError extends Error {
  readonly fields: Record<string, string>;
  readonly status: number;

  constructor(cause: { code: string; message: string; detail?: string; hint?: string }) {
    super(cause.message, { cause });
    const custom = Number(/^PT(\d{3})$/.exec(cause.code)?.[1]);
    this.status = custom >= 400 && custom < 600 ? custom : 500;
    this.fields = {
      code: cause.code,
      message: cause.message,
      ...(cause.detail ? { detail: cause.detail } : {}),
      ...(cause.hint ? { hint: cause.hint } : {}),
    };
  }
}

/** The version from which errors carry their code in `code`; supabase-js always asks for it. */
const NEW_FORMAT = '2024-01-01';

export function render(context: Context, error: AuthError | OAuthError | DatabaseError): Response {
  const version = context.req.header('x-supabase-api-version') ?? '';
  const isNew = /^\d{4}-\d{2}-\d{2}$/.test(version) && version >= NEW_FORMAT;
  if (isNew) context.header('x-supabase-api-version', NEW_FORMAT);
  if (error instanceof OAuthError) {
    return context.json({ error: error.error, error_description: error.message }, 400);
  }
  if (error instanceof DatabaseError) {
    context.header('x-sb-error-code', 'unexpected_failure');
    if (!isNew) return context.json(error.fields, error.status as ContentfulStatusCode);
    return render(context, unexpected('Database error saving new user'));
  }
  const { status, code, message, extra } = error;
  for (const [name, value] of Object.entries(error.headers)) context.header(name, value);
  const isSilent = error.isSilent || code === 'unknown' || (isNew && code === 'weak_password');
  if (!isSilent) context.header('x-sb-error-code', code);
  const id = status === 500 ? { error_id: randomUUID() } : {};
  const body = isNew
    ? { code, message, ...extra }
    : { code: status, error_code: code, msg: message, ...id, ...extra };
  return context.json(body, status as ContentfulStatusCode);
}

export const invalid = (message: string) => new AuthError(400, 'validation_failed', message);
export const unexpected = (message: string) => new AuthError(500, 'unexpected_failure', message);
export const banned = (status: number) => new AuthError(status, 'user_banned', 'User is banned');
export const emailTaken = () =>
  new AuthError(422, 'email_exists', 'A user with this email address has already been registered');
export const phoneTaken = () =>
  new AuthError(422, 'phone_exists', 'A user with this phone number has already been registered');

/** Bytes and values that the database does not keep; refused wherever they come from. */
export function refusedValue(error: unknown): AuthError | undefined {
  const { name, code } = error as { name?: string; code?: unknown };
  if (name !== 'PostgresError' || typeof code !== 'string' || !code.startsWith('22')) return undefined;
  return invalid('The request contains a value that cannot be stored');
}

/** The message of a database error that a project may have raised by itself, else undefined. */
export function raisedByProject(error: unknown): DatabaseError | undefined {
  const cause = error as { code?: unknown; message?: unknown; name?: string };
  if (cause?.name !== 'PostgresError' || typeof cause.code !== 'string') return undefined;
  if (!/^(P0001|23\d{3}|PT\d{3})$/.test(cause.code)) return undefined;
  return new DatabaseError(error as { code: string; message: string });
}
