/** What admins see of the platform and its accounts (ConnectBest 8.1, 8.2). */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { signUpAdmin } from '../../helpers/admin.ts';
import { database } from '../../helpers/database.ts';
import { signUp } from '../../helpers/people.ts';
import { type Ask, expectBadTokenRefused, expectOthersRefused, people, samePeople } from '../admins.ts';
import { badTokens, call, expectError, TIME } from '../api.ts';

afterAll(() => database.end());

interface User {
  id: string;
  status: string;
}

describe('GET /api/admin/stats', () => {
  const read = (token: string | undefined) => call('GET', '/api/admin/stats', { token });

  it.each(badTokens)('permission: 401 for %s', (_, spoil) => expectBadTokenRefused(read, spoil));

  it('permission: 403 for somebody who is no admin', () => expectOthersRefused(read));

  it('permission: 403 for somebody who has been an admin until now', async () => {
    const [root, other] = await Promise.all([signUpAdmin(), signUpAdmin()]);
    expect((await read(root.token)).status).toBe(200);
    await other.supabase.rpc('set_user_role', { user_id: root.id, role: 'user' }).throwOnError();
    expectError(await read(root.token), 403, 'not_an_admin');
  });

  it('error: 403 for an admin who is suspended', async () => {
    const [root, other] = await Promise.all([signUpAdmin(), signUpAdmin()]);
    await other.supabase.rpc('suspend_user', { user_id: root.id, reason: 'spam' }).throwOnError();
    expectError(await read(root.token), 403, 'account_suspended');
  });

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
      activeUsers: count,
      messagesSent: count,
    });
  });
});

describe('GET /api/admin/users', () => {
  const list = (token: string | undefined, query: Record<string, string>) =>
    call<{ users: User[]; total: number }>('GET', `/api/admin/users?${new URLSearchParams(query)}`, {
      token,
    });

  const ask: Ask = (token) => list(token, {});

  it.each(badTokens)('permission: 401 for %s', (_, spoil) => expectBadTokenRefused(ask, spoil));

  it('permission: 403 for somebody who is no admin', () => expectOthersRefused(ask));

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
