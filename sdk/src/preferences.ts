/** The caller's preferences: how they want to be notified and what they share. */
import type { Subscription } from './internal/emitter.ts';
import { createLiveValue } from './internal/live-value.ts';
import { type PreferencesRow, toPreferences } from './internal/people-rows.ts';
import type { Rest } from './internal/rest.ts';
import type { UserFeed } from './internal/user-feed.ts';
import type { Connection } from './messages.ts';

export interface Preferences {
  /** Whether there are notifications at all. */
  notifications: boolean;
  /**
   * What is notified where a channel has no level of its own. `all`: every message; `mentions`: mentions, direct
   * messages, followed threads, reactions, invitations.
   */
  level: 'all' | 'mentions' | 'nothing';
  sound: boolean;
  /** Whether a push shows the text of the message. */
  preview: boolean;
  /** IANA name, like `Europe/Berlin`. */
  timezone: string;
  /** When notifications are silent, by the clock of the time zone. */
  dnd: {
    isEnabled: boolean;
    /** `HH:mm` */
    start: string;
    /** `HH:mm`; before `start`: on the next day; the same: silent all day. */
    end: string;
  };
  /** Whether others see how far the caller has read. */
  shareReceipts: boolean;
}

/** What is missing stays as it is. */
export type PreferenceChanges = Partial<Omit<Preferences, 'dnd'>> & { dnd?: Partial<Preferences['dnd']> };

export interface PreferencesState {
  /** Null until they have been read. */
  preferences: Preferences | null;
  /** `loading` before the first answer, `live`, `offline` while changes cannot arrive, `ended` when the caller signed out. */
  connection: Connection;
}

export interface PreferencesStore {
  get(): Promise<Preferences>;
  /** Changes what is given and returns all. @throws `invalid_timezone`, `invalid_notify_level`, `invalid_time`, `invalid_input` */
  set(changes: PreferenceChanges): Promise<Preferences>;
  /** Calls back with the preferences and then at every change, on whatever device. */
  subscribe(listener: (state: PreferencesState) => void): Subscription;
}

export function createPreferences(deps: {
  rest: Rest;
  userFeed: UserFeed;
}): PreferencesStore & { end(): void } {
  const { client, run } = deps.rest;

  async function get(): Promise<Preferences> {
    return toPreferences(await run('read preferences', client.rpc('get_preferences').single()));
  }

  const live = createLiveValue<{ preferences: Preferences | null }>({
    feed: deps.userFeed,
    initial: { preferences: null },
    load: async () => ({ preferences: await get() }),
    apply: (value, event, payload) =>
      event === 'preferences:updated'
        ? { preferences: toPreferences(payload as unknown as PreferencesRow) }
        : value,
  });

  return {
    get,
    async set({ dnd = {}, shareReceipts, ...others }) {
      const changes = {
        ...others,
        dnd_enabled: dnd.isEnabled,
        dnd_start: dnd.start,
        dnd_end: dnd.end,
        share_receipts: shareReceipts,
      };
      // What is undefined is not sent, and what is not sent stays as it is.
      const row = await run('set preferences', client.rpc('set_preferences', changes as object).single());
      return toPreferences(row);
    },
    subscribe: live.subscribe,
    end: live.end,
  };
}
