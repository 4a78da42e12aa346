/** Keeps a list of messages where the reader is: at the newest, or at the same message while others come and go. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** So near to the end that the newest message is on screen. */
const END_PX = 48;

export interface Scroll {
  box: RefObject<HTMLDivElement | null>;
  isAtEnd: boolean;
  toEnd(): void;
}

/** `box` scrolls and has one child, a list whose items stay the same elements. Browsers' own anchoring is off: Safari has none. */
export function useScroll(): Scroll {
  const box = useRef<HTMLDivElement>(null);
  /** The first item in view and where its lower edge was; null means the end. */
  const anchor = useRef<{ item: Element; bottom: number } | null>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);

  const settle = useCallback(() => {
    if (!box.current) return;
    if (!anchor.current) box.current.scrollTop = box.current.scrollHeight;
    else if (anchor.current.item.isConnected) {
      box.current.scrollTop += distance(box.current, anchor.current.item) - anchor.current.bottom;
    }
  }, []);

  const toEnd = useCallback(() => {
    anchor.current = null;
    setIsAtEnd(true);
    settle();
  }, [settle]);

  useLayoutEffect(settle);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const remember = () => {
      const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < END_PX;
      anchor.current = atEnd ? null : firstVisible(element);
      setIsAtEnd(atEnd);
    };
    const sizes = new ResizeObserver(settle);
    sizes.observe(element);
    if (element.firstElementChild) sizes.observe(element.firstElementChild);
    element.addEventListener('scroll', remember, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', remember);
    };
  }, [settle]);

  return { box, isAtEnd, toEnd };
}

const distance = (box: Element, item: Element): number =>
  item.getBoundingClientRect().bottom - box.getBoundingClientRect().top;

/** The first item whose lower edge is in view: what an item says may change above that edge, as day and name do. */
function firstVisible(box: HTMLElement): { item: Element; bottom: number } | null {
  const items = box.firstElementChild?.children ?? [];
  let low = 0;
  let high = items.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item && distance(box, item) > 0) high = middle;
    else low = middle + 1;
  }
  const item = items[low];
  return item ? { item, bottom: distance(box, item) } : null;
}
