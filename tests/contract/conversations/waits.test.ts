/** Calls that wait for a message, where they may not or nobody hears for them. */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { ApiError } from '../../../edge-functions/_shared/errors.ts';
import { readUntilChanged, whileWaiting } from '../../../edge-functions/api/core/waits.ts';

it('200 calls wait together; one more is told to come again, until one of them has gone', async () => {
  const ends: (() => void)[] = [];
  const wait = (userId: string) => whileWaiting(userId, () => new Promise<void>((end) => ends.push(end)));
  const people = Array.from({ length: 40 }, () => randomUUID());
  const waits = people.flatMap((person) => Array.from({ length: 5 }, () => wait(person)));
  const refusal = { code: 'service_unavailable', status: 503, retryAfter: 5 };
  await expect(wait(randomUUID())).rejects.toMatchObject(refusal);
  await expect(wait(people[0] ?? '')).rejects.toMatchObject({ code: 'rate_limited', status: 429 });
  ends[0]?.();
  await waits[0];
  const next = wait(randomUUID());
  await expect(wait(randomUUID())).rejects.toMatchObject(refusal);
  for (const end of ends) end();
  expect(await Promise.all([...waits, next])).toHaveLength(201);
});

/** A wait that Realtime does not take: the page is read once more. */
const unheard = (page: string) =>
  readUntilChanged(
    {
      realtime: { listen: () => Promise.reject(new ApiError('service_unavailable', 503, 'unable to wait')) },
      token: 'token',
      topic: 'channel:1:1',
      events: ['message:new'],
      seconds: 20,
      signal: new AbortController().signal,
    },
    'nothing',
    { read: async () => page, isAsItWas: (page) => page === 'nothing' },
  );

it('a wait that Realtime does not take gives out what has happened by then, or else is refused', async () => {
  expect(await unheard('Noon?')).toBe('Noon?');
  await expect(unheard('nothing')).rejects.toMatchObject({ code: 'service_unavailable' });
});
