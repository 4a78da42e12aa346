/** One thread, kept live. */
import type { MessagesSubscription, Thread, ThreadState } from '@confab/sdk';
import { useCallback, useMemo } from 'react';
import { useLive } from '../ui/use-live.ts';

const EMPTY: ThreadState = {
  root: null,
  replies: [],
  hasOlder: false,
  hasNewer: false,
  typing: [],
  connection: 'loading',
};

export interface UseThread extends ThreadState, Omit<MessagesSubscription, 'unsubscribe'> {}

export function useThread(thread: Thread): UseThread {
  const subscribe = useCallback(
    (listener: (state: ThreadState) => void) => thread.subscribe(listener),
    [thread],
  );
  const [state, view] = useLive<ThreadState, MessagesSubscription>(subscribe, EMPTY);
  const actions = useMemo(
    () => ({
      loadOlder: async () => view()?.loadOlder(),
      loadNewer: async () => view()?.loadNewer(),
      jumpTo: async (message: number | string) => view()?.jumpTo(message),
      backToNewest: async () => view()?.backToNewest(),
    }),
    [view],
  );
  return useMemo(() => ({ ...state, ...actions }), [state, actions]);
}
