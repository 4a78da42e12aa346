/** Where a browser may be sent to, and how the outcome is told there. */
import type { Context } from 'hono';
import type { Config } from './config.ts';

/** The wanted address when the configuration allows it, else the site's. */
export function allowedRedirect(config: Config, wanted: string | undefined): string {
  // What is no printable ASCII has no place in a header.
  if (!wanted || /[^\x21-\x7e]/.test(wanted)) return config.siteUrl;
  let url: URL;
  try {
    url = new URL(wanted);
  } catch {
    return config.siteUrl;
  }
  const site = URL.canParse(config.siteUrl) ? new URL(config.siteUrl) : undefined;
  if (site && url.protocol === site.protocol && url.hostname === site.hostname) return wanted;
  const bare = wanted.replace(/#.*$/s, '');
  return config.allowedRedirects.some((pattern) => toRegExp(pattern).test(bare)) ? wanted : config.siteUrl;
}

/** The address of a request: its parameter, else the header that older clients send. */
export const redirectOf = (c: Context, config: Config): string =>
  allowedRedirect(config, c.req.query('redirect_to') || c.req.header('redirect_to'));

/** `*` matches within a part of the address, `**` across parts, `?` one character. */
function toRegExp(pattern: string): RegExp {
  const source = pattern
    .split(/(\*\*|\*|\?)/)
    .map((part) => {
      if (part === '**') return '.*';
      if (part === '*') return '[^./]*';
      if (part === '?') return '[^./]';
      return part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`);
}

/** Sends the browser on, with the short page that real servers give. */
export function redirect(c: Context, location: string, status: 302 | 303): Response {
  const href = location.replaceAll('&', '&amp;').replaceAll('"', '&#34;').replaceAll('<', '&lt;');
  const text = status === 302 ? 'Found' : 'See Other';
  return c.body(`<a href="${href}">${text}</a>.\n\n`, status, {
    location,
    'content-type': 'text/html; charset=utf-8',
  });
}

/** Adds parameters to the query. */
export function withQuery(address: string, parameters: Record<string, string>): string {
  const [head = '', fragment] = address.split(/#(.*)/s);
  const query = encode(parameters);
  const joined = `${head}${head.includes('?') ? '&' : '?'}${query}`;
  return fragment === undefined ? joined : `${joined}#${fragment}`;
}

/** Puts parameters into the fragment, which servers never see; `sb` tells apps that it is meant for them. */
export function withFragment(address: string, parameters: Record<string, string | number>): string {
  return `${address.replace(/#.*$/s, '')}#${encode({ ...parameters, sb: '' })}`;
}

function encode(parameters: Record<string, string | number>): string {
  const sorted = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return new URLSearchParams(sorted.map(([name, value]) => [name, String(value)])).toString();
}
