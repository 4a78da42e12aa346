/** When a tab that slept, was hidden or had no network is in use again. */
import type { Subscription } from './emitter.ts';

export function onWake(wake: () => void): Subscription {
  const ifVisible = () => {
    if (!globalThis.document?.hidden) wake();
  };
  const targets = [
    [globalThis, 'online'],
    [globalThis, 'pageshow'],
    [globalThis.document, 'visibilitychange'],
  ] as const;
  for (const [target, event] of targets) target?.addEventListener?.(event, ifVisible);
  return {
    unsubscribe() {
      for (const [target, event] of targets) target?.removeEventListener?.(event, ifVisible);
    },
  };
}
