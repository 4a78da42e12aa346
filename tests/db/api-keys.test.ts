/** API keys: shown once, kept as a hash, ended for good. */
import { createHash, randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { auditOf, createAdmin, signUpAdmin } from '../helpers/admin.ts';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { stack } from '../helpers/stack.ts';

afterAll(() => database.end());

interface Created {
  id: string;
  secret: string;
}

async function createKey(db: Db, user: string, scopes = ['read']): Promise<Created> {
  const [key] = await asUser(
    db,
    user,
    (as) => as<Created[]>`select * from chat.create_api_key('Importer', ${scopes})`,
  );
  return key as Created;
}

const check = (db: Db, secret: string) =>
  db`select id, created_by, scopes from chat_private.check_api_key(${secret})`;

describe('an API key', () => {
  it('is shown to the admin once and kept as a hash', () =>
    rolledBack(async (db) => {
      const root = await createAdmin(db);
      const { id, secret } = await createKey(db, root, ['write', 'read', 'write']);
      expect(secret).toMatch(/^confab_[0-9a-f]{64}$/);
      const [row] = await db`select * from chat.api_keys where id = ${id}`;
      expect(row).toMatchObject({
        name: 'Importer',
        prefix: secret.slice(0, 15),
        hash: createHash('sha256').update(secret).digest(),
        scopes: ['read', 'write'],
        created_by: root,
      });
      expect(JSON.stringify(await auditOf(db, id))).not.toContain(secret);
      expect(await check(db, secret)).toEqual([{ id, created_by: root, scopes: ['read', 'write'] }]);
    }));

  it('counts no more once it is revoked, also by hand, and never again', () =>
    rolledBack(async (db) => {
      const root = await createAdmin(db);
      const [one, two] = [await createKey(db, root), await createKey(db, root)];
      await asUser(db, root, (as) => as`select chat.revoke_api_key(${one.id})`);
      await asUser(db, root, (as) => as`select chat.revoke_api_key(${one.id})`);
      await db`update chat.api_keys set revoked_at = now() where id = ${two.id}`;
      expect([...(await check(db, one.secret)), ...(await check(db, two.secret))]).toEqual([]);
      const revival = db.savepoint(
        (step) => step`update chat.api_keys set revoked_at = null where id = ${one.id}`,
      );
      expect(await refusal(revival)).toBe('23001');
      expect((await auditOf(db, one.id)).map(({ action }) => action)).toEqual([
        'api_key.created',
        'api_key.revoked',
      ]);
    }));

  it('ends with its time, and with its maker', () =>
    rolledBack(async (db) => {
      const [root, other, third] = [await createAdmin(db), await createAdmin(db), await createAdmin(db)];
      const [late, suspended, demoted, gone] = [
        await createKey(db, root),
        await createKey(db, other),
        await createKey(db, third),
        await createKey(db, third),
      ];
      await db`update chat.api_keys set expires_at = now() where id = ${late.id}`;
      await db`update chat.accounts set suspended_at = now() where user_id = ${other}`;
      await db`update chat.accounts set role = 'user' where user_id = ${third}`;
      for (const { secret } of [late, suspended, demoted]) expect(await check(db, secret)).toEqual([]);
      await db`delete from auth.users where id = ${third}`;
      expect(await check(db, gone.secret)).toEqual([]);
    }));

  it('that is none says nothing, and use is noted to the minute', () =>
    rolledBack(async (db) => {
      const root = await createAdmin(db);
      const { id, secret } = await createKey(db, root);
      expect(await check(db, `${secret}0`)).toEqual([]);
      expect(await check(db, '')).toEqual([]);
      const used = () =>
        db`select last_used_at is not null as is_used, xmin::text from chat.api_keys where id = ${id}`;
      expect(await used()).toMatchObject([{ is_used: false }]);
      await check(db, secret);
      expect(await used()).toMatchObject([{ is_used: true }]);
    }));

  it('is made, listed and revoked by admins only, with a good name, scopes and end', () =>
    rolledBack(async (db) => {
      const [root, ada] = [await createAdmin(db), await createUser(db)];
      const tries = (user: string, call: string) =>
        refusal(asUser(db, user, (as) => as.unsafe(`select ${call}`)));
      expect(await tries(ada, `chat.create_api_key('mine')`)).toBe('not_an_admin');
      expect(await tries(ada, 'chat.list_api_keys()')).toBe('not_an_admin');
      expect(await tries(ada, `chat.revoke_api_key('${randomUUID()}')`)).toBe('not_an_admin');
      expect(await tries(root, `chat.revoke_api_key('${randomUUID()}')`)).toBe('api_key_not_found');
      for (const name of ['null', `''`, `' '`, `repeat('x', 81)`, `E'a\\u200bb'`]) {
        expect(await tries(root, `chat.create_api_key(${name})`), name).toBe('invalid_name');
      }
      for (const scopes of ['null', `'{}'`, `'{read,all}'`, `'{NULL}'`]) {
        expect(await tries(root, `chat.create_api_key('k', ${scopes})`), scopes).toBe('invalid_scopes');
      }
      expect(await tries(root, `chat.create_api_key('k', '{read}', now())`)).toBe('invalid_time');
      const [row] = await db`select count(*)::integer as keys from chat.api_keys where created_by = ${root}`;
      expect(row?.keys).toBe(0);
    }));

  it('is listed without its hash, newest first and page by page', () =>
    rolledBack(async (db) => {
      const root = await createAdmin(db);
      const [one, two] = [await createKey(db, root), await createKey(db, root)];
      const list = (args: string) =>
        asUser(db, root, (as) => as.unsafe<{ id: string }[]>(`select * from chat.list_api_keys(${args})`));
      const [newest] = await list('page_size => 1');
      expect(newest?.id).toBe(two.id);
      expect(Object.keys(newest ?? {})).not.toContain('hash');
      const [next] = await list(`before_id => '${two.id}', page_size => 1`);
      expect(next?.id).toBe(one.id);
      expect(await refusal(asUser(db, root, (as) => as`select hash from chat.api_keys`))).toBe('42501');
    }));
});

describe('making keys over HTTP', () => {
  it('is limited, with the time to wait in the header and in the body', async () => {
    const root = await signUpAdmin();
    await database`
      insert into chat_private.rate_limit_states (bucket, key, full_at)
      select bucket, ${root.id}, now() + period from chat_private.rate_limit_rules where bucket = 'create_api_key'`;
    const answer = await fetch(`${stack.apiUrl}/rest/v1/rpc/create_api_key`, {
      method: 'POST',
      headers: {
        apikey: stack.publishableKey,
        authorization: `Bearer ${root.token}`,
        'content-type': 'application/json',
        'content-profile': 'chat',
      },
      body: '{"name":"Importer"}',
    });
    expect(answer.status).toBe(429);
    const seconds = Number(answer.headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(59);
    expect(seconds).toBeLessThanOrEqual(61);
    expect(await answer.json()).toMatchObject({ code: 'rate_limited', details: `Retry-After: ${seconds}` });
  });
});
