/** The lists of platform admins: every account is in exactly one page, and the count says how many there are. */
import { randomUUID } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { pagesTouched } from '../helpers/pages.ts';

afterAll(() => database.end());

/** An admin, and five people whose usernames begin alike; the second is suspended, the last an admin. */
async function createPeople(db: Db) {
  const prefix = `u${randomUUID().slice(0, 8)}`;
  const root = await createUser(db);
  const people: string[] = [];
  for (const letter of 'abcde') people.push(await createUser(db, { username: `${prefix}${letter}` }));
  await db`update chat.accounts set role = 'admin' where user_id in (${root}, ${people[4] as string})`;
  await db`update chat.accounts set suspended_at = now() where user_id = ${people[1] as string}`;
  const list = (options: { skip?: number; size?: number; role?: string; suspended?: boolean }) =>
    asUser(db, root, async (as) => {
      const { skip = 0, size = 50, role = null, suspended = null } = options;
      const rows =
        await as`select right(username, 1) as letter from chat.list_accounts(${prefix}, ${role}, ${suspended},
                              page_size => ${size}, skip => ${skip})`;
      return rows.map((row) => row.letter).join('');
    });
  const count = (role: string | null, suspended: boolean | null) =>
    asUser(db, root, async (as) => {
      const [row] = await as`select chat.count_accounts(${prefix}, ${role}, ${suspended})::int as n`;
      return row?.n;
    });
  return { root, list, count };
}

it('an admin pages through accounts by number, and is told how many there are', () =>
  rolledBack(async (db) => {
    const { list, count } = await createPeople(db);
    expect([
      await list({ size: 2 }),
      await list({ size: 2, skip: 2 }),
      await list({ size: 2, skip: 4 }),
    ]).toEqual(['ab', 'cd', 'e']);
    expect(await list({ skip: 5 })).toBe('');
    expect(await count(null, null)).toBe(5);
    expect([await list({ role: 'admin' }), await count('admin', null)]).toEqual(['e', 1]);
    expect([await list({ role: 'user', suspended: false }), await count('user', false)]).toEqual(['acd', 3]);
    expect([await list({ suspended: true }), await count(null, true)]).toEqual(['b', 1]);
  }));

it('an admin finds accounts by words of the name and by any part of the address', () =>
  rolledBack(async (db) => {
    const { root } = await createPeople(db);
    const [word, host] = [`zy${randomUUID().replaceAll('-', '')}`, `${randomUUID().slice(0, 13)}.example`];
    const id = await createUser(db, { name: `Ada Maria ${word}` });
    await db`update chat.accounts set email = ${`ada@${host}`} where user_id = ${id}`;
    const find = (query: string) =>
      asUser(db, root, async (as) => {
        const rows = await as`select id from chat.list_accounts(${query})`;
        const [total] = await as`select chat.count_accounts(${query})::int as n`;
        expect(total?.n).toBe(rows.length);
        return rows.map((row) => row.id);
      });
    for (const query of [word, word.slice(0, 20), `maria ${word}`, host, host.slice(2), `ADA@${host}`])
      expect(await find(query), query).toEqual([id]);
    for (const query of [`${word}x`, `%${host.slice(5)}`, `'; select 1; --${word}`, '@@@@@'])
      expect(await find(query), query).toEqual([]);
  }));

it.each([-1, 100_001])('an admin cannot skip %i accounts', (skip) =>
  rolledBack(async (db) => {
    const { list } = await createPeople(db);
    expect(await refusal(list({ skip }))).toBe('invalid_input');
  }),
);

it('a page far down costs what it shows and not what it skips', () =>
  rolledBack(async (db) => {
    const { root } = await createPeople(db);
    await db`insert into auth.users (id, email)
             select gen_random_uuid(), gen_random_uuid() || '@example.com' from generate_series(1, 300)`;
    const cost = (skip: number) =>
      asUser(db, root, (as) =>
        pagesTouched(
          as,
          (explain) => as`${explain} select * from chat.list_accounts(page_size => 10, skip => ${skip})`,
        ),
      );
    expect((await cost(290)) - (await cost(0))).toBeLessThan(290 * 2);
  }));
