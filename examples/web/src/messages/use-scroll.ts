/** Keeps a list of messages where the reader is: at the newest, or at the same message while others come and go. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** So near to the end that the newest message is on screen. */
const END_PX = 48;

export interface Scroll {
  box: RefObject<HTMLDivElement | null>;
  isAtEnd: boolean;
  toEnd(): void;
  /** Brings an item to the middle and keeps it there. */
  toItem(item: Element): void;
}

/**
 * `box` scrolls and has one child, a list whose items stay the same elements. Browsers' own anchoring is off: Safari has none.
 * @param hasEnd whether the last item is the newest: else the end is a place like any other
 */
export function useScroll(hasEnd: boolean): Scroll {
  const box = useRef<HTMLDivElement>(null);
  /** The first item in view and where its lower edge was; null means the end. */
  const anchor = useRef<{ item: Element; bottom: number } | null>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const mayStick = useRef(hasEnd);
  mayStick.current = hasEnd;

  /** Where the list was put, to tell the reader's scrolling from one's own. */
  const put = useRef(-1);

  const settle = useCallback(() => {
    if (!box.current) return;
    if (!anchor.current) box.current.scrollTop = box.current.scrollHeight;
    else if (anchor.current.item.isConnected) {
      box.current.scrollTop += distance(box.current, anchor.current.item) - anchor.current.bottom;
    }
    put.current = box.current.scrollTop;
  }, []);

  const toEnd = useCallback(() => {
    anchor.current = null;
    setIsAtEnd(true);
    settle();
  }, [settle]);

  const toItem = useCallback((item: Element) => {
    item.scrollIntoView({ block: 'center' });
    if (box.current) anchor.current = { item, bottom: distance(box.current, item) };
    setIsAtEnd(false);
  }, []);

  useLayoutEffect(settle);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const remember = () => {
      // Told late, when what was below has grown already.
      if (!anchor.current && Math.abs(element.scrollTop - put.current) < 1) return settle();
      const rest = element.scrollHeight - element.scrollTop - element.clientHeight;
      const atEnd = mayStick.current && rest < END_PX;
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

  return { box, isAtEnd: isAtEnd && hasEnd, toEnd, toItem };
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
