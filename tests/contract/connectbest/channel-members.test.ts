/** ConnectBest 3.6 to 3.8: who is in a channel, and as what. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { signUpAdmin } from '../../helpers/admin.ts';
import { database } from '../../helpers/database.ts';
import { type Person, signUp } from '../../helpers/people.ts';
import { call, expectError } from '../api.ts';
import { change, channelOf, rolesIn, said } from '../channels.ts';
import { closeEars, ear } from '../ears.ts';

afterEach(closeEars);
afterAll(() => database.end());

const add = (person: Person, channel: string, userIds: unknown, role?: unknown) =>
  change(person, 'POST', `${channel}/members`, { userIds, role });

const remove = (person: Person, channel: string, userId: string) =>
  change(person, 'DELETE', `${channel}/members/${userId}`);

const setRole = (person: Person, channel: string, userId: string, role: unknown) =>
  change(person, 'PUT', `${channel}/members/${userId}`, { role });

const OK = { status: 200, body: { success: true } };

/** Ada's channel with Bob, who is a member, and Cy, another admin; Eve is not in it. */
async function team(type: 'public' | 'private' = 'private') {
  const [ada, bob, cy, eve] = await Promise.all(['Ada', 'Bob', 'Cy', 'Eve'].map((name) => signUp(name)));
  if (!ada || !bob || !cy || !eve) throw new Error('unable to make a team; somebody is missing');
  const channel = await channelOf(ada, type, [bob, cy]);
  expect(await setRole(ada, channel, cy.id, 'admin')).toMatchObject(OK);
  return { channel, ada, bob, cy, eve };
}

describe('POST /api/chat/channels/:channelId/members', () => {
  it('success: 200 with those who were added', async () => {
    const { channel, cy, eve } = await team();
    const answer = await add(cy, channel, [eve.id]);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      success: true,
      members: [{ userId: eve.id, name: 'Eve', role: 'member' }],
    });
  });

  it('success: the creator adds admins', async () => {
    const { channel, ada, eve } = await team();
    const { body } = await add(ada, channel, [eve.id], 'admin');
    expect(body.members).toEqual([{ userId: eve.id, name: 'Eve', role: 'admin' }]);
    expect(await rolesIn(channel)).toMatchObject({ Eve: 'admin' });
  });

  it('success: anybody joins a public channel by adding themself, and once is enough', async () => {
    const { channel, eve } = await team('public');
    for (const _ of ['first', 'again']) {
      expect((await add(eve, channel, [eve.id])).body).toEqual({
        success: true,
        members: [{ userId: eve.id, name: 'Eve', role: 'member' }],
      });
    }
    expect((await said(channel)).filter((text) => text === 'Eve: Eve joined the channel')).toHaveLength(1);
  });

  it('success: who is in it already keeps the role', async () => {
    const { channel, ada, bob } = await team();
    const { body } = await add(ada, channel, [bob.id], 'admin');
    expect(body.members).toEqual([{ userId: bob.id, name: 'Bob', role: 'member' }]);
  });

  it.each([
    ['userIds', {}],
    ['userIds', { userIds: [] }],
    ['userIds', { userIds: 'bob' }],
    ['userIds.0', { userIds: ['bob'] }],
    ['role', { userIds: [randomUUID()], role: 'king' }],
  ])('error: 400 for wrong %s: %o', async (field, json) => {
    const { channel, ada } = await team();
    expectError(await change(ada, 'POST', `${channel}/members`, json), 400, 'invalid_input', field);
  });

  it('error: 400 for a user who does not exist, and nobody is added', async () => {
    const { channel, ada, eve } = await team();
    expectError(await add(ada, channel, [eve.id, randomUUID()]), 400, 'user_not_found', 'userIds');
    expect(await rolesIn(channel)).not.toHaveProperty('Eve');
  });

  it('error: 404 for a channel that does not exist', async () => {
    const ada = await signUp();
    expectError(await add(ada, randomUUID(), [ada.id]), 404, 'channel_not_found');
  });

  it('permission: 403 for a member who adds to a private channel, 404 for strangers who want in', async () => {
    const { channel, bob, eve } = await team();
    expectError(await add(bob, channel, [eve.id]), 403, 'not_a_channel_admin');
    expectError(await add(bob, channel, [bob.id]), 403, 'not_a_channel_admin');
    expectError(await add(eve, channel, [eve.id]), 404, 'channel_not_found');
    expect(await rolesIn(channel)).not.toHaveProperty('Eve');
  });

  it('permission: 403 for a member who adds others to a public channel, or a stranger who does', async () => {
    const { channel, bob, eve } = await team('public');
    expectError(await add(bob, channel, [eve.id]), 403, 'not_a_channel_admin');
    expectError(await add(bob, channel, [bob.id, eve.id]), 403, 'not_a_channel_admin');
    expectError(await add(eve, channel, [bob.id]), 403, 'not_a_member');
    expect(await rolesIn(channel)).not.toHaveProperty('Eve');
  });

  it('permission: 403 for admins who add admins, and for who would join as one', async () => {
    const { channel, cy, eve } = await team('public');
    expectError(await add(cy, channel, [eve.id], 'admin'), 403, 'not_the_creator');
    expectError(await add(eve, channel, [eve.id], 'admin'), 403, 'not_a_member');
    expect(await rolesIn(channel)).not.toHaveProperty('Eve');
  });

  it('permission: 403 for who is banned, however they come', async () => {
    const { channel, ada, eve } = await team('public');
    await ada.supabase.rpc('ban_member', { channel_id: channel, user_id: eve.id }).throwOnError();
    expectError(await add(ada, channel, [eve.id]), 403, 'user_banned');
    expectError(await add(eve, channel, [eve.id]), 403, 'user_banned');
  });

  it('permission: 401 without a token', async () => {
    const { channel, eve } = await team('public');
    const path = `/api/chat/channels/${channel}/members`;
    expectError(await call('POST', path, { json: { userIds: [eve.id] } }), 401, 'not_signed_in');
  });

  it('limit: 400 for more than 1,000 users', async () => {
    const { channel, ada } = await team();
    const many = Array.from({ length: 1001 }, () => randomUUID());
    expectError(await add(ada, channel, many), 400, 'too_many_members', 'userIds');
  });

  it('effect: the channel says who joined, and the others hear it', async () => {
    const { channel, ada, bob, eve } = await team();
    const topic = await ear(bob, `channel:${channel}:0`);
    await add(ada, channel, [eve.id]);
    expect((await topic.next('member:joined')).payload).toMatchObject({ user: { id: eve.id, name: 'Eve' } });
    expect((await topic.next('message:new')).payload).toMatchObject({ body: 'Eve joined the channel' });
    expect((await said(channel)).at(-1)).toBe('Ada: Eve joined the channel');
  });

  it('effect: who is added is notified and has the channel, with nothing unread', async () => {
    const { channel, ada, eve } = await team();
    const eves = await ear(eve);
    await add(ada, channel, [eve.id]);
    expect((await eves.next('notification:new')).payload).toMatchObject({
      type: 'channel_invite',
      channel_id: channel,
    });
    const notifications = await call('GET', '/api/notifications', { token: eve.token });
    expect(notifications.body).toMatchObject({ notifications: [{ channelId: channel }], unreadCount: 1 });
    const channels = await call('GET', '/api/chat/channels', { token: eve.token });
    expect(channels.body).toMatchObject({ channels: [{ id: channel, unreadCount: 0, memberCount: 4 }] });
  });

  it('effect: who joins by themself is not notified of it', async () => {
    const { channel, eve } = await team('public');
    await add(eve, channel, [eve.id]);
    const { body } = await call('GET', '/api/notifications', { token: eve.token });
    expect(body).toEqual({ notifications: [], unreadCount: 0 });
  });
});

describe('DELETE /api/chat/channels/:channelId/members/:userId', () => {
  it('success: 200 for admins who remove any member, another admin among them', async () => {
    const { channel, ada, bob, cy } = await team();
    expect(await remove(cy, channel, bob.id)).toMatchObject(OK);
    expect(await remove(ada, channel, cy.id)).toMatchObject(OK);
    expect(await rolesIn(channel)).toEqual({ Ada: 'admin' });
  });

  it('success: 200 for members who leave', async () => {
    const { channel, bob } = await team();
    expect(await remove(bob, channel, bob.id)).toMatchObject(OK);
    expect(await rolesIn(channel)).not.toHaveProperty('Bob');
  });

  it.each(['public', 'private'] as const)('error: 404 for who is not in the %s channel', async (type) => {
    const { channel, ada, bob, eve } = await team(type);
    expectError(await remove(ada, channel, eve.id), 404, 'member_not_found');
    expectError(await remove(ada, channel, randomUUID()), 404, 'member_not_found');
    await remove(bob, channel, bob.id);
    expectError(
      await remove(bob, channel, bob.id),
      404,
      type === 'public' ? 'member_not_found' : 'channel_not_found',
    );
  });

  it('error: 404 for a channel that does not exist', async () => {
    const ada = await signUp();
    expectError(await remove(ada, randomUUID(), ada.id), 404, 'channel_not_found');
  });

  it('permission: 403 for the removal of the creator, also by themself', async () => {
    const { channel, ada, cy } = await team();
    expectError(await remove(cy, channel, ada.id), 403, 'creator_cannot_leave');
    expectError(await remove(ada, channel, ada.id), 403, 'creator_cannot_leave');
    expect(await rolesIn(channel)).toMatchObject({ Ada: 'admin' });
  });

  it('permission: 403 for members who remove others, 404 for strangers', async () => {
    const { channel, bob, cy, eve } = await team();
    expectError(await remove(bob, channel, cy.id), 403, 'not_a_channel_admin');
    expectError(await remove(eve, channel, bob.id), 404, 'channel_not_found');
    expect(await rolesIn(channel)).toEqual({ Ada: 'admin', Bob: 'member', Cy: 'admin' });
  });

  it('permission: 403 for direct messages, which keep both', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const { data } = await ada.supabase.rpc('open_dm', { user_id: bob.id }).throwOnError().single();
    for (const { id } of [ada, bob]) {
      expectError(await remove(ada, data?.id as string, id), 403, 'dm_is_permanent');
    }
  });

  it('permission: 401 without a token', async () => {
    const { channel, bob } = await team();
    const path = `/api/chat/channels/${channel}/members/${bob.id}`;
    expectError(await call('DELETE', path), 401, 'not_signed_in');
  });

  it('limit: 400 for a user id that is none', async () => {
    const { channel, ada } = await team();
    expectError(await remove(ada, channel, 'bob'), 400, 'invalid_input', 'userId');
  });

  it('effect: the channel says who left, whether they went or were sent', async () => {
    const { channel, ada, bob, cy } = await team();
    await remove(ada, channel, bob.id);
    await remove(cy, channel, cy.id);
    expect((await said(channel)).slice(-2)).toEqual(['Ada: Bob left the channel', 'Cy: Cy left the channel']);
  });

  it('effect: who is removed is told, reads nothing more and hears nothing more', async () => {
    const { channel, ada, bob, cy } = await team();
    const [bobs, topic, cys] = [
      await ear(bob),
      await ear(bob, `channel:${channel}:0`),
      await ear(cy, `channel:${channel}:0`),
    ];
    await remove(ada, channel, bob.id);
    expect((await bobs.next('channel:left')).payload).toMatchObject({ channel_id: channel });
    expect((await cys.next('channel:moved')).payload).toMatchObject({ epoch: 1 });
    const next = await ear(cy, `channel:${channel}:1`);
    await change(ada, 'POST', `${channel}/messages/send`, { content: 'without Bob' });
    expect((await next.next('message:new')).payload).toMatchObject({ body: 'without Bob' });
    expect(JSON.stringify(topic.heard)).not.toContain('without Bob');
    expectError(await change(bob, 'GET', `${channel}/messages`), 404, 'channel_not_found');
  });
});

describe('PUT /api/chat/channels/:channelId/members/:userId', () => {
  it('success: 200 for the creator who makes admins and takes it back', async () => {
    const { channel, ada, bob } = await team();
    for (const role of ['admin', 'member']) {
      expect(await setRole(ada, channel, bob.id, role)).toMatchObject(OK);
      expect(await rolesIn(channel)).toMatchObject({ Bob: role });
    }
  });

  it.each([[{}], [{ role: 'king' }], [{ role: null }]])(
    'error: 400 for a role that is none: %o',
    async (json) => {
      const { channel, ada, bob } = await team();
      const answer = await change(ada, 'PUT', `${channel}/members/${bob.id}`, json);
      expectError(answer, 400, 'invalid_input', 'role');
    },
  );

  it('error: 404 for who is not in the channel, and for a channel that does not exist', async () => {
    const { channel, ada, eve } = await team();
    expectError(await setRole(ada, channel, eve.id, 'admin'), 404, 'member_not_found');
    expectError(await setRole(ada, randomUUID(), ada.id, 'admin'), 404, 'channel_not_found');
  });

  it('permission: 403 for members and other admins, 404 for strangers', async () => {
    const { channel, bob, cy, eve } = await team();
    expectError(await setRole(bob, channel, bob.id, 'admin'), 403, 'not_a_channel_admin');
    expectError(await setRole(cy, channel, bob.id, 'admin'), 403, 'not_the_creator');
    expectError(await setRole(cy, channel, cy.id, 'member'), 403, 'not_the_creator');
    expectError(await setRole(eve, channel, bob.id, 'admin'), 404, 'channel_not_found');
    expect(await rolesIn(channel)).toEqual({ Ada: 'admin', Bob: 'member', Cy: 'admin' });
  });

  it('permission: 403 for an admin of the platform who did not make the channel', async () => {
    const [ada, root, bob] = await Promise.all([signUp('Ada'), signUpAdmin(), signUp('Bob')]);
    const channel = await channelOf(ada, 'private', [root, bob]);
    const { status } = await setRole(root, channel, bob.id, 'admin');
    expect(status).toBe(403);
    expect(await rolesIn(channel)).toMatchObject({ Bob: 'member' });
  });

  it("permission: 403 for the creator's own role", async () => {
    const { channel, ada } = await team();
    expectError(await setRole(ada, channel, ada.id, 'member'), 403, 'creator_cannot_leave');
  });

  it('permission: 401 without a token', async () => {
    const { channel, bob } = await team();
    const path = `/api/chat/channels/${channel}/members/${bob.id}`;
    expectError(await call('PUT', path, { json: { role: 'admin' } }), 401, 'not_signed_in');
  });

  it('limit: 400 for a user id that is none', async () => {
    const { channel, ada } = await team();
    expectError(await setRole(ada, channel, 'bob', 'admin'), 400, 'invalid_input', 'userId');
  });

  it('effect: the channel says so once, the member hears it and may act as one', async () => {
    const { channel, ada, bob } = await team();
    const bobs = await ear(bob, `channel:${channel}:0`);
    for (const role of ['admin', 'admin', 'member']) await setRole(ada, channel, bob.id, role);
    expect((await bobs.next('member:updated')).payload).toMatchObject({
      role: 'admin',
      user: { id: bob.id },
    });
    expect((await said(channel)).slice(-2)).toEqual(['Ada: Bob is now an admin', 'Ada: Bob is now a member']);
    await setRole(ada, channel, bob.id, 'admin');
    expect((await change(bob, 'PUT', channel, { description: 'By Bob' })).status).toBe(200);
  });
});
