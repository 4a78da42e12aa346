/** What a person's device goes through while they look at a channel: new tokens, sleep, and clocks that are set. */
import { randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import { afterEach, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import {
  type Channel,
  type Chat,
  createChat,
  type MessagesState,
  type PresenceState,
  type UsersState,
} from '../../sdk/src/index.ts';
import { closeChats, joinChat, observe } from '../helpers/chat.ts';
import { type Network, openNetwork } from '../helpers/outage.ts';
import { PASSWORD, uniqueEmail } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';

const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  for (const end of ends.splice(0)) await end();
  await closeChats();
});

const bodies = ({ messages }: MessagesState) =>
  messages.filter(({ kind }) => kind === 'user').map(({ body }) => body);
const numbers = (count: number) => Array.from({ length: count }, (_, n) => `${n + 1}`);

/** Ada in a channel where Bob, on a device and network of his own, looks on. */
async function pair() {
  const network: Network = await openNetwork();
  const supabase = createClient(network.url, stack.publishableKey, {
    auth: { persistSession: false },
    realtime: { transport: WebSocket as never, reconnectAfterMs: () => 200 },
  });
  const chat: Chat = createChat({ supabase });
  ends.push(
    () => chat.close(),
    () => supabase.removeAllChannels(),
    () => network.close(),
  );
  const ada = await joinChat('Ada');
  const bob = await chat.auth.signUp({ email: uniqueEmail(), password: PASSWORD, name: 'Bob' });
  const slug = `c-${randomUUID()}`;
  const adas = await ada.chat.channels.create({ slug, kind: 'private', memberIds: [bob.userId] });
  const bobs: Channel = await chat.channels.open(adas.id);
  const view = observe((listener: (state: MessagesState) => void) => bobs.messages.subscribe(listener));
  await view.until(({ connection }) => connection === 'live');
  return { network, supabase, chat, ada, adas, bobs, view };
}

/** No state may ever have lacked, doubled or misplaced what it showed before. */
function expectInOrder(states: MessagesState[]): void {
  for (const state of states) {
    const said = bodies(state).map(Number);
    expect(said).toEqual([...new Set(said)].sort((a, b) => a - b));
  }
}

it('a token that is renewed while messages come neither loses, doubles nor misorders any', async () => {
  const { supabase, adas, view } = await pair();
  let renewed = 0;
  for (const body of numbers(30)) {
    await adas.messages.send(body);
    if (Number(body) % 10 === 0) {
      // Not awaited: what follows is said while the tokens change.
      void supabase.auth.refreshSession().then(() => (renewed += 1));
    }
  }
  await view.until((state) => bodies(state).length === 30);
  await vi.waitUntil(() => renewed === 3);
  await adas.messages.send('31');
  const state = await view.until((now) => bodies(now).length === 31);
  expect(bodies(state)).toEqual(numbers(31));
  expectInOrder(view.states);
  expect(view.states.every(({ connection }) => connection !== 'ended')).toBe(true);
});

it('a tab whose connection died while it slept has everything when it wakes', async () => {
  const page = new EventTarget();
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  const { network, supabase, adas, bobs, view } = await pair();
  await adas.messages.send('1');
  await view.until((state) => bodies(state).length === 1);
  // Asleep: its connection goes, and nothing of it tries to come back.
  const sleeping = vi.spyOn(supabase.realtime, 'connect').mockImplementation(() => {});
  network.cut();
  for (const body of numbers(4).slice(1)) await adas.messages.send(body);
  const queued = bobs.messages.send('5');
  sleeping.mockRestore();
  network.restore();
  page.dispatchEvent(new Event('online'));
  supabase.realtime.connect();
  const state = await view.until((now) => bodies(now).length === 5 && now.connection === 'live');
  await queued;
  expect(bodies(state)).toEqual(numbers(5));
  await adas.messages.send('6');
  expect(bodies(await view.until((now) => bodies(now).length === 6))).toEqual(numbers(6));
  expectInOrder(
    view.states.map((one) => ({ ...one, messages: one.messages.filter(({ status }) => status === 'sent') })),
  );
});

it.each([
  ['a day ahead', 86_400_000],
  ['a day back', -86_400_000],
])('a clock that is set %s keeps order, and what is said goes on', async (_how, jump) => {
  const { adas, bobs, view } = await pair();
  await adas.messages.send('1');
  await bobs.messages.send('2');
  await view.until((state) => bodies(state).length === 2);
  const { now } = Date;
  Date.now = () => now() + jump;
  try {
    await bobs.messages.send('3');
    await adas.messages.send('4');
    const state = await view.until((current) => bodies(current).length === 4);
    expect(bodies(state)).toEqual(numbers(4));
    expect((await adas.messages.list()).slice(-4).map(({ body }) => body)).toEqual(numbers(4));
    expect(state.connection).toBe('live');
  } finally {
    Date.now = now;
  }
  await adas.messages.send('5');
  expect(bodies(await view.until((state) => bodies(state).length === 5))).toEqual(numbers(5));
  expectInOrder(view.states);
});

it('whom one watches is shown as they are after an outage, also when nothing more is said of them', async () => {
  const { network, chat, ada } = await pair();
  const presence = observe((listener: (state: PresenceState) => void) =>
    chat.presence.subscribe([ada.id], listener),
  );
  const profiles = observe((listener: (state: UsersState) => void) =>
    chat.users.subscribe([ada.id], listener),
  );
  await Promise.all(
    [presence, profiles].map((view) => view.until(({ connection }) => connection === 'live')),
  );
  network.cut();
  await presence.until(({ connection }) => connection === 'offline');
  await ada.chat.presence.setStatus({ text: 'back soon' });
  await ada.chat.users.update({ name: 'Ada L.' });
  network.restore();
  await presence.until(({ people }) => people.get(ada.id)?.statusText === 'back soon');
  await profiles.until(({ people }) => people.get(ada.id)?.name === 'Ada L.');
});
