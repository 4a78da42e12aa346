/** Searching people and messages: S0-6. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { expectError, TIME } from '../api.ts';
import { uploadOne } from '../uploads.ts';
import { ask, type Chatter, chatroom, chatter, expectSignedInOnly, type Message, say } from './chatroom.ts';

afterAll(() => database.end());

const search = <Hit>(person: Chatter, what: 'users' | 'messages', query: Record<string, string>) =>
  ask<Hit[]>(person, 'GET', `/search/${what}?${new URLSearchParams(query)}`);

const uniqueWord = () => `w${randomUUID().replaceAll('-', '').slice(0, 12)}`;

describe('GET /api/search/users', () => {
  it('success: a bare list of whom it fits', async () => {
    const name = `Ada ${uniqueWord()}`;
    const ada = await chatter(name);
    const { status, body } = await search(ada, 'users', { q: name });
    expect({ status, body }).toEqual({
      status: 200,
      body: [{ id: ada.id, username: ada.username, name: ada.name }],
    });
    expect((await search(ada, 'users', { q: ada.username })).body).toMatchObject([{ id: ada.id }]);
  });

  it('error: 400 without q and with an empty one', async () => {
    const ada = await chatter();
    for (const query of [{}, { q: '' }, { q: ' ' }]) {
      expectError(await search(ada, 'users', query as Record<string, string>), 400, 'invalid_input', 'q');
    }
  });

  it('permission: 401 without a token that counts', () => expectSignedInOnly('GET', '/search/users?q=ada'));

  it('limit: as many as are asked for, and 400 for none and for 1,001 characters', async () => {
    const word = uniqueWord();
    const [ada] = [await chatter(`Ada ${word}`), await chatter(`Bob ${word}`)];
    expect((await search(ada, 'users', { q: word, limit: '1' })).body).toHaveLength(1);
    expectError(await search(ada, 'users', { q: word, limit: '0' }), 400, 'invalid_input', 'limit');
    expectError(await search(ada, 'users', { q: 'a'.repeat(1001) }), 400, 'invalid_input', 'q');
  });
});

describe('GET /api/search/messages', () => {
  it('success: a bare list, newest first, of all chatrooms or of one', async () => {
    const { ada, bob, room } = await chatroom();
    const other = await chatroom();
    await ask(other.ada, 'POST', `/chatrooms/${other.room}/members`, { userId: bob.id });
    const word = uniqueWord();
    const { body } = await say(ada, room, `one ${word}`);
    await say(other.ada, other.room, `two ${word}`);
    const texts = async (query: Record<string, string>) =>
      (await search<Message>(bob, 'messages', { q: word, ...query })).body.map(({ message }) => message);
    expect(await texts({})).toEqual([`two ${word}`, `one ${word}`]);
    expect(await texts({ chatroomId: room })).toEqual([`one ${word}`]);
    expect((await search(bob, 'messages', { q: word, chatroomId: room })).body).toEqual([
      {
        id: body.id,
        chatroomId: room,
        sender: ada.id,
        senderName: ada.username,
        message: `one ${word}`,
        files: [],
        timestamp: TIME,
      },
    ]);
  });

  it('success: with the files of a message', async () => {
    const { ada, bob, room } = await chatroom();
    const word = uniqueWord();
    const file = await uploadOne(ada);
    await say(ada, room, `${word} ${file.url}`);
    expect((await search<Message>(bob, 'messages', { q: word })).body).toMatchObject([
      {
        files: [{ id: file.id, name: 'a.txt', url: expect.stringMatching(new RegExp(`/files/${file.id}$`)) }],
      },
    ]);
  });

  it('error: 400 without q and with a chatroom that is no id', async () => {
    const ada = await chatter();
    expectError(await search(ada, 'messages', {}), 400, 'invalid_input', 'q');
    expectError(
      await search(ada, 'messages', { q: 'x', chatroomId: 'lunch' }),
      400,
      'invalid_input',
      'chatroomId',
    );
  });

  it('permission: nothing of others, 403 in a chatroom that one is not in, 401 without a token that counts', async () => {
    const { ada, eve, room } = await chatroom();
    const word = uniqueWord();
    await say(ada, room, word);
    expect((await search(eve, 'messages', { q: word })).body).toEqual([]);
    expectError(await search(eve, 'messages', { q: word, chatroomId: room }), 403, 'not_a_member');
    await expectSignedInOnly('GET', '/search/messages?q=hello');
  });

  it('limit: as many as are asked for, and 400 for none', async () => {
    const { ada, room } = await chatroom();
    const word = uniqueWord();
    for (const _ of [1, 2]) await say(ada, room, word);
    expect((await search(ada, 'messages', { q: word, limit: '1' })).body).toHaveLength(1);
    expectError(await search(ada, 'messages', { q: word, limit: '0' }), 400, 'invalid_input', 'limit');
  });
});
