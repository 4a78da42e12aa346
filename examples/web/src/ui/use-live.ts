/** A subscription of the SDK as React state. */
import type { Subscription } from '@confab/sdk';
import { useEffect, useRef, useState } from 'react';

/**
 * @param subscribe must keep its identity for as long as the same thing is followed
 * @param initial shown before the first call
 */
export function useLive<T, S extends Subscription>(
  subscribe: (listener: (state: T) => void) => S,
  initial: T,
): [state: T, subscription: () => S | null] {
  const [state, setState] = useState(initial);
  const opened = useRef<S | null>(null);
  useEffect(() => {
    const subscription = subscribe(setState);
    opened.current = subscription;
    return () => subscription.unsubscribe();
  }, [subscribe]);
  return [state, useRef(() => opened.current).current];
}
