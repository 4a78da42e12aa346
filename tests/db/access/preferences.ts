/** Access to preferences. */
import type { AccessFile } from '../../helpers/access.ts';

export const subjects: AccessFile['subjects'] = {
  preferences: {
    statements: {
      select: (db, { users }) => db`select from chat.preferences where user_id = ${users.member}`,
      insert: (db, { users }) => db`insert into chat.preferences (user_id) values (${users.member})`,
      update: (db, { users }) =>
        db`update chat.preferences set sound = false where user_id = ${users.member}`,
      delete: (db, { users }) => db`delete from chat.preferences where user_id = ${users.member}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   hidden   denied
      member          allowed  denied   allowed  denied
      channel admin   hidden   denied   hidden   denied
      platform admin  hidden   denied   hidden   denied
    `,
  },
};

export const calls: AccessFile['calls'] = {
  get_notification_settings: {
    call: (db) => db`select chat.get_notification_settings()`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  set_notification_settings: {
    call: (db, { channel }) => db`
      select chat.set_notification_settings(channels => array[(${channel}, true, 'all')]::chat.channel_notification_settings[])`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  get_preferences: {
    call: (db) => db`select chat.get_preferences()`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  set_preferences: {
    call: (db) => db`select chat.set_preferences(sound => false)`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
};
