/** A feed and its views over a server with one channel and a Realtime that the test drives by hand. */
import { vi } from 'vitest';
import type { Message, MessagesSubscription } from '../../sdk/src/index.ts';
import { createChannelFeed, type FeedDeps } from '../../sdk/src/internal/channel-feed.ts';
import { createMessageView, type ViewState } from '../../sdk/src/internal/message-view.ts';
import { createOverlays } from '../../sdk/src/internal/overlays.ts';
import type { TopicHandlers } from '../../sdk/src/internal/realtime.ts';
import { createTypists } from '../../sdk/src/internal/typists.ts';
import { createMessages, type MessagesDeps } from '../../sdk/src/messages.ts';
import { idleOutbox, message } from './messages.ts';

export interface Page {
  beforeSeq?: number;
  afterSeq?: number;
  limit?: number;
}

/** A server with one channel, whose feed and view are under test, with the handlers of its topics in hand. */
export function channelOver(
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
  const code = { createTypists, deliveries: { note() {}, end() {} } };
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
    soon: { now: code, whenThere: (act) => act(code) },
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

export const row = (seq: number, rest: object = {}) => ({
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
