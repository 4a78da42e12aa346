/** ConnectBest 3.3 to 3.5: a channel read about, changed, deleted. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { signUpAdmin } from '../../helpers/admin.ts';
import { database } from '../../helpers/database.ts';
import { type Person, signUp } from '../../helpers/people.ts';
import { badTokens, call, expectError, NOT_SIGNED_IN, TIME } from '../api.ts';
import { change, channelOf, create, crowd, rolesIn, rowOf, said, uniqueName } from '../channels.ts';
import { closeEars, ear } from '../ears.ts';

afterEach(closeEars);
afterAll(() => database.end());

const say = ({ supabase }: Person, channel_id: string, body: string) =>
  supabase.rpc('send_message', { channel_id, body }).throwOnError().single();

describe('GET /api/chat/channels/:channelId', () => {
  it('success: 200 with the channel and its members', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const name = uniqueName();
    const made = await create(ada, { name, type: 'private', members: [bob.id] });
    await bob.supabase.rpc('set_presence', { status: 'busy' }).throwOnError();
    await bob.supabase.rpc('heartbeat').throwOnError();
    const answer = await change(bob, 'GET', made.body.channel.id);
    expect(answer.status).toBe(200);
    const member = (person: Person, role: string, status: string) => ({
      userId: person.id,
      name: person.name,
      email: person.email,
      role,
      avatar: null,
      status,
      joinedAt: TIME,
    });
    expect(answer.body).toEqual({
      channel: {
        ...made.body.channel,
        members: [member(ada, 'admin', 'online'), member(bob, 'member', 'busy')],
      },
    });
  });

  it('success: 200 for anybody when the channel is public, whose messages stay closed', async () => {
    const [ada, eve] = await Promise.all([signUp('Ada'), signUp('Eve')]);
    const channel = await channelOf(ada, 'public');
    const answer = await change(eve, 'GET', channel);
    expect(answer).toMatchObject({ status: 200, body: { channel: { members: [{ userId: ada.id }] } } });
    expectError(await change(eve, 'GET', `${channel}/messages`), 403, 'not_a_member');
  });

  it('success: direct messages and groups have the names of who is in them', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const { data } = await ada.supabase.rpc('open_dm', { user_id: bob.id }).throwOnError().single();
    const { body } = await change(ada, 'GET', data?.id as string);
    expect(body.channel).toMatchObject({ type: 'private', memberCount: 2 });
    expect(body.channel.name.split(', ').sort()).toEqual(['Ada', 'Bob']);
  });

  it('error: 404 for a channel that does not exist or is deleted, 400 for an id that is none', async () => {
    const ada = await signUp();
    const channel = await channelOf(ada);
    await change(ada, 'DELETE', channel);
    for (const id of [channel, randomUUID()]) {
      expectError(await change(ada, 'GET', id), 404, 'channel_not_found');
    }
    expectError(await change(ada, 'GET', 'general'), 400, 'invalid_input', 'channelId');
  });

  it('permission: 403 for a private channel that one is not in, also for an admin of the platform', async () => {
    const [ada, eve, root] = await Promise.all([signUp(), signUp('Eve'), signUpAdmin()]);
    const channel = await channelOf(ada);
    for (const person of [eve, root]) {
      expectError(await change(person, 'GET', channel), 403, 'channel_is_private');
    }
  });

  it("permission: 404 for other people's direct messages and groups, which nobody may know of", async () => {
    const [ada, bob, eve] = await Promise.all([signUp(), signUp('Bob'), signUp('Eve')]);
    const dm = await ada.supabase.rpc('open_dm', { user_id: bob.id }).throwOnError().single();
    const group = await ada.supabase
      .rpc('create_group', { member_ids: [bob.id] })
      .throwOnError()
      .single();
    for (const { data } of [dm, group]) {
      expectError(await change(eve, 'GET', data?.id as string), 404, 'channel_not_found');
    }
  });

  it.each(badTokens)('permission: 401 with %s', async (_, make) => {
    const ada = await signUp();
    const channel = await channelOf(ada, 'public');
    const answer = await call('GET', `/api/chat/channels/${channel}`, { token: make(ada.token) });
    expect(answer).toMatchObject({ status: 401, body: NOT_SIGNED_IN });
  });

  it('limit: the first 1,000 members, admins first, and how many there are', async () => {
    const ada = await signUp('Ada');
    const channel = await channelOf(ada, 'public');
    await crowd(channel, 1_000);
    const { body } = await change(ada, 'GET', channel);
    expect(body.channel).toMatchObject({ members: { length: 1_000 }, memberCount: 1_001 });
    expect(body.channel.members[0]).toMatchObject({ userId: ada.id, role: 'admin' });
  });
});

describe('PUT /api/chat/channels/:channelId', () => {
  it('success: 200 with the channel as it is now', async () => {
    const [ada, bob] = await Promise.all([signUp(), signUp('Bob')]);
    const channel = await channelOf(ada, 'private', [bob]);
    const name = uniqueName();
    const answer = await change(ada, 'PUT', channel, {
      name: name.toUpperCase(),
      description: 'New',
      type: 'public',
    });
    expect(answer.status).toBe(200);
    expect(answer.body.channel).toMatchObject({
      id: channel,
      name,
      description: 'New',
      type: 'public',
      memberCount: 2,
    });
    expect(answer.body.channel).toEqual((await change(bob, 'GET', channel)).body.channel);
  });

  it('success: what is left out stays as it is, and an empty description takes it away', async () => {
    const ada = await signUp();
    const { body } = await create(ada, { name: uniqueName(), description: 'Old', type: 'private' });
    const { id, name } = body.channel;
    const put = async (json: object) => (await change(ada, 'PUT', id, json)).body.channel;
    expect(await put({})).toMatchObject({ name, description: 'Old', type: 'private' });
    expect(await put({ name })).toMatchObject({ name, description: 'Old' });
    expect(await put({ name: '', type: null })).toMatchObject({ name, type: 'private' });
    expect(await put({ description: '' })).toMatchObject({ name, description: null });
    expect(await put({ description: null })).toMatchObject({ name, description: null });
  });

  it.each([
    ['name', { name: 'two words' }, 'invalid_slug'],
    ['name', { name: 'two--dashes' }, 'invalid_slug'],
    ['description', { description: 7 }, 'invalid_input'],
    ['type', { type: 'dm' }, 'invalid_input'],
  ])('error: 400 for a wrong %s (%o), and nothing changes', async (field, json, code) => {
    const ada = await signUp();
    const channel = await channelOf(ada);
    const before = await rowOf(channel);
    expectError(await change(ada, 'PUT', channel, { description: 'New', ...json }), 400, code, field);
    expect(await rowOf(channel)).toEqual(before);
  });

  it('error: 409 for a name that is taken', async () => {
    const ada = await signUp();
    const name = uniqueName();
    await create(ada, { name });
    const channel = await channelOf(ada);
    expectError(await change(ada, 'PUT', channel, { name }), 409, 'slug_taken', 'name');
  });

  it('permission: 403 for a member, 404 for a stranger, and nothing changes', async () => {
    const [ada, bob, eve] = await Promise.all([signUp(), signUp('Bob'), signUp('Eve')]);
    const channel = await channelOf(ada, 'private', [bob]);
    const before = await rowOf(channel);
    expectError(await change(bob, 'PUT', channel, { description: 'x' }), 403, 'not_a_channel_admin');
    expectError(await change(eve, 'PUT', channel, { description: 'x' }), 404, 'channel_not_found');
    expectError(await change(eve, 'PUT', randomUUID(), { description: 'x' }), 404, 'channel_not_found');
    expect(await rowOf(channel)).toEqual(before);
  });

  it('permission: 403 for somebody who has not joined a public channel', async () => {
    const [ada, eve] = await Promise.all([signUp(), signUp('Eve')]);
    const channel = await channelOf(ada, 'public');
    expectError(await change(eve, 'PUT', channel, { description: 'x' }), 403, 'not_a_member');
  });

  it('permission: 401 without a token', async () => {
    const path = `/api/chat/channels/${await channelOf(await signUp())}`;
    expectError(await call('PUT', path, { json: { description: 'x' } }), 401, 'not_signed_in');
  });

  it('limit: 400 for a name of 81 characters and a description of 501', async () => {
    const ada = await signUp();
    const channel = await channelOf(ada);
    expectError(await change(ada, 'PUT', channel, { name: 'x'.repeat(81) }), 400, 'invalid_slug', 'name');
    const long = await change(ada, 'PUT', channel, { description: 'x'.repeat(501) });
    expectError(long, 400, 'invalid_description', 'description');
  });

  it('effect: the channel says so once, members hear of it, and its old name is free', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const { body } = await create(ada, { name: uniqueName(), type: 'private', members: [bob.id] });
    const { id, name } = body.channel;
    const bobs = await ear(bob);
    const topic = await ear(bob, `channel:${id}:0`);
    await change(ada, 'PUT', id, { name: uniqueName() });
    await change(ada, 'PUT', id, {});
    expect((await topic.next('message:new')).payload).toMatchObject({
      kind: 'system',
      body: 'Channel updated',
    });
    expect((await bobs.next('channel:updated')).payload).toMatchObject({ channel_id: id });
    expect(await said(id)).toEqual(['Ada: Channel created', 'Ada: Channel updated']);
    expect((await create(bob, { name })).status).toBe(201);
  });
});

describe('DELETE /api/chat/channels/:channelId', () => {
  it('success: 200 for its maker', async () => {
    const ada = await signUp();
    expect(await change(ada, 'DELETE', await channelOf(ada))).toMatchObject({
      status: 200,
      body: { success: true },
    });
  });

  it('success: 200 for an admin of the platform, who need not be in it', async () => {
    const [ada, root] = await Promise.all([signUp(), signUpAdmin()]);
    const channel = await channelOf(ada);
    expect(await change(root, 'DELETE', channel)).toMatchObject({ status: 200, body: { success: true } });
    expect((await database`select from chat.channel_members where user_id = ${ada.id}`).length).toBe(0);
  });

  it('error: 404 for a channel that does not exist or is deleted already', async () => {
    const ada = await signUp();
    const channel = await channelOf(ada);
    await change(ada, 'DELETE', channel);
    for (const id of [channel, randomUUID()]) {
      expectError(await change(ada, 'DELETE', id), 404, 'channel_not_found');
    }
  });

  it('permission: 403 for members and other admins, 404 for a stranger, and it stays', async () => {
    const [ada, bob, cy, eve] = await Promise.all([signUp(), signUp('Bob'), signUp('Cy'), signUp('Eve')]);
    const channel = await channelOf(ada, 'private', [bob, cy]);
    await change(ada, 'PUT', `${channel}/members/${cy.id}`, { role: 'admin' });
    expectError(await change(bob, 'DELETE', channel), 403, 'not_a_channel_admin');
    expectError(await change(cy, 'DELETE', channel), 403, 'not_the_creator');
    expectError(await change(eve, 'DELETE', channel), 404, 'channel_not_found');
    expect((await rowOf(channel))?.deleted_at).toBeNull();
  });

  it('permission: 403 for direct messages', async () => {
    const [ada, bob] = await Promise.all([signUp(), signUp('Bob')]);
    const { data } = await ada.supabase.rpc('open_dm', { user_id: bob.id }).throwOnError().single();
    expectError(await change(ada, 'DELETE', data?.id as string), 403, 'dm_is_permanent');
  });

  it('permission: 401 without a token', async () => {
    const channel = await channelOf(await signUp());
    expectError(await call('DELETE', `/api/chat/channels/${channel}`), 401, 'not_signed_in');
  });

  it('limit: 400 for an id that is none', async () => {
    expectError(await change(await signUp(), 'DELETE', 'general'), 400, 'invalid_input', 'channelId');
  });

  it('effect: nobody is in it, what was said is kept but read by nobody, and its name is free', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const { body } = await create(ada, { name: uniqueName(), type: 'private', members: [bob.id] });
    const { id, name } = body.channel;
    await say(bob, id, 'secret');
    const bobs = await ear(bob);
    await change(ada, 'DELETE', id);
    expect((await bobs.next('channel:left')).payload).toMatchObject({ channel_id: id });
    expect(await rowOf(id)).toMatchObject({ slug: name, deleted_at: expect.any(Date) });
    expect(await rolesIn(id)).toEqual({});
    expect(
      await database`select from chat.messages where channel_id = ${id} and body = 'secret'`,
    ).toHaveLength(1);
    expectError(await change(bob, 'GET', `${id}/messages`), 404, 'channel_not_found');
    expect(await bob.supabase.from('messages').select('id').eq('channel_id', id)).toMatchObject({ data: [] });
    expect((await create(bob, { name })).status).toBe(201);
  });

  it('effect: what an admin of the platform deletes is in the audit log', async () => {
    const [ada, root] = await Promise.all([signUp(), signUpAdmin()]);
    const [own, other] = [await channelOf(root), await channelOf(ada)];
    for (const channel of [own, other]) await change(root, 'DELETE', channel);
    const entries = await database`
      select action, target_kind, target_id from chat.audit_log where actor_id = ${root.id} and action like 'channel.%'`;
    expect([...entries]).toEqual([{ action: 'channel.deleted', target_kind: 'channel', target_id: other }]);
  });
});
