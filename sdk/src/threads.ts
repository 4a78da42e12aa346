/** Threads: the replies to a message, live, and the list of those the caller follows. */
import type { Subscription } from './internal/emitter.ts';
import type { Connection, Message, MessagesSubscription, SendOptions } from './messages.ts';
import type { User } from './users.ts';

/** What a live thread shows at one moment; a new object at every change. */
export interface ThreadState {
  /** The message that the thread is about; null before it is loaded. */
  root: Message | null;
  /** Oldest first, without gaps; own replies on their way come last. */
  replies: readonly Message[];
  hasOlder: boolean;
  hasNewer: boolean;
  /** Who is typing in the channel now, without the caller. */
  typing: readonly User[];
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
  /** Extends the list by a page. @throws `network_unavailable` */
  loadMore(): Promise<void>;
}

export interface Threads {
  /** A page of followed threads, newest reply first, at most 100; pass the last one to get the next. */
  list(options?: { after?: ThreadInfo; limit?: number }): Promise<ThreadInfo[]>;
  /** Calls back with the followed threads and then at every change of their order or unread counts. */
  subscribe(listener: (state: ThreadsState) => void): ThreadsSubscription;
}
