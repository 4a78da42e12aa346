/** Access to channels and files that people need not be in to read, and to conversations as APIs read and change them. */
import type { AccessFile, World } from '../../helpers/access.ts';
import type { Db } from '../../helpers/database.ts';

const FILE = '0199aaaa-0000-7000-8000-00000000f12e';

const makeFile = (db: Db, { channel, users, message }: World) =>
  db`insert into chat.files (id, folder_id, channel_id, seq, uploader_id, name, mime_type, size, uploaded_at)
     values (${FILE}, ${channel}, ${channel}, ${message.seq}, ${users.member}, 'a.txt', 'text/plain', 5, now())`;

const makeUnsentFile = (db: Db, { users }: World) =>
  db`insert into chat.files (id, folder_id, uploader_id, name, mime_type, size, uploaded_at)
     values (${FILE}, ${users.member}, ${users.member}, 'a.txt', 'text/plain', 5, now())`;

const everyone = ['ok', 'ok', 'ok', 'ok'] as const;
const members = ['channel_not_found', 'ok', 'ok', 'channel_not_found'] as const;

export const calls: AccessFile['calls'] = {
  list_readable_channels: {
    call: (db) => db`select chat.list_readable_channels()`,
    expected: everyone,
  },
  list_readable_messages: {
    call: (db, { channel }) => db`select chat.list_readable_messages(${channel})`,
    expected: members,
  },
  read_history: {
    call: (db, { channel }) => db`select chat.read_history(${channel})`,
    expected: members,
  },
  join_and_post: {
    call: (db, { channel }) => db`select chat.join_and_post(${channel}, 'Noon?')`,
    expected: members,
  },
  list_readable_files: {
    call: (db) => db`select chat.list_readable_files()`,
    expected: everyone,
  },
  get_readable_file: {
    given: makeFile,
    call: (db) => db`select chat.get_readable_file(${FILE})`,
    expected: ['file_not_found', 'ok', 'ok', 'file_not_found'],
  },
  keep_file: {
    given: makeUnsentFile,
    call: (db) => db`select chat.keep_file(${FILE})`,
    expected: ['file_not_found', 'ok', 'file_not_found', 'file_not_found'],
  },
  read_conversation_page: {
    call: (db, { channel }) => db`select chat.read_conversation_page(${channel})`,
    expected: members,
  },
  open_conversation: {
    call: (db, { users }) => db`select chat.open_conversation(${[users.member, users.stranger]})`,
    expected: everyone,
  },
  change_conversation: {
    call: (db, { channel }) => db`select chat.change_conversation(${channel}, 'Lunch')`,
    expected: ['channel_not_found', 'not_a_channel_admin', 'ok', 'channel_not_found'],
  },
  delete_conversation: {
    call: (db, { channel }) => db`select chat.delete_conversation(${channel})`,
    expected: ['channel_not_found', 'not_a_channel_admin', 'ok', 'channel_not_found'],
  },
  list_people: { call: (db) => db`select chat.list_people()`, expected: everyone },
};
