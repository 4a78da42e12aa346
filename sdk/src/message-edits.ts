/** Earlier texts of a message. */
import { toMessageEdit } from './internal/item-rows.ts';
import type { Rest } from './internal/rest.ts';
import type { Messages } from './messages.ts';

export function createMessageEdits({ client, run }: Rest, channelId: string): Pick<Messages, 'listEdits'> {
  return {
    async listEdits(seq) {
      const rows = await run('list edits', client.rpc('list_edits', { channel_id: channelId, seq }));
      return rows.map(toMessageEdit);
    },
  };
}
