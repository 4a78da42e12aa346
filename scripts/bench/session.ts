/** One signed-in caller on a connection of their own, and how long the database takes to answer them. */
import { performance } from 'node:perf_hooks';
import postgres, { type ReservedSql, type Sql } from 'postgres';
import type { Row } from './row.ts';

export interface Timing {
  p50: number;
  p99: number;
}

export interface Session {
  db: ReservedSql;
  /** Times `query(n)` for n from 0; a few calls before that are not counted. Milliseconds, with the way to the client. */
  time(query: (db: ReservedSql, n: number) => Promise<unknown>, calls?: number): Promise<Timing>;
  end(): Promise<void>;
}

/** Waits until the database has dealt with what was loaded: vacuuming, and the stream that Realtime follows. */
export async function untilQuiet(sql: Sql): Promise<void> {
  const [row] = await sql`select pg_current_wal_lsn()::text as lsn`;
  for (let isBusy = true; isBusy; ) {
    const [now] = await sql`
      select exists (select from pg_stat_activity where backend_type = 'autovacuum worker')
          or exists (select from pg_replication_slots where confirmed_flush_lsn < ${row?.lsn}::pg_lsn) as is_busy`;
    isBusy = now?.is_busy;
    if (isBusy) await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

export async function signedIn(databaseUrl: string, userId: string): Promise<Session> {
  const pool = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const db = await pool.reserve();
  await db`select set_config('request.jwt.claims', ${JSON.stringify({ sub: userId, role: 'authenticated' })}, false)`;
  await db`set role authenticated`;
  return {
    db,
    async time(query, calls = 200) {
      for (let n = 0; n < 10; n += 1) await query(db, n);
      const times: number[] = [];
      for (let n = 0; n < calls; n += 1) {
        const start = performance.now();
        await query(db, n);
        times.push(performance.now() - start);
      }
      return percentiles(times);
    },
    async end() {
      db.release();
      await pool.end();
    },
  };
}

export function percentiles(times: number[]): Timing {
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

export function timeRow(name: string, { p50, p99 }: Timing, limitMs?: number): Row {
  return {
    name: `${name}, p50 / p99`,
    figure: `${p50.toFixed(1)} / ${p99.toFixed(1)} ms`,
    ...(limitMs === undefined ? {} : { target: `p99 < ${limitMs} ms`, met: p99 < limitMs }),
  };
}
