/** Edge functions as the real client invokes them. */
import { randomUUID } from 'node:crypto';
import { createClient, FunctionRegion, FunctionsFetchError, FunctionsHttpError } from '@supabase/supabase-js';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type ChatClient, connect, PASSWORD, signUp, uniqueEmail } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';

interface Refusal {
  error: { code: string; message: string };
}

/** The status and the code that a function refused with. */
async function refusal(error: unknown): Promise<[number, string]> {
  if (!(error instanceof FunctionsHttpError)) throw error;
  const response = error.context as Response;
  return [response.status, ((await response.json()) as Refusal).error.code];
}

const registration = () => ({ email: uniqueEmail('Ada'), password: PASSWORD, name: 'Ada' });

/** A network that fails as `fetch` does without one. */
function withoutNetwork(): ChatClient {
  return createClient(stack.apiUrl, stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
    global: { fetch: () => Promise.reject(new TypeError('fetch failed')) },
    realtime: { transport: WebSocket as never },
  }) as unknown as ChatClient;
}

describe('invoking a function', () => {
  it('sends JSON and parses the answer', async () => {
    const body = registration();
    const { data, error, response } = await connect().functions.invoke('api/auth/register', { body });
    expect(error).toBeNull();
    expect(data).toMatchObject({ token: expect.any(String), user: { email: body.email, name: 'Ada' } });
    expect(response?.status).toBe(201);
    expect(response?.headers.get('x-request-id')).toBeTruthy();
  });

  it("carries the caller's session", async () => {
    const { supabase, id, email } = await signUp();
    const { data, error } = await supabase.functions.invoke('api/auth/me', { method: 'GET' });
    expect(error).toBeNull();
    expect(data).toMatchObject({ user: { id, email } });
  });

  it('sends headers and a token of its own', async () => {
    const { token, id } = await signUp();
    const functions = connect().functions;
    const answer = await functions.invoke('api/auth/me', {
      method: 'GET',
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(answer.data).toMatchObject({ user: { id } });
    functions.setAuth(token);
    const again = await functions.invoke('api/auth/me', { method: 'GET' });
    expect(again.data).toMatchObject({ user: { id } });
  });

  it('sends text, blobs, bytes and forms with the type that they have', async () => {
    const { functions } = connect();
    const json = JSON.stringify(registration());
    const typed = await functions.invoke('api/auth/register', {
      body: json,
      headers: { 'Content-Type': 'application/json' },
    });
    expect(typed.error).toBeNull();
    const blob = new Blob([JSON.stringify(registration())], { type: 'application/json' });
    expect((await functions.invoke('api/auth/register', { body: blob })).error).toBeNull();
    const form = new FormData();
    form.set('email', uniqueEmail());
    // The function reads JSON only, so it refuses each for its type.
    for (const body of [json, new TextEncoder().encode(json).buffer as ArrayBuffer, form]) {
      const { error } = await functions.invoke('api/auth/register', { body });
      expect((await refusal(error))[0]).toBe(415);
    }
  });

  it('names a region without losing its way', async () => {
    const { supabase, id } = await signUp();
    const { data } = await supabase.functions.invoke('api/auth/me', {
      method: 'GET',
      region: FunctionRegion.EuWest1,
    });
    expect(data).toMatchObject({ user: { id } });
  });
});

describe('a refusal', () => {
  it('is an HTTP error with the answer inside', async () => {
    const { functions } = connect();
    const anonymous = await functions.invoke('api/auth/me', { method: 'GET' });
    expect(anonymous.data).toBeNull();
    expect(await refusal(anonymous.error)).toEqual([401, expect.any(String)]);
    const invalid = await functions.invoke('api/auth/register', { body: {} });
    expect((await refusal(invalid.error))[0]).toBe(400);
    const path = await functions.invoke(`api/${randomUUID()}`, { method: 'GET' });
    expect((await refusal(path.error))[0]).toBe(404);
    const method = await functions.invoke('api/auth/me', { method: 'DELETE' });
    expect((await refusal(method.error))[0]).toBe(405);
  });

  it('is a 404 for a function that does not exist', async () => {
    const { error } = await connect().functions.invoke(`no-${randomUUID()}`);
    expect(error).toBeInstanceOf(FunctionsHttpError);
    expect((error as FunctionsHttpError).context.status).toBe(404);
  });

  it('is a fetch error without a network, when aborted and when too slow', async () => {
    const offline = await withoutNetwork().functions.invoke('api/auth/me');
    expect(offline.error).toBeInstanceOf(FunctionsFetchError);
    const controller = new AbortController();
    const answer = connect().functions.invoke('api/auth/me', { method: 'GET', signal: controller.signal });
    controller.abort();
    expect((await answer).error).toBeInstanceOf(FunctionsFetchError);
    const slow = await connect().functions.invoke('api/auth/register', { body: registration(), timeout: 1 });
    expect(slow.error).toBeInstanceOf(FunctionsFetchError);
  });
});

describe('a browser', () => {
  it('may call functions from any page', async () => {
    const answer = await fetch(`${stack.apiUrl}/functions/v1/api/auth/me`, {
      method: 'OPTIONS',
      headers: {
        Origin: 'http://localhost:5173',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization, x-client-info, apikey, content-type, x-region',
      },
    });
    expect(answer.ok).toBe(true);
    expect(answer.headers.get('access-control-allow-origin')).toMatch(/^(\*|http:\/\/localhost:5173)$/);
    expect(answer.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('x-client-info');
  });
});
