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

  /** Where the list was put or last seen, to tell the reader's scrolling from one's own. */
  const put = useRef(0);

  /** Takes the place that the reader sees now as the one to keep. */
  const remember = useCallback((element: HTMLElement) => {
    const rest = element.scrollHeight - element.scrollTop - element.clientHeight;
    const atEnd = mayStick.current && rest < END_PX;
    anchor.current = atEnd ? null : firstVisible(element);
    put.current = element.scrollTop;
    setIsAtEnd(atEnd);
  }, []);

  const settle = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const scrolled = scrolledFrom(put.current, element);
    if (scrolled !== 0 && !anchor.current) return remember(element);
    if (!anchor.current) element.scrollTop = element.scrollHeight;
    else if (anchor.current.item.isConnected) {
      anchor.current.bottom -= scrolled;
      element.scrollTop += distance(element, anchor.current.item) - anchor.current.bottom;
    }
    put.current = element.scrollTop;
  }, [remember]);

  const toEnd = useCallback(() => {
    anchor.current = null;
    put.current = box.current?.scrollTop ?? 0;
    setIsAtEnd(true);
    settle();
  }, [settle]);

  const toItem = useCallback((item: Element) => {
    item.scrollIntoView({ block: 'center' });
    if (box.current) {
      anchor.current = { item, bottom: distance(box.current, item) };
      put.current = box.current.scrollTop;
    }
    setIsAtEnd(false);
  }, []);

  useLayoutEffect(settle);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const onScroll = () => {
      // Told late, when what was below has grown already.
      if (!anchor.current && scrolledFrom(put.current, element) === 0) settle();
      else remember(element);
    };
    const sizes = new ResizeObserver(settle);
    sizes.observe(element);
    if (element.firstElementChild) sizes.observe(element.firstElementChild);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [settle, remember]);

  return { box, isAtEnd: isAtEnd && hasEnd, toEnd, toItem };
}

/**
 * How many pixels the reader has scrolled since the list stood somewhere: browsers tell it with the next frame only, and what
 * is drawn before that must not take it back. A list that has become too short to stand there was not scrolled.
 */
function scrolledFrom(put: number, box: Element): number {
  const scrolled = box.scrollTop - Math.min(put, box.scrollHeight - box.clientHeight);
  return Math.abs(scrolled) < 1 ? 0 : scrolled;
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
