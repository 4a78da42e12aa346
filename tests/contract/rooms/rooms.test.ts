/** Rooms of the rooms document: S2-2.1 to 2.3. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { signUp } from '../../helpers/people.ts';
import { badTokens, call, expectError, TIME, UUID } from '../api.ts';
import { channelOf } from '../room.ts';
import { createRoom, join, MOUNT, messagesOf, type Room, type RoomMessage, roomOf, say } from './people.ts';

afterAll(() => database.end());

type Details = Room & { members: { id: string; username: string }[]; messages: RoomMessage[] };

const list = (token?: string, query = '') => call<Room[]>('GET', `${MOUNT}/rooms${query}`, { token });
const details = (id: string, token?: string, query = '') =>
  call<Details>('GET', `${MOUNT}/rooms/${id}${query}`, { token });

/** Some rooms of all there are. */
async function listed(token?: string, ids: string[] = []): Promise<string[]> {
  const found: string[] = [];
  let before = '';
  for (;;) {
    const { body } = await list(token, `?limit=100${before}`);
    found.push(...body.map(({ id }) => id).filter((id) => ids.includes(id)));
    const last = body.at(-1);
    if (!last || body.length < 100) return found;
    before = `&before=${last.id}`;
  }
}

describe('POST /api/rooms', () => {
  it('success: 201 with the room, described or not', async () => {
    const ada = await join();
    const answer = await createRoom(ada, { name: ' Lunch ', description: 'Where to eat' });
    const named = { id: UUID, name: 'Lunch', createdBy: ada.id, createdAt: TIME };
    expect(answer).toMatchObject({ status: 201, body: { ...named, description: 'Where to eat' } });
    expect((await createRoom(ada)).body).toEqual({ ...named, description: null });
  });

  it.each([
    ['no name', {}, 'name'],
    ['an empty name', { name: ' ' }, 'name'],
    ['a name that is none', { name: 7 }, 'name'],
    ["ConnectBest's message", { content: 'Hello' }, 'name'],
  ])('error: 400 for %s', async (_, json, field) => {
    expectError(await createRoom(await join(), json), 400, 'invalid_input', field);
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const token = make((await join()).token);
    const { status } = await call('POST', `${MOUNT}/rooms`, { token, json: { name: 'Lunch' } });
    expect(status).toBe(401);
  });

  it('limit: 400 for a name of 81 characters and a description of 501', async () => {
    const ada = await join();
    expect((await createRoom(ada, { name: 'é'.repeat(80), description: 'é'.repeat(500) })).status).toBe(201);
    expectError(await createRoom(ada, { name: 'a'.repeat(81) }), 400, 'invalid_input', 'name');
    const json = { name: 'Lunch', description: 'a'.repeat(501) };
    expectError(await createRoom(ada, json), 400, 'invalid_input', 'description');
  });

  it('effect: it is an open public channel of its maker', async () => {
    const ada = await join();
    const id = await roomOf(ada);
    const [row] = await database`
      select c.kind, c.is_open, m.role from chat.channels c join chat.channel_members m on m.channel_id = c.id
       where c.id = ${id} and m.user_id = ${ada.id}`;
    expect(row).toEqual({ kind: 'public', is_open: true, role: 'admin' });
  });
});

describe('GET /api/rooms', () => {
  it('success: anybody sees the rooms, newest first, page by page', async () => {
    const ada = await join();
    const ids = [await roomOf(ada), await roomOf(ada), await roomOf(ada)];
    expect(await listed(undefined, ids)).toEqual(ids.toReversed());
    const [, second] = (await list(undefined, '?limit=2')).body;
    const { body } = await list(undefined, `?limit=1&before=${second?.id}`);
    expect(body).toHaveLength(1);
    expect((body[0]?.id ?? 'z') < (second?.id ?? '')).toBe(true);
  });

  it('permission: channels that are not open are shown to whoever may find them', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const ids = await Promise.all(['public', 'private'].map((kind) => channelOf(ada, kind)));
    const [found] = ids;
    expect(await listed(undefined, ids)).toEqual([]);
    expect(await listed(bob.token, ids)).toEqual([found]);
    expect((await listed(ada.token, ids)).sort()).toEqual(ids.toSorted());
  });

  it('permission: whoever is banned from a public channel does not see it', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const id = await channelOf(ada, 'public');
    await ada.supabase.rpc('ban_member', { channel_id: id, user_id: bob.id }).throwOnError();
    expect(await listed(bob.token, [id])).toEqual([]);
    expectError(await details(id, bob.token), 404, 'channel_not_found');
  });

  it('permission: a token that is sent has to be good', async () => {
    expect((await list('garbage')).status).toBe(401);
  });

  it('error: 400 for a limit and a place that are none', async () => {
    expectError(await list(undefined, '?limit=0'), 400, 'invalid_input', 'limit');
    expectError(await list(undefined, '?before=yesterday'), 400, 'invalid_input', 'before');
  });

  it('limit: 100 rooms, with the address of the next ones, fewer when asked for', async () => {
    const ada = await join();
    await database`insert into chat.channels (kind, slug, is_open, created_by)
      select 'public', 'r-' || gen_random_uuid(), true, ${ada.id} from generate_series(1, 101)`;
    const { body, headers } = await list();
    expect(body).toHaveLength(100);
    expect(headers.get('link')).toContain(`/rooms/api/rooms?limit=100&before=${body[99]?.id}>; rel="next"`);
    expect((await list(undefined, '?limit=1000')).body).toHaveLength(100);
    expect((await list(undefined, '?limit=2')).body).toHaveLength(2);
  });

  it('effect: a room that is deleted or closed is not listed any more', async () => {
    const ada = await signUp();
    const ids = [await roomOf(ada), await roomOf(ada)];
    const [gone = '', closed = ''] = ids;
    await ada.supabase.rpc('delete_channel', { channel_id: gone }).throwOnError();
    await ada.supabase.rpc('update_channel', { channel_id: closed, is_open: false }).throwOnError();
    expect(await listed(undefined, ids)).toEqual([]);
    expectError(await details(gone), 404, 'channel_not_found');
    expectError(await details(closed), 404, 'channel_not_found');
  });
});

describe('GET /api/rooms/:roomId', () => {
  it('success: anybody reads who is there and what was said, oldest first', async () => {
    const [ada, bob] = await Promise.all([join('ada'), join('bob')]);
    const id = await roomOf(ada);
    await say(bob, id, 'Noon?');
    await say(ada, id, 'Yes');
    const { status, body } = await details(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, name: 'Lunch', createdBy: ada.id });
    expect(body.members).toEqual([ada, bob].map(({ id, username }) => ({ id, username })));
    expect(body.messages.map(({ content, username }) => [username, content])).toEqual([
      [bob.username, 'Noon?'],
      [ada.username, 'Yes'],
    ]);
  });

  it('success: with a token also public channels, and the own private ones', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const [found, secret] = await Promise.all([channelOf(ada, 'public'), channelOf(ada, 'private')]);
    expect((await details(found, bob.token)).status).toBe(200);
    expect((await details(secret, ada.token)).status).toBe(200);
  });

  it('error: 404 for a room that is not there, 400 for an id that is none', async () => {
    expectError(await details(randomUUID()), 404, 'channel_not_found');
    expectError(await details('lunch'), 400, 'invalid_input', 'roomId');
  });

  it('permission: 404 for what is not theirs to read', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const [found, secret] = await Promise.all([channelOf(ada, 'public'), channelOf(ada, 'private')]);
    expectError(await details(found), 404, 'channel_not_found');
    expectError(await details(secret), 404, 'channel_not_found');
    expectError(await details(secret, bob.token), 404, 'channel_not_found');
  });

  it('limit: a page of messages before another, and 400 for one of elsewhere', async () => {
    const ada = await join();
    const [id, other] = [await roomOf(ada), await roomOf(ada)];
    for (const word of ['1', '2', '3']) await say(ada, id, word);
    const words = (query: string) =>
      details(id, undefined, query).then(({ body }) => body.messages.map(({ content }) => content));
    expect(await words('?limit=2')).toEqual(['2', '3']);
    const [, second] = (await messagesOf(id)).body;
    expect(await words(`?before=${second?.id}`)).toEqual(['1']);
    expectError(await details(other, undefined, `?before=${second?.id}`), 400, 'invalid_cursor', 'before');
  });

  it('effect: whoever made it is named, also when they own it no more or their account is gone', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const [handed, left] = [await roomOf(ada), await roomOf(ada)];
    await Promise.all([handed, left].map((id) => say(bob, id, 'Hello')));
    await ada.supabase.rpc('transfer_channel', { channel_id: handed, user_id: bob.id }).throwOnError();
    expect((await details(handed)).body.createdBy).toBe(ada.id);
    await call('DELETE', `/groups/api/users/${ada.id}`, { token: ada.token });
    for (const id of [handed, left]) expect((await details(id)).body.createdBy).toEqual(UUID);
  });

  it('effect: reading joins nothing', async () => {
    const [ada, bob] = await Promise.all([join('ada'), join('bob')]);
    const id = await roomOf(ada);
    await details(id, bob.token);
    expect((await details(id)).body.members).toHaveLength(1);
  });
});
