/** Access to messages. */
import type { AccessFile } from '../../helpers/access.ts';

export const subjects: AccessFile['subjects'] = {
  messages: {
    statements: {
      select: (db, { channel }) => db`select from chat.messages where channel_id = ${channel}`,
      insert: (db, { channel }) => db`insert into chat.messages (channel_id, body) values (${channel}, 'hi')`,
      update: (db, { channel }) =>
        db`update chat.messages set body = 'changed' where channel_id = ${channel}`,
      delete: (db, { channel }) => db`delete from chat.messages where channel_id = ${channel}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   denied
      member          allowed  allowed  denied   denied
      channel admin   allowed  allowed  denied   denied
      platform admin  hidden   denied   denied   denied
    `,
  },
};

export const calls: AccessFile['calls'] = {
  send_message: {
    call: (db, { channel }) => db`select chat.send_message(${channel}, 'hi')`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  list_messages: {
    call: (db, { channel }) => db`select chat.list_messages(${channel})`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
};
