/** What a query costs, without a clock: the pages of 8 KB that Postgres looks at, whatever else the machine does. */
import type { PendingQuery, Row } from 'postgres';
import type { Db } from './database.ts';

type Query = (explain: PendingQuery<Row[]>) => PendingQuery<Row[]>;

/** The query begins with `explain`. Its second run counts: the first one also reads the catalogue. */
export async function pagesTouched(db: Db, query: Query): Promise<number> {
  await pagesTouchedAtOnce(db, query);
  return pagesTouchedAtOnce(db, query);
}

/** Of the first run, for what can be done only once. */
export async function pagesTouchedAtOnce(db: Db, query: Query): Promise<number> {
  const [row] = await query(db`explain (analyze, buffers, format json)`);
  const [{ Plan: plan }] = row?.['QUERY PLAN'] ?? [{}];
  return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
}
