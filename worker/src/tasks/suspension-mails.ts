/** Has mails to suspended people sent again that no mail server took: the function api knows how. */
import type { Task } from '../task.ts';

const PATIENCE = 60_000;

export const suspensionMails: Task = {
  name: 'suspension_mails',
  sweep: '* * * * *',
  async run({ query, settings: { supabaseUrl, serviceRoleKey }, log, signal }) {
    while (!signal.aborted) {
      const due = await query('select from chat_private.suspension_mails where due_at <= now() limit 1');
      if (due.length === 0) return;
      const answer = await fetch(`${supabaseUrl}/functions/v1/api/hooks/suspension-mails`, {
        method: 'POST',
        headers: { apikey: serviceRoleKey, authorization: `Bearer ${serviceRoleKey}` },
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (!answer.ok) throw new Error(`unable to send mails; ${answer.status} ${await answer.text()}`);
      log.info('sent mails to suspended people', (await answer.json()) as Record<string, unknown>);
    }
  },
};
