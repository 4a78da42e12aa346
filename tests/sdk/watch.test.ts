/** People watched over a topic that the test speaks for. */
import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { ChatError } from '../../sdk/src/index.ts';
import type { TopicListener } from '../../sdk/src/internal/topic-listeners.ts';
import { createWatch, type WatchState } from '../../sdk/src/internal/watch.ts';

interface Item {
  text: string;
  updatedAt: Date;
}

const item = (text: string, time = 0): Item => ({ text, updatedAt: new Date(time) });

function watchOver(fetch = async (ids: string[]) => new Map(ids.map((id) => [id, item('fetched')]))) {
  const asked: string[][] = [];
  let topic: TopicListener | undefined;
  const watch = createWatch<Item>({
    feed: {
      subscribe(handlers) {
        topic = handlers;
        return {
          unsubscribe() {
            topic = undefined;
          },
        };
      },
      end() {},
    },
    async fetch(ids) {
      asked.push(ids);
      return fetch(ids);
    },
    onEvent(_event, { id, text, time }) {
      watch.put(id as string, item(text as string, time as number));
    },
  });
  const follow = (...ids: string[]) => {
    const states: WatchState<Item>[] = [];
    const subscription = watch.subscribe(ids, (state) => states.push(state));
    const texts = () => ids.map((id) => states.at(-1)?.people.get(id)?.text);
    const live = () => vi.waitUntil(() => states.at(-1)?.connection === 'live');
    return { states, texts, live, ...subscription };
  };
  return { watch, asked, follow, topic: () => topic };
}

it('many who watch in the same moment are one question, and each sees their own people only', async () => {
  const { asked, follow, topic } = watchOver();
  const [ada, bob] = [randomUUID(), randomUUID()];
  const views = [follow(ada), follow(bob), follow(ada, bob)];
  expect(views[0]?.states).toEqual([{ people: new Map(), connection: 'loading' }]);
  topic()?.onLive?.();
  for (const view of views) await view.live();
  expect(asked).toEqual([[ada, bob]]);
  topic()?.onEvent('changed', { id: bob, text: 'heard', time: 1 });
  expect(views.map((view) => view.texts())).toEqual([['fetched'], ['heard'], ['fetched', 'heard']]);
  expect(views[0]?.states).toHaveLength(2);
});

it('an event that comes before the answer is not undone by it', async () => {
  let answer = (_people: Map<string, Item>) => {};
  const { follow, topic } = watchOver(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const ada = randomUUID();
  const view = follow(ada);
  topic()?.onLive?.();
  await Promise.resolve();
  topic()?.onEvent('changed', { id: ada, text: 'newer', time: 2 });
  answer(new Map([[ada, item('older', 1)]]));
  await view.live();
  expect(view.texts()).toEqual(['newer']);
});

it('after an interruption everybody is asked for again, and what was missed is seen', async () => {
  let text = 'before';
  const { asked, follow, topic } = watchOver(async (ids) => new Map(ids.map((id) => [id, item(text)])));
  const view = follow(randomUUID());
  topic()?.onLive?.();
  await view.live();
  topic()?.onInterrupted?.();
  expect(view.states.at(-1)?.connection).toBe('offline');
  text = 'after';
  topic()?.onLive?.();
  await view.live();
  expect(view.texts()).toEqual(['after']);
  expect(asked).toHaveLength(2);
});

it('an interruption in the middle of a question leads to another one', async () => {
  let isDown = true;
  const { follow, topic } = watchOver(async (ids) => {
    if (isDown) throw new ChatError('network_unavailable', 'unable to read; no answer');
    return new Map(ids.map((id) => [id, item('fetched')]));
  });
  const view = follow(randomUUID());
  topic()?.onLive?.();
  await Promise.resolve();
  topic()?.onInterrupted?.();
  isDown = false;
  topic()?.onLive?.();
  await view.live();
  expect(view.texts()).toEqual(['fetched']);
});

it('somebody of whom nothing is known keeps nobody waiting', async () => {
  const { follow, topic } = watchOver(async () => new Map());
  const view = follow(randomUUID());
  topic()?.onLive?.();
  await view.live();
  expect(view.texts()).toEqual([undefined]);
});

it('who stops watching hears no more, the last one leaves the topic, and the next begins anew', async () => {
  const { asked, follow, topic } = watchOver();
  const ada = randomUUID();
  const [first, second] = [follow(ada), follow(ada)];
  topic()?.onLive?.();
  await first.live();
  first.unsubscribe();
  topic()?.onEvent('changed', { id: ada, text: 'heard', time: 1 });
  expect([first.texts(), second.texts()]).toEqual([['fetched'], ['heard']]);
  second.unsubscribe();
  expect(topic()).toBeUndefined();
  const third = follow(ada);
  expect(third.texts()).toEqual([undefined]);
  topic()?.onLive?.();
  await third.live();
  expect(asked).toHaveLength(2);
});

it('the end shows nothing more', async () => {
  const { watch, follow, topic } = watchOver();
  const view = follow(randomUUID());
  topic()?.onLive?.();
  await view.live();
  watch.end();
  expect(view.states.at(-1)).toEqual({ people: new Map(), connection: 'ended' });
  expect(topic()).toBeUndefined();
});
