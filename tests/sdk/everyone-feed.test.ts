/** The topic that everyone hears, which moves. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createEveryoneFeed } from '../../sdk/src/internal/everyone-feed.ts';
import type { TopicHandlers } from '../../sdk/src/internal/realtime.ts';
import type { Rest } from '../../sdk/src/internal/rest.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function feedAt(epoch: number) {
  const server = { epoch };
  const topics: { name: string; handlers: TopicHandlers; isOpen: boolean }[] = [];
  const feed = createEveryoneFeed({
    rest: {
      client: { rpc: async () => `presence:${server.epoch}` },
      run: (_operation: string, query: Promise<unknown>) => query,
    } as unknown as Rest,
    realtime: {
      open(name, handlers) {
        const topic = { name, handlers, isOpen: true };
        topics.push(topic);
        return {
          send() {},
          close() {
            topic.isOpen = false;
          },
        };
      },
    },
  });
  const heard: string[] = [];
  feed.subscribe({
    onLive: () => heard.push('live'),
    onInterrupted: () => heard.push('interrupted'),
    onEvent: (event) => heard.push(event),
  });
  /** Longer than anybody waits before they join another topic. */
  const settle = () => vi.advanceTimersByTimeAsync(10_000);
  await settle();
  topics[0]?.handlers.onLive();
  return { server, feed, topics, heard, settle, names: () => topics.map(({ name }) => name) };
}

it('is followed to where it moves, and listeners are told of the interruption', async () => {
  const { server, topics, heard, settle, names } = await feedAt(0);
  server.epoch = 1;
  topics[0]?.handlers.onEvent('presence:moved', { topic: 'presence:1' });
  await settle();
  topics[1]?.handlers.onLive();
  expect(names()).toEqual(['presence:0', 'presence:1']);
  expect(topics.map(({ isOpen }) => isOpen)).toEqual([false, true]);
  expect(heard).toEqual(['live', 'presence:moved', 'interrupted', 'live']);
});

it('is followed by the heartbeat when the word of the move got lost', async () => {
  const { server, feed, settle, names } = await feedAt(4);
  feed.note(4);
  await settle();
  expect(names()).toEqual(['presence:4']);
  server.epoch = 5;
  feed.note(5);
  await settle();
  expect(names()).toEqual(['presence:4', 'presence:5']);
});

it('a refusal is not for good: it is asked for again, ever more rarely, until it is heard', async () => {
  const { topics, heard, names } = await feedAt(0);
  const refuse = async (within: number) => {
    topics.at(-1)?.handlers.onRefused();
    await vi.advanceTimersByTimeAsync(within);
  };
  vi.spyOn(Math, 'random').mockReturnValue(0.99);
  await refuse(5_000);
  await refuse(5_000);
  expect(names()).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(5_000);
  topics[2]?.handlers.onLive();
  expect(topics.map(({ isOpen }) => isOpen)).toEqual([false, false, true]);
  expect(heard.at(-1)).toBe('live');
  await refuse(5_000);
  expect(names()).toHaveLength(4);
});
