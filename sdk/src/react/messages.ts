/** The messages of a channel on screen. */
import { useMemo } from 'react';
import type { Channel } from '../channels.ts';
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

export interface UseMessages
  extends MessagesState,
    Omit<MessagesSubscription, 'unsubscribe'>,
    Pick<Messages, 'send'> {}

/** A live view of a channel's messages and what can be done with it. */
export function useMessages(channel: Channel): UseMessages {
  const { messages } = channel;
  const { state, view } = useLive(messages.subscribe, NO_MESSAGES);
  const actions = useMemo(
    () => ({
      loadOlder: async () => view()?.loadOlder(),
      loadNewer: async () => view()?.loadNewer(),
      jumpTo: async (message: number | string) => view()?.jumpTo(message),
      backToNewest: async () => view()?.backToNewest(),
      send: messages.send,
    }),
    [messages, view],
  );
  return useMemo(() => ({ ...state, ...actions }), [state, actions]);
}
