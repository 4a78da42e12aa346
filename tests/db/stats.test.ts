/** Figures of the platform: right, counted by one, and not more often than in five minutes. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { createAdmin } from '../helpers/admin.ts';
import { asUser, createUser, type Db, database, rolledBack } from '../helpers/database.ts';

afterAll(() => database.end());

type Stats = Record<string, Date | string>;

const read = async (db: Db, root: string): Promise<Stats> => {
  const [row] = await asUser(db, root, (as) => as`select * from chat.get_stats()`);
  return row as Stats;
};

/** What was counted before counts no more. */
const age = (db: Db, by: string) => db`update chat_private.stats set counted_at = now() - ${by}::interval`;

const grown = (before: Stats, after: Stats, name: string) => Number(after[name]) - Number(before[name]);

/** Counted afresh in this transaction alone. */
async function counted(db: Db, root: string) {
  await db`delete from chat_private.stats`;
  return read(db, root);
}

describe('get_stats', () => {
  it('counts people, channels and messages', () =>
    rolledBack(async (db) => {
      // Other tests count as well.
      await db`set transaction isolation level repeatable read`;
      const root = await createAdmin(db);
      const before = await counted(db, root);
      const [ada, bob] = [await createUser(db), await createUser(db)];
      await db`update chat.accounts set created_at = now() - interval '8 days' where user_id = ${bob}`;
      await db`update auth.users set last_sign_in_at = now() - interval '29 days' where id = ${ada}`;
      await db`update auth.users set last_sign_in_at = now() - interval '31 days' where id = ${bob}`;
      const make = (kind: string) =>
        asUser(db, ada, (as) => as`select id from chat.create_channel(${`s-${randomUUID()}`}, ${kind})`);
      await make('public');
      const [deleted] = await make('public');
      await asUser(db, ada, (as) => as`select chat.delete_channel(${deleted?.id})`);
      await make('private');
      const [group] = await asUser(db, ada, (as) => as`select id from chat.create_group(${[bob]})`);
      await asUser(db, ada, (as) => as`select chat.open_dm(${bob})`);
      await asUser(db, ada, (as) => as`select chat.send_message(${group?.id}, 'one')`);
      const after = await counted(db, root);
      expect(grown(before, after, 'users')).toBe(2);
      expect(grown(before, after, 'active_users')).toBe(1);
      expect(grown(before, after, 'new_users')).toBe(1);
      expect(grown(before, after, 'public_channels')).toBe(1);
      expect(grown(before, after, 'private_channels')).toBe(2);
      // Three channels say that they were created.
      expect(grown(before, after, 'messages')).toBe(4);
      expect(grown(before, after, 'messages_today')).toBe(4);
    }));

  it('counts no more than once in five minutes', () =>
    rolledBack(async (db) => {
      const root = await createAdmin(db);
      const before = await counted(db, root);
      await createUser(db);
      await age(db, '4 minutes 59 seconds');
      expect(grown(before, await read(db, root), 'users')).toBe(0);
      await age(db, '5 minutes 1 second');
      expect(grown(before, await read(db, root), 'users')).toBeGreaterThanOrEqual(1);
    }));

  it('tells what was counted last while somebody else counts', () =>
    rolledBack(async (db) => {
      const root = await createAdmin(db);
      await db`delete from chat_private.stats`;
      await db`insert into chat_private.stats select * from chat_private.count_stats()`;
      await age(db, '1 hour');
      const [row] = await db`select counted_at from chat_private.stats`;
      // Of another connection, as somebody who counts would be.
      await database.begin(async (other) => {
        await other`select pg_advisory_xact_lock(hashtext('chat_private.stats'))`;
        expect((await read(db, root)).counted_at).toEqual(row?.counted_at);
      });
    }));

  it('counts for whoever may only read, and keeps nothing of it', () =>
    rolledBack(async (db) => {
      const root = await createAdmin(db);
      await db`delete from chat_private.stats`;
      const [row] = await asUser(db, root, async (as) => {
        // As the gate does for an API key without the scope for writing.
        await as`set local transaction_read_only = on`;
        return as`select users::int from chat.get_stats()`;
      });
      expect(row?.users).toBeGreaterThan(0);
      expect(await db`select from chat_private.stats`).toHaveLength(0);
    }));

  it('adds what is stored and takes away what is removed, whatever the bucket', () =>
    rolledBack(async (db) => {
      const bytes = async () => {
        // This connection's, so that no other test counts in it.
        const [row] = await db`
          select bytes::int as n from chat_private.storage_counters where shard = pg_backend_pid() % 16 for update`;
        return row?.n as number;
      };
      const before = await bytes();
      const name = `${randomUUID()}/${randomUUID()}`;
      await db`insert into storage.objects (bucket_id, name, metadata) values ('avatars', ${name}, '{"size": 1000}')`;
      expect((await bytes()) - before).toBe(1000);
      await db`update storage.objects set metadata = '{"size": 300}' where name = ${name}`;
      expect((await bytes()) - before).toBe(300);
      await db`select set_config('storage.allow_delete_query', 'true', true)`;
      await db`delete from storage.objects where name = ${name}`;
      expect(await bytes()).toBe(before);
    }));
});

describe('get_metrics', () => {
  it('counts clients that beat and messages of the last minute', () =>
    rolledBack(async (db) => {
      const [root, ada] = [await createAdmin(db), await createUser(db)];
      const metrics = async () => {
        const [row] = await asUser(db, root, (as) => as`select * from chat.get_metrics()`);
        return row as Record<string, string>;
      };
      const before = await metrics();
      await asUser(db, ada, (as) => as`select chat.heartbeat()`);
      const [dm] = await asUser(db, ada, (as) => as`select id from chat.open_dm(${root})`);
      await asUser(db, ada, (as) => as`select chat.send_message(${dm?.id}, 'one')`);
      const after = await metrics();
      expect(Number(after.active_connections)).toBeGreaterThanOrEqual(1);
      expect(Number(after.total_messages)).toBeGreaterThan(Number(before.total_messages));
      expect(Number(after.messages_per_second)).toBeGreaterThan(0);
    }));
});
