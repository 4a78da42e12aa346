import { afterAll, describe, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { announce, pathOf, sendFiles, store } from '../helpers/files.ts';

afterAll(() => database.end());

interface Options {
  channel_id?: string;
  from_id?: string;
  before?: string;
  after?: string;
  sort?: string;
  cursor?: string;
  page_size?: number;
}

interface Hit {
  message: { seq: string; body: string };
  channel: { id: string; slug: string | null; name: string };
  snippet: string;
  next_cursor: string | null;
  total: number;
  is_total_exact: boolean;
}

const search = (db: Db, user: string, query: string, options: Options = {}): Promise<Hit[]> =>
  asUser(db, user, async (as) => {
    const rows = await as`
      select to_jsonb(h) as hit from chat.search_messages(
        ${query}, channel_id => ${options.channel_id ?? null}, from_id => ${options.from_id ?? null},
        before => ${options.before ?? null}::text::timestamptz, after => ${options.after ?? null}::text::timestamptz, sort => ${options.sort ?? 'newest'},
        cursor => ${options.cursor ?? null}, page_size => ${options.page_size ?? 20}) h`;
    return rows.map((row) => row.hit as Hit);
  });

const bodies = async (hits: Promise<Hit[]>) => (await hits).map((hit) => hit.message.body);

/** Ada's private channel with these messages by her, oldest first. */
async function channelOf(db: Db, ada: string, messages: string[], slug = 'room'): Promise<string> {
  const [channel] = await asUser(
    db,
    ada,
    (as) => as`select id from chat.create_channel(${`${slug}-${ada}`}, 'private')`,
  );
  for (const body of messages) await say(db, ada, channel?.id, body);
  return channel?.id;
}

const say = (db: Db, user: string, channel: string, body: string) =>
  asUser(db, user, async (as) => (await as`select * from chat.send_message(${channel}, ${body})`)[0]);

/** Which of the messages a query finds. */
async function found(messages: string[], query: string): Promise<string[]> {
  let hits: string[] = [];
  await rolledBack(async (db) => {
    const ada = await createUser(db, { username: `ada-${crypto.randomUUID().slice(0, 8)}` });
    await channelOf(db, ada, messages);
    hits = await bodies(search(db, ada, query));
  });
  return hits;
}

describe('a query', () => {
  it.each([
    ['a word', 'deploy ', ['we deploy now'], ['deployment']],
    ['all words, in any order', 'now deploy', ['deploy it now'], ['deploy it', 'now']],
    ['the beginning of the last word', 'now depl', ['the deployment is now'], ['nowhere deployed']],
    ['the beginning of any word with a star', 'depl* now ', ['now deploying'], ['now undeployed']],
    ['a phrase', '"roll back"', ['please roll back.', 'Roll, back'], ['back roll', 'roll it back']],
    ['not a word', 'deploy -prod', ['deploy to test'], ['deploy to prod']],
    ['not a phrase', 'deploy -"to prod"', ['prod: deploy to'], ['deploy to prod']],
    ['what stands around signs as one phrase', 'foo_bar', ['see foo_bar()', 'foo.bar'], ['bar foo']],
    ['an address', 'ada@example.com', ['mail ada@example.com'], ['example ada com']],
    ['a part of an address', 'example', ['https://www.example.com/x?y=z'], ['exam ple']],
    ['small for capital letters', 'STRASSE ', ['die Straße'], ['Strassen']],
    ['letters without accents', 'cafe creme ', ['Un café crème'], ['cafes cremes']],
    ['accents of their own', 'café ', ['un cafe\u0301'], ['caf']],
    ['Turkish', 'ışık istanbul ', ['IŞIK İSTANBUL'], ['ankara']],
    ['Arabic without vowels', 'محمد ', ['قال مُحَمَّد'], ['احمد']],
    ['Hebrew without points', 'שלום ', ['שָׁלוֹם'], ['של']],
    ['Greek', 'σισυφοσ ', ['Ο Σίσυφος'], ['σισυ']],
    ['Russian', 'елка ', ['Ёлка'], ['ель']],
    ['Hindi', 'हिन्दी ', ['मैं हिन्दी हूँ'], ['हन्द']],
    ['two Chinese characters', '部署', ['我们明天部署新版本'], ['署部', '部门署名']],
    ['three Chinese characters', '新版本', ['部署新版本吧'], ['新版 版本']],
    ['one Chinese character', '新', ['部署新版本', '最新'], ['旧版本']],
    ['Japanese', '東京タワー', ['明日は東京タワーに行く'], ['東京のタワー']],
    ['half-width for full-width', 'カナ123 ', ['ｶﾅ１２３'], ['カナ 12']],
    ['Thai', 'ไทย', ['ภาษาไทยง่าย'], ['ทยไ']],
    ['Korean', '배포', ['오늘 배포가 끝났다'], ['배와 포']],
    ['an emoji', '🎉', ['done 🎉🎉'], ['done']],
    ['Chinese among Latin', 'deploy部署 ', ['请 deploy部署 一下'], ['deploy 一下 部署']],
  ])('finds %s', async (_name, query, yes, no) => {
    expect((await found([...no, ...yes], query)).sort()).toEqual([...yes].sort());
  });

  it.each([
    ['nothing at all', ''],
    ['signs only', '?! …'],
    ['1,001 characters', 'x'.repeat(1001)],
    ['41 words', 'w '.repeat(41)],
    ['an unknown thing to have', 'has:banana'],
    ['an unknown state', 'is:late'],
    ['a day that does not exist', 'before:2026-02-30'],
    ['a month that does not exist', 'during:2026-13'],
    ['a word for a day', 'after:christmas'],
    ['a negated day', '-before:2026-01-01'],
    ['a year of seven digits', 'after:9999999'],
    ['a year before the first', 'before:0000'],
    ['a day in digits of another script', 'on:٢٠٢٦-٠١-٠١'],
    ['a moment for a day', 'before:2026-01-01T00:00:00Z'],
    ['no end of time', 'before:infinity'],
    ['a phrase of 101 words', `"${'w '.repeat(101)}"`],
    ['1,000 characters that stand for eighteen each', '\ufdfa'.repeat(1000)],
  ])('with %s is refused', async (_name, query) => {
    await rolledBack(async (db) => {
      expect(await refusal(search(db, await createUser(db), query))).toBe('invalid_search');
    });
  });

  it.each([
    ['a page of 0', { page_size: 0 }, 'invalid_page_size'],
    ['a page of 51', { page_size: 51 }, 'invalid_page_size'],
    ['a cursor of its own', { cursor: 'x' }, 'invalid_cursor'],
    ['half a cursor', { cursor: '(2026-01-01,,,,,,)' }, 'invalid_cursor'],
    ['an unknown order', { sort: 'oldest' }, 'invalid_search'],
  ])('with %s is refused', (_name, options, code) =>
    rolledBack(async (db) => {
      expect(await refusal(search(db, await createUser(db), 'word', options))).toBe(code);
    }),
  );

  it.each([
    "it's",
    "'; drop table chat.messages; --",
    'a & b | !c',
    '((',
    '\\',
    ':*',
    '~a',
    '"open',
    '-',
    '*',
    'from: ada',
    '<->',
    '(?<!x)',
    'a:b:c',
    "\u0002'\u0003",
  ])('may be %j', (query) =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      await channelOf(db, ada, [`say ${query} and word`]);
      expect([undefined, 'invalid_search']).toContain(await refusal(search(db, ada, query)));
      expect(await search(db, ada, `word ${query}`)).toHaveLength(1);
    }),
  );
});

describe('filters', () => {
  const day = (db: Db, channel: string, seq: number, time: string) =>
    // Messages get their time when they are sent; the index is what filters look at.
    db`update chat_private.message_search set created_at = ${time} where channel_id = ${channel} and seq = ${seq}`;

  it('from: finds what somebody wrote, or several, or not', () =>
    rolledBack(async (db) => {
      const key = crypto.randomUUID().slice(0, 8);
      const [ada, bob, cem] = [
        await createUser(db, { username: `ada-${key}` }),
        await createUser(db, { username: `bob-${key}` }),
        await createUser(db, { username: `cem-${key}` }),
      ];
      const channel = await channelOf(db, ada, ['plan by ada']);
      await asUser(db, ada, (as) => as`select chat.add_members(${channel}, ${[bob, cem]})`);
      await say(db, bob, channel, 'plan by bob');
      await say(db, cem, channel, 'plan by cem');
      expect(await bodies(search(db, ada, `plan from:@bob-${key}`))).toEqual(['plan by bob']);
      expect(await bodies(search(db, ada, `from:bob-${key}`))).toEqual(['plan by bob']);
      expect(await bodies(search(db, ada, `from:${bob}`))).toEqual(['plan by bob']);
      expect(await bodies(search(db, ada, 'plan from:me'))).toEqual(['plan by ada']);
      expect(await bodies(search(db, ada, 'plan', { from_id: cem }))).toEqual(['plan by cem']);
      expect(await bodies(search(db, ada, `plan from:me from:@bob-${key}`))).toEqual([
        'plan by bob',
        'plan by ada',
      ]);
      expect(await bodies(search(db, ada, `plan -from:me -from:@bob-${key}`))).toEqual(['plan by cem']);
      expect(await bodies(search(db, ada, 'plan from:@nobody-at-all'))).toEqual([]);
      expect(await bodies(search(db, ada, 'plan', { from_id: crypto.randomUUID() }))).toEqual([]);
    }));

  it('in: finds in a channel by slug, in direct messages by username, or not', () =>
    rolledBack(async (db) => {
      const key = crypto.randomUUID().slice(0, 8);
      const [ada, bob] = [await createUser(db), await createUser(db, { username: `bob-${key}` })];
      await channelOf(db, ada, ['plan one'], 'one');
      const two = await channelOf(db, ada, ['plan two'], 'two');
      const [dm] = await asUser(db, ada, (as) => as`select id from chat.open_dm(${bob})`);
      await say(db, ada, dm?.id, 'plan three');
      expect(await bodies(search(db, ada, `plan in:#one-${ada}`))).toEqual(['plan one']);
      expect(await bodies(search(db, ada, `plan in:@bob-${key}`))).toEqual(['plan three']);
      expect(await bodies(search(db, ada, `plan in:one-${ada} in:two-${ada}`))).toEqual([
        'plan two',
        'plan one',
      ]);
      expect(await bodies(search(db, ada, `plan -in:#one-${ada} -in:@bob-${key}`))).toEqual(['plan two']);
      expect(await bodies(search(db, ada, 'plan', { channel_id: two }))).toEqual(['plan two']);
      expect(await bodies(search(db, ada, `in:#two-${ada}`))).toEqual(['plan two']);
      expect(await bodies(search(db, ada, `plan in:one-${ada}`, { channel_id: two }))).toEqual([]);
      const [hit] = await search(db, ada, 'plan three');
      expect(hit?.channel).toMatchObject({ kind: 'dm', slug: null, name: expect.any(String) });
    }));

  it('before:, after:, on: and during: mean days in UTC', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      const channel = await channelOf(db, ada, ['log a', 'log b', 'log c', 'log d']);
      const [row] =
        (await db`select min(seq)::integer as first from chat.messages where channel_id = ${channel} and kind = 'user'`) as never as [
          { first: number },
        ];
      const { first } = row;
      await day(db, channel, first, '2025-12-31T23:59:59.999Z');
      await day(db, channel, first + 1, '2026-01-01T00:00:00Z');
      await day(db, channel, first + 2, '2026-01-31T12:00:00Z');
      await day(db, channel, first + 3, '2026-02-01T00:00:00Z');
      const letters = async (query: string, options?: Options) =>
        (await bodies(search(db, ada, query, options))).map((body) => body.slice(-1)).join('');
      expect(await letters('log before:2026-01-01')).toBe('a');
      expect(await letters('log after:2026-01-01')).toBe('dc');
      expect(await letters('log on:2026-01-01')).toBe('b');
      expect(await letters('log during:2026-01')).toBe('cb');
      expect(await letters('log during:2025')).toBe('a');
      expect(await letters('log after:2025 before:2026-02')).toBe('cb');
      expect(await letters('log on:today')).toBe('');
      expect(await letters('log', { before: '2026-01-31T12:00:00Z' })).toBe('ba');
      expect(await letters('log', { after: '2026-01-31T12:00:00Z' })).toBe('d');
      expect(await letters('after:2026-01-01', { before: '2026-02-01T00:00:00Z' })).toBe('c');
      expect(await letters('log before:9999-12-31 after:0001')).toBe('dcba');
      for (const last of ['294276-12-31T23:59:59.999999Z', 'infinity']) {
        expect(await letters('log', { before: last })).toBe('dcba');
        expect(await letters('log', { after: last })).toBe('');
      }
      for (const first of ['4714-11-24T00:00:00Z BC', '-infinity']) {
        expect(await letters('log', { after: first })).toBe('dcba');
        expect(await letters('log', { before: first })).toBe('');
      }
    }));

  it('has: and is: find what a message has and is', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      const channel = await channelOf(db, ada, []);
      const link = await say(db, ada, channel, 'item https://example.com');
      await say(db, ada, channel, 'item `code`');
      const loved = await say(db, ada, channel, 'item loved');
      const pinned = await say(db, ada, channel, 'item pinned');
      const edited = await say(db, ada, channel, 'item edted');
      await asUser(db, ada, async (as) => {
        await as`select chat.send_message(${channel}, 'item reply', parent_seq => ${link?.seq})`;
        await as`select chat.add_reaction(${channel}, ${loved?.seq}, '👍')`;
        await as`select chat.pin_message(${channel}, ${pinned?.seq})`;
        await as`select chat.edit_message(${channel}, ${edited?.seq}, 'item edited')`;
      });
      const image = await announce(db, ada, channel, { name: 'Übersicht.png', type: 'image/png' });
      await store(db, pathOf(image), ada, { size: 5, mimetype: 'image/png' });
      await sendFiles(db, ada, channel, [image], 'with file');
      const found = async (query: string) => (await bodies(search(db, ada, query))).join(', ');
      expect(await found('item has:link')).toBe('item https://example.com');
      expect(await found('item has:code')).toBe('item `code`');
      expect(await found('has:reaction')).toBe('item loved');
      expect(await found('has:pin')).toBe('item pinned');
      expect(await found('is:pinned')).toBe('item pinned');
      expect(await found('is:edited')).toContain('item edited');
      expect(await found('is:thread')).toBe('item reply');
      expect(await found('has:file')).toBe('with file');
      expect(await found('has:image')).toBe('with file');
      expect(await found('ubersicht')).toBe('with file');
      expect(await found('item -has:link -has:code -has:pin -is:thread -is:edited')).toBe('item loved');
      await asUser(db, ada, async (as) => {
        await as`select chat.remove_reaction(${channel}, ${loved?.seq}, '👍')`;
        await as`select chat.pin_message(${channel}, ${pinned?.seq}, false)`;
      });
      expect(await found('has:reaction')).toBe('');
      expect(await found('has:pin')).toBe('');
    }));
});

describe('the index', () => {
  it('follows edits and deletions, also of whole channels', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      const channel = await channelOf(db, ada, []);
      const message = await say(db, ada, channel, 'before');
      const edit = (body: string) =>
        asUser(db, ada, (as) => as`select chat.edit_message(${channel}, ${message?.seq}, ${body})`);
      await edit('behind');
      expect(await bodies(search(db, ada, 'before'))).toEqual([]);
      expect(await bodies(search(db, ada, 'behind'))).toEqual(['behind']);
      await asUser(db, ada, (as) => as`select chat.delete_message(${channel}, ${message?.seq})`);
      expect(await bodies(search(db, ada, 'behind'))).toEqual([]);
      expect(await bodies(search(db, ada, 'from:me'))).toEqual([]);
      await say(db, ada, channel, 'again');
      await db`delete from chat.channels where id = ${channel}`;
      expect(await db`select from chat_private.message_search where channel_id = ${channel}`).toHaveLength(0);
    }));

  it('leaves system messages out and archived channels in', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      const channel = await channelOf(db, ada, ['the channel plan']);
      await asUser(db, ada, (as) => as`select chat.archive_channel(${channel})`);
      expect(await bodies(search(db, ada, 'channel'))).toEqual(['the channel plan']);
    }));
});

describe('a page', () => {
  it.each(['newest', 'relevance'])('by %s follows the one before, without gaps or doubles', (sort) =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      const channel = await channelOf(db, ada, []);
      await asUser(
        db,
        ada,
        (as) =>
          as`select chat.send_message(${channel}, 'hit ' || repeat('hit ', n % 3) || n) from generate_series(1, 25) n`,
      );
      const all = await bodies(search(db, ada, 'hit ', { sort, page_size: 50 }));
      expect(new Set(all).size).toBe(25);
      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const page: Hit[] = await search(db, ada, 'hit ', {
          sort,
          page_size: 10,
          ...(cursor ? { cursor } : {}),
        });
        expect(page.every((hit) => hit.total === 25 && hit.is_total_exact)).toBe(true);
        paged.push(...page.map((hit) => hit.message.body));
        cursor = page.at(-1)?.next_cursor ?? undefined;
        // What comes in between moves nothing.
        await say(db, ada, channel, 'late hit');
      } while (cursor);
      expect(paged).toEqual(all);
      if (sort === 'newest') expect(all[0]).toMatch(/25$/);
      else expect(all[0]).toMatch(/^hit hit hit /);
    }),
  );

  it('by relevance is one of as many hits as the first one counted', { timeout: 60_000 }, () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      // A search of several channels reads less far in each, so that a thousand messages are many.
      for (let n = 1; n < 8; n += 1) await channelOf(db, ada, [], `empty-${n}`);
      const channel = await channelOf(db, ada, []);
      await asUser(
        db,
        ada,
        (as) => as`
          select chat.send_message(${channel}, case when n % 3 = 0 then 'hit ' else 'hay ' end || n)
            from generate_series(1, 1000) n`,
      );
      const paged: string[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await search(db, ada, 'hit ', {
          sort: 'relevance',
          page_size: 50,
          ...(cursor ? { cursor } : {}),
        });
        expect(page[0]).toMatchObject({ total: 333, is_total_exact: true });
        paged.push(...page.map((hit) => hit.message.body));
        cursor = page.at(-1)?.next_cursor;
      } while (cursor);
      expect(new Set(paged).size).toBe(333);
    }),
  );

  it(
    'tells that there are more than 1,000, finds what is rare among them, and counts within a time',
    () =>
      rolledBack(async (db) => {
        const ada = await createUser(db);
        const channel = await channelOf(db, ada, ['needle in hay', 'needle in hay']);
        await asUser(
          db,
          ada,
          (as) => as`select chat.send_message(${channel}, 'hay ' || n) from generate_series(1, 2100) n`,
        );
        const [common] = await search(db, ada, 'hay ');
        expect(common).toMatchObject({ total: 1000, is_total_exact: false });
        expect(common?.message.body).toBe('hay 2100');
        const rare = await search(db, ada, 'needle hay ');
        expect(rare.map((hit) => [hit.total, hit.is_total_exact])).toEqual([
          [2, true],
          [2, true],
        ]);
        expect(await bodies(search(db, ada, 'hay on:yesterday'))).toEqual([]);
        const [last] = await search(db, ada, 'hay', { sort: 'relevance', page_size: 1 });
        expect(last?.total).toBe(1000);
      }),
    60_000,
  );
});

describe('a snippet', () => {
  it.each([
    ['a word', 'we deploy now', 'deploy ', 'we [deploy] now'],
    ['the typed beginning', 'we deployed now', 'depl', 'we [depl]oyed now'],
    ['each word', 'roll it back and roll', '"roll it" -no', '[roll] [it] back and [roll]'],
    ['accents and case', 'Un CAFÉ noir', 'cafe ', 'Un [CAFÉ] noir'],
    ['accents of their own', 'un cafe\u0301 noir', 'cafe ', 'un [cafe\u0301] noir'],
    ['letters that fold to two', 'die große Straße dort', 'strasse ', 'die große [Straße] dort'],
    ['Chinese', '我们明天部署新版本', '部署', '我们明天[部署]新版本'],
    ['emoji with selectors', 'ich ❤️ dich sehr', 'dich ', 'ich ❤️ [dich] sehr'],
    ['markers of its own', 'a \u0002deploy\u0003 b', 'deploy ', 'a [deploy] b'],
    ['HTML as it is', '<b>deploy</b>', 'deploy ', '<b>[deploy]</b>'],
    ['nothing when only filters match', 'hello there', 'from:me', 'hello there'],
  ])('marks %s', (_name, body, query, marked) =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      await channelOf(db, ada, [body]);
      const [hit] = await search(db, ada, query);
      expect(hit?.snippet.replaceAll('\u0002', '[').replaceAll('\u0003', ']')).toBe(marked);
    }),
  );

  it('shows what stands around the first match of a long text', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      await channelOf(db, ada, [`${'filler words '.repeat(1000)} needle ${'and more '.repeat(1000)}`]);
      const [hit] = await search(db, ada, 'needle');
      expect(hit?.snippet).toContain('\u0002needle\u0003');
      expect(hit?.snippet.startsWith('…filler words')).toBe(false);
      expect(hit?.snippet.startsWith('…')).toBe(true);
      expect(hit?.snippet.length).toBeLessThan(260);
    }));
});
