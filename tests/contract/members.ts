/** People who register and sign in by username or address, each call from another network. */
import { expect } from 'vitest';
import { PASSWORD } from '../helpers/people.ts';
import { call, uniqueAddress } from './api.ts';
import { uniqueUsername } from './rooms/people.ts';

export interface Member {
  id: string;
  token: string;
}

export const post = <Body = { token: string; user: Member }>(path: string, json: unknown) =>
  call<Body>('POST', path, { json, headers: { 'x-forwarded-for': uniqueAddress() } });

/** Somebody with a username, and with an address where one is given. */
export async function join(email?: string) {
  const username = uniqueUsername();
  expect((await post('/conversations/register', { username, password: PASSWORD, email })).status).toBe(201);
  const { body } = await post('/conversations/login', { username, password: PASSWORD });
  return { id: body.user.id, token: body.token, username, email };
}

/** Of a login with the password that everybody has. */
export const statusOf = async (path: string, json: object) =>
  (await post(path, { password: PASSWORD, ...json })).status;
