/** Answers of the Data API that are no fault of the call. */
import { describe, expect, it } from 'vitest';
import { refused } from '../../edge-functions/_shared/errors.ts';
import { ChatError } from '../../sdk/src/index.ts';
import { type ChatClient, createRest } from '../../sdk/src/internal/rest.ts';

const signedOut = { session: 0, userId: null, async renew() {}, forget() {} };

it.each([
  ['the connection to Postgres broke in the middle of it', { code: '', message: '' }, 400],
  ['Postgres crashed', { code: '57P02', message: 'terminating connection because of crash' }, 500],
  ['two transactions waited for each other', { code: '40P01', message: 'deadlock detected' }, 500],
])('a call may be tried again when %s', async (_reason, error, status) => {
  const rest = createRest({} as ChatClient, signedOut);
  const refusal = await rest
    .run('send message', Promise.resolve({ data: null, error, status }))
    .catch((thrown: ChatError) => thrown);
  expect(refusal).toMatchObject({ code: 'service_unavailable', retryable: true });
  expect(refused('send message', error, status)).toMatchObject({ code: 'service_unavailable', status: 503 });
});

it('a refusal for too many requests says after how many seconds the next may come', async () => {
  const rest = createRest({} as ChatClient, signedOut);
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

/** A client whose token has run out, before a server that takes the next one. */
function withStaleToken(refusal: { code: string; message: string }, renew: () => Promise<void>) {
  let isFresh = false;
  const forgotten: number[] = [];
  const sessions = {
    session: 7,
    userId: 'ada',
    async renew() {
      await renew();
      isFresh = true;
    },
    forget: (session: number) => forgotten.push(session),
  };
  const rest = createRest({} as ChatClient, sessions);
  let asked = 0;
  const query = {
    // biome-ignore lint/suspicious/noThenProperty: the client library's queries are thenables, sent with each await.
    then(
      resolve: (answer: { data: string | null; error: typeof refusal | null; status: number }) => unknown,
    ) {
      asked += 1;
      return resolve(
        isFresh ? { data: 'hello', error: null, status: 200 } : { data: null, error: refusal, status: 401 },
      );
    },
  } as PromiseLike<{ data: string | null; error: typeof refusal | null; status: number }>;
  return { call: () => rest.run('read', query), sessions, forgotten, asked: () => asked };
}

describe.each([
  ['a token that has run out', { code: 'PGRST303', message: 'JWT expired' }],
  ['a token that could not be had in time', { code: '42501', message: 'permission denied for schema chat' }],
])('%s', (_reason, refusal) => {
  it('is renewed, and the call sent again', async () => {
    const { call, forgotten, asked } = withStaleToken(refusal, async () => {});
    expect(await call()).toBe('hello');
    expect([asked(), forgotten]).toEqual([2, []]);
  });

  it('ends no session while the network is away', async () => {
    const { call, forgotten } = withStaleToken(refusal, async () => {
      throw new ChatError('network_unavailable', 'unable to renew the session; no answer');
    });
    await expect(call()).rejects.toMatchObject({ code: 'network_unavailable', retryable: true });
    expect(forgotten).toEqual([]);
  });

  it('ends the session when there is none to be had', async () => {
    const { call, forgotten } = withStaleToken(refusal, async () => {
      throw new ChatError('session_expired', 'unable to renew the session; it was revoked');
    });
    await expect(call()).rejects.toMatchObject({ code: 'session_expired' });
    expect(forgotten).toEqual([7]);
  });

  it('is not renewed to ask in the name of somebody else', async () => {
    const { call, sessions, asked } = withStaleToken(refusal, async () => {
      sessions.userId = 'ben';
    });
    await expect(call()).rejects.toBeInstanceOf(ChatError);
    expect(asked()).toBe(1);
  });
});

it('a call that is never answered is given up', async () => {
  const rest = createRest({} as ChatClient, signedOut);
  const signal = AbortSignal.timeout(1);
  await expect(rest.run('read', new Promise<never>(() => {}), signal)).rejects.toMatchObject({
    code: 'network_unavailable',
  });
});
