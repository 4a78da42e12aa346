/** Whatever people write, and whatever it does to the index, a message is sent and edited. */
import { afterAll, expect, it } from 'vitest';
import { asUser, createUser, database, rolledBack } from '../helpers/database.ts';

afterAll(() => database.end());

const distinct = (first: number, count: number) =>
  Array.from({ length: count }, (_, n) => String.fromCodePoint(first + n)).join('');

/** What a text is, the text, and a query for what stands at its end where that fits. */
const TEXTS: [string, string, string | null][] = [
  ['40,000 characters that stand for eighteen each', '\ufdfa'.repeat(40_000), null],
  ['20,000 of them between blanks', '\ufdfa '.repeat(20_000), null],
  ['40,000 characters that stand for up to six', distinct(0x3300, 250).repeat(160), null],
  ['nearly 40,000 different Chinese characters', `${distinct(0x20000, 39_980)} the end`, 'the end '],
  ['a word of nearly 40,000 letters', `${'x'.repeat(39_980)} the end`, 'xxxxx* the end '],
  ['letters under heaps of accents', `${'a\u0300\u0301\u0302\u0489\u20dd'.repeat(6_000)} the end`, 'end '],
  ['20,000 emoji', '\u{1f44d}'.repeat(20_000), '\u{1f44d}'],
  ['8,000 emoji of several people', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'.repeat(8_000), '\u{1f467}'],
  ['20,000 words of one letter', 'a '.repeat(20_000), 'a '],
  ['12,000 different words', Array.from({ length: 8_000 }, (_, n) => n.toString(36)).join(' '), '65z '],
  ['signs alone', '?!'.repeat(20_000), null],
];

it.each(TEXTS)('somebody sends and edits %s', (_name, body, query) =>
  rolledBack(async (db) => {
    const ada = await createUser(db);
    await asUser(db, ada, async (as) => {
      const [channel] = await as`select id from chat.create_channel(${`c-${ada}`}, 'private')`;
      const [sent] = await as`select seq, body from chat.send_message(${channel?.id}, ${body})`;
      expect(sent?.body).toBe(body);
      const [other] = await as`select seq from chat.send_message(${channel?.id}, 'short')`;
      await as`select chat.edit_message(${channel?.id}, ${other?.seq}, ${body})`;
      if (query) expect(await as`select from chat.search_messages(${query})`).toHaveLength(2);
      await as`select chat.edit_message(${channel?.id}, ${sent?.seq}, 'short again')`;
      expect(await as`select from chat.search_messages('short again')`).toHaveLength(1);
    });
  }),
);

it.each(['\u1680', '\u180e', '\u2028', '\u0085', '\u00a0', '\u3000'])(
  'blanks of other scripts part words and nothing else (%j)',
  (blank) =>
    rolledBack(async (db) => {
      const [row] = await db`select array(
        select word from chat_private.search_words(${`one${blank}two`}) order by place) as words`;
      expect(row?.words).toEqual(['one', 'two']);
    }),
);
