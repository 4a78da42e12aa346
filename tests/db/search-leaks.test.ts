/** Search runs above row-level security; here is shown that it tells nothing of what the caller may not read. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { pagesTouched } from '../helpers/pages.ts';

afterAll(() => database.end());

const search = (db: Db, user: string, query: string, options: { channel?: string; cursor?: string } = {}) =>
  asUser(
    db,
    user,
    (as) => as`
      select to_jsonb(h) as hit from chat.search_messages(${query}, channel_id => ${options.channel ?? null},
        cursor => ${options.cursor ?? null}, page_size => 1) h`,
  );

const channelOf = (db: Db, user: string, slug: string, kind: 'public' | 'private' = 'private') =>
  asUser(
    db,
    user,
    async (as) => (await as`select id from chat.create_channel(${slug}, ${kind})`)[0]?.id as string,
  );

const say = (db: Db, user: string, channel: string, body: string) =>
  asUser(db, user, (as) => as`select chat.send_message(${channel}, ${body})`);

/** Ada talks in a private channel, a public one and with Bob; Eve is in none of them and has a channel of her own. */
async function world(db: Db) {
  const key = crypto.randomUUID().slice(0, 8);
  const [ada, bob, eve] = [
    await createUser(db, { username: `ada-${key}` }),
    await createUser(db, { username: `bob-${key}` }),
    await createUser(db, { username: `eve-${key}` }),
  ];
  const secret = await channelOf(db, ada, `secret-${key}`);
  const open = await channelOf(db, ada, `open-${key}`, 'public');
  const own = await channelOf(db, eve, `own-${key}`);
  const [dm] = await asUser(db, ada, (as) => as`select id from chat.open_dm(${bob})`);
  for (const channel of [secret, open, dm?.id]) await say(db, ada, channel, 'the treasure lies here');
  await say(db, eve, own, 'where is the treasure');
  return { key, ada, bob, eve, secret, open, own };
}

describe('somebody else', () => {
  it('gets hits and totals of their own channels only', () =>
    rolledBack(async (db) => {
      const { eve } = await world(db);
      const rows = await search(db, eve, 'treasure');
      expect(
        rows.map(({ hit }) => [hit.message.body, hit.total, hit.is_total_exact, hit.next_cursor]),
      ).toEqual([['where is the treasure', 1, true, null]]);
      expect(await search(db, eve, 'lies')).toHaveLength(0);
      expect(await search(db, eve, 'treasure lies')).toHaveLength(0);
      expect(await search(db, eve, 'treas* -where')).toHaveLength(0);
    }));

  it('is told the same of a foreign channel as of one that does not exist', () =>
    rolledBack(async (db) => {
      const { eve, secret, key } = await world(db);
      expect(await refusal(search(db, eve, 'treasure', { channel: secret }))).toBe('channel_not_found');
      expect(await refusal(search(db, eve, 'treasure', { channel: crypto.randomUUID() }))).toBe(
        'channel_not_found',
      );
      for (const name of [`#secret-${key}`, secret, '#no-such-channel', `@ada-${key}`, '@nobody-at-all']) {
        expect(await search(db, eve, `treasure in:${name}`)).toHaveLength(0);
        expect(await search(db, eve, `treasure -in:${name}`)).toHaveLength(1);
      }
      for (const name of [`@ada-${key}`, '@nobody-at-all']) {
        expect(await search(db, eve, `treasure from:${name}`)).toHaveLength(0);
      }
    }));

  it('finds nothing in a public channel before joining it and after leaving it', () =>
    rolledBack(async (db) => {
      const { eve, open } = await world(db);
      expect(await refusal(search(db, eve, 'lies', { channel: open }))).toBe('not_a_member');
      expect(await search(db, eve, 'lies')).toHaveLength(0);
      await asUser(db, eve, (as) => as`select chat.join_channel(${open})`);
      expect(await search(db, eve, 'lies')).toHaveLength(1);
      await asUser(db, eve, (as) => as`select chat.leave_channel(${open})`);
      expect(await search(db, eve, 'lies')).toHaveLength(0);
    }));

  it('cannot go on with the cursor of somebody who may read, nor make one up', () =>
    rolledBack(async (db) => {
      const { ada, eve, secret } = await world(db);
      const [first] = await search(db, ada, 'treasure');
      const cursor = first?.hit.next_cursor as string;
      expect(cursor).toBeTruthy();
      const bodies = (await search(db, eve, 'treasure', { cursor })).map(({ hit }) => hit.message.body);
      expect(bodies).not.toContain('the treasure lies here');
      const made = `(infinity,${secret},9223372036854775807,0,infinity,5,t)`;
      const rows = await search(db, eve, 'treasure', { cursor: made });
      expect(rows.map(({ hit }) => hit.message.body)).toEqual(['where is the treasure']);
    }));

  it('cannot read, call or fill what search is made of', () =>
    rolledBack(async (db) => {
      const { eve } = await world(db);
      const tries = [
        (as: Db) => as`select * from chat_private.message_search`,
        (as: Db) =>
          as`insert into chat_private.message_search (channel_id, created_at, seq, terms) values (gen_random_uuid(), now(), 1, '')`,
        (as: Db) => as`select * from chat_private.gather_hits(null, null, 1, 1)`,
        (as: Db) => as`select * from chat_private.walk_hits(null, null, 1, 1)`,
        (as: Db) => as`select * from chat_private.read_search('x', null, null)`,
      ];
      for (const attempt of tries) expect(await refusal(asUser(db, eve, attempt))).toBe('42501');
    }));

  it('finds no foreign private channel by name, and a deleted or suspended person not at all', () =>
    rolledBack(async (db) => {
      const { ada, bob, eve, key } = await world(db);
      const channels = (user: string) =>
        asUser(db, user, async (as) =>
          (await as`select slug from chat.search_channels(${key})`).map((row) => row.slug).sort(),
        );
      expect(await channels(eve)).toEqual([`open-${key}`, `own-${key}`]);
      expect(await channels(ada)).toEqual([`open-${key}`, `secret-${key}`]);
      const users = () =>
        asUser(db, eve, async (as) =>
          (await as`select username from chat.search_users(${key})`).map((row) => row.username),
        );
      expect(await users()).toContain(`bob-${key}`);
      await db`update chat.accounts set suspended_at = now() where user_id = ${bob}`;
      expect(await users()).not.toContain(`bob-${key}`);
    }));
});

/**
 * What Postgres touches to answer is the same whether a word is nowhere or common in channels of others. Pages
 * touched say it without a clock; others who write at the same time only ever add some, so the fewest of a few tries count.
 */
describe('the work of a search', () => {
  const pages: { nowhere: number; foreign: number }[] = [];

  beforeAll(() =>
    rolledBack(async (db) => {
      const { ada, eve, secret, key } = await world(db);
      await asUser(
        db,
        ada,
        (as) => as`select chat.send_message(${secret}, 'foreignword ' || n) from generate_series(1, 3000) n`,
      );
      const touched = (query: string) =>
        asUser(db, eve, (as) =>
          pagesTouched(as, (explain) => as`${explain} select * from chat.search_messages(${query})`),
        );
      const both = async () => {
        const fewest = { nowhere: Number.POSITIVE_INFINITY, foreign: Number.POSITIVE_INFINITY };
        for (let n = 0; n < 5; n += 1) {
          fewest.nowhere = Math.min(fewest.nowhere, await touched('nowhereword'));
          fewest.foreign = Math.min(fewest.foreign, await touched('foreignword'));
        }
        return fewest;
      };
      pages.push(await both());
      for (let n = 0; n < 9; n += 1) await channelOf(db, eve, `own-${n}-${key}`);
      pages.push(await both());
    }),
  );

  it.each([
    ['one channel', 0],
    ['ten channels', 1],
  ])('of %s does not grow with hits that the caller may not read', (_name, n) => {
    const { nowhere, foreign } = pages[n] ?? { nowhere: 0, foreign: Number.NaN };
    expect(Math.abs(foreign - nowhere)).toBeLessThanOrEqual(3);
  });
});
