/** Several nouns that listen to one topic, each told of its state as if the topic were its own. */
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

export interface TopicListeners {
  readonly size: number;
  /** Hears the topic from its next `onLive` on, which comes at once when it is live already. */
  add(listener: TopicListener): Subscription;
  live(): void;
  interrupted(): void;
  hear(event: string, payload: Record<string, unknown>): void;
  /** They hear nothing more, and are told so. */
  end(): void;
}

/** @param onEmpty called when the last listener has gone */
export function createTopicListeners(onEmpty: () => void): TopicListeners {
  const listeners = new Set<TopicListener>();
  let isLive = false;
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
      for (const listener of [...listeners]) listener.onLive?.();
    },
    interrupted() {
      isLive = false;
      for (const listener of [...listeners]) listener.onInterrupted?.();
    },
    hear(event, payload) {
      for (const listener of [...listeners]) listener.onEvent(event, payload);
    },
    end() {
      for (const listener of [...listeners]) listener.onEnd?.();
      listeners.clear();
    },
  };
}
