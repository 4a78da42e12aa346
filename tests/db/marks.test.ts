/** Pins, bookmarks and drafts. */
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { createPrivateChannel, createRoom, heard, send } from '../helpers/room.ts';

afterAll(() => database.end());

describe('pins', () => {
  const pin = (db: Db, user: string, channel: string, seq: number, isPinned = true) =>
    asUser(db, user, (as) => as`select chat.pin_message(${channel}, ${seq}, ${isPinned})`);
  const pins = (db: Db, user: string, channel: string) =>
    asUser(db, user, async (as) =>
      (await as`select seq::int from chat.list_pins(${channel})`).map((row) => row.seq),
    );

  it('are for admins of a channel and for everybody in a group', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createPrivateChannel(db);
      await send(db, bob, channel, 'one');
      expect(await refusal(pin(db, bob, channel, 2))).toBe('not_a_channel_admin');
      await pin(db, ada, channel, 2);
      const group = await createRoom(db);
      await send(db, group.ada, group.channel, 'one');
      expect(await refusal(pin(db, group.bob, group.channel, 1))).toBeUndefined();
    }));

  it('are listed last pinned first, told once, and undone', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createPrivateChannel(db);
      for (const n of [1, 2]) await send(db, bob, channel, `${n}`);
      await pin(db, ada, channel, 3);
      await pin(db, ada, channel, 2);
      await pin(db, ada, channel, 2);
      expect(await pins(db, bob, channel)).toEqual([2, 3]);
      await pin(db, ada, channel, 3, false);
      expect(await pins(db, bob, channel)).toEqual([2]);
      const said =
        await db`select body from chat.messages where channel_id = ${channel} and kind = 'system' order by seq`;
      expect(said.map((row) => row.body)).toEqual([
        'Channel created',
        'Ada pinned a message',
        'Ada pinned a message',
        'Ada unpinned a message',
      ]);
    }));

  it('are as many as the setting allows', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createRoom(db);
      await db`update chat.settings set value = '2' where name = 'max_pins'`;
      for (const n of [1, 2, 3]) await send(db, ada, channel, `${n}`);
      await pin(db, ada, channel, 1);
      await pin(db, ada, channel, 2);
      const third = await send(db, ada, channel, 'third');
      expect(await refusal(pin(db, ada, channel, third.seq))).toBe('too_many_pins');
      await asUser(db, ada, (as) => as`select chat.delete_message(${channel}, 1)`);
      expect(await refusal(pin(db, ada, channel, third.seq))).toBeUndefined();
    }));
});

describe('bookmarks', () => {
  it('are kept once, with a note, for oneself', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createRoom(db);
      await send(db, ada, channel, 'one');
      const add = (user: string, note: string | null) =>
        asUser(db, user, (as) => as`select chat.add_bookmark(${channel}, 1, ${note})`);
      await add(bob, 'read later');
      await add(bob, null);
      const rows = (user: string) => asUser(db, user, (as) => as`select note from chat.bookmarks`);
      expect([...(await rows(bob))]).toEqual([{ note: 'read later' }]);
      expect(await rows(ada)).toHaveLength(0);
      expect(await refusal(add(eve, null))).toBe('channel_not_found');
      expect(await refusal(add(bob, 'x'.repeat(501)))).toBe('invalid_note');
      await asUser(db, bob, (as) => as`select chat.remove_bookmark(${channel}, 1)`);
      expect(await rows(bob)).toHaveLength(0);
    }));
});

describe('drafts', () => {
  const save = (db: Db, user: string, channel: string, body: string, parent = 0) =>
    asUser(db, user, (as) => as`select chat.save_draft(${channel}, ${body}, ${parent})`);
  const drafts = (db: Db, user: string) =>
    asUser(db, user, async (as) => [
      ...(await as`select body, parent_seq::int as parent from chat.drafts order by parent_seq`),
    ]);

  it('are one per channel and thread, and gone when emptied', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'root');
      await save(db, bob, channel, 'hel');
      await save(db, bob, channel, 'hello');
      await save(db, bob, channel, 'reply', 1);
      expect(await drafts(db, bob)).toEqual([
        { body: 'hello', parent: 0 },
        { body: 'reply', parent: 1 },
      ]);
      expect(await drafts(db, ada)).toEqual([]);
      await save(db, bob, channel, '');
      expect(await drafts(db, bob)).toEqual([{ body: 'reply', parent: 1 }]);
      expect((await heard(db, `user:${bob}`, 'draft:saved')).map((told) => told.body)).toEqual([
        'hel',
        'hello',
        'reply',
        '',
      ]);
    }));

  it('are refused to strangers, for threads that do not exist and above 40,000 characters', () =>
    rolledBack(async (db) => {
      const { channel, ada, eve } = await createRoom(db);
      expect(await refusal(save(db, eve, channel, 'x'))).toBe('channel_not_found');
      expect(await refusal(save(db, ada, channel, 'x', 5))).toBe('message_not_found');
      expect(await refusal(save(db, ada, channel, 'x'.repeat(40_001)))).toBe('message_too_long');
    }));
});
