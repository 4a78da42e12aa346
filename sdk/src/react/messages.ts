/** Messages on screen: of a channel, of a thread, and the threads that the caller follows. */
import { useCallback, useMemo } from 'react';
import type { Channel } from '../channel.ts';
import type { Messages, MessagesState, MessagesSubscription } from '../messages.ts';
import type { Thread, ThreadState, ThreadsState, ThreadsSubscription } from '../threads.ts';
import type { Typing } from '../typing.ts';
import type { User } from '../users.ts';
import { useLive } from './live.ts';
import { useChat } from './provider.ts';

const NO_MESSAGES: MessagesState = {
  messages: [],
  hasOlder: false,
  hasNewer: false,
  typing: [],
  online: [],
  connection: 'loading',
};

const NO_THREAD: ThreadState = {
  root: null,
  replies: [],
  hasOlder: false,
  hasNewer: false,
  typing: [],
  isFollowing: false,
  connection: 'loading',
};

const NOBODY: readonly User[] = [];

const NO_THREADS: ThreadsState = { threads: [], hasMore: false, connection: 'loading' };

/** What moves the window; nothing happens before the component is on screen. */
type WindowActions = Omit<MessagesSubscription, 'unsubscribe'>;

function windowActions(view: () => MessagesSubscription | undefined): WindowActions {
  return {
    loadOlder: async () => view()?.loadOlder(),
    loadNewer: async () => view()?.loadNewer(),
    jumpTo: async (message) => view()?.jumpTo(message),
    backToNewest: async () => view()?.backToNewest(),
  };
}

export interface UseMessages
  extends MessagesState,
    WindowActions,
    Pick<Messages, 'send' | 'edit' | 'delete' | 'retry' | 'discard'> {}

/** A live view of a channel's messages and what can be done with it; begins around a seq, or at the newest. */
export function useMessages(channel: Channel, { around }: { around?: number | undefined } = {}): UseMessages {
  const { messages } = channel;
  const open = useCallback(
    (listener: (state: MessagesState) => void) => messages.subscribe(listener, { around }),
    [messages, around],
  );
  const { state, view } = useLive(open, NO_MESSAGES);
  const actions = useMemo(() => {
    const { send, edit, delete: remove, retry, discard } = messages;
    return { ...windowActions(view), send, edit, delete: remove, retry, discard };
  }, [messages, view]);
  return useMemo(() => ({ ...state, ...actions }), [state, actions]);
}

export interface UseThread
  extends ThreadState,
    WindowActions,
    Pick<Thread, 'send' | 'markRead' | 'follow' | 'unfollow'> {}

/** A live view of the replies to a message and what can be done with it. */
export function useThread(
  channel: Channel,
  rootSeq: number,
  { around }: { around?: number | undefined } = {},
): UseThread {
  const thread = useMemo(() => channel.thread(rootSeq), [channel, rootSeq]);
  const open = useCallback(
    (listener: (state: ThreadState) => void) => thread.subscribe(listener, { around }),
    [thread, around],
  );
  const { state, view } = useLive(open, NO_THREAD);
  const actions = useMemo(() => {
    const { send, markRead, follow, unfollow } = thread;
    return { ...windowActions(view), send, markRead, follow, unfollow };
  }, [thread, view]);
  return useMemo(() => ({ ...state, ...actions }), [state, actions]);
}

/** The threads that the caller follows, newest reply first; `loadMore` extends the list. */
export function useThreads(): ThreadsState & Pick<ThreadsSubscription, 'loadMore'> {
  const { state, view } = useLive(useChat().threads.subscribe, NO_THREADS);
  const loadMore = useCallback(async () => view()?.loadMore(), [view]);
  return useMemo(() => ({ ...state, loadMore }), [state, loadMore]);
}

/** Who is typing in a channel, without the caller; and `start` and `stop` to tell the others. */
export function useTyping(channel: Channel): { users: readonly User[] } & Typing {
  const { messages, typing } = channel;
  const open = useCallback(
    (listener: (users: readonly User[]) => void) => messages.subscribe((state) => listener(state.typing)),
    [messages],
  );
  const { state: users } = useLive(open, NOBODY);
  return useMemo(() => ({ users, start: typing.start, stop: typing.stop }), [users, typing]);
}
