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

/**
 * Who counts as one: an IPv4 address, or the first 64 bits of one of version 6, as whoever has one of these addresses
 * has all 2⁶⁴ of that network.
 */
export function networkOf(address: string): string {
  if (!address.includes(':') || !URL.canParse(`http://[${address}]/`)) return address;
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = [], tail = []] = canonical
    .split('::')
    .map((groups) => groups.split(':').filter((group) => group !== ''));
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  const isVersion4 = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
  return groups.slice(0, isVersion4 ? 8 : 4).join(':');
}
