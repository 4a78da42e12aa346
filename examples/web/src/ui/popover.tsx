/** A small window beside what opened it. The browser's own popover: above everything, closed by Escape and by a click elsewhere. */
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
} from 'react';
import { keepFocus } from './keep-focus.ts';

/** An element, or a point of the page. */
export type Anchor = HTMLElement | { x: number; y: number };

interface Props {
  anchor: Anchor;
  label: string;
  role?: 'menu' | 'dialog';
  className?: string;
  children: ReactNode;
  /** Where the focus goes first; else it stays. */
  focus?: RefObject<HTMLElement | null>;
  onClose(): void;
  onClick?(event: MouseEvent<HTMLElement>): void;
  onKeyDown?(event: KeyboardEvent<HTMLElement>): void;
}

const EDGE = 8;
const DISTANCE = 4;

export function Popover({ anchor, label, role = 'dialog', className = '', children, focus, ...on }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const { onClose } = on;
  const close = useRef(onClose);
  close.current = onClose;

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const giveBack = keepFocus();
    element.showPopover();
    place(element, anchor);
    focus?.current?.focus();
    const onToggle = (event: Event) => {
      if ((event as ToggleEvent).newState === 'closed') close.current();
    };
    element.addEventListener('toggle', onToggle);
    return () => {
      element.removeEventListener('toggle', onToggle);
      const hasFocus = element.contains(document.activeElement) || document.activeElement === document.body;
      if (hasFocus) giveBack();
    };
  }, [anchor, focus]);

  useEffect(() => {
    // What it belongs to would move away under it.
    const onResize = () => close.current();
    addEventListener('resize', onResize);
    return () => removeEventListener('resize', onResize);
  }, []);

  return (
    // biome-ignore lint/a11y: the role is one of two, and both take a label and keys.
    <div
      ref={box}
      popover="auto"
      className={`menu ${className}`}
      role={role}
      aria-label={label}
      onClick={on.onClick}
      onKeyDown={on.onKeyDown}
    >
      {children}
    </div>
  );
}

/** Below its anchor where there is room, else above; never over the edge of the page. */
function place(element: HTMLElement, anchor: Anchor): void {
  const from =
    anchor instanceof HTMLElement
      ? anchor.getBoundingClientRect()
      : { left: anchor.x, right: anchor.x, top: anchor.y, bottom: anchor.y };
  const { offsetWidth: width, offsetHeight: height } = element;
  const isRight = from.left + width > innerWidth - EDGE;
  const left = isRight ? from.right - width : from.left;
  const below = from.bottom + DISTANCE;
  const above = from.top - DISTANCE - height;
  const top =
    below + height <= innerHeight - EDGE ? below : above >= EDGE ? above : innerHeight - EDGE - height;
  element.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - EDGE - width))}px`;
  element.style.top = `${Math.max(EDGE, top)}px`;
}
