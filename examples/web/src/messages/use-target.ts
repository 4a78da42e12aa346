/** Brings the window of a conversation to one message: the one in the address, or another that is asked for. */
import type { UseMessages } from '@confab/sdk/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { forgetMessage } from '../place.ts';
import { attempt } from '../ui/toasts.tsx';

interface Target {
  /** Id of the message to show, until it is on screen. */
  target: string | null;
  goToMessage(message: number | string): void;
  onTarget(): void;
}

export function useTarget(view: UseMessages, addressed: string | null, isLoaded: boolean): Target {
  const [wanted, setWanted] = useState<number | string | null>(null);
  const { messages } = view;
  const latest = useRef(view);
  latest.current = view;

  const goToMessage = useCallback((message: number | string) => {
    const isHere = latest.current.messages.some(({ id, seq }) => id === message || seq === message);
    const arrive = isHere ? Promise.resolve(true) : attempt(() => latest.current.jumpTo(message));
    void arrive.then((found) => found && setWanted(message));
  }, []);

  useEffect(() => {
    if (addressed === null || !isLoaded) return;
    goToMessage(/^\d+$/.test(addressed) ? Number(addressed) : addressed);
    // The same link may be followed again.
    forgetMessage();
  }, [addressed, isLoaded, goToMessage]);

  const onTarget = useCallback(() => setWanted(null), []);
  const found = messages.find(({ id, seq }) => id === wanted || (seq !== null && seq >= Number(wanted)));
  return { target: wanted === null ? null : (found?.id ?? null), goToMessage, onTarget };
}
