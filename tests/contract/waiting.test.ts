/** How a call of the HTTP API waits at Realtime while its subscription comes, goes and comes back. */
import { expect, it, vi } from 'vitest';
import { connectRealtime } from '../../edge-functions/_shared/realtime.ts';

type Tell = (status: string) => void;
const subscriptions = vi.hoisted((): Tell[] => []);

vi.mock('@supabase/supabase-js', () => {
  const channel = { on: () => channel, subscribe: (tell: Tell) => subscriptions.push(tell) };
  const realtime = {
    setAuth: async () => {},
    channel: () => channel,
    removeAllChannels: async () => [],
    disconnect: () => {},
  };
  return { createClient: () => ({ realtime }) };
});

it.each(['CHANNEL_ERROR', 'SUBSCRIBED'])(
  'a wait reads again when its subscription says %s',
  async (status) => {
    const { listen } = connectRealtime({ supabaseUrl: 'http://localhost', anonKey: '' });
    const listening = listen('token', 'channel:1', ['message:new'], new AbortController().signal);
    await vi.waitFor(() => expect(subscriptions).toHaveLength(1));
    const tell = subscriptions.pop();
    tell?.('SUBSCRIBED');
    const ear = await listening;
    const next = ear.next().then(() => 'read');
    expect(await Promise.race([next, Promise.resolve('waiting')])).toBe('waiting');
    tell?.(status);
    expect(await next).toBe('read');
    ear.close();
  },
);
