/** Transactions that meet: each is held until it has come as far as it can. */
import { vi } from 'vitest';
import { type Db, database } from './database.ts';

/** Runs in a transaction that stays. */
export const committed = <T>(run: (db: Db) => Promise<T>): Promise<T> =>
  database.begin((db) => run(db as unknown as Db)) as Promise<T>;

/**
 * Holds what `take` locks until each of `calls` waits for somebody, then lets go and waits for all of them; each comes
 * once the one before waits, so that they stand in line in this order.
 */
export async function together(take: (db: Db) => Promise<unknown>, calls: ((db: Db) => Promise<unknown>)[]) {
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
  const outcomes: Promise<string>[] = [];
  for (const call of calls) {
    let pid = 0;
    const result = committed(async (db) => {
      const [row] = await db`select pg_backend_pid() as pid`;
      pid = row?.pid;
      await call(db);
    });
    outcomes.push(
      result.then(
        () => 'done',
        (error: Error) => error.message,
      ),
    );
    await vi.waitUntil(async () => {
      const [row] = await database`select cardinality(pg_blocking_pids(${pid})) > 0 as is_waiting`;
      return row?.is_waiting;
    });
  }
  release();
  await holding;
  return Promise.all(outcomes);
}
