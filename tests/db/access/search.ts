/** Access to search; what it finds for whom stands in search-leaks.test.ts. */
import type { AccessFile } from '../../helpers/access.ts';

export const calls: AccessFile['calls'] = {
  search_messages: {
    call: (db) => db`select chat.search_messages('hello')`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  'search_messages (in the channel)': {
    call: (db, { channel }) => db`select chat.search_messages('hello', channel_id => ${channel})`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  search_users: {
    call: (db) => db`select chat.search_users('ada')`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  search_channels: {
    call: (db) => db`select chat.search_channels('general')`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  search_members: {
    call: (db, { channel }) => db`select chat.search_members(${channel}, 'ada')`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
};
