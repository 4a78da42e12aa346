/** Accounts of document S1: S1-1.1 to 1.5. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { PASSWORD, signUp } from '../../helpers/people.ts';
import { badTokens, call, expectError, JWT, UUID } from '../api.ts';
import { ask, join, type Member, say, uniqueUsername } from './people.ts';

afterAll(() => database.end());

const NEW_PASSWORD = 'Another2horse';

const register = (json: unknown) => ask('POST', '/users/register', undefined, json);
const login = (json: unknown) => ask<{ token: string }>('POST', '/users/login', undefined, json);
const change = (person: Member | undefined, id: string, json: unknown) =>
  ask('PUT', `/users/${id}`, person, json);

async function joinAsAdmin(): Promise<Member> {
  const root = await join('root');
  await database`update chat.accounts set role = 'admin' where user_id = ${root.id}`;
  return root;
}

describe('POST /api/users/register', () => {
  it('success: 201 with id and username', async () => {
    const username = uniqueUsername();
    expect(await register({ username, password: PASSWORD })).toMatchObject({
      status: 201,
      body: { id: UUID, username, message: 'User registered successfully' },
    });
  });

  it.each([
    ['no username', { password: PASSWORD }, 'username'],
    ['no password', { username: 'ada' }, 'password'],
    ['a number as a username', { username: 7, password: PASSWORD }, 'username'],
    ["another document's body", { email: 'ada@example.com', password: PASSWORD, name: 'Ada' }, 'username'],
  ])('error: 400 for %s', async (_name, json, field) => {
    expectError(await register(json), 400, 'invalid_input', field);
  });

  it('error: 400 for a username that is taken', async () => {
    const { username } = await join();
    expectError(await register({ username, password: PASSWORD }), 400, 'username_taken', 'username');
  });

  it('permission: needs no token', async () => {
    expect((await register({ username: uniqueUsername(), password: PASSWORD })).status).toBe(201);
  });

  it("limit: 400 for passwords below Auth's minimum or above 72 bytes, and usernames above 32 letters", async () => {
    const username = uniqueUsername();
    expectError(await register({ username, password: 'short' }), 400, 'weak_password', 'password');
    expectError(await register({ username, password: 'ä'.repeat(37) }), 400, 'invalid_input', 'password');
    const long = { username: 'a'.repeat(33), password: PASSWORD };
    expectError(await register(long), 400, 'invalid_username', 'username');
  });

  it('effect: the account signs in at every document', async () => {
    const username = uniqueUsername();
    await register({ username, password: PASSWORD });
    for (const path of ['/groups/api/users/login', '/chatrooms/api/users/login', '/rooms/api/auth/login']) {
      expect(await call('POST', path, { json: { username, password: PASSWORD } })).toMatchObject({
        status: 200,
        body: { token: JWT, user: { username } },
      });
    }
  });
});

describe('POST /api/users/login', () => {
  it('success: 200 with a JWT that opens the API', async () => {
    const { id, username } = await join();
    const answer = await login({ username, password: PASSWORD });
    expect(answer).toMatchObject({ status: 200, body: { token: JWT, user: { id, username } } });
    expect((await ask('GET', '/groups', answer.body)).status).toBe(200);
  });

  it('error: 401 for a wrong password and for a username that nobody has, in the same words', async () => {
    const { username } = await join();
    const wrong = await login({ username, password: 'Wrong1horse' });
    expectError(wrong, 401, 'invalid_credentials');
    const unknown = await login({ username: uniqueUsername(), password: PASSWORD });
    expect(unknown).toMatchObject({ status: 401, body: wrong.body });
  });

  it.each(['username', 'password'])('error: 400 without %s', async (field) => {
    const { [field]: _, ...json }: Record<string, string> = { username: 'ada', password: PASSWORD };
    expectError(await login(json), 400, 'invalid_input', field);
  });

  it('permission: 403 for the suspended, with the right password only', async () => {
    const { id, username } = await join();
    await database`update chat.accounts set suspended_at = now() where user_id = ${id}`;
    expectError(await login({ username, password: PASSWORD }), 403, 'account_suspended');
    expectError(await login({ username, password: 'Wrong1horse' }), 401, 'invalid_credentials');
  });

  it('limit: 429 for the sixth try of one account', async () => {
    const { username } = await join();
    for (let n = 0; n < 5; n += 1) await login({ username, password: 'Wrong1horse' });
    expectError(await login({ username, password: PASSWORD }), 429, 'rate_limited');
  });

  it('effect: whoever signs in is online', async () => {
    const [ada, bob] = [await join(), await join('bob')];
    await login({ username: ada.username, password: PASSWORD });
    expect(await ask('GET', `/status/${ada.id}`, bob)).toMatchObject({ body: { status: 'online' } });
  });
});

describe('PUT /api/users/:id', () => {
  it('success: 200 with the new username, by which the person signs in', async () => {
    const [ada, username] = [await join(), uniqueUsername()];
    expect(await change(ada, ada.id, { username })).toMatchObject({
      status: 200,
      body: { message: 'User updated successfully', user: { id: ada.id, username } },
    });
    expect((await login({ username, password: PASSWORD })).status).toBe(200);
    expectError(await login({ username: ada.username, password: PASSWORD }), 401, 'invalid_credentials');
  });

  it('success: 200 with both changed, and with the password that there is', async () => {
    const [ada, username] = [await join(), uniqueUsername()];
    expect((await change(ada, ada.id, { username, password: NEW_PASSWORD })).status).toBe(200);
    expect((await login({ username, password: NEW_PASSWORD })).status).toBe(200);
    expect((await change(ada, ada.id, { username, password: NEW_PASSWORD })).status).toBe(200);
  });

  it('error: 400 for neither username nor password', async () => {
    const ada = await join();
    for (const json of [{}, { username: null, password: '' }, { name: 'Ada' }]) {
      expectError(await change(ada, ada.id, json), 400, 'invalid_input', 'username');
    }
  });

  it('error: 400 for a username that is taken, which leaves the password as it was', async () => {
    const [ada, bob] = [await join(), await join('bob')];
    for (const json of [{ username: bob.username }, { username: bob.username, password: NEW_PASSWORD }]) {
      expectError(await change(ada, ada.id, json), 400, 'username_taken', 'username');
    }
    expect((await login({ username: ada.username, password: PASSWORD })).status).toBe(200);
  });

  it('error: 404 for an id of nobody', async () => {
    const ada = await join();
    for (const json of [{ username: uniqueUsername() }, { password: NEW_PASSWORD }]) {
      expectError(await change(ada, randomUUID(), json), 404, 'user_not_found');
    }
  });

  it.each(badTokens)('permission: 401 with %s', async (_name, token) => {
    const ada = await join();
    const answer = await change({ ...ada, token: token(ada.token) ?? '' }, ada.id, { username: 'eve' });
    expect(answer.status).toBe(401);
  });

  it("permission: 403 for somebody else's account", async () => {
    const [ada, bob] = [await join(), await join('bob')];
    expectError(await change(bob, ada.id, { username: uniqueUsername() }), 403, 'not_an_admin');
    expectError(await change(bob, ada.id, { password: NEW_PASSWORD }), 403, 'not_yourself');
  });

  it('permission: an admin changes usernames, which is noted, and 403 for the passwords of others', async () => {
    const [root, ada, username] = [await joinAsAdmin(), await join(), uniqueUsername()];
    expect(await change(root, ada.id, { username })).toMatchObject({
      status: 200,
      body: { user: { username } },
    });
    const [entry] = await database`select actor_id, action from chat.audit_log where target_id = ${ada.id}`;
    expect(entry).toEqual({ actor_id: root.id, action: 'user.renamed' });
    expectError(await change(root, ada.id, { password: NEW_PASSWORD }), 403, 'not_yourself');
  });

  it('limit: 400 for a weak password, which leaves the username as it was, and for letters that no username has', async () => {
    const ada = await join();
    const weak = { username: uniqueUsername(), password: 'short' };
    expectError(await change(ada, ada.id, weak), 400, 'weak_password', 'password');
    expect((await login({ username: ada.username, password: PASSWORD })).status).toBe(200);
    expectError(await change(ada, ada.id, { username: 'a b' }), 400, 'invalid_username', 'username');
  });

  it('effect: a new password ends the other sessions and keeps this one', async () => {
    const ada = await join();
    const { body: elsewhere } = await login({ username: ada.username, password: PASSWORD });
    await change(ada, ada.id, { password: NEW_PASSWORD });
    expect((await ask('GET', '/groups', elsewhere)).status).toBe(401);
    expect((await ask('GET', '/groups', ada)).status).toBe(200);
  });
});

describe('below /api', () => {
  it('the words of ConnectBest are no ids of this document', async () => {
    const [ada, username] = [await join(), uniqueUsername()];
    const { token } = ada;
    expect(await call('PUT', '/api/users/profile', { token, json: { name: 'Ada King' } })).toMatchObject({
      status: 200,
      body: { user: { name: 'Ada King' } },
    });
    expect(await call('PUT', `/api/users/${ada.id}`, { token, json: { username } })).toMatchObject({
      status: 200,
      body: { user: { username } },
    });
  });
});

describe('GET /api/users/:id', () => {
  it('success: 200 with what others may see', async () => {
    const [ada, bob] = [await signUp('Ada'), await join('bob')];
    const [row] = await database`select username from chat.profiles where id = ${ada.id}`;
    const { status, body } = await ask('GET', `/users/${ada.id}`, bob);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: ada.id,
      username: row?.username,
      email: ada.email,
      status: 'offline',
      user: { id: ada.id, name: 'Ada', status: 'offline' },
    });
  });

  it('error: 404 for an id of nobody, 400 for what is no id', async () => {
    const ada = await join();
    expectError(await ask('GET', `/users/${randomUUID()}`, ada), 404, 'user_not_found');
    expectError(await ask('GET', '/users/ada', ada), 400, 'invalid_input', 'id');
  });

  it('permission: 401 without a token', async () => {
    expectError(await ask('GET', `/users/${randomUUID()}`), 401, 'not_signed_in');
  });
});

describe('DELETE /api/users/:id', () => {
  const remove = (person: Member | undefined, id: string) => ask('DELETE', `/users/${id}`, person);

  it('success: 200 for the own account', async () => {
    const ada = await join();
    expect(await remove(ada, ada.id)).toMatchObject({
      status: 200,
      body: { message: 'User deleted successfully' },
    });
    expect((await login({ username: ada.username, password: PASSWORD })).status).toBe(401);
    expect((await ask('GET', '/groups', ada)).status).toBe(401);
  });

  it('error: 404 for an id of nobody and for whoever is deleted', async () => {
    const [root, ada] = [await joinAsAdmin(), await join()];
    expectError(await remove(ada, randomUUID()), 404, 'user_not_found');
    await remove(root, ada.id);
    expectError(await remove(root, ada.id), 404, 'user_not_found');
  });

  it('permission: 401 without a token, 403 for others, but not for admins', async () => {
    const [root, ada, bob] = [await joinAsAdmin(), await join(), await join('bob')];
    expectError(await remove(undefined, ada.id), 401, 'not_signed_in');
    expectError(await remove(bob, ada.id), 403, 'not_an_admin');
    expect((await remove(root, ada.id)).status).toBe(200);
  });

  it('permission: 403 for an API key, which cannot delete whoever made it', async () => {
    const root = await joinAsAdmin();
    const json = { name: 'Importer', scopes: ['read', 'write', 'admin'] };
    const { body } = await call<{ key: string }>('POST', '/api/admin/api-keys', { token: root.token, json });
    const answer = await call('DELETE', `/groups/api/users/${root.id}`, {
      headers: { 'x-api-key': body.key },
    });
    expectError(answer, 403, 'missing_scope');
  });

  it('effect: the person is gone, what they said stays by nobody', async () => {
    const [ada, bob] = [await join(), await join('bob')];
    const { body } = await say(ada, bob.id, 'remember me');
    await remove(ada, ada.id);
    expectError(await ask('GET', `/users/${ada.id}`, bob), 404, 'user_not_found');
    const kept = await ask<{ username: string; content: string }[]>(
      'GET',
      `/messages/${body.conversationId}`,
      bob,
    );
    expect(kept.body).toMatchObject([
      { content: 'remember me', username: expect.stringMatching(/^deleted-/) },
    ]);
  });
});
