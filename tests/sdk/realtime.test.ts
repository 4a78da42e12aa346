/** What a topic makes of a server that is slow to say that its events arrive. */
import type { SupabaseClient } from '@supabase/supabase-js';
import { afterEach, expect, it, vi } from 'vitest';
import { createRealtime } from '../../sdk/src/internal/realtime.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('is live a second time when the server says late that events arrive, as those before are lost', async () => {
  vi.useFakeTimers();
  let tellSystem: (message: object) => void = () => {};
  let tellStatus: (status: string) => void = () => {};
  const channel = {
    on(kind: string, _filter: object, listener: (message: object) => void) {
      if (kind === 'system') tellSystem = listener;
      return channel;
    },
    subscribe: (listener: (status: string) => void) => {
      tellStatus = listener;
    },
  };
  const supabase = { realtime: { setAuth: async () => {} }, channel: () => channel };
  const onLive = vi.fn();
  createRealtime(supabase as unknown as SupabaseClient<never, never>).open('user:1', {
    onLive,
    onInterrupted() {},
    onRefused() {},
    onEvent() {},
  });
  await vi.advanceTimersByTimeAsync(0);
  tellStatus('SUBSCRIBED');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(onLive).toHaveBeenCalledTimes(1);
  tellSystem({ status: 'ok', message: 'Replication connection established' });
  expect(onLive).toHaveBeenCalledTimes(2);
});
