/** What is loaded when it is first used behaves as if it had been there. */
import { expect, it, vi } from 'vitest';
import type { Subscription } from '../../sdk/src/internal/emitter.ts';
import { lazy } from '../../sdk/src/internal/lazy.ts';

interface Notes {
  count(): Promise<number>;
  subscribe(listener: (text: string) => void): Subscription & { loadMore(): Promise<void> };
}

function createNotes() {
  const unsubscribe = vi.fn();
  const loadMore = vi.fn(async () => {});
  const subscribe = vi.fn((listener: (text: string) => void) => {
    listener('begun');
    return { unsubscribe, loadMore };
  });
  const notes: Notes = { count: async () => 3, subscribe };
  return { notes, subscribe, unsubscribe, loadMore };
}

it('a call waits for the code, which is loaded once', async () => {
  const load = vi.fn(async () => ({ notes: createNotes().notes }));
  const { count } = lazy(load).calls('notes', 'count');
  expect(load).not.toHaveBeenCalled();
  expect(await Promise.all([count(), count()])).toEqual([3, 3]);
  expect(load).toHaveBeenCalledOnce();
});

it('a subscription begins once the code is there, and at once afterwards', async () => {
  const { notes, unsubscribe, loadMore } = createNotes();
  const later = lazy(async () => ({ notes }));
  const subscribe = later.subscribe('notes', 'loadMore');
  const heard: string[] = [];
  const first = subscribe((text) => heard.push(text));
  expect(heard).toEqual([]);
  await first.loadMore();
  expect(heard).toEqual(['begun']);
  expect(loadMore).toHaveBeenCalledOnce();
  subscribe((text) => heard.push(text));
  expect(heard).toEqual(['begun', 'begun']);
  first.unsubscribe();
  expect(unsubscribe).toHaveBeenCalledOnce();
});

it('a subscription that ends before the code is there never begins', async () => {
  const { notes, subscribe } = createNotes();
  const later = lazy(async () => ({ notes }));
  const subscription = later.subscribe('notes', 'loadMore')(() => {});
  subscription.unsubscribe();
  await subscription.loadMore();
  expect(subscribe).not.toHaveBeenCalled();
});

it('a listener that throws disturbs no other who waits for the code', async () => {
  const { notes, subscribe } = createNotes();
  const later = lazy(async () => ({ notes }));
  const told = vi.spyOn(console, 'error').mockImplementationOnce(() => {});
  const begin = later.subscribe('notes', 'loadMore');
  begin(() => {
    throw new Error('the mistake of an app');
  });
  await begin(() => {}).loadMore();
  expect(subscribe).toHaveBeenCalledTimes(2);
  expect(told).toHaveBeenCalledWith(expect.objectContaining({ message: 'the mistake of an app' }));
});

it('the end of a session reaches what has begun before it, and loads nothing by itself', async () => {
  const { notes, subscribe } = createNotes();
  const load = vi.fn(async () => ({ notes }));
  const later = lazy(load);
  const end = vi.fn();
  later.ifUsed(end);
  expect(load).not.toHaveBeenCalled();

  later.subscribe('notes', 'loadMore')(() => {});
  later.ifUsed(end);
  await later.get();
  expect(end).toHaveBeenCalledOnce();
  expect(subscribe.mock.invocationCallOrder[0]).toBeLessThan(end.mock.invocationCallOrder[0] ?? 0);
});

it('code that does not arrive is no network to a call, and is asked for again', async () => {
  const { notes } = createNotes();
  const load = vi.fn(async () => ({ notes }));
  load.mockRejectedValueOnce(new TypeError('Failed to fetch dynamically imported module'));
  const { count } = lazy(load).calls('notes', 'count');
  await expect(count()).rejects.toMatchObject({ code: 'network_unavailable', retryable: true });
  expect(await count()).toBe(3);
});

it('what is there is used in the same moment', async () => {
  const { notes } = createNotes();
  const later = lazy(async () => ({ notes }));
  await later.get();
  const count = vi.spyOn(notes, 'count');
  void later.calls('notes', 'count').count();
  expect(count).toHaveBeenCalledOnce();
});

it('what is to be done once the code is there asks for no code, and is done in order', async () => {
  const load = vi.fn(async () => ({ notes: createNotes().notes }));
  const later = lazy(load);
  const done: string[] = [];
  later.whenThere(() => done.push('first'));
  later.whenThere(() => done.push('second'));
  expect(load).not.toHaveBeenCalled();
  await later.get();
  later.whenThere(() => done.push('third'));
  expect(done).toEqual(['first', 'second', 'third']);
});

it('a call that one person made is not made in the name of another who is there when the code comes', async () => {
  let userId = 'ada';
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const { count } = lazy(
    async () => {
      await arrived;
      return { notes: createNotes().notes };
    },
    () => userId,
  ).calls('notes', 'count');
  const call = count();
  userId = 'ben';
  arrive();
  await expect(call).rejects.toMatchObject({ code: 'session_expired' });
  expect(await count()).toBe(3);
});
