/** Refusals, in the two forms the real server gives them. */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

export class AuthError extends Error {
  readonly status: number;
  readonly code: string;
  readonly extra: Record<string, unknown>;

  constructor(status: number, code: string, message: string, extra: Record<string, unknown> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.extra = extra;
  }
}

/** The version from which errors carry their code in `code`; supabase-js always asks for it. */
const NEW_FORMAT = '2024-01-01';

export function render(context: Context, error: AuthError): Response {
  const { status, code, message, extra } = error;
  const version = context.req.header('x-supabase-api-version') ?? '';
  const isNew = /^\d{4}-\d{2}-\d{2}$/.test(version) && version >= NEW_FORMAT;
  if (isNew) context.header('x-supabase-api-version', NEW_FORMAT);
  // The real server leaves the header out for this one.
  if (!(isNew && code === 'weak_password')) context.header('x-sb-error-code', code);
  const body = isNew
    ? { code, message, ...extra }
    : { code: status, error_code: code, msg: message, ...extra };
  return context.json(body, status as ContentfulStatusCode);
}

export const invalid = (message: string) => new AuthError(400, 'validation_failed', message);
export const unexpected = (message: string) => new AuthError(500, 'unexpected_failure', message);
