/** What the environment decides about the HTTP API: origins, TLS, and what one request leaves in the log. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorker, type Worker } from '../../scripts/stack/functions/worker.ts';
import { signUp } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';
import { expectError } from './api.ts';

const folder = fileURLToPath(new URL('../../edge-functions/', import.meta.url));
const APP = 'https://app.example.com';

/** The API beside the stack's own, as it is run in production, in front of a service that says what it was asked. */
describe('the HTTP API in production', () => {
  const lines: string[] = [];
  const asked: Record<string, string | string[] | undefined>[] = [];
  let worker: Worker;
  let between: Server;

  beforeAll(async () => {
    between = createServer(async (request, response) => {
      asked.push(request.headers);
      const answer = await fetch(`${stack.apiUrl}${request.url}`, {
        method: request.method ?? 'GET',
        headers: Object.entries(request.headers).filter(
          ([name]) => !/^(host|connection|content-length|transfer-encoding)$/.test(name),
        ) as [string, string][],
        ...(request.method === 'POST' && { body: await new Response(request as never).text() }),
      });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      response.end(await answer.text());
    });
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
    const config = {
      name: 'api',
      entrypoint: `${folder}api/index.ts`,
      importMap: `${folder}deno.json`,
      verifyJwt: false,
    };
    const environment = {
      ...process.env,
      SUPABASE_URL: `http://127.0.0.1:${(between.address() as AddressInfo).port}`,
      SUPABASE_ANON_KEY: stack.anonKey,
      SUPABASE_SERVICE_ROLE_KEY: stack.serviceRoleKey,
      CORS_ORIGINS: `${APP}, https://admin.example.com`,
      HTTPS_ONLY: 'true',
    };
    worker = createWorker(config, environment as Record<string, string>, (_event, details) => {
      if ('line' in details) lines.push(String(details.line));
    });
  });
  afterAll(() => {
    worker.stop();
    between.close();
  });

  async function call(method: string, path: string, headers: Record<string, string>, body?: string) {
    const { origin, release } = await worker.lease();
    const response = await fetch(new URL(path, origin), {
      method,
      headers: { 'x-forwarded-proto': 'https', ...headers },
      ...(body && { body }),
    });
    const text = await response.text();
    release();
    return {
      status: response.status,
      headers: response.headers,
      body: JSON.parse(text || 'null') as unknown,
    };
  }

  it.each([APP, 'https://admin.example.com'])(
    'lets pages of %s call it and read the limits',
    async (origin) => {
      const preflight = await call('OPTIONS', '/api/auth/me', {
        origin,
        'access-control-request-method': 'GET',
      });
      expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
      const answer = await call('GET', '/api/auth/me', { origin });
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
      expect(answer.headers.get('access-control-expose-headers')).toContain('RateLimit-Remaining');
      expect(answer.headers.get('vary')).toContain('Origin');
    },
  );

  it.each(['https://evil.example', 'null', `${APP}.evil.example`, 'http://app.example.com'])(
    'lets no page of %s call it',
    async (origin) => {
      for (const method of ['OPTIONS', 'GET']) {
        const answer = await call(method, '/api/auth/me', { origin, 'access-control-request-method': 'GET' });
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
        expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      }
    },
  );

  it('answers over TLS only, and tells browsers to remember that', async () => {
    const answer = await call('GET', '/api/auth/me', { 'x-forwarded-proto': 'http' });
    expectError(answer, 403, 'https_required');
    expect(answer.headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/);
  });

  it("hands the caller's trace on to what it calls", async () => {
    const { token } = await signUp();
    const traceparent = `00-${'4bf92f3577b34da6a3ce929d0e0e4736'}-00f067aa0ba902b7-01`;
    asked.length = 0;
    const headers = { authorization: `Bearer ${token}`, traceparent, tracestate: 'vendor=1' };
    expect((await call('GET', '/api/auth/me', headers)).status).toBe(200);
    expect(asked.length).toBeGreaterThan(0);
    for (const request of asked) expect(request).toMatchObject({ traceparent, tracestate: 'vendor=1' });
    asked.length = 0;
    await call('GET', '/api/auth/me', { ...headers, traceparent: 'nonsense' });
    for (const request of asked) expect(request).not.toHaveProperty('traceparent');
  });

  const lineOf = (requestId: string) =>
    expect.poll(() =>
      lines.filter((line) => line.includes(requestId)).map((line) => JSON.parse(line) as object),
    );

  it('logs a line of JSON for each request', async () => {
    const ada = await signUp('Ada');
    const requestId = crypto.randomUUID();
    await call('GET', '/api/auth/me?x=1', {
      authorization: `Bearer ${ada.token}`,
      'x-request-id': requestId,
    });
    await lineOf(requestId).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        level: 'info',
        requestId,
        method: 'GET',
        route: '/api/auth/me',
        status: 200,
        durationMs: expect.any(Number),
        userId: ada.id,
      },
    ]);
  });

  it('logs neither token nor password nor address, whatever becomes of the request', async () => {
    const ada = await signUp('Ada');
    const requestId = crypto.randomUUID();
    const headers = { 'content-type': 'application/json', 'x-request-id': requestId };
    const credentials = JSON.stringify({ email: ada.email, password: 'Wrong1horse' });
    await call('POST', '/api/auth/login', headers, credentials);
    await call(
      'POST',
      '/api/auth/register',
      headers,
      JSON.stringify({ email: ada.email, password: ada.password, name: 'A' }),
    );
    await call('GET', `/api/nothing/${ada.token}`, { ...headers, authorization: `Bearer ${ada.token}` });
    await lineOf(requestId).toHaveLength(3);
    for (const secret of [ada.token, ada.email, ada.password, 'Wrong1horse']) {
      expect(lines.join('\n')).not.toContain(secret);
    }
  });
});
