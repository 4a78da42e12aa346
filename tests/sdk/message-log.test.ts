import { expect, it } from 'vitest';
import type { Message } from '../../sdk/src/index.ts';
import { createMessageLog } from '../../sdk/src/internal/message-log.ts';

const message = (seq: number): Message => ({
  id: `${seq}`,
  channelId: 'c',
  seq,
  author: null,
  body: `${seq}`,
  createdAt: new Date(0),
  status: 'sent',
});
const run = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => message(from + n));

it('takes the next message, ignores a known one and tells of a gap', () => {
  const log = createMessageLog();
  log.reset(run(1, 3));
  expect(log.append(message(4))).toBe(true);
  expect(log.append(message(2))).toBe(true);
  expect(log.append(message(6))).toBe(false);
  expect(log.messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});

it('starts a channel with its first message and with no other', () => {
  const log = createMessageLog();
  expect(log.append(message(2))).toBe(false);
  expect(log.append(message(1))).toBe(true);
  expect(log).toMatchObject({ firstSeq: 1, lastSeq: 1 });
});

it('extends by pages that overlap, at both ends', () => {
  const log = createMessageLog();
  log.reset(run(10, 12));
  log.extend(run(11, 15));
  log.prepend(run(5, 10));
  expect(log.messages.map(({ seq }) => seq)).toEqual(run(5, 15).map(({ seq }) => seq));
});
