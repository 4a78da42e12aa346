/** Where a request comes from, as far as that can be believed. */
import type { Context } from 'hono';

/**
 * Each proxy on the way adds the address it was called from to the end of `X-Forwarded-For`; what stands before the
 * entries of our own proxies is whatever the caller wrote.
 */
export function addressOf(c: Context, trustedProxies: number): string {
  const addresses = (c.req.header('x-forwarded-for') ?? '').split(',').map((address) => address.trim());
  const address = addresses[Math.max(addresses.length - trustedProxies, 0)];
  return address?.slice(0, 64) || 'unknown';
}
