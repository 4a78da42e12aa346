/** The caller's channels kept up to date: order, unread counts, joins and departures. */
import type { ChannelInfo, ChannelsState } from '../channels.ts';
import type { Deliveries } from './deliveries.ts';
import { createEmitter, type Subscription, tell } from './emitter.ts';
import type { Feeds } from './feeds.ts';
import type { Lazy } from './lazy.ts';
import type { Outbox } from './outbox.ts';
import type { Realtime } from './realtime.ts';
import type { recount } from './recount.ts';
import type { Rest } from './rest.ts';
import { retrying } from './retry.ts';
import { type MyChannelRow, toBump, toChannelInfo } from './rows.ts';
import type { createSidelines, Sidelines } from './sidelines.ts';
import type { UserFeed } from './user-feed.ts';
import { onWake } from './wake.ts';

export interface ChannelList {
  /** Reads a channel again, or takes it out; for what the caller did and need not wait to hear of. */
  refresh(channelId: string): void;
  /** Ends it for all listeners, and shows them nothing more: whose channels these are has signed out. */
  end(): void;
  subscribe(listener: (state: ChannelsState) => void): Subscription;
}

/** A message that somebody has written, as far as the list is concerned. */
export interface Bump {
  channelId: string;
  lastSeq: number;
  at: Date;
  isShown: boolean;
  isUnread: boolean;
  isMention: boolean;
  /** How many are in the channel, where that is told. */
  memberCount?: number;
}

/** What follows the first screen. */
interface ListCode {
  createSidelines: typeof createSidelines;
  recount: typeof recount;
  deliveries: Deliveries;
}

const PAGE = 500;
const BATCH = 100;
/** Counts that no event corrects, such as those of a deleted message, are off for no longer. */
const RECOUNT_MS = 60_000;
/** What may be missed between two events is asked for once for all that happens in this time. */
const DOUBT_MS = 2_000;

export function createChannelList(deps: {
  rest: Rest;
  realtime: Realtime;
  userFeed: UserFeed;
  outbox: Outbox;
  feeds: Pick<Feeds, 'all' | 'onMemberCount'>;
  soon: Pick<Lazy<ListCode>, 'now' | 'whenThere'>;
  userId(): string | null;
  /** Called once the last listener has gone. */
  onIdle(): void;
}): ChannelList {
  const { outbox, userId } = deps;
  const { client, run } = deps.rest;
  const channels = new Map<string, ChannelInfo>();
  const listeners = createEmitter<ChannelsState>(close);
  /** What the last load has found. */
  let loaded: readonly MyChannelRow[] = [];
  /** Missing until there is code for them. */
  let sidelines: Sidelines | undefined;
  let connection: ChannelsState['connection'] = 'loading';
  let isOpen = false;
  let isHeard = false;
  const unhook: Subscription[] = [];
  /** Ids to read again; events come faster than answers, and one answer serves all that came before it was asked for. */
  const stale = new Set<string>();
  let refreshing = false;
  const doubted = new Set<string>();
  let doubtTimer: ReturnType<typeof setTimeout> | undefined;
  /** One load at a time, or an older answer could replace a newer one. */
  let loading: Promise<unknown> = Promise.resolve();
  /** Ids that events named during a load, whose answer may be older than the event. */
  const touched = new Set<string>();
  let loads = 0;

  const state = (): ChannelsState => ({
    channels: [...channels.values()].sort((a, b) => b.lastActivityAt.getTime() - a.lastActivityAt.getTime()),
    connection,
  });
  const emit = () => {
    // What was asked for before the list ended may still be answered.
    if (isOpen) listeners.emit(state());
  };

  /** Runs a load; what events name meanwhile is read once more. False when it was refused. */
  function loadWith(load: () => Promise<void>): Promise<boolean> {
    const isLoaded = loading.then(async () => {
      loads += 1;
      touched.clear();
      const isDone = await retrying(load, () => isOpen).then(
        () => true,
        () => false,
      );
      loads -= 1;
      for (const id of touched) refresh(id);
      touched.clear();
      return isDone;
    });
    loading = isLoaded;
    return isLoaded;
  }

  function arrived({ id, lastSeq, memberCount }: Pick<ChannelInfo, 'id' | 'lastSeq' | 'memberCount'>): void {
    if (isOpen) deps.soon.now?.deliveries.note(id, lastSeq, memberCount);
  }

  /** What has come while nobody listened arrives with the row that counts it. */
  function noteArrived(row: MyChannelRow): void {
    const channel = channels.get(row.id ?? '');
    if (channel && channel.unreadCount > 0 && (row.last_delivered_seq ?? 0) < channel.lastSeq)
      arrived(channel);
  }

  async function loadAll(): Promise<void> {
    const all: MyChannelRow[] = [];
    for (let isFull = true; isFull; ) {
      let query = client.from('my_channels').select().order('id').limit(PAGE);
      const last = all.at(-1)?.id;
      if (last) query = query.gt('id', last);
      const page = await run('list channels', query);
      all.push(...page);
      isFull = page.length === PAGE;
    }
    channels.clear();
    for (const row of all) take(row);
    loaded = all;
    sidelines?.choose(all);
  }

  function take(row: MyChannelRow): void {
    const channel = toChannelInfo(row);
    channels.set(channel.id, channel);
    noteArrived(row);
  }

  async function countUnread(code: ListCode): Promise<void> {
    for (const id of await code.recount(deps.rest, channels, touched)) refresh(id);
    emit();
  }

  function refresh(id: string): void {
    stale.add(id);
    if (refreshing) return;
    refreshing = true;
    // Several are often named in the same moment.
    void Promise.resolve()
      .then(refreshStale)
      .finally(() => {
        refreshing = false;
      });
  }

  async function refreshStale(): Promise<void> {
    while (stale.size > 0 && isOpen) {
      const ids = [...stale].slice(0, BATCH);
      for (const id of ids) stale.delete(id);
      try {
        const rows = await retrying(
          async () => run('read channels', client.from('my_channels').select().in('id', ids)),
          () => isOpen,
        );
        const found = new Map(rows.map((row) => [row.id, row]));
        for (const id of ids) {
          const row = found.get(id);
          if (row) take(row);
          else channels.delete(id);
          sidelines?.follow(id, row);
        }
        emit();
      } catch {
        // Only an ended session gets here, and then the whole list ends with it.
        return;
      }
    }
  }

  /** Reads a channel again soon: not each member of a channel at every message that may have been missed before. */
  function doubt(id: string): void {
    doubted.add(id);
    doubtTimer ??= setTimeout(
      () => {
        doubtTimer = undefined;
        for (const one of doubted) refresh(one);
        doubted.clear();
      },
      DOUBT_MS * (0.5 + Math.random()),
    );
  }

  function onEvent(event: string, payload: Record<string, unknown>): void {
    const bump = toBump(event, payload, userId());
    if (bump) {
      onBump(bump);
      return;
    }
    const id = payload.channel_id as string;
    if (event === 'message:deleted') doubt(id);
    if (event.startsWith('member:'))
      countMembers({ channelId: id, memberCount: payload.member_count as number });
    if (!event.startsWith('channel:')) return;
    touched.add(id);
    const channel = channels.get(id);
    if (event === 'channel:read' && channel && (payload.last_read_seq as number) >= channel.lastSeq) {
      channels.set(id, {
        ...channel,
        lastReadSeq: payload.last_read_seq as number,
        unreadCount: 0,
        mentionCount: 0,
      });
      emit();
    }
    refresh(id);
    // An event may come before what it tells of can be read.
    doubt(id);
  }

  function countMembers({ channelId, memberCount }: { channelId: string; memberCount: number }): void {
    touched.add(channelId);
    const channel = channels.get(channelId);
    if (!channel || channel.memberCount === memberCount) return;
    channels.set(channelId, { ...channel, memberCount });
    emit();
  }

  function onBump({ channelId, lastSeq, at, isShown, isUnread, isMention, memberCount }: Bump): void {
    touched.add(channelId);
    const channel = channels.get(channelId);
    if (channel && lastSeq <= channel.lastSeq) return;
    // The topic of a channel on screen may have lost what the user's own topic tells.
    deps.feeds.all.get(channelId)?.note({ lastSeq });
    // While an answer is under way, which may be older than this event, only another one is sure to be newer.
    if (!channel || refreshing || loads > 0) {
      refresh(channelId);
      return;
    }
    // Replies are told to those who are meant only, so that numbers between may be missing for good or bad reason.
    if (lastSeq > channel.lastSeq + 1) doubt(channelId);
    if (isUnread) arrived({ ...channel, lastSeq });
    channels.set(channelId, {
      ...channel,
      lastSeq,
      lastActivityAt: isShown ? at : channel.lastActivityAt,
      memberCount: memberCount ?? channel.memberCount,
      unreadCount: channel.unreadCount + Number(isUnread),
      mentionCount: channel.mentionCount + Number(isMention),
      settings: isShown ? { ...channel.settings, isHidden: false } : channel.settings,
    });
    emit();
  }

  function open(): void {
    isOpen = true;
    deps.soon.whenThere((code) => {
      if (!isOpen) return;
      sidelines = code.createSidelines({ ...deps, onEvent, onDoubt: doubt });
      sidelines.choose(loaded);
      loaded.forEach(noteArrived);
    });
    function recountNow(): void {
      // One that is under way tries until it is answered.
      if (loads > 0) return;
      const code = connection === 'live' && deps.soon.now;
      void (code ? loadWith(() => countUnread(code)) : load());
    }
    const timer = setInterval(
      () => {
        if (!globalThis.document?.hidden) recountNow();
      },
      RECOUNT_MS * (0.9 + 0.2 * Math.random()),
    );
    (timer as { unref?: () => void }).unref?.();
    unhook.push(
      outbox.onSent(({ channelId, seq, createdAt, inChannel }) =>
        onBump({
          channelId,
          lastSeq: seq ?? 0,
          at: createdAt,
          isShown: inChannel,
          isUnread: false,
          isMention: false,
        }),
      ),
      deps.userFeed.subscribe({
        onLive() {
          isHeard = true;
          void load();
        },
        onInterrupted() {
          isHeard = false;
          setConnection('offline');
        },
        onEvent,
      }),
      deps.feeds.onMemberCount(countMembers),
      onWake(recountNow),
      { unsubscribe: () => clearInterval(timer) },
    );
    void load();
  }

  async function load(): Promise<void> {
    if (!(await loadWith(loadAll))) setConnection('offline');
    else setConnection(isHeard ? 'live' : connection);
  }

  function setConnection(next: ChannelsState['connection']): void {
    connection = next;
    emit();
  }

  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    clearTimeout(doubtTimer);
    doubtTimer = undefined;
    for (const subscription of unhook.splice(0)) subscription.unsubscribe();
    sidelines?.close();
    // An answer that comes later opens none again.
    sidelines = undefined;
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
      if (isOpen) tell(listener, state());
      else open();
      return subscription;
    },
  };
}
