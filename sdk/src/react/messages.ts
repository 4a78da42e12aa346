/** Messages on screen: of a channel, of a thread, and the threads that the caller follows. */
import { useCallback, useMemo } from 'react';
import type { Channel } from '../channel.ts';
import type { Messages, MessagesState, MessagesSubscription } from '../messages.ts';
import { useLive } from './live.ts';

const NO_MESSAGES: MessagesState = {
  messages: [],
  hasOlder: false,
  hasNewer: false,
  typing: [],
  online: [],
  connection: 'loading',
};

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
