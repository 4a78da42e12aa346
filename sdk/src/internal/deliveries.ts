/** Says by itself that messages have reached this device, where somebody is shown it: once for many, and not in a hurry. */
import type { Rest } from './rest.ts';

export interface Deliveries {
  /** A message has come, in a channel of so many members. */
  note(channelId: string, seq: number, memberCount: number): void;
  /** Says no more: whose device it was has signed out. */
  end(): void;
}

/** Nobody is shown receipts in larger channels. */
const MAX_MEMBERS = 100;
const WAIT_MS = 3_000;
/** After a time away there may be many. */
const AT_ONCE = 5;

export function createDeliveries({ client, run }: Rest): Deliveries {
  const due = new Map<string, number>();
  /** How far it was said, or is about to be. */
  const noted = new Map<string, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function sayLater(): void {
    timer ??= setTimeout(say, WAIT_MS * (0.5 + Math.random()));
  }

  function say(): void {
    timer = undefined;
    for (const [channel_id, seq] of [...due].slice(0, AT_ONCE)) {
      due.delete(channel_id);
      // What gets lost is said with the next one.
      void run('mark as delivered', client.rpc('mark_delivered', { channel_id, seq })).catch(() =>
        noted.delete(channel_id),
      );
    }
    if (due.size > 0) sayLater();
  }

  return {
    note(channelId, seq, memberCount) {
      if (memberCount > MAX_MEMBERS || seq <= (noted.get(channelId) ?? 0)) return;
      noted.set(channelId, seq);
      due.set(channelId, seq);
      sayLater();
    },
    end() {
      clearTimeout(timer);
      timer = undefined;
      due.clear();
      noted.clear();
    },
  };
}
