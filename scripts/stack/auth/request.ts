/** Reading requests: bodies, addresses, and who asks. */
import type { Context } from 'hono';
import { AuthError, invalid } from './errors.ts';
import type { Client } from './sessions.ts';

/** A JSON object, or the recorded refusal. */
export async function readBody(c: Context): Promise<Record<string, unknown>> {
  const text = await c.req.text();
  try {
    const body: unknown = text === '' ? {} : JSON.parse(text);
    if (body && typeof body === 'object' && !Array.isArray(body)) return body as Record<string, unknown>;
  } catch {
    // Refused below, like anything that is no object.
  }
  throw new AuthError(400, 'bad_json', 'Could not parse request body as JSON');
}

export function address(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' || !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) || value.length > 255) {
    throw invalid('Unable to validate email address: invalid format');
  }
  return value.toLowerCase();
}

export function client(c: Context): Client {
  const forwarded = c.req.header('x-forwarded-for')?.split(',')[0]?.trim();
  return { ip: forwarded || '127.0.0.1', userAgent: c.req.header('user-agent') ?? '' };
}
