/** Access to messages, their history and who is meant in them. */
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
      member          allowed  denied   denied   denied
      channel admin   allowed  denied   denied   denied
      platform admin  hidden   denied   denied   denied
    `,
  },
  message_edits: {
    given: (db, { channel, message }) =>
      db`update chat.messages set body = 'edited' where channel_id = ${channel} and seq = ${message.seq}`,
    statements: {
      select: (db, { channel }) => db`select from chat.message_edits where channel_id = ${channel}`,
      insert: (db, { channel }) =>
        db`insert into chat.message_edits (channel_id, seq, change, body) values (${channel}, 1, 1, 'x')`,
      update: (db, { channel }) => db`update chat.message_edits set body = 'x' where channel_id = ${channel}`,
      delete: (db, { channel }) => db`delete from chat.message_edits where channel_id = ${channel}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   denied
      member          allowed  denied   denied   denied
      channel admin   allowed  denied   denied   denied
      platform admin  allowed  denied   denied   denied
    `,
  },
  mentions: {
    given: (db, { channel, users }) =>
      db`insert into chat.messages (channel_id, author_id, body)
         values (${channel}, ${users['channel admin']}, ${`hello @<${users.member}>`})`,
    statements: {
      select: (db, { channel }) => db`select from chat.mentions where channel_id = ${channel}`,
      insert: (db, { channel, users, message }) =>
        db`insert into chat.mentions (user_id, channel_id, seq) values (${users.stranger}, ${channel}, ${message.seq})`,
      update: (db, { channel }) => db`update chat.mentions set seq = 1 where channel_id = ${channel}`,
      delete: (db, { channel }) => db`delete from chat.mentions where channel_id = ${channel}`,
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
  send_message: {
    call: (db, { channel }) => db`select chat.send_message(${channel}, 'hi')`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  'send_message (a reply)': {
    call: (db, { channel, message }) =>
      db`select chat.send_message(${channel}, 'hi', parent_seq => ${message.seq})`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  edit_message: {
    call: (db, { channel, message }) => db`select chat.edit_message(${channel}, ${message.seq}, 'new')`,
    expected: ['channel_not_found', 'ok', 'not_the_author', 'channel_not_found'],
  },
  delete_message: {
    call: (db, { channel, message }) => db`select chat.delete_message(${channel}, ${message.seq})`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  list_messages: {
    call: (db, { channel }) => db`select chat.list_messages(${channel})`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  list_replies: {
    call: (db, { channel, message }) => db`select chat.list_replies(${channel}, ${message.seq})`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  list_changes: {
    call: (db, { channel }) => db`select chat.list_changes(${channel}, 0)`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  list_edits: {
    call: (db, { channel, message }) => db`select chat.list_edits(${channel}, ${message.seq})`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  get_message: {
    call: (db, { message }) => db`select chat.get_message(${message.id})`,
    expected: ['message_not_found', 'ok', 'ok', 'message_not_found'],
  },
};
