/** Searching messages (ConnectBest 4.10). */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../../helpers/database.ts';
import { type Person, signUp } from '../../helpers/people.ts';
import { badTokens, call, expectError } from '../api.ts';
import { channelOf, type Message, privateRoom, room, send } from '../room.ts';

afterAll(() => database.end());

type Found = Message & { channel: { id: string; name: string; type: string }; highlight: string };

const search = (person: Person, query: Record<string, string>) =>
  call<{ messages: Found[]; total: number; isTotalExact: boolean }>(
    'GET',
    `/api/chat/search?${new URLSearchParams(query)}`,
    { token: person.token },
  );

const contents = ({ body }: { body: { messages: Found[] } }) => body.messages.map(({ content }) => content);

describe('GET /api/chat/search', () => {
  it('success: 200 with whole messages, newest first, their channel and what matches marked', async () => {
    const { ada, bob, channel } = await privateRoom();
    await send(ada, channel, { content: 'The quick brown fox' });
    await send(bob, channel, { content: 'a QUICK reply' });
    await send(bob, channel, { content: 'slow' });
    const { status, body } = await search(bob, { query: 'quick' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ total: 2, isTotalExact: true });
    expect(body.messages).toMatchObject([
      { content: 'a QUICK reply', user: { name: 'Bob' }, highlight: 'a <mark>QUICK</mark> reply' },
      {
        content: 'The quick brown fox',
        user: { name: 'Ada' },
        channel: { id: channel, name: expect.any(String), type: 'private' },
        highlight: 'The <mark>quick</mark> brown fox',
        reactions: [],
      },
    ]);
  });

  it('success: narrows down by channel, author and time', async () => {
    const { ada, bob, channel } = await room();
    const other = await channelOf(ada, 'private', [bob]);
    await send(ada, channel, { content: 'lunch one' });
    const { body } = await send(bob, channel, { content: 'lunch two' });
    await send(bob, other, { content: 'lunch three' });
    expect(contents(await search(ada, { query: 'lunch', channelId: channel }))).toEqual([
      'lunch two',
      'lunch one',
    ]);
    expect(contents(await search(ada, { query: 'lunch', from: ada.id }))).toEqual(['lunch one']);
    const [row] = await database`select created_at from chat.messages where id = ${body.message.id}`;
    const moment = new Date(row?.created_at).toISOString();
    expect(contents(await search(ada, { query: 'lunch', before: moment }))).toEqual(['lunch one']);
    expect(contents(await search(ada, { query: 'lunch', after: '2999-01-01T00:00:00Z' }))).toEqual([]);
  });

  it('success: nothing found is an empty list, not an error', async () => {
    const ada = await signUp();
    expect((await search(ada, { query: 'nowhere' })).body).toEqual({
      messages: [],
      total: 0,
      isTotalExact: true,
    });
  });

  it.each([
    ['query', {}],
    ['query', { query: 'x' }],
    ['query', { query: '  x  ' }],
    ['query', { query: 'x'.repeat(1001) }],
    ['channelId', { query: 'xx', channelId: 'general' }],
    ['from', { query: 'xx', from: 'ada' }],
    ['before', { query: 'xx', before: 'yesterday' }],
    ['after', { query: 'xx', after: '2026-13-01' }],
    ['limit', { query: 'xx', limit: '0' }],
    ['limit', { query: 'xx', limit: 'many' }],
  ])('error: 400 that names %s when it is wrong (%o)', async (field, query) => {
    expectError(await search(await signUp(), query), 400, 'invalid_input', field);
  });

  it.each([':)', '??', '""', '- *'])('success: nothing is found by %s, which has no word', async (query) => {
    const { ada, channel } = await room();
    await send(ada, channel, { content: `smile ${query}` });
    for (const narrowed of [{ query }, { query, from: ada.id }]) {
      expect(await search(ada, narrowed)).toMatchObject({ status: 200, body: { messages: [], total: 0 } });
    }
  });

  it.each(['is:foo', 'on:tuesday', 'has:nonsense', 'before:lunch'])(
    'success: %s is text like any other',
    async (query) => {
      const { ada, channel } = await room();
      await send(ada, channel, { content: `the meeting (${query}) is long` });
      await send(ada, channel, { content: 'the meeting is long' });
      expect(contents(await search(ada, { query: `meeting ${query}` }))).toEqual([
        `the meeting (${query}) is long`,
      ]);
    },
  );

  it('success: a date is its midnight and a time without a zone is UTC', async () => {
    const { ada, channel } = await room();
    await database`insert into chat.messages (channel_id, author_id, body) values (${channel}, ${ada.id}, 'noon')`;
    const found = async (query: Record<string, string>) =>
      (await search(ada, { query: 'noon', ...query })).body.total;
    const [row] = await database`
      select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD') as day,
             to_char((created_at + interval '1 day') at time zone 'UTC', 'YYYY-MM-DD') as next_day,
             to_char((created_at - interval '1 minute') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') as before,
             to_char((created_at + interval '1 minute') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI') as later
        from chat.messages where channel_id = ${channel} and body = 'noon'`;
    const { day, next_day, before, later } = row as Record<string, string>;
    expect(await found({ after: day as string, before: next_day as string })).toBe(1);
    expect([await found({ before: day as string }), await found({ after: next_day as string })]).toEqual([
      0, 0,
    ]);
    expect(await found({ after: before as string, before: later as string })).toBe(1);
    expect([await found({ before: before as string }), await found({ after: later as string })]).toEqual([
      0, 0,
    ]);
  });

  it('error: 400 for a query of more than 40 words', async () => {
    const query = Array.from({ length: 41 }, (_, n) => `w${n}`).join(' ');
    expectError(await search(await signUp(), { query }), 400, 'invalid_search', 'query');
  });

  it('permission: 403 for a channel that is not mine, whether it exists or not', async () => {
    const [{ channel }, eve, ada] = await Promise.all([room(1), signUp('Eve'), signUp()]);
    const open = await channelOf(ada, 'public');
    for (const channelId of [channel, open, randomUUID()]) {
      expectError(await search(eve, { query: 'xx', channelId }), 403, 'not_a_member');
    }
  });

  it('permission: nobody finds what was said where they are not, deleted, or in a channel they left', async () => {
    const [{ ada, bob, channel }, eve] = await Promise.all([room(), signUp('Eve')]);
    const word = `w${randomUUID().replaceAll('-', '')}`;
    const { body } = await send(ada, channel, { content: word });
    expect((await search(bob, { query: word })).body.total).toBe(1);
    expect((await search(eve, { query: word })).body.total).toBe(0);
    await call('DELETE', `/api/chat/channels/${channel}/messages/${body.message.id}`, { token: ada.token });
    expect((await search(bob, { query: word })).body.total).toBe(0);
  });

  it.each(badTokens)('permission: 401 for %s', async (_, make) => {
    const token = make((await signUp()).token);
    expect(await call('GET', '/api/chat/search?query=xx', { token })).toMatchObject({ status: 401 });
  });

  it('limit: 20 hits unless asked otherwise and never more than 50, of a total of all', async () => {
    const { ada, channel } = await room();
    await database`insert into chat.messages (channel_id, author_id, body)
                   select ${channel}, ${ada.id}, 'needle ' || n from generate_series(1, 51) n`;
    expect((await search(ada, { query: 'needle' })).body).toMatchObject({
      messages: { length: 20 },
      total: 51,
    });
    expect((await search(ada, { query: 'needle', limit: '500' })).body.messages).toHaveLength(50);
  });

  it('limit: what people wrote comes back inert in the marked text', async () => {
    const { ada, channel } = await room();
    await send(ada, channel, { content: `<img src=x onerror="alert('needle')"> & <mark>\u0002needle\u0003` });
    const [hit] = (await search(ada, { query: 'needle' })).body.messages;
    expect(hit?.highlight.replaceAll(/<\/?mark>/g, '')).not.toMatch(/[<>"']/);
    expect(hit?.highlight).toContain(
      '&lt;img src=x onerror=&quot;alert(&#39;<mark>needle</mark>&#39;)&quot;&gt; &amp;',
    );
  });
});
