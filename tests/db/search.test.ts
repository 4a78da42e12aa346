import { afterAll, describe, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';

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
        before => ${options.before ?? null}, after => ${options.after ?? null}, sort => ${options.sort ?? 'newest'},
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
