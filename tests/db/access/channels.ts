/** Access to channels and memberships. */
import type { AccessFile } from '../../helpers/access.ts';

export const subjects: AccessFile['subjects'] = {
  channels: {
    statements: {
      select: (db, { channel }) => db`select from chat.channels where id = ${channel}`,
      insert: (db) => db`insert into chat.channels (kind, slug) values ('public', 'made-by-hand')`,
      update: (db, { channel }) => db`update chat.channels set kind = 'public' where id = ${channel}`,
      delete: (db, { channel }) => db`delete from chat.channels where id = ${channel}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   denied
      member          allowed  denied   denied   denied
      channel admin   allowed  denied   denied   denied
      platform admin  hidden   denied   denied   denied
    `,
  },
  channel_members: {
    statements: {
      select: (db, { channel, users }) =>
        db`select from chat.channel_members where channel_id = ${channel} and user_id = ${users.member}`,
      insert: (db, { channel, users }) =>
        db`insert into chat.channel_members (channel_id, user_id) values (${channel}, ${users.stranger})`,
      update: (db, { channel, users }) =>
        db`update chat.channel_members set role = 'admin' where channel_id = ${channel} and user_id = ${users.member}`,
      delete: (db, { channel, users }) =>
        db`delete from chat.channel_members where channel_id = ${channel} and user_id = ${users.member}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   denied
      member          allowed  denied   denied   denied
      channel admin   allowed  denied   denied   denied
      platform admin  hidden   denied   denied   denied
    `,
  },
  channel_states: {
    statements: {
      select: (db, { channel, users }) =>
        db`select from chat.channel_states where channel_id = ${channel} and user_id = ${users.member}`,
      insert: (db, { channel, users }) =>
        db`insert into chat.channel_states (channel_id, user_id) values (${channel}, ${users.stranger})`,
      update: (db, { channel, users }) =>
        db`update chat.channel_states set last_read_seq = 1 where channel_id = ${channel} and user_id = ${users.member}`,
      delete: (db, { channel, users }) =>
        db`delete from chat.channel_states where channel_id = ${channel} and user_id = ${users.member}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   denied
      member          allowed  denied   denied   denied
      channel admin   hidden   denied   denied   denied
      platform admin  hidden   denied   denied   denied
    `,
  },
  receipts: {
    given: (db, { channel, users }) =>
      db`insert into chat.receipts (channel_id, user_id) values (${channel}, ${users.member})`,
    statements: {
      select: (db, { channel, users }) =>
        db`select from chat.receipts where channel_id = ${channel} and user_id = ${users.member}`,
      insert: (db, { channel, users }) =>
        db`insert into chat.receipts (channel_id, user_id) values (${channel}, ${users['channel admin']})`,
      update: (db, { channel }) => db`update chat.receipts set read_seq = 1 where channel_id = ${channel}`,
      delete: (db, { channel }) => db`delete from chat.receipts where channel_id = ${channel}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   denied
      member          allowed  denied   denied   denied
      channel admin   allowed  denied   denied   denied
      platform admin  hidden   denied   denied   denied
    `,
  },
  channel_bans: {
    given: (db, { channel, users }) =>
      db`insert into chat.channel_bans (channel_id, user_id) values (${channel}, ${users.stranger})`,
    statements: {
      select: (db, { channel }) => db`select from chat.channel_bans where channel_id = ${channel}`,
      insert: (db, { channel, users }) =>
        db`insert into chat.channel_bans (channel_id, user_id) values (${channel}, ${users.member})`,
      update: (db, { channel }) =>
        db`update chat.channel_bans set reason = 'x' where channel_id = ${channel}`,
      delete: (db, { channel }) => db`delete from chat.channel_bans where channel_id = ${channel}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   denied
      member          hidden   denied   denied   denied
      channel admin   allowed  denied   denied   denied
      platform admin  hidden   denied   denied   denied
    `,
  },
  channel_counters: {
    statements: {
      select: (db, { channel }) => db`select from chat.channel_counters where channel_id = ${channel}`,
      insert: (db) => db`insert into chat.channel_counters (channel_id) values (gen_random_uuid())`,
      update: (db, { channel }) =>
        db`update chat.channel_counters set last_seq = 0 where channel_id = ${channel}`,
      delete: (db, { channel }) => db`delete from chat.channel_counters where channel_id = ${channel}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   denied
      member          allowed  denied   denied   denied
      channel admin   allowed  denied   denied   denied
      platform admin  hidden   denied   denied   denied
    `,
  },
  my_channels: {
    statements: {
      select: (db, { channel }) => db`select from chat.my_channels where id = ${channel}`,
      insert: (db) => db`insert into chat.my_channels (id) values (gen_random_uuid())`,
      update: (db, { channel }) => db`update chat.my_channels set name = 'x' where id = ${channel}`,
      delete: (db, { channel }) => db`delete from chat.my_channels where id = ${channel}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   denied
      member          allowed  denied   denied   denied
      channel admin   allowed  denied   denied   denied
      platform admin  hidden   denied   denied   denied
    `,
  },
};

export const calls: AccessFile['calls'] = {
  create_channel: {
    call: (db) => db`select chat.create_channel('made-by-a-call')`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  create_group: {
    call: (db, { users }) => db`select chat.create_group(${[users.member, users.stranger]})`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  open_dm: {
    call: (db, { users }) => db`select chat.open_dm(${users.member})`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  join_channel: {
    call: (db, { channel }) => db`select chat.join_channel(${channel})`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  leave_channel: {
    call: (db, { channel }) => db`select chat.leave_channel(${channel})`,
    expected: ['channel_not_found', 'ok', 'creator_cannot_leave', 'channel_not_found'],
  },
  add_members: {
    call: (db, { channel, users }) => db`select chat.add_members(${channel}, ${[users.stranger]})`,
    expected: ['channel_not_found', 'not_a_channel_admin', 'ok', 'channel_not_found'],
  },
  remove_member: {
    call: (db, { channel, users }) => db`select chat.remove_member(${channel}, ${users.member})`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  'remove_member (of another)': {
    call: (db, { channel, users }) => db`select chat.remove_member(${channel}, ${users['suspended member']})`,
    expected: ['channel_not_found', 'not_a_channel_admin', 'ok', 'channel_not_found'],
  },
  ban_member: {
    call: (db, { channel, users }) => db`select chat.ban_member(${channel}, ${users.stranger})`,
    expected: ['channel_not_found', 'not_a_channel_admin', 'ok', 'channel_not_found'],
  },
  unban_member: {
    call: (db, { channel, users }) => db`select chat.unban_member(${channel}, ${users.stranger})`,
    expected: ['channel_not_found', 'not_a_channel_admin', 'ok', 'channel_not_found'],
  },
  set_member_role: {
    call: (db, { channel, users }) => db`select chat.set_member_role(${channel}, ${users.member}, 'admin')`,
    expected: ['channel_not_found', 'not_a_channel_admin', 'ok', 'channel_not_found'],
  },
  update_channel: {
    call: (db, { channel }) => db`select chat.update_channel(${channel}, description => 'new')`,
    expected: ['channel_not_found', 'not_a_channel_admin', 'ok', 'channel_not_found'],
  },
  archive_channel: {
    call: (db, { channel }) => db`select chat.archive_channel(${channel})`,
    expected: ['channel_not_found', 'not_a_channel_admin', 'ok', 'channel_not_found'],
  },
  transfer_channel: {
    call: (db, { channel, users }) => db`select chat.transfer_channel(${channel}, ${users.member})`,
    expected: ['channel_not_found', 'not_a_channel_admin', 'ok', 'channel_not_found'],
  },
  delete_channel: {
    call: (db, { channel }) => db`select chat.delete_channel(${channel})`,
    expected: ['channel_not_found', 'not_a_channel_admin', 'ok', 'ok'],
  },
  read_channels: {
    call: (db) => db`select chat.read_channels()`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  start_dm: {
    call: (db, { users }) => db`select chat.start_dm(${users.member})`,
    expected: ['ok', 'cannot_target_oneself', 'ok', 'ok'],
  },
  list_public_channels: {
    call: (db) => db`select chat.list_public_channels()`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  get_channel: {
    call: (db, { channel }) => db`select chat.get_channel(${channel})`,
    expected: ['channel_is_private', 'ok', 'ok', 'channel_is_private'],
  },
  member_count: {
    call: (db, { channel }) => db`select chat.member_count(c) from chat.channels c where id = ${channel}`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  change_channel: {
    call: (db, { channel }) => db`select chat.change_channel(${channel}, description => 'new')`,
    expected: ['channel_not_found', 'not_a_channel_admin', 'ok', 'channel_not_found'],
  },
  set_channel_state: {
    call: (db, { channel }) => db`select chat.set_channel_state(${channel}, is_pinned => true)`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  mark_read: {
    call: (db, { channel }) => db`select chat.mark_read(${channel}, 1)`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  mark_unread: {
    call: (db, { channel }) => db`select chat.mark_unread(${channel}, 1)`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  mark_delivered: {
    call: (db, { channel }) => db`select chat.mark_delivered(${channel}, 1)`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  my_unread: {
    call: (db) => db`select chat.my_unread()`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
};
