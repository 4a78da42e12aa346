/** Whoever calls the HTTP API is here, also without a client that beats. */
import { afterAll, expect, it } from 'vitest';
import { signUpAdmin } from '../helpers/admin.ts';
import { database } from '../helpers/database.ts';
import { type Person, signUp } from '../helpers/people.ts';
import { call } from './api.ts';

afterAll(() => database.end());

const seenBy = async (viewer: Person, { id }: Person) =>
  (await call<{ user: { status: string } }>('GET', `/api/users/${id}`, { token: viewer.token })).body.user
    .status;

it('a person who calls anything is online for everybody, minutes after it too', async () => {
  const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
  expect(await seenBy(bob, ada)).toBe('offline');
  await call('GET', '/api/auth/me', { token: ada.token });
  await expect.poll(() => seenBy(bob, ada)).toBe('online');
  await database`update chat_private.connections set gone_at = gone_at - interval '4 minutes' where user_id = ${ada.id}`;
  expect(await seenBy(bob, ada)).toBe('online');
  await call('POST', '/api/auth/logout', { token: ada.token });
  expect(await seenBy(bob, ada)).toBe('offline');
});

it('calls with an API key leave its maker where they are', async () => {
  const [root, bob] = await Promise.all([signUpAdmin(), signUp('Bob')]);
  const { data } = await root.supabase.rpc('create_api_key', { name: 'Bot' }).single().throwOnError();
  const answer = await call('GET', '/api/auth/me', { headers: { 'x-api-key': data.secret } });
  expect(answer.status).toBe(200);
  await seenBy(bob, bob);
  await expect.poll(() => seenBy(bob, bob)).toBe('online');
  expect(await seenBy(bob, root)).toBe('offline');
});

it('a call whose token is refused brings nobody back', async () => {
  const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
  await database`delete from auth.sessions where user_id = ${ada.id}`;
  expect((await call('GET', '/api/auth/me', { token: ada.token })).status).toBe(401);
  expect(await seenBy(bob, ada)).toBe('offline');
});
