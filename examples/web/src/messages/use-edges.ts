/** Loads the next page before the reader reaches the end of what is there, in both directions. */
import type { Message } from '@confab/sdk';
import { type RefObject, useCallback, useEffect, useState } from 'react';
import { useRetry } from '../ui/use-retry.ts';
import type { HistoryView } from './message-scroller.tsx';

/** Within this distance of an end the next page is asked for. */
const NEAR_PX = 900;

interface Edges {
  olderFailed: boolean;
  newerFailed: boolean;
  loadOlder(): void;
  loadNewer(): void;
}

export function useEdges(
  box: RefObject<HTMLElement | null>,
  view: HistoryView,
  messages: readonly Message[],
): Edges {
  const [failed, setFailed] = useState<{ older?: boolean; newer?: boolean }>({});
  const { hasOlder, hasNewer, loadOlder: askOlder, loadNewer: askNewer } = view;

  const loadOlder = useCallback(() => {
    setFailed((before) => (before.older ? { ...before, older: false } : before));
    askOlder().catch(() => setFailed((before) => ({ ...before, older: true })));
  }, [askOlder]);
  const loadNewer = useCallback(() => {
    setFailed((before) => (before.newer ? { ...before, newer: false } : before));
    askNewer().catch(() => setFailed((before) => ({ ...before, newer: true })));
  }, [askNewer]);

  useRetry(Boolean(failed.older || failed.newer), () => setFailed({}));

  useEffect(() => {
    const element = box.current;
    if (!element || messages.length === 0) return;
    const look = () => {
      const below = element.scrollHeight - element.scrollTop - element.clientHeight;
      if (hasOlder && !failed.older && element.scrollTop < NEAR_PX) loadOlder();
      if (hasNewer && !failed.newer && below < NEAR_PX) loadNewer();
    };
    look();
    element.addEventListener('scroll', look, { passive: true });
    return () => element.removeEventListener('scroll', look);
  }, [box, messages, hasOlder, hasNewer, failed, loadOlder, loadNewer]);

  return {
    olderFailed: failed.older ?? false,
    newerFailed: failed.newer ?? false,
    loadOlder,
    loadNewer,
  };
}
