/** What admins do to accounts (ConnectBest 8.3 to 8.5). */
import { afterAll, describe, expect, it } from 'vitest';
import { auditOf, signUpAdmin } from '../../helpers/admin.ts';
import { database } from '../../helpers/database.ts';
import { connect, type Person, signUp, uniqueEmail } from '../../helpers/people.ts';
import {
  type Ask,
  expectBadIdRefused,
  expectBadTokenRefused,
  expectMissingUserRefused,
  expectOthersRefused,
  expectOwnAccountRefused,
  people,
  samePeople,
} from '../admins.ts';
import { badTokens, call, expectError, UUID } from '../api.ts';
import { mailsTo } from '../mailbox.ts';

afterAll(() => database.end());

const signIn = ({ email, password }: Person) => connect().auth.signInWithPassword({ email, password });

const actionsOn = async ({ id }: Person) => (await auditOf(database, id)).map(({ action }) => action);

describe('POST /api/admin/users/:userId/suspend', () => {
  const reason = 'Spam & <b>worse</b>';
  const ask = (token: string | undefined, userId: string, json: unknown = { reason }) =>
    call('POST', `/api/admin/users/${userId}/suspend`, { token, json });
  const suspend = (root: Person, user: Person, json?: unknown) => ask(root.token, user.id, json);

  it.each(badTokens)('permission: 401 for %s', (_, spoil) => expectBadTokenRefused(ask, spoil));

  it('permission: 403 for somebody who is no admin', () => expectOthersRefused(ask));

  it('error: 404 for somebody who is not there, or no longer', () => expectMissingUserRefused(ask));

  it('error: 400 for the own account', () => expectOwnAccountRefused(ask));

  it('error: 400 for an id that is none', () => expectBadIdRefused(ask));

  it('success: answers that it is done, also for who was suspended before', async () => {
    const { root, ada } = await people();
    const done = { status: 200, body: { success: true } };
    expect(await suspend(root, ada)).toMatchObject(done);
    expect(await suspend(root, ada, { reason: 'again' })).toMatchObject(done);
    const [row] = await database`select suspend_reason from chat.accounts where user_id = ${ada.id}`;
    expect(row).toEqual({ suspend_reason: reason });
  });

  it('effect: ends every session at once, and refuses a new one', async () => {
    const { root, ada } = await people();
    const other = await signIn(ada);
    await suspend(root, ada);
    for (const token of [ada.token, other.data.session?.access_token as string]) {
      expectError(await call('GET', '/api/auth/me', { token }), 403, 'account_suspended');
    }
    expect((await signIn(ada)).error?.code).toBe('user_banned');
    const login = { email: ada.email, password: ada.password };
    expectError(await call('POST', '/api/auth/login', { json: login }), 403, 'account_suspended');
    expect(await database`select from auth.sessions where user_id = ${ada.id}`).toHaveLength(0);
  });

  it('effect: tells the person by mail, once, with the reason', async () => {
    const { root, ada } = await people();
    await suspend(root, ada);
    await suspend(root, ada);
    await expect.poll(() => mailsTo(ada.email)).toHaveLength(1);
    const [mail] = await mailsTo(ada.email);
    expect(mail?.subject).toContain('suspended');
    expect(mail?.text).toContain(reason);
    expect(mail?.html).toContain('Spam &amp; &lt;b&gt;worse&lt;/b&gt;');
  });

  it('effect: stands in the audit log', async () => {
    const { root, ada } = await people();
    await suspend(root, ada);
    expect(await auditOf(database, ada.id)).toMatchObject([
      { action: 'user.suspended', actor_id: root.id, via: 'authenticator' },
    ]);
  });

  it.each([
    ['none', {}],
    ['an empty one', { reason: '' }],
    ['blanks', { reason: ' \n' }],
    ['one of 501 characters', { reason: 'x'.repeat(501) }],
    ['a number', { reason: 5 }],
  ])('limit: 400 for %s as the reason', async (_, json) => {
    const { root, ada } = await samePeople();
    const answer = await suspend(root, ada, json);
    expectError(answer, 400, (answer.body as { error: { code: string } }).error.code, 'reason');
    expect(await auditOf(database, ada.id)).toEqual([]);
  });

  it('limit: takes a reason of 500 characters', async () => {
    const { root, ada } = await people();
    expect((await suspend(root, ada, { reason: '👋'.repeat(500) })).status).toBe(200);
  });
});

describe('POST /api/admin/users/:userId/activate', () => {
  const ask: Ask = (token, userId) => call('POST', `/api/admin/users/${userId}/activate`, { token });
  const activate = (root: Person, user: Person) => ask(root.token, user.id);

  it.each(badTokens)('permission: 401 for %s', (_, spoil) => expectBadTokenRefused(ask, spoil));

  it('permission: 403 for somebody who is no admin', () => expectOthersRefused(ask));

  it('error: 404 for somebody who is not there, or no longer', () => expectMissingUserRefused(ask));

  it('error: 400 for the own account', () => expectOwnAccountRefused(ask));

  it('error: 400 for an id that is none', () => expectBadIdRefused(ask));

  it('limit: two at once leave one row in the audit log', async () => {
    const { root, ada } = await people();
    await root.supabase.rpc('suspend_user', { user_id: ada.id, reason: 'spam' }).throwOnError();
    const answers = await Promise.all([activate(root, ada), activate(root, ada)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await actionsOn(ada)).toEqual(['user.suspended', 'user.activated']);
  });

  it('success: answers that it is done, also for who is active', async () => {
    const { root, ada } = await people();
    expect(await activate(root, ada)).toMatchObject({ status: 200, body: { success: true } });
    expect(await actionsOn(ada)).toEqual([]);
  });

  it('effect: lets the person sign in again, and stands in the audit log', async () => {
    const { root, ada } = await people();
    await root.supabase.rpc('suspend_user', { user_id: ada.id, reason: 'spam' }).throwOnError();
    await activate(root, ada);
    expect((await signIn(ada)).error).toBeNull();
    expect(await actionsOn(ada)).toEqual(['user.suspended', 'user.activated']);
    // What ended stays ended.
    expectError(await call('GET', '/api/auth/me', { token: ada.token }), 401, 'session_expired');
  });
});

describe('DELETE /api/admin/users/:userId', () => {
  const ask: Ask = (token, userId) => call('DELETE', `/api/admin/users/${userId}`, { token });
  const remove = (root: Person, user: Person) => ask(root.token, user.id);

  it.each(badTokens)('permission: 401 for %s', (_, spoil) => expectBadTokenRefused(ask, spoil));

  it('permission: 403 for somebody who is no admin', () => expectOthersRefused(ask));

  it('error: 404 for somebody who is not there, or no longer', () => expectMissingUserRefused(ask));

  it('error: 400 for the own account', () => expectOwnAccountRefused(ask));

  it('error: 400 for an id that is none', () => expectBadIdRefused(ask));

  it('limit: of two at once one deletes, 404 for the other', async () => {
    const { root, ada } = await people();
    const answers = await Promise.all([remove(root, ada), remove(root, ada)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
    expect(await actionsOn(ada)).toEqual(['user.deleted']);
  });

  it('success: answers that it is done', async () => {
    const { root, ada } = await people();
    expect(await remove(root, ada)).toMatchObject({ status: 200, body: { success: true } });
  });

  it('effect: ends every session, and nobody signs in any more', async () => {
    const { root, ada } = await people();
    await remove(root, ada);
    expectError(await call('GET', '/api/auth/me', { token: ada.token }), 401, 'session_expired');
    expect((await signIn(ada)).error?.code).toBe('invalid_credentials');
  });

  it('effect: keeps messages and shows them as of a deleted user', async () => {
    const { root, ada } = await people();
    const bob = await signUp('Bob');
    const { data: dm } = await bob.supabase.rpc('open_dm', { user_id: ada.id }).single().throwOnError();
    await ada.supabase.rpc('send_message', { channel_id: dm.id, body: 'remember me' }).throwOnError();
    await remove(root, ada);
    const { body } = await call<{ messages: object[] }>('GET', `/api/chat/channels/${dm.id}/messages`, {
      token: bob.token,
    });
    expect(body.messages).toMatchObject([
      { content: 'remember me', user: { id: UUID, name: 'Deleted user', avatar: null } },
    ]);
    expect(JSON.stringify(body)).not.toContain('Ada');
  });

  it('effect: frees the address, and the audit log has it', async () => {
    const { root, ada } = await people();
    await remove(root, ada);
    const { error } = await connect().auth.signUp({ email: ada.email, password: ada.password });
    expect(error).toBeNull();
    expect(await auditOf(database, ada.id)).toMatchObject([
      { action: 'user.deleted', actor_id: root.id, via: 'authenticator' },
    ]);
  });
});

it('a deleted account and a new one of the same address have nothing in common', async () => {
  const root = await signUpAdmin();
  const email = uniqueEmail('again');
  const password = 'Correct1horse';
  const first = await connect().auth.signUp({ email, password });
  await root.supabase.rpc('delete_user', { user_id: first.data.user?.id as string }).throwOnError();
  const second = await connect().auth.signUp({ email, password });
  expect(second.data.user?.id).not.toBe(first.data.user?.id);
});
