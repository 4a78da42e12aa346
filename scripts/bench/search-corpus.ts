/** Made-up messages that are spread like real ones: few words are common and most are rare, few channels are large. */
import type { Sql } from 'postgres';

export interface Corpus {
  /** The most common first. */
  words: string[];
  fragments: string[];
}

const CHANNELS = 2_000;
const FRAGMENTS = 200_000;
const BATCH = 100_000;

export const BIGGEST_CHANNEL = 'corpus-0';

/** Words and what messages are put together from: always the same. */
export function makeCorpus(): Corpus {
  const random = generator(42);
  const words = vocabulary();
  return { words, fragments: Array.from({ length: FRAGMENTS }, (_, n) => fragment(n % 20, words, random)) };
}

/** Fills the database; the busy person is in 500 of the channels, the largest among them, the quiet one in a tiny one. */
export async function fillMessages(
  sql: Sql,
  { fragments }: Corpus,
  busy: string,
  quiet: string,
  count: number,
): Promise<void> {
  // What a fragment adds to the index is found once; ~ stands for the channel.
  await sql`create table public.bench_fragments (n integer primary key, text text, terms text)`;
  for (let from = 0; from < FRAGMENTS; from += BATCH) {
    progress('reading fragments', from, FRAGMENTS);
    await sql`insert into public.bench_fragments
      select ${from} + n - 1, text,
             (select string_agg('~' || word || ':' || place, ' ') from chat_private.search_words(text))
        from unnest(${fragments.slice(from, from + BATCH)}::text[]) with ordinality f (text, n)`;
  }
  await sql`create table public.bench_rooms (n integer primary key, id uuid)`;
  await sql`
    with made as (
      insert into chat.channels (kind, slug) select 'private', 'corpus-' || n from generate_series(0, ${CHANNELS - 1}::integer) n
      returning id, slug)
    insert into public.bench_rooms select split_part(slug, '-', 2)::integer, id from made`;
  await sql`insert into chat.channel_members (channel_id, user_id) select id, ${busy}::uuid from public.bench_rooms where n % 4 = 0`;
  await sql`insert into chat.channel_members (channel_id, user_id) select id, ${quiet}::uuid from public.bench_rooms where n = ${CHANNELS - 2}`;

  // What a send does beside writing message and index is not what is measured, and indexes are faster made afterwards.
  await sql`alter table chat.messages disable trigger user`;
  await sql`alter table chat.channel_counters disable trigger user`;
  await sql`drop index chat_private.message_search_terms_idx`;
  for (let from = 0; from < count; from += BATCH) {
    progress('writing messages', from, count);
    await fillBatch(sql, busy, quiet, { from, size: Math.min(BATCH, count - from), count });
  }
  progress('making the index', 0, 1);
  await sql.begin(async (tx) => {
    await tx`set local maintenance_work_mem = '512MB'`;
    await tx`create index message_search_terms_idx on chat_private.message_search using gin (terms) with (fastupdate = off)`;
  });
  await sql`alter table chat.messages enable trigger user`;
  await sql`alter table chat.channel_counters enable trigger user`;
  progress('vacuuming', 0, 1);
  await sql`vacuum analyze chat.messages`;
  await sql`vacuum analyze chat_private.message_search`;
  await checkIndex(sql);
}

/** Two fragments make a message; channel n of the Zipf spread gets messages in proportion to 1 / n. */
async function fillBatch(
  sql: Sql,
  busy: string,
  quiet: string,
  { from, size, count }: { from: number; size: number; count: number },
): Promise<void> {
  await sql`
    with picked as materialized (
      select n, floor(power(${CHANNELS}::double precision, random()))::integer - 1 as room,
             floor(random() * ${FRAGMENTS})::integer as a, floor(random() * ${FRAGMENTS})::integer as b
        from generate_series(${from}::integer, ${from + size - 1}::integer) n
    ), made as materialized (
      select c.channel_id, c.last_seq + row_number() over (partition by p.room order by p.n) as seq,
             case when p.n % 10 = 0 then ${busy}::uuid else ${quiet}::uuid end as author_id,
             timestamptz '2024-06-01' + p.n * (interval '700 days' / ${count}::integer) as created_at,
             fa.text || ' ' || fb.text as body, fa.terms as terms_a, fb.terms as terms_b
        from picked p
        join public.bench_rooms r on r.n = p.room
        join chat.channel_counters c on c.channel_id = r.id
        join public.bench_fragments fa on fa.n = p.a
        join public.bench_fragments fb on fb.n = p.b
    ), counted as (
      update chat.channel_counters c set last_seq = m.last_seq, last_rank = m.last_seq
        from (select channel_id, max(seq) as last_seq from made group by channel_id) m
       where c.channel_id = m.channel_id
    ), written as (
      insert into chat.messages (channel_id, seq, rank, author_id, created_at, body)
      select channel_id, seq, seq, author_id, created_at, body from made order by created_at
    )
    insert into chat_private.message_search (channel_id, created_at, seq, terms)
    select channel_id, created_at, seq,
           (prefix || ' ' || prefix || chat_private.author_term(author_id))::tsvector
             || replace(terms_a, '~', prefix)::tsvector || replace(terms_b, '~', prefix)::tsvector
      from made, chat_private.search_prefix(channel_id) prefix
     order by created_at`;
}

/** The way past the trigger must write what the trigger writes. */
async function checkIndex(sql: Sql): Promise<void> {
  const wrong = await sql`
    select from (select * from chat.messages m order by m.created_at desc limit 1000) m
      join chat_private.message_search s using (channel_id, created_at, seq)
     where s.terms <> chat_private.search_terms(m)`;
  if (wrong.length > 0)
    throw new Error(
      `unable to fill the corpus; ${wrong.length} of 1,000 messages are indexed otherwise than by a send`,
    );
}

function progress(step: string, done: number, all: number): void {
  process.stderr.write(
    `  ${step}${all > 1 ? ` ${done.toLocaleString('en')} of ${all.toLocaleString('en')}` : ''} …\n`,
  );
}

/** 20,000 words of two to four syllables that do not depend on chance. */
function vocabulary(): string[] {
  const syllables = [
    'ta',
    'ne',
    'ko',
    'ri',
    'su',
    'la',
    'me',
    'do',
    'vi',
    'pu',
    'fa',
    'ge',
    'no',
    'si',
    'ku',
    'ra',
  ];
  const words = new Set<string>();
  for (let n = 1; words.size < 20_000; n += 1) {
    let word = '';
    for (let rest = n * 7; rest > 0; rest = Math.floor(rest / syllables.length)) {
      word += syllables[rest % syllables.length];
    }
    words.add(word + (n % 3 === 0 ? 'n' : n % 3 === 1 ? 's' : ''));
  }
  return [...words];
}

/** A few words of one language; `kind` is 0 to 19. */
function fragment(kind: number, words: string[], random: () => number): string {
  const zipf = (size: number) => Math.floor(size ** random());
  const length = 3 + Math.floor(random() * 6);
  const run = (first: number, size: number, times: number) =>
    Array.from({ length: times }, () => String.fromCodePoint(first + zipf(size))).join('');
  const list = (make: () => string) => Array.from({ length }, make).join(' ');
  if (kind < 14) return list(() => words[zipf(words.length - 1)] as string);
  if (kind < 16) return run(0x4e00, 3_000, length * 2);
  if (kind === 16) return run(0x3041, 80, length * 2);
  if (kind === 17) return run(0x0e01, 46, length * 3);
  if (kind === 18) return run(0xac00, 2_000, length * 2);
  return list(() => run(0x0430, 32, 5));
}

/** Mulberry32: the same numbers in each run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
