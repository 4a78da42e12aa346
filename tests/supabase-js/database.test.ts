/** Tables, views and functions through PostgREST as the real client asks for them. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../edge-functions/_shared/database.types.ts';
import { type ChatClient, connect, type Person, signUp } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';

const BODIES = ['one', 'two', 'three', 'four', 'five'];

let ada: Person;
let bob: Person;
let eve: Person;
let channel: string;
let db: ChatClient;

const messages = () => db.from('messages');
const said = () => messages().select('body').eq('channel_id', channel);

type NewMessage = Database['chat']['Tables']['messages']['Insert'];

/** The database gives the number, which the generated types cannot know. */
const message = (channel_id: string, body: string) => ({ channel_id, body, author_id: bob.id }) as NewMessage;

beforeAll(async () => {
  [ada, bob, eve] = await Promise.all([signUp('Ada'), signUp('Bob'), signUp('Eve')]);
  db = ada.supabase;
  const made = await db
    .rpc('create_group', { member_ids: [bob.id] })
    .single()
    .throwOnError();
  channel = made.data.id;
  for (const body of BODIES) await db.rpc('send_message', { channel_id: channel, body }).throwOnError();
});

describe('reading', () => {
  it('answers rows with status, and types as in the tables', async () => {
    const { data, error, status, statusText, count } = await messages()
      .select('*')
      .eq('channel_id', channel)
      .order('seq');
    expect({ error, status, statusText, count }).toEqual({
      error: null,
      status: 200,
      statusText: 'OK',
      count: null,
    });
    expect(data).toHaveLength(BODIES.length);
    expect(data?.[0]).toMatchObject({
      channel_id: channel,
      seq: 1,
      id: expect.any(String),
      author_id: ada.id,
      body: 'one',
      in_channel: true,
      deleted_at: null,
      mention_ids: [],
      custom: {},
      created_at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*\+00:00$/),
    });
  });

  const bodies = (rows: { body: string }[] | null) => rows?.map(({ body }) => body);

  it.each([
    ['eq', () => said().eq('seq', 2), ['two']],
    ['neq', () => said().neq('seq', 1), ['two', 'three', 'four', 'five']],
    ['gt', () => said().gt('seq', 4), ['five']],
    ['gte', () => said().gte('seq', 4), ['four', 'five']],
    ['lt', () => said().lt('seq', 2), ['one']],
    ['lte', () => said().lte('seq', 2), ['one', 'two']],
    ['like', () => said().like('body', 't%'), ['two', 'three']],
    ['likeAllOf', () => said().likeAllOf('body', ['t%', '%o']), ['two']],
    ['likeAnyOf', () => said().likeAnyOf('body', ['%ne', '%wo']), ['one', 'two']],
    ['ilike', () => said().ilike('body', 'F%'), ['four', 'five']],
    ['ilikeAllOf', () => said().ilikeAllOf('body', ['F%', '%E']), ['five']],
    ['ilikeAnyOf', () => said().ilikeAnyOf('body', ['ONE', 'TWO']), ['one', 'two']],
    ['regexMatch', () => said().regexMatch('body', '^f'), ['four', 'five']],
    ['regexIMatch', () => said().regexIMatch('body', '^F.*R$'), ['four']],
    ['is', () => said().is('author_id', null), []],
    ['isDistinct', () => said().isDistinct('author_id', bob.id).lte('seq', 1), ['one']],
    ['in', () => said().in('body', ['one', 'five', 'with "quotes", and (commas)']), ['one', 'five']],
    ['notIn', () => said().notIn('seq', [1, 2, 3]), ['four', 'five']],
    ['match', () => said().match({ seq: 3, body: 'three' }), ['three']],
    ['not', () => said().not('body', 'like', 't%'), ['one', 'four', 'five']],
    ['or', () => said().or('seq.eq.1,and(seq.gt.3,body.eq.five)'), ['one', 'five']],
    ['filter', () => said().filter('seq', 'in', '(2,3)'), ['two', 'three']],
    ['textSearch', () => said().textSearch('body', 'three | four', { config: 'simple' }), ['three', 'four']],
    ['plain textSearch', () => said().textSearch('body', 'four', { type: 'plain' }), ['four']],
    ['websearch', () => said().textSearch('body', 'one or two', { type: 'websearch' }), ['one', 'two']],
  ] as const)('filters with %s', async (_, query, expected) => {
    const { data, error } = await query().order('seq');
    expect(error).toBeNull();
    expect(bodies(data)).toEqual(expected);
  });

  it('orders, limits and pages', async () => {
    const down = await said().order('seq', { ascending: false }).limit(2);
    expect(bodies(down.data)).toEqual(['five', 'four']);
    const page = await said().order('seq').range(1, 2);
    expect(bodies(page.data)).toEqual(['two', 'three']);
    const sorted = await said().order('author_id', { nullsFirst: true }).order('body');
    expect(bodies(sorted.data)).toEqual(['five', 'four', 'one', 'three', 'two']);
  });

  it('counts, with rows, without and beyond the end', async () => {
    const head = await messages().select('*', { count: 'exact', head: true }).eq('channel_id', channel);
    expect(head).toMatchObject({ data: null, count: BODIES.length, status: 200 });
    const page = await messages().select('seq', { count: 'exact' }).eq('channel_id', channel).range(0, 1);
    expect(page).toMatchObject({ count: BODIES.length, status: 206 });
    expect(page.data).toHaveLength(2);
    for (const count of ['planned', 'estimated'] as const) {
      const { data } = await messages().select('*', { count, head: true }).eq('channel_id', channel);
      expect(data).toBeNull();
    }
    const beyond = await messages().select('seq', { count: 'exact' }).eq('channel_id', channel).range(10, 20);
    expect(beyond).toMatchObject({ status: 416, error: { code: 'PGRST103' } });
  });

  it('gives one row, none, or says that it is not one', async () => {
    expect((await said().eq('seq', 1).single()).data).toEqual({ body: 'one' });
    expect((await said().eq('seq', 1).maybeSingle()).data).toEqual({ body: 'one' });
    expect(await said().eq('seq', 99).maybeSingle()).toMatchObject({ data: null, error: null });
    expect(await said().single()).toMatchObject({ data: null, status: 406, error: { code: 'PGRST116' } });
    expect((await said().maybeSingle()).error).toMatchObject({ code: 'PGRST116' });
  });

  it('answers as CSV', async () => {
    const { data } = await messages()
      .select('seq,body')
      .eq('channel_id', channel)
      .lte('seq', 2)
      .order('seq')
      .csv();
    expect(data).toBe('seq,body\n1,one\n2,two');
  });

  it('refuses plans, which the project keeps to itself', async () => {
    expect((await said().explain()).error).toMatchObject({ code: 'PGRST107' });
  });

  it('embeds what the keys connect, filtered, ordered and limited there', async () => {
    const { data, error } = await db
      .from('channels')
      .select(
        'id, counter:channel_counters!inner(last_seq, messages(body, author:profiles!messages_author_id_fkey(name)))',
      )
      .eq('id', channel)
      .gte('channel_counters.messages.seq', 2)
      .order('seq', { referencedTable: 'channel_counters.messages', ascending: false })
      .limit(2, { referencedTable: 'channel_counters.messages' })
      .single();
    expect(error).toBeNull();
    expect(data).toEqual({
      id: channel,
      counter: {
        last_seq: BODIES.length,
        messages: [
          { body: 'five', author: { name: expect.stringMatching(/^Ada/) } },
          { body: 'four', author: { name: expect.stringMatching(/^Ada/) } },
        ],
      },
    });
  });

  it('renames and casts columns', async () => {
    const { data } = await messages()
      .select('text:body, number:seq::text')
      .eq('channel_id', channel)
      .eq('seq', 1);
    expect(data).toEqual([{ text: 'one', number: '1' }]);
  });

  it('names what does not exist', async () => {
    const column = await messages().select('nope' as 'body');
    expect(column).toMatchObject({ status: 400, error: { code: '42703' } });
    const table = await db.from('nope' as 'messages').select();
    expect(table).toMatchObject({
      status: 404,
      error: { code: expect.stringMatching(/^(42P01|PGRST205)$/) },
    });
    const schema = await db
      .schema('auth' as 'chat')
      .from('messages')
      .select();
    expect(schema).toMatchObject({ status: 406, error: { code: 'PGRST106' } });
    const value = await messages().select().eq('channel_id', 'x');
    expect(value).toMatchObject({ status: 400, error: { code: '22P02' } });
  });

  it('stops when its signal does', async () => {
    const controller = new AbortController();
    const answer = said().abortSignal(controller.signal);
    controller.abort();
    const { data, error } = await answer;
    expect(data).toBeNull();
    expect(error?.message).toMatch(/abort/i);
  });

  it('rejects instead of answering when asked to', async () => {
    await expect(said().single().throwOnError()).rejects.toMatchObject({ code: 'PGRST116' });
  });
});

describe('who may read', () => {
  it('shows strangers nothing, and nobody without a session anything', async () => {
    expect(await eve.supabase.from('messages').select().eq('channel_id', channel)).toMatchObject({
      data: [],
      error: null,
    });
    expect(await connect().from('messages').select()).toMatchObject({
      status: 401,
      error: { code: '42501' },
    });
  });

  it('shows the operator all, with either kind of key', async () => {
    for (const key of [stack.secretKey, stack.serviceRoleKey]) {
      const { data } = await connect(key).from('messages').select('seq').eq('channel_id', channel);
      expect(data).toHaveLength(BODIES.length);
    }
  });

  it('refuses a key that is none', async () => {
    const { status, data } = await connect('sb_publishable_wrong').from('messages').select();
    expect({ status, data }).toEqual({ status: 401, data: null });
  });
});

describe('writing', () => {
  /** A group of its own, so that counts above stay as they are, and the operator, who may write in it. */
  async function room() {
    const { data } = await db
      .rpc('create_group', { member_ids: [bob.id] })
      .single()
      .throwOnError();
    return { channel_id: data.id, operator: connect(stack.secretKey) };
  }

  it('inserts one row or many, and returns them when asked to', async () => {
    const { channel_id, operator } = await room();
    const table = () => operator.from('messages');
    const one = await table().insert(message(channel_id, 'a'));
    expect(one).toMatchObject({ data: null, error: null, status: 201 });
    const many = await table()
      .insert([message(channel_id, 'b'), message(channel_id, 'c')])
      .select('seq, body, author_id')
      .order('seq');
    expect(many.data).toEqual([
      { seq: 2, body: 'b', author_id: bob.id },
      { seq: 3, body: 'c', author_id: bob.id },
    ]);
    const counted = await table().insert(message(channel_id, 'd'), { count: 'exact' });
    expect(counted.count).toBe(1);
  });

  it('says which rule an insert breaks', async () => {
    const { channel_id, operator } = await room();
    const table = () => operator.from('messages');
    const member = await messages().insert(message(channel_id, 'x'));
    expect(member).toMatchObject({ status: 403, error: { code: '42501' } });
    const empty = await table().insert(message(channel_id, ''));
    expect(empty).toMatchObject({ status: 400, error: { code: '23514' } });
    const column = await table().insert({ ...message(channel_id, 'x'), nope: 1 } as never);
    expect(column).toMatchObject({ status: 400, error: { code: 'PGRST204' } });
    const author = await table().insert({ ...message(channel_id, 'x'), author_id: eve.id });
    expect(author).toMatchObject({ status: 403, error: { code: 'not_a_member' } });
  });

  it('updates what its rights cover and returns it', async () => {
    const operator = connect(stack.secretKey);
    const { data, status } = await operator
      .from('profiles')
      .update({ name: 'Ada L.' })
      .eq('id', ada.id)
      .select('id, name')
      .single();
    expect({ data, status }).toEqual({ data: { id: ada.id, name: 'Ada L.' }, status: 200 });
    const silent = await operator
      .from('profiles')
      .update({ name: 'Ada' }, { count: 'exact' })
      .eq('id', ada.id);
    expect(silent).toMatchObject({ data: null, status: 204, count: 1 });
    const nobody = await operator.from('profiles').update({ name: 'X' }).eq('id', randomUUID()).select();
    expect(nobody).toMatchObject({ data: [], error: null });
    const forbidden = await db.from('profiles').update({ name: 'X' }).eq('id', ada.id);
    expect(forbidden).toMatchObject({ status: 403, error: { code: '42501' } });
    const taken = (await db.from('profiles').select('username').eq('id', bob.id).single()).data;
    const clash = await operator
      .from('profiles')
      .update({ username: taken?.username ?? '' })
      .eq('id', ada.id);
    expect(clash).toMatchObject({ status: 409, error: { code: '23505' } });
  });

  it('upserts: merges or keeps what is there', async () => {
    const operator = connect(stack.secretKey);
    const name = `Ada ${randomUUID().slice(0, 8)}`;
    const { data: before } = await operator.from('profiles').select('id, username').eq('id', ada.id).single();
    const row = { id: ada.id, username: before?.username ?? '', name };
    const merged = await operator.from('profiles').upsert(row).select('name').single();
    expect(merged.data).toEqual({ name });
    const kept = await operator
      .from('profiles')
      .upsert({ ...row, name: 'other' }, { onConflict: 'id', ignoreDuplicates: true })
      .select();
    expect(kept).toMatchObject({ data: [], error: null });
    expect((await db.from('profiles').select('name').eq('id', ada.id).single()).data).toEqual({ name });
  });

  it('deletes nothing without the right to', async () => {
    expect(await messages().delete().eq('channel_id', channel)).toMatchObject({
      status: 403,
      error: { code: '42501', message: expect.stringContaining('permission denied') },
    });
    const { channel_id, operator } = await room();
    await operator.from('drafts').insert({ channel_id, user_id: ada.id, body: 'gone' }).throwOnError();
    const gone = await operator
      .from('drafts')
      .delete({ count: 'exact' })
      .eq('channel_id', channel_id)
      .select('body');
    expect(gone).toMatchObject({ data: [{ body: 'gone' }], count: 1, status: 200 });
  });
});

describe('functions', () => {
  it('return rows that filters and embedding go on with', async () => {
    const { data, error } = await db
      .rpc('list_messages', { channel_id: channel, after_seq: 1 })
      .select('seq, body, author:profiles!messages_author_id_fkey(id)')
      .lte('seq', 3)
      .order('seq', { ascending: false });
    expect(error).toBeNull();
    expect(data).toEqual([
      { seq: 3, body: 'three', author: { id: ada.id } },
      { seq: 2, body: 'two', author: { id: ada.id } },
    ]);
  });

  it('answer a GET, a HEAD and a count', async () => {
    const args = { channel_id: channel };
    const got = await db.rpc('list_messages', args, { get: true, count: 'exact' }).limit(1);
    expect(got).toMatchObject({ data: [{ body: 'five' }], count: BODIES.length });
    const head = await db.rpc('list_messages', args, { head: true, count: 'exact' });
    expect(head).toMatchObject({ data: null, count: BODIES.length });
  });

  it('refuse with the code and status that they raise', async () => {
    const missing = await db.rpc('send_message', { channel_id: randomUUID(), body: 'x' });
    expect(missing).toMatchObject({ status: 404, error: { code: 'channel_not_found' } });
    const unknown = await db.rpc('nope' as 'leave_channel', { channel_id: channel });
    expect(unknown).toMatchObject({ status: 404, error: { code: 'PGRST202' } });
  });

  it('read views with the rights of the caller', async () => {
    const { data } = await bob.supabase
      .from('my_channels')
      .select('id, unread_count')
      .eq('id', channel)
      .single();
    expect(data).toEqual({ id: channel, unread_count: BODIES.length });
    expect((await eve.supabase.from('my_channels').select().eq('id', channel)).data).toEqual([]);
  });
});

describe('a session that has ended', () => {
  it('reads nothing more with its token', async () => {
    const somebody = await signUp();
    const { token } = somebody;
    await somebody.supabase.auth.signOut();
    const answer = await connect().from('profiles').select().setHeader('Authorization', `Bearer ${token}`);
    expect(answer).toMatchObject({ status: 401, error: { code: 'session_expired' } });
  });

  it('is not known by a token with another signature', async () => {
    const { token } = await signUp();
    const forged = `${token.slice(0, -4)}AAAA`;
    const answer = await connect().from('profiles').select().setHeader('Authorization', `Bearer ${forged}`);
    expect(answer).toMatchObject({ status: 401, error: { code: 'PGRST301' } });
  });
});
