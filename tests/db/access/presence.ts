/** Access to presence: everyone sees it, and nobody writes it but through the functions. */
import type { AccessFile } from '../../helpers/access.ts';

export const subjects: AccessFile['subjects'] = {
  presence: {
    given: (db, { users }) =>
      db`insert into chat.presence (user_id) values (${users.member}) on conflict do nothing`,
    statements: {
      select: (db, { users }) => db`select status from chat.presence where user_id = ${users.member}`,
      insert: (db, { users }) => db`insert into chat.presence (user_id) values (${users.stranger})`,
      update: (db, { users }) => db`update chat.presence set status = 'busy' where user_id = ${users.member}`,
      delete: (db, { users }) => db`delete from chat.presence where user_id = ${users.member}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        allowed  denied   denied   denied
      member          allowed  denied   denied   denied
      channel admin   allowed  denied   denied   denied
      platform admin  allowed  denied   denied   denied
    `,
  },
};

const everyone = ['ok', 'ok', 'ok', 'ok'] as const;

export const calls: AccessFile['calls'] = {
  heartbeat: { call: (db) => db`select chat.heartbeat()`, expected: everyone },
  stay: { call: (db) => db`select chat.stay()`, expected: everyone },
  go_offline: { call: (db) => db`select chat.go_offline()`, expected: everyone },
  set_presence: { call: (db) => db`select chat.set_presence('busy')`, expected: everyone },
  'set_presence (of somebody)': {
    call: (db, { users }) => db`select chat.set_presence('busy', user_id => ${users.member})`,
    expected: ['not_yourself', 'ok', 'not_yourself', 'not_yourself'],
  },
  set_status: { call: (db) => db`select chat.set_status('Lunch')`, expected: everyone },
  clear_status: { call: (db) => db`select chat.clear_status()`, expected: everyone },
  get_presence_topic: {
    call: (db) => db`select chat.get_presence_topic()`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  get_presence: {
    call: (db, { users }) => db`select chat.get_presence(${[users.member]})`,
    expected: everyone,
  },
};
