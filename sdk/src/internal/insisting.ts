/** What is asked for once more since it may have been done although no answer came. */
import { retrying } from './retry.ts';

const INSIST_MS = 10_000;

/** Repeats for a while a call that does nothing the second time. */
export function insisting<T>(call: () => Promise<T>): Promise<T> {
  const end = performance.now() + INSIST_MS;
  return retrying(call, () => performance.now() < end);
}
