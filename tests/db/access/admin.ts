/** Access to the administration of the platform. */
import type { AccessFile } from '../../helpers/access.ts';

const SERVER_ONLY = ['denied', 'denied', 'denied', 'denied'] as const;
const ADMINS_ONLY = ['not_an_admin', 'not_an_admin', 'not_an_admin', 'ok'] as const;

export const subjects: AccessFile['subjects'] = {
  audit_log: {
    given: (db, { users }) => db`select chat_private.audit('user.greeted', 'user', ${users.member})`,
    statements: {
      select: (db, { users }) => db`select from chat.audit_log where target_id = ${users.member}`,
      insert: (db) => db`insert into chat.audit_log (action, target_kind) values ('user.greeted', 'user')`,
      update: (db) => db`update chat.audit_log set action = 'user.ignored'`,
      delete: (db) => db`delete from chat.audit_log`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   denied
      member          hidden   denied   denied   denied
      channel admin   hidden   denied   denied   denied
      platform admin  allowed  denied   denied   denied
    `,
  },
  auth_log: {
    statements: {
      select: (db, { users }) => db`select from chat.auth_log where user_id = ${users.member}`,
      insert: (db, { users }) =>
        db`insert into chat.auth_log (user_id, event) values (${users.member}, 'signed_in')`,
      update: (db) => db`update chat.auth_log set event = 'signed_up'`,
      delete: (db) => db`delete from chat.auth_log`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   denied
      member          allowed  denied   denied   denied
      channel admin   hidden   denied   denied   denied
      platform admin  allowed  denied   denied   denied
    `,
  },
  api_keys: {
    given: (db) => db`
      insert into chat.api_keys (name, prefix, hash, scopes) values ('k', 'confab_1', sha256('1'), '{read}')`,
    statements: {
      select: (db) => db`select id from chat.api_keys where prefix = 'confab_1'`,
      insert: (db) =>
        db`insert into chat.api_keys (name, prefix, hash, scopes) values ('mine', 'confab_2', sha256('2'), '{admin}')`,
      update: (db) => db`update chat.api_keys set scopes = '{admin}'`,
      delete: (db) => db`delete from chat.api_keys`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   denied
      member          hidden   denied   denied   denied
      channel admin   hidden   denied   denied   denied
      platform admin  allowed  denied   denied   denied
    `,
  },
};

export const calls: AccessFile['calls'] = {
  suspend_user: {
    call: (db, { users }) => db`select chat.suspend_user(${users.member}, 'spam')`,
    expected: ADMINS_ONLY,
  },
  activate_user: {
    call: (db, { users }) => db`select chat.activate_user(${users['suspended member']})`,
    expected: ADMINS_ONLY,
  },
  delete_user: {
    call: (db, { users }) => db`select chat.delete_user(${users.member})`,
    expected: ADMINS_ONLY,
  },
  set_user_role: {
    call: (db, { users }) => db`select chat.set_user_role(${users.member}, 'admin')`,
    expected: ADMINS_ONLY,
  },
  count_accounts: { call: (db) => db`select chat.count_accounts()`, expected: ADMINS_ONLY },
  list_accounts: { call: (db) => db`select chat.list_accounts()`, expected: ADMINS_ONLY },
  get_stats: { call: (db) => db`select chat.get_stats()`, expected: ADMINS_ONLY },
  get_metrics: { call: (db) => db`select chat.get_metrics()`, expected: ADMINS_ONLY },
  ping_database: { call: (db) => db`select chat.ping_database()`, expected: SERVER_ONLY },
  ping_cache: { call: (db) => db`select chat.ping_cache()`, expected: SERVER_ONLY },
  list_audit_log: { call: (db) => db`select chat.list_audit_log()`, expected: ADMINS_ONLY },
  'list_auth_log (of oneself)': {
    call: (db) => db`select chat.list_auth_log()`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  'list_auth_log (of the member)': {
    call: (db, { users }) => db`select chat.list_auth_log(${users.member})`,
    expected: ['not_an_admin', 'ok', 'not_an_admin', 'ok'],
  },
  'list_auth_log (of everyone)': {
    call: (db) => db`select chat.list_auth_log(of_everyone => true)`,
    expected: ADMINS_ONLY,
  },
  create_api_key: { call: (db) => db`select chat.create_api_key('Importer')`, expected: ADMINS_ONLY },
  list_api_keys: { call: (db) => db`select chat.list_api_keys()`, expected: ADMINS_ONLY },
  revoke_api_key: {
    call: (db) => db`select chat.revoke_api_key(gen_random_uuid())`,
    expected: ['not_an_admin', 'not_an_admin', 'not_an_admin', 'api_key_not_found'],
  },
};
