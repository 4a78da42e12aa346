/** The signed-in user's own topic, joined once however many nouns listen to it. */
import type { User } from '../users.ts';
import type { Subscription } from './emitter.ts';
import type { Realtime, Topic, TopicHandlers } from './realtime.ts';
import { retrying } from './retry.ts';

export type UserFeedHandlers = Pick<TopicHandlers, 'onEvent'> &
  Partial<Pick<TopicHandlers, 'onLive' | 'onInterrupted'>>;

export interface UserFeed {
  /** Hears the topic from its next `onLive` on, which comes at once when it is live already. */
  subscribe(handlers: UserFeedHandlers): Subscription;
  /** Leaves the topic for good: the user has signed out. Those who listen hear nothing more. */
  end(): void;
}

export function createUserFeed(deps: { realtime: Realtime; me(): Promise<User> }): UserFeed {
  const listeners = new Set<UserFeedHandlers>();
  let topic: Topic | undefined;
  let isLive = false;
  /** Which opening is the present one; an answer to an earlier one opens nothing. */
  let opening = 0;

  async function open(): Promise<void> {
    opening += 1;
    const mine = opening;
    const isWanted = () => mine === opening;
    const me = await retrying(deps.me, isWanted);
    if (!isWanted()) return;
    const interrupted = () => {
      isLive = false;
      for (const listener of [...listeners]) listener.onInterrupted?.();
    };
    topic = deps.realtime.open(`user:${me.id}`, {
      onLive() {
        isLive = true;
        for (const listener of [...listeners]) listener.onLive?.();
      },
      onInterrupted: interrupted,
      onRefused: interrupted,
      onEvent(event, payload) {
        for (const listener of [...listeners]) listener.onEvent(event, payload);
      },
    });
  }

  function close(): void {
    opening += 1;
    isLive = false;
    topic?.close();
    topic = undefined;
  }

  return {
    subscribe(handlers) {
      // Wrapped, so that the same handlers given twice are two listeners.
      const entry = { ...handlers };
      listeners.add(entry);
      if (listeners.size === 1) {
        void open().catch(() => entry.onInterrupted?.());
      } else if (isLive) {
        queueMicrotask(() => {
          if (isLive && listeners.has(entry)) entry.onLive?.();
        });
      }
      return {
        unsubscribe() {
          if (listeners.delete(entry) && listeners.size === 0) close();
        },
      };
    },
    end() {
      listeners.clear();
      close();
    },
  };
}
