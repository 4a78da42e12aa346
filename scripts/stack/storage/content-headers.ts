/** The rules for the headers that an upload stores and a download sends again. */
import { validateHeaderValue } from 'node:http';
import { invalidMimeType, invalidRequest } from './errors.ts';

export const DEFAULT_TYPE = 'application/octet-stream';
export const DEFAULT_CACHE_CONTROL = 'no-cache';

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const MIME_TYPE = new RegExp(`^(${TOKEN})/(${TOKEN})$`);
const MIME_PATTERN = new RegExp(`^(\\*|${TOKEN}/(${TOKEN}|\\*))$`);

/** Whether a bucket's list of allowed types may contain this entry: `image/png`, `image/*` or `*`. */
export function isMimePattern(text: string): boolean {
  return MIME_PATTERN.test(text);
}

/** Refuses a content type that the bucket's list does not contain. */
export function checkMimeType(type: string, allowed: string[] | null): void {
  if (!allowed || allowed.length === 0) return;
  const essence = (type.split(';')[0] ?? '').trim().toLowerCase();
  const family = MIME_TYPE.exec(essence)?.[1];
  if (!family) throw invalidMimeType('Invalid Content-Type header');
  const isAllowed = allowed.some((entry) => {
    const pattern = entry.toLowerCase();
    return pattern === '*' || pattern === '*/*' || pattern === `${family}/*` || pattern === essence;
  });
  if (!isAllowed) throw invalidMimeType(`mime type ${type} is not supported`);
}

/** Refuses a text that no response header can carry. */
export function checkHeaderText(name: string, value: string): void {
  try {
    validateHeaderValue(name, value);
  } catch {
    throw invalidRequest(`The ${name} contains a character that no header can carry`);
  }
}

const ROBOTS_RULES = [
  /^(all|noindex|nofollow|none|nosnippet|indexifembedded|notranslate|noimageindex)$/,
  /^max-(snippet|video-preview):\s*-?\d+$/,
  /^max-image-preview:\s*(none|standard|large)$/,
  /^unavailable_after:\s*\S.*$/,
];
/** A rule may be addressed to one crawler, as in `otherbot: noindex`. */
const ROBOT_NAME = /^(?!max-|unavailable_after)[\w-]+:\s*/;

export function checkRobotsTag(header: string): void {
  for (const part of header.split(',')) {
    const rule = part.trim();
    const directive = rule.replace(ROBOT_NAME, '').toLowerCase();
    if (!ROBOTS_RULES.some((pattern) => pattern.test(directive))) {
      throw invalidRequest(
        `Invalid X-Robots-Tag header: Invalid X-Robots-Tag rule: "${rule}"`,
        'invalid_x_robots_tag',
      );
    }
  }
}
