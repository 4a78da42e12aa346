/** What is known of people, kept up to date for those that somebody watches: one answer for many, then the events. */
import type { Connection } from '../messages.ts';
import { type Subscription, tell } from './emitter.ts';
import { retrying } from './retry.ts';
import type { TopicFeed } from './topic-feed.ts';

export interface WatchState<T> {
  /** By user id. */
  people: ReadonlyMap<string, T>;
  connection: Connection;
}

export interface Watch<T> {
  subscribe(userIds: readonly string[], listener: (state: WatchState<T>) => void): Subscription;
  /** Takes what is newly known of somebody; false when nobody watches them or something newer is known. */
  put(userId: string, value: T): boolean;
  /** Asks again for somebody who is watched. */
  refresh(userId: string): void;
  /** Ends it for all listeners, and shows them nothing more: who asked for it has signed out. */
  end(): void;
}

interface Watcher<T> {
  ids: ReadonlySet<string>;
  listener(state: WatchState<T>): void;
}

export function createWatch<T extends { updatedAt: Date }>(deps: {
  feed: TopicFeed;
  /** What is known of these people now. */
  fetch(userIds: string[]): Promise<Map<string, T>>;
  onEvent(event: string, payload: Record<string, unknown>): void;
}): Watch<T> {
  const watchers = new Map<string, Set<Watcher<T>>>();
  const everybody = new Set<Watcher<T>>();
  const known = new Map<string, T>();
  /** Who has been asked for, also those of whom nothing is known. */
  const answered = new Set<string>();
  /** Whom to ask for, as soon as the topic is live: what is said meanwhile is then heard. */
  const wanted = new Set<string>();
  let topic: Subscription | undefined;
  let isLive = false;
  let connection: Connection = 'loading';
  let isLoading = false;

  function stateFor({ ids }: Watcher<T>): WatchState<T> {
    const people = new Map<string, T>();
    for (const id of ids) {
      const value = known.get(id);
      if (value) people.set(id, value);
    }
    const isComplete = [...ids].every((id) => answered.has(id));
    return { people, connection: connection === 'live' && !isComplete ? 'loading' : connection };
  }

  function emit(to: Iterable<Watcher<T>>): void {
    for (const watcher of [...to]) if (everybody.has(watcher)) tell(watcher.listener, stateFor(watcher));
  }

  function keep(userId: string, value: T): boolean {
    const before = known.get(userId);
    if (!watchers.has(userId) || (before && before.updatedAt > value.updatedAt)) return false;
    known.set(userId, value);
    return true;
  }

  function load(): void {
    if (isLoading || !isLive) return;
    isLoading = true;
    // People are often watched one by one in the same moment, as by a list of avatars.
    queueMicrotask(() => {
      void fetchWanted().finally(() => {
        isLoading = false;
        if (wanted.size > 0) load();
      });
    });
  }

  async function fetchWanted(): Promise<void> {
    const told = new Set<Watcher<T>>();
    while (wanted.size > 0 && isLive) {
      const ids = [...wanted];
      wanted.clear();
      const answer = await retrying(
        () => deps.fetch(ids),
        () => isLive,
      ).catch(() => undefined);
      // After an interruption everybody is asked for again, after the end of the session nobody.
      if (!answer) return;
      for (const [id, value] of answer) keep(id, value);
      for (const id of ids) {
        if (watchers.has(id)) answered.add(id);
        for (const watcher of watchers.get(id) ?? []) told.add(watcher);
      }
    }
    if (!isLive) return;
    const isNews = connection !== 'live';
    connection = 'live';
    emit(isNews ? everybody : told);
  }

  function open(): void {
    connection = 'loading';
    topic = deps.feed.subscribe({
      onLive() {
        isLive = true;
        for (const id of watchers.keys()) wanted.add(id);
        load();
      },
      onInterrupted() {
        isLive = false;
        if (connection === 'ended') return;
        connection = 'offline';
        emit(everybody);
      },
      onEvent: deps.onEvent,
    });
  }

  function close(): void {
    isLive = false;
    topic?.unsubscribe();
    topic = undefined;
    wanted.clear();
  }

  function forget(watcher: Watcher<T>): void {
    if (!everybody.delete(watcher)) return;
    for (const id of watcher.ids) {
      const others = watchers.get(id);
      others?.delete(watcher);
      if (others?.size) continue;
      watchers.delete(id);
      known.delete(id);
      answered.delete(id);
    }
    if (everybody.size === 0) close();
  }

  return {
    subscribe(userIds, listener) {
      const watcher = { ids: new Set(userIds), listener };
      everybody.add(watcher);
      for (const id of watcher.ids) {
        const others = watchers.get(id);
        if (others) others.add(watcher);
        else watchers.set(id, new Set([watcher]));
        if (!answered.has(id)) wanted.add(id);
      }
      if (everybody.size === 1) open();
      else load();
      emit([watcher]);
      return { unsubscribe: () => forget(watcher) };
    },
    put(userId, value) {
      const isNews = keep(userId, value);
      if (isNews) emit(watchers.get(userId) ?? []);
      return isNews;
    },
    refresh(userId) {
      if (!watchers.has(userId)) return;
      wanted.add(userId);
      load();
    },
    end() {
      close();
      connection = 'ended';
      for (const forgotten of [watchers, known, answered]) forgotten.clear();
      emit(everybody);
      everybody.clear();
    },
  };
}
