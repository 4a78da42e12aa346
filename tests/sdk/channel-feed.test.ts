/** What a feed does with a Realtime that loses, repeats and interrupts, played by a hand-driven one. */
import { expect, it, vi } from 'vitest';
import type { Message } from '../../sdk/src/index.ts';
import { createChannelFeed, type FeedDeps, type FeedState } from '../../sdk/src/internal/channel-feed.ts';
import { createOutbox } from '../../sdk/src/internal/outbox.ts';
import type { TopicHandlers } from '../../sdk/src/internal/realtime.ts';
import { message, messages } from '../helpers/messages.ts';

type FetchOptions = Parameters<FeedDeps['fetch']>[0];

/** A feed over a history that grows by `said`, with the handlers of its topic in hand. */
function feedOver(
  history: Message[],
  beforeAnswer: (options: FetchOptions) => Promise<void> = async () => {},
) {
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
    fetch: async (options) => {
      const { afterSeq, beforeSeq = Number.POSITIVE_INFINITY, limit = 50 } = options;
      const page =
        afterSeq === undefined
          ? history.filter(({ seq }) => (seq ?? 0) < beforeSeq).slice(-limit)
          : history.filter(({ seq }) => (seq ?? 0) > afterSeq).slice(0, limit);
      await beforeAnswer(options);
      return page;
    },
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
  feed.note({ lastSeq: 2, epoch: 0 });
  await vi.waitUntil(() => seqs()?.length === 2);
});

it('does not ask for ever when a promised message cannot be had', async () => {
  const { feed, seqs, states, topic } = feedOver([message(1)]);
  (await topic('channel:c:0')).onLive();
  await vi.waitUntil(() => states.at(-1)?.connection === 'live');
  feed.note({ lastSeq: 9, epoch: 0 });
  feed.note({ lastSeq: 9, epoch: 0 });
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

it('keeps no gap when it starts over at the newest page while an older one is under way', async () => {
  let answerOlder = () => {};
  const history = messages(1, 100);
  const { feed, seqs, topic } = feedOver(history, ({ beforeSeq }) =>
    beforeSeq === undefined
      ? Promise.resolve()
      : new Promise((resolve) => {
          answerOlder = resolve;
        }),
  );
  const handlers = await topic('channel:c:0');
  handlers.onLive();
  await vi.waitUntil(() => seqs()?.length === 50);
  const older = feed.loadOlder();
  history.push(...messages(101, 3_100));
  handlers.onLive();
  await vi.waitUntil(() => seqs()?.at(-1) === 3_100);
  answerOlder();
  await older;
  expect(seqs()).toEqual(Array.from({ length: 50 }, (_, n) => 3_051 + n));
});

it('moves to the next epoch by the heartbeat when it never heard that the channel moved', async () => {
  const { feed, states, topic, topics, move } = feedOver([message(1)]);
  (await topic('channel:c:0')).onLive();
  await vi.waitUntil(() => states.at(-1)?.connection === 'live');
  move(1);
  feed.note({ lastSeq: 1, epoch: 1 });
  await topic('channel:c:1');
  expect(topics.has('channel:c:0')).toBe(false);
});

it('ends by the heartbeat when the caller is no longer a member, and comes back when they are one again', async () => {
  const { feed, states, topic, topics, move } = feedOver([message(1)]);
  (await topic('channel:c:0')).onLive();
  await vi.waitUntil(() => states.at(-1)?.connection === 'live');
  move(null);
  feed.note(null);
  await vi.waitUntil(() => states.at(-1)?.connection === 'ended');
  expect([...topics.keys()]).toEqual([]);
  move(1);
  feed.note({ lastSeq: 1, epoch: 1 });
  (await topic('channel:c:1')).onLive();
  await vi.waitUntil(() => states.at(-1)?.connection === 'live');
});

it('is not disturbed by what a member without manners says on the live topic', async () => {
  const { states, topic } = feedOver([message(1)]);
  const live = await topic('live:c:0');
  const said = states.length;
  for (const user of [
    null,
    'Eve',
    { id: 7 },
    { id: 'e' },
    { id: 'e', name: { toString: 1 } },
    { id: 'e', name: [] },
  ]) {
    live.onEvent('typing:user', { user, isTyping: true });
  }
  live.onEvent('typing:user', {});
  expect(states.slice(said)).toEqual([]);
  const user = { id: 'eve', username: 'eve', name: 'Eve', avatarUrl: null };
  live.onEvent('typing:user', { user: { ...user, extra: 'x'.repeat(1_000) }, isTyping: true });
  expect(states.at(-1)?.typing).toEqual([user]);
});
