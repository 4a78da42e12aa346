/** Access to the settings of the platform. */
import type { AccessFile } from '../../helpers/access.ts';

export const subjects: AccessFile['subjects'] = {
  settings: {
    statements: {
      select: (db) => db`select from chat.settings where name = 'max_pins'`,
      insert: (db) =>
        db`insert into chat.settings (name, value, default_value, description) values ('a_new_one', '1', '1', '')`,
      update: (db) => db`update chat.settings set value = '7' where name = 'max_pins'`,
      delete: (db) => db`delete from chat.settings where name = 'max_pins'`,
    },
    expected: `
                      select   insert   update   delete
      stranger        allowed  denied   hidden   denied
      member          allowed  denied   hidden   denied
      channel admin   allowed  denied   hidden   denied
      platform admin  allowed  denied   allowed  denied
    `,
  },
};

export const calls: AccessFile['calls'] = {
  update_setting: {
    call: (db) => db`select chat.update_setting('max_pins', '7')`,
    expected: ['not_an_admin', 'not_an_admin', 'not_an_admin', 'ok'],
  },
};
