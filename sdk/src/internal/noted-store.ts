/** Storing takes a moment, in which a reload would lose the message: until then it is noted, and what an earlier page noted counts as stored. */
import { note } from './note.ts';
import type { OutboxStore } from './outbox-store.ts';
import type { QueuedMessage } from './queued-message.ts';

export function createNotedStore(store: OutboxStore): OutboxStore {
  return {
    async list(userId) {
      // Before the store is asked: a note goes once its message is there.
      const notes = readNotes(userId);
      const stored = await store.list(userId);
      if (notes.length === 0) return stored;
      const ids = new Set(stored.map(({ id }) => id));
      return [...stored, ...notes.filter(({ id }) => !ids.has(id))].sort(
        (one, other) => one.createdAt.getTime() - other.createdAt.getTime(),
      );
    },
    async put(userId, message) {
      note('outbox', message.id, message);
      await store.put(userId, message);
      note('outbox', message.id, false);
    },
    async remove(userId, id) {
      note('outbox', id, false);
      await store.remove(userId, id);
    },
    lead: (userId, onLead) => store.lead(userId, onLead),
    listen: (userId, onNews) => store.listen(userId, onNews),
  };
}

/** A user's, by id. */
function readNotes(userId: string): QueuedMessage[] {
  const notes: QueuedMessage[] = [];
  try {
    for (const name of Object.keys(localStorage).sort()) {
      if (!name.startsWith('confab:outbox:')) continue;
      const message = JSON.parse(localStorage.getItem(name) ?? '') as QueuedMessage;
      if (message.author.id !== userId) continue;
      // A file cannot be noted, and a message without its files is another one.
      if (message.files.some(({ blob }) => blob)) note('outbox', message.id, false);
      else notes.push({ ...message, createdAt: new Date(message.createdAt) });
    }
  } catch {
    // No storage here.
  }
  return notes;
}
