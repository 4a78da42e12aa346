/** Several who listen to one topic, each told of its state as if the topic were its own. */
import type { Subscription } from './emitter.ts';
import type { TopicHandlers } from './realtime.ts';

export type TopicListener = Pick<TopicHandlers, 'onEvent'> &
  Partial<Pick<TopicHandlers, 'onLive' | 'onInterrupted'>> & {
    /** Nothing more will come: whoever asked for it has signed out. */
    onEnd?(): void;
  };

/** A topic that is joined as long as somebody listens. */
export interface TopicSource {
  subscribe(listener: TopicListener): Subscription;
}

export interface TopicListeners<Listener extends TopicListener> {
  readonly size: number;
  /** Hears the topic from its next `onLive` on, which comes at once when it is live already. */
  add(listener: Listener): Subscription;
  live(): void;
  interrupted(): void;
  hear(event: string, payload: Record<string, unknown>): void;
  /** Tells all of them something, but those who leave meanwhile. */
  each(tell: (listener: Listener) => void): void;
  /** They hear nothing more, and are told so. */
  end(): void;
}

/** @param onEmpty called when the last listener has gone */
export function createTopicListeners<Listener extends TopicListener = TopicListener>(
  onEmpty: () => void,
): TopicListeners<Listener> {
  const listeners = new Set<Listener>();
  let isLive = false;

  function each(tell: (listener: Listener) => void): void {
    for (const listener of [...listeners]) if (listeners.has(listener)) tell(listener);
  }

  return {
    get size() {
      return listeners.size;
    },
    add(listener) {
      // Wrapped, so that the same listener added twice is two.
      const entry = { ...listener };
      listeners.add(entry);
      if (isLive) {
        queueMicrotask(() => {
          if (isLive && listeners.has(entry)) entry.onLive?.();
        });
      }
      return {
        unsubscribe() {
          if (listeners.delete(entry) && listeners.size === 0) onEmpty();
        },
      };
    },
    live() {
      isLive = true;
      each((listener) => listener.onLive?.());
    },
    interrupted() {
      isLive = false;
      each((listener) => listener.onInterrupted?.());
    },
    hear: (event, payload) => each((listener) => listener.onEvent(event, payload)),
    each,
    end() {
      each((listener) => listener.onEnd?.());
      listeners.clear();
    },
  };
}
