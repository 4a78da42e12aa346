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

const unusedAddress = () => `${unused()}@example.com`;

const readdress = (db: Db, actor: string, user: string, email: string, claims = {}) =>
  asUser(db, actor, (as) => as`select chat.change_person(${user}, email => ${email})`, claims);

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

  it('changes nothing where nothing is given, and says who may change the account', () =>
    rolledBack(async (db) => {
      const [root, username] = [await createAdmin(db), unused()];
      const [ada, bob] = [await createUser(db, { username }), await createUser(db)];
      for (const actor of [root, ada])
        expect([...(await rename(db, actor, ada, null))]).toEqual([{ username }]);
      expect(await auditOf(db, ada)).toHaveLength(0);
      expect(await refusal(rename(db, bob, ada, null))).toBe('not_an_admin');
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

  it("lets an admin set and remove somebody's picture, and notes that, but not their address", () =>
    rolledBack(async (db) => {
      const [root, ada] = [await createAdmin(db), await createUser(db)];
      const picture = (actor: string, url: string) =>
        asUser(
          db,
          actor,
          (as) => as`select avatar_url from chat.change_person(${ada}, avatar_url => ${url})`,
        );
      const [set] = await picture(root, 'https://example.com/ada.png');
      expect(set).toEqual({ avatar_url: 'https://example.com/ada.png' });
      const [removed] = await picture(root, '');
      expect(removed).toEqual({ avatar_url: null });
      await picture(root, '');
      const noted = { action: 'user.picture_changed', actor_id: root, details: {} };
      expect(await auditOf(db, ada)).toMatchObject([noted, noted]);
      expect(await refusal(picture(root, 'javascript:1'))).toBe('invalid_avatar_url');
      expect(await refusal(picture(await createUser(db), ''))).toBe('not_an_admin');
      expect(await refusal(readdress(db, root, ada, unusedAddress()))).toBe('not_yourself');
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
    ['what people who are gone are called', () => 'deleted-user', 'username_taken'],
    ['one in capitals', () => 'Ada', 'invalid_username'],
    ['one that begins with a dash', () => '-ada', 'invalid_username'],
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

describe('change_person (address)', () => {
  const lookUp = async (db: Db, user: string) => {
    const [row] = await db`
      select a.email, a.email_verified_at, u.email as known, i.identity_data ->> 'email' as identity
        from chat.accounts a join auth.users u on u.id = a.user_id
        left join auth.identities i on i.user_id = u.id and i.provider = 'email'
       where a.user_id = ${user}`;
    return row;
  };

  async function namedOnly(db: Db, username = unused()) {
    const ada = randomUUID();
    const email = `${username}@users.confab.invalid`;
    await db`insert into auth.users (id, email, raw_user_meta_data) values (${ada}, ${email}, ${db.json({ username })})`;
    await db`insert into auth.identities (user_id, provider, provider_id, identity_data)
             values (${ada}, 'email', ${ada}, ${db.json({ sub: ada, email })})`;
    return ada;
  }

  it('gives somebody who had none the address at once, in small letters and not verified', () =>
    rolledBack(async (db) => {
      const [ada, email] = [await namedOnly(db), unusedAddress()];
      await readdress(db, ada, ada, ` ${email.toUpperCase()} `);
      expect(await lookUp(db, ada)).toEqual({
        email,
        email_verified_at: null,
        known: email,
        identity: email,
      });
      const next = unusedAddress();
      await readdress(db, ada, ada, next);
      expect(await lookUp(db, ada)).toMatchObject({ email: next, known: next });
    }));

  it('goes together with username and picture, or not at all', () =>
    rolledBack(async (db) => {
      const [before, after, email] = [unused(), unused(), unusedAddress()];
      const ada = await namedOnly(db, before);
      const change = (address: string) =>
        asUser(
          db,
          ada,
          (as) => as`select username from chat.change_person(${ada}, ${after}, '', ${address})`,
        );
      const bob = await createUser(db);
      expect(await refusal(change(`${bob}@example.com`))).toBe('user_already_exists');
      expect(await lookUp(db, ada)).toMatchObject({ email: null, known: `${before}@users.confab.invalid` });
      expect([...(await change(email))]).toEqual([{ username: after }]);
      expect(await lookUp(db, ada)).toMatchObject({ email, known: email });
    }));

  it('ends codes and links that are on their way to the address before', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      await db`update auth.users set recovery_token = 'r', email_change = 'next@example.com' where id = ${ada}`;
      await db`insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to)
               values (${randomUUID()}, ${ada}, 'recovery_token', 'r', 'x')`;
      await readdress(db, ada, ada, unusedAddress());
      const [user] = await db`select recovery_token, email_change from auth.users where id = ${ada}`;
      expect(user).toEqual({ recovery_token: '', email_change: '' });
      expect(await db`select from auth.one_time_tokens where user_id = ${ada}`).toHaveLength(0);
    }));

  it('leaves an address that is proven to Auth, which writes to both, and the present one as it is', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      await db`update chat.accounts set email_verified_at = now() where user_id = ${ada}`;
      expect(await refusal(readdress(db, ada, ada, unusedAddress()))).toBe('email_verified');
      expect(await refusal(readdress(db, ada, ada, `${ada}@example.com`))).toBeUndefined();
      expect(await lookUp(db, ada)).toMatchObject({ email_verified_at: expect.any(Date) });
    }));

  it.each([
    'ada',
    'ada@',
    '@example.com',
    'a b@example.com',
    'a@example.com\nb',
    `${'a'.repeat(251)}@b.co`,
    '',
  ])('refuses what is no address: %j', (email) =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      expect(await refusal(readdress(db, ada, ada, email))).toBe('invalid_input');
    }),
  );

  it("refuses the address of a username, also one's own", () =>
    rolledBack(async (db) => {
      const username = unused();
      const ada = await createUser(db, { username });
      for (const name of [username, unused()]) {
        expect(await refusal(readdress(db, ada, ada, `${name}@Users.confab.invalid`))).toBe('invalid_input');
      }
    }));

  it('refuses API keys, also for whoever made them', () =>
    rolledBack(async (db) => {
      const root = await createAdmin(db);
      expect(await refusal(readdress(db, root, root, unusedAddress(), KEY))).toBe('missing_scope');
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

  it('refuses an address that is taken, but not the present one', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db), await createUser(db)];
      const addressed = (email: string) =>
        refusal(asUser(db, ada, (as) => as`select chat.check_new_password(${ada}, email => ${email})`));
      expect(await addressed(`${bob}@Example.com`)).toBe('user_already_exists');
      expect(await addressed('ada')).toBe('invalid_input');
      for (const email of [`${ada}@example.com`, unusedAddress()])
        expect(await addressed(email)).toBeUndefined();
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
