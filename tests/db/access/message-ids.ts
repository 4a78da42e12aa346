/** Access to whole messages, and to what is done with them by their ids: the member's message. */
import type { AccessFile } from '../../helpers/access.ts';

const MEMBERS = ['channel_not_found', 'ok', 'ok', 'channel_not_found'] as const;

export const calls: AccessFile['calls'] = {
  read_messages: {
    call: (db, { channel }) => db`select chat.read_messages(${channel})`,
    expected: MEMBERS,
  },
  read_thread: {
    call: (db, { channel, message }) => db`select chat.read_thread(${channel}, ${message.id})`,
    expected: MEMBERS,
  },
  read_pins: {
    call: (db, { channel }) => db`select chat.read_pins(${channel})`,
    expected: MEMBERS,
  },
  find_messages: {
    call: (db, { channel }) => db`select chat.find_messages('hello', ${channel})`,
    expected: ['not_a_member', 'ok', 'ok', 'not_a_member'],
  },
  post_message: {
    call: (db, { channel }) => db`select chat.post_message(${channel}, 'hi')`,
    expected: MEMBERS,
  },
  edit_message_by_id: {
    call: (db, { channel, message }) => db`select chat.edit_message_by_id(${message.id}, 'new', ${channel})`,
    expected: ['channel_not_found', 'ok', 'not_the_author', 'channel_not_found'],
  },
  delete_message_by_id: {
    call: (db, { channel, message }) => db`select chat.delete_message_by_id(${message.id}, ${channel})`,
    expected: MEMBERS,
  },
  'edit_message_by_id (by its id alone)': {
    call: (db, { message }) => db`select chat.edit_message_by_id(${message.id}, 'new')`,
    expected: ['message_not_found', 'ok', 'not_the_author', 'message_not_found'],
  },
  'delete_message_by_id (by its id alone)': {
    call: (db, { message }) => db`select chat.delete_message_by_id(${message.id})`,
    expected: ['message_not_found', 'ok', 'ok', 'message_not_found'],
  },
  'post_message (as somebody)': {
    call: (db, { channel, users }) =>
      db`select chat.post_message(${channel}, 'hi', senders => array[${users.member}::text])`,
    expected: ['not_yourself', 'ok', 'not_yourself', 'not_yourself'],
  },
  react_by_id: {
    call: (db, { channel, message }) => db`select chat.react_by_id(${channel}, ${message.id}, '👍')`,
    expected: MEMBERS,
  },
  unreact_by_id: {
    call: (db, { channel, message }) => db`select chat.unreact_by_id(${channel}, ${message.id})`,
    expected: MEMBERS,
  },
  pin_message_by_id: {
    call: (db, { channel, message }) => db`select chat.pin_message_by_id(${channel}, ${message.id})`,
    expected: ['channel_not_found', 'not_a_channel_admin', 'ok', 'channel_not_found'],
  },
};
