import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorker, type Worker } from '../../scripts/stack/functions/worker.ts';
import { expectError, sign } from './api.ts';

const folder = fileURLToPath(new URL('../../edge-functions/', import.meta.url));

/** The API beside the stack's own, in front of services that nobody can reach. */
describe('the HTTP API without Auth and database', () => {
  const lines: string[] = [];
  let worker: Worker;

  beforeAll(() => {
    const config = {
      name: 'api',
      entrypoint: `${folder}api/index.ts`,
      importMap: `${folder}deno.json`,
      verifyJwt: false,
    };
    const environment = {
      ...process.env,
      SUPABASE_URL: 'http://127.0.0.1:9',
      SUPABASE_ANON_KEY: 'key',
      SUPABASE_SERVICE_ROLE_KEY: 'key',
    };
    worker = createWorker(config, environment as Record<string, string>, (_event, details) => {
      if ('line' in details) lines.push(String(details.line));
    });
  });
  afterAll(() => worker.stop());

  async function call(method: string, path: string, init: RequestInit) {
    const { origin, release } = await worker.lease();
    const response = await fetch(new URL(path, origin), { method, ...init });
    const body: unknown = await response.json();
    release();
    return { status: response.status, headers: response.headers, body };
  }

  const token = sign({ sub: crypto.randomUUID(), role: 'authenticated' });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const credentials = { email: 'ada@example.com', password: 'Correct1horse', name: 'Ada' };

  it.each([
    ['POST', '/api/auth/register', credentials],
    ['POST', '/api/auth/login', credentials],
    ['POST', '/api/auth/verify-email', { email: 'ada@example.com', code: '123456' }],
    ['POST', '/api/auth/resend-verification', { email: 'ada@example.com' }],
    ['GET', '/api/auth/me', undefined],
    ['GET', `/api/chat/channels/${crypto.randomUUID()}/messages`, undefined],
    ['POST', `/api/chat/channels/${crypto.randomUUID()}/messages/send`, { content: 'x' }],
  ])('answers %s %s with 503 and no word of what is behind it', async (method, path, json) => {
    const answer = await call(method, path, { headers, ...(json && { body: JSON.stringify(json) }) });
    expectError(answer, 503, 'service_unavailable');
    expect(JSON.stringify(answer.body)).not.toMatch(/127\.0\.0\.1|fetch|at /);
  });

  it('logs the reason with the id of the request, and neither token nor password', async () => {
    const requestId = crypto.randomUUID();
    await call('POST', '/api/auth/login', {
      headers: { ...headers, 'x-request-id': requestId },
      body: JSON.stringify(credentials),
    });
    await expect.poll(() => lines.find((line) => line.includes(requestId))).toBeDefined();
    const line = lines.find((entry) => entry.includes(requestId)) ?? '';
    expect(JSON.parse(line)).toMatchObject({
      level: 'error',
      requestId,
      method: 'POST',
      route: '/api/auth/login',
      status: 503,
      code: 'service_unavailable',
      reason: expect.stringMatching(/./),
    });
    expect(lines.join()).not.toContain(token);
    expect(lines.join()).not.toContain(credentials.password);
  });
});
