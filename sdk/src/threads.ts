/** Threads: the replies to a message, live, and the list of those the caller follows. */
import { isChatError } from './errors.ts';
import { type Subscription, tell } from './internal/emitter.ts';
import { THREAD_COLUMNS, type ThreadRow, toThreadInfo } from './internal/item-rows.ts';
import { createLiveValue } from './internal/live-value.ts';
import { bounds, type PageOptions, toPage } from './internal/message-calls.ts';
import { changed } from './internal/message-log.ts';
import { createMessageView, type ViewState } from './internal/message-view.ts';
import type { Rest } from './internal/rest.ts';
import { retrying } from './internal/retry.ts';
import { exactTime, MESSAGE_COLUMNS } from './internal/rows.ts';
import type { UserFeed } from './internal/user-feed.ts';
import type { Connection, Message, MessagesDeps, MessagesSubscription, SendOptions } from './messages.ts';
import type { User } from './users.ts';

/** What a live thread shows at one moment; a new object at every change. */
export interface ThreadState {
  /** The message that the thread is about; null before it is loaded, and when there is none. */
  root: Message | null;
  /** Oldest first, without gaps; own replies on their way come last. */
  replies: readonly Message[];
  hasOlder: boolean;
  hasNewer: boolean;
  /** Who is typing in the channel now, without the caller. */
  typing: readonly User[];
  /** Whether the caller follows it. */
  isFollowing: boolean;
  connection: Connection;
}

export interface Thread {
  readonly channelId: string;
  readonly rootSeq: number;
  /** Calls back with the current state and then at every change. */
  subscribe(
    listener: (state: ThreadState) => void,
    options?: { around?: number | undefined },
  ): MessagesSubscription;
  /** Replies; `alsoInChannel` shows it in the channel too. Otherwise as `messages.send`. */
  send(body: string, options?: SendOptions & { alsoInChannel?: boolean }): Promise<Message>;
  /** Marks the thread as read up to a seq, by default all of it. */
  markRead(seq?: number): Promise<void>;
  /** Unread replies are counted from now on; who replies or is mentioned follows by themselves. */
  follow(): Promise<void>;
  unfollow(): Promise<void>;
}

/** A thread that the caller follows. */
export interface ThreadInfo {
  channelId: string;
  root: Message;
  lastReplyAt: Date;
  unreadCount: number;
}

export interface ThreadsState {
  /** Newest reply first. */
  threads: readonly ThreadInfo[];
  hasMore: boolean;
  connection: Connection;
}

export interface ThreadsSubscription extends Subscription {
  /** Extends the list by a page. */
  loadMore(): Promise<void>;
}

export interface Threads {
  /** A page of followed threads, newest reply first, at most 100; pass the last one to get the next. */
  list(options?: { after?: ThreadInfo; limit?: number }): Promise<ThreadInfo[]>;
  /** Calls back with the followed threads and then at every change of their order or unread counts. */
  subscribe(listener: (state: ThreadsState) => void): ThreadsSubscription;
}

export function createThread(
  deps: MessagesDeps & { rest: Rest; userFeed: UserFeed },
  channelId: string,
  rootSeq: number,
): Omit<Thread, 'send'> {
  const { calls, outbox, overlays, feeds } = deps;
  const { client, run } = deps.rest;
  const live = createLiveValue<{ isFollowing: boolean }>({
    feed: deps.userFeed,
    initial: { isFollowing: false },
    async load() {
      const own = client.from('thread_members').select('is_following');
      const [row] = await run('read thread', own.eq('channel_id', channelId).eq('root_seq', rootSeq));
      return { isFollowing: row?.is_following ?? false };
    },
    apply: (value, event, { channel_id, root_seq, is_following }) =>
      event === 'thread:updated' && channel_id === channelId && root_seq === rootSeq
        ? { isFollowing: is_following as boolean }
        : value,
  });

  async function fetch(options: PageOptions): Promise<Message[]> {
    const page = { channel_id: channelId, parent_seq: rootSeq, ...bounds(options) };
    return toPage(
      await run('list replies', client.rpc('list_replies', page).select(MESSAGE_COLUMNS)),
      options,
    );
  }

  async function follow(isFollowing: boolean): Promise<void> {
    await run(
      'follow thread',
      client.rpc('follow_thread', { channel_id: channelId, root_seq: rootSeq, is_following: isFollowing }),
    );
    live.change(() => ({ isFollowing }));
  }

  return {
    channelId,
    rootSeq,
    subscribe(listener, { around } = {}) {
      const feed = feeds.of(channelId);
      let root: Message | null = null;
      let hasNews = false;
      let isOpen = true;
      let view: ViewState | undefined;
      let isFollowing = false;
      const show = () => {
        hasNews = false;
        if (!view || !isOpen) return;
        const { messages, ...rest } = view;
        const { typing } = feed;
        tell(listener, {
          ...rest,
          root: root && overlays.show(root),
          replies: messages,
          typing,
          isFollowing,
        });
      };
      async function loadRoot(): Promise<void> {
        [root = null] = await feed.page(async () => [await calls.find(channelId, rootSeq)]);
        show();
      }
      const replies = createMessageView({
        channelId,
        feed,
        outbox,
        overlays,
        accepts: ({ parentSeq }) => parentSeq === rootSeq,
        fetch,
        get: calls.get,
        listener(state) {
          view = state;
          show();
        },
        around,
      });
      const inFeed = feed.add({
        append() {},
        change(change) {
          const next = root && changed(root, change);
          if (next !== root) hasNews = true;
          root = next;
        },
        passed() {
          if (hasNews) show();
        },
        reload: () =>
          void retrying(loadRoot, () => isOpen).catch((error: unknown) => {
            // A thread without root is no reason to end the channel.
            if (!isChatError(error) || error.code !== 'message_not_found') feed.fail(error);
          }),
        show() {},
        clear() {
          root = null;
        },
      });
      const following = live.subscribe((now) => {
        ({ isFollowing } = now);
        show();
      });
      return {
        ...replies,
        unsubscribe() {
          isOpen = false;
          replies.unsubscribe();
          inFeed.unsubscribe();
          following.unsubscribe();
        },
      };
    },
    async markRead(seq = Number.MAX_SAFE_INTEGER) {
      await run(
        'mark thread as read',
        client.rpc('mark_thread_read', { channel_id: channelId, root_seq: rootSeq, seq }),
      );
    },
    follow: () => follow(true),
    unfollow: () => follow(false),
  };
}

const PAGE = 50;
const MAX_PAGE = 100;

export function createThreads({
  rest,
  userFeed,
}: {
  rest: Rest;
  userFeed: UserFeed;
}): Threads & { end(): void } {
  const { client, run } = rest;

  async function list({
    after,
    limit = PAGE,
  }: {
    after?: ThreadInfo | undefined;
    limit?: number;
  } = {}): Promise<ThreadInfo[]> {
    let query = client.from('my_threads').select(THREAD_COLUMNS).not('last_reply_at', 'is', null);
    if (after) {
      const time = exactTime(after.lastReplyAt);
      query = query.or(
        `last_reply_at.lt."${time}",and(last_reply_at.eq."${time}",root_id.lt.${after.root.id})`,
      );
    }
    const rows = await run(
      'list threads',
      query
        .order('last_reply_at', { ascending: false })
        .order('root_id', { ascending: false })
        .limit(Math.min(limit, MAX_PAGE)),
    );
    return (rows as unknown as ThreadRow[]).map(toThreadInfo);
  }

  const live = createLiveValue<{ threads: readonly ThreadInfo[]; hasMore: boolean }>({
    feed: userFeed,
    initial: { threads: [], hasMore: false },
    async load({ threads }, isMore) {
      const wanted = Math.max(threads.length + (isMore ? PAGE : 0), PAGE);
      const loaded: ThreadInfo[] = [];
      for (;;) {
        const limit = Math.min(wanted - loaded.length, MAX_PAGE);
        const page = await list({ after: loaded.at(-1), limit });
        loaded.push(...page);
        const hasMore = page.length === limit;
        if (!hasMore || loaded.length >= wanted) return { threads: loaded, hasMore };
      }
    },
    // Which of them are read, and what they count, only another look can tell.
    apply: (value, event) => (event.startsWith('thread:') ? null : value),
  });

  return {
    list,
    subscribe: (listener) => ({ ...live.subscribe(listener), loadMore: live.more }),
    end: live.end,
  };
}
