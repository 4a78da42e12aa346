/** Platform admins: suspension, roles, and the same by hand in Studio. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { auditOf, createAdmin, signUpAdmin } from '../helpers/admin.ts';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { connect, signUp } from '../helpers/people.ts';

afterAll(() => database.end());

/** Where nothing is rolled back and every statement is a transaction of its own. */
const committed = database as unknown as Db;

/** What the statement is refused with when this user runs it, undone when it fails. */
const tries = (db: Db, user: string, run: (as: Db) => Promise<unknown>) => refusal(asUser(db, user, run));

/** What an edit by hand is refused with. */
const byHand = (db: Db, run: (step: Db) => Promise<unknown>) =>
  refusal(db.savepoint((step) => run(step as unknown as Db)));

const account = async (db: Db, user: string) => {
  const [row] = await db`
    select a.role, a.suspended_at is not null as is_suspended, a.suspend_reason, a.suspended_by,
           coalesce(u.banned_until > now() + interval '50 years', false) as is_banned,
           (select count(*)::integer from auth.sessions s where s.user_id = a.user_id) as sessions
      from chat.accounts a join auth.users u on u.id = a.user_id where a.user_id = ${user}`;
  return row;
};

const ACTIVE = {
  role: 'user',
  is_suspended: false,
  suspend_reason: null,
  suspended_by: null,
  is_banned: false,
};

const beginSession = (db: Db, user: string) =>
  db`insert into auth.sessions (id, user_id) values (gen_random_uuid(), ${user})`;

describe('suspend_user', () => {
  it('lets an admin shut somebody out and in again, and writes both down', () =>
    rolledBack(async (db) => {
      const [root, ada] = [await createAdmin(db), await createUser(db)];
      await beginSession(db, ada);
      await asUser(db, root, (as) => as`select chat.suspend_user(${ada}, ' spam ')`);
      expect(await account(db, ada)).toEqual({
        role: 'user',
        is_suspended: true,
        suspend_reason: 'spam',
        suspended_by: root,
        is_banned: true,
        sessions: 0,
      });
      await asUser(db, root, (as) => as`select chat.activate_user(${ada})`);
      expect(await account(db, ada)).toEqual({ ...ACTIVE, sessions: 0 });
      const log = await auditOf(db, ada);
      expect(log.map(({ action, actor_id, details }) => [action, actor_id, details])).toEqual([
        ['user.suspended', root, { reason: 'spam' }],
        ['user.activated', root, { reason: 'spam' }],
      ]);
    }));

  it('keeps the first reason when somebody is suspended again', () =>
    rolledBack(async (db) => {
      const [root, ada] = [await createAdmin(db), await createUser(db)];
      await asUser(db, root, (as) => as`select chat.suspend_user(${ada}, 'first')`);
      await asUser(db, root, (as) => as`select chat.suspend_user(${ada}, 'second')`);
      expect(await account(db, ada)).toMatchObject({ suspend_reason: 'first' });
      expect(await auditOf(db, ada)).toHaveLength(1);
    }));

  it('moves all channels of the suspended person to other topics', () =>
    rolledBack(async (db) => {
      const [root, ada, bob] = [await createAdmin(db), await createUser(db), await createUser(db)];
      const epochs = () =>
        db`select kind, epoch from chat.channels where id in
             (select channel_id from chat.channel_members where user_id = ${ada}) order by kind`;
      await asUser(db, ada, (as) => as`select chat.create_channel(${`p-${ada}`}, 'public')`);
      await asUser(db, ada, (as) => as`select chat.open_dm(${bob})`);
      await asUser(db, root, (as) => as`select chat.suspend_user(${ada}, 'spam')`);
      expect(await epochs()).toEqual([
        { kind: 'dm', epoch: 1 },
        { kind: 'public', epoch: 1 },
      ]);
    }));

  it('is for admins only and never against oneself, and needs a reason', () =>
    rolledBack(async (db) => {
      const [root, ada, bob] = [await createAdmin(db), await createUser(db), await createUser(db)];
      const before = await account(db, ada);
      expect(await tries(db, bob, (as) => as`select chat.suspend_user(${ada}, 'envy')`)).toBe('not_an_admin');
      expect(await tries(db, root, (as) => as`select chat.suspend_user(${root}, 'tired')`)).toBe(
        'cannot_target_oneself',
      );
      expect(await tries(db, root, (as) => as`select chat.suspend_user(${randomUUID()}, 'ghost')`)).toBe(
        'user_not_found',
      );
      for (const reason of [null, '', ' ', 'x'.repeat(501)]) {
        expect(await tries(db, root, (as) => as`select chat.suspend_user(${ada}, ${reason})`)).toBe(
          'invalid_reason',
        );
      }
      expect(await account(db, ada)).toEqual(before);
    }));
});

describe('activate_user', () => {
  it('is for admins only', () =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db), await createUser(db)];
      expect(await tries(db, bob, (as) => as`select chat.activate_user(${ada})`)).toBe('not_an_admin');
    }));

  it('leaves an active account as it is', () =>
    rolledBack(async (db) => {
      const [root, ada] = [await createAdmin(db), await createUser(db)];
      await asUser(db, root, (as) => as`select chat.activate_user(${ada})`);
      expect(await account(db, ada)).toEqual({ ...ACTIVE, sessions: 0 });
      expect(await auditOf(db, ada)).toHaveLength(0);
    }));
});

describe('set_user_role', () => {
  it('lets an admin make another one and take the role away again', () =>
    rolledBack(async (db) => {
      const [root, ada] = [await createAdmin(db), await createUser(db)];
      await asUser(db, root, (as) => as`select chat.set_user_role(${ada}, 'admin')`);
      expect(await account(db, ada)).toMatchObject({ role: 'admin' });
      await asUser(db, root, (as) => as`select chat.set_user_role(${ada}, 'user')`);
      const log = await auditOf(db, ada);
      expect(log.map(({ action, details }) => [action, details])).toEqual([
        ['user.role_changed', { from: 'user', to: 'admin' }],
        ['user.role_changed', { from: 'admin', to: 'user' }],
      ]);
    }));

  it('refuses everybody else, oneself and roles that are none', () =>
    rolledBack(async (db) => {
      const [root, ada] = [await createAdmin(db), await createUser(db)];
      expect(await tries(db, ada, (as) => as`select chat.set_user_role(${ada}, 'admin')`)).toBe(
        'not_an_admin',
      );
      expect(await tries(db, root, (as) => as`select chat.set_user_role(${root}, 'user')`)).toBe(
        'cannot_target_oneself',
      );
      for (const role of [null, '', 'owner', 'ADMIN']) {
        expect(await tries(db, root, (as) => as`select chat.set_user_role(${ada}, ${role})`)).toBe(
          'invalid_user_role',
        );
      }
      expect(await account(db, ada)).toMatchObject({ role: 'user' });
    }));
});

describe('the last admin', () => {
  /** Nobody else is an admin in this transaction. */
  const alone = async (db: Db, ...admins: string[]) => {
    await db`update chat.accounts set role = 'user' where role = 'admin' and user_id <> all (${admins})`;
  };

  it('is neither demoted nor suspended, by hand either', () =>
    rolledBack(async (db) => {
      const root = await createAdmin(db);
      await alone(db, root);
      expect(
        await byHand(db, (step) => step`update chat.accounts set role = 'user' where user_id = ${root}`),
      ).toBe('last_admin');
      expect(
        await byHand(
          db,
          (step) => step`update chat.accounts set suspended_at = now() where user_id = ${root}`,
        ),
      ).toBe('last_admin');
    }));

  it('is counted without the suspended ones', () =>
    rolledBack(async (db) => {
      const [root, other] = [await createAdmin(db), await createAdmin(db)];
      await alone(db, root, other);
      await db`update chat.accounts set suspended_at = now() where user_id = ${other}`;
      expect(
        await byHand(db, (step) => step`update chat.accounts set role = 'user' where user_id = ${root}`),
      ).toBe('last_admin');
    }));

  it('is counted by one at a time, so that the last two cannot demote each other at once', async () => {
    const [one, other] = await Promise.all([signUpAdmin(), signUpAdmin()]);
    await rolledBack(async (first) => {
      await first`update chat.accounts set role = 'user' where user_id = ${one.id}`;
      await rolledBack(async (second) => {
        await second`set local lock_timeout = '50ms'`;
        const waits = byHand(
          second,
          (step) => step`update chat.accounts set role = 'user' where user_id = ${other.id}`,
        );
        expect(await waits).toBe('55P03');
      });
    });
  });
});

describe('an edit by hand', () => {
  it('of suspended_at does all that the call does', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      await beginSession(db, ada);
      await db`update chat.accounts set suspended_at = now() where user_id = ${ada}`;
      expect(await account(db, ada)).toMatchObject({ is_suspended: true, is_banned: true, sessions: 0 });
      await db`update chat.accounts set suspended_at = null where user_id = ${ada}`;
      expect(await account(db, ada)).toEqual({ ...ACTIVE, sessions: 0 });
      const log = await auditOf(db, ada);
      expect(log.map(({ action, actor_id, via }) => [action, actor_id, via])).toEqual([
        ['user.suspended', null, 'postgres'],
        ['user.activated', null, 'postgres'],
      ]);
    }));

  it('of the ban in Auth is a suspension, and lifts it', () =>
    rolledBack(async (db) => {
      const ada = await createUser(db);
      await beginSession(db, ada);
      await db`update auth.users set banned_until = now() + interval '1 day' where id = ${ada}`;
      expect(await account(db, ada)).toMatchObject({ is_suspended: true, sessions: 0 });
      await db`update auth.users set banned_until = null where id = ${ada}`;
      expect(await account(db, ada)).toEqual({ ...ACTIVE, sessions: 0 });
    }));

  it('that bans for a time ends with the first sign-in after it, and with none before', async () => {
    const ada = await createUser(committed);
    // Each statement is a transaction, so the next one's now() is later.
    await database`update auth.users set banned_until = now() + interval '1 day' where id = ${ada}`;
    await beginSession(committed, ada);
    expect(await account(committed, ada)).toMatchObject({ is_suspended: true });
    await database.begin(async (db) => {
      await db`update auth.users set banned_until = null where id = ${ada}`;
      await db`update auth.users set banned_until = now() + interval '1 microsecond' where id = ${ada}`;
    });
    expect(await account(committed, ada)).toMatchObject({ is_suspended: true });
    await beginSession(committed, ada);
    expect(await account(committed, ada)).toMatchObject({ is_suspended: false, sessions: 1 });
    await database`delete from auth.users where id = ${ada}`;
  });
});

describe('a suspended person', () => {
  it('is refused with a token that is still valid, and cannot sign in or refresh', async () => {
    const [root, ada] = await Promise.all([signUpAdmin(), signUp('Ada')]);
    const { data } = await ada.supabase.auth.getSession();
    await root.supabase.rpc('suspend_user', { user_id: ada.id, reason: 'spam' }).throwOnError();

    const { status, error } = await ada.supabase.rpc('create_channel', { slug: `s-${randomUUID()}` });
    expect([status, error?.code]).toEqual([403, 'account_suspended']);
    const signIn = await connect().auth.signInWithPassword({ email: ada.email, password: ada.password });
    expect(signIn.error?.code).toBe('user_banned');
    const refresh = await connect().auth.refreshSession({ refresh_token: data.session?.refresh_token ?? '' });
    expect(refresh.error).not.toBeNull();

    await root.supabase.rpc('activate_user', { user_id: ada.id }).throwOnError();
    const again = await connect().auth.signInWithPassword({ email: ada.email, password: ada.password });
    expect(again.error).toBeNull();
    // What ended stays ended.
    const old = await ada.supabase.rpc('create_channel', { slug: `s-${randomUUID()}` });
    expect(old.error?.code).toBe('session_expired');
  });
});

describe('npm run admin', () => {
  const admin = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/admin.ts', ...args], {
      env: process.env,
    });

  it('promotes the first admin by address, and says what is wrong with one that nobody has', async () => {
    const ada = await signUp('Ada');
    expect((await admin('promote', ada.email)).stdout).toContain('is an admin now');
    expect(await account(committed, ada.id)).toMatchObject({ role: 'admin' });
    expect((await auditOf(committed, ada.id)).map(({ via }) => via)).toEqual(['postgres']);
    await expect(admin('promote', 'nobody@example.com')).rejects.toMatchObject({ code: 1 });
    await expect(admin('demote', ada.email)).rejects.toMatchObject({ code: 2 });
  });
});
