/** Messages that no server has made. */
import type { Message } from '../../sdk/src/index.ts';
import { createOutbox, type Outbox } from '../../sdk/src/internal/outbox.ts';
import { createMemoryStore } from '../../sdk/src/internal/outbox-store.ts';

export const message = (seq: number | null, rest: Partial<Message> = {}): Message => ({
  id: `id-${seq}`,
  channelId: 'c',
  seq,
  kind: 'user',
  author: null,
  body: `${seq}`,
  custom: {},
  createdAt: new Date(0),
  editedAt: null,
  deletedAt: null,
  parentSeq: null,
  inChannel: true,
  replyCount: 0,
  lastReplyAt: null,
  replyUserIds: [],
  reactions: [],
  pinnedAt: null,
  mentions: { userIds: [], everyone: null },
  files: [],
  change: 0,
  status: 'sent',
  error: null,
  progress: null,
  ...rest,
});

/** Messages from one seq to another, both included. */
export const messages = (from: number, to: number): Message[] =>
  Array.from({ length: to - from + 1 }, (_, n) => message(from + n));

/** A queue that nothing is put in. */
export const idleOutbox: Outbox = createOutbox({
  store: createMemoryStore(),
  post: () => Promise.reject(new Error('nothing is to be sent')),
  get: () => Promise.reject(new Error('nothing is to be asked')),
});
