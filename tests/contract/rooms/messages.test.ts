/** Messages of the rooms document: S2-3.1 and 3.2. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { type Person, signUp } from '../../helpers/people.ts';
import { badTokens, call, expectError, TIME, UUID } from '../api.ts';
import { channelOf, list as listByConnectBest } from '../room.ts';
import { join, MOUNT, messagesOf, type RoomMessage, roomOf, say } from './people.ts';

afterAll(() => database.end());

const send = (token: string | undefined, json: unknown, path = `${MOUNT}/messages`) =>
  call<RoomMessage>('POST', path, { token, json });

describe('POST /api/messages', () => {
  it('success: 201 with the message, which its reader may call by any of three names', async () => {
    const ada = await join();
    const roomId = await roomOf(ada);
    for (const name of ['message', 'content', 'text']) {
      const { status, body } = await send(ada.token, { roomId, [name]: 'Noon?' });
      expect(status).toBe(201);
      expect(body).toMatchObject({
        id: UUID,
        timestamp: TIME,
        message: 'Message sent',
        roomId,
        content: 'Noon?',
        senderId: ada.id,
        username: ada.username,
      });
    }
  });

  it('success: below /api the room says whose message it is', async () => {
    const ada = await join();
    const roomId = await roomOf(ada);
    const answer = await send(ada.token, { roomId, message: 'Noon?' }, '/api/messages');
    expect(answer).toMatchObject({ status: 201, body: { message: 'Message sent', content: 'Noon?' } });
  });

  it.each([
    ['no room', { message: 'Noon?' }, 'roomId'],
    ['a room that is none', { roomId: 'lunch', message: 'Noon?' }, 'roomId'],
    ['no text', { roomId: randomUUID() }, 'message'],
    ['an empty text', { roomId: randomUUID(), message: '' }, 'message'],
    ["another document's body", { chatroomId: randomUUID(), sender: 'ada', message: 'Noon?' }, 'roomId'],
  ])('error: 400 for %s', async (_, json, field) => {
    expectError(await send((await join()).token, json), 400, 'invalid_input', field);
  });

  it('error: 400 for nothing but blanks, 404 for a room that is not there', async () => {
    const ada = await join();
    expectError(await say(ada, await roomOf(ada), ' \n '), 400, 'message_empty', 'message');
    const answer = await say(ada, randomUUID(), 'Noon?');
    expectError(answer, 404, 'channel_not_found');
    expect(answer.body).toMatchObject({ message: expect.stringMatching(/^unable to send message; /) });
  });

  it('error: 400 names everything that is missing', async () => {
    const answer = await send((await join()).token, {});
    for (const field of ['roomId', 'message']) {
      expect(answer.body).toMatchObject({
        error: { details: expect.arrayContaining([{ field, message: 'is missing' }]) },
      });
    }
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const ada = await join();
    const json = { roomId: await roomOf(ada), message: 'Noon?' };
    expect((await send(make(ada.token), json)).status).toBe(401);
  });

  it('permission: 404 in a private channel of others, 403 for whoever is banned', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    expectError(await say(bob, await channelOf(ada, 'private'), 'Noon?'), 404, 'channel_not_found');
    const id = await roomOf(ada);
    await ada.supabase.rpc('ban_member', { channel_id: id, user_id: bob.id }).throwOnError();
    expectError(await say(bob, id, 'Noon?'), 403, 'user_banned');
    expect((await messagesOf(id)).body).toEqual([]);
  });

  it('limit: 40,000 characters, 400 for one more', async () => {
    const ada = await join();
    const id = await roomOf(ada);
    expect((await say(ada, id, '😀'.repeat(40_000))).status).toBe(201);
    expectError(await say(ada, id, 'a'.repeat(40_001)), 400, 'invalid_input', 'message');
  });

  it('effect: whoever speaks up has joined, and ConnectBest shows the message', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const id = await roomOf(ada);
    await say(bob, id, 'Noon?');
    const { body } = await listByConnectBest(bob, id);
    expect(body.messages[0]).toMatchObject({ content: 'Noon?', userId: bob.id });
  });
});

describe('GET /api/messages/:roomId', () => {
  it('success: anybody reads what was said, oldest first', async () => {
    const ada = await join();
    const roomId = await roomOf(ada);
    for (const word of ['1', '2']) await say(ada, roomId, word);
    const { status, body } = await messagesOf(roomId);
    expect(status).toBe(200);
    const named = { id: UUID, roomId, senderId: ada.id, username: ada.username, timestamp: TIME };
    expect(body).toMatchObject(['1', '2'].map((content) => ({ ...named, content })));
  });

  it('success: below /api too, without a token', async () => {
    const ada = await join();
    const id = await roomOf(ada);
    await say(ada, id, 'Noon?');
    const answer = await call<RoomMessage[]>('GET', `/api/messages/${id}`);
    expect(answer).toMatchObject({ status: 200, body: [{ content: 'Noon?' }] });
  });

  it('error: 404 for a room that is not there, 400 for what is no id', async () => {
    expectError(await messagesOf(randomUUID()), 404, 'channel_not_found');
    expectError(await messagesOf('lunch'), 400, 'invalid_input', 'roomId');
  });

  it('permission: 404 for a private channel, but its members read it', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const id = await channelOf(ada, 'private');
    expectError(await messagesOf(id), 404, 'channel_not_found');
    expectError(await messagesOf(id, bob), 404, 'channel_not_found');
    expect((await messagesOf(id, ada)).status).toBe(200);
  });

  it.each([
    ['its messages', `${MOUNT}/messages`],
    ['the room', `${MOUNT}/rooms`],
    ['its messages below /api', '/api/messages'],
  ])(
    'effect: a member who asks for %s has read them, and whoever looks at headers only has not',
    async (_, path) => {
      const [ada, bob] = await Promise.all([join(), join('bob')]);
      const room = await roomOf(ada);
      await say(bob, room, 'Noon?');
      const read = async () => {
        const [row] = await database`select last_read_seq::integer as seq from chat.channel_states
        where channel_id = ${room} and user_id = ${ada.id}`;
        return row?.seq;
      };
      const before = await read();
      await call('HEAD', `${path}/${room}`, { token: ada.token });
      await call('GET', `${path}/${room}`);
      expect(await read()).toBe(before);
      await call('GET', `${path}/${room}`, { token: ada.token });
      expect(await read()).toBeGreaterThan(before);
    },
  );

  it('limit: the newest page, the one before it, and 400 for a page of nothing', async () => {
    const ada = await join();
    const id = await roomOf(ada);
    for (const word of ['1', '2', '3']) await say(ada, id, word);
    const [second, third] = (await messagesOf(id, undefined, '?limit=2')).body;
    expect([second?.content, third?.content]).toEqual(['2', '3']);
    const { body } = await messagesOf(id, undefined, `?before=${second?.id}`);
    expect(body.map(({ content }) => content)).toEqual(['1']);
    expectError(await messagesOf(id, undefined, '?limit=0'), 400, 'invalid_input', 'limit');
  });

  it('limit: a page that ends after 1 MB of text says where the rest is, and so does the room', async () => {
    const ada = await join();
    const id = await roomOf(ada);
    await database`insert into chat.messages (channel_id, author_id, body)
                   select ${id}, ${ada.id}, repeat('a', 40000) from generate_series(1, 26)`;
    const { body, headers } = await messagesOf(id);
    expect(body).toHaveLength(25);
    const before = `before=${body[0]?.id}>; rel="next"`;
    expect(headers.get('link')).toContain(before);
    const room = await call('GET', `${MOUNT}/rooms/${id}`);
    expect(room.headers.get('link')).toContain(`${MOUNT}/rooms/${id}?limit=100&${before}`);
  });

  it('effect: messages that are deleted are not among them', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const id = await roomOf(ada);
    await say(bob, id, 'Hello');
    const { body } = await say(ada, id, 'Oops');
    await ada.supabase.rpc('delete_message_by_id', { channel_id: id, id: body.id }).throwOnError();
    expect((await messagesOf(id, bob)).body.map(({ content }) => content)).toEqual(['Hello']);
  });

  it.each([
    ['messages', (id: string, person?: Person) => messagesOf(id, person)],
    ['room', (id: string, person?: Person) => call('GET', `${MOUNT}/rooms/${id}`, { token: person?.token })],
  ])('effect: who is in the room has read the %s, and others leave no mark', async (_, read) => {
    const [ada, bob, cleo] = await Promise.all([signUp('Ada'), signUp('Bob'), signUp('Cleo')]);
    const id = await roomOf(ada);
    await say(bob, id, 'Hello');
    await say(ada, id, 'Hello Bob');
    for (const person of [undefined, cleo, bob]) expect((await read(id, person)).status).toBe(200);
    const marks = await database`
      select r.user_id, r.read_seq = n.last_seq as is_all
        from chat.receipts r join chat.channel_counters n using (channel_id) where r.channel_id = ${id}`;
    expect([...marks]).toEqual([{ user_id: bob.id, is_all: true }]);
  });
});
