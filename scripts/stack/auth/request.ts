/** Reading requests: bodies as the real server types them, addresses, and where the caller is. */
import { isIP } from 'node:net';
import type { Context } from 'hono';
import { AuthError, invalid } from './errors.ts';

/** What a field may hold. A missing `string` reads as empty; the others as undefined. */
type Kind = 'string' | 'string?' | 'bool' | 'object' | 'number';
type Value<K extends Kind> = K extends 'string'
  ? string
  : K extends 'string?'
    ? string | undefined
    : K extends 'bool'
      ? boolean | undefined
      : K extends 'number'
        ? number | undefined
        : Record<string, unknown> | undefined;

export interface Shape<F extends Record<string, Kind>> {
  name: string;
  fields: F;
}
export type Read<S> = S extends Shape<infer F> ? { [K in keyof F]: Value<F[K]> } : never;

const GO_TYPES: Record<Kind, string> = {
  string: 'string',
  'string?': 'string',
  bool: 'bool',
  number: 'int',
  object: 'map[string]interface {}',
};

/** Names a body as the real server's errors do. */
export const shape = <F extends Record<string, Kind>>(name: string, fields: F): Shape<F> => ({
  name,
  fields,
});

/** Reads a JSON object; a field of the wrong type is refused as recorded. */
export async function readBody<F extends Record<string, Kind>>(
  c: Context,
  { name, fields }: Shape<F>,
): Promise<Read<Shape<F>>> {
  const body = parse(await c.req.text());
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw badJson(`json: cannot unmarshal ${jsonType(body)} into Go value of type api.${name}`);
  }
  const given = body as Record<string, unknown>;
  const read: Record<string, unknown> = {};
  for (const [field, kind] of Object.entries(fields)) {
    const value = given[field] ?? undefined;
    const type = kind === 'bool' ? 'boolean' : kind.replace('?', '');
    if (value !== undefined && (typeof value !== type || Array.isArray(value))) {
      throw badJson(
        `json: cannot unmarshal ${jsonType(value)} into Go struct field ${name}.${field} of type ${GO_TYPES[kind]}`,
      );
    }
    read[field] = value ?? (kind === 'string' ? '' : undefined);
  }
  return read as Read<Shape<F>>;
}

function parse(text: string): unknown {
  // Postgres keeps no NUL, neither in text nor in jsonb.
  if (text.includes('\0') || text.includes('\\u0000')) throw badJson("invalid character '\\x00' in string");
  try {
    // Half a surrogate pair is no text that Postgres keeps.
    return JSON.parse(text, (_, value) =>
      typeof value === 'string' ? Buffer.from(value).toString() : value,
    );
  } catch (error) {
    const isCut =
      text.trim() === '' || /Unexpected end|Unterminated|Expected .* at position/.test(String(error));
    const first = text.trim()[0] ?? '';
    if (isCut || '{["'.includes(first)) throw badJson('unexpected end of JSON input');
    // A form is read to its end in search of a value.
    if (/^[\w%+.~-]+=/.test(text)) throw badJson('unexpected end of JSON input');
    throw badJson(`invalid character '${first}' looking for beginning of value`);
  }
}

const badJson = (reason: string) =>
  new AuthError(400, 'bad_json', `Could not parse request body as JSON: ${reason}`);
const jsonType = (value: unknown) =>
  Array.isArray(value)
    ? 'array'
    : typeof value === 'boolean'
      ? 'bool'
      : value === null
        ? 'null'
        : typeof value;

const EMAIL =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+$/;

/** The address as it is kept: lower case. */
export function toEmail(value: string): string {
  if (value.length > 255) throw invalid('An email address is too long');
  if (!EMAIL.test(value)) throw invalid('Unable to validate email address: invalid format');
  return value.toLowerCase();
}

/** The number as it is kept: digits only. */
export function toPhone(value: string): string {
  const digits = value.replace(/[\s+]/g, '');
  if (!/^[1-9]\d{1,14}$/.test(digits)) throw invalid('Invalid phone number format (E.164 required)');
  return digits;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
export const isUuid = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);

/** An id in the path; anything else is not found, as recorded. */
export function uuidParam(c: Context, name: string): string {
  const value = c.req.param(name);
  if (!isUuid(value)) throw new AuthError(404, 'validation_failed', `${name} must be an UUID`);
  return value;
}

export interface Client {
  ip: string;
  userAgent: string;
}

export function client(c: Context): Client {
  const forwarded = c.req.header('x-forwarded-for')?.split(',')[0]?.trim() ?? '';
  return { ip: isIP(forwarded) ? forwarded : '127.0.0.1', userAgent: c.req.header('user-agent') ?? '' };
}
