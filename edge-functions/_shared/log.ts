/** The log: one line of JSON for each request, and for what fails besides. Tokens, bodies and addresses stay out of it. */
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import { traceId } from './trace.ts';

export const logRequests = createMiddleware(async (c, next) => {
  const start = performance.now();
  await next();
  const { status } = c.res;
  write(c, status >= 500 ? 'error' : 'info', {
    status,
    durationMs: Math.round((performance.now() - start) * 10) / 10,
    userId: c.get('caller')?.id,
    ...(status >= 500 && c.error && reasonOf(c.error)),
  });
});

/** Logs what went wrong beside the answer. */
export function report(c: Context, failure: { code: string; cause?: unknown }): void {
  write(c, 'error', reasonOf(failure));
}

function write(c: Context, level: 'info' | 'error', fields: object): void {
  console.log(
    JSON.stringify({
      time: new Date().toISOString(),
      level,
      requestId: c.get('requestId'),
      traceId: traceId(),
      method: c.req.method,
      // As it is declared: the path itself may name what is nobody else's business.
      route: routePath(c, -1),
      ...fields,
    }),
  );
}

function reasonOf({ code, cause, stack }: { code?: string; cause?: unknown; stack?: string | undefined }) {
  return { code, reason: cause instanceof Error ? cause.stack : (messageOf(cause) ?? stack) };
}

/** Of a refusal of Postgres only the sentence: its details may quote what is in a row. */
function messageOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null || !('message' in cause)) return undefined;
  return String(cause.message);
}
