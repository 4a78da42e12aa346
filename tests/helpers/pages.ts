/** What a query costs, without a clock: the pages of 8 KB that Postgres looks at, whatever else the machine does. */
import type { PendingQuery, Row } from 'postgres';
import type { Db } from './database.ts';

type Rows = PendingQuery<Row[]>;

/** The query begins with `explain`. Its second run counts: the first one also reads the catalogue. */
export async function pagesTouched(db: Db, query: (explain: Rows) => Rows): Promise<number> {
  const plan = async () =>
    (await query(db`explain (analyze, buffers, format json)`))[0]?.['QUERY PLAN'][0].Plan;
  await plan();
  const { 'Shared Hit Blocks': hit, 'Shared Read Blocks': read } = await plan();
  return hit + read;
}
