/** The signed-in user's own topic, joined once however many nouns listen to it. */
import type { User } from '../users.ts';
import type { Subscription } from './emitter.ts';
import type { Realtime, Topic } from './realtime.ts';
import { retrying } from './retry.ts';
import { createTopicListeners, type TopicListener } from './topic-listeners.ts';

export type UserFeedHandlers = TopicListener;

export interface UserFeed {
  /** Hears the topic from its next `onLive` on, which comes at once when it is live already. */
  subscribe(handlers: UserFeedHandlers): Subscription;
  /** Leaves the topic for good: the user has signed out. Those who listen hear nothing more. */
  end(): void;
}

export function createUserFeed(deps: { realtime: Realtime; me(): Promise<User> }): UserFeed {
  const listeners = createTopicListeners(close);
  let topic: Topic | undefined;
  /** Which opening is the present one; an answer to an earlier one opens nothing. */
  let opening = 0;

  async function open(): Promise<void> {
    opening += 1;
    const mine = opening;
    const isWanted = () => mine === opening;
    const me = await retrying(deps.me, isWanted);
    if (!isWanted()) return;
    topic = deps.realtime.open(`user:${me.id}`, {
      onLive: listeners.live,
      onInterrupted: listeners.interrupted,
      onRefused: listeners.interrupted,
      onEvent: listeners.hear,
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
    end() {
      listeners.clear();
      close();
    },
  };
}
