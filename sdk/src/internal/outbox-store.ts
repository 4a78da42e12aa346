/** Where messages wait that the server does not have yet: in the browser's database, so that a reload loses none. */
import type { Message } from '../messages.ts';
import type { Subscription } from './emitter.ts';
import type { QueuedMessage } from './queued-message.ts';

/** What one client tells the others of the same user: that the queue has changed, or what the server has taken. */
export type OutboxNews = 'changed' | Message;

/** Keeps the queues of several users apart. An app may bring its own where there is no IndexedDB. */
export interface OutboxStore {
  /** A user's queue, in the order in which messages were first put. */
  list(userId: string): Promise<QueuedMessage[]>;
  /** Adds a message or replaces the one with its id. */
  put(userId: string, message: QueuedMessage): Promise<void>;
  remove(userId: string, id: string): Promise<void>;
  /** Calls back once this client, and no other, is to send the user's queue; ended, another one is. */
  lead(userId: string, onLead: () => void): Subscription;
  /** Hears the user's other clients; `tell` speaks to them. */
  listen(userId: string, onNews: (news: OutboxNews) => void): Subscription & { tell(news: OutboxNews): void };
}

export function createOutboxStore(): OutboxStore {
  return typeof indexedDB === 'undefined' ? createMemoryStore() : createBrowserStore();
}

export function createMemoryStore(): OutboxStore {
  const queues = new Map<string, Map<string, QueuedMessage>>();
  const queueOf = (userId: string) => {
    const queue = queues.get(userId) ?? new Map<string, QueuedMessage>();
    queues.set(userId, queue);
    return queue;
  };
  return {
    list: async (userId) => [...queueOf(userId).values()],
    put: async (userId, message) => void queueOf(userId).set(message.id, message),
    remove: async (userId, id) => void queueOf(userId).delete(id),
    lead(_userId, onLead) {
      onLead();
      return { unsubscribe() {} };
    },
    listen: () => ({ tell() {}, unsubscribe() {} }),
  };
}

interface Stored {
  place?: number;
  userId: string;
  id: string;
  message: QueuedMessage;
}

/** A leader that a browser has frozen keeps its lock. The others ask for it: silence for a second, and they send as well. */
const ASK_MS = 5_000;
const SILENCE_MS = 1_000;
/** A database may never answer, such as while another tab keeps it from an upgrade. */
const PATIENCE_MS = 3_000;

function createBrowserStore(): OutboxStore {
  let opened: Promise<IDBDatabase> | undefined;

  function open(): Promise<IDBDatabase> {
    opened ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('confab', 1);
      request.onupgradeneeded = () => {
        const messages = request.result.createObjectStore('outbox', {
          keyPath: 'place',
          autoIncrement: true,
        });
        messages.createIndex('user', 'userId');
        messages.createIndex('message', ['userId', 'id'], { unique: true });
      };
      request.onsuccess = () => {
        // Another version of the app, in another tab, is to have its way.
        request.result.onversionchange = () => {
          request.result.close();
          opened = undefined;
        };
        resolve(request.result);
      };
      request.onerror = () => reject(request.error);
    }).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  }

  /** Runs requests in one transaction; resolves with the last result once it is committed. */
  function transact<T>(run: (messages: IDBObjectStore, done: (value: T) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      open()
        .then((database) => {
          const transaction = database.transaction('outbox', 'readwrite');
          let result: T;
          run(transaction.objectStore('outbox'), (value) => {
            result = value;
          });
          transaction.oncomplete = () => resolve(result);
          transaction.onabort = () => reject(transaction.error);
        })
        .catch(reject);
    });
  }

  /** Likewise, and rejects when that takes too long. */
  function write(run: (messages: IDBObjectStore) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      AbortSignal.timeout(PATIENCE_MS).onabort = reject;
      transact<void>(run).then(resolve, reject);
    });
  }

  return {
    // However long that takes: nothing waits for what an earlier visit left.
    list: (userId) =>
      transact<QueuedMessage[]>((messages, done) => {
        const request = messages.index('user').getAll(userId);
        request.onsuccess = () => done((request.result as Stored[]).map(({ message }) => message));
      }),
    put: (userId, message) =>
      write((messages) => {
        const request = messages.index('message').getKey([userId, message.id]);
        request.onsuccess = () => {
          const stored: Stored = { userId, id: message.id, message };
          if (request.result !== undefined) stored.place = request.result as number;
          messages.put(stored);
        };
      }),
    remove: (userId, id) =>
      write((messages) => {
        const request = messages.index('message').getKey([userId, id]);
        request.onsuccess = () => {
          if (request.result !== undefined) messages.delete(request.result);
        };
      }),
    lead(userId, onLead) {
      const end = new AbortController();
      const others = new BroadcastChannel(`confab-leader:${userId}`);
      let isLeader = false;
      let silence: ReturnType<typeof setTimeout>;
      function take(): void {
        clearTimeout(silence);
        clearInterval(asking);
        if (!isLeader) onLead();
        isLeader = true;
      }
      function ask(): void {
        others.postMessage('anyone');
        silence = setTimeout(take, SILENCE_MS);
      }
      others.onmessage = ({ data }) => {
        if (data === 'here') clearTimeout(silence);
        else if (isLeader) others.postMessage('here');
      };
      const asking = setInterval(ask, ASK_MS);
      ask();
      // At once when the leader closes; pages without a secure context have no locks.
      void navigator.locks
        ?.request(`confab-outbox:${userId}`, { signal: end.signal }, () => {
          take();
          return new Promise((resolve) => end.signal.addEventListener('abort', resolve));
        })
        .catch(() => {});
      return {
        unsubscribe() {
          clearTimeout(silence);
          clearInterval(asking);
          others.close();
          end.abort();
        },
      };
    },
    listen(userId, onNews) {
      const channel = new BroadcastChannel(`confab-outbox:${userId}`);
      channel.onmessage = ({ data }) => onNews(data as OutboxNews);
      return { tell: (news) => channel.postMessage(news), unsubscribe: () => channel.close() };
    },
  };
}
