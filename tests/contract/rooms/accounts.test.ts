/** Accounts of the rooms document: S2-1.1 to 1.3. */
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { PASSWORD, signUp } from '../../helpers/people.ts';
import { badTokens, call, expectError, JWT, UUID, uniqueAddress } from '../api.ts';
import { createRoom, join, MOUNT, type Session, uniqueUsername } from './people.ts';

afterAll(() => database.end());

const signup = (json: unknown) => call<Session>('POST', `${MOUNT}/auth/signup`, { json });
const login = (json: unknown, path = `${MOUNT}/auth/login`, headers = {}) =>
  call<Session>('POST', path, { json, headers });
const logout = (token?: string) => call('GET', `${MOUNT}/auth/logout`, { token });

describe('POST /api/auth/signup', () => {
  it('success: 201 with a token that opens the API at once', async () => {
    const username = uniqueUsername();
    const { status, body } = await signup({ username, password: PASSWORD });
    expect({ status, body }).toEqual({
      status: 201,
      body: {
        token: JWT,
        refreshToken: expect.any(String),
        user: { id: UUID, username },
        message: 'User registered successfully',
      },
    });
    expect((await createRoom(body)).status).toBe(201);
  });

  it.each([
    ['no username', { password: PASSWORD }, 'username'],
    ['no password', { username: 'ada' }, 'password'],
    ['a username of other letters', { username: 'a b', password: PASSWORD }, 'username'],
    ['a password of a number', { username: 'ada', password: 12345678 }, 'password'],
  ])('error: 400 for %s', async (_, json, field) => {
    const answer = await signup(json);
    expect(answer.status).toBe(400);
    expectError(
      answer,
      400,
      field === 'username' && 'username' in json ? 'invalid_username' : 'invalid_input',
      field,
    );
  });

  it('error: 400 for all but one of those who sign up with one username at once', async () => {
    const json = { username: uniqueUsername(), password: PASSWORD };
    const answers = await Promise.all(Array.from({ length: 8 }, () => signup(json)));
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused).toHaveLength(7);
    for (const answer of refused) expectError(answer, 400, 'username_taken', 'username');
  });

  it('error: 400 for a username that is taken, whatever its capitals', async () => {
    const { username } = await join();
    expectError(
      await signup({ username: username.toUpperCase(), password: PASSWORD }),
      400,
      'username_taken',
      'username',
    );
  });

  it('limit: 400 for a password that is too short or has 73 bytes, and for a username of 33 letters', async () => {
    const username = uniqueUsername();
    expectError(await signup({ username, password: 'a' }), 400, 'weak_password', 'password');
    expectError(await signup({ username, password: 'a'.repeat(73) }), 400, 'invalid_input', 'password');
    expectError(
      await signup({ username: 'a'.repeat(33), password: PASSWORD }),
      400,
      'invalid_username',
      'username',
    );
  });

  it('effect: the account is the same everywhere, without an address', async () => {
    const { id, username } = await join();
    const [row] =
      await database`select username, email from chat.profiles p join chat.accounts a on a.user_id = p.id where p.id = ${id}`;
    expect(row).toEqual({ username, email: null });
  });
});

describe('POST /api/auth/login', () => {
  it('success: 200 with a token, whatever the capitals of the username', async () => {
    const { id, username } = await join();
    const answer = await login({ username: username.toUpperCase(), password: PASSWORD });
    expect(answer).toMatchObject({ status: 200, body: { token: JWT, user: { id, username } } });
  });

  it('success: below /api a username means this document, and an address ConnectBest', async () => {
    const { username } = await join();
    const answer = await login({ username, password: PASSWORD }, '/api/auth/login');
    expect(answer).toMatchObject({ status: 200, body: { token: JWT, user: { username } } });
    const wrong = { password: 'Wrong1horse' };
    const byName = await login({ username, ...wrong }, '/api/auth/login');
    expectError(byName, 401, 'invalid_credentials');
    const byAddress = await login({ email: (await signUp()).email, ...wrong }, '/api/auth/login');
    expectError(byAddress, 400, 'invalid_credentials');
  });

  it.each([
    ['no username', { password: PASSWORD }, 'username'],
    ['no password', { username: 'ada' }, 'password'],
    ['a username that is none', { username: ['ada'], password: PASSWORD }, 'username'],
  ])('error: 400 for %s', async (_, json, field) => {
    expectError(await login(json), 400, 'invalid_input', field);
  });

  it('error: 401 for a wrong password and for nobody, in the same words', async () => {
    const { username } = await join();
    const wrong = await login({ username, password: 'Wrong1horse' });
    const nobody = await login({ username: uniqueUsername(), password: 'Wrong1horse' });
    expectError(wrong, 401, 'invalid_credentials');
    expect(nobody.body).toEqual(wrong.body);
  });

  it('permission: 403 for somebody who is suspended', async () => {
    const { id, username } = await join();
    await database`update auth.users set banned_until = 'infinity' where id = ${id}`;
    expectError(await login({ username, password: PASSWORD }), 403, 'account_suspended');
  });

  it('limit: 429 for the sixth wrong password in 15 minutes', async () => {
    const { username } = await join();
    const headers = { 'x-forwarded-for': uniqueAddress() };
    const tries = Array.from({ length: 5 }, () =>
      login({ username, password: 'Wrong1horse' }, undefined, headers),
    );
    expect((await Promise.all(tries)).map(({ status }) => status)).toEqual(Array(5).fill(401));
    expectError(await login({ username, password: PASSWORD }, undefined, headers), 429, 'rate_limited');
  });

  it('effect: begins a session of its own', async () => {
    const { username, token } = await join();
    const { body } = await login({ username, password: PASSWORD });
    await logout(body.token);
    expect((await createRoom({ token })).status).toBe(201);
  });
});

describe('GET /api/auth/logout', () => {
  it('success: says so, and no cache keeps it', async () => {
    const { status, headers, body } = await logout((await join()).token);
    expect({ status, body }).toEqual({ status: 200, body: { success: true, message: 'Logged out' } });
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('error: 401 the second time', async () => {
    const { token } = await join();
    await logout(token);
    expectError(await logout(token), 401, 'session_expired');
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    expect((await logout(make((await join()).token))).status).toBe(401);
  });

  it('effect: the token opens nothing any more', async () => {
    const { token } = await join();
    await logout(token);
    expectError(await createRoom({ token }), 401, 'session_expired');
  });

  it('effect: HEAD ends nothing', async () => {
    const { token } = await join();
    expect((await call('HEAD', `${MOUNT}/auth/logout`, { token })).status).toBe(200);
    expect((await createRoom({ token })).status).toBe(201);
  });
});
