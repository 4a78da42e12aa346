/** Accounts of the document with the chatrooms: S0-1. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { PASSWORD, uniqueEmail } from '../../helpers/people.ts';
import { call, expectError, JWT, UUID, uniqueAddress } from '../api.ts';
import { useUp } from '../buckets.ts';
import { ask, chatter, expectSignedInOnly, MOUNT } from './chatroom.ts';

afterAll(() => database.end());

const uniqueUsername = () => `ada-${randomUUID().slice(0, 18)}`;
const register = (json: unknown) => ask<{ id: string }>(undefined, 'POST', '/users/register', json);
const login = (json: unknown, headers = {}) =>
  call<{ token: string; user: object }>('POST', `${MOUNT}/users/login`, { json, headers });

async function registered() {
  const username = uniqueUsername();
  const { body } = await register({ username, password: PASSWORD });
  return { id: body.id, username };
}

describe('POST /api/users/register', () => {
  it('success: 201 with the id of an account that can sign in', async () => {
    const [username, email] = [uniqueUsername(), uniqueEmail()];
    const { status, body } = await register({ username, password: PASSWORD, email });
    expect({ status, body }).toEqual({
      status: 201,
      body: { id: UUID, username, message: 'User registered successfully' },
    });
    expect((await login({ username, password: PASSWORD })).status).toBe(200);
  });

  it.each([
    ['no username', { password: PASSWORD }, 'username'],
    ['no password', { username: 'ada' }, 'password'],
    ['an address that is none', { username: 'ada', password: PASSWORD, email: 'ada' }, 'email'],
    ['a number for a password', { username: 'ada', password: 12345678 }, 'password'],
  ])('error: 400 for %s', async (_, json, field) => {
    expectError(await register(json), 400, 'invalid_input', field);
  });

  it('error: 400 for a username or an address that is taken', async () => {
    const { username } = await registered();
    const again = { username: username.toUpperCase(), password: PASSWORD };
    expectError(await register(again), 400, 'username_taken', 'username');
    const email = uniqueEmail();
    await register({ username: uniqueUsername(), password: PASSWORD, email });
    const same = { username: uniqueUsername(), password: PASSWORD, email };
    expectError(await register(same), 400, 'user_already_exists', 'email');
  });

  it('permission: whoever has an account already makes another just as well', async () => {
    const ada = await chatter();
    const json = { username: uniqueUsername(), password: PASSWORD };
    expect((await ask(ada, 'POST', '/users/register', json)).status).toBe(201);
  });

  it('limit: 400 for a password that is too short or has 73 bytes, and for a username of 33 letters', async () => {
    const username = uniqueUsername();
    expectError(await register({ username, password: 'a' }), 400, 'weak_password', 'password');
    expectError(await register({ username, password: 'a'.repeat(73) }), 400, 'invalid_input', 'password');
    const long = { username: 'a'.repeat(33), password: PASSWORD };
    expectError(await register(long), 400, 'invalid_username', 'username');
  });

  it('effect: the account has its username, and the address that was given', async () => {
    const [username, email] = [uniqueUsername(), uniqueEmail()];
    const { body } = await register({ username, password: PASSWORD, email });
    const [row] = await database`
      select p.username, a.email from chat.profiles p join chat.accounts a on a.user_id = p.id where p.id = ${body.id}`;
    expect(row).toEqual({ username, email });
  });
});

describe('POST /api/users/login', () => {
  it('success: 200 with a token that opens the API', async () => {
    const { id, username } = await registered();
    const { status, body } = await login({ username, password: PASSWORD });
    expect({ status, body }).toEqual({
      status: 200,
      body: { token: JWT, refreshToken: expect.any(String), user: { id, username } },
    });
    expect((await ask(body, 'GET', '/chatrooms')).status).toBe(200);
  });

  it('error: 400 for what is missing', async () => {
    expectError(await login({ username: 'ada' }), 400, 'invalid_input', 'password');
    expectError(await login({ password: PASSWORD }), 400, 'invalid_input', 'username');
  });

  it('error: 401 for a wrong password, and the same for a username of nobody', async () => {
    const { username } = await registered();
    for (const name of [username, uniqueUsername()]) {
      expectError(await login({ username: name, password: 'Wrong1horse' }), 401, 'invalid_credentials');
    }
  });

  it('permission: 403 for somebody who is banned', async () => {
    const { id, username } = await registered();
    await database`update chat.accounts set suspended_at = now() where user_id = ${id}`;
    expectError(await login({ username, password: PASSWORD }), 403, 'account_suspended');
  });

  it('limit: 429 after five wrong passwords from one address', async () => {
    const { username } = await registered();
    const headers = { 'x-forwarded-for': uniqueAddress() };
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect((await login({ username, password: 'Wrong1horse' }, headers)).status).toBe(401);
    }
    expectError(await login({ username, password: PASSWORD }, headers), 429, 'rate_limited');
  });

  it('effect: whoever signs in is online', async () => {
    const { id, username } = await registered();
    const { body } = await login({ username, password: PASSWORD });
    expect(await ask(body, 'GET', `/users/${id}`)).toMatchObject({ body: { status: 'online' } });
  });
});

describe('GET /api/users/:id', () => {
  it('success: tells who it is', async () => {
    const [ada, bob] = await Promise.all([chatter('Ada'), chatter('Bob')]);
    const { status, body } = await ask(ada, 'GET', `/users/${bob.id}`);
    expect({ status, body }).toEqual({
      status: 200,
      body: { id: bob.id, username: bob.username, email: bob.email, status: 'offline' },
    });
  });

  it('success: has the words of the document for every status', async () => {
    const ada = await chatter();
    const seen: unknown[] = [];
    for (const status of ['online', 'away', 'busy', 'inmeeting', 'offline']) {
      await ada.supabase.rpc('set_presence', { status }).throwOnError();
      seen.push((await ask<{ status: string }>(ada, 'GET', `/users/${ada.id}`)).body.status);
    }
    expect(seen).toEqual(['online', 'away', 'online', 'online', 'offline']);
  });

  it('error: 404 for nobody, 400 for what is no id', async () => {
    const ada = await chatter();
    expectError(await ask(ada, 'GET', `/users/${randomUUID()}`), 404, 'user_not_found');
    expectError(await ask(ada, 'GET', '/users/ada'), 400, 'invalid_input', 'id');
  });

  it('permission: 401 without a token that counts', () =>
    expectSignedInOnly('GET', `/users/${randomUUID()}`));
});

describe('PUT /api/users/:id/status', () => {
  const set = (person: Parameters<typeof ask>[0], id: string, status: unknown) =>
    ask(person, 'PUT', `/users/${id}/status`, { status });

  it('success: sets each status of the document', async () => {
    const ada = await chatter();
    for (const status of ['online', 'away', 'offline']) {
      const answer = await set(ada, ada.id, status);
      expect(answer).toMatchObject({ status: 200, body: { message: 'Status updated' } });
      expect(await ask(ada, 'GET', `/users/${ada.id}`)).toMatchObject({ body: { status } });
    }
  });

  it('error: 400 for a status of another document, and for none', async () => {
    const ada = await chatter();
    for (const status of ['busy', 'typing', '', undefined]) {
      expectError(await set(ada, ada.id, status), 400, 'invalid_input', 'status');
    }
  });

  it('error: 404 for nobody', async () => {
    expectError(await set(await chatter(), randomUUID(), 'away'), 404, 'user_not_found');
  });

  it('permission: 403 for the status of somebody else, 401 without a token that counts', async () => {
    const [ada, bob] = await Promise.all([chatter('Ada'), chatter('Bob')]);
    expectError(await set(ada, bob.id, 'away'), 403, 'not_yourself');
    expect(await ask(ada, 'GET', `/users/${bob.id}`)).toMatchObject({ body: { status: 'offline' } });
    await expectSignedInOnly('PUT', `/users/${ada.id}/status`, { status: 'away' });
  });

  it('limit: 429 for whoever changes it all the time', async () => {
    const ada = await chatter();
    await set(ada, ada.id, 'away');
    await useUp('set_presence', ada);
    expectError(await set(ada, ada.id, 'away'), 429, 'rate_limited');
  });

  it('effect: everybody hears of it', async () => {
    const ada = await chatter();
    await set(ada, ada.id, 'away');
    const rows = await database`
      select payload ->> 'status' as status from realtime.messages
       where event = 'presence:changed' and payload ->> 'user_id' = ${ada.id} order by inserted_at`;
    expect(rows.at(-1)).toEqual({ status: 'away' });
  });
});
