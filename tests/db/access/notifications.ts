/** Access to notifications. */
import type { AccessFile, World } from '../../helpers/access.ts';
import type { Db } from '../../helpers/database.ts';

const ID = '00000000-0000-7000-8000-000000000001';
const given = (db: Db, { users, channel, message }: World) =>
  db`insert into chat.notifications (user_id, id, type, actor_id, channel_id, seq)
     values (${users.member}, ${ID}, 'reaction', ${users['channel admin']}, ${channel}, ${message.seq})`;

export const subjects: AccessFile['subjects'] = {
  notifications: {
    given,
    statements: {
      select: (db) => db`select from chat.notifications where id = ${ID}`,
      insert: (db, { users }) =>
        db`insert into chat.notifications (user_id, type) values (${users.member}, 'message')`,
      update: (db) => db`update chat.notifications set read_at = now() where id = ${ID}`,
      delete: (db) => db`delete from chat.notifications where id = ${ID}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   hidden   hidden
      member          allowed  denied   allowed  allowed
      channel admin   hidden   denied   hidden   hidden
      platform admin  hidden   denied   hidden   hidden
    `,
  },
  my_notifications: {
    given,
    statements: {
      select: (db) => db`select from chat.my_notifications where id = ${ID}`,
      insert: (db, { users }) =>
        db`insert into chat.my_notifications (user_id, type) values (${users.member}, 'message')`,
      update: (db) => db`update chat.my_notifications set read_at = now() where id = ${ID}`,
      delete: (db) => db`delete from chat.my_notifications where id = ${ID}`,
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
  list_notifications: {
    call: (db) => db`select chat.list_notifications()`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  unread_notification_count: {
    call: (db) => db`select chat.unread_notification_count()`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  mark_notifications_read: {
    call: (db) => db`select chat.mark_notifications_read(${[ID]})`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  mark_notification_read: {
    given,
    call: (db) => db`select chat.mark_notification_read(${ID})`,
    expected: ['notification_not_found', 'ok', 'notification_not_found', 'notification_not_found'],
  },
  mark_all_notifications_read: {
    call: (db) => db`select chat.mark_all_notifications_read()`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  send_notification: {
    call: (db, { users }) => db`select chat.send_notification(${users.member}, 'Hello')`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  delete_notification: {
    given,
    call: (db) => db`select chat.delete_notification(${ID})`,
    expected: ['notification_not_found', 'ok', 'notification_not_found', 'notification_not_found'],
  },
};
