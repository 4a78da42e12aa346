/** What deleting an account erases, anonymises and keeps: the lines of docs/data-rules.md. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { auditOf, createAdmin, signUpAdmin } from '../helpers/admin.ts';
import { asUser, createUser, type Db, database, refusal, rolledBack } from '../helpers/database.ts';
import { connect, signUp } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';

afterAll(() => database.end());

const remove = (db: Db, admin: string, user: string) =>
  asUser(db, admin, (as) => as`select chat.delete_user(${user})`);

const count = async (db: Db, table: string, column: string, user: string) => {
  const [row] = await db.unsafe(`select count(*)::integer as n from ${table} where ${column} = '${user}'`);
  return row?.n as number;
};

/** Ada with something in every corner, in a private channel of Bob and in direct messages with him. */
async function createWorld(db: Db) {
  const root = await createAdmin(db);
  const username = `ada-${randomUUID().slice(0, 8)}`;
  const ada = await createUser(db, { name: 'Ada Lovelace', username, phone: '+491234567' });
  const bob = await createUser(db);
  await db`update chat.profiles set avatar_url = 'https://example.com/ada.png', title = 'Countess', custom = '{"a": 1}'
            where id = ${ada}`;
  const [room] = await asUser(
    db,
    bob,
    (as) => as`select id from chat.create_channel(${`d-${randomUUID()}`}, 'private', member_ids => ${[ada]})`,
  );
  const channel = room?.id as string;
  const [own] = await asUser(
    db,
    ada,
    (as) => as`select id from chat.create_channel(${`d-${randomUUID()}`}, 'private', member_ids => ${[bob]})`,
  );
  const [dm] = await asUser(db, bob, (as) => as`select id from chat.open_dm(${ada})`);
  const session = randomUUID();
  await db`insert into auth.sessions (id, user_id) values (${session}, ${ada})`;
  await db`insert into auth.identities (provider_id, user_id, identity_data, provider)
           values (${ada}, ${ada}, ${db.json({ sub: ada, email: `${ada}@example.com` })}, 'email')`;
  await db`insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at)
           values (gen_random_uuid(), ${ada}, 'totp', 'verified', now(), now())`;
  const text = await asUser(db, bob, async (as) => {
    const [message] = await as`select seq from chat.send_message(${channel}, ${`Hello @${username}`})`;
    return Number(message?.seq);
  });
  await asUser(
    db,
    ada,
    async (as) => {
      await as`select chat.send_message(${channel}, 'remember me')`;
      await as`select chat.send_message(${dm?.id}, 'and me')`;
      await as`select chat.add_reaction(${channel}, ${text}, '👍')`;
      await as`select chat.add_bookmark(${channel}, ${text})`;
      await as`select chat.save_draft(${channel}, 'unfinished')`;
      await as`select chat.heartbeat()`;
      await as`select chat.set_status('busy with engines')`;
    },
    { session_id: session },
  );
  const eve = await createUser(db);
  await asUser(db, ada, (as) => as`select chat.block_user(${eve})`);
  await asUser(db, eve, (as) => as`select chat.block_user(${ada})`);
  return { root, ada, bob, username, channel, own: own?.id as string, dm: dm?.id as string, text };
}

describe('a deleted account', () => {
  it('leaves a profile that says nothing of the person', () =>
    rolledBack(async (db) => {
      const { root, ada } = await createWorld(db);
      await remove(db, root, ada);
      const [profile] = await db`select * from chat.profiles where id = ${ada}`;
      expect(profile).toMatchObject({
        username: expect.stringMatching(/^deleted-[0-9a-f]{24}$/),
        name: 'Deleted user',
        avatar_url: null,
        title: null,
        custom: {},
        deleted_at: expect.any(Date),
      });
    }));

  it('leaves nothing in Auth but the id', () =>
    rolledBack(async (db) => {
      const { root, ada } = await createWorld(db);
      const [before] = await db`select created_at, instance_id, aud, role from auth.users where id = ${ada}`;
      await remove(db, root, ada);
      const [user] = await db`select to_jsonb(u) as row from auth.users u where id = ${ada}`;
      const left = Object.entries(user?.row as object).filter(
        ([name, value]) =>
          !['id', 'deleted_at', 'updated_at', ...Object.keys(before as object)].includes(name) &&
          ![null, '', 0, false].includes(value) &&
          JSON.stringify(value) !== '{}',
      );
      expect(left).toEqual([]);
      for (const table of ['auth.sessions', 'auth.identities', 'auth.mfa_factors', 'auth.one_time_tokens']) {
        expect(await count(db, table, 'user_id', ada), table).toBe(0);
      }
    }));

  it('loses every row that refers to it', () =>
    rolledBack(async (db) => {
      const { root, ada } = await createWorld(db);
      const tables = await referring(db, 'chat.accounts');
      const filled = [];
      for (const [table, column] of tables) {
        if ((await count(db, table, column, ada)) > 0) filled.push(table);
      }
      // The world has something of nearly everything, or this test would show nothing.
      expect(filled).toEqual(
        expect.arrayContaining([
          'chat.auth_log',
          'chat.blocks',
          'chat.bookmarks',
          'chat.channel_members',
          'chat.mentions',
          'chat.notifications',
          'chat.preferences',
          'chat.presence',
          'chat.reactions',
          'chat_private.connections',
        ]),
      );
      await remove(db, root, ada);
      for (const [table, column] of tables) expect(await count(db, table, column, ada), table).toBe(0);
      for (const table of ['chat.accounts', 'chat.drafts', 'chat.channel_states', 'chat.thread_members']) {
        expect(await count(db, table, 'user_id', ada), table).toBe(0);
      }
    }));

  it('keeps its messages, without the reactions it gave', () =>
    rolledBack(async (db) => {
      const { root, ada, bob, channel, dm, text } = await createWorld(db);
      await remove(db, root, ada);
      const bodies = await asUser(
        db,
        bob,
        (as) => as`
          select m.body, p.name from chat.messages m join chat.profiles p on p.id = m.author_id
           where m.channel_id in (${channel}, ${dm}) and m.author_id = ${ada} and m.kind = 'user' order by m.body`,
      );
      expect([...bodies]).toEqual([
        { body: 'and me', name: 'Deleted user' },
        { body: 'remember me', name: 'Deleted user' },
      ]);
      const [message] = await db`
        select reaction_counts from chat.messages where channel_id = ${channel} and seq = ${text}`;
      expect(message).toEqual({ reaction_counts: {} });
    }));

  it('gives its channels to others, who hear nothing on the topics it knew', () =>
    rolledBack(async (db) => {
      const { root, ada, bob, own } = await createWorld(db);
      await remove(db, root, ada);
      const [channel] = await db`select created_by, epoch from chat.channels where id = ${own}`;
      expect(channel).toEqual({ created_by: null, epoch: 1 });
      const members = await db`select user_id, role from chat.channel_members where channel_id = ${own}`;
      expect([...members]).toEqual([{ user_id: bob, role: 'admin' }]);
    }));

  it('frees its address and username', () =>
    rolledBack(async (db) => {
      const { root, ada, username } = await createWorld(db);
      await remove(db, root, ada);
      await db`insert into auth.users (id, email, raw_user_meta_data)
               values (gen_random_uuid(), ${`${ada}@example.com`}, ${db.json({ username })})`;
      const rows = await db`select id from chat.profiles where username = ${username}`;
      expect(rows).toHaveLength(1);
      expect(rows[0]?.id).not.toBe(ada);
    }));

  it('has its pictures and unsent files removed from Storage', () =>
    rolledBack(async (db) => {
      const { root, ada, channel } = await createWorld(db);
      const picture = `${ada}/${randomUUID()}`;
      await db`insert into storage.objects (bucket_id, name) values ('avatars', ${picture})`;
      const [file] = await asUser(
        db,
        ada,
        (as) => as`
          select id, path from chat.create_file(name => 'notes.txt', mime_type => 'text/plain', size => 5::bigint, channel_id => ${channel})`,
      );
      await db`insert into storage.objects (bucket_id, name, owner_id, metadata)
               values ('files', ${file?.path}, ${ada}, '{"size": 5, "mimetype": "text/plain"}')`;
      await remove(db, root, ada);
      const doomed = await db`
        select name from chat_private.doomed_objects where name in (${picture}, ${file?.path})`;
      expect(doomed.map(({ name }) => name).sort()).toEqual([picture, file?.path].sort());
      expect(await db`select from chat.files where id = ${file?.id}`).toHaveLength(0);
    }));

  it('takes its API keys along', () =>
    rolledBack(async (db) => {
      const [root, other] = [await createAdmin(db), await createAdmin(db)];
      await asUser(db, other, (as) => as`select from chat.create_api_key('Importer')`);
      await remove(db, root, other);
      const [key] = await db`select revoked_at from chat.api_keys where created_by = ${other}`;
      expect(key).toEqual({ revoked_at: expect.any(Date) });
    }));

  it('is found by nobody, and nobody writes to it', () =>
    rolledBack(async (db) => {
      const { root, ada, bob, channel } = await createWorld(db);
      await remove(db, root, ada);
      const tries = (run: (as: Db) => Promise<unknown>) => refusal(asUser(db, bob, run));
      expect(await tries((as) => as`select chat.open_dm(${ada})`)).toBe('user_not_found');
      expect(await tries((as) => as`select chat.block_user(${ada})`)).toBe('user_not_found');
      expect(await tries((as) => as`select chat.create_group(${[ada]})`)).toBe('user_not_found');
      expect(await tries((as) => as`select chat.add_members(${channel}, ${[ada]})`)).toBe('user_not_found');
      expect(await tries((as) => as`select chat.ban_member(${channel}, ${ada})`)).toBe('user_not_found');
      const found = await asUser(db, bob, (as) => as`select id from chat.search_users('deleted')`);
      expect(found.map(({ id }) => id)).not.toContain(ada);
      const listed = await asUser(db, root, (as) => as`select id from chat.list_accounts('deleted')`);
      expect(listed.map(({ id }) => id)).not.toContain(ada);
    }));

  it('stands in the audit log, with who deleted it', () =>
    rolledBack(async (db) => {
      const { root, ada } = await createWorld(db);
      await remove(db, root, ada);
      const log = await auditOf(db, ada);
      expect(log.map(({ action, actor_id }) => [action, actor_id])).toEqual([['user.deleted', root]]);
    }));

  it('is named by nothing but its id in the log that Auth keeps for itself', () =>
    rolledBack(async (db) => {
      const { root, ada } = await createWorld(db);
      const email = `${ada}@example.com`;
      const by = { actor_id: ada, actor_username: email, actor_name: 'Ada Lovelace', actor_via_sso: false };
      const of = { user_id: ada, user_email: email, user_phone: '+491234567', provider: 'email' };
      const log = (action: string, entry: object) => db`
        insert into auth.audit_log_entries (id, payload, created_at, ip_address)
        values (gen_random_uuid(), ${db.json({ action, log_type: 'account', ...entry })}, now(), '203.0.113.7')`;
      await log('login', by);
      await log('user_modified', { actor_id: root, actor_username: 'service_role', traits: of });
      await remove(db, root, ada);
      const entries = await db`
        select payload, ip_address from auth.audit_log_entries where payload::text like ${`%${ada}%`}
         order by payload ->> 'action'`;
      const kept = { log_type: 'account', traits: {} };
      expect([...entries]).toEqual([
        { payload: { ...kept, action: 'login', actor_id: ada, actor_via_sso: false }, ip_address: '' },
        {
          payload: {
            ...kept,
            action: 'user_modified',
            actor_id: root,
            traits: { user_id: ada, provider: 'email' },
          },
          ip_address: '',
        },
      ]);
    }));

  it('is refused with a token that is still valid', async () => {
    const [root, ada] = await Promise.all([signUpAdmin(), signUp('Ada')]);
    await root.supabase.rpc('delete_user', { user_id: ada.id }).throwOnError();
    const { error } = await ada.supabase.rpc('create_channel', { slug: `d-${randomUUID()}` });
    expect(error?.code).toBe('session_expired');
  });

  it('is the same when the operator deletes it softly in Auth', async () => {
    const ada = await signUp('Ada');
    const { error } = await connect(stack.secretKey).auth.admin.deleteUser(ada.id, true);
    expect(error).toBeNull();
    const [profile] = await database`select name, deleted_at from chat.profiles where id = ${ada.id}`;
    expect(profile).toEqual({ name: 'Deleted user', deleted_at: expect.any(Date) });
    expect(await database`select from chat.accounts where user_id = ${ada.id}`).toHaveLength(0);
    const log = await database`
      select payload::text as entry from auth.audit_log_entries where payload::text like ${`%${ada.id}%`}`;
    expect(log.length).toBeGreaterThan(0);
    for (const { entry } of log) expect(entry).not.toContain('@');
  });
});

describe('delete_user', () => {
  it('is for admins, and for the accounts of others', () =>
    rolledBack(async (db) => {
      const [root, ada, bob] = [await createAdmin(db), await createUser(db), await createUser(db)];
      const tries = (user: string, target: string) =>
        refusal(asUser(db, user, (as) => as`select chat.delete_user(${target})`));
      expect(await tries(bob, ada)).toBe('not_an_admin');
      expect(await tries(root, root)).toBe('cannot_target_oneself');
      expect(await tries(root, randomUUID())).toBe('user_not_found');
      await remove(db, root, ada);
      expect(await tries(root, ada)).toBe('user_not_found');
    }));

  it('changes nothing when it is not the whole', () =>
    rolledBack(async (db) => {
      const { root, ada } = await createWorld(db);
      await db`
        create or replace function chat_private.audit(action text, target_kind text, target_id uuid default null, details jsonb default '{}')
        returns void language plpgsql as 'begin raise division_by_zero; end'`;
      expect(await refusal(remove(db, root, ada))).toBe('22012');
      const [profile] = await db`select name from chat.profiles where id = ${ada}`;
      expect(profile).toEqual({ name: 'Ada Lovelace' });
      expect(await count(db, 'auth.sessions', 'user_id', ada)).toBe(1);
    }));
});

describe('delete_account', () => {
  const leave = (db: Db, actor: string, user: string, claims = {}) =>
    asUser(db, actor, (as) => as`select chat.delete_account(${user})`, claims);

  it('leaves of the caller what an admin would leave, and notes that they did it themselves', () =>
    rolledBack(async (db) => {
      const { ada } = await createWorld(db);
      await leave(db, ada, ada);
      const [profile] = await db`select name, deleted_at from chat.profiles where id = ${ada}`;
      expect(profile).toEqual({ name: 'Deleted user', deleted_at: expect.any(Date) });
      for (const [table, column] of await referring(db, 'chat.accounts')) {
        expect(await count(db, table, column, ada), table).toBe(0);
      }
      expect(await count(db, 'auth.sessions', 'user_id', ada)).toBe(0);
      const log = await auditOf(db, ada);
      expect(log.map(({ action, actor_id }) => [action, actor_id])).toEqual([['user.deleted', ada]]);
    }));

  it.each(['admin', 'member'])('takes whoever is in a public channel, as its %s', (role) =>
    rolledBack(async (db) => {
      const [ada, bob] = [await createUser(db), await createUser(db)];
      const [maker, other] = role === 'admin' ? [ada, bob] : [bob, ada];
      const [row] = await asUser(
        db,
        maker,
        (as) => as`select id from chat.create_channel(${`d-${randomUUID()}`}, 'public')`,
      );
      await asUser(db, other, (as) => as`select chat.join_channel(${row?.id})`);
      await leave(db, ada, ada);
      const members = await db`select user_id from chat.channel_members where channel_id = ${row?.id}`;
      expect(members.map(({ user_id }) => user_id)).toEqual([bob]);
    }),
  );

  it('deletes others for admins only', () =>
    rolledBack(async (db) => {
      const [root, ada, bob] = [await createAdmin(db), await createUser(db), await createUser(db)];
      expect(await refusal(leave(db, bob, ada))).toBe('not_an_admin');
      expect(await refusal(leave(db, bob, randomUUID()))).toBe('user_not_found');
      await leave(db, root, ada);
      expect(await count(db, 'chat.accounts', 'user_id', ada)).toBe(0);
    }));

  it('keeps the last admin, and whoever an API key acts for', () =>
    rolledBack(async (db) => {
      const root = await createAdmin(db);
      await db`set local session_replication_role = replica`;
      await db`update chat.accounts set role = 'user' where user_id <> ${root} and role = 'admin'`;
      await db`set local session_replication_role = origin`;
      expect(await refusal(leave(db, root, root))).toBe('last_admin');
      const ada = await createUser(db);
      expect(await refusal(leave(db, ada, ada, { api_key_id: randomUUID() }))).toBe('missing_scope');
      await createAdmin(db);
      expect(await refusal(leave(db, root, root))).toBeUndefined();
    }));
});

/** Every [table, column] that refers to this table. */
async function referring(db: Db | typeof database, target: string): Promise<[string, string][]> {
  const rows = await (db as Db)`
    select c.conrelid::regclass::text as "table", a.attname as "column"
      from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
     where c.contype = 'f' and c.confrelid = ${target}::regclass order by 1, 2`;
  return rows.map((row) => [row.table as string, row.column as string]);
}

describe('docs/data-rules.md', () => {
  const rules = readFileSync(new URL('../../docs/data-rules.md', import.meta.url), 'utf8');

  it('says which rows go with the account', async () => {
    const tables = await referring(database, 'chat.accounts');
    const missing = tables.filter(([table]) => !rules.includes(`\`${table.replace(/^chat\./, '')}\``));
    expect(missing).toEqual([]);
  });

  it('says which columns go on naming the tombstone; nothing else may refer to profiles alone', async () => {
    const erased = (await referring(database, 'chat.accounts')).map(String);
    const kept = (await referring(database, 'chat.profiles'))
      .map(String)
      .filter((name) => !['chat.accounts,user_id', ...erased].includes(name));
    const unsaid = kept.filter((name) => {
      const [table = '', column = ''] = name.split(',');
      return !rules.includes(`\`${table.replace(/^chat\./, '')}.${column}\``);
    });
    expect(unsaid).toEqual([]);
  });
});
