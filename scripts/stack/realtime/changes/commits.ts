/** Waits for a commit that the log already tells of to become visible to queries, which is a moment later. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../database.ts';

const ASK_AGAIN_MS = 2;
const WAIT_AT_MOST_MS = 10_000;

export async function untilVisible(database: Database, transactionId: number): Promise<void> {
  const deadline = Date.now() + WAIT_AT_MOST_MS;
  while (Date.now() < deadline) {
    // The log has 32 bits of the transaction's number; the other 32 are those of the nearest one in use.
    const [row] = await database<{ visible: boolean }[]>`
      select pg_visible_in_snapshot(
        (case when near > top + 2147483648 then near - 4294967296 else near end)::text::xid8, snapshot
      ) as visible
      from pg_current_snapshot() as snapshot,
        lateral (select pg_snapshot_xmax(snapshot)::text::int8 as top) as t,
        lateral (select (top >> 32 << 32) + ${transactionId}::int8 as near) as n`;
    if (row?.visible) return;
    await sleep(ASK_AGAIN_MS);
  }
}
