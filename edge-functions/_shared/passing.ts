/** Counts a call with a request that it makes of the database anyway, which spares it one of its own. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Passing {
  /** Where the next request to the database counts. */
  bucket: string;
  /** Of the answer that says how it was counted. */
  counted?: Headers;
}

const current = new AsyncLocalStorage<Passing>();

export const whilePassing = <T>(passing: Passing, work: () => Promise<T>): Promise<T> =>
  current.run(passing, work);

/** Asks the database as the caller; the first answer that counts the call ends the asking. */
export const countingFetch =
  (fetch: typeof globalThis.fetch): typeof globalThis.fetch =>
  async (input, init) => {
    const passing = current.getStore();
    if (!passing || passing.counted) return fetch(input, init);
    const headers = new Headers(init?.headers);
    headers.set('X-Api-Bucket', passing.bucket);
    const response = await fetch(input, { ...init, headers });
    if (response.headers.has('RateLimit-Limit')) passing.counted = response.headers;
    return response;
  };
