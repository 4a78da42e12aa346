import { expect, it } from 'vitest';
import { createMessageLog } from '../../sdk/src/internal/message-log.ts';
import { message, messages } from '../helpers/messages.ts';

it('takes the next message, ignores a known one and tells of a gap', () => {
  const log = createMessageLog();
  log.reset(messages(1, 3));
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
  log.reset(messages(10, 12));
  log.extend(messages(11, 15));
  log.prepend(messages(5, 10));
  expect(log.messages.map(({ seq }) => seq)).toEqual(messages(5, 15).map(({ seq }) => seq));
});
