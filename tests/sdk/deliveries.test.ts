/** What this client says has reached it: all that is new, and nothing twice. */
import { afterEach, expect, it, vi } from 'vitest';
import { createDeliveries } from '../../sdk/src/internal/deliveries.ts';
import type { Rest } from '../../sdk/src/internal/rest.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('says it once, again when it got lost, and anew for the next user', async () => {
  vi.useFakeTimers();
  const said: unknown[] = [];
  let isCut = false;
  const deliveries = createDeliveries({
    client: { rpc: (_name: string, { seq }: { seq: number }) => seq },
    run: async (_operation: string, seq: unknown) => {
      if (isCut) throw new Error('no answer');
      said.push(seq);
    },
  } as unknown as Rest);
  const note = async (seq: number) => {
    deliveries.note('c', seq, 2);
    await vi.advanceTimersByTimeAsync(5_000);
  };
  await note(3);
  await note(3);
  await note(2);
  expect(said).toEqual([3]);
  isCut = true;
  await note(4);
  isCut = false;
  await note(4);
  expect(said).toEqual([3, 4]);
  deliveries.end();
  await note(4);
  expect(said).toEqual([3, 4, 4]);
});
