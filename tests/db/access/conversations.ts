/** Access to conversations of any kind, and to people by id or username. */
import type { AccessFile } from '../../helpers/access.ts';

const everyone = ['ok', 'ok', 'ok', 'ok'] as const;

export const calls: AccessFile['calls'] = {
  find_people: {
    call: (db, { users }) => db`select chat.find_people(${[users.member]})`,
    expected: everyone,
  },
  read_conversations: {
    call: (db) => db`select chat.read_conversations(with_public => true)`,
    expected: everyone,
  },
  read_conversation: {
    call: (db, { channel }) => db`select chat.read_conversation(${channel})`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  start_conversation: {
    call: (db, { users }) => db`select chat.start_conversation('group', 'Lunch', ${[users.member]})`,
    expected: everyone,
  },
  add_people: {
    call: (db, { channel, users }) => db`select chat.add_people(${channel}, ${[users.stranger]})`,
    expected: ['channel_not_found', 'not_a_channel_admin', 'ok', 'channel_not_found'],
  },
};
