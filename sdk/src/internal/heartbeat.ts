/**
 * Says every 25 s that this client is open, which is presence, and is told where the channels on screen are, which
 * finds what Realtime lost where nothing later shows the gap: last messages, moves to another epoch, removals.
 */
import { createActivity } from './activity.ts';
import type { ChannelFeed } from './channel-feed.ts';
import type { EveryoneFeed } from './everyone-feed.ts';
import type { ExitCall } from './exit-call.ts';
import type { Rest } from './rest.ts';
import { uuidV7 } from './uuid.ts';

const INTERVAL_MS = 25_000;
const GOODBYE_MS = 2_000;

export interface Heartbeat {
  /** Begins: somebody has signed in. */
  start(): void;
  /** Beats no more: the session is over. */
  stop(): void;
  /** Says that this client leaves, or all of the session; resolves when that is known, or after 2 s. */
  goodbye(who: 'client' | 'session'): Promise<void>;
  /** Ends for good. */
  end(): Promise<void>;
  /** Says whether somebody uses this client, where no browser tells. */
  setActive(isActive: boolean): void;
}

export function createHeartbeat(deps: {
  rest: Rest;
  feeds: ReadonlyMap<string, ChannelFeed>;
  /** Told where the topic is that everyone hears. */
  everyone: Pick<EveryoneFeed, 'note'>;
  callAtExit: ExitCall;
}): Heartbeat {
  const { rest, feeds } = deps;
  const { client, run } = rest;
  const connection_id = uuidV7();
  const activity = createActivity(now);
  let timer: ReturnType<typeof setInterval> | undefined;
  let lastBeat: Promise<void> | undefined;

  async function beat(): Promise<void> {
    const ids = [...feeds.keys()].slice(0, 100);
    const is_active = activity.isActive;
    const rows = await run('beat', client.rpc('heartbeat', { channel_ids: ids, is_active, connection_id }));
    if (is_active) activity.told();
    const found = new Map<string | null, (typeof rows)[number]>(rows.map((row) => [row.id, row]));
    deps.everyone.note(found.get(null)?.epoch ?? 0);
    for (const id of ids) {
      const row = found.get(id);
      const level = row && { lastSeq: row.last_seq, lastChange: row.last_change, epoch: row.epoch };
      feeds.get(id)?.note(level ?? null);
    }
  }

  function now(): void {
    if (timer) lastBeat = beat().catch(() => {});
  }

  function leave(): void {
    if (timer) deps.callAtExit('go_offline', { connection_id });
  }

  function listen(change: 'addEventListener' | 'removeEventListener'): void {
    // A tab that slept, lost the network or was left looks at once instead of at the next beat.
    for (const event of ['online', 'pageshow']) globalThis[change]?.(event, now);
    globalThis.document?.[change]('visibilitychange', now);
    globalThis[change]?.('pagehide', leave);
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    listen('removeEventListener');
  }

  async function goodbye(who: 'client' | 'session'): Promise<void> {
    if (!timer) return;
    const signal = AbortSignal.timeout(GOODBYE_MS);
    // A beat that arrived after the goodbye would undo it.
    const late = new Promise((resolve) => signal.addEventListener('abort', resolve));
    await Promise.race([lastBeat, late]);
    const query = client.rpc('go_offline', who === 'session' ? {} : { connection_id });
    await Promise.race([run('go offline', query, signal).catch(() => {}), late]);
  }

  return {
    start() {
      stop();
      timer = setInterval(now, INTERVAL_MS);
      (timer as { unref?: () => void }).unref?.();
      listen('addEventListener');
      now();
    },
    stop,
    goodbye,
    async end() {
      const said = goodbye('client');
      stop();
      activity.stop();
      await said;
    },
    setActive: activity.set,
  };
}
