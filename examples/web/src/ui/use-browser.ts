/** Facts of the browser as React state. */
import { useSyncExternalStore } from 'react';

const follow =
  (target: EventTarget, ...events: string[]) =>
  (onChange: () => void) => {
    for (const event of events) target.addEventListener(event, onChange);
    return () => {
      for (const event of events) target.removeEventListener(event, onChange);
    };
  };

const followVisibility = follow(document, 'visibilitychange');
const followNetwork = follow(window, 'online', 'offline');

/** Whether the tab is in front. */
export const useIsVisible = (): boolean =>
  useSyncExternalStore(followVisibility, () => document.visibilityState === 'visible');

/** Whether the device has a network; that it reaches the server is another matter. */
export const useHasNetwork = (): boolean => useSyncExternalStore(followNetwork, () => navigator.onLine);

const phone = matchMedia('(width <= 720px)');
const followPhone = follow(phone, 'change');

/** Whether there is room for one thing at a time only; as the style sheets have it. */
export const useIsPhone = (): boolean => useSyncExternalStore(followPhone, () => phone.matches);
