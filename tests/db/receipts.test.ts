import { afterAll, describe, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { createPrivateChannel, createRoom, heard, send, unread } from '../helpers/room.ts';

afterAll(() => database.end());

const mark = (db: Db, user: string, channel: string, seq: number) =>
  asUser(
    db,
    user,
    async (as) =>
      (await as`select last_read_seq::int as seq from chat.mark_read(${channel}, ${seq})`)[0]?.seq,
  );

describe('unread', () => {
  it('counts what others said after the marker and never own messages', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'one');
      await send(db, bob, channel, 'two');
      await send(db, ada, channel, 'three');
      await send(db, bob, channel, 'four');
      expect((await unread(db, bob, channel)).messages).toBe(2);
      expect((await unread(db, ada, channel)).messages).toBe(2);
      await mark(db, bob, channel, 1);
      expect((await unread(db, bob, channel)).messages).toBe(1);
      await mark(db, bob, channel, 2);
      expect((await unread(db, bob, channel)).messages).toBe(1);
      await mark(db, bob, channel, 4);
      expect((await unread(db, bob, channel)).messages).toBe(0);
    }));

  it('leaves out deleted messages, replies in threads and what the system says', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createPrivateChannel(db);
      await mark(db, bob, channel, 1);
      await send(db, ada, channel, 'stays');
      await send(db, ada, channel, 'goes');
      await send(db, bob, channel, 'my own, which goes too');
      await send(db, ada, channel, 'in the thread', { parent: 2 });
      await send(db, ada, channel, 'in both', { parent: 2, alsoInChannel: true });
      await asUser(db, ada, (as) => as`select chat.pin_message(${channel}, 2)`);
      await asUser(db, ada, (as) => as`select chat.delete_message(${channel}, 3)`);
      await asUser(db, bob, (as) => as`select chat.delete_message(${channel}, 4)`);
      expect((await unread(db, bob, channel)).messages).toBe(2);
    }));

  it('begins again at the message that is marked as unread', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      for (const n of [1, 2, 3]) await send(db, ada, channel, `${n}`);
      await mark(db, bob, channel, 3);
      await asUser(db, bob, (as) => as`select chat.mark_unread(${channel}, 2)`);
      expect((await unread(db, bob, channel)).messages).toBe(2);
      expect(await refusal(asUser(db, bob, (as) => as`select chat.mark_unread(${channel}, 0)`))).toBe(
        'invalid_seq',
      );
    }));

  it('knows where the reader is meant, by name and as part of the channel', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, '@[Bob]');
      await send(db, ada, channel, '@channel');
      await send(db, ada, channel, '@channel and @[Bob]');
      await send(db, bob, channel, '@channel');
      expect((await unread(db, bob, channel)).mentions).toBe(3);
      expect((await unread(db, ada, channel)).mentions).toBe(1);
      await asUser(db, ada, (as) => as`select chat.delete_message(${channel}, 1)`);
      await mark(db, bob, channel, 2);
      expect((await unread(db, bob, channel)).mentions).toBe(1);
    }));

  it('is told for all channels at once, of the caller only', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createRoom(db);
      await send(db, ada, channel, '@[Bob]');
      const all = (user: string) =>
        asUser(
          db,
          user,
          (as) => as`select channel_id, unread_count::int, mention_count::int from chat.my_unread()`,
        );
      expect([...(await all(bob))]).toEqual([{ channel_id: channel, unread_count: 1, mention_count: 1 }]);
      expect(await all(ada)).toHaveLength(0);
      expect(await all(eve)).toHaveLength(0);
    }));

  it('starts at nothing for somebody who joins later', () =>
    rolledBack(async (db) => {
      const { channel, ada, eve } = await createRoom(db);
      await send(db, ada, channel, 'history @channel');
      await asUser(db, ada, (as) => as`select chat.add_members(${channel}, ${[eve]})`);
      expect(await unread(db, eve, channel)).toEqual({ messages: 0, mentions: 0 });
    }));
});

describe('mark_read', () => {
  it('lets a marker move neither back nor past the last message', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      for (const n of [1, 2, 3]) await send(db, ada, channel, `${n}`);
      expect(await mark(db, bob, channel, 2)).toBe(2);
      expect(await mark(db, bob, channel, 1)).toBe(2);
      expect(await mark(db, bob, channel, 99)).toBe(3);
      expect(await refusal(mark(db, bob, channel, -1))).toBe('invalid_seq');
    }));

  it('keeps the count right when somebody edits the marker by hand', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      for (const n of [1, 2, 3]) await send(db, ada, channel, `${n}`);
      await db`update chat.channel_states set last_read_seq = 2, last_read_rank = 77 where channel_id = ${channel} and user_id = ${bob}`;
      expect((await unread(db, bob, channel)).messages).toBe(1);
      await db`update chat.channel_states set last_read_seq = 500 where channel_id = ${channel} and user_id = ${bob}`;
      expect((await unread(db, bob, channel)).messages).toBe(0);
    }));
});

describe('receipts', () => {
  const receipts = (db: Db, user: string, channel: string) =>
    asUser(
      db,
      user,
      (as) =>
        as`select user_id, delivered_seq::int as delivered, read_seq::int as read from chat.receipts where channel_id = ${channel}`,
    );

  it('tell the others what has arrived and what was read', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      for (const n of [1, 2]) await send(db, ada, channel, `${n}`);
      await asUser(db, bob, (as) => as`select chat.mark_delivered(${channel}, 9)`);
      expect([...(await receipts(db, ada, channel))]).toEqual([{ user_id: bob, delivered: 2, read: 0 }]);
      await mark(db, bob, channel, 1);
      expect([...(await receipts(db, ada, channel))]).toEqual([{ user_id: bob, delivered: 2, read: 1 }]);
      expect(await heard(db, `channel:${channel}:0`, 'receipt:updated')).toHaveLength(2);
    }));

  it('of people who keep it to themselves are not there', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'one');
      await asUser(db, bob, (as) => as`select chat.set_preferences(share_receipts => false)`);
      await mark(db, bob, channel, 1);
      expect(await receipts(db, ada, channel)).toHaveLength(0);
      expect((await unread(db, bob, channel)).messages).toBe(0);
    }));

  it('vanish when somebody decides to keep it to themself', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'one');
      await mark(db, bob, channel, 1);
      await asUser(db, bob, (as) => as`select chat.set_preferences(share_receipts => false)`);
      expect(await receipts(db, ada, channel)).toHaveLength(0);
    }));

  it('are for channels of up to 100 people', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'one');
      const many: string[] = [];
      for (let n = 0; n < 99; n += 1) many.push(await createUser(db));
      await asUser(db, ada, (as) => as`select chat.add_members(${channel}, ${many})`);
      await mark(db, bob, channel, 1);
      expect(await receipts(db, ada, channel)).toHaveLength(0);
    }));
});
