/** What admins did, and what happened to accounts: written with the act, changed by nobody. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { createAdmin } from '../helpers/admin.ts';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { connect, signUp } from '../helpers/people.ts';

afterAll(() => database.end());

interface Entry {
  id: string;
  action: string;
  actor_id: string | null;
  target_id: string | null;
  details: Record<string, unknown>;
}

const log = (db: Db, user: string, args: string) =>
  asUser(db, user, (as) => as.unsafe<Entry[]>(`select * from chat.list_audit_log(${args})`));

describe('the audit log', () => {
  it('grows with every changed setting, role and rate limit', () =>
    rolledBack(async (db) => {
      const root = await createAdmin(db);
      await asUser(db, root, (as) => as`select chat.update_setting('max_pins', '12')`);
      await db`update chat.settings set value = '13' where name = 'max_pins'`;
      await db`update chat.settings set value = '13' where name = 'max_pins'`;
      await db`update chat_private.rate_limit_rules set burst = 7, period = '1 minute' where bucket = 'search'`;
      const entries = await log(db, root, 'page_size => 3');
      expect(entries.map(({ action, actor_id, details }) => [action, actor_id, details])).toEqual([
        ['rate_limit.changed', null, { bucket: 'search', from: '60 per 00:00:10', to: '7 per 00:01:00' }],
        ['setting.changed', null, { name: 'max_pins', from: 12, to: 13 }],
        ['setting.changed', root, { name: 'max_pins', from: 10, to: 12 }],
      ]);
    }));

  it('says nothing of what was taken back', () =>
    rolledBack(async (db) => {
      const root = await createAdmin(db);
      const [before] = await log(db, root, 'page_size => 1');
      await refusal(
        db.savepoint(async (step) => {
          await step`update chat.settings set value = '13' where name = 'max_pins'`;
          await step`select 1 / 0`;
        }),
      );
      expect(await log(db, root, 'page_size => 1')).toEqual([before]);
    }));

  it('lets nobody change or remove a row, not even at the database', () =>
    rolledBack(async (db) => {
      for (const statement of [
        `update chat.audit_log set details = '{}'`,
        'delete from chat.audit_log',
        'truncate chat.audit_log',
        `insert into chat.audit_log (id, action, target_kind) values (1, 'user.suspended', 'user')`,
      ]) {
        expect(await refusal(db.savepoint((step) => step.unsafe(statement))), statement).toMatch(
          /^(23001|428C9)$/,
        );
      }
    }));

  it('keeps what it says of somebody whose account is gone', () =>
    rolledBack(async (db) => {
      const [root, ada] = [await createAdmin(db), await createUser(db)];
      await asUser(db, root, (as) => as`select chat.suspend_user(${ada}, 'spam')`);
      await db`delete from auth.users where id = ${ada}`;
      expect(await log(db, root, `target_id => '${ada}'`)).toMatchObject([
        { action: 'user.suspended', actor_id: root },
      ]);
    }));

  it('is read page by page, of one actor, target or action', () =>
    rolledBack(async (db) => {
      const [root, ada] = [await createAdmin(db), await createUser(db)];
      await asUser(db, root, (as) => as`select chat.suspend_user(${ada}, 'spam')`);
      await asUser(db, root, (as) => as`select chat.update_setting('max_pins', '12')`);
      await asUser(db, root, (as) => as`select chat.activate_user(${ada})`);
      const actions = (entries: Entry[]) => entries.map(({ action }) => action);
      const by = `actor_id => '${root}'`;
      expect(actions(await log(db, root, by))).toEqual([
        'user.activated',
        'setting.changed',
        'user.suspended',
      ]);
      expect(actions(await log(db, root, `${by}, action => 'setting.changed'`))).toEqual(['setting.changed']);
      expect(actions(await log(db, root, `target_id => '${ada}'`))).toEqual([
        'user.activated',
        'user.suspended',
      ]);
      const [newest] = await log(db, root, `${by}, page_size => 1`);
      expect(actions(await log(db, root, `${by}, before_id => ${newest?.id}, page_size => 1`))).toEqual([
        'setting.changed',
      ]);
      for (const size of [0, 201, null]) {
        expect(await refusal(log(db, root, `page_size => ${size}`))).toBe('invalid_page_size');
      }
    }));

  it('is closed to everybody but admins', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      expect(await refusal(log(db, ada, ''))).toBe('not_an_admin');
    }));
});

describe('update_setting', () => {
  it('refuses users, names that are none and values out of bounds', () =>
    rolledBack(async (db) => {
      const [root, ada] = [await createAdmin(db), await createUser(db)];
      const set = (user: string, name: string, value: unknown) =>
        refusal(
          asUser(db, user, (as) => as`select chat.update_setting(${name}, ${as.json(value as never)})`),
        );
      expect(await set(ada, 'max_pins', 12)).toBe('not_an_admin');
      expect(await set(root, 'most_pins', 12)).toBe('setting_not_found');
      for (const value of ['12', 0, 1.5, null])
        expect(await set(root, 'max_pins', value)).toBe('invalid_setting');
      const [row] = await db`select chat_private.setting('max_pins') as value`;
      expect(row?.value).toBe(10);
    }));
});

describe('the auth log', () => {
  it('tells a person of sign-up, sign-ins, sign-outs and a changed password', async () => {
    const ada = await signUp('Ada');
    const phone = connect();
    await phone.auth.signInWithPassword({ email: ada.email, password: ada.password });
    await phone.auth.signOut({ scope: 'local' });
    await ada.supabase.auth.updateUser({ password: 'Another1horse' });
    const { data } = await ada.supabase.rpc('list_auth_log').throwOnError();
    expect(data.map(({ event }) => event).reverse()).toEqual([
      'signed_up',
      'signed_in',
      'signed_in',
      'session_ended',
      'password_changed',
    ]);
    expect(data.find(({ event }) => event === 'signed_in')).toMatchObject({ ip: expect.any(String) });
  });

  it('tells a person of a wrong password, and from where it was tried', async () => {
    const ada = await signUp('Ada');
    const { error } = await connect().auth.signInWithPassword({ email: ada.email, password: 'Wrong1horse' });
    expect(error?.code).toBe('invalid_credentials');
    const { data } = await ada.supabase.rpc('list_auth_log', { page_size: 1 }).throwOnError();
    expect(data).toMatchObject([{ event: 'sign_in_failed', session_id: null, ip: expect.any(String) }]);
  });

  it('tells of a wrong code of the second factor, and of 20 failures a minute at most', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      const attempt = async (of: object) => {
        const event = db.json({ user_id: ada, valid: false, ...of });
        const [row] = await db`select chat_private.log_attempt(${event}) as answer`;
        return row?.answer;
      };
      await attempt({ factor_id: randomUUID() });
      expect(await attempt({ valid: true })).toEqual({ decision: 'continue' });
      for (let n = 0; n < 25; n += 1)
        await attempt({ metadata: { ip_address: n ? `192.0.2.${n}` : 'nonsense' } });
      const rows = await db`select event from chat.auth_log where user_id = ${ada} order by id`;
      expect(rows.map((row) => row.event)).toEqual([
        'signed_up',
        'second_factor_failed',
        ...Array(20).fill('sign_in_failed'),
      ]);
    }));

  it('is closed to other people and open to admins', () =>
    rolledBack(async (db) => {
      const [root, ada, bob] = [await createAdmin(db), await createUser(db), await createUser(db)];
      const list = (user: string) =>
        asUser(db, user, (as) => as`select event from chat.list_auth_log(${ada})`);
      expect(await list(ada)).toEqual([{ event: 'signed_up' }]);
      expect(await list(root)).toEqual([{ event: 'signed_up' }]);
      expect(await refusal(list(bob))).toBe('not_an_admin');
    }));

  it('never keeps Auth from its work, whatever goes wrong with the log', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      await db`alter table chat.auth_log add constraint broken check (event <> 'signed_in') not valid`;
      await db`insert into auth.sessions (id, user_id) values (gen_random_uuid(), ${ada})`;
      expect(await db`select event from chat.auth_log where user_id = ${ada}`).toEqual([
        { event: 'signed_up' },
      ]);
    }));

  it('goes with the account', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      await db`insert into auth.sessions (id, user_id) values (gen_random_uuid(), ${ada})`;
      await db`delete from auth.users where id = ${ada}`;
      expect(await db`select from chat.auth_log where user_id = ${ada}`).toHaveLength(0);
    }));
});
