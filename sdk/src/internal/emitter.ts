/** Listeners that can be removed one by one. */

/** Ends one listener; the others stay. Ending it twice does nothing. */
export interface Subscription {
  unsubscribe(): void;
}

export interface Emitter<T> {
  readonly size: number;
  add(listener: (value: T) => void): Subscription;
  emit(value: T): void;
}

/** Calls a listener. Its mistake is the app's to see, not a reason to keep the others in the dark. */
export function tell<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value);
  } catch (error) {
    console.error(error);
  }
}

/** @param onEmpty called when the last listener has gone */
export function createEmitter<T>(onEmpty?: () => void): Emitter<T> {
  // Wrapped, so that the same function added twice is two listeners.
  const listeners = new Set<{ listener: (value: T) => void }>();
  return {
    get size() {
      return listeners.size;
    },
    add(listener) {
      const entry = { listener };
      listeners.add(entry);
      return {
        unsubscribe() {
          if (listeners.delete(entry) && listeners.size === 0) onEmpty?.();
        },
      };
    },
    emit(value) {
      for (const { listener } of [...listeners]) tell(listener, value);
    },
  };
}
