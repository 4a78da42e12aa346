/** The feeds of the channels on screen: one each, however many look at it. */
import type { User } from '../users.ts';
import { type ChannelFeed, createChannelFeed, type FeedCode } from './channel-feed.ts';
import { createEmitter, type Subscription } from './emitter.ts';
import type { MessageCalls } from './message-calls.ts';
import type { Outbox } from './outbox.ts';
import type { Overlays } from './overlays.ts';
import type { Realtime } from './realtime.ts';

export interface Feeds {
  /** Those that are open, by channel. */
  readonly all: ReadonlyMap<string, ChannelFeed>;
  /** The feed of a channel; it opens with its first view and closes with its last. */
  of(channelId: string): ChannelFeed;
  /** Called when somebody has joined or left one that is open. */
  onMemberCount(listener: (channel: { channelId: string; memberCount: number }) => void): Subscription;
  /** Ends all: whose they are has signed out. */
  end(): void;
}

export function createFeeds(deps: {
  realtime: Realtime;
  calls: MessageCalls;
  outbox: Outbox;
  overlays: Overlays;
  userId(): string | null;
  me(): Promise<User>;
  soon: FeedCode;
}): Feeds {
  const { realtime, calls, userId, me, soon } = deps;
  const all = new Map<string, ChannelFeed>();
  const counts = createEmitter<{ channelId: string; memberCount: number }>();

  // What the server answers to an own deed is shown without waiting for its event.
  deps.outbox.onSent((message) => all.get(message.channelId)?.take(message));
  deps.overlays.onAnswer((message) => all.get(message.channelId)?.take(message));

  return {
    all,
    onMemberCount: counts.add,
    of(channelId) {
      const known = all.get(channelId);
      if (known) return known;
      const feed = createChannelFeed({
        channelId,
        realtime,
        userId,
        me,
        soon,
        state: () => calls.state(channelId),
        fetchMessages: (afterSeq, limit) => calls.list(channelId, { afterSeq, limit, withReplies: true }),
        fetchChanges: (afterChange, limit) => calls.listChanges(channelId, afterChange, limit),
        onMemberCount: (memberCount) => counts.emit({ channelId, memberCount }),
        onIdle: () => all.delete(channelId),
      });
      all.set(channelId, feed);
      return feed;
    },
    end() {
      for (const feed of [...all.values()]) feed.end();
    },
  };
}
