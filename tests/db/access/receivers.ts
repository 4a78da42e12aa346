/** Access to what is sent to people and conversations alike, and to members who come or go. */
import type { AccessFile } from '../../helpers/access.ts';

export const calls: AccessFile['calls'] = {
  post_to: {
    call: (db, { channel }) => db`select chat.post_to(${channel}, 'hello')`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  read_from: {
    call: (db, { channel }) => db`select chat.read_from(${channel})`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  toggle_member: {
    call: (db, { channel, users }) => db`select chat.toggle_member(${channel}, ${users.stranger})`,
    expected: ['channel_not_found', 'not_a_channel_admin', 'ok', 'channel_not_found'],
  },
};
