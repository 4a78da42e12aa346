/** The caller's channels kept up to date: order, unread counts, joins and departures. */
import type { ChannelInfo, ChannelsState } from '../channels.ts';
import { createEmitter, type Subscription } from './emitter.ts';
import type { Outbox } from './outbox.ts';
import type { Rest } from './rest.ts';
import { retrying } from './retry.ts';
import { toChannelInfo } from './rows.ts';
import type { UserFeed } from './user-feed.ts';

export interface ChannelList {
  /** Reads a channel again, or takes it out; for what the caller did and need not wait to hear of. */
  refresh(channelId: string): void;
  /** Ends it for all listeners, and shows them nothing more: whose channels these are has signed out. */
  end(): void;
  subscribe(listener: (state: ChannelsState) => void): Subscription;
}

const PAGE = 500;

export function createChannelList(deps: {
  rest: Rest;
  userFeed: UserFeed;
  outbox: Outbox;
  /** Called once the last listener has gone. */
  onIdle(): void;
}): ChannelList {
  const { outbox } = deps;
  const { client, run } = deps.rest;
  const channels = new Map<string, ChannelInfo>();
  const listeners = createEmitter<ChannelsState>(close);
  let connection: ChannelsState['connection'] = 'loading';
  let isOpen = false;
  const unhook: Subscription[] = [];
  /** Ids to read again; events come faster than answers, and one answer serves all that came before it was asked for. */
  const stale = new Set<string>();
  let refreshing = false;
  /** One load at a time, or an older answer could replace a newer one. */
  let loading: Promise<void> = Promise.resolve();
  /** Ids that events named during a load, whose answer may be older than the event. */
  let touched: Set<string> | undefined;

  const state = (): ChannelsState => ({
    channels: [...channels.values()].sort((a, b) => b.lastActivityAt.getTime() - a.lastActivityAt.getTime()),
    connection,
  });
  const emit = () => {
    // What was asked for before the list ended may still be answered.
    if (isOpen) listeners.emit(state());
  };

  async function loadAll(): Promise<void> {
    const all: ChannelInfo[] = [];
    for (let last = ''; ; last = all.at(-1)?.id ?? '') {
      let query = client.from('my_channels').select().order('id').limit(PAGE);
      if (last) query = query.gt('id', last);
      const page = await run('list channels', query);
      all.push(...page.map(toChannelInfo));
      if (page.length < PAGE) break;
    }
    channels.clear();
    for (const channel of all) channels.set(channel.id, channel);
  }

  function refresh(id: string): void {
    stale.add(id);
    if (refreshing) return;
    refreshing = true;
    void refreshStale().finally(() => {
      refreshing = false;
    });
  }

  async function refreshStale(): Promise<void> {
    while (stale.size > 0 && isOpen) {
      const ids = [...stale].slice(0, 100);
      for (const id of ids) stale.delete(id);
      try {
        const rows = await retrying(
          async () => run('read channels', client.from('my_channels').select().in('id', ids)),
          () => isOpen,
        );
        const found = new Map(rows.map((row) => [row.id as string, toChannelInfo(row)]));
        for (const id of ids) {
          const channel = found.get(id);
          if (channel) channels.set(id, channel);
          else channels.delete(id);
        }
        emit();
      } catch {
        // Only an ended session gets here, and then the whole list ends with it.
        return;
      }
    }
  }

  function onEvent(event: string, payload: Record<string, unknown>): void {
    const id = payload.channel_id as string;
    const channel = channels.get(id);
    const seq = payload.last_seq as number;
    touched?.add(id);
    if (event === 'channel:bumped' && channel && seq <= channel.lastSeq) return;
    // While an answer is under way, which may be older than this event, only another one is sure to be newer.
    if (event === 'channel:bumped' && channel && seq === channel.lastSeq + 1 && !refreshing) {
      channels.set(id, {
        ...channel,
        lastSeq: seq,
        unreadCount: channel.unreadCount + 1,
        lastActivityAt: new Date(),
      });
      emit();
      return;
    }
    if (event.startsWith('channel:')) refresh(id);
  }

  function open(): void {
    isOpen = true;
    unhook.push(
      outbox.onSent((message) => refresh(message.channelId)),
      deps.userFeed.subscribe({
        onLive: () => void load('live'),
        onInterrupted: () => setConnection('offline'),
        onEvent,
      }),
    );
    void load('loading');
  }

  function load(next: ChannelsState['connection']): Promise<void> {
    loading = loading.then(async () => {
      touched = new Set();
      await retrying(loadAll, () => isOpen).catch(() => {});
      for (const id of touched) refresh(id);
      touched = undefined;
      if (connection !== 'live' || next === 'live') connection = next;
      emit();
    });
    return loading;
  }

  function setConnection(next: ChannelsState['connection']): void {
    connection = next;
    emit();
  }

  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    for (const subscription of unhook.splice(0)) subscription.unsubscribe();
    deps.onIdle();
  }

  return {
    refresh,
    end() {
      close();
      channels.clear();
      connection = 'ended';
      listeners.emit(state());
    },
    subscribe(listener) {
      const subscription = listeners.add(listener);
      if (isOpen) listener(state());
      else open();
      return subscription;
    },
  };
}
