/** What closing a chat leaves behind: nothing. */
import { randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import { expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { createChat, type MessagesState } from '../../sdk/src/index.ts';
import { joinChat, observe } from '../helpers/chat.ts';
import { openNetwork } from '../helpers/outage.ts';
import { signUp } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';

it('a closed chat leaves its topics for good, also those somebody still listened to, and no others', async () => {
  const ada = await signUp('Ada');
  const supabase = createClient(stack.apiUrl, stack.publishableKey, {
    auth: { persistSession: false },
    realtime: { transport: WebSocket as never },
  });
  const chat = createChat({ supabase });
  await chat.auth.signIn(ada);
  const channel = await chat.channels.create({ slug: `c-${randomUUID()}` });
  const view = observe((listener: (state: MessagesState) => void) => channel.messages.subscribe(listener));
  await view.until((state) => state.connection === 'live');

  const own = supabase.channel('of the app');
  await new Promise<void>((resolve) => own.subscribe((status) => status === 'SUBSCRIBED' && resolve()));

  const joins = vi.spyOn(supabase, 'channel');
  await chat.close();
  expect(view.state?.connection).toBe('ended');
  // Longer than the first pause before a topic is joined again.
  await expect(vi.waitUntil(() => joins.mock.calls.length > 0, 2_000)).rejects.toThrow();
  expect(supabase.getChannels()).toEqual([own]);
  expect(own.state).toBe('joined');
  await supabase.removeAllChannels();
});

it('what is done through a closed chat is refused, with no network too', async () => {
  const network = await openNetwork();
  const { chat } = await joinChat('Ada', network.url);
  const channel = await chat.channels.create({ slug: `c-${randomUUID()}` });
  network.cut();
  await chat.close();
  const refused = { code: 'session_expired' };
  await expect(channel.pins.add(1)).rejects.toMatchObject(refused);
  await expect(channel.messages.edit(1, { body: 'too late' })).rejects.toMatchObject(refused);
  await network.close();
});
