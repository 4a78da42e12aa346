/** Sending, changing and deleting messages: S0-3. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { expectError, TIME, UUID } from '../api.ts';
import { told } from '../room.ts';
import { ask, chatroom, expectSignedInOnly, publicRoom, say, textsOf } from './chatroom.ts';

afterAll(() => database.end());

/** A chatroom in which Ada has said hello. */
async function greeted() {
  const { room, ...people } = await chatroom();
  return { room, ...people, id: (await say(people.ada, room, 'hello')).body.id };
}

type Somebody = Parameters<typeof ask>[0];
const send = (person: Somebody, json: unknown) => ask(person, 'POST', '/messages', json);
const edit = (person: Somebody, id: string, message?: string) =>
  ask(person, 'PUT', `/messages/${id}`, { message });
const remove = (person: Somebody, id: string) => ask(person, 'DELETE', `/messages/${id}`);

describe('POST /api/messages', () => {
  it('success: 201, whether the sender is given by id, by username or not at all', async () => {
    const { ada, room } = await chatroom();
    for (const sender of [ada.id, ada.username, undefined]) {
      const { status, body } = await send(ada, { chatroomId: room, sender, message: 'hello' });
      expect({ status, body }).toEqual({
        status: 201,
        body: {
          ...{ id: UUID, timestamp: TIME, message: 'Message sent' },
          ...{ conversationId: room, content: 'hello' },
        },
      });
    }
    expect(await textsOf(ada, room)).toEqual(['hello', 'hello', 'hello']);
  });

  it.each([
    ['no chatroom', { message: 'hello' }, 'invalid_input', 'chatroomId'],
    ['a chatroom that is no id', { chatroomId: 'lunch', message: 'hello' }, 'invalid_input', 'chatroomId'],
    ['no message', { chatroomId: randomUUID() }, 'invalid_input', 'message'],
    ['an empty message', { chatroomId: randomUUID(), message: '' }, 'invalid_input', 'message'],
    [
      'a message of half a surrogate pair',
      { chatroomId: randomUUID(), message: '\ud800' },
      'invalid_input',
      'message',
    ],
    ["another document's names", { roomId: randomUUID(), content: 'hello' }, 'invalid_input', 'chatroomId'],
  ])('error: 400 for %s', async (_, json, code, field) => {
    const { ada, room } = await chatroom();
    expectError(await send(ada, json), 400, code, field);
    expect(await textsOf(ada, room)).toEqual([]);
  });

  it('error: 400 for blanks alone, 404 for no such chatroom', async () => {
    const { ada, room } = await chatroom();
    expectError(await say(ada, room, ' \n'), 400, 'message_empty', 'message');
    expectError(await say(ada, randomUUID(), 'hello'), 404, 'channel_not_found');
  });

  it('permission: 403 with another sender, 404 or of a public one 403 for who is not in it, 401 without a token', async () => {
    const { ada, bob, eve, room } = await chatroom();
    for (const sender of [bob.id, bob.username, 'nobody-at-all']) {
      expectError(await send(ada, { chatroomId: room, sender, message: 'x' }), 403, 'not_yourself');
    }
    expectError(await say(eve, room, 'x'), 404, 'channel_not_found');
    expectError(await say(eve, await publicRoom(ada), 'x'), 403, 'not_a_member');
    await expectSignedInOnly('POST', '/messages', { chatroomId: room, message: 'x' });
    expect(await textsOf(ada, room)).toEqual([]);
  });

  it('limit: 40,000 characters, and 400 for one more', async () => {
    const { ada, room } = await chatroom();
    expect((await say(ada, room, '𝕏'.repeat(40_000))).status).toBe(201);
    expectError(await say(ada, room, 'x'.repeat(40_001)), 400, 'message_too_long', 'message');
  });

  it('effect: everybody in the chatroom hears of it', async () => {
    const { ada, room, id } = await greeted();
    expect(await told(room, 'message:new')).toMatchObject([
      { id, body: 'hello', author: { id: ada.id, username: ada.username } },
    ]);
  });
});

describe('PUT /api/messages/:id', () => {
  it('success: 200, and it says something else', async () => {
    const { ada, room, id } = await greeted();
    expect(await edit(ada, id, 'bye')).toMatchObject({ status: 200, body: { message: 'Message updated' } });
    expect(await textsOf(ada, room)).toEqual(['bye']);
  });

  it('error: 400 for no text, 404 for no such message or one that is deleted', async () => {
    const { ada, id } = await greeted();
    for (const text of [undefined, '']) {
      expectError(await edit(ada, id, text), 400, 'invalid_input', 'message');
    }
    expectError(await edit(ada, id, ' '), 400, 'message_empty', 'message');
    expectError(await edit(ada, randomUUID(), 'bye'), 404, 'message_not_found');
    await remove(ada, id);
    expectError(await edit(ada, id, 'bye'), 404, 'message_not_found');
  });

  it('permission: 403 for others in the chatroom, 404 for strangers, 401 without a token that counts', async () => {
    const { ada, bob, eve, room, id } = await greeted();
    expectError(await edit(bob, id, 'bye'), 403, 'not_the_author');
    expectError(await edit(eve, id, 'bye'), 404, 'message_not_found');
    await expectSignedInOnly('PUT', `/messages/${id}`, { message: 'bye' });
    expect(await textsOf(ada, room)).toEqual(['hello']);
  });

  it('limit: 403 after 24 hours', async () => {
    const { ada, bob, room } = await greeted();
    const [row] = await database`
      insert into chat.messages (channel_id, author_id, body) values (${room}, ${ada.id}, 'old') returning id, seq`;
    await database.begin(async (db) => {
      await db`set local session_replication_role = replica`;
      await db`update chat.messages set created_at = now() - interval '25 hours' where id = ${row?.id}`;
    });
    expectError(await edit(ada, row?.id, 'new'), 403, 'edit_window_closed');
    expect(await textsOf(bob, room)).toEqual(['hello', 'old']);
  });

  it('effect: everybody in the chatroom hears of it', async () => {
    const { ada, room, id } = await greeted();
    await edit(ada, id, 'bye');
    expect(await told(room, 'message:updated')).toMatchObject([{ id, body: 'bye' }]);
  });
});

describe('DELETE /api/messages/:id', () => {
  it('success: 200, and it is not in the list any more', async () => {
    const { ada, room, id } = await greeted();
    expect(await remove(ada, id)).toMatchObject({ status: 200, body: { message: 'Message deleted' } });
    expect(await textsOf(ada, room)).toEqual([]);
  });

  it('success: 200 for an admin of the chatroom', async () => {
    const { ada, bob, room } = await chatroom();
    const { body } = await say(bob, room, 'spam');
    expect((await remove(ada, body.id)).status).toBe(200);
  });

  it('error: 404 for no such message and for one that is deleted, 400 for what is no id', async () => {
    const { ada, id } = await greeted();
    await remove(ada, id);
    expectError(await remove(ada, id), 404, 'message_not_found');
    expectError(await remove(ada, randomUUID()), 404, 'message_not_found');
    expectError(await remove(ada, 'hello'), 400, 'invalid_input', 'id');
  });

  it('permission: 403 for others in the chatroom, 404 for strangers, 401 without a token that counts', async () => {
    const { ada, bob, eve, room, id } = await greeted();
    expectError(await remove(bob, id), 403, 'not_a_channel_admin');
    expectError(await remove(eve, id), 404, 'message_not_found');
    await expectSignedInOnly('DELETE', `/messages/${id}`);
    expect(await textsOf(ada, room)).toEqual(['hello']);
  });

  it('limit: no other message goes', async () => {
    const { ada, room, id } = await greeted();
    await say(ada, room, 'more');
    await remove(ada, id);
    expect(await textsOf(ada, room)).toEqual(['more']);
  });

  it('effect: everybody in the chatroom hears of it', async () => {
    const { ada, room, id } = await greeted();
    await remove(ada, id);
    expect(await told(room, 'message:deleted')).toMatchObject([{ id, body: '' }]);
  });
});
