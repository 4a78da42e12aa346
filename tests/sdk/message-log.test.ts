import { expect, it } from 'vitest';
import { createMessageLog } from '../../sdk/src/internal/message-log.ts';
import { message, messages } from '../helpers/messages.ts';

const WHOLE = { hasOlder: false, hasNewer: false };
const seqs = (log: ReturnType<typeof createMessageLog>) => log.messages.map(({ seq }) => seq);

it('takes new messages in order and ignores known ones', () => {
  const log = createMessageLog();
  log.reset(messages(1, 3), WHOLE);
  expect([4, 2, 4, 6].map((seq) => log.append(message(seq)))).toEqual([true, false, false, true]);
  expect(seqs(log)).toEqual([1, 2, 3, 4, 6]);
});

it('takes no new message while there is more between', () => {
  const log = createMessageLog();
  log.reset(messages(1, 3), { hasOlder: false, hasNewer: true });
  expect(log.append(message(9))).toBe(false);
});

it('extends by pages that overlap, at both ends', () => {
  const log = createMessageLog();
  log.reset(messages(10, 12), { hasOlder: true, hasNewer: true });
  log.extend(messages(11, 15), false);
  log.prepend(messages(5, 10), true);
  expect(seqs(log)).toEqual(messages(5, 15).map(({ seq }) => seq));
  expect(log).toMatchObject({ hasOlder: true, hasNewer: false });
});

it('keeps what it knows better than an older answer', () => {
  const log = createMessageLog();
  log.reset([message(1, { change: 4, body: 'edited' }), message(2)], WHOLE);
  log.reset([message(1), message(2, { change: 5, body: 'new' })], WHOLE);
  expect(log.messages.map(({ body }) => body)).toEqual(['edited', 'new']);
});

it('lets go of the far end beyond its limit, and says that there is more', () => {
  const log = createMessageLog(10);
  log.reset(messages(11, 20), { hasOlder: true, hasNewer: false });
  log.append(message(21));
  expect(seqs(log)).toEqual(messages(12, 21).map(({ seq }) => seq));
  log.prepend(messages(7, 11), true);
  expect(seqs(log)).toEqual(messages(7, 16).map(({ seq }) => seq));
  expect(log).toMatchObject({ hasOlder: true, hasNewer: true });
});

it('applies each change once, in whatever message of the run it is, and none that is older', () => {
  const log = createMessageLog();
  log.reset([message(1), message(5), message(9, { change: 4 })], WHOLE);
  const change = (seq: number, number: number) =>
    log.change({ seq, change: number, apply: (one) => ({ ...one, body: `${one.body}+${number}` }) });
  expect([change(5, 5), change(5, 5), change(9, 3), change(9, 6), change(7, 7), change(1, 8)]).toEqual([
    true,
    false,
    false,
    true,
    false,
    true,
  ]);
  expect(log.messages.map(({ body }) => body)).toEqual(['1+8', '5+5', '9+6']);
});
