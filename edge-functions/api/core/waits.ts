/** Calls that wait for something to happen: until when, and how many at a time in this process, as each holds a connection to Realtime. */
import { ApiError } from '../../_shared/errors.ts';
import type { Realtime } from '../../_shared/realtime.ts';

/** Of one person, and of all. */
const MAX_OWN = 5;
const MAX_TOGETHER = 200;

const waiting = new Map<string, number>();
let together = 0;

/** Does what waits. @throws rate_limited, service_unavailable */
export async function whileWaiting<T>(userId: string, work: () => Promise<T>): Promise<T> {
  const own = waiting.get(userId) ?? 0;
  if (own >= MAX_OWN) {
    throw new ApiError('rate_limited', 429, `unable to wait; ${own} calls of yours are waiting`, {
      retryAfter: 1,
    });
  } else if (together >= MAX_TOGETHER) {
    throw new ApiError('service_unavailable', 503, 'unable to wait; too many people are waiting', {
      retryAfter: 5,
    });
  }
  waiting.set(userId, own + 1);
  together += 1;
  try {
    return await work();
  } finally {
    together -= 1;
    const left = (waiting.get(userId) ?? 1) - 1;
    if (left > 0) waiting.set(userId, left);
    else waiting.delete(userId);
  }
}

interface Hearing {
  realtime: Realtime;
  token: string;
  topic: string;
  events: string[];
  seconds: number;
  /** Ends when the client goes away. */
  signal: AbortSignal;
}

interface Reading<Page> {
  read(): Promise<Page>;
  isAsItWas(page: Page): boolean;
}

/** Reads again whenever one of the events is heard, until the page has changed or the time is over. @throws service_unavailable */
export async function readUntilChanged<Page>(
  { realtime, token, topic, events, seconds, signal }: Hearing,
  first: Page,
  { read, isAsItWas }: Reading<Page>,
): Promise<Page> {
  const ending = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
  let page = first;
  const ear = await realtime.listen(token, topic, events, ending).catch(async (cause) => {
    if (ending.aborted) return;
    // Whoever has just lost the topic is refused there, and learns here why; or it has moved, as when others lose it.
    page = await read();
    if (isAsItWas(page)) throw cause;
  });
  if (!ear) return page;
  try {
    // Something may have happened while the subscription was under way.
    page = await read();
    while (isAsItWas(page) && !ending.aborted) {
      await ear.next();
      if (signal.aborted) break;
      page = await read();
    }
    return page;
  } finally {
    ear.close();
  }
}
