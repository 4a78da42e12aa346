/** What windows on a history show, also when loads overtake each other and fail. */
import { expect, it, vi } from 'vitest';
import { ChatError, type Message } from '../../sdk/src/index.ts';
import type { ChannelFeed, FeedView } from '../../sdk/src/internal/channel-feed.ts';
import { createMessageView, type ViewState } from '../../sdk/src/internal/message-view.ts';
import { createOverlays } from '../../sdk/src/internal/overlays.ts';
import { channelOver } from '../helpers/channel-feed.ts';
import { idleOutbox, message, messages } from '../helpers/messages.ts';

/** A view of a live channel of ten messages, whose pages come when the test says so. */
function viewOfTen() {
  const questions: { answer(): void; fail(error: Error): void }[] = [];
  let inFeed: FeedView | undefined;
  let state: ViewState | undefined;
  const feed: Partial<ChannelFeed> = {
    connection: 'live',
    add(view) {
      inFeed = view;
      return { unsubscribe() {} };
    },
    page: (fetch) => fetch(),
    recent: () => [],
    fail() {},
  };
  const subscription = createMessageView({
    channelId: 'c',
    feed: feed as ChannelFeed,
    outbox: idleOutbox,
    overlays: createOverlays(async () => {}),
    accepts: () => true,
    fetch: () =>
      new Promise<Message[]>((resolve, reject) => {
        questions.push({ answer: () => resolve(messages(1, 10)), fail: reject });
      }),
    get: () => Promise.reject(new Error('nothing is to be asked')),
    listener: (next) => {
      state = next;
    },
  });
  return { subscription, questions, inFeed: () => inFeed, state: () => state };
}

it('a jump that fails does not stop the load that gave way to it', async () => {
  const { subscription, questions, inFeed, state } = viewOfTen();
  inFeed()?.reload();
  const jump = subscription.jumpTo(3);
  await vi.waitUntil(() => questions.length === 3);
  const [first, ...ofJump] = questions.splice(0);
  first?.answer();
  for (const question of ofJump)
    question.fail(new ChatError('network_unavailable', 'unable to list messages; no answer'));
  await expect(jump).rejects.toMatchObject({ code: 'network_unavailable' });
  (await vi.waitUntil(() => questions.shift())).answer();
  await vi.waitUntil(() => state()?.connection === 'live');
  expect(state()?.messages).toHaveLength(10);
});

it('a jump that fails leaves the window as it was, and a load that was asked for meanwhile is done', async () => {
  const { subscription, questions, inFeed, state } = viewOfTen();
  const failing = async (jump: Promise<void>) => {
    await vi.waitUntil(() => questions.length === 2);
    for (const question of questions.splice(0))
      question.fail(new ChatError('forbidden', 'unable to list messages; not allowed'));
    await expect(jump).rejects.toMatchObject({ code: 'forbidden' });
    await Promise.resolve();
  };
  inFeed()?.reload();
  questions.shift()?.answer();
  await vi.waitUntil(() => state()?.connection === 'live');
  await failing(subscription.jumpTo(30));
  expect(questions).toEqual([]);
  expect(state()?.messages).toHaveLength(10);

  inFeed()?.reload();
  const jump = subscription.jumpTo(30);
  questions.shift()?.answer();
  await failing(jump);
  expect(questions).toHaveLength(1);
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

it('extends the window where it was moved to, also while pages for the place before are under way', async () => {
  let isHeld = false;
  const held: (() => void)[] = [];
  const { view, seqs, live } = channelOver(messages(1, 2_000), {
    around: 1_000,
    beforeAnswer: () => (isHeld ? new Promise((resolve) => held.push(resolve)) : Promise.resolve()),
  });
  await live();
  isHeld = true;
  const before = [view.loadOlder(), view.loadNewer()];
  const jump = view.jumpTo(500);
  // Asked for while the window is still where it was.
  before.push(view.loadOlder(), view.loadNewer());
  await vi.waitUntil(() => held.length === 6);
  for (const answer of held.splice(2, 2)) answer();
  await jump;
  isHeld = false;
  await Promise.all([view.loadOlder(), view.loadNewer()]);
  expect(seqs()).toEqual(Array.from({ length: 150 }, (_, n) => 425 + n));
  for (const answer of held) answer();
  await Promise.all(before);
  expect(seqs()).toEqual(Array.from({ length: 150 }, (_, n) => 425 + n));
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
