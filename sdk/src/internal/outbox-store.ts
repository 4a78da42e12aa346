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

/** A lease is renewed three times in this time, and free afterwards. */
const LEASE_MS = 6_000;

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
        request.result.createObjectStore('leases');
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
  async function transact<T>(
    name: string,
    run: (store: IDBObjectStore, done: (value: T) => void) => void,
  ): Promise<T> {
    const database = await open();
    return new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(name, 'readwrite');
      let result: T;
      run(transaction.objectStore(name), (value) => {
        result = value;
      });
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  function lease(userId: string, onLead: () => void): Subscription {
    const holder = Math.random();
    let isLeader = false;
    const attempt = async () => {
      const isMine = await transact<boolean>('leases', (leases, done) => {
        const request = leases.get(userId);
        request.onsuccess = () => {
          const held = request.result as { holder: number; until: number } | undefined;
          const isFree =
            !held || held.holder === holder || held.until < Date.now() || held.until > Date.now() + LEASE_MS;
          if (isFree) leases.put({ holder, until: Date.now() + LEASE_MS }, userId);
          done(isFree);
        };
      });
      if (isMine && !isLeader) onLead();
      isLeader = isMine;
    };
    const now = () => void attempt().catch(() => {});
    const timer = setInterval(now, LEASE_MS / 3);
    now();
    return {
      unsubscribe() {
        clearInterval(timer);
        if (isLeader) void transact('leases', (leases) => void leases.delete(userId)).catch(() => {});
      },
    };
  }

  return {
    list: (userId) =>
      transact<QueuedMessage[]>('outbox', (messages, done) => {
        const request = messages.index('user').getAll(userId);
        request.onsuccess = () => done((request.result as Stored[]).map(({ message }) => message));
      }),
    put: (userId, message) =>
      transact('outbox', (messages) => {
        const request = messages.index('message').getKey([userId, message.id]);
        request.onsuccess = () => {
          const stored: Stored = { userId, id: message.id, message };
          if (request.result !== undefined) stored.place = request.result as number;
          messages.put(stored);
        };
      }),
    remove: (userId, id) =>
      transact('outbox', (messages) => {
        const request = messages.index('message').getKey([userId, id]);
        request.onsuccess = () => {
          if (request.result !== undefined) messages.delete(request.result);
        };
      }),
    lead(userId, onLead) {
      // Pages without a secure context have no locks.
      if (!navigator.locks) return lease(userId, onLead);
      const end = new AbortController();
      void navigator.locks
        .request(
          `confab-outbox:${userId}`,
          { signal: end.signal },
          () =>
            new Promise<void>((resolve) => {
              end.signal.addEventListener('abort', () => resolve());
              onLead();
            }),
        )
        .catch(() => {});
      return { unsubscribe: () => end.abort() };
    },
    listen(userId, onNews) {
      const channel = new BroadcastChannel(`confab-outbox:${userId}`);
      channel.onmessage = ({ data }) => onNews(data as OutboxNews);
      return { tell: (news) => channel.postMessage(news), unsubscribe: () => channel.close() };
    },
  };
}
