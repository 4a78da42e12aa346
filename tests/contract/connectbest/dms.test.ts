/** ConnectBest 10: direct messages opened and listed. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { asUser, type Db, database } from '../../helpers/database.ts';
import { type Person, signUp } from '../../helpers/people.ts';
import { badTokens, call, expectError, NOT_SIGNED_IN, TIME, UUID } from '../api.ts';
import { change } from '../channels.ts';
import { closeEars, ear } from '../ears.ts';

afterEach(closeEars);
afterAll(() => database.end());

interface Dm {
  id: string;
  lastMessage: { content: string } | null;
  unreadCount: number;
}

const open = (person: Person, userId: unknown) =>
  call<{ dm: Dm }>('POST', '/api/dms', { token: person.token, json: { userId } });

const list = (person: Person, query: Record<string, string> = {}) =>
  call<{ dms: Dm[]; total: number }>('GET', `/api/dms?${new URLSearchParams(query)}`, {
    token: person.token,
  });

const say = (person: Person, { body }: { body: { dm: Dm } }, content: string) =>
  change(person, 'POST', `${body.dm.id}/messages/send`, { content });

const dmCount = async ({ id }: Person) =>
  (await database`select from chat.channels where kind = 'dm' and dm_key like ${`%${id}%`}`).length;

/** How somebody is at this moment depends on what they called last. */
const shown = ({ id, name }: Person, status: unknown = expect.any(String)) => ({
  userId: id,
  name,
  avatar: null,
  status,
});

describe('POST /api/dms', () => {
  it('success: 200 with new direct messages of the two', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const answer = await open(ada, bob.id);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      dm: {
        id: UUID,
        participants: expect.arrayContaining([shown(ada), shown(bob)]),
        lastMessage: null,
        unreadCount: 0,
        createdAt: TIME,
      },
    });
  });

  it('success: 200 with the same ones from then on, for both, with what was said', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const first = await open(ada, bob.id);
    await bob.supabase.rpc('heartbeat').throwOnError();
    await say(ada, first, 'hello');
    const again = await open(bob, ada.id.toUpperCase());
    expect(again.body.dm).toMatchObject({
      id: first.body.dm.id,
      participants: expect.arrayContaining([shown(ada), shown(bob, 'online')]),
      lastMessage: {
        id: UUID,
        channelId: first.body.dm.id,
        content: 'hello',
        user: { id: ada.id, name: 'Ada' },
      },
      unreadCount: 1,
    });
    expect(await dmCount(ada)).toBe(1);
  });

  it('success: one for the two who open it at once', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const answers = await Promise.all([open(ada, bob.id), open(bob, ada.id), open(ada, bob.id)]);
    expect(new Set(answers.map(({ body }) => body.dm.id)).size).toBe(1);
  });

  it.each([[undefined], [null], [''], ['bob'], [7]])('error: 400 for the user %j', async (userId) => {
    expectError(await open(await signUp(), userId), 400, 'invalid_input', 'userId');
  });

  it('error: 400 for oneself', async () => {
    const ada = await signUp();
    expectError(await open(ada, ada.id), 400, 'cannot_target_oneself', 'userId');
    expect(await dmCount(ada)).toBe(0);
  });

  it('error: 404 for a user who does not exist', async () => {
    expectError(await open(await signUp(), randomUUID()), 404, 'user_not_found');
  });

  it('permission: 403 once one has blocked the other', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    await bob.supabase.rpc('block_user', { user_id: ada.id }).throwOnError();
    expectError(await open(ada, bob.id), 403, 'user_blocked');
    expect(await dmCount(ada)).toBe(0);
  });

  it('permission: nobody else reads or finds it', async () => {
    const [ada, bob, eve] = await Promise.all([signUp('Ada'), signUp('Bob'), signUp('Eve')]);
    const dm = await open(ada, bob.id);
    await say(ada, dm, 'secret');
    expectError(await change(eve, 'GET', `${dm.body.dm.id}/messages`), 404, 'channel_not_found');
    expectError(await change(eve, 'GET', dm.body.dm.id), 404, 'channel_not_found');
    expect((await list(eve)).body).toEqual({ dms: [], total: 0 });
  });

  it.each(badTokens)('permission: 401 with %s', async (_, make) => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const answer = await call('POST', '/api/dms', { token: make(ada.token), json: { userId: bob.id } });
    expect(answer).toMatchObject({ status: 401, body: NOT_SIGNED_IN });
    expect(await dmCount(bob)).toBe(0);
  });

  it('limit: there are two people in it, who both stay', async () => {
    const [ada, bob, eve] = await Promise.all([signUp('Ada'), signUp('Bob'), signUp('Eve')]);
    const { body } = await open(ada, bob.id);
    const answer = await change(ada, 'POST', `${body.dm.id}/members`, { userIds: [eve.id] });
    expectError(answer, 403, 'dm_is_permanent');
  });

  it('effect: the other hears of it and of what is said there, and is notified', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const bobs = await ear(bob);
    const dm = await open(ada, bob.id);
    expect((await bobs.next('channel:joined')).payload).toMatchObject({ channel_id: dm.body.dm.id });
    const topic = await ear(bob, `channel:${dm.body.dm.id}:0`);
    await say(ada, dm, 'hello');
    expect((await topic.next('message:new')).payload).toMatchObject({ body: 'hello' });
    expect((await bobs.next('notification:new')).payload).toMatchObject({ type: 'dm', text: 'hello' });
  });
});

describe('GET /api/dms', () => {
  it('success: 200 with the other one of each, the last active first', async () => {
    const [ada, bob, cy] = await Promise.all([signUp('Ada'), signUp('Bob'), signUp('Cy')]);
    const [bobs, cys] = [await open(ada, bob.id), await open(cy, ada.id)];
    expect((await list(ada)).body.dms.map(({ id }) => id)).toEqual([cys.body.dm.id, bobs.body.dm.id]);
    await say(bob, bobs, 'hello Ada');
    const answer = await list(ada);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      dms: [
        {
          id: bobs.body.dm.id,
          participant: shown(bob),
          lastMessage: expect.objectContaining({ content: 'hello Ada', userId: bob.id, createdAt: TIME }),
          unreadCount: 1,
          createdAt: TIME,
        },
        { id: cys.body.dm.id, participant: shown(cy), lastMessage: null, unreadCount: 0, createdAt: TIME },
      ],
      total: 2,
    });
  });

  it('success: a person whose account is gone has a name that says so', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const dm = await open(ada, bob.id);
    await say(bob, dm, 'bye');
    await database`delete from auth.users where id = ${bob.id}`;
    expect((await list(ada)).body.dms).toMatchObject([
      {
        participant: { name: 'Deleted user' },
        lastMessage: { content: 'bye', user: { name: 'Deleted user' } },
      },
    ]);
  });

  it('success: notes to oneself, made by the SDK, are there with oneself', async () => {
    const ada = await signUp('Ada');
    await ada.supabase.rpc('open_dm', { user_id: ada.id }).throwOnError();
    expect((await list(ada)).body.dms).toMatchObject([{ participant: shown(ada) }]);
  });

  it.each([
    ['limit', '0'],
    ['limit', 'ten'],
    ['offset', '-1'],
  ])('error: 400 for %s=%s', async (parameter, value) => {
    expectError(await list(await signUp(), { [parameter]: value }), 400, 'invalid_input', parameter);
  });

  it('permission: nobody sees those of others, nor channels and groups', async () => {
    const [ada, bob, eve] = await Promise.all([signUp('Ada'), signUp('Bob'), signUp('Eve')]);
    await open(ada, bob.id);
    await ada.supabase.rpc('create_group', { member_ids: [eve.id] }).throwOnError();
    expect((await list(eve)).body).toEqual({ dms: [], total: 0 });
    expect((await list(ada)).body.total).toBe(1);
  });

  it.each(badTokens)('permission: 401 with %s', async (_, make) => {
    const answer = await call('GET', '/api/dms', { token: make((await signUp()).token) });
    expect(answer).toMatchObject({ status: 401, body: NOT_SIGNED_IN });
  });

  it('limit: at most 100 of them, and the total', async () => {
    const ada = await signUp('Ada');
    await database.begin(async (transaction) => {
      const db = transaction as unknown as Db;
      const people = await db`
        insert into auth.users (id, email)
        select id, id || '@example.com' from (select gen_random_uuid() as id from generate_series(1, 101)) ids
        returning id`;
      await asUser(
        db,
        ada.id,
        (as) => as`select chat.open_dm(unnest(${people.map(({ id }) => id)}::uuid[]))`,
      );
    });
    expect((await list(ada, { limit: '1000' })).body).toMatchObject({ dms: { length: 100 }, total: 101 });
    expect((await list(ada, { offset: '100' })).body).toMatchObject({ dms: { length: 1 }, total: 101 });
  });
});
