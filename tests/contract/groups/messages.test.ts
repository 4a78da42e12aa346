/** Messages of document S1: S1-2.1 to 2.3. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { signUp } from '../../helpers/people.ts';
import { call, expectError, TIME, UUID } from '../api.ts';
import { channelOf } from '../room.ts';
import { form, text } from '../uploads.ts';
import { ask, join, type Member, messagesOf, placeOf, say } from './people.ts';

afterAll(() => database.end());

const pair = () => Promise.all([join('ada'), join('bob')]);
const remove = (person: Member | undefined, id: string) => ask('DELETE', `/messages/${id}`, person);
const contents = async (person: Member, id: string, query = '') =>
  (await messagesOf(person, id, query)).body.map(({ content }) => content);

describe('POST /api/messages', () => {
  it('success: 201 to a person, by the direct messages with them', async () => {
    const [ada, bob] = await pair();
    const { status, body } = await say(ada, bob.id, 'Good morning');
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: UUID,
      timestamp: TIME,
      message: 'Message sent',
      conversationId: UUID,
      senderId: ada.id,
      receiverId: bob.id,
      content: 'Good morning',
    });
    expect((await say(bob, ada.id, 'Hi')).body.conversationId).toBe(body.conversationId);
    expect((await say(bob, body.conversationId, 'Hi')).body.conversationId).toBe(body.conversationId);
  });

  it('success: 201 to a group and to a channel, and the sender may be a username', async () => {
    const [ada, bob] = await pair();
    for (const noun of ['groups', 'channels'] as const) {
      const id = await placeOf(noun, ada, [bob]);
      expect(await say(bob, id, 'Hello', bob.username)).toMatchObject({
        status: 201,
        body: { conversationId: id, senderId: bob.id },
      });
    }
  });

  it.each([undefined, null, ''])('success: 201 without a sender, who is the caller: %s', async (senderId) => {
    const [ada, bob] = await pair();
    const json = { senderId, receiverId: bob.id, content: 'Hello' };
    expect(await ask('POST', '/messages', ada, json)).toMatchObject({
      status: 201,
      body: { senderId: ada.id },
    });
  });

  it.each(['receiverId', 'content'])('error: 400 without %s', async (field) => {
    const ada = await join();
    const json = { senderId: ada.id, receiverId: ada.id, content: 'Hello', [field]: undefined };
    expectError(await ask('POST', '/messages', ada, json), 400, 'invalid_input', field);
  });

  it("error: 400 for another document's body, which names what is missing", async () => {
    const ada = await join();
    const json = { chatroomId: randomUUID(), sender: ada.id, message: 'Hello' };
    expectError(await ask('POST', '/messages', ada, json), 400, 'invalid_input', 'receiverId');
  });

  it('error: 400 for a receiver that is neither a person nor a conversation, or whose account is gone', async () => {
    const [ada, bob] = await pair();
    const answer = await say(ada, randomUUID(), 'Hello');
    expectError(answer, 400, 'channel_not_found', 'receiverId');
    expect(answer.body).toMatchObject({
      message: 'unable to send message; there is no such person, group or channel',
    });
    await ask('DELETE', `/users/${bob.id}`, bob);
    expectError(await say(ada, bob.id, 'Hello'), 400, 'channel_not_found', 'receiverId');
  });

  it('permission: 401 without a token, 403 as somebody else, 400 to a group of others', async () => {
    const [ada, bob] = await pair();
    const json = { senderId: ada.id, receiverId: bob.id, content: 'Hello' };
    expectError(await ask('POST', '/messages', undefined, json), 401, 'not_signed_in');
    expectError(await say(ada, bob.id, 'Hello', bob.id), 403, 'not_yourself');
    const others = await placeOf('groups', ada);
    expectError(await say(bob, others, 'Hello'), 400, 'channel_not_found', 'receiverId');
  });

  it('permission: 403 to whoever has blocked the sender', async () => {
    const [ada, bob] = await pair();
    await database`insert into chat.blocks (blocker_id, blocked_id) values (${bob.id}, ${ada.id})`;
    expectError(await say(ada, bob.id, 'Hello'), 403, 'user_blocked');
  });

  it('limit: 400 for 40,001 characters and for blanks', async () => {
    const ada = await join();
    expect((await say(ada, ada.id, 'x'.repeat(40_000))).status).toBe(201);
    expectError(await say(ada, ada.id, 'x'.repeat(40_001)), 400, 'invalid_input', 'content');
    expectError(await say(ada, ada.id, ' \n '), 400, 'message_empty', 'content');
  });

  it('effect: the same message is read by every document', async () => {
    const [ada, bob] = await pair();
    const id = await placeOf('groups', ada, [bob]);
    const { body } = await say(ada, id, 'Hello');
    const { token } = bob;
    expect(await call('GET', `/api/chat/channels/${id}/messages`, { token })).toMatchObject({
      body: { messages: [{ id: body.id, content: 'Hello', userId: ada.id }] },
    });
    expect(await call('GET', `/api/messages/${id}`, { token })).toMatchObject({
      body: [{ id: body.id, content: 'Hello', senderId: ada.id }],
    });
  });

  it('effect: an own file whose address it gives is in it, for its readers', async () => {
    const [ada, bob] = await pair();
    const { body: file } = await call<{ id: string; url: string }>('POST', '/rooms/api/files/upload', {
      token: ada.token,
      raw: form([['file', text()]]),
    });
    await say(ada, bob.id, `Here: ${file.url}`);
    expect((await messagesOf(bob, ada.id)).body).toMatchObject([{ files: [{ id: file.id }] }]);
    const { status } = await fetch(file.url, { headers: { authorization: `Bearer ${bob.token}` } });
    expect(status).toBe(200);
  });

  it('effect: below /api the body says which document is meant', async () => {
    const [ada, bob] = await pair();
    const json = { senderId: ada.id, receiverId: bob.id, content: 'Hello' };
    const { token } = ada;
    expect(await call('POST', '/api/messages', { token, json })).toMatchObject({
      status: 201,
      body: { senderId: ada.id, content: 'Hello' },
    });
    const mixed = await call('POST', '/api/messages', { token, json: { ...json, chatroomId: bob.id } });
    expect(mixed.status).toBeLessThan(500);
  });
});

describe('GET /api/messages/:conversationId', () => {
  it('success: 200 with what was said, oldest first, by the conversation and by the person', async () => {
    const [ada, bob] = await pair();
    const { body: first } = await say(ada, bob.id, 'one');
    await say(bob, ada.id, 'two');
    const { status, body } = await messagesOf(ada, first.conversationId);
    expect(status).toBe(200);
    expect(body).toMatchObject([
      {
        id: first.id,
        conversationId: first.conversationId,
        senderId: ada.id,
        content: 'one',
        timestamp: TIME,
      },
      { senderId: bob.id, content: 'two' },
    ]);
    expect(await contents(bob, ada.id)).toEqual(['one', 'two']);
    expect(await contents(bob, first.conversationId)).toEqual(['one', 'two']);
  });

  it('success: 200 with nothing from people who have not written yet, and without what a channel says of itself', async () => {
    const [ada, bob] = await pair();
    expect(await messagesOf(ada, bob.id)).toMatchObject({ status: 200, body: [] });
    expect(await contents(ada, await placeOf('channels', ada, [bob]))).toEqual([]);
  });

  it('error: 404 for a conversation that is not there, 400 for what is no id', async () => {
    const ada = await join();
    expectError(await messagesOf(ada, randomUUID()), 404, 'channel_not_found');
    expectError(await messagesOf(ada, 'lunch'), 400, 'invalid_input', 'id');
  });

  it('permission: 401 without a token, 404 for a conversation of others', async () => {
    const [ada, bob] = await pair();
    const id = await placeOf('channels', ada);
    expectError(await messagesOf(undefined, id), 401, 'not_signed_in');
    expectError(await messagesOf(bob, id), 404, 'channel_not_found');
  });

  it('permission: 403 for a public channel before the caller joins it', async () => {
    const id = await channelOf(await signUp('Bob'), 'public');
    expectError(await messagesOf(await join(), id), 403, 'not_a_member');
  });

  it('limit: the newest page of at most 100, and those before it', async () => {
    const ada = await join();
    const ids: string[] = [];
    for (const word of ['1', '2', '3', '4']) ids.push((await say(ada, ada.id, word)).body.id);
    expect(await contents(ada, ada.id, '?limit=2')).toEqual(['3', '4']);
    expect(await contents(ada, ada.id, `?limit=2&before=${ids[2]}`)).toEqual(['1', '2']);
    expect(await contents(ada, ada.id, '?limit=1000')).toHaveLength(4);
    expectError(await messagesOf(ada, ada.id, '?limit=0'), 400, 'invalid_input', 'limit');
    expectError(await messagesOf(ada, ada.id, `?before=${randomUUID()}`), 400, 'invalid_cursor', 'before');
  });
});

describe('DELETE /api/messages/:messageId', () => {
  it('success: 200 for its author', async () => {
    const [ada, bob] = await pair();
    const { body } = await say(ada, bob.id, 'Hello');
    expect(await remove(ada, body.id)).toMatchObject({ status: 200, body: { message: 'Message deleted' } });
  });

  it('error: 404 for a message that is not there or deleted already', async () => {
    const ada = await join();
    expectError(await remove(ada, randomUUID()), 404, 'message_not_found');
    const { body } = await say(ada, ada.id, 'Hello');
    await remove(ada, body.id);
    expectError(await remove(ada, body.id), 404, 'message_not_found');
  });

  it('permission: 401 without a token, 403 for others in the conversation, 404 for strangers', async () => {
    const [ada, bob, eve] = [await join(), await join('bob'), await join('eve')];
    const { body } = await say(ada, bob.id, 'Hello');
    expectError(await remove(undefined, body.id), 401, 'not_signed_in');
    expectError(await remove(bob, body.id), 403, 'not_the_author');
    expectError(await remove(eve, body.id), 404, 'message_not_found');
  });

  it('permission: admins of a channel delete what others said', async () => {
    const [ada, bob] = await pair();
    const { body } = await say(bob, await placeOf('channels', ada, [bob]), 'Hello');
    expect((await remove(ada, body.id)).status).toBe(200);
  });

  it('limit: 400 for what is no id', async () => {
    expectError(await remove(await join(), '1'), 400, 'invalid_input', 'id');
  });

  it('effect: nobody reads it any more', async () => {
    const [ada, bob] = await pair();
    const { body } = await say(ada, bob.id, 'Hello');
    await remove(ada, body.id);
    expect(await contents(bob, ada.id)).toEqual([]);
  });
});
