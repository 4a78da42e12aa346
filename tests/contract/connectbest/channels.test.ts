/** ConnectBest 3.1 and 3.2: channels listed, found, made. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { signUpAdmin } from '../../helpers/admin.ts';
import { database } from '../../helpers/database.ts';
import { type Person, signUp } from '../../helpers/people.ts';
import { badTokens, call, expectError, NOT_SIGNED_IN, TIME, UUID } from '../api.ts';
import { type Channel, change, channelOf, create, rolesIn, said, uniqueName } from '../channels.ts';
import { closeEars, ear } from '../ears.ts';

afterEach(closeEars);
afterAll(() => database.end());

const list = (person: Person, query: Record<string, string> = {}) =>
  call<{ channels: Channel[]; total: number }>('GET', `/api/chat/channels?${new URLSearchParams(query)}`, {
    token: person.token,
  });

const ids = ({ body }: { body: { channels: Channel[] } }) => body.channels.map(({ id }) => id);

const say = ({ supabase }: Person, channel_id: string, body: string) =>
  supabase.rpc('send_message', { channel_id, body }).throwOnError().single();

describe('GET /api/chat/channels', () => {
  it('success: 200 with the channels one is in, whole', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const name = uniqueName();
    const made = await create(ada, { name, description: 'For us', type: 'private', members: [bob.id] });
    await channelOf(ada, 'public');
    await say(ada, made.body.channel.id, 'Hello Bob');
    expect(await list(bob)).toMatchObject({ status: 200 });
    expect((await list(bob)).body).toEqual({
      channels: [
        {
          id: made.body.channel.id,
          name,
          description: 'For us',
          type: 'private',
          createdBy: ada.id,
          memberCount: 2,
          unreadCount: 1,
          lastMessage: { content: 'Hello Bob', createdAt: TIME, user: { id: ada.id, name: 'Ada' } },
          createdAt: TIME,
        },
      ],
      total: 1,
    });
  });

  it('success: the last active first, and only of the type asked for', async () => {
    const ada = await signUp();
    const [first, second, third] = [
      await channelOf(ada),
      await channelOf(ada, 'public'),
      await channelOf(ada),
    ];
    await say(ada, first, 'news');
    expect(ids(await list(ada))).toEqual([first, third, second]);
    expect(ids(await list(ada, { type: 'all' }))).toEqual([first, third, second]);
    expect(ids(await list(ada, { type: 'private' }))).toEqual([first, third]);
    expect((await list(ada, { type: 'public' })).body).toMatchObject({
      channels: [{ id: second }],
      total: 1,
    });
  });

  it('success: unreadCount leaves out what is read, own, deleted, a reply or from the system', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const channel = await channelOf(ada, 'private', [bob]);
    const unread = async (person: Person) => (await list(person)).body.channels[0]?.unreadCount;
    const { data: root } = await say(ada, channel, 'one');
    const { data: gone } = await say(ada, channel, 'two');
    const parent_seq = root?.seq as number;
    await ada.supabase.rpc('send_message', { channel_id: channel, body: 'reply', parent_seq }).throwOnError();
    expect([await unread(bob), await unread(ada)]).toEqual([2, 0]);
    await ada.supabase
      .rpc('delete_message', { channel_id: channel, seq: gone?.seq as number })
      .throwOnError();
    expect(await unread(bob)).toBe(1);
    await call('GET', `/api/chat/channels/${channel}/messages`, { token: bob.token });
    expect(await unread(bob)).toBe(0);
  });

  it('success: lastMessage is what is left when the last one is deleted, and of the system as well', async () => {
    const ada = await signUp('Ada');
    const channel = await channelOf(ada);
    const last = async () => (await list(ada)).body.channels[0]?.lastMessage;
    expect(await last()).toMatchObject({ content: 'Channel created', user: { id: ada.id, name: 'Ada' } });
    const { data } = await say(ada, channel, 'oops');
    expect(await last()).toMatchObject({ content: 'oops' });
    await ada.supabase
      .rpc('delete_message', { channel_id: channel, seq: data?.seq as number })
      .throwOnError();
    expect(await last()).toMatchObject({ content: 'Channel created' });
  });

  it('success: a group is private and has the names of the others, direct messages are not there', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    await ada.supabase.rpc('create_group', { member_ids: [bob.id] }).throwOnError();
    await ada.supabase.rpc('open_dm', { user_id: bob.id }).throwOnError();
    expect((await list(ada)).body).toMatchObject({
      channels: [{ name: 'Bob', type: 'private', lastMessage: null }],
      total: 1,
    });
  });

  it.each([
    ['type', 'secret'],
    ['limit', '0'],
    ['limit', 'ten'],
    ['limit', '1.5'],
    ['offset', '-1'],
    ['offset', 'ten'],
    ['offset', '100001'],
  ])('error: 400 for %s=%s', async (parameter, value) => {
    expectError(await list(await signUp(), { [parameter]: value }), 400, 'invalid_input', parameter);
  });

  it.each(badTokens)('permission: 401 with %s', async (_, make) => {
    const answer = await call('GET', '/api/chat/channels', { token: make((await signUp()).token) });
    expect(answer).toMatchObject({ status: 401, body: NOT_SIGNED_IN });
  });

  it('permission: nobody sees channels that they are not in, not even public ones or as an admin', async () => {
    const [ada, root] = await Promise.all([signUp(), signUpAdmin()]);
    await Promise.all([channelOf(ada, 'public'), channelOf(ada, 'private')]);
    expect((await list(root)).body).toEqual({ channels: [], total: 0 });
  });

  it('limit: 50 channels unless asked otherwise, never more than 100, and every page knows the total', async () => {
    const ada = await signUp();
    await database`
      with made as (insert into chat.channels (kind, slug, created_by)
                    select 'private', gen_random_uuid()::text, ${ada.id} from generate_series(1, 101) returning id)
      insert into chat.channel_members (channel_id, user_id, role) select id, ${ada.id}, 'admin' from made`;
    expect((await list(ada)).body).toMatchObject({ channels: { length: 50 }, total: 101 });
    const most = await list(ada, { limit: '1000' });
    expect(most.body).toMatchObject({ channels: { length: 100 }, total: 101 });
    const rest = await list(ada, { limit: '100', offset: '100' });
    expect(rest.body).toMatchObject({ channels: { length: 1 }, total: 101 });
    expect(new Set([...ids(most), ...ids(rest)]).size).toBe(101);
    expect((await list(ada, { offset: '101' })).body).toEqual({ channels: [], total: 101 });
  });
});

describe('GET /api/chat/channels/public', () => {
  const discover = (person: Person, query: Record<string, string>) =>
    call<{ channels: Channel[]; hasMore: boolean }>(
      'GET',
      `/api/chat/channels/public?${new URLSearchParams(query)}`,
      { token: person.token },
    );

  it('success: 200 with the public channels that one can join, by name and page by page', async () => {
    const [ada, eve] = await Promise.all([signUp('Ada'), signUp('Eve')]);
    const prefix = uniqueName();
    for (const letter of ['a', 'b', 'c', 'd', 'e']) await create(ada, { name: `${prefix}-${letter}` });
    await create(ada, { name: `${prefix}-f`, type: 'private' });
    const [joined, archived] = await database`
      select id from chat.channels where slug in (${`${prefix}-b`}, ${`${prefix}-d`}) order by slug`;
    await change(eve, 'POST', `${joined?.id}/members`, { userIds: [eve.id] });
    await ada.supabase.rpc('archive_channel', { channel_id: archived?.id }).throwOnError();
    const page = await discover(eve, { after: prefix, limit: '2' });
    expect(page).toMatchObject({ status: 200, body: { hasMore: true } });
    expect(page.body.channels[0]).toEqual({
      id: UUID,
      name: `${prefix}-a`,
      description: null,
      type: 'public',
      createdBy: ada.id,
      memberCount: 1,
      createdAt: TIME,
    });
    expect(page.body.channels[1]?.name).toBe(`${prefix}-c`);
    const [next] = (await discover(eve, { after: `${prefix}-c`, limit: '1' })).body.channels;
    expect(next?.name).toBe(`${prefix}-e`);
  });

  it('error: 400 for a limit that is none', async () => {
    expectError(await discover(await signUp(), { limit: '0' }), 400, 'invalid_input', 'limit');
  });

  it('permission: 401 without a token', async () => {
    expectError(await call('GET', '/api/chat/channels/public'), 401, 'not_signed_in');
  });
});

describe('POST /api/chat/channels', () => {
  it('success: 201 with the channel, its name trimmed and in small letters', async () => {
    const ada = await signUp();
    const name = uniqueName();
    const answer = await create(ada, {
      name: ` ${name.toUpperCase()} `,
      description: 'For all',
      type: 'public',
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      channel: {
        id: UUID,
        name,
        description: 'For all',
        type: 'public',
        createdBy: ada.id,
        memberCount: 1,
        createdAt: TIME,
      },
    });
  });

  it('success: a channel is public and without a description unless said otherwise', async () => {
    const ada = await signUp();
    const { body } = await create(ada, { name: uniqueName() });
    expect(body.channel).toMatchObject({ type: 'public', description: null });
    expect((await create(ada, { name: uniqueName(), description: null })).status).toBe(201);
  });

  it.each([
    ['name', {}],
    ['name', { name: 7 }],
    ['name', { name: 'nul \0' }],
    ['description', { name: 'fine', description: 7 }],
    ['type', { name: 'fine', type: 'secret' }],
    ['members', { name: 'fine', members: 'all' }],
    ['members.0', { name: 'fine', members: ['bob'] }],
  ])('error: 400 for a wrong %s', async (field, json) => {
    expectError(await create(await signUp(), json), 400, 'invalid_input', field);
  });

  it.each(['', '  ', 'two words', 'under_score', '-a', 'a-', 'a--b', 'ä', 'a'.repeat(81)])(
    'error: 400 for the name %j',
    async (name) => {
      const ada = await signUp();
      expectError(await create(ada, { name }), 400, 'invalid_slug', 'name');
      expect((await list(ada)).body.total).toBe(0);
    },
  );

  it('error: 400 for a member who does not exist, and nothing is made', async () => {
    const ada = await signUp();
    const name = uniqueName();
    const answer = await create(ada, { name, type: 'private', members: [randomUUID()] });
    expectError(answer, 400, 'user_not_found', 'members');
    expect(await database`select from chat.channels where slug = ${name}`).toHaveLength(0);
  });

  it('error: 409 for a name that is taken, also by a channel that the caller cannot see', async () => {
    const [ada, eve] = await Promise.all([signUp(), signUp('Eve')]);
    const name = uniqueName();
    await create(ada, { name, type: 'private' });
    expectError(await create(eve, { name: name.toUpperCase() }), 409, 'slug_taken', 'name');
    expect((await list(eve)).body.total).toBe(0);
  });

  it.each(badTokens)('permission: 401 with %s', async (_, make) => {
    const name = uniqueName();
    const token = make((await signUp()).token);
    expect(await call('POST', '/api/chat/channels', { token, json: { name } })).toMatchObject({
      status: 401,
      body: NOT_SIGNED_IN,
    });
    expect(await database`select from chat.channels where slug = ${name}`).toHaveLength(0);
  });

  it('permission: 403 for somebody in a private channel who has blocked its maker', async () => {
    const [ada, bob] = await Promise.all([signUp(), signUp('Bob')]);
    await bob.supabase.rpc('block_user', { user_id: ada.id }).throwOnError();
    const answer = await create(ada, { name: uniqueName(), type: 'private', members: [bob.id] });
    expectError(answer, 403, 'user_blocked');
  });

  it('limit: a name has at most 80 characters, a description at most 500', async () => {
    const ada = await signUp();
    const name = `${uniqueName()}-`.padEnd(80, 'x');
    expect((await create(ada, { name, description: '😀'.repeat(500) })).status).toBe(201);
    const answer = await create(ada, { name: uniqueName(), description: 'x'.repeat(501) });
    expectError(answer, 400, 'invalid_description', 'description');
  });

  it('limit: 400 for more than 1,000 members', async () => {
    const members = Array.from({ length: 1001 }, () => randomUUID());
    const answer = await create(await signUp(), { name: uniqueName(), type: 'private', members });
    expectError(answer, 400, 'too_many_members', 'members');
  });

  it('effect: its maker is admin, the members of a private one are in it, and it says so', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const { body } = await create(ada, {
      name: uniqueName(),
      type: 'private',
      members: [bob.id, bob.id, ada.id],
    });
    expect(body.channel.memberCount).toBe(2);
    expect(await rolesIn(body.channel.id)).toEqual({ Ada: 'admin', Bob: 'member' });
    expect(await said(body.channel.id)).toEqual(['Ada: Channel created']);
    expect(ids(await list(bob))).toEqual([body.channel.id]);
  });

  it('effect: members of a private channel hear of it at once, and are notified', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const bobs = await ear(bob);
    const channel = await channelOf(ada, 'private', [bob]);
    expect((await bobs.next('channel:joined')).payload).toMatchObject({ channel_id: channel });
    expect((await bobs.next('notification:new')).payload).toMatchObject({
      type: 'channel_invite',
      channel_id: channel,
      actor: { id: ada.id },
    });
  });

  it('effect: members of a public channel are not added but join', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const { body } = await create(ada, { name: uniqueName(), type: 'public', members: [bob.id] });
    expect(await rolesIn(body.channel.id)).toEqual({ Ada: 'admin' });
    expect((await change(bob, 'POST', `${body.channel.id}/members`, { userIds: [bob.id] })).status).toBe(200);
  });
});
