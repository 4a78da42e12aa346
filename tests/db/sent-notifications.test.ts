/** Notifications that people send each other. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { createAdmin } from '../helpers/admin.ts';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { list, prefer, told } from '../helpers/notifications.ts';

afterAll(() => database.end());

const notify = (db: Db, from: string, to: string, text: string | null) =>
  asUser(db, from, async (as) => (await as`select chat.send_notification(${to}, ${text}) as id`)[0]?.id);

describe('send_notification', () => {
  it('tells somebody at once, as from the caller, line by line', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db, { name: 'Ada' }), await createUser(db)];
      const id = await notify(db, ada, bob, '\n  Lunch \r\nis\u202e ready \n');
      const [notification] = await list(db, bob);
      expect(notification).toMatchObject({
        id,
        type: 'message',
        text: 'Lunch\nis ready',
        actor: { id: ada, name: 'Ada' },
        seq: null,
        is_silent: false,
        read_at: null,
      });
      expect(await told(db, bob, 'notification:new')).toMatchObject([
        { id, text: 'Lunch\nis ready', actor: { id: ada }, channel: null },
      ]);
      expect(await list(db, ada)).toEqual([]);
    }));

  it('lets people remind themselves', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      await notify(db, ada, ada, 'Call Bob');
      expect(await list(db, ada)).toMatchObject([{ text: 'Call Bob' }]);
    }));

  it.each([
    ['who wants no notifications', { notifications: false }],
    ['whose level is nothing', { level: 'nothing' }],
  ])('keeps nothing for somebody %s, and does not say so', (_name, preferences) =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db), await createUser(db)];
      await prefer(db, bob, preferences);
      expect(await notify(db, ada, bob, 'Hello')).toEqual(expect.any(String));
      expect(await list(db, bob)).toEqual([]);
    }),
  );

  it('keeps nothing for the suspended', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db), await createUser(db)];
      await db`update chat.accounts set suspended_at = now() where user_id = ${bob}`;
      await notify(db, ada, bob, 'Hello');
      expect(await db`select from chat.notifications where user_id = ${bob}`).toHaveLength(0);
    }));

  it('is silent where somebody is not to be disturbed', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db), await createUser(db)];
      await prefer(db, bob, { dnd_enabled: true, dnd_start: '00:00', dnd_end: '00:00' });
      await notify(db, ada, bob, 'Hello');
      expect(await list(db, bob)).toMatchObject([{ is_silent: true }]);
    }));

  it('reaches nobody across a block, from neither side', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db), await createUser(db)];
      await asUser(db, bob, (as) => as`select chat.block_user(${ada})`);
      expect(await refusal(notify(db, ada, bob, 'Hello'))).toBe('user_blocked');
      expect(await refusal(notify(db, bob, ada, 'Hello'))).toBe('user_blocked');
    }));

  it.each([
    ['an empty one', ''],
    ['one of blanks', ' \n '],
    ['one that nobody sees', '\u200b\u202e'],
    ['one of 1,001 characters', 'x'.repeat(1001)],
    ['none', null],
  ])('refuses %s as a text', (_name, text) =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      expect(await refusal(notify(db, ada, ada, text))).toBe('invalid_notification');
    }),
  );

  it('takes 1,000 characters, whatever they are', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      await notify(db, ada, ada, '😀'.repeat(1000));
      expect(await list(db, ada)).toMatchObject([{ text: '😀'.repeat(1000) }]);
    }));

  it('refuses ids of nobody and of the deleted', () =>
    rolledBack(async (db) => {
      const [root, ada, bob] = [await createAdmin(db), await createUser(db), await createUser(db)];
      await asUser(db, root, (as) => as`select chat.delete_user(${bob})`);
      expect(await refusal(notify(db, ada, bob, 'Hello'))).toBe('user_not_found');
      expect(await refusal(notify(db, ada, randomUUID(), 'Hello'))).toBe('user_not_found');
    }));

  it('is counted, but for admins', () =>
    rolledBack(async (db) => {
      await db`update chat_private.rate_limit_rules set burst = 2 where bucket = 'send_notification'`;
      const [root, ada] = [await createAdmin(db), await createUser(db)];
      for (const _ of [1, 2, 3]) await notify(db, root, ada, 'Hello');
      await notify(db, ada, root, 'Hello');
      await notify(db, ada, root, 'Hello');
      expect(await refusal(notify(db, ada, root, 'Hello'))).toBe('rate_limited');
    }));
});
