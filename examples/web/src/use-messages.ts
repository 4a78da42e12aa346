/** The messages of the channel on screen, kept live. */
import type { Channel, MessagesState, MessagesSubscription } from '@confab/sdk';
import { useCallback, useEffect, useRef, useState } from 'react';

const EMPTY: MessagesState = {
  messages: [],
  hasOlder: false,
  hasNewer: false,
  typing: [],
  online: [],
  connection: 'loading',
};

export interface MessagesView extends MessagesState {
  /** True once a page of older messages could not be had. */
  olderFailed: boolean;
  loadOlder(): void;
}

export function useMessages(channel: Channel): MessagesView {
  const [state, setState] = useState(EMPTY);
  const [olderFailed, setOlderFailed] = useState(false);
  const subscription = useRef<MessagesSubscription | null>(null);

  useEffect(() => {
    const opened = channel.messages.subscribe(setState);
    subscription.current = opened;
    return () => opened.unsubscribe();
  }, [channel]);

  const loadOlder = useCallback(() => {
    setOlderFailed(false);
    subscription.current?.loadOlder().catch(() => setOlderFailed(true));
  }, []);

  return { ...state, olderFailed, loadOlder };
}
