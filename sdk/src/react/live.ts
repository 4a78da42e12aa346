/** The bridge from a subscription of the SDK to React: what is on screen is what the subscription last said. */
import { useMemo, useSyncExternalStore } from 'react';
import type { Subscription } from '../internal/emitter.ts';

export interface Live<T, S extends Subscription> {
  state: T;
  /** The open subscription, for what else can be done with it; undefined before the component is on screen. */
  view(): S | undefined;
}

/**
 * Follows a subscription while the component is mounted.
 * @param open begins it; must keep its identity for as long as the same thing is to be followed
 * @param initial what to show before the first call and on a server; must keep its identity too
 */
export function useLive<T, S extends Subscription>(
  open: (listener: (state: T) => void) => S,
  initial: T,
): Live<T, S> {
  const store = useMemo(() => createStore(open, initial), [open, initial]);
  const state = useSyncExternalStore(store.subscribe, store.read, store.readInitial);
  return { state, view: store.view };
}

function createStore<T, S extends Subscription>(open: (listener: (state: T) => void) => S, initial: T) {
  const listeners = new Set<() => void>();
  let state = initial;
  let subscription: S | undefined;

  function close(): void {
    if (listeners.size > 0) return;
    subscription?.unsubscribe();
    subscription = undefined;
  }

  return {
    read: () => state,
    readInitial: () => initial,
    view: () => subscription,
    subscribe(onChange: () => void) {
      listeners.add(onChange);
      subscription ??= open((next) => {
        state = next;
        for (const listener of [...listeners]) listener();
      });
      return () => {
        listeners.delete(onChange);
        // Strict mode unmounts and mounts again at once: that must not leave the topic and join it anew.
        queueMicrotask(close);
      };
    },
  };
}
