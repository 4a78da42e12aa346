/** Access to the limits of the HTTP API: everybody counts for themselves, the server for all. */
import type { AccessFile } from '../../helpers/access.ts';

export const calls: AccessFile['calls'] = {
  take_api_call: {
    call: (db) => db`select chat.take_api_call('api')`,
    expected: ['ok', 'ok', 'ok', 'ok'],
  },
  take_api_calls: {
    call: (db) => db`select chat.take_api_calls('{api}', '{somebody}')`,
    expected: ['denied', 'denied', 'denied', 'denied'],
  },
  return_api_calls: {
    call: (db) => db`select chat.return_api_calls('api', 'somebody')`,
    expected: ['denied', 'denied', 'denied', 'denied'],
  },
};
