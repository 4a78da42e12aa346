/** Answers of the Data API that are no fault of the call. */
import { expect, it } from 'vitest';
import { refused } from '../../edge-functions/_shared/errors.ts';
import type { ChatError } from '../../sdk/src/index.ts';
import { type ChatClient, createRest } from '../../sdk/src/internal/rest.ts';

it.each([
  ['the connection to Postgres broke in the middle of it', { code: '', message: '' }, 400],
  ['Postgres crashed', { code: '57P02', message: 'terminating connection because of crash' }, 500],
  ['two transactions waited for each other', { code: '40P01', message: 'deadlock detected' }, 500],
])('a call may be tried again when %s', async (_reason, error, status) => {
  const rest = createRest({} as ChatClient, { session: 0, token: null, forget() {} });
  const refusal = await rest
    .run('send message', Promise.resolve({ data: null, error, status }))
    .catch((thrown: ChatError) => thrown);
  expect(refusal).toMatchObject({ code: 'service_unavailable', retryable: true });
  expect(refused('send message', error, status)).toMatchObject({ code: 'service_unavailable', status: 503 });
});

it('a refusal for too many requests says after how many seconds the next may come', async () => {
  const rest = createRest({} as ChatClient, { session: 0, token: null, forget() {} });
  const error = {
    code: 'rate_limited',
    message: 'unable to send message; slow down',
    details: 'Retry-After: 7',
  };
  const refusal = await rest
    .run('send message', Promise.resolve({ data: null, error, status: 429 }))
    .catch((thrown: ChatError) => thrown);
  expect(refusal).toMatchObject({ code: 'rate_limited', status: 429, retryable: true, retryAfter: 7 });
});
