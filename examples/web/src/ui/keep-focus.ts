/** Gives the focus back where it was, once what took it is gone. */

/**
 * Remembers what has the focus.
 * @param around what gets it when that is gone; by default what it stood in
 * @returns what gives it back
 */
export function keepFocus(around?: HTMLElement | null): () => void {
  const before = document.activeElement;
  const places = [before, around ?? before?.parentElement?.closest('[tabindex]')];
  return () => {
    for (const place of places) {
      if (!(place instanceof HTMLElement) || place === document.body) continue;
      place.focus({ preventScroll: true });
      if (document.activeElement === place) return;
    }
  };
}
