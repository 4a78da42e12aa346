/** A channel of thousands: what is done to it takes no longer than a request may. */
import { afterAll, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, rolledBack } from '../helpers/database.ts';
import { heard } from '../helpers/room.ts';

afterAll(() => database.end());

const CROWD = 3_000;

/** A public channel of Ada, who owns it, and a crowd; announcements of how it was filled are not kept. */
async function createLargeChannel(db: Db): Promise<{ channel: string; ada: string; crowd: string[] }> {
  const ada = await createUser(db, { name: 'Ada' });
  const [row] = await asUser(db, ada, (as) => as`select id from chat.create_channel(${`large-${ada}`})`);
  const channel = row?.id as string;
  const people = await db`
    insert into auth.users (id, email)
    select id, id || '@example.com'
      from (select gen_random_uuid() as id from generate_series(1, ${CROWD})) ids
    returning id`;
  const crowd = people.map(({ id }) => id as string);
  await db`insert into chat.channel_members (channel_id, user_id) select ${channel}, unnest(${crowd}::uuid[])`;
  await db`delete from realtime.messages where topic like 'user:%' or topic like ${`channel:${channel}:%`}`;
  return { channel, ada, crowd };
}

it('is deleted within a second, and each of its members hears of it', { timeout: 60_000 }, () =>
  rolledBack(async (db) => {
    const { channel, ada, crowd } = await createLargeChannel(db);
    await db`set local statement_timeout = '1s'`;
    await asUser(db, ada, (as) => as`select chat.delete_channel(${channel})`);
    expect(await heard(db, `user:${crowd.at(-1)}`, 'channel:left')).toEqual([{ channel_id: channel }]);
    const [told] = await db`
      select count(*)::int as people from realtime.messages
       where event = 'channel:left' and payload ->> 'channel_id' = ${channel}`;
    expect(told?.people).toBe(CROWD + 1);
    const [left] = await db`
      select (select count(*)::int from chat.channel_members where channel_id = ${channel}) as members,
             (select member_count from chat.channel_counters where channel_id = ${channel}) as counted`;
    expect(left).toEqual({ members: 0, counted: 0 });
  }),
);
