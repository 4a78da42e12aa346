/** Chatrooms, who is in them and what was said there: S0-2. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { expectError, TIME, UUID } from '../api.ts';
import {
  ask,
  type Chatroom,
  type Chatter,
  chatroom,
  chatter,
  create,
  expectSignedInOnly,
  follow,
  publicRoom,
  read,
  say,
  textsOf,
} from './chatroom.ts';

afterAll(() => database.end());

const list = (person: Chatter, query = '') => ask<Chatroom[]>(person, 'GET', `/chatrooms${query}`);

describe('GET /api/chatrooms', () => {
  it('success: a bare list of the own ones and who is in them', async () => {
    const { ada, bob, eve, room } = await chatroom();
    const { status, body } = await list(bob);
    expect(status).toBe(200);
    expect(body.find(({ id }) => id === room)).toEqual({
      id: room,
      name: 'Lunch',
      members: [ada.id, bob.id],
      memberNames: [ada.username, bob.username],
      memberCount: 2,
    });
    expect((await list(eve)).body.map(({ id }) => id)).not.toContain(room);
  });

  it('success: public ones as well, also for who is not in them; direct messages are none', async () => {
    const { ada, bob, eve } = await chatroom();
    const open = await publicRoom(ada);
    const { data } = await eve.supabase.rpc('open_dm', { user_id: bob.id }).single().throwOnError();
    const ids = (await list(eve)).body.map(({ id }) => id);
    expect(ids).toContain(open);
    expect(ids).not.toContain(data.id);
  });

  it('permission: 401 without a token that counts', () => expectSignedInOnly('GET', '/chatrooms'));

  it('limit: pages of at most 100, newest first, each from where the last ended', async () => {
    const ada = await chatter();
    const made = [await create(ada), await create(ada), await create(ada)].reverse();
    const first = (await list(ada, '?limit=2')).body.map(({ id }) => id);
    const second = (await list(ada, `?limit=1&before=${first[1]}`)).body.map(({ id }) => id);
    expect([...first, ...second]).toEqual(made);
    expectError(await list(ada, '?limit=0'), 400, 'invalid_input', 'limit');
    const { headers } = await list(ada, '?limit=2');
    expect(headers.get('access-control-expose-headers')).toContain('Link');
    expect((await follow<Chatroom[]>(ada, headers))?.[0]?.id).toBe(made[2]);
    expectError(await list(ada, '?before=x'), 400, 'invalid_input', 'before');
  });
});

describe('POST /api/chatrooms', () => {
  it('success: 201 with the people named by id or username, and the caller', async () => {
    const [ada, bob, eve] = await Promise.all([chatter('Ada'), chatter('Bob'), chatter('Eve')]);
    const json = { name: 'Lunch', members: [bob.id, eve.username] };
    const { status, body } = await ask<{ id: string }>(ada, 'POST', '/chatrooms', json);
    expect({ status, body }).toEqual({ status: 201, body: { id: UUID, message: 'Chatroom created' } });
    const [own] = (await list(eve)).body.filter(({ id }) => id === body.id);
    expect(own?.members.toSorted()).toEqual([ada.id, bob.id, eve.id].sort());
  });

  it('success: nobody has to be named', async () => {
    const ada = await chatter();
    expect((await ask(ada, 'POST', '/chatrooms', { name: 'Alone' })).status).toBe(201);
  });

  it.each([
    ['no name', { members: [] }, 'invalid_input', 'name'],
    ['an empty name', { name: ' ' }, 'invalid_input', 'name'],
    ['a name of 81 characters', { name: 'a'.repeat(81) }, 'invalid_name', 'name'],
    ['members that are no list', { name: 'Lunch', members: 'ada' }, 'invalid_input', 'members'],
    ['a member who is nobody', { name: 'Lunch', members: ['nobody-at-all'] }, 'user_not_found', 'members'],
  ])('error: 400 for %s, and nothing is made', async (_, json, code, field) => {
    const ada = await chatter();
    expectError(await ask(ada, 'POST', '/chatrooms', json), 400, code, field);
    const rows = await database`select from chat.channels where created_by = ${ada.id}`;
    expect(rows).toHaveLength(0);
  });

  it('permission: 403 with somebody who has blocked the caller, 401 without a token that counts', async () => {
    const [ada, bob] = await Promise.all([chatter('Ada'), chatter('Bob')]);
    await bob.supabase.rpc('block_user', { user_id: ada.id }).throwOnError();
    const json = { name: 'Lunch', members: [bob.id] };
    expectError(await ask(ada, 'POST', '/chatrooms', json), 403, 'user_blocked');
    await expectSignedInOnly('POST', '/chatrooms', json);
  });

  it('limit: 400 for 1,001 members', async () => {
    const members = Array.from({ length: 1001 }, () => randomUUID());
    const answer = await ask(await chatter(), 'POST', '/chatrooms', { name: 'Crowd', members });
    expectError(answer, 400, 'invalid_input', 'members');
  });

  it('effect: it is a group of its maker, who administers it', async () => {
    const { ada, bob, room } = await chatroom();
    const [row] = await database`select kind, name, created_by from chat.channels where id = ${room}`;
    expect(row).toEqual({ kind: 'group', name: 'Lunch', created_by: ada.id });
    const rows =
      await database`select user_id, role from chat.channel_members where channel_id = ${room} order by role`;
    expect(rows.map((member) => ({ ...member }))).toEqual([
      { user_id: ada.id, role: 'admin' },
      { user_id: bob.id, role: 'member' },
    ]);
  });
});

describe('POST /api/chatrooms/:id/members', () => {
  const add = (person: Chatter, room: string, userId?: string) =>
    ask(person, 'POST', `/chatrooms/${room}/members`, { userId });

  it('success: 201 by any member, by id or username, also for who is in it already', async () => {
    const { ada, bob, eve, room } = await chatroom();
    for (const userId of [eve.username, eve.id, ada.id]) {
      const answer = await add(bob, room, userId);
      expect(answer).toMatchObject({ status: 201, body: { message: 'Member added to chatroom' } });
    }
    expect(await textsOf(eve, room)).toEqual([]);
  });

  it('error: 400 without a user, 404 for one who is nobody and for no such chatroom', async () => {
    const { ada, bob, room } = await chatroom();
    expectError(await add(ada, room), 400, 'invalid_input', 'userId');
    expectError(await add(ada, room, randomUUID()), 404, 'user_not_found');
    expectError(await add(ada, room, 'nobody-at-all'), 404, 'user_not_found');
    expectError(await add(ada, randomUUID(), bob.id), 404, 'channel_not_found');
  });

  it('permission: who is not in it gets 404, of a public one 403; 401 without a token that counts', async () => {
    const { ada, bob, eve, room } = await chatroom();
    expectError(await add(eve, room, eve.id), 404, 'channel_not_found');
    expectError(await add(eve, await publicRoom(ada), bob.id), 403, 'not_a_member');
    await expectSignedInOnly('POST', `/chatrooms/${room}/members`, { userId: bob.id });
  });

  it('permission: 403 in direct messages, and where only admins invite', async () => {
    const { ada, bob, eve } = await chatroom();
    const { data } = await ada.supabase.rpc('open_dm', { user_id: bob.id }).single().throwOnError();
    expectError(await add(ada, data.id, eve.id), 403, 'dm_is_permanent');
    const open = await publicRoom(ada);
    await add(bob, open, bob.id);
    expectError(await add(bob, open, eve.id), 403, 'not_a_channel_admin');
  });

  it('limit: one is added at a time', async () => {
    const { ada, bob, room } = await chatroom();
    const answer = await ask(ada, 'POST', `/chatrooms/${room}/members`, { userId: [bob.id] });
    expectError(answer, 400, 'invalid_input', 'userId');
  });

  it('effect: the new member reads what was said before and is told of the chatroom', async () => {
    const { ada, eve, room } = await chatroom();
    await say(ada, room, 'hello');
    await add(ada, room, eve.username);
    expect(await textsOf(eve, room)).toEqual(['hello']);
    const rows =
      await database`select from realtime.messages where topic = ${`user:${eve.id}`} and event = 'channel:joined'`;
    expect(rows).toHaveLength(1);
  });
});

describe('GET /api/chatrooms/:id/messages', () => {
  it('success: a bare list, oldest first', async () => {
    const { ada, bob, room } = await chatroom();
    const first = await say(ada, room, 'one');
    await say(bob, room, 'two');
    const { status, body } = await read(bob, room);
    expect(status).toBe(200);
    expect(body[0]).toEqual({
      id: first.body.id,
      chatroomId: room,
      sender: ada.id,
      senderName: ada.username,
      message: 'one',
      files: [],
      timestamp: TIME,
    });
    expect(body.map(({ message }) => message)).toEqual(['one', 'two']);
  });

  it('success: what people have said, not what the chatroom says of itself', async () => {
    const ada = await chatter();
    const open = await publicRoom(ada);
    await say(ada, open, 'hello');
    expect(await textsOf(ada, open)).toEqual(['hello']);
  });

  it('success: of somebody whose account is gone it names nobody', async () => {
    const { ada, bob, room } = await chatroom();
    await say(ada, room, 'goodbye');
    await ada.supabase.rpc('delete_account', { user_id: ada.id }).throwOnError();
    expect((await read(bob, room)).body).toMatchObject([{ senderName: 'deleted-user', message: 'goodbye' }]);
  });

  it('error: 404 for no such chatroom, 400 for what is no id', async () => {
    const { ada, room } = await chatroom();
    expectError(await read(ada, randomUUID()), 404, 'channel_not_found');
    expectError(await read(ada, 'lunch'), 400, 'invalid_input', 'id');
    expectError(await read(ada, room, `?before=${randomUUID()}`), 400, 'invalid_cursor', 'before');
  });

  it('permission: who is not in it gets 404, of a public one 403; 401 without a token that counts', async () => {
    const { ada, eve, room } = await chatroom();
    expectError(await read(eve, room), 404, 'channel_not_found');
    expectError(await read(eve, await publicRoom(ada)), 403, 'not_a_member');
    await expectSignedInOnly('GET', `/chatrooms/${room}/messages`);
  });

  it('limit: the newest ones, 100 at most, and those before a message', async () => {
    const { ada, room } = await chatroom();
    for (const text of ['1', '2', '3', '4']) await say(ada, room, text);
    const page = (await read(ada, room, '?limit=2')).body;
    expect(page.map(({ message }) => message)).toEqual(['3', '4']);
    const { headers } = await read(ada, room, '?limit=2');
    expect((await follow<{ message: string }[]>(ada, headers))?.map(({ message }) => message)).toEqual([
      '1',
      '2',
    ]);
    const last = await read(ada, room);
    expect(await follow(ada, last.headers)).toEqual([]);
    const before = (await read(ada, room, `?limit=1000&before=${page[0]?.id}`)).body;
    expect(before.map(({ message }) => message)).toEqual(['1', '2']);
    expectError(await read(ada, room, '?limit=0'), 400, 'invalid_input', 'limit');
  });

  it('effect: what was read is not unread any more', async () => {
    const { ada, bob, room } = await chatroom();
    await say(ada, room, 'hello');
    const unread = async () => (await bob.supabase.rpc('my_unread').throwOnError()).data;
    const before = await unread();
    await read(bob, room);
    expect(await unread()).not.toEqual(before);
  });
});
