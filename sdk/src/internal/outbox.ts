/** Messages on their way: one at a time per channel, so that order holds, and again until the server has them. */
import { ChatError } from '../errors.ts';
import type { Message } from '../messages.ts';
import { createEmitter, type Subscription } from './emitter.ts';
import { retrying } from './retry.ts';

export interface Outbox {
  /** Queues a message; resolves when the server has it, rejects when it refuses it. */
  send(message: Message): Promise<Message>;
  /** What is queued for a channel, in order. */
  pending(channelId: string): readonly Message[];
  /** Called with the channel's id whenever its queue changes. */
  onChange(listener: (channelId: string) => void): Subscription;
  /** Called for each message that the server has taken. */
  onSent(listener: (message: Message) => void): Subscription;
  /** Rejects what is queued; nothing of it is sent any more. */
  giveUp(): void;
}

interface Entry {
  message: Message;
  resolve(message: Message): void;
  reject(error: unknown): void;
}

export function createOutbox(post: (message: Message) => Promise<Message>): Outbox {
  const queues = new Map<string, Entry[]>();
  const changes = createEmitter<string>();
  const sent = createEmitter<Message>();

  async function drain(channelId: string, queue: Entry[]): Promise<void> {
    const isWanted = () => queues.get(channelId) === queue;
    for (let entry = queue[0]; entry && isWanted(); entry = queue[0]) {
      const { message, resolve, reject } = entry;
      try {
        const stored = await retrying(() => post(message), isWanted);
        sent.emit(stored);
        resolve(stored);
      } catch (error) {
        reject(error);
      }
      if (!isWanted()) return;
      queue.shift();
      if (queue.length === 0) queues.delete(channelId);
      changes.emit(channelId);
    }
  }

  return {
    send(message) {
      return new Promise((resolve, reject) => {
        const queue = queues.get(message.channelId) ?? [];
        queue.push({ message, resolve, reject });
        if (queue.length === 1) {
          queues.set(message.channelId, queue);
          void drain(message.channelId, queue);
        }
        changes.emit(message.channelId);
      });
    },
    pending: (channelId) => queues.get(channelId)?.map((entry) => entry.message) ?? [],
    onChange: (listener) => changes.add(listener),
    onSent: (listener) => sent.add(listener),
    giveUp() {
      const given = [...queues];
      queues.clear();
      for (const [channelId, queue] of given) {
        for (const { reject } of queue) {
          reject(new ChatError('session_expired', 'unable to send message; the session ended first'));
        }
        changes.emit(channelId);
      }
    },
  };
}
