/** Banning people, and the figures of the platform: S0-7. */
import { afterAll, describe, expect, it } from 'vitest';
import { auditOf } from '../../helpers/admin.ts';
import { database } from '../../helpers/database.ts';
import {
  expectBadTokenRefused,
  expectMissingUserRefused,
  expectOthersRefused,
  expectOwnAccountRefused,
  people,
  samePeople,
} from '../admins.ts';
import { expectError } from '../api.ts';
import { mailsTo } from '../mailbox.ts';
import { ask } from './chatroom.ts';

afterAll(() => database.end());

describe('POST /api/admin/ban', () => {
  const ban = (token: string | undefined, userId: unknown, reason: unknown = 'Spam') =>
    ask(token === undefined ? undefined : { token }, 'POST', '/admin/ban', { userId, reason });

  it('success: 200, also for who is banned already', async () => {
    const { root, ada } = await people();
    for (const _ of [1, 2]) {
      expect(await ban(root.token, ada.id)).toMatchObject({ status: 200, body: { message: 'User banned' } });
    }
  });

  it('error: 400 for what is missing and for oneself, 404 for nobody', async () => {
    const { root, ada } = await samePeople();
    expectError(await ban(root.token, undefined), 400, 'invalid_input', 'userId');
    expectError(await ban(root.token, ada.id, ''), 400, 'invalid_input', 'reason');
    expectError(await ban(root.token, ada.id, ' '), 400, 'invalid_reason', 'reason');
    await expectOwnAccountRefused(ban);
    await expectMissingUserRefused(ban);
  });

  it('permission: 403 for who is no admin, 401 without a token that counts', async () => {
    await expectOthersRefused(ban);
    await expectBadTokenRefused(ban, () => undefined);
    await expectBadTokenRefused(ban, () => 'garbage');
  });

  it('limit: a reason has 500 characters, and 400 for one more', async () => {
    const { root, ada } = await people();
    expectError(await ban(root.token, ada.id, 'x'.repeat(501)), 400, 'invalid_reason', 'reason');
    expect((await ban(root.token, ada.id, 'x'.repeat(500))).status).toBe(200);
  });

  it('effect: every token of theirs is refused at once, it is noted, and they are told by mail', async () => {
    const { root, ada } = await people();
    await ban(root.token, ada.id);
    expect((await ask(ada, 'GET', '/chatrooms')).status).toBe(403);
    expect(await auditOf(database, ada.id)).toMatchObject([
      { action: 'user.suspended', details: { reason: 'Spam' } },
    ]);
    await expect.poll(() => mailsTo(ada.email)).toHaveLength(1);
  });
});

describe('GET /api/admin/stats', () => {
  const stats = (token?: string) =>
    ask<{ activeUsers: number; messagesSent: number }>(
      token === undefined ? undefined : { token },
      'GET',
      '/admin/stats',
    );

  it('success: tells how many people are active and how many messages there are', async () => {
    const { root } = await samePeople();
    const { data } = await root.supabase.rpc('get_stats').single().throwOnError();
    expect(await stats(root.token)).toMatchObject({
      status: 200,
      body: { activeUsers: data.active_users, messagesSent: data.messages },
    });
  });

  it('permission: 403 for who is no admin, 401 without a token that counts', async () => {
    const { ada } = await samePeople();
    expectError(await stats(ada.token), 403, 'not_an_admin');
    expectError(await stats(), 401, 'not_signed_in');
  });
});
