/** What the list of channels makes of events and answers that overtake each other, get lost or come from large channels. */
import { afterEach, expect, it, vi } from 'vitest';
import { type ChannelsState, ChatError } from '../../sdk/src/index.ts';
import { createChannelList } from '../../sdk/src/internal/channel-list.ts';
import { createDeliveries } from '../../sdk/src/internal/deliveries.ts';
import { lazy } from '../../sdk/src/internal/lazy.ts';
import type { TopicHandlers } from '../../sdk/src/internal/realtime.ts';
import { recount } from '../../sdk/src/internal/recount.ts';
import type { Rest } from '../../sdk/src/internal/rest.ts';
import { createSidelines } from '../../sdk/src/internal/sidelines.ts';
import type { UserFeedHandlers } from '../../sdk/src/internal/user-feed.ts';
import { idleOutbox } from '../helpers/messages.ts';

afterEach(() => {
  vi.useRealTimers();
});

const row = (id: string, lastSeq: number, rest: object = {}) => ({
  id,
  kind: 'public',
  slug: id,
  role: 'member',
  rights: [],
  epoch: 0,
  created_at: '1970-01-01T00:00:00Z',
  last_activity_at: '1970-01-01T00:00:00Z',
  last_seq: lastSeq,
  last_read_seq: 0,
  unread_count: lastSeq,
  mention_count: 0,
  member_count: 2,
  dm_user_id: null,
  ...rest,
});

type Row = ReturnType<typeof row>;

/** A list over a server with some channels, with its topics in hand, a count of questions and a pause before every answer. */
async function listOver(server: {
  rows: Row[];
  beforeAnswer(): Promise<void>;
  onScreen?: string[];
  isCodeLate?: boolean;
}) {
  const query: object = new Proxy({}, { get: () => () => query });
  const asked: string[] = [];
  const run = async (operation: string) => {
    asked.push(operation);
    const rows = server.rows.map((one) => ({ ...one, channel_id: one.id }));
    await server.beforeAnswer();
    return rows;
  };
  let own: UserFeedHandlers | undefined;
  const topics = new Map<string, TopicHandlers>();
  const joined: string[] = [];
  const noted: object[] = [];
  const delivered: object[] = [];
  const deliveries = createDeliveries({
    client: { rpc: (_name: string, what: object) => what },
    run: async (_operation: string, what: object) => delivered.push(what),
  } as unknown as Rest);
  const code = lazy(async () => ({ createSidelines, deliveries, recount }));
  if (!server.isCodeLate) await code.get();
  const list = createChannelList({
    rest: { client: { from: () => query, rpc: () => query }, run } as unknown as Rest,
    userFeed: {
      subscribe(handlers) {
        own = handlers;
        return { unsubscribe() {} };
      },
      end() {},
    },
    realtime: {
      open(name, handlers) {
        joined.push(name);
        topics.set(name, handlers);
        return { send() {}, close: () => topics.delete(name) };
      },
    },
    feeds: {
      onMemberCount: () => ({ unsubscribe() {} }),
      all: new Map(
        server.onScreen?.map((id) => [id, { note: (level: object) => noted.push(level) } as never]),
      ),
    },
    userId: () => 'me',
    outbox: idleOutbox,
    soon: code,
    onIdle() {},
  });
  let state: ChannelsState | undefined;
  const subscription = list.subscribe((next) => {
    state = next;
  });
  own?.onLive?.();
  await vi.waitUntil(() => state?.connection === 'live');
  return {
    list,
    code,
    topics,
    joined,
    noted,
    delivered,
    asked,
    state: () => state,
    own: own as unknown as UserFeedHandlers,
    unread: (id = 'c') => state?.channels.find((channel) => channel.id === id)?.unreadCount,
    mentions: (id = 'c') => state?.channels.find((channel) => channel.id === id)?.mentionCount,
    unsubscribe: () => subscription.unsubscribe(),
  };
}

const bump = (lastSeq: number, rest: object = {}) => ({
  channel_id: 'c',
  last_seq: lastSeq,
  last_activity_at: '1970-01-01T00:00:00Z',
  in_channel: true,
  is_unread: true,
  is_mention: false,
  ...rest,
});

const said = (seq: number, rest: object = {}) => ({
  channel_id: 'c',
  seq,
  kind: 'user',
  author: { id: 'other' },
  created_at: '1970-01-01T00:00:00Z',
  in_channel: true,
  mention_ids: [],
  mentions_everyone: null,
  ...rest,
});

const atOnce = () => Promise.resolve();

it('an answer that was under way when a message was announced does not take the message back', async () => {
  let answer = () => {};
  const server = { rows: [row('c', 1)], beforeAnswer: atOnce };
  const { list, own, unread } = await listOver(server);

  server.beforeAnswer = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  list.refresh('c');
  server.rows = [row('c', 2)];
  own.onEvent('channel:bumped', bump(2));
  server.beforeAnswer = atOnce;
  answer();
  await new Promise((resolve) => setTimeout(resolve));
  expect(unread()).toBe(2);
});

it('counts what is unread and what means the caller, each message once, and neither own nor system messages', async () => {
  const { own, unread, mentions, asked } = await listOver({ rows: [row('c', 1)], beforeAnswer: atOnce });
  const before = asked.length;
  own.onEvent('channel:bumped', bump(2));
  own.onEvent('channel:bumped', bump(2));
  own.onEvent('channel:bumped', bump(3, { is_mention: true }));
  own.onEvent('channel:bumped', bump(4, { is_unread: false }));
  expect([unread(), mentions()]).toEqual([3, 1]);
  expect(asked).toHaveLength(before);
});

it('asks once for several channels when messages may have been missed', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const server = { rows: [row('c', 1), row('d', 1)], beforeAnswer: atOnce };
  const { own, unread, asked } = await listOver(server);
  const before = asked.length;
  own.onEvent('channel:bumped', bump(5));
  own.onEvent('channel:bumped', bump(7, { channel_id: 'd' }));
  server.rows = [row('c', 5), row('d', 7)];
  await vi.advanceTimersByTimeAsync(5_000);
  expect([unread('c'), unread('d')]).toEqual([5, 7]);
  expect(asked.slice(before)).toEqual(['read channels']);
});

it('finds what an event told of before it could be read', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const server = { rows: [row('c', 1)], beforeAnswer: atOnce };
  const { own, unread } = await listOver(server);
  own.onEvent('channel:updated', { channel_id: 'c' });
  await vi.advanceTimersByTimeAsync(100);
  server.rows = [row('c', 2)];
  await vi.advanceTimersByTimeAsync(3_000);
  expect(unread()).toBe(2);
});

it('a channel on screen learns of a message that only the own topic of the user told', async () => {
  const { own, noted } = await listOver({ rows: [row('c', 1)], beforeAnswer: atOnce, onScreen: ['c'] });
  own.onEvent('channel:bumped', bump(2));
  own.onEvent('channel:bumped', bump(2));
  expect(noted).toEqual([{ lastSeq: 2 }]);
});

it('marks a channel as read at once when it was read elsewhere', async () => {
  const { own, unread } = await listOver({ rows: [row('c', 3)], beforeAnswer: atOnce });
  own.onEvent('channel:read', { channel_id: 'c', last_read_seq: 3 });
  expect(unread()).toBe(0);
});

it('counts once more every minute, for what no event tells', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const server = { rows: [row('c', 3)], beforeAnswer: atOnce };
  const { unread, asked } = await listOver(server);
  server.rows = [row('c', 3, { unread_count: 1 })];
  await vi.advanceTimersByTimeAsync(70_000);
  expect(asked.at(-1)).toBe('count unread messages');
  expect(unread()).toBe(1);
});

it('hears large channels on their own topics, follows them to the next epoch, and lets go of them at the end', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const large = row('c', 1, { member_count: 5_000, epoch: 3 });
  const { topics, unread, mentions, unsubscribe } = await listOver({
    rows: [large, row('small', 1)],
    beforeAnswer: atOnce,
  });
  await vi.advanceTimersByTimeAsync(1_000);
  expect([...topics.keys()]).toEqual(['channel:c:3']);
  topics.get('channel:c:3')?.onEvent('message:new', said(2));
  topics.get('channel:c:3')?.onEvent('message:new', said(3, { author: { id: 'me' } }));
  topics.get('channel:c:3')?.onEvent('message:new', said(4, { mention_ids: ['me'] }));
  topics.get('channel:c:3')?.onEvent('message:new', said(5, { kind: 'system' }));
  topics.get('channel:c:3')?.onEvent('message:new', said(6, { in_channel: false }));
  expect([unread(), mentions()]).toEqual([3, 1]);
  topics.get('channel:c:3')?.onEvent('channel:moved', { epoch: 4 });
  await vi.advanceTimersByTimeAsync(1_500);
  expect([...topics.keys()]).toEqual(['channel:c:4']);
  unsubscribe();
  expect([...topics.keys()]).toEqual([]);
});

it('asks a large channel that refuses it ever more rarely, and at once when it has moved', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const server = { rows: [row('c', 1, { member_count: 5_000 })], beforeAnswer: atOnce };
  const { topics, joined } = await listOver(server);
  const refuse = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      topics.get('channel:c:0')?.onRefused();
    }
  };
  await refuse(600);
  expect(joined.length).toBeGreaterThan(5);
  expect(joined.length).toBeLessThan(30);
  server.rows = [row('c', 1, { member_count: 5_000, epoch: 1 })];
  while (topics.size === 0) await vi.advanceTimersByTimeAsync(1_000);
  await refuse(4);
  expect([...topics.keys()]).toEqual(['channel:c:1']);
  server.rows = [];
  topics.get('channel:c:1')?.onRefused();
  const before = joined.length;
  await vi.advanceTimersByTimeAsync(300_000);
  expect(joined.length).toBeLessThan(before + 2);
  expect([...topics.keys()]).toEqual([]);
});

it('asks once more when the network is back, however long it was away', async () => {
  vi.useFakeTimers();
  const server = { rows: [row('c', 1)], beforeAnswer: atOnce };
  const { own, asked, state } = await listOver(server);
  server.beforeAnswer = () =>
    Promise.reject(new ChatError('network_unavailable', 'unable to list channels; no answer'));
  own.onInterrupted?.();
  await vi.advanceTimersByTimeAsync(600_000);
  server.beforeAnswer = atOnce;
  asked.length = 0;
  own.onLive?.();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(state()?.connection).toBe('live');
  // The one under way may be older than the topic.
  expect(asked.filter((operation) => operation === 'list channels')).toHaveLength(2);
});

it('stays live without the code that follows the first screen, and does the rest as soon as it comes', async () => {
  vi.useFakeTimers();
  const rows = [row('c', 3), row('large', 1, { member_count: 5_000 })];
  const { code, own, asked, state, topics, delivered } = await listOver({
    rows,
    beforeAnswer: atOnce,
    isCodeLate: true,
  });
  await vi.advanceTimersByTimeAsync(70_000);
  expect([asked.at(-1), state()?.connection]).toEqual(['list channels', 'live']);
  own.onEvent('channel:bumped', bump(4));
  await code.get();
  await vi.advanceTimersByTimeAsync(5_000);
  expect([...topics.keys()]).toEqual(['channel:large:0']);
  expect(delivered).toEqual([{ channel_id: 'c', seq: 4 }]);
});

it('hears as many large channels as a connection has room for, the most recently active', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const rows = Array.from({ length: 120 }, (_, n) =>
    row(`c${n}`, 1, { member_count: 500, last_activity_at: new Date(n * 1_000).toISOString() }),
  );
  const { topics } = await listOver({ rows, beforeAnswer: atOnce });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(topics.size).toBe(78);
  expect(topics.has('channel:c119:0')).toBe(true);
  expect(topics.has('channel:c41:0')).toBe(false);
});

it('is not live when what it holds was refused, and asks again when it is looked at', async () => {
  vi.useFakeTimers();
  const server = { rows: [row('c', 1)], beforeAnswer: atOnce };
  const { own, state } = await listOver(server);
  server.beforeAnswer = () =>
    Promise.reject(new ChatError('internal_error', 'unable to list channels; it broke'));
  own.onInterrupted?.();
  own.onLive?.();
  await vi.advanceTimersByTimeAsync(10);
  expect(state()?.connection).toBe('offline');
  server.beforeAnswer = atOnce;
  await vi.advanceTimersByTimeAsync(70_000);
  expect(state()?.connection).toBe('live');
});

it('an answer that comes when the list has ended opens nothing and says nothing, for it may be another who is here', async () => {
  vi.useFakeTimers();
  let answer = () => {};
  const server = { rows: [row('small', 0)], beforeAnswer: atOnce };
  const { list, own, topics, delivered, asked } = await listOver(server);
  server.beforeAnswer = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  server.rows = [row('c', 3), row('large', 1, { member_count: 5_000 })];
  const before = asked.length;
  own.onLive?.();
  await vi.waitUntil(() => asked.length > before);
  list.end();
  answer();
  await vi.advanceTimersByTimeAsync(10_000);
  expect([...topics.keys()]).toEqual([]);
  expect(delivered).toEqual([]);
});

it('says once for several what has arrived, where receipts are shown', async () => {
  vi.useFakeTimers();
  const server = {
    rows: [
      row('c', 3, { last_delivered_seq: 1 }),
      row('known', 3, { last_delivered_seq: 3 }),
      row('large', 3, { member_count: 101 }),
    ],
    beforeAnswer: atOnce,
  };
  const { own, delivered } = await listOver(server);
  const wait = () => vi.advanceTimersByTimeAsync(5_000);
  await wait();
  expect(delivered).toEqual([{ channel_id: 'c', seq: 3 }]);
  own.onEvent('channel:bumped', bump(4));
  own.onEvent('channel:bumped', bump(5));
  own.onEvent('channel:bumped', bump(6, { is_unread: false }));
  own.onEvent('channel:bumped', bump(4, { channel_id: 'large' }));
  await wait();
  expect(delivered.slice(1)).toEqual([{ channel_id: 'c', seq: 5 }]);
});
