/** Presence: who is here, away or busy, and what they say about it. */

import type { Subscription } from './internal/emitter.ts';
import { type PresenceRow, toPresence } from './internal/people-rows.ts';
import type { Rest } from './internal/rest.ts';
import type { TopicFeed } from './internal/topic-feed.ts';
import { createWatch, type WatchState } from './internal/watch.ts';

export type PresenceStatus = 'online' | 'away' | 'busy' | 'inmeeting' | 'offline';

export interface UserPresence {
  userId: string;
  status: PresenceStatus;
  /** What they say about it; null once it has expired. */
  statusText: string | null;
  statusEmoji: string | null;
  statusExpiresAt: Date | null;
  /** When they were last here, as of the last change; null for who never was. */
  lastSeenAt: Date | null;
  /** What the caller has chosen with `set`, for the caller only; null: the status follows from their activity. */
  chosen: PresenceStatus | null;
  updatedAt: Date;
}

export interface StatusMessage {
  text?: string | null;
  emoji?: string | null;
  /** When it disappears by itself; it stays without. */
  expiresAt?: Date | null;
}

/** Those asked for, by user id. */
export type PresenceState = WatchState<UserPresence>;

export interface Presence {
  /** Chooses a status until the next choice: `online` follows the activity again, `offline` hides the caller. @throws `invalid_presence`, `rate_limited` */
  set(status: PresenceStatus): Promise<UserPresence>;
  /** @throws `invalid_status`, `invalid_emoji`, `rate_limited` */
  setStatus(status: StatusMessage): Promise<UserPresence>;
  clearStatus(): Promise<UserPresence>;
  /** How these people are now, in this order. */
  get(userIds: readonly string[]): Promise<UserPresence[]>;
  /** Calls back with how these people are and then at every change. @throws `invalid_input` for what is no id */
  subscribe(userIds: readonly string[], listener: (state: PresenceState) => void): Subscription;
  /** Says whether somebody uses this client; browsers notice by themselves. */
  setActive(isActive: boolean): void;
}

const BATCH = 500;
/** Timers cannot wait for longer than 24 days; shorter ones also notice when a clock is set. */
const LONGEST_WAIT_MS = 3_600_000;

export function createPresence(deps: {
  rest: Rest;
  /** The topic that everyone hears. */
  everyone: TopicFeed;
  myId(): string | null;
}): Omit<Presence, 'setActive'> & { end(): void } {
  const { client, run } = deps.rest;
  const expiries = new Map<string, ReturnType<typeof setTimeout>>();

  async function fetchPresence(userIds: readonly string[]): Promise<Map<string, UserPresence>> {
    const people = new Map(userIds.map((id) => [id, neverSeen(id)]));
    for (let start = 0; start < userIds.length; start += BATCH) {
      const user_ids = userIds.slice(start, start + BATCH);
      const rows = await run('read presence', client.rpc('get_presence', { user_ids }));
      for (const row of rows) people.set(row.user_id, toPresence(row));
    }
    return people;
  }

  const watch = createWatch<UserPresence>({
    feed: deps.everyone,
    async fetch(userIds) {
      const people = await fetchPresence(userIds);
      for (const presence of people.values()) expireInTime(presence);
      return people;
    },
    onEvent(event, payload) {
      if (event !== 'presence:changed') return;
      const presence = toPresence(payload as unknown as PresenceRow);
      // What the caller has chosen is said to nobody, not even on the caller's other devices.
      if (presence.userId === deps.myId()) watch.refresh(presence.userId);
      else take(presence);
    },
  });

  function take(presence: UserPresence): void {
    if (watch.put(presence.userId, presence)) expireInTime(presence);
  }

  /** Nobody tells of an expiry: everybody knows the time. */
  function expireInTime(presence: UserPresence): void {
    const { userId, statusExpiresAt } = presence;
    clearTimeout(expiries.get(userId));
    expiries.delete(userId);
    if (!statusExpiresAt) return;
    const wait = statusExpiresAt.getTime() - Date.now();
    const timer = setTimeout(
      () => {
        expiries.delete(userId);
        if (wait > LONGEST_WAIT_MS) expireInTime(presence);
        else take({ ...presence, statusText: null, statusEmoji: null, statusExpiresAt: null });
      },
      Math.min(wait, LONGEST_WAIT_MS),
    );
    (timer as { unref?: () => void }).unref?.();
    expiries.set(userId, timer);
  }

  async function change(operation: string, call: PromiseLike<never>): Promise<UserPresence> {
    const [row] = await run<PresenceRow[]>(operation, call);
    const presence = toPresence(row as PresenceRow);
    take(presence);
    return presence;
  }

  return {
    set: (status) => change('set presence', client.rpc('set_presence', { status }) as never),
    setStatus: ({ text = null, emoji = null, expiresAt = null }) =>
      change(
        'set status',
        client.rpc('set_status', {
          status_text: text,
          status_emoji: emoji,
          status_expires_at: expiresAt?.toISOString() ?? null,
        } as never) as never,
      ),
    clearStatus: () => change('clear status', client.rpc('clear_status') as never),
    async get(userIds) {
      const people = await fetchPresence([...new Set(userIds)]);
      return userIds.map((id) => people.get(id) ?? neverSeen(id));
    },
    subscribe: watch.subscribe,
    end() {
      watch.end();
      for (const timer of expiries.values()) clearTimeout(timer);
      expiries.clear();
    },
  };
}

const neverSeen = (userId: string): UserPresence => ({
  userId,
  status: 'offline',
  statusText: null,
  statusEmoji: null,
  statusExpiresAt: null,
  lastSeenAt: null,
  chosen: null,
  updatedAt: new Date(0),
});
