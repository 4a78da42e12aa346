/** Sends messages whose time has come; each is one transaction of the database, as its author. */
import type { Task } from '../task.ts';

interface Ended {
  id: string | null;
  status: string | null;
  failure: string | null;
}

export const scheduledMessages: Task = {
  name: 'scheduled_messages',
  sweep: '* * * * *',
  async run({ query, log, signal }) {
    while (!signal.aborted) {
      const [next] = await query<Ended>(
        'select id, status, failure from chat_private.send_scheduled_message()',
      );
      if (!next?.id) return;
      log.info('scheduled message', { id: next.id, status: next.status, failure: next.failure });
    }
  },
};
