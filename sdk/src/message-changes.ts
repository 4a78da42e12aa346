/** Changing messages that are there: shown at once, and made on the server in order. */
import type { MessageWrites } from './internal/message-writes.ts';
import type { Overlays } from './internal/overlays.ts';
import type { Messages } from './messages.ts';

export type MessageChanges = Pick<Messages, 'edit' | 'delete'>;

export function createMessageChanges(
  { writes, overlays }: { writes: MessageWrites; overlays: Overlays },
  channelId: string,
): MessageChanges {
  return {
    edit: (seq, changes) =>
      overlays.run(
        channelId,
        seq,
        (message) => ({ ...message, ...changes, editedAt: new Date() }),
        () => writes.edit(channelId, seq, changes),
      ),
    delete: (seq) =>
      overlays.run(
        channelId,
        seq,
        (message) => ({
          ...message,
          body: '',
          custom: {},
          files: [],
          reactions: [],
          pinnedAt: null,
          deletedAt: new Date(),
        }),
        () => writes.delete(channelId, seq),
      ),
  };
}
