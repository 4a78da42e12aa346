/** The same told in each document is the same in the database, and what is said in one is heard in all others. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { signUpAdmin } from '../helpers/admin.ts';
import { connectChat } from '../helpers/chat.ts';
import { database } from '../helpers/database.ts';
import { PASSWORD, signUp } from '../helpers/people.ts';
import { call } from './api.ts';
import { uniqueUsername } from './rooms/people.ts';
import { add, say } from './tellings/changes.ts';
import { chatrooms } from './tellings/chatrooms.ts';
import { connectbest } from './tellings/connectbest.ts';
import { conversations } from './tellings/conversations.ts';
import { groups } from './tellings/groups.ts';
import { letters } from './tellings/letters.ts';
import { lunch } from './tellings/lunch.ts';
import { rooms } from './tellings/rooms.ts';
import { beginning, follow, type Scene } from './tellings/story.ts';
import type { Telling } from './tellings/telling.ts';
import { intrusions, trespasses } from './tellings/trespasses.ts';

afterAll(() => database.end());

const TELLINGS: Record<string, Telling> = {
  chatrooms: chatrooms('/chatrooms/api'),
  'chatrooms below /api': chatrooms('/api'),
  groups: groups('/groups/api'),
  'groups below /api': groups('/api'),
  'channels of groups': groups('/groups/api', 'channels'),
  'channels of groups below /api': groups('/api', 'channels'),
  rooms: rooms('/rooms/api'),
  'rooms below /api': rooms('/api'),
  connectbest: connectbest,
  conversations: conversations('/conversations'),
  'conversations below /api': conversations('/api'),
};
const tellings = Object.entries(TELLINGS);

async function cast({ register }: Telling) {
  const [ada, bob, cleo, root] = await Promise.all([
    register('Ada'),
    register('Bob'),
    register('Cleo'),
    signUpAdmin(),
  ]);
  return { ada, bob, cleo, root };
}

/** Ada makes a place, with one other where people are added. */
async function begin(telling: Telling, other: 'Bob' | 'Cleo') {
  const people = await cast(telling);
  const name = `lunch-${randomUUID()}`;
  const place = await telling.begin(people.ada, name, [other === 'Bob' ? people.bob : people.cleo]);
  const rows = beginning({ kind: telling.kind, name, createdBy: 'Ada', isThere: true });
  rows.members.Ada = 'admin';
  if (typeof telling.add !== 'string') add(rows, other);
  const scene: Scene = { ...people, place, ids: {} };
  return { scene, rows };
}

describe.each(tellings)('a lunch that is talked about in %s', { timeout: 60_000 }, (_, telling) => {
  it('leaves the rows that it leaves in every document', async () => {
    const { scene, rows } = await begin(telling, 'Cleo');
    await follow(lunch, telling, scene, rows);
  });

  it('takes from nobody there what they may not do in any document', async () => {
    const { scene, rows } = await begin(telling, 'Bob');
    scene.ids.Hello = await telling.say(scene.ada, scene.place, 'Hello');
    say(rows, 'Ada', 'Hello');
    await telling.say(scene.bob, scene.place, 'Hello, Ada');
    say(rows, 'Bob', 'Hello, Ada');
    await follow(telling.kind === 'public' ? [] : intrusions, telling, scene, rows);
    await follow(trespasses, telling, scene, rows);
  });
});

/** Channels of groups have the letters that groups have. */
const writers = tellings.flatMap(([name, telling]) =>
  typeof telling.write === 'string' || name.startsWith('channels')
    ? []
    : [{ name, telling, write: telling.write }],
);

describe.each(writers)('a letter in $name', { timeout: 60_000 }, ({ telling, write }) => {
  it('leaves the rows that it leaves in every document that knows direct messages', async () => {
    const people = await cast(telling);
    const { place, id } = await write(people.ada, people.bob, 'Lunch?');
    const rows = beginning({ kind: 'dm', name: null, createdBy: 'Ada', isThere: true });
    rows.members = { Ada: 'member', Bob: 'member' };
    say(rows, 'Ada', 'Lunch?');
    await follow(letters, telling, { ...people, place, ids: { Lunch: id } }, rows);
  });

  it('is read where each of the others has the direct messages of these two', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const { place } = await write(ada, bob, 'Lunch?');
    for (const other of writers) {
      expect(await other.write(bob, ada, `Yes, by ${other.name}`)).toMatchObject({ place });
      expect(await telling.read(ada, place)).toContain(`Yes, by ${other.name}`);
    }
  });
});

describe('one group that each document speaks in', { timeout: 60_000 }, () => {
  it('has what was said in every one of them, wherever it is read', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const place = await groups('/groups/api').begin(ada, 'Lunch', [bob]);
    const said: string[] = [];
    for (const [name, telling] of tellings) {
      await telling.say(ada, place, `Said in ${name}`);
      said.push(`Said in ${name}`);
    }
    for (const [name, { read }] of tellings) expect(await read(bob, place), name).toEqual(said);

    const { data: rows } = await bob.supabase
      .from('messages')
      .select('body')
      .eq('channel_id', place)
      .order('seq')
      .throwOnError();
    expect(rows?.map(({ body }) => body)).toEqual(said);

    const chat = connectChat();
    await chat.auth.signIn({ email: bob.email, password: PASSWORD });
    const channel = await chat.channels.open(place);
    expect((await channel.messages.list()).map(({ body }) => body)).toEqual(said);
    await chat.close();
  });
});

describe('an account with nothing but a username', () => {
  it.each([
    '/chatrooms/api/users/register',
    '/groups/api/users/register',
    '/rooms/api/auth/signup',
    '/conversations/register',
    '/api/users/register',
    '/api/auth/signup',
    '/api/register',
  ])('that was made by %s signs in everywhere', async (path) => {
    const login = { username: uniqueUsername(), password: PASSWORD };
    const { body } = await call<{ id?: string; user?: { id: string } }>('POST', path, { json: login });
    const id = body.id ?? body.user?.id;
    for (const door of [
      '/chatrooms/api/users/login',
      '/groups/api/users/login',
      '/rooms/api/auth/login',
      '/conversations/login',
      '/api/auth/login',
      '/api/users/login',
      '/api/login',
    ]) {
      const answer = await call<{ user: { id: string } }>('POST', door, { json: login });
      expect([door, answer.status, answer.body.user?.id]).toEqual([door, 200, id]);
    }
  });
});
