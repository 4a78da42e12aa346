/** Finds what Realtime lost where nothing later shows the gap: last messages, moves to another epoch, removals. */
import type { ChannelFeed } from './channel-feed.ts';
import type { Rest } from './rest.ts';

const INTERVAL_MS = 25_000;

/** Asks every 25 s where the channels on screen are; nothing while there are none. */
export function createHeartbeat(
  { client, run }: Rest,
  feeds: ReadonlyMap<string, ChannelFeed>,
): { stop(): void } {
  async function beat(): Promise<void> {
    const ids = [...feeds.keys()].slice(0, 100);
    if (ids.length === 0) return;
    const rows = await run(
      'read channels',
      client.from('my_channels').select('id, last_seq, epoch').in('id', ids),
    );
    const found = new Map(rows.map((row) => [row.id, row]));
    for (const id of ids) {
      const row = found.get(id);
      feeds.get(id)?.note(row ? { lastSeq: row.last_seq as number, epoch: row.epoch as number } : null);
    }
  }

  const now = () => void beat().catch(() => {});
  const timer = setInterval(now, INTERVAL_MS);
  // A tab that slept or lost the network looks at once instead of at the next beat.
  globalThis.addEventListener?.('online', now);
  globalThis.document?.addEventListener('visibilitychange', now);
  (timer as { unref?: () => void }).unref?.();
  return {
    stop() {
      clearInterval(timer);
      globalThis.removeEventListener?.('online', now);
      globalThis.document?.removeEventListener('visibilitychange', now);
    },
  };
}
