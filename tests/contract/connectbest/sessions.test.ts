import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { connect, PASSWORD, type Person, signUp } from '../../helpers/people.ts';
import { stack } from '../../helpers/stack.ts';
import { badTokens, call, claimsOf, expectError, JWT } from '../api.ts';

afterAll(() => database.end());

interface Tokens {
  token: string;
  refreshToken: string;
}

const login = async (person: Person) =>
  (await call<Tokens>('POST', '/api/auth/login', { json: { email: person.email, password: PASSWORD } })).body;
const logout = (token?: string, query = '') => call('POST', `/api/auth/logout${query}`, { token });
const refresh = (refreshToken: unknown) =>
  call<Tokens>('POST', '/api/auth/refresh', { json: { refreshToken } });
const me = (token: string) => call('GET', '/api/auth/me', { token });

async function verified(): Promise<Person> {
  const person = await signUp();
  await database`update chat.accounts set email_verified_at = now() where user_id = ${person.id}`;
  return person;
}

describe('POST /api/auth/logout', () => {
  it('success: ends this session and no other', async () => {
    const person = await verified();
    const { token } = await login(person);
    expect(await logout(token)).toMatchObject({ status: 200, body: { success: true } });
    expectError(await me(token), 401, 'session_expired');
    expect((await me(person.token)).status).toBe(200);
  });

  it('success: ends all sessions with all=true', async () => {
    const person = await verified();
    const { token } = await login(person);
    expect((await logout(token, '?all=true')).body).toEqual({ success: true });
    for (const ended of [token, person.token]) expectError(await me(ended), 401, 'session_expired');
  });

  it('error: 401 the second time', async () => {
    const { token } = await signUp();
    await logout(token);
    expectError(await logout(token), 401, 'session_expired');
  });

  it('error: 400 for another word than true and false', async () => {
    const { token } = await signUp();
    expectError(await logout(token, '?all=yes'), 400, 'invalid_input', 'all');
    expect((await me(token)).status).toBe(200);
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const { status } = await logout(make((await signUp()).token));
    expect(status).toBe(401);
  });

  it('effect: everybody sees the person offline, and the refresh token is worth nothing', async () => {
    const [ada, bob] = [await verified(), await signUp()];
    const { token, refreshToken } = await login(ada);
    const seen = () => call('GET', `/api/users/${ada.id}`, { token: bob.token });
    expect((await seen()).body).toMatchObject({ user: { status: 'online' } });
    await logout(token);
    expect((await seen()).body).toMatchObject({ user: { status: 'offline' } });
    expectError(await refresh(refreshToken), 401, 'session_expired');
  });

  it('effect: the token opens nothing on any other path', async () => {
    const { token } = await signUp();
    await logout(token);
    const headers = { apikey: stack.anonKey, authorization: `Bearer ${token}`, 'accept-profile': 'chat' };
    const rest = await fetch(`${stack.apiUrl}/rest/v1/profiles`, { headers });
    expect(rest.status).toBe(401);
    const auth = await fetch(`${stack.apiUrl}/auth/v1/user`, { headers });
    expect(auth.status).toBe(403);
  });
});

describe('POST /api/auth/refresh', () => {
  it('success: gives another pair of tokens of the same session', async () => {
    const { token, refreshToken } = await login(await verified());
    const answer = await refresh(refreshToken);
    expect(answer).toMatchObject({ status: 200, body: { token: JWT, refreshToken: expect.any(String) } });
    expect(answer.body.refreshToken).not.toBe(refreshToken);
    expect((await me(answer.body.token)).status).toBe(200);
    await logout(answer.body.token);
    expectError(await me(token), 401, 'session_expired');
  });

  it('error: 401 for a token that was never given, and 400 for none', async () => {
    expectError(await refresh('abcdefghijkl'), 401, 'session_expired');
    for (const wrong of [undefined, '', 7, 'x'.repeat(201)]) {
      expectError(await refresh(wrong), 400, 'invalid_input', 'refreshToken');
    }
  });

  it('permission: 403 for a suspended person', async () => {
    const person = await verified();
    const { refreshToken } = await login(person);
    // Sessions end with a suspension in the database; Auth itself keeps them.
    await connect(stack.secretKey).auth.admin.updateUserById(person.id, { ban_duration: '24h' });
    expect([401, 403]).toContain((await refresh(refreshToken)).status);
  });

  it('limit: 401 for one that was used, whose session ends with that', async () => {
    const { refreshToken } = await login(await verified());
    const { body } = await refresh(refreshToken);
    const next = await refresh(body.refreshToken);
    // A client may repeat a call whose answer it has lost, for ten seconds.
    const later = () => database`
      update auth.refresh_tokens set updated_at = now() - interval '1 minute'
       where session_id = ${String(claimsOf(body.token).session_id)}`;
    await later();
    expectError(await refresh(refreshToken), 401, 'session_expired');
    await later();
    expectError(await refresh(next.body.refreshToken), 401, 'session_expired');
  });

  it('effect: the token before stays good until it ends', async () => {
    const { token, refreshToken } = await login(await verified());
    await refresh(refreshToken);
    expect((await me(token)).status).toBe(200);
  });
});
