/** Search among a million messages in several scripts (ten million with `BENCH_MESSAGES=10000000`), for callers of many channels and of one. */
import type { Row } from './row.ts';
import { BIGGEST_CHANNEL, type Corpus, fillMessages, makeCorpus } from './search-corpus.ts';
import { signedIn, timeRow, untilQuiet } from './session.ts';
import type { World } from './world.ts';

interface Case {
  name: string;
  caller: 'busy' | 'quiet';
  queries: string[];
}

/** `search_messages` in SQL: a page of 20 with its total, over queries that differ. */
export async function search({ sql, databaseUrl, people }: World): Promise<Row[]> {
  const [busy, quiet] = people.slice(3, 5).map((person) => person.userId) as [string, string];
  const corpus = makeCorpus();
  // Nobody searches a hundred times a minute, except here.
  await sql`update chat_private.rate_limit_rules set burst = 1000000 where bucket = 'search'`;
  await fillMessages(sql, corpus, busy, quiet, Number(process.env.BENCH_MESSAGES ?? 1_000_000));
  await untilQuiet(sql);
  const sessions = { busy: await signedIn(databaseUrl, busy), quiet: await signedIn(databaseUrl, quiet) };
  const rows: Row[] = [];
  for (const { name, caller, queries } of cases(corpus)) {
    const timing = await sessions[caller].time(
      (db, n) => db`select * from chat.search_messages(${queries[n % queries.length] as string})`,
    );
    rows.push(timeRow(`search, ${name}`, timing, 30));
  }
  await Promise.all(Object.values(sessions).map((session) => session.end()));
  return rows;
}

function cases({ words, fragments }: Corpus): Case[] {
  const range = (from: number, to: number) =>
    Array.from({ length: 50 }, (_, n) => words[from + Math.floor(((to - from) * n) / 50)] as string);
  /** Every so many-th text of a kind, cut down to what is searched for. */
  const some = (kind: number, cut: (text: string) => string) =>
    Array.from({ length: 50 }, (_, n) => cut(fragments[n * 4_000 + kind] as string));
  const whole = (list: string[]) => list.map((word) => `${word} `);
  return [
    { name: 'rare word, 500 channels', caller: 'busy', queries: whole(range(5_000, 19_000)) },
    { name: 'word in between, 500 channels', caller: 'busy', queries: whole(range(40, 600)) },
    { name: 'common word, 500 channels', caller: 'busy', queries: whole(words.slice(0, 8)) },
    {
      name: 'two Chinese characters, 500 channels',
      caller: 'busy',
      queries: some(14, (text) => [...text].slice(0, 2).join('')),
    },
    {
      name: 'phrase, 500 channels',
      caller: 'busy',
      queries: some(0, (text) => `"${text.split(' ').slice(0, 2).join(' ')}"`),
    },
    {
      name: 'beginning of a word, 500 channels',
      caller: 'busy',
      queries: range(0, 2_000).map((w) => w.slice(0, 3)),
    },
    {
      name: 'two words, 500 channels',
      caller: 'busy',
      queries: range(0, 500).map((w, n) => `${w} ${words[n % 20]} `),
    },
    {
      name: 'common word of one author in a year',
      caller: 'busy',
      queries: words.slice(0, 8).map((w) => `${w} from:me during:2025`),
    },
    {
      name: 'rare word in the largest channel',
      caller: 'busy',
      queries: range(5_000, 19_000).map((w) => `${w} in:${BIGGEST_CHANNEL}`),
    },
    {
      name: 'common word in the largest channel',
      caller: 'busy',
      queries: words.slice(0, 8).map((w) => `${w} in:${BIGGEST_CHANNEL}`),
    },
    { name: 'common word, a few small channels', caller: 'quiet', queries: whole(words.slice(0, 8)) },
    {
      name: 'word only others have, a few small channels',
      caller: 'quiet',
      queries: whole(range(5_000, 19_000)),
    },
    {
      name: 'word nobody has, a few small channels',
      caller: 'quiet',
      queries: range(5_000, 19_000).map((w) => `${w}qqq `),
    },
  ];
}
