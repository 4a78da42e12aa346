import { afterAll, describe, expect, it } from 'vitest';
import { asAnon, asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';

afterAll(() => database.end());

/** Somebody whose address waits to be verified. */
async function newcomer(db: Db) {
  const id = await createUser(db);
  const email = `${id}@example.com`;
  return {
    id,
    email,
    issue: () => issue(db, email),
    verify: (code: string | null) => verify(db, email, code),
    isVerified: async () => {
      const [row] =
        await db`select email_verified_at is not null as answer from chat.accounts where user_id = ${id}`;
      return row?.answer as boolean;
    },
  };
}

async function issue(db: Db, email: string): Promise<string | null> {
  const [row] = await db`select chat.issue_email_code(${email}) as code`;
  return row?.code;
}

async function verify(db: Db, email: string, code: string | null): Promise<boolean> {
  const [row] = await db`select chat.verify_email(${email}, ${code}) as answer`;
  return row?.answer;
}

/** Another code of six digits. */
const wrong = (code: string | null) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

describe('a code', () => {
  it('has six digits, is kept hashed and verifies its address in any case of letters', () =>
    rolledBack(async (db) => {
      const ada = await newcomer(db);
      const code = await issue(db, ada.email.toUpperCase());
      expect(code).toMatch(/^\d{6}$/);
      const [row] = await db`select code_hash from chat_private.one_time_codes where user_id = ${ada.id}`;
      expect(row?.code_hash).toMatch(/^\$2a\$08\$/);
      expect(await verify(db, ada.email.toUpperCase(), code)).toBe(true);
      expect(await ada.isVerified()).toBe(true);
    }));

  it('is deleted by its use', () =>
    rolledBack(async (db) => {
      const ada = await newcomer(db);
      const code = await ada.issue();
      expect(await ada.verify(code)).toBe(true);
      expect(await ada.verify(code)).toBe(false);
      expect(await db`select from chat_private.one_time_codes where user_id = ${ada.id}`).toHaveLength(0);
    }));

  it('may be tried five times', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await newcomer(db), await newcomer(db)];
      const [codeOfAda, codeOfBob] = [await ada.issue(), await bob.issue()];
      for (let n = 1; n <= 4; n++) {
        expect(await ada.verify(wrong(codeOfAda))).toBe(false);
        expect(await bob.verify(wrong(codeOfBob))).toBe(false);
      }
      expect(await ada.verify(codeOfAda)).toBe(true);
      expect(await bob.verify(wrong(codeOfBob))).toBe(false);
      expect(await bob.verify(codeOfBob)).toBe(false);
      expect(await bob.isVerified()).toBe(false);
    }));

  it('lives for ten minutes', () =>
    rolledBack(async (db) => {
      const ada = await newcomer(db);
      const code = await ada.issue();
      const [row] = await db`select (expires_at - now())::text as life from chat_private.one_time_codes
                             where user_id = ${ada.id}`;
      expect(row?.life).toBe('00:10:00');
      await db`update chat_private.one_time_codes set expires_at = now() where user_id = ${ada.id}`;
      expect(await ada.verify(code)).toBe(false);
    }));

  it('ends with a newer one, which may be tried five times again', () =>
    rolledBack(async (db) => {
      const ada = await newcomer(db);
      const old = await ada.issue();
      for (let n = 1; n <= 5; n++) await ada.verify(wrong(old));
      const code = await ada.issue();
      if (code !== old) expect(await ada.verify(old)).toBe(false);
      expect(await ada.verify(code)).toBe(true);
    }));

  it('proves nothing of another address', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await newcomer(db), await newcomer(db)];
      const code = await ada.issue();
      await bob.issue();
      expect(await bob.verify(code)).toBe(false);

      await db`update auth.users set email = ${`new-${ada.email}`} where id = ${ada.id}`;
      expect(await verify(db, `new-${ada.email}`, code)).toBe(false);
      expect(await ada.verify(code)).toBe(false);
      expect(await ada.isVerified()).toBe(false);
    }));

  it.each([null, '', '12345', '1234567', 'x'.repeat(10_000)])('is never %s', (code) =>
    rolledBack(async (db) => {
      const ada = await newcomer(db);
      await ada.issue();
      expect(await ada.verify(code)).toBe(false);
      expect(await verify(db, 'nobody@example.com', code)).toBe(false);
    }),
  );
});

describe('codes', () => {
  it('are made for no address that is unknown or verified', () =>
    rolledBack(async (db) => {
      const ada = await newcomer(db);
      await ada.verify(await ada.issue());
      expect(await ada.issue()).toBeNull();
      expect(await issue(db, 'nobody@example.com')).toBeNull();
    }));

  it('are made ten times an hour', () =>
    rolledBack(async (db) => {
      const ada = await newcomer(db);
      let code: string | null = null;
      for (let n = 1; n <= 10; n++) code = await ada.issue();
      expect(await ada.issue()).toBeNull();
      expect(await ada.verify(code)).toBe(true);

      const bob = await newcomer(db);
      for (let n = 1; n <= 10; n++) await bob.issue();
      await db`update chat_private.one_time_codes set issued_since = now() - interval '1 hour' where user_id = ${bob.id}`;
      expect(await bob.issue()).not.toBeNull();
      expect(await bob.issue()).not.toBeNull();
    }));

  it('are gone with the account', () =>
    rolledBack(async (db) => {
      const ada = await newcomer(db);
      await ada.issue();
      await db`delete from auth.users where id = ${ada.id}`;
      expect(await db`select from chat_private.one_time_codes where user_id = ${ada.id}`).toHaveLength(0);
    }));

  it('are nothing that a user or a visitor can make, read or try', () =>
    rolledBack(async (db) => {
      const ada = await newcomer(db);
      const attempts = [
        (as: Db) => issue(as, ada.email),
        (as: Db) => verify(as, ada.email, '123456'),
        (as: Db) => as`select from chat_private.one_time_codes`,
      ];
      for (const attempt of attempts) {
        expect(await refusal(asUser<unknown>(db, ada.id, attempt))).toBe('42501');
        expect(await refusal(asAnon<unknown>(db, attempt))).toBe('42501');
      }
    }));
});

/** Links the provider's account that has this address. */
const link = (db: Db, id: string, email: string) => db`
  insert into auth.identities (provider_id, user_id, provider, identity_data, created_at, updated_at)
  values (gen_random_uuid(), ${id}, 'google', ${db.json({ sub: id, email, email_verified: true })},
          now() - interval '1 minute', now())`;
const enroll = (db: Db, id: string, createdAt = '-1 minute') => db`
  insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, status, secret, created_at, updated_at)
  values (gen_random_uuid(), ${id}, ${createdAt}, 'totp', 'verified', 'none',
          now() + ${createdAt}::interval, now())`;
const waysIn = async (db: Db, id: string) => {
  const rows = await db`
    select identity_data ->> 'email' as way from auth.identities where user_id = ${id} and provider = 'google'
    union all select friendly_name from auth.mfa_factors where user_id = ${id}`;
  return rows.map(({ way }) => way as string);
};
const chooseNewPassword = (db: Db, email: string) =>
  db`select chat.claim_reset_token(chat.issue_reset_token(${email})::text)`;

describe('whoever registered the address of somebody else', () => {
  it('links no account with another address to it', () =>
    rolledBack(async (db) => {
      const mallory = await newcomer(db);
      const other = db.savepoint((step) => link(step, mallory.id, 'mallory@example.com'));
      expect(await refusal(other)).toBe('23001');
      await link(db, mallory.id, mallory.email);
      expect(await waysIn(db, mallory.id)).toEqual([mallory.email]);
    }));

  it('keeps no way in by changing an own account to it', () =>
    rolledBack(async (db) => {
      const mallory = await newcomer(db);
      await link(db, mallory.id, mallory.email);
      await enroll(db, mallory.id);
      const owner = `owner-${mallory.email}`;
      await db`update auth.users set email = ${owner} where id = ${mallory.id}`;
      await chooseNewPassword(db, owner);
      expect(await waysIn(db, mallory.id)).toEqual([]);
    }));

  it('keeps no way in when the owner verifies the address before choosing a password', () =>
    rolledBack(async (db) => {
      const mallory = await newcomer(db);
      await link(db, mallory.id, mallory.email);
      const owner = `owner-${mallory.email}`;
      await db`update auth.users set email = ${owner} where id = ${mallory.id}`;
      await enroll(db, mallory.id);
      expect(await verify(db, owner, await issue(db, owner))).toBe(true);
      await link(db, mallory.id, owner);
      await enroll(db, mallory.id, '1 second');
      await chooseNewPassword(db, owner);
      expect(await waysIn(db, mallory.id)).toEqual([owner, '1 second']);
    }));
});
