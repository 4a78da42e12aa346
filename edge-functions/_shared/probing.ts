/** Bounds what everybody may ask for and costs little: counted in this process, so that it is answered when Postgres is not. */
import { createMiddleware } from 'hono/factory';
import { addressOf, networkOf } from './address.ts';
import type { HttpSettings } from './env.ts';
import { ApiError } from './errors.ts';

/** Far more than monitoring needs, of however many machines behind one address. */
const CALLS = 600;
const MILLISECONDS = 60_000;

const MAX_ADDRESSES = 10_000;

/** For routes without a limit of their own. */
export function boundProbes({ trustedProxies }: HttpSettings) {
  const windows = new Map<string, { used: number; endsAt: number }>();
  return createMiddleware(async (c, next) => {
    const now = Date.now();
    const origin = networkOf(addressOf(c, trustedProxies));
    let window = windows.get(origin);
    if (!window || window.endsAt <= now) {
      if (windows.size >= MAX_ADDRESSES) windows.clear();
      window = { used: 0, endsAt: now + MILLISECONDS };
      windows.set(origin, window);
    }
    window.used += 1;
    if (window.used > CALLS) {
      const retryAfter = Math.ceil((window.endsAt - now) / 1000);
      const message = `unable to answer; too many requests, try again in ${retryAfter} s`;
      throw new ApiError('rate_limited', 429, message, { retryAfter });
    }
    await next();
  });
}
