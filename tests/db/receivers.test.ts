/** Where one verb means several things: what is sent to a person or a conversation, and members who come or go. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { createPrivateChannel, createRoom, send, unread } from '../helpers/room.ts';

afterAll(() => database.end());

const post = (db: Db, from: string, to: string, body: string, ...senders: string[]) =>
  asUser(db, from, async (as) => {
    const [row] = await as`
      select channel_id, (author).id as author_id, body from chat.post_to(${to}, ${body}, ${senders})`;
    return row as unknown as { channel_id: string; author_id: string; body: string };
  });

const read = (db: Db, reader: string, id: string, before: string | null = null, size = 50) =>
  asUser(db, reader, async (as) => {
    const rows = await as`select m.id, m.body from unnest(chat.read_from(${id}, ${before}, ${size})) m`;
    return rows.map(({ body }) => body as string);
  });

const toggle = (
  db: Db,
  actor: string,
  channel: string,
  member: string,
  { action = null, kinds = null }: { action?: string | null; kinds?: string[] | null } = {},
) =>
  asUser(db, actor, async (as) => {
    const [row] = await as`
      select t.action, to_jsonb((t.conversation).members) as members
        from chat.toggle_member(${channel}, ${member}, ${kinds}, ${action}) t`;
    const { members, ...change } = row as unknown as { action: string; members: { id: string }[] };
    return { ...change, members: members.map(({ id }) => id) };
  });

describe('post_to', () => {
  it('reaches a person in the direct messages with them, always the same', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db), await createUser(db)];
      const first = await post(db, ada, bob, 'one');
      expect(first).toMatchObject({ author_id: ada, body: 'one' });
      expect(await post(db, bob, ada, 'two', bob)).toMatchObject({ channel_id: first.channel_id });
      expect(await post(db, ada, first.channel_id, 'three')).toMatchObject({ channel_id: first.channel_id });
      const [channel] = await db`select kind from chat.channels where id = ${first.channel_id}`;
      expect(channel).toEqual({ kind: 'dm' });
    }));

  it('reaches a group of the caller, and nobody through one of others', () =>
    rolledBack(async (db) => {
      const { channel, ada, eve } = await createRoom(db);
      expect(await post(db, ada, channel, 'hello')).toMatchObject({ channel_id: channel });
      expect(await refusal(post(db, eve, channel, 'hello'))).toBe('channel_not_found');
      expect(await refusal(post(db, eve, randomUUID(), 'hello'))).toBe('channel_not_found');
    }));

  it('opens nothing for whoever says that they are somebody else', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db), await createUser(db)];
      expect(await refusal(post(db, ada, bob, 'hello', bob))).toBe('not_yourself');
      expect(await refusal(post(db, ada, bob, 'hello', ada, bob))).toBe('not_yourself');
      expect(await db`select from chat.channels where dm_key like ${`%${ada}%`}`).toHaveLength(0);
    }));
});

describe('read_from', () => {
  it('reads direct messages by the person or by the conversation, oldest first', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db), await createUser(db)];
      expect(await read(db, ada, bob)).toEqual([]);
      const { channel_id } = await post(db, ada, bob, 'one');
      await post(db, bob, ada, 'two');
      for (const [reader, id] of [
        [ada, bob],
        [bob, ada],
        [ada, channel_id],
      ] as const) {
        expect(await read(db, reader, id)).toEqual(['one', 'two']);
      }
    }));

  it('marks what it shows as read', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await send(db, ada, channel, 'hello');
      expect(await unread(db, bob, channel)).toMatchObject({ messages: 1 });
      await read(db, bob, channel);
      expect(await unread(db, bob, channel)).toMatchObject({ messages: 0 });
    }));

  it('turns the pages backwards', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      const ids = [];
      for (const body of ['1', '2', '3', '4']) ids.push((await send(db, ada, channel, body)).id);
      expect(await read(db, bob, channel, null, 2)).toEqual(['3', '4']);
      expect(await read(db, bob, channel, ids[2] as string, 2)).toEqual(['1', '2']);
    }));

  it('leaves out what a channel says of itself', () =>
    rolledBack(async (db) => {
      const { channel, ada } = await createPrivateChannel(db);
      await send(db, ada, channel, 'hello');
      expect(await read(db, ada, channel)).toEqual(['hello']);
    }));

  it('shows strangers nothing', () =>
    rolledBack(async (db) => {
      const { channel, eve } = await createRoom(db);
      expect(await refusal(read(db, eve, channel))).toBe('channel_not_found');
      expect(await refusal(read(db, eve, randomUUID()))).toBe('channel_not_found');
    }));
});

describe('toggle_member', () => {
  it('adds who is not in it, and removes them the next time', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createRoom(db);
      const added = await toggle(db, ada, channel, eve);
      expect([added.action, added.members.sort()]).toEqual(['added', [ada, bob, eve].sort()]);
      const removed = await toggle(db, ada, channel, eve);
      expect([removed.action, removed.members.sort()]).toEqual(['removed', [ada, bob].sort()]);
    }));

  it('does what is said, whoever is in it', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createRoom(db);
      expect((await toggle(db, ada, channel, bob, { action: 'add' })).action).toBe('added');
      expect(await refusal(toggle(db, ada, channel, eve, { action: 'remove' }))).toBe('member_not_found');
      expect(await refusal(toggle(db, ada, channel, eve, { action: 'swap' }))).toBe('invalid_input');
    }));

  it('knows people by username, and lets them remove themselves', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      const [row] = await db`select username from chat.profiles where id = ${bob}`;
      expect(await toggle(db, bob, channel, row?.username)).toEqual({ action: 'removed', members: [ada] });
    }));

  it('leaves nobody behind when the last one goes', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      await toggle(db, bob, channel, bob);
      expect(await toggle(db, ada, channel, ada)).toEqual({ action: 'removed', members: [] });
    }));

  it('keeps the rights of members and admins', () =>
    rolledBack(async (db) => {
      const room = await createRoom(db);
      expect(await refusal(toggle(db, room.bob, room.channel, room.ada))).toBe('not_a_channel_admin');
      const { channel, ada, bob, eve } = await createPrivateChannel(db);
      expect(await refusal(toggle(db, bob, channel, eve))).toBe('not_a_channel_admin');
      await asUser(db, ada, (as) => as`select chat.set_member_role(${channel}, ${bob}, 'admin')`);
      expect(await refusal(toggle(db, bob, channel, ada))).toBe('creator_cannot_leave');
    }));

  it('hands a channel on when its owner leaves: to the oldest admin, else to the oldest member', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createPrivateChannel(db);
      const owner = async () => {
        const [row] = await db`
          select c.created_by, c.founder_id, m.role from chat.channels c
            left join chat.channel_members m on m.channel_id = c.id and m.user_id = c.created_by where c.id = ${channel}`;
        return { ...row };
      };
      await toggle(db, ada, channel, eve);
      await asUser(db, ada, (as) => as`select chat.set_member_role(${channel}, ${eve}, 'admin')`);
      expect(await toggle(db, ada, channel, ada)).toMatchObject({ action: 'removed' });
      expect(await owner()).toEqual({ created_by: eve, founder_id: ada, role: 'admin' });
      expect(await toggle(db, eve, channel, eve, { action: 'remove' })).toEqual({
        action: 'removed',
        members: [bob],
      });
      expect(await owner()).toEqual({ created_by: bob, founder_id: ada, role: 'admin' });
      expect(await toggle(db, bob, channel, bob)).toEqual({ action: 'removed', members: [] });
      expect(await owner()).toEqual({ created_by: null, founder_id: ada, role: null });
    }));

  it('hands a channel on to nobody who is suspended, as long as there is somebody else', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createPrivateChannel(db);
      await toggle(db, ada, channel, eve);
      await asUser(db, ada, (as) => as`select chat.set_member_role(${channel}, ${bob}, 'admin')`);
      await db`update chat.accounts set suspended_at = now() where user_id = ${bob}`;
      await toggle(db, ada, channel, ada);
      expect(await db`select created_by from chat.channels where id = ${channel}`).toEqual([
        { created_by: eve },
      ]);
    }));

  it('finds neither channels of others nor of other kinds, nor people who are nobody', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createRoom(db);
      expect(await refusal(toggle(db, eve, channel, bob))).toBe('channel_not_found');
      expect(await refusal(toggle(db, ada, channel, bob, { kinds: ['private'] }))).toBe('channel_not_found');
      expect(await refusal(toggle(db, ada, channel, randomUUID()))).toBe('user_not_found');
      expect(await refusal(toggle(db, ada, channel, 'nobody-of-that-name'))).toBe('user_not_found');
    }));
});
