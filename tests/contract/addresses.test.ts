/** What a document changes of an account beside its username: the address of the own one, and for admins the picture of others'. */
import { afterAll, describe, expect, it } from 'vitest';
import { signUpAdmin } from '../helpers/admin.ts';
import { database } from '../helpers/database.ts';
import { uniqueEmail } from '../helpers/people.ts';
import { call, expectError } from './api.ts';
import { join, type Member, post, statusOf } from './members.ts';
import { uniqueUsername } from './rooms/people.ts';

afterAll(() => database.end());

describe('another address by PUT /users/{userId}', () => {
  const change = ({ id, token }: Member, json: unknown) =>
    call('PUT', `/conversations/users/${id}`, { token, json });
  const addressOf = async ({ id }: Member) => {
    const [row] = await database`select email, email_verified_at from chat.accounts where user_id = ${id}`;
    return row;
  };

  it('signs in at once, not verified, and the one before does not', async () => {
    const [ada, first, second] = [await join(), uniqueEmail(), uniqueEmail()];
    expect((await change(ada, { email: first })).status).toBe(200);
    expect(await addressOf(ada)).toEqual({ email: first, email_verified_at: null });
    expect(await statusOf('/api/auth/login', { email: first })).toBe(200);
    expect((await change(ada, { email: second.toUpperCase() })).status).toBe(200);
    expect(await statusOf('/conversations/login', { email: first })).toBe(401);
    for (const login of [{ email: second }, { username: ada.username }]) {
      expect(await statusOf('/conversations/login', login)).toBe(200);
    }
  });

  it('is understood below /api, and is nothing that null or an empty text would say', async () => {
    const [ada, email] = [await join(), uniqueEmail()];
    const change = (json: unknown) => call('PUT', `/api/users/${ada.id}`, { token: ada.token, json });
    expect((await change({ email })).status).toBe(200);
    for (const nothing of [null, '']) {
      expect((await change({ email: nothing, username: ada.username })).status).toBe(200);
    }
    expect(await addressOf(ada)).toMatchObject({ email });
  });

  it('goes with username, password and picture, or not at all', async () => {
    const [ada, bob] = [await join(), await join(uniqueEmail())];
    const [username, email] = [uniqueUsername('eva'), uniqueEmail()];
    const whole = {
      username,
      email,
      password: 'Another1horse',
      profilePicture: 'https://example.com/eva.png',
    };
    for (const [json, code, field] of [
      [{ ...whole, email: bob.email }, 'user_already_exists', 'email'],
      [{ ...whole, username: bob.username }, 'username_taken', 'username'],
      [{ ...whole, profilePicture: 'javascript:1' }, 'invalid_avatar_url', 'profilePicture'],
      [{ ...whole, password: 'short' }, 'weak_password', 'password'],
      [{ ...whole, email: 'eva@users.confab.invalid' }, 'invalid_input', 'email'],
      [{ email: bob.email }, 'user_already_exists', 'email'],
    ] as const) {
      expectError(await change(ada, json), 400, code, field);
    }
    expect(await addressOf(ada)).toMatchObject({ email: null });
    expect(await statusOf('/conversations/login', { username: ada.username })).toBe(200);
    expect(await change(ada, whole)).toMatchObject({ status: 200, body: { username } });
    const login = { email, password: 'Another1horse' };
    expect((await post('/groups/api/users/login', login)).status).toBe(200);
  });

  it("is nobody else's to choose, also no admin's", async () => {
    const [ada, bob, root] = [await join(), await join(), await signUpAdmin()];
    for (const other of [bob, root]) {
      for (const json of [{ email: uniqueEmail() }, { email: uniqueEmail(), password: 'Another1horse' }]) {
        expectError(await change({ id: ada.id, token: other.token }, json), 403, 'not_yourself');
      }
    }
    expect(await addressOf(ada)).toMatchObject({ email: null });
  });

  it('waits for the link in the mail where the present one is verified', async () => {
    const [before, after] = [uniqueEmail(), uniqueEmail()];
    const ada = await join(before);
    await database`update chat.accounts set email_verified_at = now() where user_id = ${ada.id}`;
    const json = { email: after, password: 'Another1horse' };
    expect((await change(ada, json)).status).toBe(200);
    expect(await addressOf(ada)).toMatchObject({ email: before, email_verified_at: expect.any(Date) });
    const [user] = await database`select email_change from auth.users where id = ${ada.id}`;
    expect(user).toEqual({ email_change: after });
    expect((await post('/conversations/login', { email: before, password: json.password })).status).toBe(200);
    const bob = await join(uniqueEmail());
    expectError(await change(ada, { email: bob.email }), 400, 'user_already_exists', 'email');
  });

  it('leaves who has another one out of the account: codes and links go nowhere but there', async () => {
    const [before, after] = [uniqueEmail(), uniqueEmail()];
    const ada = await join(before);
    await post('/api/auth/forgot-password', { email: before });
    const [code] =
      await database`select code_hash from chat_private.one_time_codes where user_id = ${ada.id}`;
    expect(code).toBeDefined();
    await change(ada, { email: after });
    const [row] = await database`
      select a.email = c.email as is_good from chat_private.one_time_codes c
        join chat.accounts a using (user_id) where user_id = ${ada.id}`;
    expect(row?.is_good ?? false).toBe(false);
  });
});

describe('an admin of the platform', () => {
  it("sets and removes somebody's picture, never their password", async () => {
    const [ada, root] = [await join(), await signUpAdmin()];
    const change = (json: unknown) =>
      call('PUT', `/conversations/users/${ada.id}`, { token: root.token, json });
    const profilePicture = 'https://example.com/ada.png';
    expect(await change({ profilePicture })).toMatchObject({
      status: 200,
      body: { id: ada.id, profilePicture },
    });
    expect(await change({ profilePicture: '' })).toMatchObject({
      status: 200,
      body: { profilePicture: null },
    });
    expectError(await change({ password: 'Another1horse', profilePicture }), 403, 'not_yourself');
    const acts = await database`select action from chat.audit_log where target_id = ${ada.id}`;
    expect(acts.map(({ action }) => action)).toEqual(['user.picture_changed', 'user.picture_changed']);
  });
});
