/** Whether the first new message stands above what is on screen; no more once it was seen. */
import type { Message } from '@confab/sdk';
import { type RefObject, useEffect, useState } from 'react';

export function useNewAbove(
  box: RefObject<HTMLElement | null>,
  messages: readonly Message[],
  /** Id of the first new message; null when there is none, or it is not loaded. */
  firstNewId: string | null,
  /** Whether it stands before the oldest that is loaded. */
  isBefore: boolean,
): boolean {
  const [seen, setSeen] = useState<string | null>(null);
  const [isAbove, setIsAbove] = useState(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other messages move it.
  useEffect(() => {
    const element = box.current;
    if (!element || firstNewId === null) return;
    const look = () => {
      const item = document.getElementById(`message-${firstNewId}`);
      if (!item) return;
      const isHidden = item.getBoundingClientRect().top < element.getBoundingClientRect().top;
      setIsAbove(isHidden);
      if (!isHidden) setSeen(firstNewId);
    };
    // After the list has found its place.
    const frame = requestAnimationFrame(look);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener('scroll', look);
    };
  }, [box, messages, firstNewId]);

  return isBefore || (firstNewId !== null && seen !== firstNewId && isAbove);
}
