/** Removes what a server that was killed has left behind. */
import type { Database } from './database.ts';
import type { Files } from './files.ts';
import type { ResumableStore } from './resumable-store.ts';

const ROWS_AT_ONCE = 1000;

/**
 * Removes files that no row names: their upload died before its last step, or their removal did. `versions` must
 * have been listed before the server served its first request, because an upload's file is there before its row.
 */
export async function removeOrphans(database: Database, files: Files, versions: string[]): Promise<number> {
  const orphans = new Set(versions);
  if (orphans.size === 0) return 0;
  const rows = database.sql<{ version: string }[]>`
    select version from storage.objects where version is not null`.cursor(ROWS_AT_ONCE);
  for await (const batch of rows) for (const { version } of batch) orphans.delete(version);
  for (const version of orphans) await files.remove(version);
  return orphans.size;
}

/** Forgets resumable uploads that nobody has continued, now and from time to time. Returns how to stop that. */
export function expireResumable(
  store: ResumableStore,
  expiryMs: number,
  failed: (error: unknown) => void,
): () => void {
  const expire = () => store.removeOlderThan(expiryMs).catch(failed);
  const timer = setInterval(expire, Math.min(expiryMs, 60 * 60 * 1000));
  timer.unref();
  void expire();
  return () => clearInterval(timer);
}
