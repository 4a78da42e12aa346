/** Access to messages that wait to be sent: one of the member's. */
import type { AccessFile, World } from '../../helpers/access.ts';
import type { Db } from '../../helpers/database.ts';

const ID = '0199aaaa-0000-7000-8000-00000000c10c';

const makeRow = (db: Db, { channel, users }: World) =>
  db`insert into chat.scheduled_messages (id, author_id, channel_id, body, scheduled_for)
     values (${ID}, ${users.member}, ${channel}, 'later', now() + interval '1 hour')`;

export const subjects: AccessFile['subjects'] = {
  scheduled_messages: {
    given: makeRow,
    statements: {
      select: (db) => db`select from chat.scheduled_messages where id = ${ID}`,
      insert: (db, { channel }) =>
        db`insert into chat.scheduled_messages (channel_id, body, scheduled_for) values (${channel}, 'x', now())`,
      update: (db) => db`update chat.scheduled_messages set body = 'changed' where id = ${ID}`,
      delete: (db) => db`delete from chat.scheduled_messages where id = ${ID}`,
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
  schedule_message: {
    call: (db, { channel }) =>
      db`select chat.schedule_message(${channel}, now() + interval '1 hour', 'later')`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  list_scheduled_messages: {
    call: (db) => db`select chat.list_scheduled_messages()`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  cancel_scheduled_message: {
    given: makeRow,
    call: (db) => db`select chat.cancel_scheduled_message(${ID})`,
    expected: [
      'scheduled_message_not_found',
      'ok',
      'scheduled_message_not_found',
      'scheduled_message_not_found',
    ],
  },
};
