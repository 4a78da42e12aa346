/** How many calls may wait at a time in this process: each holds a connection to Realtime. */
import { ApiError } from '../../_shared/errors.ts';

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
