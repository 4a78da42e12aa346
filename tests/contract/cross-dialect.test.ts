/** The same told in each document is the same in the database, and what is said in one is heard in all others. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { connectChat } from '../helpers/chat.ts';
import { database } from '../helpers/database.ts';
import { PASSWORD, type Person, signUp } from '../helpers/people.ts';
import { call } from './api.ts';

afterAll(() => database.end());

/** How a document says what every document can say. */
interface Telling {
  /** An account with nothing but a username and a password. */
  join?(username: string): Promise<string>;
  begin(person: Person, others: Person[]): Promise<string>;
  say(person: Person, place: string, text: string): Promise<string>;
  read(person: Person, place: string): Promise<string[]>;
}

async function ask<Body>(person: Person | undefined, method: string, path: string, json?: unknown) {
  const answer = await call<Body>(method, path, {
    token: person?.token,
    ...(json !== undefined && { json }),
  });
  expect([answer.status, answer.body]).toEqual([expect.toSatisfy((status) => status < 300), answer.body]);
  return answer.body;
}

const idOf = async (answer: Promise<{ id: string }>): Promise<string> => (await answer).id;

const login = (username: string) => ({ username, password: PASSWORD });

const idsOf = (people: Person[]) => people.map(({ id }) => id);

const chatrooms: Telling = {
  join: (username) => idOf(ask(undefined, 'POST', '/chatrooms/api/users/register', login(username))),
  begin: (person, others) =>
    idOf(ask(person, 'POST', '/chatrooms/api/chatrooms', { name: 'Lunch', members: idsOf(others) })),
  say: (person, chatroomId, message) =>
    idOf(ask(person, 'POST', '/chatrooms/api/messages', { chatroomId, message, sender: person.id })),
  read: async (person, place) =>
    (await ask<{ message: string }[]>(person, 'GET', `/chatrooms/api/chatrooms/${place}/messages`)).map(
      ({ message }) => message,
    ),
};

const groups: Telling = {
  join: (username) => idOf(ask(undefined, 'POST', '/groups/api/users/register', login(username))),
  begin: (person, others) =>
    idOf(ask(person, 'POST', '/groups/api/groups', { name: 'Lunch', members: idsOf(others) })),
  say: (person, receiverId, content) =>
    idOf(ask(person, 'POST', '/groups/api/messages', { senderId: person.id, receiverId, content })),
  read: async (person, place) =>
    (await ask<{ content: string }[]>(person, 'GET', `/groups/api/messages/${place}`)).map(
      ({ content }) => content,
    ),
};

const rooms: Telling = {
  join: async (username) =>
    (await ask<{ user: { id: string } }>(undefined, 'POST', '/rooms/api/auth/signup', login(username))).user
      .id,
  async begin(person, others) {
    const id = await idOf(ask(person, 'POST', '/rooms/api/rooms', { name: 'Lunch' }));
    // This document has nobody added; people join by what they say, or by other ways.
    for (const { supabase } of others) await supabase.rpc('join_channel', { channel_id: id }).throwOnError();
    return id;
  },
  say: (person, roomId, message) => idOf(ask(person, 'POST', '/rooms/api/messages', { roomId, message })),
  read: async (person, place) =>
    (await ask<{ content: string }[]>(person, 'GET', `/rooms/api/messages/${place}`)).map(
      ({ content }) => content,
    ),
};

const connectbest: Telling = {
  async begin(person, others) {
    const { channel } = await ask<{ channel: { id: string } }>(person, 'POST', '/api/chat/channels', {
      name: `lunch-${randomUUID()}`,
      type: 'private',
      members: idsOf(others),
    });
    return channel.id;
  },
  say: async (person, place, content) =>
    (
      await ask<{ message: { id: string } }>(person, 'POST', `/api/chat/channels/${place}/messages/send`, {
        content,
      })
    ).message.id,
  read: async (person, place) =>
    (
      await ask<{ messages: { content: string; type?: string }[] }>(
        person,
        'GET',
        `/api/chat/channels/${place}/messages`,
      )
    ).messages
      .map(({ content }) => content)
      .reverse(),
};

const conversations: Telling = {
  join: (username) => idOf(ask(undefined, 'POST', '/conversations/register', login(username))),
  begin: (person, others) =>
    idOf(ask(person, 'POST', '/conversations/conversations', { name: 'Lunch', participants: idsOf(others) })),
  say: (person, place, content) =>
    idOf(ask(person, 'POST', `/conversations/conversations/${place}/message`, { content })),
  read: async (person, place) =>
    (
      await ask<{ messages: { content: string }[] }>(person, 'GET', `/conversations/conversations/${place}`)
    ).messages.map(({ content }) => content),
};

const TELLINGS = { chatrooms, groups, rooms, connectbest, conversations };
const names = Object.keys(TELLINGS) as (keyof typeof TELLINGS)[];

describe.each(names)('a talk of three in %s', (name) => {
  const { begin, say, read } = TELLINGS[name];

  it('leaves the same members and messages', async () => {
    const people = await Promise.all([signUp('Ada'), signUp('Bob'), signUp('Cleo')]);
    const [ada, bob, cleo] = people;
    const place = await begin(ada, [bob, cleo]);
    await say(ada, place, 'Soup today?');
    await say(bob, place, 'Rather salad');
    expect((await read(ada, place)).slice(-2)).toEqual(['Soup today?', 'Rather salad']);

    const members = await database`
      select p.name, m.user_id = c.created_by as made_it from chat.channel_members m
        join chat.channels c on c.id = m.channel_id
        join chat.profiles p on p.id = m.user_id
       where m.channel_id = ${place} order by p.name`;
    expect(members.map(({ name: who, made_it }) => [who, made_it])).toEqual([
      ['Ada', true],
      ['Bob', false],
      ['Cleo', false],
    ]);
    const messages = await database`
      select p.name, m.body, m.edited_at, m.deleted_at, m.parent_seq, m.reply_count,
             (m.seq - min(m.seq) over ())::int as place
        from chat.messages m join chat.profiles p on p.id = m.author_id
       where m.channel_id = ${place} and m.kind = 'user' order by m.seq`;
    const plain = { edited_at: null, deleted_at: null, parent_seq: null, reply_count: 0 };
    expect([...messages]).toEqual([
      { name: 'Ada', body: 'Soup today?', place: 0, ...plain },
      { name: 'Bob', body: 'Rather salad', place: 1, ...plain },
    ]);
  });
});

describe('one group that each document speaks in', () => {
  it('has what was said in every one of them, wherever it is read', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const place = await chatrooms.begin(ada, [bob]);
    const said = [];
    for (const name of names) {
      await TELLINGS[name].say(ada, place, `Said in ${name}`);
      said.push(`Said in ${name}`);
    }
    for (const name of names) {
      expect((await TELLINGS[name].read(bob, place)).filter((text) => text.startsWith('Said in'))).toEqual(
        said,
      );
    }

    const { data: rows } = await bob.supabase
      .from('messages')
      .select('body')
      .eq('channel_id', place)
      .eq('kind', 'user')
      .order('seq')
      .throwOnError();
    expect(rows?.map(({ body }) => body)).toEqual(said);

    const chat = connectChat();
    await chat.auth.signIn({ email: bob.email, password: PASSWORD });
    const channel = await chat.channels.open(place);
    const messages = await channel.messages.list();
    expect(messages.map(({ body }) => body).filter((body) => body.startsWith('Said in'))).toEqual(said);
    await chat.close();
  });
});

describe('an account with nothing but a username', () => {
  const known = names.filter((name) => TELLINGS[name].join);

  it.each(known)('that was made in %s signs in everywhere', async (name) => {
    const username = `u${randomUUID().slice(0, 18)}`;
    const id = await TELLINGS[name].join?.(username);
    for (const path of [
      '/chatrooms/api/users/login',
      '/groups/api/users/login',
      '/rooms/api/auth/login',
      '/conversations/login',
      '/api/auth/login',
      '/api/users/login',
      '/api/login',
    ]) {
      const { status, body } = await call<{ user: { id: string } }>('POST', path, { json: login(username) });
      expect([path, status, body.user?.id]).toEqual([path, 200, id]);
    }
  });
});
