/** How many calls may wait for a message in one process, whoever makes them. */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { whileWaiting } from '../../../edge-functions/api/core/waits.ts';

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
