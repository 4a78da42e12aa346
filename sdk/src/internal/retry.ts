/** Waiting and trying again, cut short when the network comes back. */
import { isChatError } from '../errors.ts';

const DELAYS_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000];

/** Repeats a call for as long as it fails with a retryable error and `isWanted()`; throws any other error. */
export async function retrying<T>(call: () => Promise<T>, isWanted: () => boolean): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isChatError(error) || !error.retryable || !isWanted()) throw error;
      const delay = DELAYS_MS[Math.min(attempt, DELAYS_MS.length - 1)] as number;
      await pause(
        Math.max(delay * (0.5 + Math.random()), (error.retryAfter ?? 0) * 1000),
        // A server that is overloaded is not helped by all who waited for it at once.
        error.code === 'network_unavailable',
      );
      if (!isWanted()) throw error;
    }
  }
}

const MAX_WAIT_MS = 60_000;

/** How long to wait after so many refusals: ever longer, and not as long as others who were refused in the same moment. */
export const waitAfter = (refusals: number, firstMs: number): number =>
  Math.min(firstMs * 2 ** refusals, MAX_WAIT_MS) * (0.5 + Math.random());

/** Those who wait for the network. */
const waiting = new Set<() => void>();

/** Says that the network is back: whoever waits for it tries again now. */
export function hurry(): void {
  for (const done of [...waiting]) done();
}

export function pause(ms: number, canHurry = false): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      waiting.delete(done);
      globalThis.removeEventListener?.('online', done);
      resolve();
    };
    // A timer that should wait for more than 24.8 days goes off at once.
    const timer = setTimeout(done, Math.min(ms, 2e9));
    if (!canHurry) return;
    waiting.add(done);
    globalThis.addEventListener?.('online', done);
  });
}
