/** How often a password may be guessed at Auth's own door, and that nobody is locked out of their account by it. */
import { afterAll, describe, expect, it } from 'vitest';
import { createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { connect, signUp } from '../helpers/people.ts';

afterAll(() => database.end());

const HOME = '198.51.100.7';

/** What Auth is told after a try: whether it counts. */
async function attempt(db: Db, user_id: string, valid: boolean, ip: string): Promise<boolean> {
  const event = { user_id, valid, metadata: { ip_address: ip } };
  const [row] = await db`select chat_private.log_attempt(${db.json(event)}) as answer`;
  const refused = { error: { http_code: 429, message: expect.stringMatching(/^rate_limited: /) } };
  expect(row).toEqual({ answer: expect.toBeOneOf([{ decision: 'continue' }, refused]) });
  return 'decision' in (row?.answer ?? {});
}

async function guess(db: Db, user: string, tries: number, address: (n: number) => string): Promise<number> {
  let accepted = 0;
  for (let n = 0; n < tries; n += 1) accepted += Number(await attempt(db, user, false, address(n)));
  return accepted;
}

const elsewhere = (n: number) => `203.0.113.${n % 250}`;

const signInFrom = (db: Db, user: string, ip: string) => db`
  insert into auth.sessions (id, user_id, created_at, updated_at, ip)
  values (gen_random_uuid(), ${user}, now(), now(), ${ip})`;

describe('a password of somebody who is suspended', () => {
  it('is judged ten times from one address and a hundred from everywhere, as that of anybody', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      const [user] = await db`
        update auth.users set encrypted_password = extensions.crypt('right', extensions.gen_salt('bf', 4)) where id = ${ada}
        returning email`;
      const judge = (password: string, ip: string) =>
        db.savepoint(async (at) => {
          const [row] = await at`select chat.is_password(${user?.email}, ${password}, ${ip}) as answer`;
          return row?.answer as boolean;
        });
      expect(await judge('right', HOME)).toBe(true);
      for (let n = 0; n < 10; n += 1) expect(await judge('wrong', HOME)).toBe(false);
      expect(await refusal(judge('right', HOME))).toBe('rate_limited');
      for (let n = 0; n < 89; n += 1)
        expect(await judge('wrong', n === 0 ? 'unknown' : elsewhere(n))).toBe(false);
      expect(await refusal(judge('right', elsewhere(99)))).toBe('rate_limited');
      const rows = await db`select from chat.auth_log where user_id = ${ada} and event = 'sign_in_failed'`;
      expect(rows).toHaveLength(20);
    }));
});

describe('wrong passwords', () => {
  it('are ten from one address, after which not even the right one counts there', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      expect(await guess(db, ada, 15, () => HOME)).toBe(10);
      expect(await attempt(db, ada, true, HOME)).toBe(false);
      expect(await attempt(db, ada, true, '203.0.113.9')).toBe(true);
    }));

  it('count for all of a network of version 6', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      expect(await guess(db, ada, 15, (n) => `2001:db8:0:1::${n + 1}`)).toBe(10);
      expect(await attempt(db, ada, true, '2001:db8:0:2::1')).toBe(true);
    }));

  it('are forgotten with the right one', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      for (let round = 0; round < 3; round += 1) {
        expect(await guess(db, ada, 9, () => HOME)).toBe(9);
        expect(await attempt(db, ada, true, HOME)).toBe(true);
      }
    }));

  it('are a hundred from everywhere, and still let people in where they signed in before', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      await signInFrom(db, ada, HOME);
      expect(await guess(db, ada, 150, elsewhere)).toBe(100);
      expect(await attempt(db, ada, true, '192.0.2.1')).toBe(false);
      expect(await attempt(db, ada, true, HOME)).toBe(true);
    }));

  it('are forgotten everywhere with a new password', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      await guess(db, ada, 150, elsewhere);
      await db`update auth.users set encrypted_password = 'new' where id = ${ada}`;
      expect(await attempt(db, ada, true, '192.0.2.1')).toBe(true);
    }));

  it('are refused by Auth with a sentence that says when to come back, and end no session', async () => {
    const ada = await signUp();
    const signIn = (password: string) => connect().auth.signInWithPassword({ email: ada.email, password });
    const answers = [];
    for (let n = 0; n < 11; n += 1) answers.push(await signIn('Wrong1horse'));
    expect(answers.map(({ error }) => error?.status)).toEqual([...Array(10).fill(400), 429]);
    const { error } = await signIn(ada.password);
    expect(error).toMatchObject({
      status: 429,
      message: expect.stringMatching(
        /^rate_limited: unable to sign in; too many wrong passwords, try again in \d+ s$/,
      ),
    });
    expect((await ada.supabase.from('my_channels').select('id')).error).toBeNull();
  });
});
