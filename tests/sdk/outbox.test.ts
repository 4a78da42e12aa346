/** The queue of messages on their way, without a server: what goes out, when, from which client and in whose name. */
import { expect, it, vi } from 'vitest';
import { ChatError, type Message } from '../../sdk/src/index.ts';
import { createOutbox } from '../../sdk/src/internal/outbox.ts';
import type { OutboxNews, OutboxStore } from '../../sdk/src/internal/outbox-store.ts';
import { createMemoryStore } from '../../sdk/src/internal/outbox-store.ts';
import type { QueuedMessage } from '../../sdk/src/internal/queued-message.ts';
import { hurry } from '../../sdk/src/internal/retry.ts';
import { message } from '../helpers/messages.ts';

const queued = (body: string, channelId = 'c'): QueuedMessage => ({
  id: body,
  channelId,
  author: { id: 'ada', username: 'ada', name: 'Ada', avatarUrl: null },
  body,
  custom: {},
  parentSeq: null,
  inChannel: true,
  createdAt: new Date(0),
  files: [],
  refusal: null,
});

const offline = () => new ChatError('network_unavailable', 'unable to send message; no answer');
const codeOf = (call: Promise<Message>) =>
  call.then(
    () => 'sent',
    (error: ChatError) => error.code,
  );

/** A server that takes messages once each, and can be out of reach. */
function createServer() {
  const taken: string[] = [];
  const server = {
    isCut: false,
    refuses: new Set<string>(),
    taken,
    async post({ id, channelId, body }: QueuedMessage): Promise<Message> {
      if (server.isCut) throw offline();
      if (server.refuses.has(id)) throw new ChatError('not_a_member', 'unable to send message; join first');
      if (!taken.includes(id)) taken.push(id);
      return message(taken.indexOf(id) + 1, { id, channelId, body });
    },
    async get(id: string): Promise<Message> {
      if (taken.includes(id)) return message(taken.indexOf(id) + 1, { id });
      throw new ChatError('message_not_found', 'unable to read message; it does not exist');
    },
  };
  return server;
}

/** What several tabs of one browser share: one leads until it is closed or dies, all hear the others. */
function createSharedStore() {
  const memory = createMemoryStore();
  const waiting: { onLead(): void }[] = [];
  const tabs = new Set<{ onNews(news: OutboxNews): void }>();
  return (): OutboxStore & { die(): void } => {
    const own: (() => void)[] = [];
    return {
      ...memory,
      lead(_userId, onLead) {
        const place = { onLead };
        waiting.push(place);
        if (waiting[0] === place) onLead();
        const leave = () => {
          const wasFirst = waiting[0] === place;
          if (waiting.includes(place)) waiting.splice(waiting.indexOf(place), 1);
          if (wasFirst) waiting[0]?.onLead();
        };
        own.push(leave);
        return { unsubscribe: leave };
      },
      listen(_userId, onNews) {
        const tab = { onNews };
        tabs.add(tab);
        own.push(() => tabs.delete(tab));
        return {
          tell(news) {
            for (const other of tabs) if (other !== tab) queueMicrotask(() => other.onNews(news));
          },
          unsubscribe: () => tabs.delete(tab),
        };
      },
      die() {
        for (const leave of own) leave();
      },
    };
  };
}

const bodies = (outbox: ReturnType<typeof createOutbox>, channelId = 'c') =>
  outbox.pending(channelId).map(({ body, status }) => `${body} ${status}`);

it('messages of a channel go out in order, one after the other, and at once again when the network is back', async () => {
  vi.useFakeTimers();
  const server = createServer();
  server.isCut = true;
  const outbox = createOutbox({ store: createMemoryStore(), ...server, post: server.post });
  outbox.open('ada');
  const sent = ['1', '2', '3'].map((body) => outbox.send(queued(body)));
  await vi.advanceTimersByTimeAsync(3_000);
  expect(bodies(outbox)).toEqual(['1 pending', '2 pending', '3 pending']);
  server.isCut = false;
  await vi.advanceTimersByTimeAsync(20_000);
  vi.useRealTimers();
  await Promise.all(sent);
  expect(server.taken).toEqual(['1', '2', '3']);
  expect(bodies(outbox)).toEqual([]);
});

it('what waited when its author signed out is not sent in the name of the next, and goes out when they are back', async () => {
  vi.useFakeTimers();
  const server = createServer();
  server.isCut = true;
  const outbox = createOutbox({ store: createMemoryStore(), get: server.get, post: server.post });
  outbox.open('ada');
  const refused = ['1', '2'].map((body) => codeOf(outbox.send(queued(body))));
  await vi.advanceTimersByTimeAsync(100);

  outbox.open(null);
  outbox.open('ben');
  server.isCut = false;
  expect(await Promise.all(refused)).toEqual(['session_expired', 'session_expired']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(bodies(outbox)).toEqual([]);
  expect(server.taken).toEqual([]);

  outbox.open('ada');
  await vi.advanceTimersByTimeAsync(100);
  vi.useRealTimers();
  expect(server.taken).toEqual(['1', '2']);
});

it('a refused message stays with its reason, holds up nothing, and can be sent again or given up', async () => {
  const server = createServer();
  server.refuses = new Set(['2', '3']);
  const outbox = createOutbox({ store: createMemoryStore(), get: server.get, post: server.post });
  outbox.open('ada');
  const results = await Promise.all(['1', '2', '3', '4'].map((body) => codeOf(outbox.send(queued(body)))));
  expect(results).toEqual(['sent', 'not_a_member', 'not_a_member', 'sent']);
  expect(bodies(outbox)).toEqual(['2 failed', '3 failed']);
  expect(outbox.pending('c')[0]?.error).toMatchObject({ code: 'not_a_member', status: 403 });
  server.refuses.clear();
  await outbox.retry('3');
  await outbox.discard('2');
  expect(bodies(outbox)).toEqual([]);
  expect(server.taken).toEqual(['1', '4', '3']);
  await expect(outbox.retry('2')).rejects.toMatchObject({ code: 'message_not_found' });
});

it('after a reload what was queued goes out once, in order', async () => {
  const server = createServer();
  const openStore = createSharedStore();
  server.isCut = true;
  const before = openStore();
  const first = createOutbox({ store: before, get: server.get, post: server.post });
  first.open('ada');
  for (const body of ['1', '2']) void first.send(queued(body)).catch(() => {});
  await vi.waitUntil(async () => (await before.list('ada')).length === 2);
  before.die();
  server.isCut = false;
  const second = createOutbox({ store: openStore(), get: server.get, post: server.post });
  second.open('ada');
  await vi.waitUntil(() => server.taken.length === 2);
  expect(server.taken).toEqual(['1', '2']);
});

it('of several tabs one sends, all see what waits, and the next takes over when it closes', async () => {
  const server = createServer();
  const openStore = createSharedStore();
  const posts: string[] = [];
  const tabs = ['a', 'b'].map((name) => {
    const store = openStore();
    const outbox = createOutbox({
      store,
      get: server.get,
      post(one) {
        posts.push(name);
        return server.post(one);
      },
    });
    outbox.open('ada');
    const sent: string[] = [];
    outbox.onSent(({ id }) => sent.push(id));
    return { outbox, store, sent };
  });
  const [a, b] = tabs as [(typeof tabs)[0], (typeof tabs)[0]];
  expect((await b.outbox.send(queued('1'))).id).toBe('1');
  expect(posts).toEqual(['a']);
  expect([a.sent, b.sent]).toEqual([['1'], ['1']]);

  server.refuses.add('2');
  expect(await codeOf(b.outbox.send(queued('2')))).toBe('not_a_member');
  await vi.waitUntil(() => bodies(a.outbox).join() === '2 failed');
  expect(bodies(b.outbox)).toEqual(['2 failed']);
  await b.outbox.discard('2');
  await vi.waitUntil(() => bodies(a.outbox).length === 0);

  a.outbox.open(null);
  await b.outbox.send(queued('3'));
  expect(posts.at(-1)).toBe('b');
  expect(bodies(b.outbox)).toEqual([]);
});

it('an answer that got lost is asked for, and the message is sent once', async () => {
  const server = createServer();
  let isFirst = true;
  const outbox = createOutbox({
    store: createMemoryStore(),
    get: server.get,
    async post(one) {
      const taken = await server.post(one);
      if (!isFirst) return taken;
      isFirst = false;
      throw offline();
    },
  });
  outbox.open('ada');
  await outbox.send(queued('1'));
  expect(server.taken).toEqual(['1']);
});

it('nobody sends while nobody is signed in', async () => {
  const server = createServer();
  const outbox = createOutbox({ store: createMemoryStore(), get: server.get, post: server.post });
  expect(await codeOf(outbox.send(queued('1')))).toBe('not_signed_in');
});

it('a store that fails keeps no message back', async () => {
  const server = createServer();
  const fail = () => Promise.reject(new Error('the disk is full'));
  const outbox = createOutbox({
    store: {
      ...createMemoryStore(),
      list: fail,
      put: fail,
      remove: fail,
      lead: () => ({ unsubscribe() {} }),
    },
    get: server.get,
    post: server.post,
  });
  outbox.open('ada');
  await outbox.send(queued('1'));
  expect(server.taken).toEqual(['1']);
});

it('a message that could not be stored is not taken for one that another tab has discarded', async () => {
  const server = createServer();
  server.isCut = true;
  const store = createSharedStore();
  const other = createOutbox({ store: store(), get: server.get, post: server.post });
  const full = () => Promise.reject(new Error('the disk is full'));
  const outbox = createOutbox({ store: { ...store(), put: full }, get: server.get, post: server.post });
  for (const one of [other, outbox]) one.open('ada');
  const sent = outbox.send(queued('1'));
  void other.send(queued('2')).catch(() => {});
  await vi.waitUntil(() => bodies(outbox).length === 2);
  expect(bodies(outbox)).toEqual(['2 pending', '1 pending']);
  server.isCut = false;
  hurry();
  expect((await sent).id).toBe('1');
});

it('whoever discards a message that stays stored learns of it, and so do other tabs', async () => {
  const told: OutboxNews[] = [];
  const store: OutboxStore = {
    ...createMemoryStore(),
    remove: () => Promise.reject(new Event('abort')),
    listen: () => ({ tell: (news) => told.push(news), unsubscribe() {} }),
  };
  const server = createServer();
  server.isCut = true;
  const outbox = createOutbox({ store, get: server.get, post: server.post });
  outbox.open('ada');
  const code = codeOf(outbox.send(queued('1')));
  await vi.waitUntil(() => told.length === 1);
  await expect(outbox.discard('1')).rejects.toMatchObject({ name: 'ChatError', code: 'internal_error' });
  expect(await code).toBe('message_discarded');
  expect(told).toEqual(['changed', 'changed']);
});

it('what another tab discards is sent no further', async () => {
  const server = createServer();
  const openStore = createSharedStore();
  let signal: AbortSignal | undefined;
  const leader = createOutbox({
    store: openStore(),
    get: server.get,
    post(one, options) {
      ({ signal } = options);
      return one.id === '1'
        ? new Promise((_, reject) => signal?.addEventListener('abort', reject))
        : server.post(one);
    },
  });
  const other = createOutbox({ store: openStore(), get: server.get, post: server.post });
  for (const one of [leader, other]) one.open('ada');
  const code = codeOf(leader.send(queued('1')));
  await vi.waitUntil(() => signal && bodies(other).length === 1);
  await other.discard('1');
  expect(await code).toBe('message_discarded');
  expect(signal?.aborted).toBe(true);
  await leader.send(queued('2'));
  expect(server.taken).toEqual(['2']);
});
