/** Shortcuts that hold everywhere on the page. */
import { useEffect, useRef } from 'react';

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
/** How the main modifier is called on this machine. */
export const MOD = isMac ? '⌘' : 'Ctrl';

/** Keys such as `mod+k`, `shift+escape` or `?` (which only count outside of fields, unless a modifier is held). */
export function useHotkeys(keys: Record<string, () => void>): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const isModified = isMac ? event.metaKey : event.ctrlKey;
      const action = current.current[nameOf(event, isModified)];
      if (!action || (!isModified && event.key.length === 1 && isField(event.target))) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}

function nameOf(event: KeyboardEvent, isModified: boolean): string {
  const isLetter = /^[a-z]$/i.test(event.key);
  const shift = event.shiftKey && (isLetter || event.key.length > 1) ? 'shift+' : '';
  return `${isModified ? 'mod+' : ''}${event.altKey ? 'alt+' : ''}${shift}${event.key.toLowerCase()}`;
}

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
