/** Counts a call with a request that it makes of the database anyway, which spares it one of its own. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ApiError } from './errors.ts';

export interface Passing {
  /** Where the next request to the database counts. */
  bucket: string;
  /** Counts the call by itself. @throws rate_limited, service_unavailable */
  countApart(): Promise<void>;
  isCounted: boolean;
  /** Of the answer that says how the request was counted. */
  headers?: Headers;
}

const current = new AsyncLocalStorage<Passing>();

export const whilePassing = <T>(passing: Passing, work: () => Promise<T>): Promise<T> =>
  current.run(passing, work);

/**
 * Asks the database as the caller; the first answer that counts the call ends the asking. Where the caller is being
 * counted elsewhere the database does nothing, so that nobody waits in it, and is asked again once the call is counted.
 */
export const countingFetch =
  (fetch: typeof globalThis.fetch): typeof globalThis.fetch =>
  async (input, init) => {
    const passing = current.getStore();
    if (!passing || passing.isCounted) return fetch(input, init);
    const headers = new Headers(init?.headers);
    headers.set('X-Api-Bucket', passing.bucket);
    const response = await fetch(input, { ...init, headers });
    if (response.headers.has('RateLimit-Limit')) {
      passing.isCounted = true;
      passing.headers = response.headers;
    }
    if (response.headers.get('X-Api-Bucket') !== 'busy') return response;
    await response.body?.cancel();
    passing.isCounted = true;
    try {
      await passing.countApart();
    } catch (error) {
      if (error instanceof ApiError) return asRefusal(error);
      throw error;
    }
    return fetch(input, init);
  };

/** As the database would have refused it: what a client of it throws reaches nobody. */
const asRefusal = ({ code, status, message, retryAfter }: ApiError): Response =>
  Response.json(
    { code, message, details: retryAfter ? `Retry-After: ${retryAfter}` : null, hint: null },
    { status },
  );
