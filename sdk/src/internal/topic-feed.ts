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

/** A refusal may pass, such as that of a token which has just expired; each holds up the whole socket for seconds. */
const RETRY_MS = 5_000;
const MAX_RETRY_MS = 60_000;

/** @param deps.topic its name, as soon as it can be told */
export function createTopicFeed(deps: {
  realtime: Realtime;
  topic(): Promise<string>;
  onEvent?(event: string): void;
}): TopicFeed & {
  /** Leaves the topic within a time, and asks for its name again. */ reopenWithin(ms: number): void;
} {
  const listeners = createTopicListeners(close);
  let topic: Topic | undefined;
  /** Which opening is the present one; an answer to an earlier one opens nothing. */
  let opening = 0;
  let refusals = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function open(): Promise<void> {
    opening += 1;
    const mine = opening;
    const isWanted = () => mine === opening;
    const name = await retrying(deps.topic, isWanted);
    if (!isWanted()) return;
    topic = deps.realtime.open(name, {
      onLive() {
        refusals = 0;
        listeners.live();
      },
      onInterrupted: listeners.interrupted,
      onRefused() {
        listeners.interrupted();
        reopenWithin(Math.min(RETRY_MS * 2 ** refusals, MAX_RETRY_MS));
        refusals += 1;
      },
      onEvent(event, payload) {
        deps.onEvent?.(event);
        listeners.hear(event, payload);
      },
    });
  }

  function close(): void {
    clearTimeout(timer);
    opening += 1;
    topic?.close();
    topic = undefined;
    listeners.interrupted();
  }

  function reopenWithin(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (listeners.size === 0) return;
      close();
      void open().catch(listeners.interrupted);
    }, Math.random() * ms);
  }

  return {
    subscribe(handlers) {
      const subscription = listeners.add(handlers);
      if (listeners.size === 1) void open().catch(() => handlers.onInterrupted?.());
      return subscription;
    },
    reopenWithin,
    end() {
      listeners.end();
      close();
    },
  };
}
