/** People who use the SDK, and waiting for what they see. */
import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import WebSocket from 'ws';
import { type Channel, type Chat, createChat, type Subscription } from '../../sdk/src/index.ts';
import { PASSWORD, uniqueEmail } from './people.ts';
import { stack } from './stack.ts';

export interface ChatUser {
  chat: Chat;
  id: string;
  name: string;
}

const open = new Set<Chat>();

/** What tests still wait for, which is what a test that ran out of time waited for in vain. */
const waits = new Set<{ wish: string; state(): unknown }>();

/** Signs somebody up with an SDK of their own, which talks to `url`. */
export async function joinChat(name: string, url: string = stack.apiUrl): Promise<ChatUser> {
  const chat = connectChat(url);
  const { userId } = await chat.auth.signUp({ email: uniqueEmail(name), password: PASSWORD, name });
  return { chat, id: userId, name };
}

export function connectChat(url: string = stack.apiUrl, key: string = stack.publishableKey): Chat {
  const chat = createChat({ url, key, webSocket: WebSocket });
  open.add(chat);
  return chat;
}

/** Ada and Bob in a channel of theirs, which Ada owns, each with their own view of it. */
export async function joinPair(kind: 'public' | 'private' = 'private'): Promise<{
  ada: ChatUser;
  bob: ChatUser;
  adas: Channel;
  bobs: Channel;
}> {
  const [ada, bob] = await Promise.all([joinChat('Ada'), joinChat('Bob')]);
  const slug = `c-${randomUUID()}`;
  const adas = await ada.chat.channels.create({ slug, kind, memberIds: [bob.id] });
  return { ada, bob, adas, bobs: await bob.chat.channels.open(adas.id) };
}

/** Closes everybody's chat; for `afterEach`. */
export async function closeChats(): Promise<void> {
  for (const { wish, state } of waits)
    console.error('in vain:', wish, 'and had', inspect(state(), { depth: 4 }));
  waits.clear();
  await Promise.all([...open].map((chat) => chat.close()));
  open.clear();
}

export interface Observed<T> extends Subscription {
  readonly state: T | undefined;
  /** Every state so far, oldest first. */
  readonly states: T[];
  /** Resolves with the first state, from the present one on, that is as wished. */
  until(isWished: (state: T) => boolean): Promise<T>;
}

/** Watches a live subscription. */
export function observe<T, S extends Subscription>(
  subscribe: (listener: (state: T) => void) => S,
): Observed<T> & { subscription: S } {
  const states: T[] = [];
  const waiting = new Set<() => void>();
  const subscription = subscribe((state) => {
    states.push(state);
    for (const check of waiting) check();
  });
  return {
    subscription,
    states,
    get state() {
      return states.at(-1);
    },
    until: (isWished) =>
      new Promise((resolve) => {
        const wait = { wish: `${isWished}`, state: () => states.at(-1) };
        waits.add(wait);
        const check = () => {
          const state = states.at(-1);
          if (state === undefined || !isWished(state)) return;
          waits.delete(wait);
          waiting.delete(check);
          resolve(state);
        };
        waiting.add(check);
        check();
      }),
    unsubscribe: () => subscription.unsubscribe(),
  };
}
