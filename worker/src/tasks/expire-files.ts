/** Deletes files that no message has taken in time; their objects follow. */
import type { Task } from '../task.ts';

export const expireFiles: Task = {
  name: 'expire_files',
  sweep: '17 * * * *',
  async run({ query, log, signal }) {
    while (!signal.aborted) {
      const [row] = await query<{ count: number }>('select chat_private.expire_files() as count');
      if (!row?.count) return;
      log.info('expired files', { count: row.count });
    }
  },
};
