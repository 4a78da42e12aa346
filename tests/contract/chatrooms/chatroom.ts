/** People of the document with the chatrooms, and what they do in one. */
import { expect } from 'vitest';
import { database } from '../../helpers/database.ts';
import { type Person, signUp } from '../../helpers/people.ts';
import { type Answer, call, NOT_SIGNED_IN } from '../api.ts';

export const MOUNT = '/chatrooms/api';

export interface Chatter extends Person {
  username: string;
}

export interface Chatroom {
  id: string;
  name: string;
  members: string[];
  memberNames: string[];
  memberCount: number;
}

export interface Message {
  id: string;
  chatroomId: string;
  sender: string;
  senderName: string;
  message: string;
  files: { id: string; name: string; url: string; size: number; type: string }[];
  timestamp: string;
}

type Somebody = Pick<Person, 'token'> | undefined;

export async function chatter(name = 'Ada'): Promise<Chatter> {
  const person = await signUp(name);
  const [row] = await database`select username from chat.profiles where id = ${person.id}`;
  return { ...person, username: row?.username };
}

/** Asks below the mount, as the document has the path. */
export const ask = <Body = { message: string }>(
  person: Somebody,
  method: string,
  path: string,
  json?: unknown,
): Promise<Answer<Body>> =>
  call(method, `${MOUNT}${path}`, { token: person?.token, ...(json !== undefined && { json }) });

export async function create(person: Chatter, members: string[] = [], name = 'Lunch'): Promise<string> {
  const { status, body } = await ask<{ id: string }>(person, 'POST', '/chatrooms', { name, members });
  expect(status).toBe(201);
  return body.id;
}

/** A chatroom of Ada, who made it, and Bob; Eve is not in it. */
export async function chatroom() {
  const [ada, bob, eve] = await Promise.all([chatter('Ada'), chatter('Bob'), chatter('Eve')]);
  return { ada, bob, eve, room: await create(ada, [bob.id]) };
}

export const say = (person: Somebody, chatroomId: string, message: string) =>
  ask<{ id: string; timestamp: string; message: string }>(person, 'POST', '/messages', {
    chatroomId,
    message,
  });

export const read = (person: Somebody, room: string, query = '') =>
  ask<Message[]>(person, 'GET', `/chatrooms/${room}/messages${query}`);

export const textsOf = async (person: Somebody, room: string) =>
  (await read(person, room)).body.map(({ message }) => message);

/** A public channel of Ada's, which everybody may read about and nobody is in. */
export async function publicRoom(ada: Chatter): Promise<string> {
  const { data } = await ada.supabase
    .rpc('create_channel', { name: `Everybody ${ada.username}`, kind: 'public' })
    .single()
    .throwOnError();
  return data.id;
}

export async function expectSignedInOnly(method: string, path: string, json?: unknown): Promise<void> {
  for (const person of [undefined, { token: 'garbage' }]) {
    expect(await ask(person, method, path, json)).toMatchObject({ status: 401, body: NOT_SIGNED_IN });
  }
}

/** The page after the one with these headers. */
export async function follow<Body>(person: Chatter, headers: Headers): Promise<Body | undefined> {
  const [, address] = /^<(.+)>; rel="next"$/.exec(headers.get('link') ?? '') ?? [];
  if (!address) return undefined;
  const response = await fetch(address, { headers: { authorization: `Bearer ${person.token}` } });
  return (await response.json()) as Body;
}
