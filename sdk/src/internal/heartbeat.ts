/** Finds messages that Realtime lost at the very end, where no later one shows the gap. */
import type { ChannelFeed } from './channel-feed.ts';
import type { Rest } from './rest.ts';

const INTERVAL_MS = 25_000;

/** Asks every 25 s for the last seq of the channels on screen; nothing while there are none. */
export function createHeartbeat(
  { client, run }: Rest,
  feeds: ReadonlyMap<string, ChannelFeed>,
): { stop(): void } {
  async function beat(): Promise<void> {
    const ids = [...feeds.keys()].slice(0, 100);
    if (ids.length === 0) return;
    const rows = await run(
      'read counters',
      client.from('channel_counters').select('channel_id, last_seq').in('channel_id', ids),
    );
    for (const row of rows) feeds.get(row.channel_id)?.noteSeq(row.last_seq);
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
