/** Users of the conversations document: S4-3.1 to 3.6, and POST /logout. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { PASSWORD } from '../../helpers/people.ts';
import { badTokens, call, expectError, JWT, TIME, UUID, uniqueAddress } from '../api.ts';
import { uniqueUsername } from '../rooms/people.ts';
import { ask, join, MOUNT } from './people.ts';

afterAll(() => database.end());

const register = (json: unknown, path = `${MOUNT}/register`) => call<{ id: string }>('POST', path, { json });
const login = (json: unknown, path = `${MOUNT}/login`, headers = {}) =>
  call<{ token: string }>('POST', path, { json, headers });

async function admin() {
  const root = await join('root');
  await database`update chat.accounts set role = 'admin' where user_id = ${root.id}`;
  return root;
}

describe('POST /register', () => {
  it('success: 201 with the new user, here and below /api', async () => {
    for (const path of [`${MOUNT}/register`, '/api/register']) {
      const username = uniqueUsername();
      const { status, body } = await register({ username, password: PASSWORD }, path);
      expect({ status, body }).toEqual({
        status: 201,
        body: { id: UUID, username, message: 'User registered successfully' },
      });
    }
  });

  it.each([
    ['no username', { password: PASSWORD }, 'username'],
    ['no password', { username: 'ada' }, 'password'],
  ])('error: 400 for %s', async (_, json, field) => {
    expectError(await register(json), 400, 'invalid_input', field);
  });

  it('error: 400 for a username that is taken', async () => {
    const { username } = await join();
    expectError(await register({ username, password: PASSWORD }), 400, 'username_taken', 'username');
  });

  it('limit: 400 for a password that is too short and a username of 33 letters', async () => {
    const username = uniqueUsername();
    expectError(await register({ username, password: 'a' }), 400, 'weak_password', 'password');
    expect((await register({ username: 'a'.repeat(33), password: PASSWORD })).status).toBe(400);
  });

  it('effect: the user signs in at once', async () => {
    const username = uniqueUsername();
    await register({ username, password: PASSWORD });
    expect((await login({ username, password: PASSWORD })).status).toBe(200);
  });
});

describe('POST /login', () => {
  it('success: 200 with a token, here and below /api', async () => {
    const { id, username } = await join();
    for (const path of [`${MOUNT}/login`, '/api/login']) {
      const answer = await login({ username, password: PASSWORD }, path);
      expect(answer).toMatchObject({ status: 200, body: { token: JWT, user: { id, username } } });
    }
  });

  it('error: 400 for no password', async () => {
    expectError(await login({ username: 'ada' }), 400, 'invalid_input', 'password');
  });

  it('permission: 401 for a wrong password', async () => {
    const { username } = await join();
    expectError(await login({ username, password: 'Wrong1horse' }), 401, 'invalid_credentials');
  });

  it('limit: 429 for the sixth wrong password in 15 minutes', async () => {
    const { username } = await join();
    const headers = { 'x-forwarded-for': uniqueAddress() };
    const attempt = () => login({ username, password: 'Wrong1horse' }, undefined, headers);
    const tries = await Promise.all(Array.from({ length: 5 }, attempt));
    expect(tries.map(({ status }) => status)).toEqual(Array(5).fill(401));
    expectError(await attempt(), 429, 'rate_limited');
  });

  it('effect: its session ends by itself, not with another one', async () => {
    const { username, token } = await join();
    const { body } = await login({ username, password: PASSWORD });
    const answer = await ask(body, 'POST', '/logout');
    expect(answer).toMatchObject({ status: 200, body: { message: 'Logged out' } });
    expectError(await ask(body, 'GET', '/users'), 401, 'session_expired');
    expect((await ask({ token }, 'GET', '/users')).status).toBe(200);
  });
});

describe('GET /users', () => {
  it('success: everybody in the order of their usernames, without addresses', async () => {
    const ada = await join();
    const { status, body } = await ask<object[]>(
      ada,
      'GET',
      `/users?after=${ada.username.slice(0, -1)}&limit=1`,
    );
    expect(status).toBe(200);
    expect(body).toEqual([{ id: ada.id, username: ada.username, profilePicture: null, status: 'offline' }]);
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const token = make((await join()).token);
    expect((await call('GET', `${MOUNT}/users`, { token })).status).toBe(401);
  });

  it('limit: pages of 100 at most, 400 for none', async () => {
    const ada = await join();
    await database`insert into auth.users (id, email) select id, id || '@example.com'
      from (select gen_random_uuid() as id from generate_series(1, 101)) ids`;
    expect((await ask<object[]>(ada, 'GET', '/users?limit=1000')).body).toHaveLength(100);
    expectError(await ask(ada, 'GET', '/users?limit=0'), 400, 'invalid_input', 'limit');
  });
});

describe('GET /users/{userId}', () => {
  it('success: what others may see', async () => {
    const [ada, bob] = await Promise.all([join('ada'), join('bob')]);
    const { status, body } = await ask(bob, 'GET', `/users/${ada.id}`);
    expect({ status, body }).toEqual({
      status: 200,
      body: { id: ada.id, username: ada.username, profilePicture: null, status: 'offline', createdAt: TIME },
    });
  });

  it('error: 404 for nobody, 400 for what is no id', async () => {
    const ada = await join();
    expectError(await ask(ada, 'GET', `/users/${randomUUID()}`), 404, 'user_not_found');
    expectError(await ask(ada, 'GET', '/users/ada'), 400, 'invalid_input', 'userId');
  });

  it('permission: 401 without a token', async () => {
    expect((await ask(undefined, 'GET', `/users/${randomUUID()}`)).status).toBe(401);
  });
});

describe('PUT /users/{userId}', () => {
  it('success: another username, password and picture', async () => {
    const ada = await join();
    const username = uniqueUsername('eva');
    const profilePicture = 'https://example.com/eva.png';
    const change = { username, password: 'Another1horse', profilePicture };
    const { status, body } = await ask(ada, 'PUT', `/users/${ada.id}`, change);
    expect({ status, body }).toEqual({ status: 200, body: { id: ada.id, username, profilePicture } });
    expect((await login({ username, password: 'Another1horse' })).status).toBe(200);
    const gone = await ask(ada, 'PUT', `/users/${ada.id}`, { profilePicture: null });
    expect(gone.body).toMatchObject({ username, profilePicture: null });
  });

  it('error: 400 for a username that is taken and a picture that is none, 404 for nobody', async () => {
    const [ada, bob] = await Promise.all([join('ada'), join('bob')]);
    const change = (json: unknown, id = ada.id) => ask(ada, 'PUT', `/users/${id}`, json);
    expectError(await change({ username: bob.username }), 400, 'username_taken', 'username');
    expectError(
      await change({ profilePicture: 'javascript:1' }),
      400,
      'invalid_avatar_url',
      'profilePicture',
    );
    expectError(await change({ profilePicture: '' }, randomUUID()), 404, 'user_not_found');
  });

  it('success: an address, which signs in as well; error: 400 for one that is taken or none', async () => {
    const [ada, bob] = await Promise.all([join('ada'), join('bob')]);
    const email = `${ada.username}@example.com`;
    const { status, body } = await ask(ada, 'PUT', `/users/${ada.id}`, { email });
    expect({ status, body }).toEqual({
      status: 200,
      body: { id: ada.id, username: ada.username, profilePicture: null },
    });
    expect((await login({ email, password: PASSWORD })).status).toBe(200);
    const change = (json: unknown) => ask(bob, 'PUT', `/users/${bob.id}`, json);
    expectError(await change({ email }), 400, 'user_already_exists', 'email');
    expectError(await change({ email: 'bob' }), 400, 'invalid_input', 'email');
    expectError(await ask(bob, 'PUT', `/users/${ada.id}`, { email: 'bob@example.com' }), 403, 'not_yourself');
  });

  it('error: 400 for nothing, naming what there is to change; whose it is comes first', async () => {
    const [ada, bob] = await Promise.all([join('ada'), join('bob')]);
    for (const json of [{}, { username: null }, { password: '' }, undefined]) {
      const answer = await ask(ada, 'PUT', `/users/${ada.id}`, json);
      expectError(answer, 400, 'invalid_input', 'username');
      expect(answer.body).toMatchObject({ error: { message: expect.stringContaining('profilePicture') } });
      expect((await ask(bob, 'PUT', `/users/${ada.id}`, json)).status).toBe(403);
      expectError(await ask(ada, 'PUT', `/users/${randomUUID()}`, json), 404, 'user_not_found');
    }
  });

  it('permission: 401 without a token, 403 for somebody else; admins rename others', async () => {
    const [ada, bob, root] = await Promise.all([join('ada'), join('bob'), admin()]);
    const rename = { username: uniqueUsername('eva') };
    expect((await ask(undefined, 'PUT', `/users/${ada.id}`, rename)).status).toBe(401);
    expect((await ask(bob, 'PUT', `/users/${ada.id}`, rename)).status).toBe(403);
    expectError(await ask(bob, 'PUT', `/users/${ada.id}`, { profilePicture: '' }), 403, 'not_an_admin');
    expect((await ask(root, 'PUT', `/users/${ada.id}`, rename)).body).toMatchObject(rename);
  });

  it('effect: all of it is changed or nothing', async () => {
    const [ada, bob] = await Promise.all([join('ada'), join('bob')]);
    const change = (json: unknown) => ask(ada, 'PUT', `/users/${ada.id}`, json);
    const profilePicture = 'https://example.com/ada.png';
    expectError(await change({ profilePicture, username: bob.username }), 400, 'username_taken', 'username');
    const broken = { profilePicture: 'javascript:1', password: 'Another1horse' };
    expectError(await change(broken), 400, 'invalid_avatar_url', 'profilePicture');
    expect((await ask(ada, 'GET', `/users/${ada.id}`)).body).toMatchObject({ profilePicture: null });
    expect((await login({ username: ada.username, password: PASSWORD })).status).toBe(200);
  });

  it('limit: 400 for a username of 33 letters and an address of 2,049', async () => {
    const ada = await join();
    const change = (json: unknown) => ask(ada, 'PUT', `/users/${ada.id}`, json);
    expectError(await change({ username: 'a'.repeat(33) }), 400, 'invalid_username', 'username');
    const profilePicture = `https://example.com/${'a'.repeat(2029)}`;
    expectError(await change({ profilePicture }), 400, 'invalid_input', 'profilePicture');
  });

  it('effect: a new password ends the other sessions', async () => {
    const ada = await join();
    const { body } = await login({ username: ada.username, password: PASSWORD });
    await ask(ada, 'PUT', `/users/${ada.id}`, { password: 'Another1horse' });
    expectError(await ask(body, 'GET', '/users'), 401, 'session_expired');
    expect((await ask(ada, 'GET', '/users')).status).toBe(200);
  });
});

describe('DELETE /users/{userId}', () => {
  it('success: the own account, and for admins that of others', async () => {
    const [ada, bob, root] = await Promise.all([join('ada'), join('bob'), admin()]);
    const answers = [
      await ask(ada, 'DELETE', `/users/${ada.id}`),
      await ask(root, 'DELETE', `/users/${bob.id}`),
    ];
    for (const { status, body } of answers)
      expect({ status, body }).toEqual({ status: 200, body: { message: 'User deleted' } });
  });

  it('error: 404 for nobody', async () => {
    expectError(await ask(await join(), 'DELETE', `/users/${randomUUID()}`), 404, 'user_not_found');
  });

  it('permission: 401 without a token, 403 for somebody else', async () => {
    const [ada, bob] = await Promise.all([join('ada'), join('bob')]);
    expect((await ask(undefined, 'DELETE', `/users/${ada.id}`)).status).toBe(401);
    expectError(await ask(bob, 'DELETE', `/users/${ada.id}`), 403, 'not_an_admin');
  });

  it('effect: nobody finds them, and their token opens nothing', async () => {
    const [ada, bob] = await Promise.all([join('ada'), join('bob')]);
    await ask(ada, 'DELETE', `/users/${ada.id}`);
    expectError(await ask(bob, 'GET', `/users/${ada.id}`), 404, 'user_not_found');
    expectError(await ask(ada, 'GET', '/users'), 401, 'session_expired');
  });
});
