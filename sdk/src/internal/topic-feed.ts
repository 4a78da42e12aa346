/** A topic joined once however many nouns listen to it, and left with the last of them. */
import type { Subscription } from './emitter.ts';
import type { Realtime, Topic } from './realtime.ts';
import { retrying } from './retry.ts';
import { createTopicListeners, type TopicListener } from './topic-listeners.ts';

export interface TopicFeed {
  /** Hears the topic from its next `onLive` on, which comes at once when it is live already. */
  subscribe(handlers: TopicListener): Subscription;
  /** Leaves the topic for good: the user has signed out. Those who listen hear nothing more. */
  end(): void;
}

/** @param deps.topic its name, as soon as it can be told */
export function createTopicFeed(deps: {
  realtime: Realtime;
  topic(): Promise<string>;
  onEvent?(event: string): void;
  onRefused?(): void;
}): TopicFeed & { /** Leaves the topic and asks for its name again. */ reopen(): void } {
  const listeners = createTopicListeners(close);
  let topic: Topic | undefined;
  /** Which opening is the present one; an answer to an earlier one opens nothing. */
  let opening = 0;

  async function open(): Promise<void> {
    opening += 1;
    const mine = opening;
    const isWanted = () => mine === opening;
    const name = await retrying(deps.topic, isWanted);
    if (!isWanted()) return;
    topic = deps.realtime.open(name, {
      onLive: listeners.live,
      onInterrupted: listeners.interrupted,
      onRefused() {
        listeners.interrupted();
        deps.onRefused?.();
      },
      onEvent(event, payload) {
        deps.onEvent?.(event);
        listeners.hear(event, payload);
      },
    });
  }

  function close(): void {
    opening += 1;
    topic?.close();
    topic = undefined;
    listeners.interrupted();
  }

  return {
    subscribe(handlers) {
      const subscription = listeners.add(handlers);
      if (listeners.size === 1) void open().catch(() => handlers.onInterrupted?.());
      return subscription;
    },
    reopen() {
      if (listeners.size === 0) return;
      close();
      void open().catch(listeners.interrupted);
    },
    end() {
      listeners.clear();
      close();
    },
  };
}
