/** Rate limits: exact counts, what a client is told, and what they leave behind. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';

afterAll(() => database.end());

/** A bucket of its own, `burst` per `period`. */
async function rule(db: Db, burst: number, period: string): Promise<string> {
  const bucket = `b${randomUUID().replaceAll('-', '_')}`;
  await db`insert into chat_private.rate_limit_rules (bucket, burst, period) values (${bucket}, ${burst}, ${period})`;
  return bucket;
}

const take = (db: Db, bucket: string, key: string) =>
  refusal(db.savepoint((step) => step`select chat_private.take_token(${bucket}, ${key})`));

/** As if the last token had been taken so much earlier. */
const turnBack = (db: Db, bucket: string, time: string) =>
  db`update chat_private.rate_limit_states set full_at = full_at - ${time}::interval where bucket = ${bucket}`;

describe('a rate limit', () => {
  it('lets exactly its burst through at once, and then one more per share of the period', () =>
    rolledBack(async (db) => {
      const bucket = await rule(db, 6, '1 hour');
      for (let call = 1; call <= 6; call += 1) expect(await take(db, bucket, 'ada')).toBeUndefined();
      expect(await take(db, bucket, 'ada')).toBe('rate_limited');
      await turnBack(db, bucket, '10 minutes');
      expect(await take(db, bucket, 'ada')).toBeUndefined();
      expect(await take(db, bucket, 'ada')).toBe('rate_limited');
      await turnBack(db, bucket, '3 days');
      for (let call = 1; call <= 6; call += 1) expect(await take(db, bucket, 'ada')).toBeUndefined();
      expect(await take(db, bucket, 'ada')).toBe('rate_limited');
    }));

  it('counts each person and each bucket apart', () =>
    rolledBack(async (db) => {
      const [one, other] = [await rule(db, 1, '1 hour'), await rule(db, 1, '1 hour')];
      const [ada, bob] = [await createUser(db), await createUser(db)];
      const asks = (user: string, bucket: string) =>
        refusal(asUser(db, user, (as) => as`select chat_private.take_token(${bucket})`));
      expect(await asks(ada, one)).toBeUndefined();
      expect(await asks(ada, one)).toBe('rate_limited');
      expect(await asks(bob, one)).toBeUndefined();
      expect(await asks(ada, other)).toBeUndefined();
    }));

  it('does not count a call that fails afterwards', () =>
    rolledBack(async (db) => {
      const bucket = await rule(db, 1, '1 hour');
      const failing = db.savepoint(async (step) => {
        await step`select chat_private.take_token(${bucket}, 'ada')`;
        await step`select 1 / 0`;
      });
      expect(await refusal(failing)).toBe('22012');
      expect(await take(db, bucket, 'ada')).toBeUndefined();
    }));

  it('without a rule does not exist, and leaves nothing behind', () =>
    rolledBack(async (db) => {
      for (let call = 1; call <= 50; call += 1) expect(await take(db, 'no_such_rule', 'ada')).toBeUndefined();
      const rows = await db`select from chat_private.rate_limit_states where bucket = 'no_such_rule'`;
      expect(rows).toHaveLength(0);
    }));

  it('made stricter counts at once and locks nobody out for longer than its period', () =>
    rolledBack(async (db) => {
      const bucket = await rule(db, 1, '10 days');
      expect(await take(db, bucket, 'ada')).toBeUndefined();
      await db`update chat_private.rate_limit_rules set period = '10 seconds' where bucket = ${bucket}`;
      const error = await db
        .savepoint((step) => step`select chat_private.take_token(${bucket}, 'ada')`)
        .catch((caught: Error) => caught);
      expect(JSON.parse((error as Error).message)).toMatchObject({
        code: 'rate_limited',
        details: 'Retry-After: 10',
      });
    }));

  it('stays exact when calls come at once', async () => {
    const bucket = await rule(database as unknown as Db, 10, '1 hour');
    try {
      const calls = Array.from(
        { length: 40 },
        () => database`select chat_private.take_token(${bucket}, 'ada')`,
      );
      const refusals = await Promise.all(calls.map(refusal));
      expect(refusals.filter((code) => code === undefined)).toHaveLength(10);
      expect(refusals.filter((code) => code === 'rate_limited')).toHaveLength(30);
    } finally {
      await database`delete from chat_private.rate_limit_rules where bucket = ${bucket}`;
      await database`delete from chat_private.rate_limit_states where bucket = ${bucket}`;
    }
  });

  it('of what takes long is asked first, without waiting for who has just taken a token', async () => {
    const bucket = await rule(database as unknown as Db, 2, '1 hour');
    const asks = () => refusal(database`select chat_private.require_token(${bucket}, 'ada')`);
    try {
      await database`select chat_private.take_token(${bucket}, 'ada')`;
      await database.begin(async (db) => {
        await db`select chat_private.take_token(${bucket}, 'ada')`;
        expect(await asks()).toBeUndefined();
      });
      expect(await asks()).toBe('rate_limited');
    } finally {
      await database`delete from chat_private.rate_limit_rules where bucket = ${bucket}`;
      await database`delete from chat_private.rate_limit_states where bucket = ${bucket}`;
    }
  });

  it('of searches makes those of one person wait for each other no sooner than at their end', async () => {
    const ada = await database.begin((db) => createUser(db as unknown as Db));
    const search = (db: Db, query: string) =>
      refusal(asUser(db, ada, (as) => as`select chat.search_messages(${query})`));
    await database.begin(async (db) => {
      expect(await search(db as unknown as Db, 'first')).toBeUndefined();
      await rolledBack(async (other) => {
        await other`set local lock_timeout = '2s'`;
        expect(await search(other, '"')).toBe('invalid_search');
      });
    });
  });

  it('forgets buckets that are full again', () =>
    rolledBack(async (db) => {
      const bucket = await rule(db, 2, '1 hour');
      await take(db, bucket, 'ada');
      await take(db, bucket, 'bob');
      await db`update chat_private.rate_limit_states set full_at = now() - interval '1 s'
                where bucket = ${bucket} and key = 'ada'`;
      await db`select chat_private.prune_rate_limits()`;
      expect(await db`select key from chat_private.rate_limit_states where bucket = ${bucket}`).toEqual([
        { key: 'bob' },
      ]);
    }));
});

it('every rule is one that a function counts, or the HTTP API', async () => {
  const rows = await database`
    select r.bucket from chat_private.rate_limit_rules r where r.bucket !~ '^api' and not exists (
      select from pg_proc p where p.pronamespace in ('chat'::regnamespace, 'chat_private'::regnamespace)
        and strpos(p.prosrc, format('take_token(%L', r.bucket)) > 0)`;
  expect(rows).toEqual([]);
});
