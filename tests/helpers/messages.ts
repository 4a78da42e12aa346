/** Messages that no server has made. */
import type { Message } from '../../sdk/src/index.ts';

export const message = (seq: number): Message => ({
  id: `id-${seq}`,
  channelId: 'c',
  seq,
  author: null,
  body: `${seq}`,
  createdAt: new Date(0),
  status: 'sent',
});

/** Messages from one seq to another, both included. */
export const messages = (from: number, to: number): Message[] =>
  Array.from({ length: to - from + 1 }, (_, n) => message(from + n));
