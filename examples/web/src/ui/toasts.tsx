/** Short notices that go by themselves: what was done, or why it was not. */
import { useSyncExternalStore } from 'react';
import { errorText } from './error-text.ts';

interface Toast {
  id: number;
  text: string;
  isError: boolean;
}

const SHOWN_MS = 5_000;
const listeners = new Set<() => void>();
let toasts: readonly Toast[] = [];
let lastId = 0;

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

export function tell(text: string, isError = false): void {
  lastId += 1;
  const id = lastId;
  set([...toasts.slice(-2), { id, text, isError }]);
  setTimeout(() => set(toasts.filter((toast) => toast.id !== id)), SHOWN_MS);
}

/** Does something and says so when it is refused. */
export async function attempt(action: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await action();
    if (done) tell(done);
    return true;
  } catch (refusal) {
    tell(errorText(refusal), true);
    return false;
  }
}

const follow = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Stands at the foot of the page, and in every window over it: what is under one can neither be seen nor heard. */
export function Toasts() {
  const shown = useSyncExternalStore(follow, () => toasts);
  return (
    <div className="toasts" role="status">
      {shown.map(({ id, text, isError }) => (
        <p key={id} data-error={isError}>
          {text}
        </p>
      ))}
    </div>
  );
}
