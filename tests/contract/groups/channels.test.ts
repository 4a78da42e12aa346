/** Channels of document S1: S1-3.2, 3.3b, 3.4b and 3.5b. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { expectError, TIME, UUID } from '../api.ts';
import { ask, create, join, type Member, type Place, placeOf, toggle } from './people.ts';

afterAll(() => database.end());

const pair = () => Promise.all([join('ada'), join('bob')]);
const make = (person: Member | undefined, members?: string[], name?: string) =>
  create('channels', person, members, name);
const change = (person: Member | undefined, id: string, memberId: string, action?: string) =>
  toggle('channels', person, id, memberId, action);
const read = (person: Member | undefined, id: string) => ask<Place>('GET', `/channels/${id}`, person);
const list = (person: Member | undefined, query = '') => ask<Place[]>('GET', `/channels${query}`, person);

describe('POST /api/channels', () => {
  it('success: 201 with who is in it, the caller as well', async () => {
    const [ada, bob] = await pair();
    const { status, body } = await make(ada, [bob.id]);
    expect(status).toBe(201);
    expect(body).toMatchObject({ id: UUID, name: 'Lunch', message: 'Channel created successfully' });
    expect(body.members.sort()).toEqual([ada.id, bob.id].sort());
  });

  it('success: 201 for several of one name, with nobody else or with people by username', async () => {
    const [ada, bob] = await pair();
    expect(await make(ada)).toMatchObject({ status: 201, body: { name: 'Lunch', members: [ada.id] } });
    expect(await make(ada, [bob.username])).toMatchObject({ status: 201, body: { memberCount: 2 } });
  });

  it.each([
    ['no name', { members: [] }, 'name'],
    ['an empty name', { name: ' ', members: [] }, 'name'],
    ['no members', { name: 'Lunch' }, 'members'],
    ['a member who is no text', { name: 'Lunch', members: [7] }, 'members.0'],
  ])('error: 400 for %s', async (_name, json, field) => {
    expectError(await ask('POST', '/channels', await join(), json), 400, 'invalid_input', field);
  });

  it('error: 400 for a member who is nobody, which makes nothing', async () => {
    const ada = await join();
    expectError(await make(ada, [randomUUID()]), 400, 'user_not_found', 'members');
    expect((await list(ada)).body).toEqual([]);
  });

  it('permission: 401 without a token, 403 with whoever has blocked the caller', async () => {
    const [ada, bob] = await pair();
    expectError(await make(undefined), 401, 'not_signed_in');
    await database`insert into chat.blocks (blocker_id, blocked_id) values (${bob.id}, ${ada.id})`;
    expectError(await make(ada, [bob.id]), 403, 'user_blocked');
  });

  it('limit: 400 for a name of 81 characters and for 1,001 members', async () => {
    const ada = await join();
    expectError(await make(ada, [], 'x'.repeat(81)), 400, 'invalid_input', 'name');
    const crowd = Array.from({ length: 1001 }, () => randomUUID());
    expectError(await make(ada, crowd), 400, 'too_many_members', 'members');
  });

  it('effect: it is a private channel whose admin is the caller', async () => {
    const ada = await join();
    const { body } = await make(ada);
    const [row] = await database`
      select c.kind, m.user_id, m.role from chat.channels c join chat.channel_members m on m.channel_id = c.id
       where c.id = ${body.id}`;
    expect(row).toEqual({ kind: 'private', user_id: ada.id, role: 'admin' });
  });
});

describe('PUT /api/channels/:id/members', () => {
  it('success: 200 and the member is added, then removed', async () => {
    const [ada, bob] = await pair();
    const id = await placeOf('channels', ada);
    const added = await change(ada, id, bob.id);
    expect(added).toMatchObject({ status: 200, body: { message: 'Member added', action: 'added' } });
    expect(added.body.members.sort()).toEqual([ada.id, bob.id].sort());
    expect(await change(ada, id, bob.username)).toMatchObject({
      status: 200,
      body: { message: 'Member removed', action: 'removed', members: [ada.id] },
    });
  });

  it('success: 200 with an action that says which', async () => {
    const [ada, bob] = await pair();
    const id = await placeOf('channels', ada, [bob]);
    expect(await change(ada, id, bob.id, 'add')).toMatchObject({ status: 200, body: { action: 'added' } });
    expect(await change(ada, id, bob.id, 'remove')).toMatchObject({ body: { action: 'removed' } });
    expectError(await change(ada, id, bob.id, 'remove'), 404, 'member_not_found');
  });

  it('error: 404 for a channel that is not there or is a group, and for a member who is nobody', async () => {
    const [ada, bob] = await pair();
    expectError(await change(ada, randomUUID(), bob.id), 404, 'channel_not_found');
    expectError(await change(ada, await placeOf('groups', ada), bob.id), 404, 'channel_not_found');
    expectError(await change(ada, await placeOf('channels', ada), randomUUID()), 404, 'user_not_found');
  });

  it('error: 400 without memberId', async () => {
    const ada = await join();
    const path = `/channels/${await placeOf('channels', ada)}/members`;
    expectError(await ask('PUT', path, ada, { userId: ada.id }), 400, 'invalid_input', 'memberId');
  });

  it('permission: 401 without a token, 404 for strangers, 403 for members who remove others', async () => {
    const [ada, bob, eve] = [await join(), await join('bob'), await join('eve')];
    const id = await placeOf('channels', ada, [bob]);
    expectError(await change(undefined, id, eve.id), 401, 'not_signed_in');
    expectError(await change(eve, id, eve.id), 404, 'channel_not_found');
    expectError(await change(bob, id, ada.id), 403, 'not_a_channel_admin');
  });

  it('limit: 400 for an action that is none', async () => {
    const ada = await join();
    const id = await placeOf('channels', ada);
    expectError(await change(ada, id, ada.id, 'swap'), 400, 'invalid_input', 'action');
  });

  it('effect: who is removed finds it no more', async () => {
    const [ada, bob] = await pair();
    const id = await placeOf('channels', ada, [bob]);
    expect((await read(bob, id)).status).toBe(200);
    await change(ada, id, bob.id);
    expectError(await read(bob, id), 404, 'channel_not_found');
  });
});

describe('GET /api/channels/:id', () => {
  it('success: 200 with name, members and maker', async () => {
    const [ada, bob] = await pair();
    const id = await placeOf('channels', ada, [bob]);
    const { status, body } = await read(bob, id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, name: 'Lunch', createdBy: ada.id, createdAt: TIME, memberCount: 2 });
    expect(body.members.sort()).toEqual([ada.id, bob.id].sort());
  });

  it('error: 404 for a channel that is not there or is a group', async () => {
    const ada = await join();
    expectError(await read(ada, randomUUID()), 404, 'channel_not_found');
    expectError(await read(ada, await placeOf('groups', ada)), 404, 'channel_not_found');
  });

  it('permission: 401 without a token, 404 for strangers', async () => {
    const [ada, eve] = await pair();
    const id = await placeOf('channels', ada);
    expectError(await read(undefined, id), 401, 'not_signed_in');
    expectError(await read(eve, id), 404, 'channel_not_found');
  });
});

describe('GET /api/channels', () => {
  it('success: 200 with those that the caller is in, newest first', async () => {
    const [ada, bob] = await pair();
    const [one, two] = [await placeOf('channels', ada, [bob]), await placeOf('channels', bob)];
    await placeOf('channels', ada);
    await placeOf('groups', bob);
    const { status, body } = await list(bob);
    expect(status).toBe(200);
    expect(body).toMatchObject([
      { id: two, name: 'Lunch', members: [bob.id] },
      { id: one, name: 'Lunch', memberCount: 2 },
    ]);
  });

  it('error: 400 for a cursor that is none', async () => {
    expectError(await list(await join(), '?before=1'), 400, 'invalid_input', 'before');
  });

  it('permission: 401 without a token', async () => {
    expectError(await list(undefined), 401, 'not_signed_in');
  });

  it('limit: turns pages of at most 100', async () => {
    const ada = await join();
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.unshift(await placeOf('channels', ada));
    const page = (await list(ada, '?limit=2')).body.map(({ id }) => id);
    expect(page).toEqual(ids.slice(0, 2));
    const next = (await list(ada, `?limit=500&before=${page[1]}`)).body.map(({ id }) => id);
    expect(next).toEqual(ids.slice(2));
    expectError(await list(ada, '?limit=0'), 400, 'invalid_input', 'limit');
  });
});
