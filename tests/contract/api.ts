/** Speaks to the HTTP API as a client without any library would. */
import { createHmac, randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { stack } from '../helpers/stack.ts';
import { undescribed } from './described.ts';

export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

interface Options {
  token?: string | undefined;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is, instead of `json`. */
  raw?: BodyInit;
  headers?: Record<string, string>;
}

/** An address in a network of its own, so that visitors of one test do not use up what another has. */
export const uniqueAddress = () =>
  `2001:${randomBytes(6)
    .toString('hex')
    .replace(/(.{4})(?=.)/g, '$1:')}::1`;

const address = uniqueAddress();

/** `path` as the documents have it: `/api/…`. */
export async function call<Body = unknown>(
  method: string,
  path: string,
  { token, json, raw, headers }: Options = {},
): Promise<Answer<Body>> {
  const body = raw ?? (json === undefined ? undefined : JSON.stringify(json));
  const response = await fetch(`${stack.apiUrl}/functions/v1${path}`, {
    method,
    headers: {
      'x-forwarded-for': address,
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  });
  const content = await response.text();
  const { status } = response;
  const answer = { status, headers: response.headers, body: JSON.parse(content || 'null') as Body };
  const fault = undescribed(method, path, answer);
  if (fault) throw new Error(fault);
  return answer;
}

interface ErrorAnswer {
  error: { message: string; details?: { field: string; message: string }[] };
  message: string;
}

/** Expects the one shape of errors, with this status and code; `field` is one that `details` has to name. */
export function expectError(answer: Answer<unknown>, status: number, code: string, field?: string): void {
  const message = expect.stringMatching(/./);
  expect(answer).toMatchObject({ status, body: { error: { code, message }, message } });
  const { error, ...rest } = answer.body as ErrorAnswer;
  expect(rest).toEqual({ message: error.message });
  if (field === undefined) return;
  expect(error.details).toContainEqual({ field, message: expect.stringMatching(/./) });
}

export const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
export const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
export const JWT = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/);

export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

/** A token with these claims, signed as Auth signs. */
export function sign(claims: Record<string, unknown>): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${content}.${createHmac('sha256', stack.jwtSecret).update(content).digest('base64url')}`;
}

/** What is answered to whoever sends none of the tokens that count. */
export const NOT_SIGNED_IN = { error: { code: expect.stringMatching(/^(not_signed_in|session_expired)$/) } };

/** Tokens that must open nothing, each made from a good one. */
export const badTokens: [string, (good: string) => string | undefined][] = [
  ['no token', () => undefined],
  ['a token that is none', () => 'garbage'],
  ['a token with a changed signature', (good) => `${good.slice(0, -10)}${'A'.repeat(10)}`],
  ['a token of another person without a signature', (good) => `${good.split('.').slice(0, 2).join('.')}.`],
  ['an expired token', (good) => sign({ ...claimsOf(good), exp: Math.floor(Date.now() / 1000) - 60 })],
  [
    'the token of a session that is not there',
    (good) => sign({ ...claimsOf(good), session_id: claimsOf(good).sub }),
  ],
  ['the anon key', () => stack.anonKey],
  ['the publishable key', () => stack.publishableKey],
  ['the service role key', () => stack.serviceRoleKey],
];
