/** Messages of the conversations document: S4-3.9 and 3.10, and changing them. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { badTokens, call, expectError, TIME, UUID } from '../api.ts';
import { ask, join, MOUNT, pair, read, say, trio } from './people.ts';

afterAll(() => database.end());

describe('POST /conversations/{conversationId}/message', () => {
  it('success: 201 with the message, by any of three names', async () => {
    const { ada, id } = await pair();
    for (const name of ['content', 'message', 'text']) {
      const answer = await ask(ada, 'POST', `/conversations/${id}/message`, { [name]: 'Noon?' });
      expect(answer.status).toBe(201);
      expect(answer.body).toMatchObject({
        id: UUID,
        conversationId: id,
        senderId: ada.id,
        content: 'Noon?',
        status: 'sent',
        timestamp: TIME,
      });
    }
  });

  it("success: of several names the document's own counts", async () => {
    const { ada, id } = await pair();
    const json = { text: 'Two?', message: 'One?', content: 'Noon?' };
    const { body } = await ask<{ id: string }>(ada, 'POST', `/conversations/${id}/message`, json);
    expect(body).toMatchObject({ content: 'Noon?' });
    const edited = { message: 'One?', content: 'Noon!' };
    expect(await ask(ada, 'PUT', `/conversations/${id}/message/${body.id}`, edited)).toMatchObject({
      body: { content: 'Noon!' },
    });
  });

  it('error: 400 for no text and for blanks, 404 for no conversation', async () => {
    const { ada, id } = await pair();
    const path = `/conversations/${id}/message`;
    expectError(await ask(ada, 'POST', path, {}), 400, 'invalid_input', 'content');
    expectError(await say(ada, id, ' '), 400, 'message_empty', 'content');
    expectError(await say(ada, randomUUID(), 'Noon?'), 404, 'channel_not_found');
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const { ada, id } = await pair();
    const json = { content: 'Noon?' };
    const { status } = await call('POST', `${MOUNT}/conversations/${id}/message`, {
      token: make(ada.token),
      json,
    });
    expect(status).toBe(401);
  });

  it('permission: 404 for whoever is not in it, 403 once the other has blocked them', async () => {
    const { ada, bob, id } = await pair();
    expectError(await say(await join('eve'), id, 'Noon?'), 404, 'channel_not_found');
    await database`insert into chat.blocks (blocker_id, blocked_id) values (${bob.id}, ${ada.id})`;
    expectError(await say(ada, id, 'Noon?'), 403, 'user_blocked');
  });

  it('limit: 40,000 characters, 400 for one more', async () => {
    const { ada, id } = await pair();
    expect((await say(ada, id, '😀'.repeat(40_000))).status).toBe(201);
    expectError(await say(ada, id, 'a'.repeat(40_001)), 400, 'invalid_input', 'content');
  });

  it('effect: the other one reads it', async () => {
    const { ada, bob, id } = await pair();
    await say(ada, id, 'Noon?');
    expect((await read(bob, id)).body.messages).toMatchObject([{ content: 'Noon?', senderId: ada.id }]);
  });
});

describe('PUT /conversations/{conversationId}/message/{messageId}', () => {
  it('success: another text; permission: 403 for somebody else', async () => {
    const { ada, bob, id } = await pair();
    const { body } = await say(ada, id, 'Noon?');
    const path = `/conversations/${id}/message/${body.id}`;
    const answer = await ask(ada, 'PUT', path, { content: 'At one?' });
    expect(answer).toMatchObject({ status: 200, body: { id: body.id, content: 'At one?' } });
    expectError(await ask(bob, 'PUT', path, { content: 'Never' }), 403, 'not_the_author');
    expect((await read(bob, id)).body.messages).toMatchObject([{ content: 'At one?' }]);
  });
});

describe('DELETE /conversations/{conversationId}/message/{messageId}', () => {
  it('success: 200 for the author, and for the admin of a group', async () => {
    const { ada, bob, id } = await trio();
    for (const author of [ada, bob]) {
      const { body } = await say(author, id, 'Oops');
      const answer = await ask(ada, 'DELETE', `/conversations/${id}/message/${body.id}`);
      expect(answer).toMatchObject({ status: 200, body: { message: 'Message deleted' } });
    }
  });

  it('error: 404 for one that is not there, is deleted or elsewhere', async () => {
    const { ada, id } = await pair();
    const other = await pair();
    const { body } = await say(ada, id, 'Oops');
    const path = `/conversations/${id}/message/${body.id}`;
    await ask(ada, 'DELETE', path);
    expectError(await ask(ada, 'DELETE', path), 404, 'message_not_found');
    expectError(
      await ask(ada, 'DELETE', `/conversations/${id}/message/${randomUUID()}`),
      404,
      'message_not_found',
    );
    const elsewhere = await say(other.ada, other.id, 'Oops');
    expectError(
      await ask(ada, 'DELETE', `/conversations/${id}/message/${elsewhere.body.id}`),
      404,
      'message_not_found',
    );
  });

  it('permission: 401 without a token, 403 for somebody else, 404 for a stranger', async () => {
    const { ada, bob, id } = await pair();
    const { body } = await say(ada, id, 'Oops');
    const path = `/conversations/${id}/message/${body.id}`;
    expect((await ask(undefined, 'DELETE', path)).status).toBe(401);
    expect((await ask(bob, 'DELETE', path)).status).toBe(403);
    expectError(await ask(await join('eve'), 'DELETE', path), 404, 'channel_not_found');
  });

  it('effect: nobody reads it any more', async () => {
    const { ada, bob, id } = await pair();
    const { body } = await say(ada, id, 'Oops');
    await ask(ada, 'DELETE', `/conversations/${id}/message/${body.id}`);
    expect((await read(bob, id)).body.messages).toEqual([]);
  });
});
