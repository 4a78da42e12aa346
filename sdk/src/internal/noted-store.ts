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
  try {
    return (
      Object.keys(localStorage)
        .filter((name) => name.startsWith('confab:outbox:'))
        .sort()
        .map((name) => JSON.parse(localStorage.getItem(name) ?? '') as QueuedMessage)
        // A file cannot be noted, and a message without its files is another one.
        .filter(({ author, files }) => author.id === userId && files.every(({ blob }) => !blob))
        .map((message) => ({ ...message, createdAt: new Date(message.createdAt) }))
    );
  } catch {
    return [];
  }
}
