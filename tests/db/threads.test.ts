import { afterAll, describe, expect, it } from 'vitest';
import { asUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { createRoom, heard, send } from '../helpers/room.ts';

afterAll(() => database.end());

const threads = (db: Db, user: string) =>
  asUser(db, user, async (as) =>
    (
      await as`select root_seq::int as root, unread_count::int as unread from chat.my_threads order by root_seq`
    ).map(({ root, unread }) => ({ root, unread })),
  );

const list = (db: Db, user: string, channel: string, withReplies: boolean) =>
  asUser(db, user, async (as) =>
    (await as`select seq::int from chat.list_messages(${channel}, with_replies => ${withReplies})`).map(
      (row) => row.seq,
    ),
  );

describe('a reply', () => {
  it('belongs to its root, also when it answers a reply, and is shown in the channel only if asked', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'root');
      expect(await send(db, bob, channel, 'first', { parent: 1 })).toMatchObject({
        parent_seq: 1,
        in_channel: false,
      });
      expect(await send(db, ada, channel, 'second', { parent: 2 })).toMatchObject({ parent_seq: 1 });
      await send(db, bob, channel, 'third', { parent: 1, alsoInChannel: true });
      expect(await list(db, ada, channel, false)).toEqual([4, 1]);
      expect(await list(db, ada, channel, true)).toEqual([4, 3, 2, 1]);
      const replies = await asUser(
        db,
        ada,
        (as) => as`select seq::int from chat.list_replies(${channel}, 1, page_size => 2)`,
      );
      expect(replies.map((row) => row.seq)).toEqual([4, 3]);
    }));

  it('is counted on its root, told with it, and no longer counted once deleted', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'root');
      await send(db, bob, channel, 'first', { parent: 1 });
      await send(db, ada, channel, 'second', { parent: 1 });
      const root = async () =>
        (
          await db`select reply_count, reply_user_ids, change::int from chat.messages where channel_id = ${channel} and seq = 1`
        )[0];
      expect(await root()).toEqual({ reply_count: 2, reply_user_ids: [ada, bob], change: 2 });
      const told = await heard(db, `channel:${channel}:0`, 'message:new');
      expect(told[2]).toMatchObject({ seq: 3, change: 0, parent: { seq: 1, change: 2, reply_count: 2 } });
      await asUser(db, bob, (as) => as`select chat.delete_message(${channel}, 2)`);
      expect(await root()).toMatchObject({ reply_count: 1, change: 4 });
    }));

  it('needs a message of a person to answer', () =>
    rolledBack(async (db) => {
      const { channel, ada, eve } = await createRoom(db);
      expect(await refusal(send(db, ada, channel, 'reply', { parent: 7 }))).toBe('message_not_found');
      await send(db, ada, channel, 'root');
      expect(await refusal(send(db, eve, channel, 'reply', { parent: 1 }))).toBe('channel_not_found');
    }));
});

describe('a thread', () => {
  it('is followed by who began it, who answers and who is meant in it, with exact unread', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createRoom(db);
      await asUser(db, ada, (as) => as`select chat.add_members(${channel}, ${[eve]})`);
      await send(db, ada, channel, 'root');
      await send(db, bob, channel, 'one', { parent: 1 });
      expect(await threads(db, ada)).toEqual([{ root: 1, unread: 1 }]);
      expect(await threads(db, bob)).toEqual([{ root: 1, unread: 0 }]);
      expect(await threads(db, eve)).toEqual([]);
      await send(db, bob, channel, 'two @[Eve]', { parent: 1 });
      expect(await threads(db, ada)).toEqual([{ root: 1, unread: 2 }]);
      expect(await threads(db, eve)).toEqual([{ root: 1, unread: 1 }]);
      await asUser(db, bob, (as) => as`select chat.delete_message(${channel}, 2)`);
      expect(await threads(db, ada)).toEqual([{ root: 1, unread: 1 }]);
      await send(db, ada, channel, 'three', { parent: 1 });
      expect(await threads(db, ada)).toEqual([{ root: 1, unread: 0 }]);
      expect(await threads(db, bob)).toEqual([{ root: 1, unread: 1 }]);
    }));

  it('is read up to a reply, and never backwards', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'root');
      for (const n of [1, 2, 3]) await send(db, bob, channel, `${n}`, { parent: 1 });
      const mark = (seq: number) =>
        asUser(db, ada, (as) => as`select chat.mark_thread_read(${channel}, 1, ${seq})`);
      await mark(3);
      expect(await threads(db, ada)).toEqual([{ root: 1, unread: 1 }]);
      await mark(2);
      expect(await threads(db, ada)).toEqual([{ root: 1, unread: 1 }]);
      await mark(99);
      expect(await threads(db, ada)).toEqual([{ root: 1, unread: 0 }]);
      expect(await refusal(asUser(db, ada, (as) => as`select chat.mark_thread_read(${channel}, 2, 1)`))).toBe(
        'message_not_found',
      );
    }));

  it('is no longer told to who stopped following it, until they answer again', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'root');
      await asUser(db, ada, (as) => as`select chat.follow_thread(${channel}, 1, false)`);
      await send(db, bob, channel, 'one', { parent: 1 });
      expect(await threads(db, ada)).toEqual([]);
      expect(await heard(db, `user:${ada}`, 'thread:bumped')).toEqual([]);
      await send(db, ada, channel, 'two', { parent: 1 });
      expect(await threads(db, ada)).toEqual([{ root: 1, unread: 0 }]);
      await send(db, bob, channel, 'three', { parent: 1 });
      expect(await heard(db, `user:${ada}`, 'thread:bumped')).toMatchObject([
        { last_seq: 3, is_unread: false },
        { last_seq: 4, is_unread: true },
      ]);
    }));

  it('can be followed by who only reads', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createRoom(db);
      await send(db, ada, channel, 'root');
      await asUser(db, bob, (as) => as`select chat.follow_thread(${channel}, 1)`);
      await send(db, ada, channel, 'one', { parent: 1 });
      expect(await threads(db, bob)).toEqual([{ root: 1, unread: 1 }]);
      expect(await refusal(asUser(db, eve, (as) => as`select chat.follow_thread(${channel}, 1)`))).toBe(
        'channel_not_found',
      );
    }));

  it('is gone from the list of who left the channel', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, bob, channel, 'root');
      await send(db, ada, channel, 'one', { parent: 1 });
      await asUser(db, bob, (as) => as`select chat.leave_channel(${channel})`);
      expect(await threads(db, bob)).toEqual([]);
    }));
});
