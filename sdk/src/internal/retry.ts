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
      await pause(Math.max(delay * (0.5 + Math.random()), (error.retryAfter ?? 0) * 1000));
      if (!isWanted()) throw error;
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.('online', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    globalThis.addEventListener?.('online', done);
  });
}
