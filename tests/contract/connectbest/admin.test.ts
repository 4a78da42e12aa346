import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { signUpAdmin } from '../../helpers/admin.ts';
import { database } from '../../helpers/database.ts';
import { connect, type Person, signUp, uniqueEmail } from '../../helpers/people.ts';
import { type Answer, badTokens, call, expectError, TIME, UUID } from '../api.ts';
import { mailsTo } from '../mailbox.ts';

afterAll(() => database.end());

interface User {
  id: string;
  name: string;
  status: string;
}

const people = async () => {
  const [root, ada] = await Promise.all([signUpAdmin(), signUp('Ada')]);
  return { root, ada };
};

/** Nothing that is refused changes them, so all refusals are tried with the same. */
let shared: ReturnType<typeof people> | undefined;
const samePeople = () => {
  shared ??= people();
  return shared;
};

/** Refusals that every endpoint for admins has in common. */
function refusals(method: string, path: (userId: string) => string, json?: unknown) {
  it.each(badTokens)('permission: 401 for %s', async (_, spoil) => {
    const { root, ada } = await samePeople();
    const answer = await call(method, path(ada.id), { token: spoil(root.token), json });
    expectError(answer, 401, (answer.body as { error: { code: string } }).error.code);
  });

  it('permission: 403 for somebody who is no admin', async () => {
    const { root, ada } = await samePeople();
    const before = await auditOf(root.id);
    expectError(await call(method, path(root.id), { token: ada.token, json }), 403, 'not_an_admin');
    expect(await auditOf(root.id)).toEqual(before);
  });
}

/** Refusals of what admins do to an account. */
function actRefusals(method: string, path: (userId: string) => string, json?: unknown) {
  refusals(method, path, json);

  it('error: 404 for somebody who is not there', async () => {
    const root = await signUpAdmin();
    expectError(await call(method, path(randomUUID()), { token: root.token, json }), 404, 'user_not_found');
  });

  it('error: 404 for somebody whose account is deleted', async () => {
    const { root, ada } = await people();
    await root.supabase.rpc('delete_user', { user_id: ada.id }).throwOnError();
    expectError(await call(method, path(ada.id), { token: root.token, json }), 404, 'user_not_found');
  });

  it('error: 400 for the own account', async () => {
    const root = await signUpAdmin();
    const answer = await call(method, path(root.id), { token: root.token, json });
    expectError(answer, 400, 'cannot_target_oneself', 'userId');
  });

  it('limit: 400 for an id that is none', async () => {
    const { root } = await samePeople();
    const answer = await call(method, path('me'), { token: root.token, json });
    expectError(answer, 400, 'invalid_input', 'userId');
  });
}

const signIn = ({ email, password }: Person) => connect().auth.signInWithPassword({ email, password });

const auditOf = async (target: string) => {
  const rows = await database`
    select action, actor_id, via from chat.audit_log where target_id = ${target} order by id`;
  return [...rows];
};

describe('GET /api/admin/stats', () => {
  const read = (token: string) => call<Record<string, never>>('GET', '/api/admin/stats', { token });

  refusals('GET', () => '/api/admin/stats');

  it('success: tells figures of people, channels, messages and storage', async () => {
    const root = await signUpAdmin();
    const { status, body } = await read(root.token);
    expect(status).toBe(200);
    const count = expect.any(Number);
    expect(body).toEqual({
      users: { total: count, active: count, new: count },
      channels: { total: count, public: count, private: count },
      messages: { total: count, today: count, averagePerDay: count },
      storage: { used: count, limit: 107374182400 },
    });
  });
});

describe('GET /api/admin/users', () => {
  const list = (token: string, query: Record<string, string>) =>
    call<{ users: User[]; total: number }>('GET', `/api/admin/users?${new URLSearchParams(query)}`, {
      token,
    });

  refusals('GET', () => '/api/admin/users');

  it('success: shows an account with its last login', async () => {
    const { root, ada } = await people();
    const { status, body } = await list(root.token, { search: ada.email });
    expect(status).toBe(200);
    expect(body).toEqual({
      users: [
        {
          id: ada.id,
          email: ada.email,
          name: 'Ada',
          role: 'user',
          status: 'active',
          emailVerified: false,
          lastLogin: TIME,
          createdAt: TIME,
        },
      ],
      total: 1,
    });
  });

  it('success: finds only those of a status', async () => {
    const { root, ada } = await people();
    const found = async (status: string) =>
      (await list(root.token, { search: ada.email, status })).body.users.map((user) => user.status);
    await root.supabase.rpc('suspend_user', { user_id: ada.id, reason: 'spam' }).throwOnError();
    expect(await found('suspended')).toEqual(['suspended']);
    expect(await found('active')).toEqual([]);
    expect(await found('all')).toEqual(['suspended']);
  });

  it('success: finds by the beginning of a name, whatever its case', async () => {
    const root = await signUpAdmin();
    const name = `Zed ${randomUUID().slice(0, 8)}`;
    const zed = await signUp(name);
    const { body } = await list(root.token, { search: name.toUpperCase() });
    expect(body.users.map(({ id }) => id)).toEqual([zed.id]);
  });

  it('limit: pages have each account once, and all tell the total', async () => {
    const root = await signUpAdmin();
    const prefix = `Page ${randomUUID().slice(0, 8)}`;
    await Promise.all([1, 2, 3].map((n) => signUp(`${prefix} ${n}`)));
    const pages = await Promise.all(
      [0, 2].map((offset) => list(root.token, { search: prefix, limit: '2', offset: String(offset) })),
    );
    expect(pages.map(({ body }) => body.total)).toEqual([3, 3]);
    const ids = pages.flatMap(({ body }) => body.users.map(({ id }) => id));
    expect(new Set(ids).size).toBe(3);
  });

  it('limit: a page has at most 100', async () => {
    const root = await signUpAdmin();
    expect((await list(root.token, { limit: '1000' })).status).toBe(200);
  });

  it.each([
    ['limit', '0'],
    ['limit', 'many'],
    ['offset', '-1'],
    ['offset', '100001'],
    ['status', 'deleted'],
    ['search', 'a\0b'],
    ['search', 'x'.repeat(256)],
  ])('error: 400 for %s=%s', async (field, value) => {
    const { root } = await samePeople();
    expectError(await list(root.token, { [field]: value }), 400, 'invalid_input', field);
  });
});

describe('POST /api/admin/users/:userId/suspend', () => {
  const path = (userId: string) => `/api/admin/users/${userId}/suspend`;
  const reason = 'Spam & <b>worse</b>';
  const suspend = (root: Person, user: Person, json: unknown = { reason }) =>
    call('POST', path(user.id), { token: root.token, json });

  actRefusals('POST', path, { reason });

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
    expect(await auditOf(ada.id)).toEqual([
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
    expect(await auditOf(ada.id)).toEqual([]);
  });

  it('limit: takes a reason of 500 characters', async () => {
    const { root, ada } = await people();
    expect((await suspend(root, ada, { reason: '👋'.repeat(500) })).status).toBe(200);
  });
});

describe('POST /api/admin/users/:userId/activate', () => {
  const path = (userId: string) => `/api/admin/users/${userId}/activate`;
  const activate = (root: Person, user: Person) => call('POST', path(user.id), { token: root.token });

  actRefusals('POST', path);

  it('success: answers that it is done, also for who is active', async () => {
    const { root, ada } = await people();
    expect(await activate(root, ada)).toMatchObject({ status: 200, body: { success: true } });
    expect(await auditOf(ada.id)).toEqual([]);
  });

  it('effect: lets the person sign in again, and stands in the audit log', async () => {
    const { root, ada } = await people();
    await root.supabase.rpc('suspend_user', { user_id: ada.id, reason: 'spam' }).throwOnError();
    await activate(root, ada);
    expect((await signIn(ada)).error).toBeNull();
    expect((await auditOf(ada.id)).map(({ action }) => action)).toEqual(['user.suspended', 'user.activated']);
    // What ended stays ended.
    expectError(await call('GET', '/api/auth/me', { token: ada.token }), 401, 'session_expired');
  });
});

describe('DELETE /api/admin/users/:userId', () => {
  const path = (userId: string) => `/api/admin/users/${userId}`;
  const remove = (root: Person, user: Person) => call('DELETE', path(user.id), { token: root.token });

  actRefusals('DELETE', path);

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
    expect(await auditOf(ada.id)).toEqual([
      { action: 'user.deleted', actor_id: root.id, via: 'authenticator' },
    ]);
  });
});

describe('GET /api/admin/audit-log', () => {
  interface Entry {
    id: number;
    action: string;
  }
  const list = (token: string, query: Record<string, string> = {}) =>
    call<{ entries: Entry[]; hasMore: boolean }>(
      'GET',
      `/api/admin/audit-log?${new URLSearchParams(query)}`,
      {
        token,
      },
    );

  refusals('GET', () => '/api/admin/audit-log');

  it('success: tells who did what to whom, newest first, page by page', async () => {
    const { root, ada } = await people();
    await root.supabase.rpc('suspend_user', { user_id: ada.id, reason: 'spam' }).throwOnError();
    await root.supabase.rpc('activate_user', { user_id: ada.id }).throwOnError();
    const first = await list(root.token, { targetId: ada.id, limit: '1' });
    expect(first).toMatchObject({ status: 200, body: { hasMore: true } });
    expect(first.body.entries).toEqual([
      {
        id: expect.any(Number),
        at: TIME,
        actorId: root.id,
        via: 'authenticator',
        action: 'user.activated',
        targetKind: 'user',
        targetId: ada.id,
        details: { reason: 'spam' },
      },
    ]);
    const before = String(first.body.entries[0]?.id);
    const second = await list(root.token, { actorId: root.id, targetId: ada.id, limit: '1', before });
    expect(second.body).toMatchObject({ entries: [{ action: 'user.suspended' }], hasMore: false });
    const acts = await list(root.token, { actorId: root.id, action: 'user.suspended' });
    expect(acts.body.entries.map(({ action }) => action)).toEqual(['user.suspended']);
  });

  it.each([
    ['limit', '0'],
    ['before', 'yesterday'],
    ['actorId', 'me'],
    ['targetId', '1'],
  ])('error: 400 for %s=%s', async (field, value) => {
    const { root } = await samePeople();
    expectError(await list(root.token, { [field]: value }), 400, 'invalid_input', field);
  });
});

describe('GET /api/admin/auth-log', () => {
  interface Entry {
    id: number;
    userId: string;
    event: string;
  }
  const list = (token: string, query: Record<string, string> = {}) =>
    call<{ entries: Entry[]; hasMore: boolean }>('GET', `/api/admin/auth-log?${new URLSearchParams(query)}`, {
      token,
    });

  refusals('GET', () => '/api/admin/auth-log');

  it('success: tells what happened to one account, page by page, and to everyone', async () => {
    const { root, ada } = await people();
    await connect().auth.signInWithPassword({ email: ada.email, password: 'Wrong1horse' });
    const first = await list(root.token, { userId: ada.id, limit: '2' });
    expect(first).toMatchObject({ status: 200, body: { hasMore: true } });
    expect(first.body.entries.map(({ event }) => event)).toEqual(['sign_in_failed', 'signed_in']);
    expect(first.body.entries[1]).toEqual({
      id: expect.any(Number),
      at: TIME,
      userId: ada.id,
      event: 'signed_in',
      sessionId: UUID,
      ip: expect.any(String),
      userAgent: expect.any(String),
    });
    const before = String(first.body.entries[1]?.id);
    const second = await list(root.token, { userId: ada.id, limit: '2', before });
    expect(second.body).toMatchObject({ entries: [{ event: 'signed_up' }], hasMore: false });
    const { body } = await list(root.token, { limit: '100' });
    expect(new Set(body.entries.map(({ userId }) => userId)).size).toBeGreaterThan(1);
  });

  it.each([
    ['limit', 'all'],
    ['before', '-1'],
    ['userId', 'me'],
  ])('error: 400 for %s=%s', async (field, value) => {
    const { root } = await samePeople();
    expectError(await list(root.token, { [field]: value }), 400, 'invalid_input', field);
  });
});

describe('every act of an admin', () => {
  /** Does the act with Root's token on Ada's account or something made for it, and says what the audit row is about. */
  type Act = (
    root: Person,
    ada: Person,
  ) => Promise<{ answer: Answer<unknown>; target: string; table: string }>;

  const onUser =
    (method: string, path: (userId: string) => string, json?: unknown): Act =>
    async (root, { id }) => ({
      answer: await call(method, path(id), { token: root.token, json }),
      target: id,
      table: 'auth.users',
    });

  const createKey = (root: Person) =>
    call<{ id: string }>('POST', '/api/admin/api-keys', { token: root.token, json: { name: 'Importer' } });

  const acts: Record<string, Act> = {
    'post /api/admin/users/{userId}/suspend': onUser('POST', (id) => `/api/admin/users/${id}/suspend`, {
      reason: 'spam',
    }),
    'post /api/admin/users/{userId}/activate': onUser('POST', (id) => `/api/admin/users/${id}/activate`),
    'delete /api/admin/users/{userId}': onUser('DELETE', (id) => `/api/admin/users/${id}`),
    'post /api/admin/api-keys': async (root) => {
      const answer = await createKey(root);
      return { answer, target: answer.body.id, table: 'chat.api_keys' };
    },
    'delete /api/admin/api-keys/{keyId}': async (root) => {
      const { id } = (await createKey(root)).body;
      const answer = await call('DELETE', `/api/admin/api-keys/${id}`, { token: root.token });
      return { answer, target: id, table: 'chat.api_keys' };
    },
  };

  it('writes a row of the audit log in the transaction of the act', async () => {
    const { root, ada } = await people();
    for (const [name, act] of Object.entries(acts)) {
      const { answer, target, table } = await act(root, ada);
      expect(answer.status, name).toBeLessThan(300);
      const [row] = await database.unsafe(
        `select l.actor_id, l.xmin = t.xmin as is_one_transaction from chat.audit_log l join ${table} t on t.id = l.target_id
          where l.target_id = '${target}' order by l.id desc limit 1`,
      );
      expect(row, name).toEqual({ actor_id: root.id, is_one_transaction: true });
    }
  });

  it('is in the list above', async () => {
    const { body } = await call<{ paths: Record<string, object> }>('GET', '/api/openapi.json');
    const found = Object.entries(body.paths)
      .filter(([path]) => path.startsWith('/api/admin/'))
      .flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method} ${path}`))
      .filter((name) => !name.startsWith('get '));
    expect(found.sort()).toEqual(Object.keys(acts).sort());
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
