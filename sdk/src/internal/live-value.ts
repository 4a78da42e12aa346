/** A value that is loaded first and then kept up to date by the events of a topic. */
import type { Connection } from '../messages.ts';
import { createEmitter, type Subscription, tell } from './emitter.ts';
import { retrying } from './retry.ts';
import type { TopicSource } from './topic-listeners.ts';

export interface LiveValue<T> {
  /** Begins with the first listener and ends with the last. */
  subscribe(listener: (state: T & { connection: Connection }) => void): Subscription;
  /**
   * Shows at once what the caller has done; `null` when only another load can tell. Resolves once it shows, which is at
   * once but for a load under way, whose answer may not know of it. Nothing while nobody listens.
   */
  change(next: (value: T) => T | null): Promise<void>;
  /** Reads it again, more of it than is shown; resolves once that is there. */
  more(): Promise<void>;
  /** Ends it for all listeners, and shows them nothing more: whose value this is has signed out. */
  end(): void;
}

interface Source<T> {
  feed: TopicSource;
  initial: T;
  /** Reads the present value, as much of it as is shown, or more. */
  load(value: T, isMore: boolean): Promise<T>;
  /** The value after an event: the same when it does not matter, `null` when only another load can tell. */
  apply(value: T, event: string, payload: Record<string, unknown>): T | null;
}

/** Realtime may lose an event without a trace, so the whole is read again now and then. */
const REFRESH_MS = 60_000;
/** An event may come before what it tells of can be read, so it is read once more. */
const AGAIN_MS = 2_000;

export function createLiveValue<T extends object>(source: Source<T>): LiveValue<T> {
  let current: LiveValue<T> | undefined;
  return {
    subscribe(listener) {
      current ??= openLiveValue(source, () => (current = undefined));
      return current.subscribe(listener);
    },
    change: async (next) => current?.change(next),
    more: async () => current?.more(),
    end: () => current?.end(),
  };
}

function openLiveValue<T extends object>(source: Source<T>, onClose: () => void): LiveValue<T> {
  let value = source.initial;
  let connection: Connection = 'loading';
  let isLive = false;
  let isLoaded = false;
  let loading: Promise<void> | undefined;
  /** Something happened that the answer under way may not know of. */
  let isStale = false;
  let isMore = false;
  let isClosed = false;
  let again: ReturnType<typeof setTimeout> | undefined;
  const listeners = createEmitter<T & { connection: Connection }>(close);

  const state = () => ({ ...value, connection });
  const emit = () => {
    if (!isClosed) listeners.emit(state());
  };

  function load(): Promise<void> {
    isStale = true;
    loading ??= loadStale();
    return loading;
  }

  async function loadStale(): Promise<void> {
    try {
      while (isStale && !isClosed) {
        const wantsMore = isMore;
        isStale = isMore = false;
        value = await retrying(
          () => source.load(value, wantsMore),
          () => !isClosed,
        );
        isLoaded = true;
        if (isLive) connection = 'live';
        emit();
      }
    } catch {
      // Not to be had by trying again: the session has ended, and everything with it.
      setConnection('offline');
    }
    // Without a pause after the last look at isStale, or who calls within it would wait for nothing.
    loading = undefined;
  }

  async function change(next: (value: T) => T | null): Promise<void> {
    const changed = next(value);
    if (changed === value) return;
    if (changed === null || loading || !isLoaded) {
      again ??= setTimeout(() => {
        again = undefined;
        if (!isClosed) void load();
      }, AGAIN_MS);
      await load();
    } else {
      value = changed;
      emit();
    }
  }

  function setConnection(next: Connection): void {
    connection = next;
    emit();
  }

  function refresh(): void {
    if (isLive && globalThis.document?.visibilityState !== 'hidden') void load();
  }

  function end(): void {
    close();
    listeners.emit({ ...source.initial, connection: 'ended' });
  }

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    feed.unsubscribe();
    clearInterval(timer);
    clearTimeout(again);
    globalThis.document?.removeEventListener('visibilitychange', refresh);
    onClose();
  }

  const feed = source.feed.subscribe({
    onLive() {
      isLive = true;
      void load();
    },
    onInterrupted() {
      isLive = false;
      setConnection('offline');
    },
    onEnd: end,
    onEvent: (event, payload) => change((present) => source.apply(present, event, payload)),
  });
  const timer = setInterval(refresh, REFRESH_MS);
  (timer as { unref?: () => void }).unref?.();
  globalThis.document?.addEventListener('visibilitychange', refresh);
  // After the feed has said whether it is live already, which begins a load too.
  queueMicrotask(() => {
    if (!loading) void load();
  });

  return {
    subscribe(listener) {
      const subscription = listeners.add(listener);
      if (isLoaded) tell(listener, state());
      return subscription;
    },
    change,
    more() {
      isMore = true;
      return load();
    },
    end,
  };
}
