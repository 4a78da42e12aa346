/** What a feed does with a Realtime that loses, repeats and interrupts, played by a hand-driven one. */
import { expect, it, vi } from 'vitest';
import type { Message } from '../../sdk/src/index.ts';
import { createChannelFeed, type FeedState } from '../../sdk/src/internal/channel-feed.ts';
import { createOutbox } from '../../sdk/src/internal/outbox.ts';
import type { TopicHandlers } from '../../sdk/src/internal/realtime.ts';
import { message, messages } from '../helpers/messages.ts';

/** A feed over a history that grows by `said`, with the handlers of its topic in hand. */
function feedOver(history: Message[]) {
  const topics = new Map<string, TopicHandlers>();
  let epoch: number | null = 0;
  const feed = createChannelFeed({
    channelId: 'c',
    realtime: {
      open(name, handlers) {
        topics.set(name, handlers);
        return { send() {}, close: () => topics.delete(name) };
      },
    },
    outbox: createOutbox(async (sent) => sent),
    me: async () => ({ id: 'me', username: 'me', name: 'Me', avatarUrl: null }),
    epoch: async () => epoch,
    fetch: async ({ afterSeq, limit = 50 }) =>
      afterSeq === undefined
        ? history.slice(-limit)
        : history.filter(({ seq }) => (seq ?? 0) > afterSeq).slice(0, limit),
    onIdle() {},
  });
  const states: FeedState[] = [];
  feed.subscribe((state) => states.push(state));
  const hear = (seq: number) =>
    topics.get(`channel:c:${epoch}`)?.onEvent('message:new', {
      id: `id-${seq}`,
      channel_id: 'c',
      seq,
      body: `${seq}`,
      author: null,
      created_at: '1970-01-01T00:00:00Z',
    });
  const seqs = () => states.at(-1)?.log.map(({ seq }) => seq);
  const topic = (name: string) => vi.waitUntil(() => topics.get(name));
  return { feed, hear, seqs, states, topics, topic, move: (to: number | null) => (epoch = to) };
}

it('fetches exactly what was lost before the message that shows the gap', async () => {
  const history = [message(1)];
  const { hear, seqs, topic } = feedOver(history);
  (await topic('channel:c:0')).onLive();
  await vi.waitUntil(() => seqs()?.length === 1);
  history.push(message(2), message(3), message(4));
  hear(4);
  await vi.waitUntil(() => seqs()?.length === 4);
  expect(seqs()).toEqual([1, 2, 3, 4]);
});

it('takes a message that comes twice once, and one that comes late not at all', async () => {
  const history = [message(1), message(2)];
  const { hear, seqs, topic } = feedOver(history);
  (await topic('channel:c:0')).onLive();
  await vi.waitUntil(() => seqs()?.length === 2);
  history.push(message(3));
  for (const seq of [3, 3, 1, 2, 3]) hear(seq);
  expect(seqs()).toEqual([1, 2, 3]);
});

it('finds a lost last message by the heartbeat', async () => {
  const history = [message(1)];
  const { feed, seqs, topic } = feedOver(history);
  (await topic('channel:c:0')).onLive();
  await vi.waitUntil(() => seqs()?.length === 1);
  history.push(message(2));
  feed.noteSeq(2);
  await vi.waitUntil(() => seqs()?.length === 2);
});

it('does not ask for ever when a promised message cannot be had', async () => {
  const { feed, seqs, states, topic } = feedOver([message(1)]);
  (await topic('channel:c:0')).onLive();
  await vi.waitUntil(() => states.at(-1)?.connection === 'live');
  feed.noteSeq(9);
  feed.noteSeq(9);
  await vi.waitUntil(() => seqs()?.length === 1);
  expect(seqs()).toEqual([1]);
});

it('starts over at the newest page when it is very far behind', async () => {
  const history = messages(1, 10);
  const { seqs, topic } = feedOver(history);
  const handlers = await topic('channel:c:0');
  handlers.onLive();
  await vi.waitUntil(() => seqs()?.length === 10);
  handlers.onInterrupted();
  history.push(...messages(11, 3_010));
  handlers.onLive();
  await vi.waitUntil(() => seqs()?.at(-1) === 3_010);
  expect(seqs()).toEqual(Array.from({ length: 50 }, (_, n) => 2_961 + n));
});

it('moves to the next epoch when it is refused on the old one, and ends when there is none for the caller', async () => {
  const { states, topic, topics, move } = feedOver([message(1)]);
  (await topic('channel:c:0')).onLive();
  await vi.waitUntil(() => states.at(-1)?.connection === 'live');
  move(1);
  topics.get('channel:c:0')?.onRefused();
  const next = await topic('channel:c:1');
  expect(topics.has('channel:c:0')).toBe(false);
  move(null);
  next.onRefused();
  await vi.waitUntil(() => states.at(-1)?.connection === 'ended');
});
