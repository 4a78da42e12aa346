/** What those who wait make of the news that the network is back. */
import { afterEach, expect, it, vi } from 'vitest';
import { ChatError, type ErrorCode } from '../../sdk/src/index.ts';
import { hurry, retrying } from '../../sdk/src/internal/retry.ts';

afterEach(() => {
  vi.useRealTimers();
});

it.each([
  ['no answer came: at once', 'network_unavailable', 2],
  ['the server is overloaded: when it is time', 'service_unavailable', 1],
  ['too much was asked: when it is time', 'rate_limited', 1],
] as const)('the network is back, and before %s', async (_when, code: ErrorCode, calls) => {
  vi.useFakeTimers();
  const call = vi.fn(async () => {
    throw new ChatError(code, 'unable to ask; it was too early');
  });
  let isWanted = true;
  const done = retrying(call, () => isWanted).catch(() => {});
  await vi.advanceTimersByTimeAsync(100);
  hurry();
  await vi.advanceTimersByTimeAsync(100);
  expect(call).toHaveBeenCalledTimes(calls);
  isWanted = false;
  await vi.advanceTimersByTimeAsync(20_000);
  await done;
});

it('a wait that is longer than a timer can be is no reason to ask at once', async () => {
  vi.useFakeTimers();
  const call = vi.fn(async () => {
    throw new ChatError('rate_limited', 'unable to ask; it was too often', { retryAfter: 31 * 86_400 });
  });
  let isWanted = true;
  const done = retrying(call, () => isWanted).catch(() => {});
  await vi.advanceTimersByTimeAsync(60_000);
  expect(call).toHaveBeenCalledTimes(1);
  isWanted = false;
  await vi.advanceTimersByTimeAsync(31 * 86_400_000);
  await done;
});
