/** How much may be sent or made in an hour, counted since the server's start. */
import type { MiddlewareHandler } from 'hono';
import { AuthError } from './errors.ts';
import type { Service } from './service.ts';

const HOUR = 3_600_000;
/** Requests that an address may make in a row, and again every five minutes. */
const AT_ONCE = 30;

export class Limits {
  readonly #buckets = new Map<string, { left: number; at: number }>();

  /** Takes one of `perHour`, of which at most `atOnce` may be taken in a row; refused when none is left. */
  take(name: string, perHour: number, refusal: () => AuthError, atOnce = perHour): void {
    const now = Date.now();
    const bucket = this.#buckets.get(name) ?? { left: atOnce, at: now };
    const left = Math.min(atOnce, bucket.left + ((now - bucket.at) / HOUR) * perHour);
    if (left < 1) throw refusal();
    this.#buckets.set(name, { left: left - 1, at: now });
    if (this.#buckets.size > 10_000) this.#forget(now);
  }

  #forget(now: number): void {
    for (const [name, { at }] of this.#buckets) if (now - at > HOUR) this.#buckets.delete(name);
  }
}

export const tooMany = () => new AuthError(429, 'over_request_rate_limit', 'Request rate limit reached');

/** Limits what one address may ask for, where the configuration names the header that tells it. */
export function limitAddress(service: Service, name: string): MiddlewareHandler {
  return async (c, next) => {
    const header = service.config.addressHeader;
    const address = header && c.req.header(header)?.split(',')[0]?.trim();
    if (address) service.limits.take(`${name} ${address}`, AT_ONCE * 12, tooMany, AT_ONCE);
    await next();
  };
}

/** Refuses what follows the last time too soon. */
export function requirePause(last: Date | null, seconds: number, code: string): void {
  if (!last) return;
  const left = last.getTime() + seconds * 1000 - Date.now();
  if (left <= 0) return;
  throw new AuthError(
    429,
    code,
    `For security purposes, you can only request this after ${Math.ceil(left / 1000)} seconds.`,
  );
}
