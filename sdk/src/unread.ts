/** How much is unread in all, for a badge. */
import type { ChannelInfo, ChannelsState } from './channels.ts';
import { createEmitter, type Subscription, tell } from './internal/emitter.ts';
import { createLiveValue } from './internal/live-value.ts';
import type { Rest } from './internal/rest.ts';
import type { UserFeed } from './internal/user-feed.ts';
import type { Connection } from './messages.ts';

export interface UnreadState {
  /** Unread messages in channels that are not muted. */
  messages: number;
  /** How many of those channels have some. */
  channels: number;
  /** Unread messages that mean the caller, muted or not. */
  mentions: number;
  /** Followed threads with unread replies, at most 1,000. */
  threads: number;
  connection: Connection;
}

export interface Unread {
  /** Calls back with the totals and then at every change. */
  subscribe(listener: (state: UnreadState) => void): Subscription;
}

const THREAD_LIMIT = 1_000;

export function createUnread(deps: {
  rest: Rest;
  userFeed: UserFeed;
  channels: { subscribe(listener: (state: ChannelsState) => void): Subscription };
}): Unread & { end(): void } {
  const { client, run } = deps.rest;
  const listeners = createEmitter<UnreadState>(close);
  const subscriptions: Subscription[] = [];
  let channels: ChannelsState | undefined;
  let threads: number | undefined;

  const liveThreads = createLiveValue<{ threads: number }>({
    feed: deps.userFeed,
    initial: { threads: 0 },
    async load() {
      const rows = client.from('my_threads').select('root_seq').gt('unread_count', 0).limit(THREAD_LIMIT);
      return { threads: (await run('count unread threads', rows)).length };
    },
    apply: (value, event) => (event === 'thread:bumped' || event === 'thread:updated' ? null : value),
  });

  function emit(): void {
    if (channels && threads !== undefined)
      listeners.emit({ ...totals(channels.channels), threads, connection: channels.connection });
  }

  function open(): void {
    subscriptions.push(
      deps.channels.subscribe((state) => {
        channels = state;
        emit();
      }),
      liveThreads.subscribe((state) => {
        threads = state.threads;
        emit();
      }),
    );
  }

  function close(): void {
    for (const subscription of subscriptions.splice(0)) subscription.unsubscribe();
    channels = undefined;
    threads = undefined;
  }

  return {
    subscribe(listener) {
      const subscription = listeners.add(listener);
      if (subscriptions.length === 0) open();
      else if (channels && threads !== undefined) {
        tell(listener, { ...totals(channels.channels), threads, connection: channels.connection });
      }
      return subscription;
    },
    end() {
      liveThreads.end();
      close();
    },
  };
}

function totals(channels: readonly ChannelInfo[]): Pick<UnreadState, 'messages' | 'channels' | 'mentions'> {
  const now = new Date();
  const total = { messages: 0, channels: 0, mentions: 0 };
  for (const { unreadCount, mentionCount, settings } of channels) {
    const { mutedUntil } = settings;
    const isMuted = mutedUntil === 'forever' || (mutedUntil !== null && mutedUntil > now);
    total.mentions += mentionCount;
    if (isMuted || unreadCount === 0) continue;
    total.messages += unreadCount;
    total.channels += 1;
  }
  return total;
}
