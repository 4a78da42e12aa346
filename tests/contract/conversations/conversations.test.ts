/** Conversations of the conversations document: S4-3.7 and 3.8, and what it leaves out of listing and changing them. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { badTokens, call, expectError, TIME, UUID } from '../api.ts';
import { uniqueUsername } from '../rooms/people.ts';
import { ask, join, MOUNT, type Page, pair, read, say, start, trio } from './people.ts';

afterAll(() => database.end());

const list = async (person: { token: string }) =>
  (await ask<{ id: string }[]>(person, 'GET', '/conversations')).body.map(({ id }) => id);

describe('POST /conversations', () => {
  it('success: 201 for a new one, 200 for the one that two people have', async () => {
    const [ada, bob] = await Promise.all([join('ada'), join('bob')]);
    const first = await start(ada, { participants: [bob.id] });
    expect(first.status).toBe(201);
    expect(first.body).toEqual({
      id: UUID,
      participants: expect.arrayContaining([ada.id, bob.id]),
      name: bob.username,
      participantCount: 2,
      createdAt: TIME,
    });
    const second = await start(bob, { participants: [ada.username] });
    expect(second).toMatchObject({ status: 200, body: { id: first.body.id, name: ada.username } });
  });

  it('success: one 201 for two people who start it several times at once', async () => {
    const [ada, bob] = await Promise.all([join('ada'), join('bob')]);
    const answers = await Promise.all(
      [ada, bob, ada, bob, ada, bob].map((one) => start(one, { userId: one === ada ? bob.id : ada.id })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });

  it('success: 201 each time for three people, by any of the names', async () => {
    const [ada, bob, cy] = await Promise.all([join('ada'), join('bob'), join('cy')]);
    const ids = await Promise.all(
      ['participants', 'userIds', 'members'].map(async (name) => {
        const { status, body } = await start(ada, { [name]: [bob.id, cy.id] });
        expect(status).toBe(201);
        expect(body.participants).toHaveLength(3);
        return body.id;
      }),
    );
    expect(new Set(ids).size).toBe(3);
    expect((await start(ada, { userId: bob.id })).status).toBe(201);
  });

  it('success: the names may stand together, and each person in any of them by id or username', async () => {
    const [ada, bob, cy] = await Promise.all([join('ada'), join('bob'), join('cy')]);
    const two = await start(ada, { participants: [], userId: bob.username });
    expect(two).toMatchObject({ status: 201, body: { name: bob.username, participantCount: 2 } });
    const three = await start(ada, { participants: [bob.id], members: [cy.username], userId: bob.username });
    expect(three).toMatchObject({ status: 201, body: { participantCount: 3 } });
  });

  it('success: below /api too', async () => {
    const [ada, bob] = await Promise.all([join('ada'), join('bob')]);
    const { status } = await call('POST', '/api/conversations', {
      token: ada.token,
      json: { participants: [bob.id] },
    });
    expect(status).toBe(201);
  });

  it('error: 400 for nobody, somebody unknown and oneself alone', async () => {
    const ada = await join();
    expectError(await start(ada, {}), 400, 'invalid_input', 'participants');
    expectError(await start(ada, { participants: [] }), 400, 'invalid_input', 'participants');
    expectError(await start(ada, { participants: [randomUUID()] }), 400, 'user_not_found', 'participants');
    expectError(await start(ada, { participants: [ada.id] }), 400, 'too_few_members', 'participants');
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const token = make((await join()).token);
    const { status } = await call('POST', `${MOUNT}/conversations`, { token, json: { participants: [] } });
    expect(status).toBe(401);
  });

  it('permission: 403 for somebody who has blocked the caller', async () => {
    const [ada, bob] = await Promise.all([join('ada'), join('bob')]);
    await database`insert into chat.blocks (blocker_id, blocked_id) values (${bob.id}, ${ada.id})`;
    expectError(await start(ada, { participants: [bob.id] }), 403, 'user_blocked');
  });

  it('limit: 400 for 101 participants and a name of 81 characters', async () => {
    const ada = await join();
    const participants = Array.from({ length: 101 }, () => randomUUID());
    expectError(await start(ada, { participants }), 400, 'invalid_input', 'participants');
    const json = { participants: ['bob'], name: 'a'.repeat(81) };
    expectError(await start(ada, json), 400, 'invalid_input', 'name');
  });

  it('effect: it is a dm or a group, and all others have it in their list', async () => {
    const { ada, bob, cy, id } = await trio();
    const [row] = await database`select kind, name from chat.channels where id = ${id}`;
    expect(row).toEqual({ kind: 'group', name: 'Lunch' });
    for (const person of [ada, bob, cy]) expect(await list(person)).toContain(id);
    const { id: dm, ada: eve } = await pair();
    expect(await list(eve)).toEqual([dm]);
  });
});

describe('GET /conversations/{conversationId}', () => {
  it('success: 200 with who is in it and what was said, oldest first', async () => {
    const { ada, bob, id } = await pair();
    for (const word of ['1', '2']) await say(ada, id, word);
    const { status, body } = await read(bob, id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, lastSeq: 2, participants: expect.arrayContaining([ada.id, bob.id]) });
    const said = { id: UUID, senderId: ada.id, username: ada.username, status: 'read', timestamp: TIME };
    expect(body.messages).toMatchObject(['1', '2'].map((content, n) => ({ ...said, content, seq: n + 1 })));
  });

  it('error: 404 for one that is not there, 400 for what is no id and no page', async () => {
    const { ada, id } = await pair();
    expectError(await read(ada, randomUUID()), 404, 'channel_not_found');
    expectError(await read(ada, 'lunch'), 400, 'invalid_input', 'conversationId');
    expectError(await read(ada, id, '?after=-1'), 400, 'invalid_input', 'after');
    expectError(await read(ada, id, `?before=${randomUUID()}`), 400, 'invalid_cursor', 'before');
  });

  it('permission: 401 without a token, 404 for whoever is not in it, 403 where they may know of it', async () => {
    const { ada, id } = await pair();
    const eve = await join('eve');
    expect((await read(undefined, id)).status).toBe(401);
    expectError(await read(eve, id), 404, 'channel_not_found');
    const room = await call<{ id: string }>('POST', '/rooms/api/rooms', {
      token: ada.token,
      json: { name: 'Lunch' },
    });
    expectError(await read(eve, room.body.id), 403, 'not_a_member');
  });

  it('limit: pages forwards and backwards', async () => {
    const { ada, id } = await pair();
    for (const word of ['1', '2', '3']) await say(ada, id, word);
    const page = async (query: string) => {
      const { body } = await read(ada, id, query);
      return [body.messages.map(({ content }) => content), body.lastSeq];
    };
    expect(await page('?limit=2')).toEqual([['2', '3'], 3]);
    expect(await page('?after=0&limit=2')).toEqual([['1', '2'], 2]);
    expect(await page('?after=2&limit=2')).toEqual([['3'], 3]);
    const [second] = (await read(ada, id, '?limit=2')).body.messages;
    expect((await page(`?before=${second?.id}`))[0]).toEqual(['1']);
  });

  it('limit: a Link leads to what was said before, and no further than to an empty page', async () => {
    const { ada, id } = await pair();
    for (const word of ['1', '2', '3']) await say(ada, id, word);
    const linked = async (headers: Headers) => {
      const [, path = ''] = /\/v1(.+)>; rel="next"/.exec(headers.get('link') ?? '') ?? [];
      return call<Page>('GET', path, { token: ada.token });
    };
    const second = await linked((await read(ada, id, '?limit=2')).headers);
    expect(second.body.messages).toMatchObject([{ content: '1' }]);
    const { headers, body } = await linked(second.headers);
    expect([body.messages, headers.get('link')]).toEqual([[], null]);
    expect((await read(ada, id, '?after=0&limit=2')).headers.get('link')).toBeNull();
  });

  it('limit: waits for what comes next, and no longer than asked', async () => {
    const { ada, bob, id } = await pair();
    const began = performance.now();
    const waiting = read(bob, id, '?after=0&wait=25');
    await say(ada, id, 'Noon?');
    const { body } = await waiting;
    expect(body).toMatchObject({ lastSeq: 1, messages: [{ content: 'Noon?' }] });
    expect((await read(bob, id, '?after=0&wait=25')).body.messages).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(24_000);
    expect((await read(bob, id, '?after=1&wait=1')).body).toMatchObject({ lastSeq: 1, messages: [] });
    expectError(await read(bob, id, '?after=1&wait=26'), 400, 'invalid_input', 'wait');
  });

  it('limit: 429 for the sixth call that waits', async () => {
    const { ada, bob, id } = await pair();
    const calls = Array.from({ length: 6 }, () => read(ada, id, '?after=0&wait=25'));
    // As long as nothing is said, nobody else has an answer.
    expect((await Promise.race(calls)).status).toBe(429);
    await say(bob, id, 'Noon?');
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 200, 200, 200, 200, 429]);
    expect((await read(ada, id, '?after=1&wait=1')).status).toBe(200);
  });

  it('permission: whoever is removed while they wait hears no more', async () => {
    const { ada, bob, id } = await trio();
    const waiting = read(bob, id, '?after=0&wait=20');
    await call('DELETE', `/api/chat/channels/${id}/members/${bob.id}`, { token: ada.token });
    expectError(await waiting, 404, 'channel_not_found');
  });

  it('effect: messages are sent, delivered and read, once all others have them', async () => {
    const { ada, bob, cy, id } = await trio();
    await say(ada, id, 'Noon?');
    const status = async () => (await read(ada, id)).body.messages[0]?.status;
    expect(await status()).toBe('sent');
    await read(bob, id);
    expect(await status()).toBe('sent');
    await read(cy, id, '?read=false');
    expect(await status()).toBe('delivered');
    await read(cy, id);
    expect(await status()).toBe('read');
  });

  it('effect: HEAD leaves what it did not show unread', async () => {
    const { ada, bob, id } = await pair();
    await say(ada, id, 'Hello');
    expect((await ask(bob, 'HEAD', `/conversations/${id}`)).status).toBe(200);
    expect((await read(ada, id)).body.messages).toMatchObject([{ status: 'sent' }]);
  });

  it('effect: of somebody who keeps it to themself nobody learns it', async () => {
    const { ada, bob, id } = await pair();
    await database`update chat.preferences set share_receipts = false where user_id = ${bob.id}`;
    await say(ada, id, 'Noon?');
    await read(bob, id);
    expect((await read(ada, id)).body.messages).toMatchObject([{ status: 'sent' }]);
  });
});

describe('a conversation of two', () => {
  it('effect: has the other one by their new name', async () => {
    const { ada, bob, id } = await pair();
    const username = uniqueUsername('eva');
    await ask(bob, 'PUT', `/users/${bob.id}`, { username });
    expect((await read(ada, id)).body.name).toBe(username);
  });

  it('effect: can be read, and not written, once the account of the other one is deleted', async () => {
    const { ada, bob, id } = await pair();
    await say(bob, id, 'Farewell');
    const { body } = await say(ada, id, 'Oops');
    await ask(bob, 'DELETE', `/users/${bob.id}`);
    expectError(await say(ada, id, 'Bob?'), 403, 'channel_archived');
    const change = { content: 'Bob?' };
    expectError(
      await ask(ada, 'PUT', `/conversations/${id}/message/${body.id}`, change),
      403,
      'channel_archived',
    );
    expect((await ask(ada, 'DELETE', `/conversations/${id}/message/${body.id}`)).status).toBe(200);
    const messages = [{ content: 'Farewell', username: 'deleted-user' }];
    const left = { id, name: 'deleted-user', participants: [ada.id], messages };
    expect((await read(ada, id)).body).toMatchObject(left);
    expect(await list(ada)).toEqual([id]);
    expectError(await start(ada, { participants: [bob.id] }), 400, 'user_not_found', 'participants');
    expect((await ask(ada, 'DELETE', `/conversations/${id}`)).status).toBe(200);
    expect(await list(ada)).toEqual([]);
  });
});

describe('GET /conversations', () => {
  it('success: the own ones, newest first', async () => {
    const { ada, bob, id } = await pair();
    const { body } = await start(ada, { participants: [bob.id], name: 'Lunch' });
    expect(await list(ada)).toEqual([body.id, id]);
    expect(await list(await join())).toEqual([]);
  });
});

describe('PUT /conversations/{conversationId}', () => {
  it('success: another name, and more people', async () => {
    const { ada, id } = await trio();
    const eve = await join('eve');
    const answer = await ask(ada, 'PUT', `/conversations/${id}`, {
      name: 'Dinner',
      participants: [eve.username],
    });
    expect(answer).toMatchObject({ status: 200, body: { name: 'Dinner', participantCount: 4 } });
    expect(await list(eve)).toEqual([id]);
  });

  it('success: people by any of the names that a new one takes', async () => {
    const { ada, id } = await trio();
    const [dan, eve, fay] = await Promise.all([join('dan'), join('eve'), join('fay')]);
    const change = { userIds: [dan.id], members: [eve.username], userId: fay.id };
    expect(await ask(ada, 'PUT', `/conversations/${id}`, change)).toMatchObject({
      status: 200,
      body: { name: 'Lunch', participantCount: 6 },
    });
  });

  it('error: 400 for a change of nothing', async () => {
    const { ada, id } = await trio();
    for (const json of [{}, { participants: [] }, { userId: null, title: 'Dinner' }]) {
      expectError(await ask(ada, 'PUT', `/conversations/${id}`, json), 400, 'invalid_input', 'name');
    }
  });

  it('error: 400 for somebody unknown; permission: 403 between two, 404 for a stranger', async () => {
    const { ada, id } = await trio();
    const change = { participants: [randomUUID()] };
    expectError(await ask(ada, 'PUT', `/conversations/${id}`, change), 400, 'user_not_found', 'participants');
    expectError(
      await ask(await join(), 'PUT', `/conversations/${id}`, { name: 'a' }),
      404,
      'channel_not_found',
    );
    const two = await pair();
    const named = await ask(two.ada, 'PUT', `/conversations/${two.id}`, { name: 'a' });
    expectError(named, 403, 'dm_is_permanent');
    expect(named.body).toMatchObject({ message: expect.stringContaining('no name of their own') });
  });
});

describe('DELETE /conversations/{conversationId}', () => {
  it('success: a group is gone for all of them; permission: 403 for a member', async () => {
    const { ada, bob, id } = await trio();
    expect((await ask(bob, 'DELETE', `/conversations/${id}`)).status).toBe(403);
    const answer = await ask(ada, 'DELETE', `/conversations/${id}`);
    expect(answer).toMatchObject({ status: 200, body: { message: 'Conversation deleted' } });
    expectError(await read(bob, id), 404, 'channel_not_found');
  });

  it('effect: between two it is there no more for the one, until something is said', async () => {
    const { ada, bob, id } = await pair();
    await say(bob, id, 'Hello?');
    await ask(ada, 'DELETE', `/conversations/${id}`);
    expect([await list(ada), await list(bob)]).toEqual([[], [id]]);
    expectError(await read(ada, id), 404, 'channel_not_found');
    for (const method of ['PUT', 'DELETE']) {
      expectError(
        await ask(ada, method, `/conversations/${id}`, { name: 'Lunch' }),
        404,
        'channel_not_found',
      );
    }
    expect((await read(bob, id)).status).toBe(200);
    await say(bob, id, 'Still there?');
    expect(await list(ada)).toEqual([id]);
    expect((await read(ada, id)).body.messages).toHaveLength(2);
  });

  it('effect: between two it is there again once the one has opened it or says something', async () => {
    const { ada, bob, id } = await pair();
    await ask(ada, 'DELETE', `/conversations/${id}`);
    expect(await start(ada, { userId: bob.id })).toMatchObject({ status: 200, body: { id } });
    expect((await read(ada, id)).status).toBe(200);
    await ask(ada, 'DELETE', `/conversations/${id}`);
    expect((await say(ada, id, 'One more thing')).status).toBe(201);
    expect((await read(ada, id)).body.messages).toMatchObject([{ content: 'One more thing' }]);
  });
});
