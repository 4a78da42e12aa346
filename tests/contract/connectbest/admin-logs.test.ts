/** What admins read of what was done, and that nothing an admin does is missing there. */
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { connect, type Person } from '../../helpers/people.ts';
import { type Ask, expectBadTokenRefused, expectOthersRefused, people, samePeople } from '../admins.ts';
import { type Answer, badTokens, call, expectError, TIME, UUID } from '../api.ts';

afterAll(() => database.end());

describe('GET /api/admin/audit-log', () => {
  interface Entry {
    id: number;
    action: string;
  }
  const list = (token: string | undefined, query: Record<string, string> = {}) =>
    call<{ entries: Entry[]; hasMore: boolean }>(
      'GET',
      `/api/admin/audit-log?${new URLSearchParams(query)}`,
      {
        token,
      },
    );

  const ask: Ask = (token) => list(token);

  it.each(badTokens)('permission: 401 for %s', (_, spoil) => expectBadTokenRefused(ask, spoil));

  it('permission: 403 for somebody who is no admin', () => expectOthersRefused(ask));

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
  const list = (token: string | undefined, query: Record<string, string> = {}) =>
    call<{ entries: Entry[]; hasMore: boolean }>('GET', `/api/admin/auth-log?${new URLSearchParams(query)}`, {
      token,
    });

  const ask: Ask = (token) => list(token);

  it.each(badTokens)('permission: 401 for %s', (_, spoil) => expectBadTokenRefused(ask, spoil));

  it('permission: 403 for somebody who is no admin', () => expectOthersRefused(ask));

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
    const { body } = await call<{ paths: Record<string, object> }>('GET', '/api/openapi/connectbest.json');
    const found = Object.entries(body.paths)
      .filter(([path]) => path.startsWith('/api/admin/'))
      .flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method} ${path}`))
      .filter((name) => !name.startsWith('get '));
    expect(found.sort()).toEqual(Object.keys(acts).sort());
  });
});
