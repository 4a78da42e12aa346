import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { closeChats, joinChat } from '../helpers/chat.ts';

afterEach(closeChats);

const key = () => randomUUID().slice(0, 8);

describe('messages', () => {
  it('are found with author, channel and marked text, and only by members', async () => {
    const [ada, eve] = await Promise.all([joinChat('Ada'), joinChat('Eve')]);
    const slug = `c-${key()}`;
    const channel = await ada.chat.channels.create({ slug, kind: 'private' });
    const sent = await channel.messages.send('Das große Café öffnet');
    const page = await ada.chat.search.messages('cafe grosse');
    expect(page).toMatchObject({ total: 1, isTotalExact: true, next: null });
    expect(page.hits[0]).toMatchObject({
      message: { id: sent.id, seq: sent.seq, author: { id: ada.id, name: 'Ada' }, status: 'sent' },
      channel: { id: channel.id, kind: 'private', slug, name: slug },
    });
    expect(page.hits[0]?.message.createdAt).toBeInstanceOf(Date);
    expect(page.hits[0]?.snippet).toEqual([
      { text: 'Das ', isMatch: false },
      { text: 'große', isMatch: true },
      { text: ' ', isMatch: false },
      { text: 'Café', isMatch: true },
      { text: ' öffnet', isMatch: false },
    ]);
    expect(await eve.chat.search.messages('cafe')).toEqual({
      hits: [],
      next: null,
      total: 0,
      isTotalExact: true,
    });
    await expect(eve.chat.search.messages('cafe', { channelId: channel.id })).rejects.toMatchObject({
      code: 'channel_not_found',
      status: 404,
    });
  });

  it('come page by page, by time or relevance, within a time and from somebody', async () => {
    const ada = await joinChat('Ada');
    const channel = await ada.chat.channels.create({ slug: `c-${key()}` });
    const start = new Date();
    for (const body of ['hit one', 'hit hit hit', 'hit three']) await channel.messages.send(body);
    const bodies: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await ada.chat.search.messages('hit', { limit: 2, ...(cursor ? { cursor } : {}) });
      expect(page.total).toBe(3);
      bodies.push(...page.hits.map(({ message }) => message.body));
      cursor = page.next;
    } while (cursor);
    expect(bodies).toEqual(['hit three', 'hit hit hit', 'hit one']);
    const count = async (options: object) => (await ada.chat.search.messages('hit', options)).total;
    expect(await count({ fromId: ada.id, channelId: channel.id })).toBe(3);
    expect(await count({ fromId: randomUUID() })).toBe(0);
    expect(await count({ after: start })).toBe(3);
    expect(await count({ before: start })).toBe(0);
    const { hits } = await ada.chat.search.messages('hit', { sort: 'relevance' });
    expect(hits[0]?.message.body).toBe('hit hit hit');
  });

  it.each([
    ['nothing to look for', '', {}, 'invalid_search'],
    ['an unknown filter value', 'has:nothing', {}, 'invalid_search'],
    ['too long a page', 'x', { limit: 51 }, 'invalid_page_size'],
    ['a cursor of its own', 'x', { cursor: 'mine' }, 'invalid_cursor'],
    ['an id that is none', 'x', { channelId: 'general' }, 'invalid_input'],
    ['a date that is none', 'x', { before: new Date('soon') }, 'invalid_search'],
    ['the last date there is', 'x', { after: new Date(8.64e15) }, 'invalid_search'],
    ['a date before the first year', 'x', { before: new Date(-8.64e15) }, 'invalid_search'],
    ['a NUL', 'a\u0000b', {}, 'invalid_input'],
    ['half a surrogate pair', 'a\ud800b', {}, 'invalid_input'],
  ])('with %s are refused with a code', async (_name, query, options, code) => {
    const ada = await joinChat('Ada');
    await expect(ada.chat.search.messages(query, options)).rejects.toMatchObject({
      name: 'ChatError',
      code,
      status: 400,
    });
  });
});

describe('people', () => {
  it('are found by beginnings of names and with typos, best first', async () => {
    const word = `q${key()}`;
    const [ada, , zoe] = await Promise.all([
      joinChat('Ada'),
      joinChat(`Bob ${word}`),
      joinChat(`${word}z Zoë`),
    ]);
    const names = async (query: string) => (await ada.chat.search.users(query)).map(({ name }) => name);
    expect(await names(word)).toEqual([`${word}z Zoë`, `Bob ${word}`]);
    expect((await names(`zoe ${word}`))[0]).toBe(`${word}z Zoë`);
    expect(await names(word.toUpperCase().slice(0, -2))).toHaveLength(2);
    expect(await names(`${word.slice(0, -1)}-`)).toContain(`Bob ${word}`);
    expect(await names(`${word.slice(0, 4)}x${word.slice(5)}`)).toContain(`Bob ${word}`);
    const [first] = await ada.chat.search.users(word, { limit: 1 });
    expect(first).toMatchObject({ id: zoe.id });
    const rest = await ada.chat.search.users(word, { after: zoe.id });
    expect(rest.map(({ name }) => name)).toEqual([`Bob ${word}`]);
  });

  it.each(['', '  ', '@', '%', 'x'.repeat(201)])('are refused for %j', async (query) => {
    const ada = await joinChat('Ada');
    await expect(ada.chat.search.users(query)).rejects.toMatchObject({ code: 'invalid_search', status: 400 });
  });

  it('in a channel are its members only', async () => {
    const word = `q${key()}`;
    const [ada, bob, eve] = await Promise.all([
      joinChat('Ada'),
      joinChat(`Bob ${word}`),
      joinChat(`Eve ${word}`),
    ]);
    const channel = await ada.chat.channels.create({ slug: `c-${key()}`, memberIds: [bob.id] });
    const found = await ada.chat.search.members(channel.id, word.slice(0, 6));
    expect(found).toMatchObject([{ user: { id: bob.id }, role: 'member' }]);
    await expect(eve.chat.search.members(channel.id, word)).rejects.toMatchObject({ code: 'not_a_member' });
  });
});

describe('channels', () => {
  it('are found by slug, name and description: public ones and the own', async () => {
    const word = `q${key()}`;
    const [ada, eve] = await Promise.all([joinChat('Ada'), joinChat('Eve')]);
    await ada.chat.channels.create({ slug: `${word}-open`, description: 'Über Pläne' });
    await ada.chat.channels.create({ slug: `${word}-closed`, kind: 'private' });
    const slugs = async ({ chat }: typeof ada, query: string) =>
      (await chat.search.channels(query)).map(({ slug }) => slug);
    expect(await slugs(ada, word)).toEqual([`${word}-closed`, `${word}-open`]);
    expect(await slugs(eve, word)).toEqual([`${word}-open`]);
    expect(await slugs(eve, `plane ${word}`)).toEqual([`${word}-open`]);
    expect(await slugs(eve, `${word.slice(0, 4)}x${word.slice(5)}`)).toContain(`${word}-open`);
  });
});
