/** What a live value makes of events and answers that overtake each other. */
import { expect, it, vi } from 'vitest';
import { ChatError } from '../../sdk/src/index.ts';
import { createLiveValue } from '../../sdk/src/internal/live-value.ts';
import type { TopicListener } from '../../sdk/src/internal/topic-listeners.ts';

/** A count on a server that the test is: `answer` gives the oldest question the count of now. */
function counter() {
  const server = { count: 0, questions: [] as ((count: number | Error) => void)[] };
  let feed: TopicListener | undefined;
  const live = createLiveValue<{ count: number }>({
    feed: {
      subscribe(handlers) {
        feed = handlers;
        return { unsubscribe: () => (feed = undefined) };
      },
    },
    initial: { count: 0 },
    load: () =>
      new Promise((resolve, reject) => {
        const { count } = server;
        server.questions.push((error) => (error instanceof Error ? reject(error) : resolve({ count })));
      }),
    apply: (value, event) =>
      event === 'more' ? { count: value.count + 1 } : event === 'reset' ? null : value,
  });
  const states: string[] = [];
  const subscription = live.subscribe(({ count, connection }) => states.push(`${count} ${connection}`));
  return {
    live,
    server,
    states,
    subscription,
    handlers: () => feed,
    /** Something happens on the server and is announced. */
    happen(event = 'more') {
      server.count += 1;
      feed?.onEvent(event, {});
    },
    async answer(error?: Error) {
      const question = await vi.waitUntil(() => server.questions.shift());
      question(error ?? 0);
      await new Promise(setImmediate);
    },
  };
}

it('it begins with an answer, and is live from the first one after the topic is', async () => {
  const { answer, handlers, states } = counter();
  await answer();
  handlers()?.onLive?.();
  await answer();
  expect(states).toEqual(['0 loading', '0 live']);
});

it('an event that comes while an answer is under way makes it ask again, and counts once', async () => {
  const { answer, happen, handlers, states } = counter();
  await answer();
  handlers()?.onLive?.();
  happen();
  await answer();
  await answer();
  happen();
  expect(states.at(-1)).toBe('2 live');
  expect(states).not.toContain('3 live');
});

it('what an event told of before it could be read is found a little later', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { answer, handlers, states, server } = counter();
  await answer();
  handlers()?.onLive?.();
  await answer();
  handlers()?.onEvent('reset', {});
  await answer();
  server.count = 1;
  vi.advanceTimersByTime(2_000);
  await answer();
  vi.useRealTimers();
  expect(states.at(-1)).toBe('1 live');
});

it('an event that only the server can explain makes it ask again', async () => {
  const { answer, happen, handlers, states, server } = counter();
  await answer();
  handlers()?.onLive?.();
  await answer();
  happen('reset');
  expect(states.at(-1)).toBe('0 live');
  await answer();
  expect(states.at(-1)).toBe('1 live');
  handlers()?.onEvent('other', {});
  expect(server.questions).toEqual([]);
});

it('an interruption is shown, and what was missed is read after it', async () => {
  const { answer, handlers, states, server } = counter();
  await answer();
  handlers()?.onLive?.();
  await answer();
  handlers()?.onInterrupted?.();
  server.count = 5;
  handlers()?.onLive?.();
  await answer();
  expect(states.slice(-2)).toEqual(['0 offline', '5 live']);
});

it('a refused answer is tried again only when that can help', async () => {
  const { answer, handlers, states, server } = counter();
  await answer(new ChatError('session_expired', 'unable to count; the session has ended'));
  expect(states).toEqual(['0 offline']);
  handlers()?.onLive?.();
  await answer(new ChatError('service_unavailable', 'unable to count; the server is busy'));
  await answer();
  expect(states.at(-1)).toBe('0 live');
  expect(server.questions).toEqual([]);
});

it('who asks for more in the moment of an answer gets an answer of their own', async () => {
  const { live, answer, server } = counter();
  let asked: Promise<void> | undefined;
  live.subscribe(() => {
    asked ??= Promise.resolve().then(live.more);
  });
  await answer();
  await answer();
  await asked;
  expect(server.questions).toEqual([]);
});

it('the end is shown once, with nothing in it, and the next listener begins anew', async () => {
  const { live, answer, happen, handlers, states, subscription } = counter();
  await answer();
  happen();
  live.end();
  happen();
  subscription.unsubscribe();
  expect(states).toEqual(['0 loading', '1 loading', '0 ended']);
  const next: number[] = [];
  live.subscribe(({ count }) => next.push(count));
  expect(handlers()).toBeDefined();
  await answer();
  expect(next).toEqual([2]);
});

it('an answer that comes after the last listener has gone changes nothing', async () => {
  const { answer, handlers, server, states, subscription } = counter();
  await vi.waitUntil(() => server.questions.length > 0);
  subscription.unsubscribe();
  expect(handlers()).toBeUndefined();
  await answer();
  expect(states).toEqual([]);
});
