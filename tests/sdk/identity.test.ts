/** Who speaks when people sign out and in on one chat, in one tab or in two. */
import { randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import { afterEach, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { type ChannelsState, type ChatError, createChat, type MessagesState } from '../../sdk/src/index.ts';
import { closeChats, joinChat, observe } from '../helpers/chat.ts';
import { signUp } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';

const slug = () => `c-${randomUUID()}`;

afterEach(closeChats);

/** A tab of one browser: tabs share what is stored. */
function openTab(stored: Map<string, string>, fetchWith: typeof fetch = fetch) {
  return createClient(stack.apiUrl, stack.publishableKey, {
    auth: {
      autoRefreshToken: false,
      storage: {
        getItem: (key) => stored.get(key) ?? null,
        setItem: (key, value) => void stored.set(key, value),
        removeItem: (key) => void stored.delete(key),
      },
    },
    realtime: { transport: WebSocket as never },
    global: { fetch: fetchWith },
  });
}

it('a message of one user never goes out as another who has just signed in in another tab', async () => {
  const [ada, ben] = [await signUp('Ada'), await signUp('Ben')];
  const stored = new Map<string, string>();
  const chat = createChat({ supabase: openTab(stored) });
  await chat.auth.signIn(ada);
  const channel = await chat.channels.create({ slug: slug() });
  await channel.messages.send('from Ada');
  await ben.supabase.rpc('join_channel', { channel_id: channel.id });

  await openTab(stored).auth.signInWithPassword(ben);
  const refused = await channel.messages.send('also from Ada').catch((error: ChatError) => error.code);
  expect(refused).toBe('session_expired');
  const { data } = await ben.supabase.rpc('list_messages', { channel_id: channel.id });
  expect(data?.flatMap(({ kind, body }) => (kind === 'user' ? [body] : []))).toEqual(['from Ada']);
  await chat.close();
});

it('a late answer to the last user does not sign the next one out', async () => {
  const [ada, ben] = [await signUp('Ada'), await signUp('Ben')];
  let answer: (() => void) | undefined;
  let isHeld = false;
  const chat = createChat({
    supabase: openTab(new Map(), async (input, init) => {
      if (!isHeld || !String(input).includes('/my_channels')) return fetch(input, init);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return Response.json({ code: 'session_expired', message: 'unable to answer' }, { status: 401 });
    }),
  });
  await chat.auth.signIn(ada);
  isHeld = true;
  const late = chat.channels.list().catch((error: ChatError) => error.code);
  const answerLate = await vi.waitUntil(() => answer);
  await chat.auth.signOut();
  await chat.auth.signIn(ben);
  answerLate();
  expect(await late).toBe('session_expired');
  // Signing out takes a moment; the request after it would go out as nobody.
  isHeld = false;
  expect((await chat.users.me()).id).toBe(ben.id);
  expect(chat.auth.userId).toBe(ben.id);
  await chat.close();
});

it('typing tells the others nothing that only the typist may know', async () => {
  const ada = await joinChat('Ada');
  const ben = await signUp('Ben');
  const channel = await ada.chat.channels.create({ slug: slug(), kind: 'private', memberIds: [ben.id] });
  const live = channel.messages.subscribe(() => {});
  const heard = new Promise<Record<string, unknown>>((resolve) => {
    ben.supabase
      .channel(`live:${channel.id}:0`, { config: { private: true } })
      .on('broadcast', { event: 'typing:user' }, ({ payload }) => resolve(payload))
      .subscribe();
  });
  const typing = setInterval(() => channel.typing.start(), 200);
  const { user } = await heard;
  clearInterval(typing);
  channel.typing.stop();
  expect(Object.keys(user as object).sort()).toEqual(['avatarUrl', 'id', 'name', 'username']);
  live.unsubscribe();
  await ben.supabase.removeAllChannels();
});

it('nothing of one user is left when the next signs in', async () => {
  const ada = await joinChat('Ada');
  const ben = await signUp('Ben');
  await ben.supabase.rpc('create_channel', { slug: `bens-${ben.id}` });
  const channel = await ada.chat.channels.create({ slug: slug(), kind: 'private' });
  await channel.messages.send('for nobody else');
  const list = observe((listener: (state: ChannelsState) => void) => ada.chat.channels.subscribe(listener));
  const view = observe((listener: (state: MessagesState) => void) => channel.messages.subscribe(listener));
  await Promise.all([
    list.until((state) => state.connection === 'live'),
    view.until((state) => state.connection === 'live' && state.messages.length === 2),
  ]);

  await ada.chat.auth.signOut();
  expect(list.state).toEqual({ channels: [], connection: 'ended' });
  expect(view.state).toMatchObject({ messages: [], online: [], connection: 'ended' });

  await ada.chat.auth.signIn(ben);
  const bens = observe((listener: (state: ChannelsState) => void) => ada.chat.channels.subscribe(listener));
  list.unsubscribe();
  view.unsubscribe();
  const { channels } = await bens.until((state) => state.connection === 'live');
  expect(channels.map((one) => one.slug)).toEqual([`bens-${ben.id}`]);
  await ben.supabase.rpc('create_channel', { slug: `bens-other-${ben.id}` });
  await bens.until((state) => state.channels.length === 2);
});
