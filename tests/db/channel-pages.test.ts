/** Channels as lists and pages show them: to whom, in which order, and at what cost. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { createPrivateChannel, createRoom, send } from '../helpers/room.ts';

afterAll(() => database.end());

const create = (db: Db, user: string, slug: string, kind = 'public') =>
  asUser(
    db,
    user,
    async (as) => (await as`select id from chat.create_channel(${slug}, ${kind})`)[0]?.id as string,
  );

describe('the list of the own channels', () => {
  const list = (db: Db, user: string, kinds: string[] | null = null, size = 50, skip = 0) =>
    asUser(db, user, async (as) => {
      const rows = await as`
        select c.id from unnest((chat.read_channels(${kinds}, ${size}, ${skip})).channels) with ordinality c order by ordinality`;
      return rows.map((row) => row.id as string);
    });

  const total = (db: Db, user: string, kinds: string[] | null = null, size = 50, skip = 0) =>
    asUser(db, user, async (as) => {
      const [row] = await as`select (chat.read_channels(${kinds}, ${size}, ${skip})).total`;
      return row?.total as number;
    });

  it('has the last active first, page by page, and its length counts all of them', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      const made: string[] = [];
      for (const letter of 'abcde') made.push(await create(db, ada, `${letter}-${ada}`));
      await db`update chat.channel_counters set last_message_at = now() - interval '1 hour' where channel_id = ${made[4] as string}`;
      await send(db, ada, made[1] as string, 'news');
      const expected = [made[1], made[3], made[2], made[0], made[4]];
      expect(await list(db, ada)).toEqual(expected);
      expect([...(await list(db, ada, null, 2)), ...(await list(db, ada, null, 3, 2))]).toEqual(expected);
      expect(await list(db, ada, null, 2, 5)).toEqual([]);
      for (const [size, skip] of [
        [50, 0],
        [2, 0],
        [2, 3],
        [2, 4],
        [2, 5],
      ] as const) {
        expect(await total(db, ada, null, size, skip)).toBe(5);
      }
    }));

  it('has only what the caller is in, of the kinds asked for', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob, eve } = await createPrivateChannel(db);
      const [dm] = await asUser(db, bob, (as) => as`select id from chat.open_dm(${eve})`);
      expect(await list(db, bob, ['private', 'public'])).toEqual([channel]);
      expect(await list(db, bob, ['dm'])).toEqual([dm?.id]);
      expect(await list(db, bob, [])).toEqual([]);
      expect(await list(db, ada)).toEqual([channel]);
      expect(await list(db, eve, ['private'])).toEqual([]);
      expect(await total(db, bob, ['private'], 1)).toBe(1);
      expect(await total(db, eve, ['private'])).toBe(0);
    }));

  it.each([
    ['page_size => 0', 'invalid_page_size'],
    ['page_size => 201', 'invalid_page_size'],
    ['skip => -1', 'invalid_input'],
    ['skip => 100001', 'invalid_input'],
    ['skip => null', 'invalid_input'],
  ])('refuses %s', (args, code) =>
    rolledBack(async (db) => {
      const call = asUser(db, await createUser(db), (as) => as.unsafe(`select chat.read_channels(${args})`));
      expect(await refusal(call)).toBe(code);
    }),
  );

  it('reads as little of a channel in which one person has said much and the caller nothing', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createPrivateChannel(db);
      const { seq } = await send(db, ada, channel, 'hello');
      const readRows = async () => {
        const [row] = await db`
          select (seq_tup_read + idx_tup_fetch)::int as total from pg_stat_xact_user_tables
           where relid = 'chat.messages'::regclass`;
        return row?.total as number;
      };
      const cost = async () => {
        const before = await readRows();
        await asUser(db, bob, (as) => as`select chat.read_channels()`);
        return (await readRows()) - before;
      };
      // In a database as small as that of the tests, reading all of a table is cheap, and then plans do so.
      await db`set local enable_seqscan = off`;
      const little = await cost();
      // What triggers would make of them is of no use here and takes long.
      await db`set local session_replication_role = replica`;
      await db`insert into chat.messages (channel_id, seq, author_id, body, rank, author_rank)
               select ${channel}, ${seq} + n, ${ada}, 'more', n, n from generate_series(1, 5000) n`;
      await db`update chat.channel_counters set last_seq = ${seq} + 5000, last_rank = 5000 where channel_id = ${channel}`;
      await db`set local session_replication_role = origin`;
      await db`analyze chat.messages`;
      await db`discard plans`;
      expect(await cost()).toBeLessThan(little + 10);
    }));
});

describe('the last message', () => {
  const last = (db: Db, user: string, channel: string) =>
    asUser(db, user, async (as) => {
      const [row] = await as`
        select (c.last_message).body from unnest((chat.read_channels()).channels) c where c.id = ${channel}`;
      return row?.body;
    });

  it('is the newest that the channel shows: no reply, nothing deleted', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createRoom(db);
      expect(await last(db, bob, channel)).toBeNull();
      await send(db, ada, channel, 'one');
      await send(db, ada, channel, 'reply', { parent: 1 });
      expect(await last(db, bob, channel)).toBe('one');
      await send(db, ada, channel, 'shown as well', { parent: 1, alsoInChannel: true });
      expect(await last(db, bob, channel)).toBe('shown as well');
      await asUser(db, ada, (as) => as`select chat.delete_message(${channel}, 3)`);
      expect(await last(db, bob, channel)).toBe('one');
    }));
});

describe('the list of public channels', () => {
  it('has what the caller can join, by slug after one, with the number of members', () =>
    rolledBack(async (db) => {
      const [ada, eve] = [await createUser(db), await createUser(db)];
      const prefix = `p-${randomUUID().slice(0, 8)}`;
      const ids: Record<string, string> = {};
      for (const letter of 'abcdefg') ids[letter] = await create(db, ada, `${prefix}-${letter}`);
      await asUser(db, eve, (as) => as`select chat.join_channel(${ids.b as string})`);
      await asUser(db, ada, (as) => as`select chat.archive_channel(${ids.c as string})`);
      await asUser(db, ada, (as) => as`select chat.delete_channel(${ids.d as string})`);
      await asUser(db, ada, (as) => as`select chat.ban_member(${ids.e as string}, ${eve})`);
      await asUser(db, ada, (as) => as`select chat.update_channel(${ids.f as string}, kind => 'private')`);
      const list = (size: number) =>
        asUser(db, eve, async (as) => [
          ...(await as`select id, member_count from chat.list_public_channels(${prefix}, ${size})
                        where slug like ${`${prefix}%`}`),
        ]);
      expect(await list(50)).toEqual([
        { id: ids.a, member_count: 1 },
        { id: ids.g, member_count: 1 },
      ]);
      expect(await list(1)).toEqual([{ id: ids.a, member_count: 1 }]);
    }));
});

describe('the page of a channel', () => {
  const read = (db: Db, user: string, channel: string) =>
    asUser(db, user, async (as) => (await as`select * from chat.get_channel(${channel})`)[0]);

  it('has who is in it, admins first, as the others see them and with their addresses', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createPrivateChannel(db);
      await asUser(db, bob, (as) => as`select chat.set_presence('busy')`);
      await asUser(db, bob, (as) => as`select chat.heartbeat()`);
      const members = await asUser(
        db,
        bob,
        (as) => as`select m.user_id, m.name, m.email, m.role, m.status
                     from chat.get_channel(${channel}) c cross join lateral unnest(c.members) m`,
      );
      expect([...members]).toEqual([
        { user_id: ada, name: 'Ada', email: `${ada}@example.com`, role: 'admin', status: 'offline' },
        { user_id: bob, name: 'Bob', email: `${bob}@example.com`, role: 'member', status: 'busy' },
      ]);
      expect(await read(db, bob, channel)).toMatchObject({ id: channel, kind: 'private', member_count: 2 });
    }));

  it('keeps back the addresses of others from all but platform admins where the platform wants that', () =>
    rolledBack(async (db) => {
      const { channel, ada, bob } = await createPrivateChannel(db);
      await db`update chat.settings set value = 'false' where name = 'share_contacts'`;
      const seenBy = async (user: string) => {
        const rows = await asUser(
          db,
          user,
          (as) =>
            as`select m.email from chat.get_channel(${channel}) c cross join lateral unnest(c.members) m`,
        );
        return rows.map(({ email }) => email);
      };
      expect(await seenBy(bob)).toEqual([null, `${bob}@example.com`]);
      await db`update chat.accounts set role = 'admin' where user_id = ${bob}`;
      expect(await seenBy(bob)).toEqual([`${ada}@example.com`, `${bob}@example.com`]);
    }));

  it('is shown to everybody when the channel is public, to nobody once it is deleted', () =>
    rolledBack(async (db) => {
      const [ada, eve] = [await createUser(db), await createUser(db)];
      const channel = await create(db, ada, `open-${ada}`);
      expect(await read(db, eve, channel)).toMatchObject({ member_count: 1 });
      await asUser(db, ada, (as) => as`select chat.delete_channel(${channel})`);
      for (const user of [ada, eve]) expect(await refusal(read(db, user, channel))).toBe('channel_not_found');
    }));

  it('of a private channel is refused to strangers, who learn nothing of groups and direct messages', () =>
    rolledBack(async (db) => {
      const { channel, bob, eve } = await createPrivateChannel(db);
      const { channel: group } = await createRoom(db);
      const [dm] = await asUser(db, bob, (as) => as`select id from chat.open_dm(${bob})`);
      expect(await refusal(read(db, eve, channel))).toBe('channel_is_private');
      for (const hidden of [group, dm?.id as string, randomUUID()]) {
        expect(await refusal(read(db, eve, hidden))).toBe('channel_not_found');
      }
    }));
});

describe('the number of members', () => {
  it('is known in the statement that makes the channel, and hidden from strangers', () =>
    rolledBack(async (db) => {
      const [ada, bob, eve] = [await createUser(db), await createUser(db), await createUser(db)];
      const [made] = await asUser(
        db,
        ada,
        (as) => as`select c.id, chat.member_count(c) as count
                     from chat.create_channel(${`team-${ada}`}, 'public', member_ids => ${[bob]}) c`,
      );
      expect(made?.count).toBe(2);
      const [seen] = await asUser(
        db,
        eve,
        (as) => as`select chat.member_count(c) as count from chat.channels c where id = ${made?.id}`,
      );
      expect(seen?.count).toBeNull();
    }));
});
