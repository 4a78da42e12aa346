/** The one topic of a person, shared by several listeners that come and go. */
import { expect, it, vi } from 'vitest';
import { ChatError } from '../../sdk/src/index.ts';
import type { TopicHandlers } from '../../sdk/src/internal/realtime.ts';
import { createUserFeed } from '../../sdk/src/internal/user-feed.ts';

const user = (id: string) => ({ id, username: id, name: id, avatarUrl: null });

/** A feed over topics that the test speaks for. */
function feedOver(me = async () => user('ada')) {
  const topics: { name: string; handlers: TopicHandlers; isOpen: boolean }[] = [];
  const feed = createUserFeed({
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
    me,
  });
  const listen = () => {
    const heard: string[] = [];
    const subscription = feed.subscribe({
      onLive: () => heard.push('live'),
      onInterrupted: () => heard.push('interrupted'),
      onEvent: (event) => heard.push(event),
    });
    return { heard, ...subscription };
  };
  return { feed, topics, listen, opened: (count: number) => vi.waitUntil(() => topics[count - 1]) };
}

it('two listeners share one topic', async () => {
  const { topics, listen, opened } = feedOver();
  const listeners = [listen(), listen()];
  const { name, handlers } = await opened(1);
  handlers.onLive();
  handlers.onEvent('channel:bumped', {});
  handlers.onInterrupted();
  expect(name).toBe('user:ada');
  for (const { heard } of listeners) expect(heard).toEqual(['live', 'channel:bumped', 'interrupted']);
  expect(topics).toHaveLength(1);
});

it('a listener that comes while the topic is live is told so, after the call has returned', async () => {
  const { listen, opened } = feedOver();
  listen();
  (await opened(1)).handlers.onLive();
  const late = listen();
  expect(late.heard).toEqual([]);
  await vi.waitUntil(() => late.heard.length > 0);
  expect(late.heard).toEqual(['live']);
});

it('a listener that leaves at once, or comes during an outage, is not told that it is live', async () => {
  const { listen, opened } = feedOver();
  listen();
  const { handlers } = await opened(1);
  handlers.onLive();
  const brief = listen();
  brief.unsubscribe();
  handlers.onInterrupted();
  const during = listen();
  await Promise.resolve();
  expect([brief.heard, during.heard]).toEqual([[], []]);
});

it('the topic closes with its last listener, once, and opens again for the next one', async () => {
  const { topics, listen, opened } = feedOver();
  const first = listen();
  const second = listen();
  const topic = await opened(1);
  first.unsubscribe();
  first.unsubscribe();
  expect(topic.isOpen).toBe(true);
  second.unsubscribe();
  expect(topic.isOpen).toBe(false);
  listen();
  await opened(2);
  second.unsubscribe();
  expect(topics.map(({ isOpen }) => isOpen)).toEqual([false, true]);
});

it('a topic that nobody wants any more when its owner becomes known is not opened', async () => {
  let known = (_me: ReturnType<typeof user>) => {};
  const { topics, listen } = feedOver(() => new Promise((resolve) => (known = resolve)));
  listen().unsubscribe();
  known(user('ada'));
  await new Promise(setImmediate);
  expect(topics).toEqual([]);
});

it('after the end nothing is heard, and who listens then hears the topic of whoever has signed in', async () => {
  const ids = ['ada', 'bob'];
  const { feed, listen, opened } = feedOver(async () => user(ids.shift() as string));
  const before = listen();
  const first = await opened(1);
  feed.end();
  first.handlers.onEvent('channel:bumped', {});
  const after = listen();
  const second = await opened(2);
  before.unsubscribe();
  second.handlers.onEvent('channel:left', {});
  expect(first.isOpen).toBe(false);
  expect(second).toMatchObject({ name: 'user:bob', isOpen: true });
  expect([before.heard, after.heard]).toEqual([[], ['channel:left']]);
});

it('a listener whose session has ended learns that nothing will come', async () => {
  const { listen } = feedOver(async () => {
    throw new ChatError('session_expired', 'unable to read account; the session has ended');
  });
  const { heard } = listen();
  await vi.waitUntil(() => heard.length > 0);
  expect(heard).toEqual(['interrupted']);
});
