/** Joining and leaving by the verbs that add and remove, as HTTP APIs have no others. */
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { createPrivateChannel } from '../helpers/room.ts';

afterAll(() => database.end());

const said = async (db: Db, channel: string) =>
  (
    await db`select body from chat.messages where channel_id = ${channel} and kind = 'system' order by seq`
  ).map(({ body }) => body);

describe('somebody who names themself', () => {
  it('joins a public channel by adding, and nobody else with it', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createPrivateChannel(db);
      const add = (user: string, ids: string[], as = 'member') =>
        refusal(asUser(db, user, (q) => q`select chat.add_members(${channel}, ${ids}, ${as})`));
      expect(await add(eve, [eve])).toBe('channel_not_found');
      expect(await add(bob, [bob])).toBe('not_a_channel_admin');
      await db`update chat.channels set kind = 'public' where id = ${channel}`;
      expect(await add(eve, [eve, bob])).toBe('not_a_member');
      expect(await add(eve, [eve], 'admin')).toBe('not_a_member');
      expect(await add(eve, [])).toBe('not_a_member');
      expect(await add(eve, [eve, eve])).toBeUndefined();
      expect(await add(eve, [eve])).toBeUndefined();
      const [eves] =
        await db`select role from chat.channel_members where channel_id = ${channel} and user_id = ${eve}`;
      expect(eves?.role).toBe('member');
      expect(await add(ada, [ada])).toBeUndefined();
      expect(await said(db, channel)).toEqual(['Channel created', 'Eve joined the channel']);
    }));

  it('is the admin of a channel that was empty', () =>
    rolledBack(async (db) => {
      const { channel, bob, eve } = await createPrivateChannel(db);
      await db`update chat.channels set kind = 'public' where id = ${channel}`;
      await db`delete from chat.channel_members where channel_id = ${channel}`;
      for (const user of [eve, bob]) await asUser(db, user, (as) => as`select chat.join_channel(${channel})`);
      const rows =
        await db`select user_id, role from chat.channel_members where channel_id = ${channel} order by role`;
      expect(rows.map((row) => ({ ...row }))).toEqual([
        { user_id: eve, role: 'admin' },
        { user_id: bob, role: 'member' },
      ]);
    }));

  it('is a member of a channel that was made by hand, though nobody was in it', () =>
    rolledBack(async (db) => {
      const { eve } = await createPrivateChannel(db);
      const [made] = await db`
        insert into chat.channels (kind, slug, name) values ('public', ${`news-${eve.slice(0, 8)}`}, 'News') returning id, founder_id`;
      expect(made?.founder_id).toBeNull();
      await asUser(db, eve, (as) => as`select chat.join_channel(${made?.id})`);
      const rows = await db`select user_id, role from chat.channel_members where channel_id = ${made?.id}`;
      expect(rows.map((row) => ({ ...row }))).toEqual([{ user_id: eve, role: 'member' }]);
    }));

  it('leaves by removing, as far as they may leave', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createPrivateChannel(db);
      const remove = (user: string) =>
        refusal(asUser(db, user, (q) => q`select chat.remove_member(${channel}, ${user})`));
      expect(await remove(ada)).toBe('creator_cannot_leave');
      expect(await remove(bob)).toBeUndefined();
      expect(await remove(eve)).toBe('channel_not_found');
      await db`update chat.channels set kind = 'public' where id = ${channel}`;
      expect(await remove(eve)).toBe('member_not_found');
      expect(await said(db, channel)).toEqual(['Channel created', 'Bob left the channel']);
    }));
});
