/** What a feed and its views do with a Realtime that loses, repeats and interrupts, played by a hand-driven one. */
import { expect, it, vi } from 'vitest';
import { ChatError, type Message, type MessagesSubscription } from '../../sdk/src/index.ts';
import { createChannelFeed, type FeedDeps } from '../../sdk/src/internal/channel-feed.ts';
import { createMessageView, type ViewState } from '../../sdk/src/internal/message-view.ts';
import { createOverlays } from '../../sdk/src/internal/overlays.ts';
import type { TopicHandlers } from '../../sdk/src/internal/realtime.ts';
import { createTypists } from '../../sdk/src/internal/typists.ts';
import { createMessages, type MessagesDeps } from '../../sdk/src/messages.ts';
import { idleOutbox, message, messages } from '../helpers/messages.ts';

interface Page {
  beforeSeq?: number;
  afterSeq?: number;
  limit?: number;
}

/** A server with one channel, whose feed and view are under test, with the handlers of its topics in hand. */
function channelOver(
  history: Message[],
  options: { around?: number; beforeAnswer?: (page: Page) => Promise<void> } = {},
) {
  const { around, beforeAnswer = async () => {} } = options;
  const topics = new Map<string, TopicHandlers>();
  let epoch: number | null = 0;
  const newest = () => ({
    lastSeq: history.at(-1)?.seq ?? 0,
    lastChange: Math.max(0, ...history.map(({ change }) => change)),
  });
  const list = async (page: Page) => {
    const { afterSeq, beforeSeq = Number.POSITIVE_INFINITY, limit = 50 } = page;
    const found =
      afterSeq === undefined
        ? history.filter(({ seq }) => (seq ?? 0) < beforeSeq).slice(-limit)
        : history.filter(({ seq }) => (seq ?? 0) > afterSeq).slice(0, limit);
    await beforeAnswer(page);
    return found;
  };
  const fetchChanges = vi.fn<FeedDeps['fetchChanges']>(async (after, limit) =>
    history
      .filter(({ change }) => change > after)
      .sort((a, b) => a.change - b.change)
      .slice(0, limit),
  );
  const feed = createChannelFeed({
    channelId: 'c',
    realtime: {
      open(name, handlers) {
        topics.set(name, handlers);
        return { send() {}, close: () => topics.delete(name) };
      },
    },
    userId: () => 'me',
    me: async () => ({ id: 'me', username: 'me', name: 'Me', avatarUrl: null }),
    state: async () => (epoch === null ? null : { ...newest(), epoch, memberCount: 2 }),
    fetchMessages: (afterSeq, limit) => list({ afterSeq, limit }),
    fetchChanges,
    soon: { whenThere: (act) => act({ createTypists, deliveries: { note() {}, end() {} } }) },
    onMemberCount() {},
    onIdle() {},
  });
  const states: (ViewState & { typing: unknown })[] = [];
  const openView = (listener: (state: ViewState) => void = () => {}): MessagesSubscription =>
    createMessageView({
      channelId: 'c',
      feed,
      outbox: idleOutbox,
      overlays: createOverlays(async () => {}),
      accepts: ({ inChannel }) => inChannel,
      fetch: list,
      get: async (id) => history.find((one) => one.id === id) ?? message(null),
      listener,
      around,
    });
  /** As an app does. */
  const { subscribe } = createMessages(
    {
      feeds: { of: () => feed },
      outbox: idleOutbox,
      overlays: createOverlays(async () => {}),
      calls: { list: (_id: string, page: Page) => list(page) },
    } as unknown as MessagesDeps,
    'c',
    () => {},
  );
  const view = openView((state) => states.push({ ...state, typing: feed.typing }));
  const said = (event: string, payload: Record<string, unknown>) =>
    topics.get(`channel:c:${epoch}`)?.onEvent(event, payload);
  return {
    feed,
    view,
    openView,
    subscribe,
    states,
    topics,
    fetchChanges,
    hear: (seq: number, rest: object = {}) => said('message:new', row(seq, rest)),
    /** Makes a change on the server and, unless it is lost, tells of it. */
    change(seq: number, body: string, isLost = false) {
      const index = history.findIndex((one) => one.seq === seq);
      const change = newest().lastChange + 1;
      history[index] = { ...(history[index] as Message), body, change };
      if (!isLost) said('message:updated', row(seq, { body, change }));
    },
    said,
    seqs: () => states.at(-1)?.messages.map(({ seq }) => seq),
    bodies: () => states.at(-1)?.messages.map(({ body }) => body),
    topic: (name: string) => vi.waitUntil(() => topics.get(name)),
    async live() {
      const handlers = await vi.waitUntil(() => topics.get(`channel:c:${epoch}`));
      handlers.onLive();
      await vi.waitUntil(() => states.at(-1)?.connection === 'live');
      return handlers;
    },
    move(to: number | null) {
      epoch = to;
    },
  };
}

const row = (seq: number, rest: object = {}) => ({
  id: `id-${seq}`,
  channel_id: 'c',
  seq,
  kind: 'user',
  body: `${seq}`,
  custom: {},
  author: null,
  created_at: '1970-01-01T00:00:00Z',
  edited_at: null,
  deleted_at: null,
  parent_seq: null,
  in_channel: true,
  reply_count: 0,
  last_reply_at: null,
  reply_user_ids: [],
  reaction_counts: {},
  pinned_at: null,
  mention_ids: [],
  mentions_everyone: null,
  files: [],
  change: 0,
  ...rest,
});

it('fetches exactly what was lost before the message that shows the gap', async () => {
  const history = [message(1)];
  const { hear, seqs, live } = channelOver(history);
  await live();
  history.push(message(2), message(3), message(4));
  hear(4);
  await vi.waitUntil(() => seqs()?.length === 4);
  expect(seqs()).toEqual([1, 2, 3, 4]);
});

it('waits a moment for what comes out of order before it fetches', async () => {
  const asked: Page[] = [];
  const { hear, seqs, live } = channelOver([message(1)], {
    async beforeAnswer(page) {
      asked.push(page);
    },
  });
  await live();
  const before = asked.length;
  hear(3);
  hear(2);
  await vi.waitUntil(() => seqs()?.length === 3);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(asked).toHaveLength(before);
});

it('takes a message that comes twice once, and one that comes late not at all', async () => {
  const history = [message(1), message(2)];
  const { hear, seqs, live } = channelOver(history);
  await live();
  history.push(message(3));
  for (const seq of [3, 3, 1, 2, 3]) hear(seq);
  expect(seqs()).toEqual([1, 2, 3]);
});

it('finds a lost last message by the heartbeat', async () => {
  const history = [message(1)];
  const { feed, seqs, live } = channelOver(history);
  await live();
  history.push(message(2));
  feed.note({ lastSeq: 2, epoch: 0 });
  await vi.waitUntil(() => seqs()?.length === 2);
});

it('gives the message a moment that the own topic of the user tells of, and fetches it when it got lost', async () => {
  const asked: Page[] = [];
  const history = [message(1)];
  const { feed, hear, seqs, live } = channelOver(history, {
    async beforeAnswer(page) {
      asked.push(page);
    },
  });
  await live();
  const before = asked.length;
  history.push(message(2));
  feed.note({ lastSeq: 2 });
  hear(2);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(asked).toHaveLength(before);
  history.push(message(3));
  feed.note({ lastSeq: 3 });
  await vi.waitUntil(() => seqs()?.length === 3);
});

it('asks again for a message that was announced before other connections see it', async () => {
  const history = [message(1)];
  const { feed, seqs, live } = channelOver(history);
  await live();
  feed.note({ lastSeq: 2, epoch: 0 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(seqs()).toEqual([1]);
  history.push(message(2));
  await vi.waitUntil(() => seqs()?.length === 2);
});

it('does not ask for ever when a promised message cannot be had', async () => {
  vi.useFakeTimers();
  const asked: Page[] = [];
  const { feed, topics } = channelOver([message(1)], {
    async beforeAnswer(page) {
      asked.push(page);
    },
  });
  await vi.advanceTimersByTimeAsync(10);
  topics.get('channel:c:0')?.onLive();
  await vi.advanceTimersByTimeAsync(10);
  feed.note({ lastSeq: 9, epoch: 0 });
  feed.note({ lastSeq: 9, epoch: 0 });
  await vi.advanceTimersByTimeAsync(60_000);
  vi.useRealTimers();
  expect(asked.length).toBeLessThan(10);
});

it('starts over at the newest page when it is very far behind', async () => {
  const history = messages(1, 10);
  const { seqs, live } = channelOver(history);
  const handlers = await live();
  handlers.onInterrupted();
  history.push(...messages(11, 3_010));
  handlers.onLive();
  await vi.waitUntil(() => seqs()?.at(-1) === 3_010);
  expect(seqs()).toEqual(Array.from({ length: 50 }, (_, n) => 2_961 + n));
});

it('shows a change of an old message, and fetches those that were lost', async () => {
  const history = messages(1, 3);
  const { change, bodies, live, feed } = channelOver(history);
  await live();
  change(1, 'one');
  expect(bodies()).toEqual(['one', '2', '3']);
  change(2, 'two', true);
  change(3, 'three');
  expect(bodies()).toEqual(['one', '2', '3']);
  await vi.waitUntil(() => bodies()?.join() === 'one,two,three');
  change(1, 'ONE', true);
  feed.note({ lastChange: 4, epoch: 0 });
  await vi.waitUntil(() => bodies()?.join() === 'ONE,two,three');
});

it('has the changes made while it was away, and none twice', async () => {
  const history = messages(1, 3);
  const { change, bodies, live } = channelOver(history);
  const handlers = await live();
  handlers.onInterrupted();
  change(2, 'two', true);
  change(2, 'TWO', true);
  history.push(message(4));
  handlers.onLive();
  await vi.waitUntil(() => bodies()?.length === 4);
  await vi.waitUntil(() => bodies()?.[1] === 'TWO');
});

it('does not show a message older than it was, when the answer is older than the event', async () => {
  const answers: (() => void)[] = [];
  const history = messages(1, 60);
  const { change, view, bodies, live } = channelOver(history, {
    beforeAnswer: ({ beforeSeq }) =>
      beforeSeq === undefined ? Promise.resolve() : new Promise((resolve) => answers.push(resolve)),
  });
  await live();
  const older = view.loadOlder();
  await vi.waitUntil(() => answers.length === 1);
  change(5, 'changed');
  for (const answer of answers) answer();
  await older;
  expect(bodies()?.[4]).toBe('changed');
});

it('applies a change that overtakes its message', async () => {
  const history = messages(1, 2);
  const { change, hear, bodies, live } = channelOver(history);
  await live();
  history.push(message(3));
  change(3, 'edited');
  hear(3);
  expect(bodies()).toEqual(['1', '2', 'edited']);
});

it('counts replies on their root and leaves them out of the channel', async () => {
  const history = messages(1, 2);
  const { hear, seqs, states, live } = channelOver(history);
  await live();
  hear(3, {
    parent_seq: 1,
    in_channel: false,
    parent: {
      seq: 1,
      change: 1,
      reply_count: 1,
      last_reply_at: '1970-01-01T00:00:00Z',
      reply_user_ids: ['b'],
    },
  });
  expect(seqs()).toEqual([1, 2]);
  expect(states.at(-1)?.messages[0]).toMatchObject({ replyCount: 1, replyUserIds: ['b'], change: 1 });
  hear(4);
  expect(seqs()).toEqual([1, 2, 4]);
});

it('keeps the own reactions apart from those of others', async () => {
  const { said, states, live } = channelOver(messages(1, 1));
  await live();
  const react = (change: number, id: string, action: string, reaction_counts: object) =>
    said('message:reaction', { seq: 1, change, emoji: '👍', user: { id }, action, reaction_counts });
  react(1, 'me', 'added', { '👍': 1 });
  react(2, 'other', 'added', { '👍': 2 });
  expect(states.at(-1)?.messages[0]?.reactions).toEqual([{ emoji: '👍', count: 2, isMine: true }]);
  said('message:updated', row(1, { body: 'edited', change: 3, reaction_counts: { '👍': 2 } }));
  expect(states.at(-1)?.messages[0]).toMatchObject({ body: 'edited', reactions: [{ isMine: true }] });
  react(4, 'me', 'removed', { '👍': 1 });
  expect(states.at(-1)?.messages[0]?.reactions).toEqual([{ emoji: '👍', count: 1, isMine: false }]);
});

it('moves to the next epoch when it is refused on the old one, and ends when there is none for the caller', async () => {
  const { live, states, topic, topics, move } = channelOver([message(1)]);
  await live();
  move(1);
  topics.get('channel:c:0')?.onRefused();
  const next = await topic('channel:c:1');
  expect(topics.has('channel:c:0')).toBe(false);
  move(null);
  next.onRefused();
  await vi.waitUntil(() => states.at(-1)?.connection === 'ended');
});

it('a member who is refused is offline, and tries again ever more rarely until they are heard', async () => {
  vi.useFakeTimers();
  const { states, topics } = channelOver([message(1)]);
  await vi.advanceTimersByTimeAsync(10);
  topics.get('channel:c:0')?.onLive();
  await vi.advanceTimersByTimeAsync(10);
  expect(states.at(-1)?.connection).toBe('live');
  for (const wait of [300, 600, 1_200]) {
    topics.get('channel:c:0')?.onRefused();
    await vi.advanceTimersByTimeAsync(wait - 10);
    expect([topics.has('channel:c:0'), states.at(-1)?.connection]).toEqual([false, 'offline']);
    await vi.advanceTimersByTimeAsync(20);
    expect(topics.has('channel:c:0')).toBe(true);
  }
  topics.get('channel:c:0')?.onLive();
  await vi.advanceTimersByTimeAsync(10);
  vi.useRealTimers();
  expect(states.at(-1)?.connection).toBe('live');
});

it('who is here is asked for again when it was refused', async () => {
  const { live, feed, topics, topic } = channelOver([message(1)]);
  await live();
  (await topic('live:c:0')).onPresence?.(['ada']);
  const before = topics.get('live:c:0');
  before?.onRefused();
  expect(feed.online).toEqual([]);
  const again = await vi.waitUntil(() => {
    const now = topics.get('live:c:0');
    return now !== before && now;
  });
  again.onPresence?.(['ada', 'bob']);
  expect(feed.online).toEqual(['ada', 'bob']);
});

it('keeps no gap when it starts over at the newest page while an older one is under way', async () => {
  let answerOlder = () => {};
  const history = messages(1, 100);
  const { view, seqs, live } = channelOver(history, {
    beforeAnswer: ({ beforeSeq }) =>
      beforeSeq === undefined
        ? Promise.resolve()
        : new Promise((resolve) => {
            answerOlder = resolve;
          }),
  });
  const handlers = await live();
  const older = view.loadOlder();
  history.push(...messages(101, 3_100));
  handlers.onLive();
  await vi.waitUntil(() => seqs()?.at(-1) === 3_100);
  answerOlder();
  await older;
  expect(seqs()).toEqual(Array.from({ length: 50 }, (_, n) => 3_051 + n));
});

it('moves to the next epoch by the heartbeat when it never heard that the channel moved', async () => {
  const { live, feed, topic, topics, move } = channelOver([message(1)]);
  await live();
  move(1);
  feed.note({ lastSeq: 1, epoch: 1 });
  await topic('channel:c:1');
  expect(topics.has('channel:c:0')).toBe(false);
});

it('ends by the heartbeat when the caller is no longer a member, and comes back when they are one again', async () => {
  const { live, feed, states, topic, topics, move } = channelOver([message(1)]);
  await live();
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
  const { live: goLive, states, topic } = channelOver([message(1)]);
  await goLive();
  const live = await topic('live:c:0');
  live.onPresence?.(['eve', 'e']);
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
  live.onEvent('typing:user', { user: { ...user, id: 'somebody who is not here' }, isTyping: true });
  expect(states.at(-1)?.typing).toEqual([user]);
});

/** A view of a long history. */
const longHistory = () => channelOver(messages(1, 2_000), { around: 1_000 });

it('begins around a message, grows both ways and gets to the newest', async () => {
  const { view, seqs, states, live } = longHistory();
  await live();
  expect(seqs()).toEqual(Array.from({ length: 50 }, (_, n) => 975 + n));
  expect(states.at(-1)).toMatchObject({ hasOlder: true, hasNewer: true });
  await Promise.all([view.loadOlder(), view.loadNewer()]);
  expect(seqs()).toEqual(Array.from({ length: 150 }, (_, n) => 925 + n));
  await view.backToNewest();
  expect(seqs()).toEqual(Array.from({ length: 50 }, (_, n) => 1_951 + n));
  expect(states.at(-1)).toMatchObject({ hasOlder: true, hasNewer: false });
  await view.jumpTo('id-30');
  expect(seqs()?.includes(30)).toBe(true);
  await view.loadOlder();
  expect(seqs()?.[0]).toBe(1);
  expect(states.at(-1)).toMatchObject({ hasOlder: false, hasNewer: true });
});

it('holds at most a thousand messages and loads again what it let go', async () => {
  const { view, seqs, states, live } = longHistory();
  await live();
  while (seqs()?.[0] !== 1) await view.loadOlder();
  expect(seqs()).toEqual(Array.from({ length: 1_000 }, (_, n) => n + 1));
  expect(states.at(-1)).toMatchObject({ hasOlder: false, hasNewer: true });
  while (states.at(-1)?.hasNewer) await view.loadNewer();
  expect(seqs()).toEqual(Array.from({ length: 1_000 }, (_, n) => n + 1_001));
  expect(states.at(-1)?.hasOlder).toBe(true);
});

it('misses nothing that is said while the last page is under way', async () => {
  let answer = () => {};
  const history = messages(1, 80);
  const { view, hear, seqs, live } = channelOver(history, {
    around: 20,
    beforeAnswer: ({ afterSeq }) =>
      afterSeq !== undefined && afterSeq > 40
        ? new Promise((resolve) => {
            answer = resolve;
          })
        : Promise.resolve(),
  });
  await live();
  const newer = view.loadNewer();
  history.push(message(81));
  hear(81);
  answer();
  await newer;
  expect(seqs()?.at(-1)).toBe(81);
  hear(82);
  expect(seqs()?.at(-1)).toBe(82);
});

it('loads what was refused while the caller was out, when they are a member again', async () => {
  let isOut = false;
  const { feed, seqs, states, live, topics, move } = channelOver(messages(1, 3), {
    async beforeAnswer() {
      if (isOut) throw new ChatError('not_a_member', 'unable to list messages; join first');
    },
  });
  isOut = true;
  await vi.waitUntil(() => states.at(-1)?.connection === 'ended');
  move(null);
  feed.note(null);
  isOut = false;
  move(2);
  feed.note({ epoch: 2 });
  await vi.waitUntil(() => topics.has('channel:c:2'));
  await live();
  expect(seqs()).toEqual([1, 2, 3]);
});

it('a listener that throws is told of what follows, and disturbs nobody else', async () => {
  const reported = vi.spyOn(console, 'error').mockImplementation(() => {});
  const { feed, subscribe, hear, seqs, live } = channelOver([message(1)]);
  const heard: number[] = [];
  const mistake = new Error('a mistake of the app');
  subscribe((state) => {
    heard.push(state.messages.length);
    throw mistake;
  });
  await live();
  hear(2);
  hear(3);
  expect(heard.slice(-2)).toEqual([2, 3]);
  expect(seqs()).toEqual([1, 2, 3]);
  expect(feed.connection).toBe('live');
  expect(reported).toHaveBeenCalledWith(mistake);
  reported.mockRestore();
});

it('a view that is closed during an outage ends nothing for the others', async () => {
  vi.useFakeTimers();
  let isCut = false;
  const { view, states, topics, openView } = channelOver(messages(1, 3), {
    async beforeAnswer() {
      if (isCut) throw new ChatError('network_unavailable', 'unable to list messages; no answer');
    },
  });
  await vi.advanceTimersByTimeAsync(10);
  topics.get('channel:c:0')?.onLive();
  await vi.advanceTimersByTimeAsync(10);
  isCut = true;
  const other = openView();
  await vi.advanceTimersByTimeAsync(10);
  other.unsubscribe();
  await vi.advanceTimersByTimeAsync(60_000);
  vi.useRealTimers();
  expect(topics.has('channel:c:0')).toBe(true);
  expect(states.at(-1)?.connection).toBe('live');
  view.unsubscribe();
});
