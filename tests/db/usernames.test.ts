/** Who changes what an account signs in with. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { auditOf, createAdmin } from '../helpers/admin.ts';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';

afterAll(() => database.end());

const unused = () => `u${randomUUID().slice(0, 8)}`;
const KEY = { api_key_id: randomUUID() };

const rename = (db: Db, actor: string, user: string, username: string | null) =>
  asUser(db, actor, (as) => as`select username from chat.change_person(${user}, ${username})`);

const check = (db: Db, actor: string, user: string, username: string | null = null, claims = {}) =>
  asUser(db, actor, (as) => as`select username from chat.check_new_password(${user}, ${username})`, claims);

describe('change_person', () => {
  it('gives the caller another username, which nobody else notes', () =>
    rolledBack(async (db) => {
      const [ada, username] = [await createUser(db), unused()];
      expect([...(await rename(db, ada, ada, username))]).toEqual([{ username }]);
      expect(await auditOf(db, ada)).toHaveLength(0);
    }));

  it('sets their picture with it or not at all', () =>
    rolledBack(async (db) => {
      const [ada, taken, username] = [await createUser(db), unused(), unused()];
      await createUser(db, { username: taken });
      const url = 'https://example.com/ada.png';
      const change = (name: string | null, picture: string) =>
        asUser(
          db,
          ada,
          (as) => as`select username, avatar_url from chat.change_person(${ada}, ${name}, ${picture})`,
        );
      expect(await refusal(change(taken, url))).toBe('username_taken');
      expect(await refusal(change(username, 'javascript:1'))).toBe('invalid_avatar_url');
      const [row] = await db`select avatar_url from chat.profiles where id = ${ada}`;
      expect(row).toEqual({ avatar_url: null });
      expect([...(await change(username, url))]).toEqual([{ username, avatar_url: url }]);
      expect([...(await change(null, ''))]).toEqual([{ username, avatar_url: null }]);
    }));

  it("lets an admin change somebody's, and notes who did it", () =>
    rolledBack(async (db) => {
      const [root, before, after] = [await createAdmin(db), unused(), unused()];
      const ada = await createUser(db, { username: before });
      await rename(db, root, ada, after);
      expect(await auditOf(db, ada)).toMatchObject([
        { action: 'user.renamed', actor_id: root, details: { from: before, to: after } },
      ]);
      await rename(db, root, ada, after);
      expect(await auditOf(db, ada)).toHaveLength(1);
    }));

  it('takes the address of a username along, so that its owner signs in by the new one', () =>
    rolledBack(async (db) => {
      const [root, before, after] = [await createAdmin(db), unused(), unused()];
      const ada = randomUUID();
      await db`insert into auth.users (id, email, raw_user_meta_data)
               values (${ada}, ${`${before}@users.confab.invalid`}, ${db.json({ username: before })})`;
      await rename(db, root, ada, after);
      const [user] = await db`select email from auth.users where id = ${ada}`;
      expect(user?.email).toBe(`${after}@users.confab.invalid`);
    }));

  it.each([
    [
      'a taken one',
      async (db: Db) => {
        const username = unused();
        await createUser(db, { username });
        return username;
      },
      'username_taken',
    ],
    ['one that means everyone', () => 'here', 'username_taken'],
    ['one in capitals', () => 'Ada', 'invalid_username'],
    ['none', () => null, 'invalid_username'],
  ] as const)('refuses %s, to oneself and to admins', (_name, choose, code) =>
    rolledBack(async (db) => {
      const [root, ada, username] = [await createAdmin(db), await createUser(db), await choose(db)];
      for (const actor of [root, ada]) expect(await refusal(rename(db, actor, ada, username))).toBe(code);
    }),
  );

  it('says that there is nobody before it says that the caller is no admin', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db), await createUser(db)];
      expect(await refusal(rename(db, ada, randomUUID(), unused()))).toBe('user_not_found');
      expect(await refusal(rename(db, ada, bob, unused()))).toBe('not_an_admin');
    }));
});

describe('check_new_password', () => {
  it('lets a person set their own, and changes nothing', () =>
    rolledBack(async (db) => {
      const [before, after] = [unused(), unused()];
      const ada = await createUser(db, { username: before });
      expect([...(await check(db, ada, ada, after))]).toEqual([{ username: before }]);
    }));

  it('refuses others, admins and API keys as well', () =>
    rolledBack(async (db) => {
      const [root, ada] = [await createAdmin(db), await createUser(db)];
      expect(await refusal(check(db, root, ada))).toBe('not_yourself');
      expect(await refusal(check(db, root, root, null, KEY))).toBe('missing_scope');
      expect(await refusal(check(db, ada, randomUUID()))).toBe('user_not_found');
    }));

  it('refuses a picture that is none', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      const pictured = (url: string) =>
        refusal(asUser(db, ada, (as) => as`select chat.check_new_password(${ada}, avatar_url => ${url})`));
      expect(await pictured('javascript:1')).toBe('invalid_avatar_url');
      expect(await pictured('')).toBeUndefined();
    }));

  it('refuses a username that cannot be had, but not the present one', () =>
    rolledBack(async (db) => {
      const [taken, own] = [unused(), unused()];
      await createUser(db, { username: taken });
      const ada = await createUser(db, { username: own });
      expect(await refusal(check(db, ada, ada, taken))).toBe('username_taken');
      expect(await refusal(check(db, ada, ada, 'A b'))).toBe('invalid_username');
      expect(await refusal(check(db, ada, ada, own))).toBeUndefined();
    }));
});
