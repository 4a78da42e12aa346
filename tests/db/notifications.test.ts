/** What becomes of notifications: they follow their message, are read with it, listed, marked. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, createUser, database, refusal, rolledBack } from '../helpers/database.ts';
import { createTeam, list, told, unreadCount } from '../helpers/notifications.ts';
import { createPrivateChannel, createRoom, send } from '../helpers/room.ts';

afterAll(() => database.end());

describe('notifications', () => {
  it('go with their message', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'one');
      await send(db, ada, channel, 'two');
      const [, one] = await list(db, bob);
      await asUser(db, ada, (as) => as`select chat.delete_message(${channel}, 1)`);
      expect(await list(db, bob)).toMatchObject([{ text: 'two', unread_count: await unreadCount(db, bob) }]);
      expect(await told(db, bob, 'notification:deleted')).toMatchObject([{ ids: [one?.id] }]);
    }));

  it('are read with their channel up to where it is read, replies with their thread', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'one');
      await send(db, ada, channel, 'reply', { parent: 1 });
      await send(db, ada, channel, 'two');
      await send(db, ada, channel, 'three');
      await send(db, ada, channel, 'reply to two', { parent: 3 });
      const open = async () =>
        (await list(db, bob)).filter(({ read_at }) => !read_at).map(({ text }) => text);
      await asUser(db, bob, (as) => as`select chat.mark_read(${channel}, 3)`);
      expect(await open()).toEqual(['reply to two', 'three', 'reply']);
      await asUser(db, bob, (as) => as`select chat.mark_thread_read(${channel}, 3, 5)`);
      expect(await open()).toEqual(['three', 'reply']);
      await asUser(db, bob, (as) => as`select chat.mark_thread_read(${channel}, 1, 2)`);
      expect(await open()).toEqual(['three']);
      const [read] = await told(db, bob, 'notification:read');
      expect(read?.ids).toHaveLength(3);
    }));

  it('of a reaction to what one has read already are read with the channel, too', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'news');
      const read = () => asUser(db, ada, (as) => as`select chat.mark_read(${channel}, 1)`);
      await read();
      await asUser(db, bob, (as) => as`select chat.add_reaction(${channel}, 1, '👍')`);
      expect(await unreadCount(db, ada)).toBe(1);
      await read();
      expect(await unreadCount(db, ada)).toBe(0);
    }));

  it('of an invitation are read with the channel', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createPrivateChannel(db);
      const { seq } = await send(db, ada, channel, 'welcome');
      expect(await unreadCount(db, bob)).toBe(1);
      await asUser(db, bob, (as) => as`select chat.mark_read(${channel}, ${seq})`);
      expect(await unreadCount(db, bob)).toBe(0);
    }));

  it('of a thread are read by answering in it', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createTeam(db);
      const { seq: parent } = await send(db, ada, channel, 'root');
      await send(db, bob.id, channel, 'reply', { parent });
      expect(await unreadCount(db, ada)).toBe(1);
      await send(db, ada, channel, 'thanks', { parent });
      expect(await unreadCount(db, ada)).toBe(0);
    }));

  it('are not there any more for who has left, and unread ones are gone', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createTeam(db);
      await send(db, ada, channel, bob.at);
      await asUser(db, ada, (as) => as`select chat.remove_member(${channel}, ${bob.id})`);
      expect([await list(db, bob.id, { invites: true }), await unreadCount(db, bob.id)]).toEqual([[], 0]);
      expect(await db`select from chat.notifications where user_id = ${bob.id}`).toHaveLength(0);
    }));

  it('are marked by id, and only the own ones', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      for (const body of ['one', 'two', 'three']) await send(db, ada, channel, body);
      const [three, two] = await list(db, bob);
      const mark = (user: string, ids: (string | undefined)[]) =>
        asUser(
          db,
          user,
          async (as) => (await as`select chat.mark_notifications_read(${ids as string[]})::int as n`)[0]?.n,
        );
      expect(await mark(ada, [three?.id])).toBe(0);
      expect(await mark(bob, [three?.id, two?.id, two?.id, randomUUID()])).toBe(2);
      expect(await mark(bob, [three?.id])).toBe(0);
      // Two messages and the invitation to the room are left.
      expect(await unreadCount(db, bob)).toBe(2);
      expect(await refusal(mark(bob, Array(1001).fill(three?.id)))).toBe('too_many_notifications');
    }));

  it('up to one are marked together', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      for (const body of ['one', 'two', 'three']) await send(db, ada, channel, body);
      const [, two] = await list(db, bob);
      await asUser(db, bob, (as) => as`select chat.mark_all_notifications_read(${two?.id as string})`);
      expect((await list(db, bob)).map(({ read_at }) => read_at !== null)).toEqual([false, true, true]);
      await asUser(db, bob, (as) => as`select chat.mark_all_notifications_read()`);
      expect(await unreadCount(db, bob)).toBe(0);
    }));

  it('of more than 100 that are marked at once are not listed in the event', () =>
    rolledBack(async (db) => {
      const { bob } = await createRoom(db);
      await db`insert into chat.notifications (user_id, type) select ${bob}, 'message' from generate_series(1, 101)`;
      await asUser(db, bob, (as) => as`select chat.mark_all_notifications_read()`);
      expect(await told(db, bob, 'notification:read')).toMatchObject([{ ids: null }]);
    }));

  it('go with the account, and name no one once the actor is gone', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'hello');
      await send(db, bob, channel, 'hello');
      await db`delete from auth.users where id = ${ada}`;
      expect(await list(db, bob)).toMatchObject([{ type: 'dm', actor: null }]);
      expect(await db`select from chat.notifications where user_id = ${ada}`).toHaveLength(0);
    }));
});

describe('a list', () => {
  it('is paged by id, and holds unread ones or some types on request', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      for (const body of ['one', 'two @channel', 'three']) await send(db, ada, channel, body);
      await asUser(db, bob, (as) => as`select chat.mark_read(${channel}, 1)`);
      const page = (args: string) =>
        asUser(db, bob, async (as) =>
          as.unsafe(`select id, text, unread_count::int from chat.list_notifications(${args})`),
        );
      const first = await page('page_size => 2');
      expect(first.map((row) => row.text)).toEqual(['three', 'two @channel']);
      expect((await page(`before => '${first[1]?.id}', page_size => 1`)).map((row) => row.text)).toEqual([
        'one',
      ]);
      expect((await page('only_unread => true')).map((row) => row.text)).toEqual(['three', 'two @channel']);
      expect((await page("types => '{dm,dm}'")).map((row) => row.text)).toEqual(['three', 'one']);
      expect((await page("types => '{mention,dm}', only_unread => true")).map((row) => row.text)).toEqual([
        'three',
        'two @channel',
      ]);
      expect(first[0]?.unread_count).toBe(await unreadCount(db, bob));
    }));

  it.each([
    ['no rows', 'page_size => 0', 'invalid_page_size'],
    ['201 rows', 'page_size => 201', 'invalid_page_size'],
    ['an unknown type', "types => '{call}'", 'invalid_notification_type'],
    ['no type', "types => '{}'", 'invalid_notification_type'],
  ])('of %s is refused', (_what, args, code) =>
    rolledBack(async (db) => {
      const user = await createUser(db);
      expect(
        await refusal(asUser(db, user, (as) => as.unsafe(`select from chat.list_notifications(${args})`))),
      ).toBe(code);
    }),
  );
});
