/** Access to codes by mail: for the server only. */
import type { AccessFile } from '../../helpers/access.ts';

export const calls: AccessFile['calls'] = {
  issue_email_code: {
    call: (db) => db`select chat.issue_email_code('somebody@example.com')`,
    expected: ['denied', 'denied', 'denied', 'denied'],
  },
  verify_email: {
    call: (db) => db`select chat.verify_email('somebody@example.com', '123456')`,
    expected: ['denied', 'denied', 'denied', 'denied'],
  },
};
