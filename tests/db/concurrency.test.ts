/** What happens in the same moment: transactions are held until each has come as far as it can. */
import { randomUUID } from 'node:crypto';
import { afterAll, expect, it, vi } from 'vitest';
import { asUser, createUser, type Db, database } from '../helpers/database.ts';

afterAll(() => database.end());

const committed = <T>(run: (db: Db) => Promise<T>): Promise<T> =>
  database.begin((db) => run(db as unknown as Db)) as Promise<T>;

/** Holds what `take` locks until each of `calls` waits for somebody, then lets go and waits for all of them. */
async function together(take: (db: Db) => Promise<unknown>, calls: ((db: Db) => Promise<unknown>)[]) {
  const pids: number[] = [];
  let isFree = false;
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const holding = committed(async (db) => {
    await take(db);
    isFree = true;
    await released;
  });
  await vi.waitUntil(() => isFree);
  const results = calls.map((call) =>
    committed(async (db) => {
      const [row] = await db`select pg_backend_pid() as pid`;
      pids.push(row?.pid);
      await call(db);
    }),
  );
  const outcome = Promise.allSettled(results);
  await vi.waitUntil(async () => {
    const [row] =
      await database`select count(*)::int as n from unnest(${pids}::int[]) pid where cardinality(pg_blocking_pids(pid)) > 0`;
    return row?.n === calls.length;
  }, 10_000);
  release();
  await holding;
  return (await outcome).map((result) => (result.status === 'rejected' ? result.reason.message : 'done'));
}

/** A channel of its admin and others. */
const makeChannel = (db: Db, admin: string, members: string[] = []) =>
  asUser(db, admin, async (as) => {
    const [row] =
      await as`select id from chat.create_channel(${`c-${randomUUID()}`}, 'private', member_ids => ${members})`;
    return row?.id as string;
  });

it('two people of one name sign up', async () => {
  const name = `Twin ${randomUUID().slice(0, 8)}`;
  const outcome = await together((db) => createUser(db, { name }), [(db) => createUser(db, { name })]);
  expect(outcome).toEqual(['done']);
  const rows = await database`select username from chat.profiles where name = ${name}`;
  expect(new Set(rows.map((row) => row.username)).size).toBe(2);
});

it('two admins add the same people in opposite order', async () => {
  const [ada, channel, people] = await committed(async (db) => {
    const admin = await createUser(db);
    const others = [await createUser(db), await createUser(db), await createUser(db)];
    return [admin, await makeChannel(db, admin), others.sort()] as const;
  });
  const add = (ids: readonly string[]) => (db: Db) =>
    asUser(db, ada, (as) => as`select from chat.add_members(${channel}, ${[...ids]})`);
  const outcome = await together(add(people.slice(1, 2)), [add(people), add([...people].reverse())]);
  expect(outcome).toEqual(['done', 'done']);
  const [counter] =
    await database`select member_count from chat.channel_counters where channel_id = ${channel}`;
  expect(counter?.member_count).toBe(4);
});

it('two people with the same channels delete their accounts', async () => {
  const [ada, bob, first, second] = await committed(async (db) => {
    const pair = [await createUser(db), await createUser(db)] as const;
    const mine = await makeChannel(db, pair[0], [pair[1]]);
    return [...pair, mine, await makeChannel(db, pair[1], [pair[0]])] as const;
  });
  const remove = (id: string) => (db: Db) => db`delete from chat.profiles where id = ${id}`;
  const outcome = await together(
    (db) => db`select from chat.channel_counters where channel_id = ${first} for update`,
    [remove(ada), remove(bob)],
  );
  expect(outcome).toEqual(['done', 'done']);
  const rows =
    await database`select member_count from chat.channel_counters where channel_id in (${first}, ${second})`;
  expect(rows.map((row) => row.member_count)).toEqual([0, 0]);
});
