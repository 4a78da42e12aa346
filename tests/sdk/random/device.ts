/** A browser of one person: a network that can be cut, a socket that loses events, and storage that outlives a crash. */
import { createClient } from '@supabase/supabase-js';
import WebSocket from 'ws';
import { type Chat, createChat, type OutboxStore } from '../../../sdk/src/index.ts';
import { type Network, openNetwork } from '../../helpers/outage.ts';
import { stack } from '../../helpers/stack.ts';
import type { Prng } from './prng.ts';

/** What the browser keeps on disk. */
export interface Disk {
  session: Map<string, string>;
  outbox: Awaited<ReturnType<OutboxStore['list']>>;
}

export const emptyDisk = (): Disk => ({ session: new Map(), outbox: [] });

export interface Device {
  chat: Chat;
  network: Network;
  /** Ends as a browser does that is killed: nobody is told, nothing more reaches the disk. */
  kill(): Promise<void>;
  /** Ends in good order. */
  close(): Promise<void>;
}

const BROADCAST_FRAME = 4;

/** @param loss how many of a hundred events of Realtime never arrive */
export async function openDevice(disk: Disk, prng: Prng, loss: () => number): Promise<Device> {
  const network = await openNetwork();
  let isDead = false;

  class LossySocket extends WebSocket {
    override emit(event: string | symbol, ...rest: unknown[]): boolean {
      const [frame] = rest;
      const isEvent = event === 'message' && Buffer.isBuffer(frame) && frame[0] === BROADCAST_FRAME;
      if (isDead || (isEvent && prng.next() * 100 < loss())) return true;
      return super.emit(event, ...rest);
    }
  }

  const supabase = createClient(network.url, stack.publishableKey, {
    auth: {
      storageKey: 'session',
      storage: {
        getItem: (key) => disk.session.get(key) ?? null,
        setItem: (key, value) => void (isDead || disk.session.set(key, value)),
        removeItem: (key) => void (isDead || disk.session.delete(key)),
      },
    },
    realtime: {
      transport: LossySocket as never,
      reconnectAfterMs: () => 100 + 400 * Math.random(),
    },
  });
  const chat = createChat({ supabase, outboxStore: diskStore(disk, () => isDead) });

  async function end(): Promise<void> {
    await Promise.race([chat.close(), new Promise((resolve) => setTimeout(resolve, 1_000))]);
    await network.close();
  }

  return {
    chat,
    network,
    async kill() {
      isDead = true;
      network.cut();
      await end();
    },
    close: end,
  };
}

function diskStore(disk: Disk, isDead: () => boolean): OutboxStore {
  const alive = () => (isDead() ? Promise.reject(new Error('the browser is gone')) : Promise.resolve());
  return {
    list: () => alive().then(() => [...disk.outbox]),
    put: (_userId, message) =>
      alive().then(() => {
        const place = disk.outbox.findIndex(({ id }) => id === message.id);
        if (place < 0) disk.outbox.push(message);
        else disk.outbox[place] = message;
      }),
    remove: (_userId, id) =>
      alive().then(() => {
        disk.outbox = disk.outbox.filter((message) => message.id !== id);
      }),
    lead(_userId, onLead) {
      queueMicrotask(onLead);
      return { unsubscribe() {} };
    },
    listen: () => ({ tell() {}, unsubscribe() {} }),
  };
}
