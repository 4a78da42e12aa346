/** Removes from Storage what nothing refers to any more. */
import { openStorage } from '../storage.ts';
import type { Task } from '../task.ts';

interface Doomed {
  bucket_id: string;
  names: string[];
}

const AT_ONCE = 100;

export const collectObjects: Task = {
  name: 'collect_objects',
  sweep: '*/5 * * * *',
  async run({ query, settings, log, signal }) {
    const storage = openStorage(settings);
    while (!signal.aborted) {
      const doomed = await query<Doomed>(
        `select bucket_id, array_agg(name) as names from (
           select bucket_id, name from chat_private.doomed_objects order by doomed_at limit $1) oldest
          group by bucket_id`,
        [AT_ONCE],
      );
      if (doomed.length === 0) return;
      for (const { bucket_id, names } of doomed) {
        const count = await storage.remove(bucket_id, names);
        // An object that leaves takes its row along; this is for those that had left before.
        await query(
          `delete from chat_private.doomed_objects d
            where d.bucket_id = $1 and d.name = any ($2)
              and not exists (select from storage.objects o where o.bucket_id = d.bucket_id and o.name = d.name)`,
          [bucket_id, names],
        );
        log.info('removed objects', { bucket: bucket_id, count });
      }
    }
  },
};
