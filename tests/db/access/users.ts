/** Access to people. */
import type { AccessFile } from '../../helpers/access.ts';

export const subjects: AccessFile['subjects'] = {
  profiles: {
    statements: {
      select: (db, { users }) => db`select from chat.profiles where id = ${users.member}`,
      insert: (db) =>
        db`insert into chat.profiles (id, username, name) values (gen_random_uuid(), 'somebody', 'S')`,
      update: (db, { users }) => db`update chat.profiles set name = 'New' where id = ${users.member}`,
      delete: (db, { users }) => db`delete from chat.profiles where id = ${users.member}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        allowed  denied   denied   denied
      member          allowed  denied   denied   denied
      channel admin   allowed  denied   denied   denied
      platform admin  allowed  denied   denied   denied
    `,
  },
  accounts: {
    statements: {
      select: (db, { users }) => db`select from chat.accounts where user_id = ${users.member}`,
      insert: (db, { users }) => db`insert into chat.accounts (user_id) values (${users.member})`,
      update: (db, { users }) => db`update chat.accounts set role = 'admin' where user_id = ${users.member}`,
      delete: (db, { users }) => db`delete from chat.accounts where user_id = ${users.member}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   denied
      member          allowed  denied   denied   denied
      channel admin   hidden   denied   denied   denied
      platform admin  hidden   denied   denied   denied
    `,
  },
};

export const calls: AccessFile['calls'] = {
  update_profile: {
    call: (db) => db`select chat.update_profile(name => 'New')`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
};
