import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../helpers/database.ts';
import { listen } from '../helpers/listen.ts';
import { connect, type Person, signUp } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';
import { call, expectError } from './api.ts';

const people: Person[] = [];

afterAll(async () => {
  await Promise.all(people.map(({ supabase }) => supabase.realtime.disconnect()));
  await database.end();
});

/** Two ways out, each with what the HTTP API answers from then on. */
const ends = [
  [
    'suspended',
    (person: Person) => database`update chat.accounts set suspended_at = now() where user_id = ${person.id}`,
    [403, 'account_suspended'],
  ],
  [
    'deleted',
    (person: Person) => connect(stack.secretKey).auth.admin.deleteUser(person.id),
    [401, 'session_expired'],
  ],
] as const;

/** What a token opens while it is good: the status of each path. */
const paths = {
  'the HTTP API': async ({ token }: Person) => (await call('GET', '/api/auth/me', { token })).status,
  'the Data API': async ({ token }: Person) =>
    (
      await fetch(`${stack.apiUrl}/rest/v1/profiles?limit=1`, {
        headers: { apikey: stack.anonKey, authorization: `Bearer ${token}`, 'accept-profile': 'chat' },
      })
    ).status,
  Storage: async ({ id, token }: Person) =>
    (
      await fetch(`${stack.apiUrl}/storage/v1/object/avatars/${id}/${randomUUID()}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'image/png' },
        body: Buffer.from('89504e470d0a1a0a', 'hex'),
      })
    ).status,
  // A topic that is joined stays joined, which tests/realtime/revocation.test.ts is about: this is the next one.
  Realtime: async (person: Person) => {
    const [row] = await database`select chat_private.presence_topic() as topic`;
    const topic = person.supabase.getChannels().length === 0 ? `user:${person.id}` : row?.topic;
    return listen(person, topic).then(
      () => 200,
      () => 403,
    );
  },
};

describe.each(ends)('a person who is %s', (_, end, [status, code]) => {
  it.each(Object.entries(paths))('is out of %s with the next call', async (_path, open) => {
    const person = await signUp();
    people.push(person);
    expect(await open(person)).toBe(200);
    await end(person);
    expect(await open(person)).toBeGreaterThanOrEqual(400);
  });

  it('is told so by the HTTP API, on every kind of endpoint', async () => {
    const person = await signUp();
    await end(person);
    const { token } = person;
    expectError(await call('GET', '/api/auth/me', { token }), status, code);
    expectError(await call('PUT', '/api/users/status', { token, json: { status: 'busy' } }), status, code);
    expectError(await call('GET', '/api/users/search?query=ada', { token }), status, code);
    const verification = await call('POST', '/api/auth/2fa/verify', { token, json: { code: '123456' } });
    expect([401, 403]).toContain(verification.status);
  });

  it('gets no new session', async () => {
    const person = await signUp();
    await database`update chat.accounts set email_verified_at = now() where user_id = ${person.id}`;
    const { data } = await person.supabase.auth.getSession();
    await end(person);
    const json = { email: person.email, password: person.password };
    expect((await call('POST', '/api/auth/login', { json })).status).toBeGreaterThanOrEqual(400);
    const renewal = { refreshToken: data.session?.refresh_token };
    expect((await call('POST', '/api/auth/refresh', { json: renewal })).status).toBeGreaterThanOrEqual(401);
    expect((await connect().auth.signInWithPassword(person)).error).not.toBeNull();
  });
});
