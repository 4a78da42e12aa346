/** A channel of thousands: what is done in it costs as much as in a small one. */
import { afterAll, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, rolledBack } from '../helpers/database.ts';
import { addCrowd, heard, send, unread } from '../helpers/room.ts';

afterAll(() => database.end());

/** A public channel of Ada, who owns it, and so many others; announcements of how it was filled are not kept. */
async function createLargeChannel(db: Db, size: number) {
  const ada = await createUser(db, { name: 'Ada' });
  const [row] = await asUser(db, ada, (as) => as`select id from chat.create_channel(${`large-${ada}`})`);
  const channel = row?.id as string;
  const crowd = await addCrowd(db, channel, size);
  await db`analyze chat.channel_members`;
  await db`delete from realtime.messages where topic like 'user:%' or topic like ${`channel:${channel}:%`}`;
  // In a database as small as that of the tests, reading all of a table is cheap, and then plans do so.
  for (const way of ['seqscan', 'hashjoin', 'mergejoin']) await db.unsafe(`set local enable_${way} = off`);
  await db`discard plans`;
  return { channel, ada, crowd };
}

/** How often this transaction has read rows of a table, or written them. */
async function touches(db: Db, table: string): Promise<{ read: number; written: number }> {
  const [row] = await db`
    select (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as read, n_tup_upd::int as written
      from pg_stat_xact_user_tables where relid = ${table}::regclass`;
  return row as unknown as { read: number; written: number };
}

it('is deleted at once and not member by member, and each of them hears of it', { timeout: 60_000 }, () =>
  rolledBack(async (db) => {
    const { channel, ada, crowd } = await createLargeChannel(db, 1_000);
    const before = await touches(db, 'chat.channel_counters');
    await asUser(db, ada, (as) => as`select chat.delete_channel(${channel})`);
    const after = await touches(db, 'chat.channel_counters');
    expect(after.written - before.written).toBe(1);
    expect(after.read - before.read).toBeLessThan(50);
    expect(await heard(db, `user:${crowd.at(-1)}`, 'channel:left')).toEqual([{ channel_id: channel }]);
    const [told] = await db`
      select count(*)::int as people from realtime.messages
       where event = 'channel:left' and payload ->> 'channel_id' = ${channel}`;
    expect(told?.people).toBe(1_001);
    const [left] = await db`
      select (select count(*)::int from chat.channel_members where channel_id = ${channel}) as members,
             (select member_count from chat.channel_counters where channel_id = ${channel}) as counted`;
    expect(left).toEqual({ members: 0, counted: 0 });
  }),
);

it('asks about those who are meant by a message and not about all members', { timeout: 60_000 }, () =>
  rolledBack(async (db) => {
    const { channel, ada, crowd } = await createLargeChannel(db, 1_001);
    await db`update chat.profiles set name = ${`Bo ${ada}`} where id = ${crowd[0] as string}`;
    // The plan that PL/pgSQL keeps, which knows no values.
    await db`set local plan_cache_mode = force_generic_plan`;
    const before = await touches(db, 'chat.channel_members');
    expect(await send(db, ada, channel, 'to nobody')).toMatchObject({ mention_ids: [] });
    expect(await send(db, ada, channel, '@'.repeat(40_000))).toMatchObject({ mention_ids: [] });
    expect(await send(db, ada, channel, `to @[Bo ${ada}]`)).toMatchObject({ mention_ids: [crowd[0]] });
    expect(await send(db, ada, channel, `to @Bo ${ada}`)).toMatchObject({ mention_ids: [crowd[0]] });
    expect(await heard(db, `user:${crowd[0]}`, 'channel:bumped')).toMatchObject([
      { is_mention: true },
      { is_mention: true },
    ]);
    const after = await touches(db, 'chat.channel_members');
    expect(after.read - before.read).toBeLessThan(50);
  }),
);

it('is told of @here as of @channel: everyone is meant, and nobody gets a row', { timeout: 60_000 }, () =>
  rolledBack(async (db) => {
    const { channel, ada, crowd } = await createLargeChannel(db, 1_001);
    const [here, away] = crowd as [string, string];
    await asUser(db, here, (as) => as`select chat.heartbeat()`);
    const { seq, ...sent } = await send(db, ada, channel, 'lunch, @here?');
    expect(sent.mentions_everyone).toBe('channel');
    expect(await db`select from chat.mentions where channel_id = ${channel}`).toHaveLength(0);
    expect(await unread(db, here, channel)).toEqual({ messages: 1, mentions: 1 });
    expect(await unread(db, away, channel)).toEqual({ messages: 1, mentions: 1 });
    expect(await unread(db, ada, channel)).toEqual({ messages: 0, mentions: 0 });
    await asUser(db, here, (as) => as`select chat.mark_read(${channel}, ${seq})`);
    expect(await unread(db, here, channel)).toEqual({ messages: 0, mentions: 0 });
  }),
);

it(
  'and small again means whom @here meant before, when the typo beside it is corrected',
  { timeout: 60_000 },
  () =>
    rolledBack(async (db) => {
      const { channel, ada, crowd } = await createLargeChannel(db, 1_001);
      await send(db, ada, channel, 'lnch, @here?');
      await db`delete from chat.channel_members where user_id = any (${crowd.slice(0, 2)})`;
      const everyone = async (body: string) => {
        const [edited] = await asUser(
          db,
          ada,
          (as) => as`select mentions_everyone from chat.edit_message(${channel}, 2, ${body})`,
        );
        return edited?.mentions_everyone;
      };
      expect(await everyone('lunch, @here?')).toBe('channel');
      expect(await everyone('lunch, @channel.')).toBe('channel');
      expect(await everyone('lunch, @here.')).toBe('here');
    }),
);
