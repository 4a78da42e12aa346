/** Lets one request be followed through all services: its W3C trace goes on to whatever is called for it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createMiddleware } from 'hono/factory';

interface Trace {
  traceparent: string;
  tracestate?: string;
}

const current = new AsyncLocalStorage<Trace>();

const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/;

/** Takes the caller's `traceparent` over, where it has the form of one. */
export const followTrace = createMiddleware(async (c, next) => {
  const traceparent = c.req.header('traceparent');
  if (!traceparent || !TRACEPARENT.test(traceparent)) return next();
  const tracestate = c.req.header('tracestate');
  return current.run({ traceparent, ...(tracestate && { tracestate }) }, next);
});

/** The headers that carry the trace of the present request to another service. */
export const traceHeaders = (): Partial<Trace> => current.getStore() ?? {};

/** What all log lines of a trace have in common. */
export const traceId = (): string | undefined => TRACEPARENT.exec(current.getStore()?.traceparent ?? '')?.[1];
