/** What is sent before the code of the queue has come. */
import { expect, it } from 'vitest';
import { ChatError, type Message, type QueuedMessage } from '../../sdk/src/index.ts';
import { createEarlyOutbox } from '../../sdk/src/internal/early-outbox.ts';
import { lazy } from '../../sdk/src/internal/lazy.ts';
import { createOutbox, type Outbox } from '../../sdk/src/internal/outbox.ts';
import { createMemoryStore } from '../../sdk/src/internal/outbox-store.ts';
import { message } from '../helpers/messages.ts';

const ada = { id: 'ada', username: 'ada', name: 'Ada', avatarUrl: null };

const queued = (body: string): QueuedMessage => ({
  id: body,
  channelId: 'c',
  author: ada,
  body,
  custom: {},
  parentSeq: null,
  inChannel: true,
  createdAt: new Date(0),
  files: [],
  refusal: null,
});

/** A queue whose code comes when the test says so; what it posts is noted, and answered. */
function earlyOutbox() {
  const store = createMemoryStore();
  const posted: string[] = [];
  const real = createOutbox({
    store,
    post: async ({ body }) => message(posted.push(body), { id: body }),
    get: () => Promise.reject(new Error('nothing is to be asked')),
  });
  let arrive = (_code: { outbox: Outbox }): void => {};
  let fail = (_error: unknown): void => {};
  const code = lazy(
    () =>
      new Promise<{ outbox: Outbox }>((resolve, reject) => {
        arrive = resolve;
        fail = reject;
      }),
  );
  void code.get().catch(() => {});
  const outbox = createEarlyOutbox(code);
  return {
    outbox,
    store,
    posted,
    arrive: () => arrive({ outbox: real }),
    fail: (error: unknown) => fail(error),
  };
}

const bodies = (outbox: Outbox) => outbox.pending('c').map(({ body }) => body);

it('messages show at once and go out in order when the code is there', async () => {
  const { outbox, posted, arrive } = earlyOutbox();
  const changed: string[] = [];
  const taken: Message[] = [];
  outbox.onChange((channelId) => changed.push(channelId));
  outbox.onSent((sent) => taken.push(sent));
  outbox.open('ada');
  const sending = [outbox.send(queued('one')), outbox.send(queued('two'))];
  expect(bodies(outbox)).toEqual(['one', 'two']);
  expect(outbox.pending('c')[0]).toMatchObject({ status: 'pending', seq: null, author: ada });
  expect(outbox.pending('other')).toEqual([]);
  expect(changed).toEqual(['c', 'c']);
  arrive();
  expect((await Promise.all(sending)).map(({ seq }) => seq)).toEqual([1, 2]);
  await outbox.send(queued('three'));
  expect(posted).toEqual(['one', 'two', 'three']);
  expect(taken.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(bodies(outbox)).toEqual([]);
});

it('no message is out of sight for a moment while they are handed over', async () => {
  const { outbox, arrive } = earlyOutbox();
  outbox.open('ada');
  const sending = ['one', 'two', 'three'].map((body) => outbox.send(queued(body)));
  const shown: string[][] = [];
  outbox.onChange(() => shown.push(bodies(outbox)));
  arrive();
  await Promise.all(sending);
  expect(shown.slice(0, 3)).toEqual(Array(3).fill(['one', 'two', 'three']));
  expect(shown.at(-1)).toEqual([]);
});

it('what an earlier visit left goes out before, without a call of the app', async () => {
  const { outbox, store, posted, arrive } = earlyOutbox();
  await store.put('ada', queued('left'));
  outbox.open('ada');
  arrive();
  await expect.poll(() => posted).toEqual(['left']);
});

it('what the last user sent is shown to nobody else, and stays theirs', async () => {
  const { outbox, store, posted, arrive } = earlyOutbox();
  outbox.open('ada');
  const sending = outbox.send(queued('private'));
  outbox.open('bob');
  expect(bodies(outbox)).toEqual([]);
  arrive();
  await expect(sending).rejects.toMatchObject({ code: 'session_expired' });
  expect(bodies(outbox)).toEqual([]);
  expect(posted).toEqual([]);
  expect((await store.list('ada')).map(({ body }) => body)).toEqual(['private']);
});

it('a message whose code never comes is refused', async () => {
  const { outbox, fail } = earlyOutbox();
  outbox.open('ada');
  const sending = outbox.send(queued('lost'));
  fail(new ChatError('network_unavailable', 'unable to load a part of the SDK; it did not arrive'));
  await expect(sending).rejects.toMatchObject({ code: 'network_unavailable' });
});
