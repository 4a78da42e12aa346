/** Edits by hand in Studio, as the role postgres: whatever somebody writes into a row, no invariant breaks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { brokenRules, type Scope } from '../helpers/invariants.ts';
import { createPrivateChannel, send } from '../helpers/room.ts';

afterAll(() => database.end());

/** Tables with invariants of their own tests, and those that hold nothing others count on. */
const ELSEWHERE = ['api_keys', 'audit_log', 'auth_log', 'settings'];

/** What somebody may write into a column of this type. */
const WISHES: Record<string, readonly string[]> = {
  bool: ['not $', 'null'],
  int4: ['$ + 1', '$ - 1', '0', '-1', '1000', 'null'],
  int8: ['$ + 1', '$ - 1', '0', '-1', '1000', 'null'],
  jsonb: [`'{}'`, `'[]'`, `'{"x": 1}'`, 'null'],
  text: [`'x'`, `''`, `'admin'`, `'member'`, `'public'`, `'dm'`, `'system'`, 'null'],
  timestamptz: ['now()', `now() - interval '1 day'`, `now() + interval '1 day'`, `'infinity'`, 'null'],
  uuid: [
    `(select id from chat.profiles where name = 'Eve' order by created_at desc limit 1)`,
    'gen_random_uuid()',
    'null',
  ],
  _uuid: [
    `'{}'`,
    `array(select id from chat.profiles where name = 'Eve' order by created_at desc limit 1)`,
    'null',
  ],
};

/** How many rows of a table are tried, the first ones of the world. */
const ROWS = 4;

interface World extends Scope {
  /** Somebody in none of the channels. */
  eve: string;
  /** What must not change, whatever is written. */
  identities: string;
}

interface Breach {
  edit: string;
  broken: string[];
}

async function createWorld(db: Db): Promise<World> {
  const { channel, ada, bob, eve } = await createPrivateChannel(db);
  const cyd = await createUser(db, { name: 'Cyd', username: `cyd-${ada}`.slice(0, 12) });
  const [dm] = await asUser(db, ada, (as) => as`select id from chat.open_dm(${bob})`);
  const [group] = await asUser(db, bob, (as) => as`select id from chat.create_group(${[ada, cyd]})`);
  await db`insert into chat.channel_bans (channel_id, user_id) values (${channel}, ${eve})`;
  await asUser(db, ada, (as) => as`select chat.block_user(${eve})`);

  const [bobs] = await db`select username from chat.profiles where id = ${bob}`;
  await send(db, ada, channel, `hello @${bobs?.username}`);
  const [file] = await db`
    insert into chat.files (folder_id, channel_id, uploader_id, name, mime_type, size, uploaded_at)
    values (${channel}, ${channel}, ${bob}, 'a.png', 'image/png', 10, now()) returning id`;
  const [root] = await asUser(
    db,
    bob,
    (as) => as<{ seq: number }[]>`
      select seq::int from chat.send_message(${channel}, 'root of a thread', file_ids => ${[file?.id]})`,
  );
  if (!root) throw new Error('unable to begin; the message was not sent');
  await send(db, ada, channel, 'first reply', { parent: root.seq });
  const gone = await send(db, bob, channel, 'second reply', { parent: root.seq, alsoInChannel: true });
  const edited = await send(db, ada, channel, 'with a mistkae @channel');
  await send(db, ada, dm?.id, 'psst');
  await send(db, bob, group?.id, 'all of you');
  await asUser(db, ada, async (as) => {
    await as`select chat.edit_message(${channel}, ${edited.seq}, 'without a mistake @channel')`;
    await as`select chat.pin_message(${channel}, ${root.seq})`;
    await as`select chat.add_reaction(${channel}, ${root.seq}, '👍')`;
    await as`select chat.add_bookmark(${channel}, ${root.seq})`;
    await as`select chat.save_draft(${channel}, 'not yet')`;
    await as`select chat.schedule_message(${channel}, now() + interval '1 hour', 'later')`;
  });
  await asUser(db, bob, async (as) => {
    await as`select chat.add_reaction(${channel}, ${root.seq}, '👍')`;
    await as`select chat.delete_message(${channel}, ${gone.seq})`;
    await as`select chat.mark_read(${channel}, ${edited.seq})`;
    await as`select chat.heartbeat()`;
  });
  const channels = [channel, dm?.id as string, group?.id as string];
  return { channels, users: [ada, bob], eve, identities: await identities(db, channels) };
}

/** Message ids with their places and authors, and how far the topics have moved. */
async function identities(db: Db, channels: string[]): Promise<string> {
  const rows = await db`
    select m.channel_id, m.seq, m.id, m.author_id, m.kind, m.created_at, m.parent_seq
      from chat.messages m where m.channel_id = any (${channels}) order by 1, 2`;
  return JSON.stringify(rows);
}

const epochs = async (db: Db, { channels }: World) => {
  const rows = await db`select id, epoch from chat.channels where id = any (${channels})`;
  return new Map(rows.map((row) => [row.id as string, row.epoch as number]));
};

/** Every table of the schema with its columns, and the rows of the world in it. */
async function rowsToEdit(db: Db, world: World) {
  const columns = await db<{ table: string; name: string; type: string }[]>`
    select c.relname as table, a.attname as name, t.typname as type
      from pg_class c join pg_attribute a on a.attrelid = c.oid join pg_type t on t.oid = a.atttypid
     where c.relnamespace = 'chat'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
     order by c.relname, a.attnum`;
  const tables = [...new Set(columns.map(({ table }) => table))].filter(
    (table) => !ELSEWHERE.includes(table),
  );
  return Promise.all(
    tables.map(async (table) => {
      const own = columns.filter((column) => column.table === table);
      const names = own.map(({ name }) => name);
      const key = ['channel_id', 'user_id', 'blocker_id', 'id'].find((name) => names.includes(name));
      if (!key) throw new Error(`unable to find rows of chat.${table}; no column says whose they are`);
      const rows = await db.unsafe<{ ctid: string }[]>(
        `select ctid::text from chat.${table} where ${key} = any ($1) order by ctid limit ${ROWS}`,
        [[...world.channels, ...world.users]],
      );
      return { table, columns: own, places: rows.map(({ ctid }) => ctid) };
    }),
  );
}

/** Runs one edit and takes it back; what it broke, or undefined when it was refused or did no harm. */
async function breachOf(db: Db, world: World, edit: string): Promise<Breach | undefined> {
  const undone = new Error('undo');
  let broken: string[] = [];
  const before = await epochs(db, world);
  await db
    .savepoint(async (step) => {
      const inner = step as unknown as Db;
      const { count } = await inner.unsafe(edit);
      if (count > 0) {
        // What is checked at the end of a transaction, is checked now.
        await inner`set constraints all immediate`;
        broken = await brokenRules(inner, world);
        if ((await identities(inner, world.channels)) !== world.identities)
          broken.push('messages keep their identity');
        for (const [id, epoch] of await epochs(inner, world)) {
          if (epoch < (before.get(id) ?? 0)) broken.push('epochs never fall');
        }
      }
      throw undone;
    })
    .catch(() => {});
  return broken.length > 0 ? { edit, broken } : undefined;
}

describe('an edit by hand', () => {
  let breaches: Breach[];
  let edits = 0;
  let start: string[];

  beforeAll(async () => {
    breaches = [];
    await rolledBack(async (db) => {
      const world = await createWorld(db);
      start = await brokenRules(db, world);
      for (const { table, columns, places } of await rowsToEdit(db, world)) {
        expect(places, `rows of ${table}`).not.toEqual([]);
        for (const ctid of places) {
          const at = `where ctid = '${ctid}'`;
          const statements = [
            // A channel goes with all that is in it, which is what somebody wants who deletes its row.
            ...(table === 'channels' ? [] : [`delete from chat.${table} ${at}`]),
            ...columns.flatMap(({ name, type }) =>
              (WISHES[type] ?? []).map(
                (wish) => `update chat.${table} set ${name} = ${wish.replace('$', name)} ${at}`,
              ),
            ),
          ];
          for (const statement of statements) {
            edits += 1;
            const breach = await breachOf(db, world, statement);
            if (breach) breaches.push(breach);
          }
        }
      }
    });
  }, 300_000);

  it('begins where every invariant holds', () => {
    expect(start).toEqual([]);
  });

  it('breaks no invariant, whatever is written into which column, and whichever row is deleted', () => {
    expect(edits).toBeGreaterThan(1000);
    expect(breaches).toEqual([]);
  });
});

describe('a row added by hand', () => {
  const refused: [string, (db: Db, world: World) => Promise<unknown>, string][] = [
    [
      'a third person in direct messages',
      (db, { channels: [, dm], eve }) =>
        db`insert into chat.channel_members (channel_id, user_id) values (${dm as string}, ${eve})`,
      'dm_is_permanent',
    ],
    [
      'somebody who is banned, as a member',
      (db, { channels: [channel], eve }) =>
        db`insert into chat.channel_members (channel_id, user_id) values (${channel as string}, ${eve})`,
      'user_banned',
    ],
    [
      'a member of a deleted channel',
      async (db, { channels: [channel], eve }) => {
        await db`update chat.channels set deleted_at = now() where id = ${channel as string}`;
        await db`insert into chat.channel_members (channel_id, user_id) values (${channel as string}, ${eve})`;
      },
      'channel_not_found',
    ],
    [
      'direct messages without their people',
      (db, { users: [ada], eve }) =>
        db`insert into chat.channels (kind, dm_key) values ('dm', ${[ada, eve].sort().join(':')})`,
      'forbidden',
    ],
    [
      'a ban in direct messages',
      (db, { channels: [, dm], users: [, bob] }) =>
        db`insert into chat.channel_bans (channel_id, user_id) values (${dm as string}, ${bob as string})`,
      'dm_is_permanent',
    ],
    [
      'a message of a stranger',
      (db, { channels: [channel], eve }) =>
        db`insert into chat.messages (channel_id, author_id, body) values (${channel as string}, ${eve}, 'hi')`,
      'not_a_member',
    ],
    [
      'a message of nobody',
      (db, { channels: [channel] }) =>
        db`insert into chat.messages (channel_id, author_id, body) values (${channel as string}, null, 'hi')`,
      'not_a_member',
    ],
    [
      'a message with reactions that nobody gave',
      (db, { channels: [channel], users: [ada] }) => db`
        insert into chat.messages (channel_id, author_id, body, reaction_counts)
        values (${channel as string}, ${ada as string}, 'hi', '{"👍": 3}')`,
      'forbidden',
    ],
    [
      'a reply to a reply',
      (db, { channels: [channel], users: [ada] }) => db`
        insert into chat.messages (channel_id, author_id, body, parent_seq)
        select channel_id, ${ada as string}, 'hi', seq from chat.messages
         where channel_id = ${channel as string} and parent_seq is not null limit 1`,
      'message_not_found',
    ],
    [
      'a message that neither the channel nor a thread shows',
      (db, { channels: [channel], users: [ada] }) => db`
        insert into chat.messages (channel_id, author_id, body, in_channel)
        values (${channel as string}, ${ada as string}, 'hi', false)`,
      'message_not_found',
    ],
    [
      'a reaction of a stranger',
      (db, { channels: [channel], eve }) => db`
        insert into chat.reactions (channel_id, seq, user_id, emoji) values (${channel as string}, 2, ${eve}, '👍')`,
      'not_a_member',
    ],
    [
      'a mention that no text makes',
      (db, { channels: [channel], users: [ada] }) => db`
        insert into chat.mentions (user_id, channel_id, seq) values (${ada as string}, ${channel as string}, 3)`,
      'forbidden',
    ],
  ];

  it.each(refused)('is refused: %s', (_name, add, code) =>
    rolledBack(async (db) => {
      const world = await createWorld(db);
      expect(await refusal(db.savepoint((step) => add(step as unknown as Db, world)))).toBe(code);
    }),
  );

  it('changes no number of changes, however far it is pushed', () =>
    rolledBack(async (db) => {
      const { channels } = await createWorld(db);
      const push = db.savepoint(
        (step) =>
          step`update chat.channel_counters set last_change = last_change + 100 where channel_id = any (${channels})`,
      );
      expect(await refusal(push)).toBe('forbidden');
    }));

  it('gets what follows from it: a message its mentions, a follower of a thread what they have not read', () =>
    rolledBack(async (db) => {
      const world = await createWorld(db);
      const [channel] = world.channels as [string];
      const [ada, bob] = world.users as [string, string];
      const [root] = await db`
        select seq::int from chat.messages where channel_id = ${channel} and reply_total > 0`;
      await db`delete from chat.thread_members where channel_id = ${channel}`;
      await db`
        insert into chat.thread_members (user_id, channel_id, root_seq, last_read_rank)
        values (${ada}, ${channel}, ${root?.seq}, 1000)`;
      const [message] = await db`
        insert into chat.messages (channel_id, author_id, body) values (${channel}, ${ada}, ${`hello @<${bob}>`})
        returning mention_ids`;
      expect(message?.mention_ids).toEqual([bob]);
      expect(await brokenRules(db, world)).toEqual([]);
    }));
});
