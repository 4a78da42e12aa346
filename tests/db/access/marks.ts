/** Access to reactions, pins, bookmarks, drafts and threads. */
import type { AccessFile } from '../../helpers/access.ts';

export const subjects: AccessFile['subjects'] = {
  reactions: {
    given: (db, { channel, users, message }) =>
      db`insert into chat.reactions (channel_id, seq, user_id, emoji) values (${channel}, ${message.seq}, ${users.member}, '👍')`,
    statements: {
      select: (db, { channel }) => db`select from chat.reactions where channel_id = ${channel}`,
      insert: (db, { channel, users, message }) =>
        db`insert into chat.reactions (channel_id, seq, user_id, emoji) values (${channel}, ${message.seq}, ${users.stranger}, 'x')`,
      update: (db, { channel }) => db`update chat.reactions set emoji = 'y' where channel_id = ${channel}`,
      delete: (db, { channel }) => db`delete from chat.reactions where channel_id = ${channel}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   denied
      member          allowed  denied   denied   denied
      channel admin   allowed  denied   denied   denied
      platform admin  hidden   denied   denied   denied
    `,
  },
  bookmarks: {
    given: (db, { channel, users, message }) =>
      db`insert into chat.bookmarks (channel_id, seq, user_id) values (${channel}, ${message.seq}, ${users.member})`,
    statements: {
      select: (db, { channel }) => db`select from chat.bookmarks where channel_id = ${channel}`,
      insert: (db, { channel, users, message }) =>
        db`insert into chat.bookmarks (channel_id, seq, user_id) values (${channel}, ${message.seq}, ${users.stranger})`,
      update: (db, { channel }) => db`update chat.bookmarks set note = 'y' where channel_id = ${channel}`,
      delete: (db, { channel }) => db`delete from chat.bookmarks where channel_id = ${channel}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   denied
      member          allowed  denied   denied   denied
      channel admin   hidden   denied   denied   denied
      platform admin  hidden   denied   denied   denied
    `,
  },
  drafts: {
    given: (db, { channel, users, message }) =>
      db`insert into chat.drafts (channel_id, user_id, parent_seq, body) values (${channel}, ${users.member}, ${message.seq}, 'x')`,
    statements: {
      select: (db, { channel }) => db`select from chat.drafts where channel_id = ${channel}`,
      insert: (db, { channel, users, message }) =>
        db`insert into chat.drafts (channel_id, user_id, parent_seq, body) values (${channel}, ${users.stranger}, ${message.seq}, 'x')`,
      update: (db, { channel }) => db`update chat.drafts set body = 'y' where channel_id = ${channel}`,
      delete: (db, { channel }) => db`delete from chat.drafts where channel_id = ${channel}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   denied
      member          allowed  denied   denied   denied
      channel admin   hidden   denied   denied   denied
      platform admin  hidden   denied   denied   denied
    `,
  },
  thread_members: {
    given: (db, { channel, users, message }) =>
      db`insert into chat.thread_members (channel_id, root_seq, user_id) values (${channel}, ${message.seq}, ${users.member})`,
    statements: {
      select: (db, { channel }) => db`select from chat.thread_members where channel_id = ${channel}`,
      insert: (db, { channel, users, message }) =>
        db`insert into chat.thread_members (channel_id, root_seq, user_id) values (${channel}, ${message.seq}, ${users.stranger})`,
      update: (db, { channel }) =>
        db`update chat.thread_members set last_read_seq = 9 where channel_id = ${channel}`,
      delete: (db, { channel }) => db`delete from chat.thread_members where channel_id = ${channel}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   denied
      member          allowed  denied   denied   denied
      channel admin   hidden   denied   denied   denied
      platform admin  hidden   denied   denied   denied
    `,
  },
  my_threads: {
    given: (db, { channel, users, message }) =>
      db`insert into chat.thread_members (channel_id, root_seq, user_id) values (${channel}, ${message.seq}, ${users.member})`,
    statements: {
      select: (db, { channel }) => db`select from chat.my_threads where channel_id = ${channel}`,
      insert: (db, { channel }) =>
        db`insert into chat.my_threads (channel_id, root_seq) values (${channel}, 1)`,
      update: (db, { channel }) =>
        db`update chat.my_threads set last_read_seq = 1 where channel_id = ${channel}`,
      delete: (db, { channel }) => db`delete from chat.my_threads where channel_id = ${channel}`,
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
  add_reaction: {
    call: (db, { channel, message }) => db`select chat.add_reaction(${channel}, ${message.seq}, '👍')`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  remove_reaction: {
    call: (db, { channel, message }) => db`select chat.remove_reaction(${channel}, ${message.seq}, '👍')`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  pin_message: {
    call: (db, { channel, message }) => db`select chat.pin_message(${channel}, ${message.seq})`,
    expected: ['channel_not_found', 'not_a_channel_admin', 'ok', 'channel_not_found'],
  },
  list_pins: {
    call: (db, { channel }) => db`select chat.list_pins(${channel})`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  add_bookmark: {
    call: (db, { channel, message }) => db`select chat.add_bookmark(${channel}, ${message.seq})`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  remove_bookmark: {
    call: (db, { channel, message }) => db`select chat.remove_bookmark(${channel}, ${message.seq})`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  save_draft: {
    call: (db, { channel }) => db`select chat.save_draft(${channel}, 'draft')`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  follow_thread: {
    call: (db, { channel, message }) => db`select chat.follow_thread(${channel}, ${message.seq})`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  mark_thread_read: {
    call: (db, { channel, message }) => db`select chat.mark_thread_read(${channel}, ${message.seq}, 1)`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  my_reactions: {
    call: (db) => db`select chat.my_reactions(m) from chat.messages m`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
};
