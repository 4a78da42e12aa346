/** Messages pinned to a channel, for all its members. */
import type { Subscription } from './internal/emitter.ts';
import { createLiveValue } from './internal/live-value.ts';
import type { MessageCalls } from './internal/message-calls.ts';
import type { Overlays } from './internal/overlays.ts';
import type { Rest } from './internal/rest.ts';
import { exactTime, MESSAGE_COLUMNS, type MessageRow, toMessage } from './internal/rows.ts';
import type { TopicSource } from './internal/topic-listeners.ts';
import type { Connection, Message } from './messages.ts';

export interface PinsState {
  /** Last pinned first; a new array at every change. */
  messages: readonly Message[];
  connection: Connection;
}

export interface Pins {
  /** A page of pinned messages, last pinned first, at most 100; pass the last one to get the next. @throws `not_a_member`, `channel_not_found` */
  list(options?: { after?: Message; limit?: number }): Promise<Message[]>;
  /** Pins a message. Needs the capability `pin`. @throws `not_a_channel_admin`, `message_not_found`, `message_deleted`, `too_many_pins`, `channel_archived` */
  add(seq: number): Promise<void>;
  /** Takes the pin away. Needs `pin`. @throws `not_a_channel_admin`, `message_not_found`, `message_deleted`, `channel_archived` */
  remove(seq: number): Promise<void>;
  /** Calls back with the pinned messages and then at every change of them. */
  subscribe(listener: (state: PinsState) => void): Subscription;
}

const PAGE = 100;

export function createPins(deps: {
  rest: Rest;
  overlays: Overlays;
  calls: MessageCalls;
  channelId: string;
  topic: TopicSource;
}): Pins {
  const { channelId } = deps;
  const { client, run } = deps.rest;

  const list: Pins['list'] = async ({ after, limit = PAGE } = {}) => {
    const call = client.rpc('list_pins', {
      channel_id: channelId,
      page_size: Math.min(limit, PAGE),
      ...(after?.pinnedAt ? { before: exactTime(after.pinnedAt) } : {}),
    });
    const rows = await run('list pins', call.select(MESSAGE_COLUMNS));
    return (rows as unknown as MessageRow[]).map(toMessage);
  };

  const set = async (seq: number, isPinned: boolean) => {
    await deps.overlays.run(
      channelId,
      seq,
      (message) => ({ ...message, pinnedAt: isPinned ? (message.pinnedAt ?? new Date()) : null }),
      async () => {
        await run(
          isPinned ? 'pin message' : 'unpin message',
          client.rpc('pin_message', { channel_id: channelId, seq, is_pinned: isPinned }),
        );
        return deps.calls.find(channelId, seq);
      },
    );
  };

  const live = createLiveValue<{ messages: readonly Message[] }>({
    feed: deps.topic,
    initial: { messages: [] },
    load: async () => ({ messages: await list() }),
    apply(value, event, payload) {
      if (!event.startsWith('message:') || event === 'message:new') return value;
      const row = payload as unknown as MessageRow;
      const isShown = value.messages.some((message) => message.seq === row.seq);
      // Whatever happens to a pinned message, the answer has all of it, the caller's own reactions too.
      return isShown || row.pinned_at ? null : value;
    },
  });

  return { list, add: (seq) => set(seq, true), remove: (seq) => set(seq, false), subscribe: live.subscribe };
}
