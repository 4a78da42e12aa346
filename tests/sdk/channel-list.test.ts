/** What the list of channels makes of events and answers that overtake each other. */
import { expect, it, vi } from 'vitest';
import type { ChannelsState } from '../../sdk/src/index.ts';
import { createChannelList } from '../../sdk/src/internal/channel-list.ts';

import type { Rest } from '../../sdk/src/internal/rest.ts';
import type { UserFeedHandlers } from '../../sdk/src/internal/user-feed.ts';
import { idleOutbox } from '../helpers/messages.ts';

const row = (lastSeq: number) => ({
  id: 'c',
  kind: 'public',
  slug: 'c',
  role: 'member',
  created_at: '1970-01-01T00:00:00Z',
  last_activity_at: '1970-01-01T00:00:00Z',
  last_seq: lastSeq,
  last_read_seq: 0,
  unread_count: lastSeq,
  member_count: 2,
  dm_user_id: null,
});

/** A list over a server that has one channel, with its topic in hand and a pause before every answer. */
async function listOver(server: { lastSeq: number; beforeAnswer(): Promise<void> }) {
  const query: object = new Proxy({}, { get: () => () => query });
  const run = async () => {
    const rows = [row(server.lastSeq)];
    await server.beforeAnswer();
    return rows;
  };
  let topic: UserFeedHandlers | undefined;
  const list = createChannelList({
    rest: { client: { from: () => query }, run } as unknown as Rest,
    userFeed: {
      subscribe(handlers) {
        topic = handlers;
        return { unsubscribe() {} };
      },
      end() {},
    },
    realtime: { open: () => ({ send() {}, close() {} }) },
    feeds: { all: new Map() },
    userId: () => 'me',
    outbox: idleOutbox,
    onIdle() {},
  });
  let state: ChannelsState | undefined;
  list.subscribe((next) => {
    state = next;
  });
  const handlers = await vi.waitUntil(() => topic);
  handlers.onLive?.();
  await vi.waitUntil(() => state?.connection === 'live');
  return { list, handlers, unread: () => state?.channels[0]?.unreadCount };
}

it('an answer that was under way when a message was announced does not take the message back', async () => {
  let answer = () => {};
  const server = { lastSeq: 1, beforeAnswer: () => Promise.resolve() };
  const { list, handlers, unread } = await listOver(server);

  server.beforeAnswer = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  list.refresh('c');
  server.lastSeq = 2;
  handlers.onEvent('channel:bumped', {
    channel_id: 'c',
    last_seq: 2,
    last_activity_at: '1970-01-01T00:00:00Z',
  });
  server.beforeAnswer = () => Promise.resolve();
  answer();
  await new Promise((resolve) => setTimeout(resolve));
  expect(unread()).toBe(2);
});
