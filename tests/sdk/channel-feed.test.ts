/** What a feed does with a Realtime that loses, repeats and interrupts. */
import { afterEach, expect, it, vi } from 'vitest';
import { channelOver, type Page, row } from '../helpers/channel-feed.ts';
import { message, messages } from '../helpers/messages.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
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
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
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
  expect(states.at(-1)?.connection).toBe('live');
});

it('a member who is refused waits, whatever else they are told, until it is time or the channel has moved', async () => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const { feed, topics, move } = channelOver([message(1)]);
  for (const wait of [300, 600]) {
    await vi.advanceTimersByTimeAsync(wait + 10);
    topics.get('channel:c:0')?.onRefused();
    await vi.advanceTimersByTimeAsync(10);
    feed.note({ lastSeq: 2 });
    feed.note({ lastSeq: 2, lastChange: 0, epoch: 0 });
    await vi.advanceTimersByTimeAsync(10);
    expect([...topics.keys()]).toEqual([]);
  }
  move(1);
  feed.note({ epoch: 1 });
  await vi.advanceTimersByTimeAsync(10);
  expect([...topics.keys()]).toEqual(['channel:c:1', 'live:c:1']);
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
