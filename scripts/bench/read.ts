/** What reading costs: pages of a long history, unread counts and lists, and whether a list stays as fast when its table grows. */
import { fillHistory, type History } from './history.ts';
import type { Row } from './row.ts';
import { type Session, signedIn, timeRow, untilQuiet } from './session.ts';
import type { World } from './world.ts';

const COUNT = Number(process.env.BENCH_MESSAGES ?? 1_000_000);

/** So many that the hundredth part is not one hiccup of the machine. */
const CALLS = 1_000;

/** A page of a channel with a million messages, and exact counts over 500 channels. */
export async function readInSql({ sql, databaseUrl, people }: World): Promise<Row[]> {
  const [ada, bob, reader] = people.map((person) => person.userId) as [string, string, string];
  const { channelId } = await fillHistory(sql, 'bench-history', [ada, bob], COUNT);
  await fillList(sql, reader, ada);
  await sql`vacuum analyze chat.messages, chat.channel_members, chat.channel_states, chat.channel_counters`;
  await untilQuiet(sql);

  const inHistory = await signedIn(databaseUrl, ada);
  const inList = await signedIn(databaseUrl, reader);
  const random = () => 1 + Math.floor(Math.random() * COUNT);
  const size = COUNT.toLocaleString('en');
  const rows = [
    timeRow('nothing, which shows the machine', await inList.time((db) => db`select 1`, CALLS)),
    timeRow(
      `last 50 of ${size}`,
      await inHistory.time((db) => db`select * from chat.list_messages(${channelId})`, CALLS),
      5,
    ),
    timeRow(
      `random page of ${size}`,
      await inHistory.time(
        (db) => db`select * from chat.list_messages(${channelId}, before_seq => ${random()})`,
        CALLS,
      ),
      5,
    ),
    timeRow(
      'unread over 500 channels',
      await inList.time((db) => db`select * from chat.my_unread()`, CALLS),
      10,
    ),
    timeRow(
      'list of 500 channels',
      await inList.time((db) => db`select * from chat.my_channels limit 500`, CALLS),
    ),
  ];
  await inHistory.end();
  await inList.end();
  return rows;
}

/** 500 channels of the reader; every third has something unread. */
async function fillList(sql: World['sql'], reader: string, author: string): Promise<void> {
  await sql`
    with made as (
      insert into chat.channels (kind, slug) select 'private', 'bench-list-' || n from generate_series(1, 500) n returning id)
    insert into chat.channel_members (channel_id, user_id)
    select id, u from made, unnest(array[${reader}, ${author}]::uuid[]) u`;
  await sql`
    insert into chat.messages (channel_id, author_id, body)
    select c.id, case when n % 4 = 0 then ${reader}::uuid else ${author}::uuid end, 'message ' || n
      from chat.channels c, generate_series(1, 20) n where c.slug like 'bench-list-%'`;
  await sql`
    update chat.channel_states s set last_read_seq = 20
      from chat.channels c where c.id = s.channel_id and c.slug like 'bench-list-%' and right(c.slug, 1) not in ('0', '3', '6', '9')`;
}

/** Each list of a channel's things in a channel of a thousand messages, and in one of a million. */
const LISTS: Record<string, (db: Session['db'], history: History) => Promise<unknown>> = {
  'list_messages, newest': (db, { channelId }) => db`select * from chat.list_messages(${channelId})`,
  'list_messages, forwards': (db, { channelId, count }) =>
    db`select * from chat.list_messages(${channelId}, after_seq => ${count / 2})`,
  list_replies: (db, { channelId, count }) =>
    db`select * from chat.list_replies(${channelId}, ${count / 2 - 1})`,
  list_changes: (db, { channelId, count }) =>
    db`select * from chat.list_changes(${channelId}, ${count / 20})`,
  list_edits: (db, { channelId, count }) => db`select * from chat.list_edits(${channelId}, ${count / 2})`,
  list_pins: (db, { channelId }) => db`select * from chat.list_pins(${channelId})`,
  list_files: (db, { channelId }) => db`select * from chat.list_files(${channelId})`,
  my_channels: (db, { channelId }) => db`select * from chat.my_channels where id = ${channelId}`,
  'bookmarks, newest': (db) =>
    db`select * from chat.bookmarks order by created_at desc, channel_id, seq limit 50`,
  'threads, newest': (db) => db`select * from chat.my_threads order by last_reply_at desc limit 50`,
  list_notifications: (db) => db`select * from chat.list_notifications()`,
};

export async function listsStayFlat({ sql, databaseUrl, people }: World): Promise<Row[]> {
  const ids = people.map((person) => person.userId) as [string, string, string, string];
  const small = await fillHistory(sql, 'bench-small', [ids[0], ids[1]], 1_000);
  const large = await fillHistory(sql, 'bench-large', [ids[2], ids[3]], COUNT);
  await fillOwn(sql, small, 1_000);
  await fillOwn(sql, large, COUNT / 10);
  await sql`vacuum analyze chat.messages, chat.bookmarks, chat.notifications`;
  await untilQuiet(sql);
  const rows: Row[] = [];
  for (const [name, query] of Object.entries(LISTS)) {
    const median = async (history: History) => {
      const session = await signedIn(databaseUrl, history.authorIds[0]);
      const { p50 } = await session.time((db) => query(db, history), 100);
      await session.end();
      return p50;
    };
    const [few, many] = [await median(small), await median(large)];
    rows.push({
      name: `${name}: 1,000 → ${COUNT.toLocaleString('en')}`,
      figure: `${few.toFixed(1)} → ${many.toFixed(1)} ms`,
      target: 'at most twice, or 1 ms more',
      met: many <= Math.max(few * 2, few + 1),
    });
  }
  return rows;
}

/** Bookmarks and notifications of the first author, one for each of the last messages; the last 1,000 are not read yet. */
async function fillOwn(
  sql: World['sql'],
  { channelId, authorIds, count }: History,
  each: number,
): Promise<void> {
  await sql`
    insert into chat.bookmarks (user_id, channel_id, seq)
    select ${authorIds[0]}::uuid, ${channelId}::uuid, n from generate_series(${count - each + 1}::bigint, ${count}::bigint) n`;
  await sql.begin(async (tx) => {
    await tx`alter table chat.notifications disable trigger user`;
    await tx`
      insert into chat.notifications (user_id, type, actor_id, channel_id, seq, text, read_at)
      select ${authorIds[0]}::uuid, 'mention', ${authorIds[1]}::uuid, ${channelId}::uuid, n, 'message ' || n,
             case when n <= ${count - 1_000} then now() end
        from generate_series(${count - each + 1}::bigint, ${count}::bigint) n`;
    await tx`alter table chat.notifications enable trigger user`;
  });
}
