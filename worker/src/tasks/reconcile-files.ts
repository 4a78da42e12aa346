/** Finds objects without rows and rows without objects, which nothing but a crash or a restored backup leaves. */
import type { Task } from '../task.ts';

export const reconcileFiles: Task = {
  name: 'reconcile_files',
  sweep: '41 3 * * *',
  async run({ query, log }) {
    const [row] = await query<{ count: number }>('select chat_private.reconcile_files() as count');
    if (row?.count) log.warn('files had lost their other half', { count: row.count });
  },
};
