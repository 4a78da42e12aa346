/** Access to blocks: nobody learns whom others have blocked. */
import type { AccessFile } from '../../helpers/access.ts';

export const subjects: AccessFile['subjects'] = {
  blocks: {
    given: (db, { users }) =>
      db`insert into chat.blocks (blocker_id, blocked_id) values (${users.member}, ${users['channel admin']})`,
    statements: {
      select: (db, { users }) => db`select from chat.blocks where blocker_id = ${users.member}`,
      insert: (db, { users }) =>
        db`insert into chat.blocks (blocker_id, blocked_id) values (${users.member}, ${users.stranger})`,
      update: (db, { users }) => db`update chat.blocks set blocked_id = ${users.stranger}`,
      delete: (db, { users }) => db`delete from chat.blocks where blocker_id = ${users.member}`,
    },
    expected: `
                      select   insert   update   delete
      stranger        hidden   denied   denied   hidden
      member          allowed  allowed  denied   allowed
      channel admin   hidden   denied   denied   hidden
      platform admin  hidden   denied   denied   hidden
    `,
  },
};

export const calls: AccessFile['calls'] = {
  block_user: {
    call: (db, { users }) => db`select chat.block_user(${users['channel admin']})`,
    expected: ['ok', 'ok', 'cannot_block_oneself', 'ok'],
  },
  unblock_user: {
    call: (db, { users }) => db`select chat.unblock_user(${users['channel admin']})`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  list_blocks: {
    call: (db) => db`select from chat.list_blocks()`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
};
