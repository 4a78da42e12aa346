/** The queue before its code is there: what is sent shows at once, and is queued in order as soon as it is. */
import type { Message } from '../messages.ts';
import { createEmitter } from './emitter.ts';
import type { Lazy } from './lazy.ts';
import { note } from './note.ts';
import type { Outbox } from './outbox.ts';
import { type QueuedMessage, toPending } from './queued-message.ts';

export function createEarlyOutbox(code: Lazy<{ outbox: Outbox }>): Outbox {
  const changes = createEmitter<string>();
  const sent = createEmitter<Message>();
  const early = new Set<QueuedMessage>();

  code.whenThere(({ outbox }) => {
    outbox.onChange(changes.emit);
    outbox.onSent(sent.emit);
  });

  return {
    send: (queued) =>
      new Promise((resolve, reject) => {
        code.whenThere(({ outbox }) => {
          early.delete(queued);
          resolve(outbox.send(queued));
        });
        if (code.now) return;
        early.add(queued);
        note('outbox', queued.id, queued);
        changes.emit(queued.channelId);
        code.get().catch(reject);
      }),
    ...code.calls('outbox', 'retry', 'discard'),
    pending: (channelId) => [
      ...(code.now?.outbox.pending(channelId) ?? []),
      // Handed over one after the other, each of which is shown.
      ...[...early]
        .filter((queued) => queued.channelId === channelId)
        .map((queued) => toPending(queued, null)),
    ],
    onChange: changes.add,
    onSent: sent.add,
    open(userId) {
      // What the last user sent waits for the code too, but is nobody else's to see.
      early.clear();
      code.whenThere(({ outbox }) => outbox.open(userId));
    },
  };
}
