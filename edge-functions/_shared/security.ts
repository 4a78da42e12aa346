/** Headers and checks that make browsers and networks safe to cross. */
import type { MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import { ApiError } from './errors.ts';

/** Answers are data: whatever somebody wrote into them is never run, framed or kept. A route may say otherwise for itself. */
export const secureHeaders = createMiddleware(async (c, next) => {
  c.header('Cache-Control', 'no-store');
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('X-Frame-Options', 'DENY');
  c.header('Referrer-Policy', 'no-referrer');
  c.header('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  await next();
});

const TWO_YEARS = 63_072_000;

/** Refuses what came over an open line, as its token has been read on the way; the proxy in front says how it came. */
export const httpsOnly = (isOn: boolean): MiddlewareHandler =>
  createMiddleware(async (c, next) => {
    if (isOn) {
      c.header('Strict-Transport-Security', `max-age=${TWO_YEARS}`);
      const [protocol] = (c.req.header('x-forwarded-proto') ?? '').split(',');
      if (protocol !== 'https') {
        throw new ApiError('https_required', 403, 'unable to answer; use https');
      }
    }
    await next();
  });
