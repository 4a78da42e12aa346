/** What a window on a history makes of loads that overtake each other and fail. */
import { expect, it, vi } from 'vitest';
import { ChatError, type Message } from '../../sdk/src/index.ts';
import type { ChannelFeed, FeedView } from '../../sdk/src/internal/channel-feed.ts';
import { createMessageView, type ViewState } from '../../sdk/src/internal/message-view.ts';
import { createOverlays } from '../../sdk/src/internal/overlays.ts';
import { idleOutbox, messages } from '../helpers/messages.ts';

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
