/** Access to files: the row of one that the member has uploaded and sent. Objects: tests/db/files.test.ts. */
import type { AccessFile, World } from '../../helpers/access.ts';
import type { Db } from '../../helpers/database.ts';

const ID = '0199aaaa-0000-7000-8000-00000000f11e';

const makeFile = (db: Db, { channel, users, message }: World) =>
  db`insert into chat.files (id, folder_id, channel_id, seq, uploader_id, name, mime_type, size, uploaded_at)
     values (${ID}, ${channel}, ${channel}, ${message.seq}, ${users.member}, 'a.txt', 'text/plain', 5, now())`;

export const subjects: AccessFile['subjects'] = {
  files: {
    given: (db, world) => makeFile(db, world),
    statements: {
      select: (db) => db`select from chat.files where id = ${ID}`,
      insert: (db, { channel }) =>
        db`insert into chat.files (folder_id, name, mime_type, size) values (${channel}, 'a', 'text/plain', 1)`,
      update: (db) => db`update chat.files set name = 'b.txt' where id = ${ID}`,
      delete: (db) => db`delete from chat.files where id = ${ID}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   denied
      member          allowed  denied   denied   denied
      channel admin   allowed  denied   denied   denied
      platform admin  allowed  denied   denied   denied
    `,
  },
};

export const calls: AccessFile['calls'] = {
  create_file: {
    call: (db, { channel }) => db`select chat.create_file('a.txt', 'text/plain', 5, ${channel})`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  cancel_file: {
    call: (db, { channel }) => db`select chat.cancel_file(${channel}, ${ID})`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  place_files: {
    call: (db, { channel }) => db`select chat.place_files(${channel}, '{}')`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
  delete_file: {
    given: (db, world) => makeFile(db, world),
    call: (db) => db`select chat.delete_file(${ID})`,
    expected: ['file_not_found', 'ok', 'not_the_uploader', 'file_not_found'],
  },
  list_files: {
    call: (db, { channel }) => db`select chat.list_files(${channel})`,
    expected: ['channel_not_found', 'ok', 'ok', 'channel_not_found'],
  },
};
