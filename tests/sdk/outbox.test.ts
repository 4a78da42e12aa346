/** The queue of messages on their way, without a server. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ChatError, type Message } from '../../sdk/src/index.ts';
import { createOutbox } from '../../sdk/src/internal/outbox.ts';
import { message as draft } from '../helpers/messages.ts';

const message = (body: string): Message => draft(null, { id: body, body, status: 'pending' });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('what was waiting for the network when the sender signed out is never sent in the name of the next', async () => {
  const posted: string[] = [];
  let isCut = true;
  const outbox = createOutbox(async (sent) => {
    if (isCut) throw new ChatError('network_unavailable', 'unable to send message; no answer');
    posted.push(sent.body);
    return sent;
  });
  const first = outbox.send(message('from Ada')).catch((error: ChatError) => error.code);
  const second = outbox.send(message('also from Ada')).catch((error: ChatError) => error.code);
  await vi.advanceTimersByTimeAsync(100);

  outbox.giveUp();
  isCut = false;
  expect(await Promise.all([first, second])).toEqual(['session_expired', 'session_expired']);
  expect(outbox.pending('c')).toEqual([]);

  const next = outbox.send(message('from Ben'));
  await vi.advanceTimersByTimeAsync(60_000);
  await next;
  expect(posted).toEqual(['from Ben']);
});
