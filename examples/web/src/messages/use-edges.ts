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
  const [olderFailed, setOlderFailed] = useState(false);
  const [newerFailed, setNewerFailed] = useState(false);
  const { hasOlder, hasNewer, loadOlder: askOlder, loadNewer: askNewer } = view;

  const loadOlder = useCallback(() => {
    setOlderFailed(false);
    askOlder().catch(() => setOlderFailed(true));
  }, [askOlder]);
  const loadNewer = useCallback(() => {
    setNewerFailed(false);
    askNewer().catch(() => setNewerFailed(true));
  }, [askNewer]);

  useRetry(olderFailed || newerFailed, () => {
    setOlderFailed(false);
    setNewerFailed(false);
  });

  useEffect(() => {
    const element = box.current;
    if (!element || messages.length === 0) return;
    const look = () => {
      const below = element.scrollHeight - element.scrollTop - element.clientHeight;
      if (hasOlder && !olderFailed && element.scrollTop < NEAR_PX) loadOlder();
      if (hasNewer && !newerFailed && below < NEAR_PX) loadNewer();
    };
    look();
    element.addEventListener('scroll', look, { passive: true });
    return () => element.removeEventListener('scroll', look);
  }, [box, messages, hasOlder, hasNewer, olderFailed, newerFailed, loadOlder, loadNewer]);

  return { olderFailed, newerFailed, loadOlder, loadNewer };
}
