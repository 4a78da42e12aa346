/** Loads the next page before the reader reaches the end of what is there, in both directions. */
import type { Message } from '@confab/sdk';
import { type RefObject, useCallback, useEffect, useState } from 'react';
import { useBack } from '../ui/use-back.ts';
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
    setFailed((before) => (before.older ? {} : before));
    askOlder().catch(() => setFailed({ older: true }));
  }, [askOlder]);
  const loadNewer = useCallback(() => {
    setFailed((before) => (before.newer ? {} : before));
    askNewer().catch(() => setFailed({ newer: true }));
  }, [askNewer]);

  useBack(() => setFailed((before) => (before.older || before.newer ? {} : before)));

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
