/** What is asked for once more since it may have been done although no answer came. */
import { isChatError } from '../errors.ts';
import { retrying } from './retry.ts';

const INSIST_MS = 10_000;

/** Repeats for a while a call that does nothing the second time; who is told to wait need not be told by waiting. */
export function insisting<T>(call: () => Promise<T>): Promise<T> {
  let end = performance.now() + INSIST_MS;
  const once = () =>
    call().catch((error: unknown) => {
      if (isChatError(error) && error.retryAfter) end = 0;
      throw error;
    });
  return retrying(once, () => performance.now() < end);
}
