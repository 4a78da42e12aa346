import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorker, type Worker } from '../../../scripts/stack/functions/worker.ts';
import { signUpAdmin } from '../../helpers/admin.ts';
import { database } from '../../helpers/database.ts';
import { type Gateway, openGateway } from '../../helpers/gateway.ts';
import { signUp } from '../../helpers/people.ts';
import { stack } from '../../helpers/stack.ts';
import { badTokens, call, expectError, TIME } from '../api.ts';

const folder = fileURLToPath(new URL('../../../edge-functions/', import.meta.url));

interface Health {
  status: string;
  services: Record<string, { status: string; latency: number; connections?: number }>;
}

afterAll(() => database.end());

/** A process of the API for these tests alone, whose way to each service can be cut. */
let gateway: Gateway;
let worker: Worker;

beforeAll(async () => {
  gateway = await openGateway();
  const config = {
    name: 'api',
    entrypoint: `${folder}api/index.ts`,
    importMap: `${folder}deno.json`,
    verifyJwt: false,
  };
  const environment = {
    ...process.env,
    SUPABASE_URL: gateway.url,
    SUPABASE_ANON_KEY: stack.anonKey,
    SUPABASE_SERVICE_ROLE_KEY: stack.serviceRoleKey,
  };
  worker = createWorker(config, environment as Record<string, string>, () => {});
}, 60_000);

afterAll(async () => {
  worker.stop();
  await gateway.close();
});

async function ask<Body>(path: string, token?: string, headers: Record<string, string> = {}) {
  const { origin, release } = await worker.lease();
  const response = await fetch(new URL(path, origin), {
    headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) },
  });
  const text = await response.text();
  release();
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: (isJson ? JSON.parse(text) : undefined) as Body,
  };
}

const checkHealth = () => ask<Health>('/api/health');

/** What the health becomes once what was checked last counts no more. */
async function healthOnce(status: string): Promise<Awaited<ReturnType<typeof checkHealth>>> {
  await expect.poll(async () => (await checkHealth()).body.status).toBe(status);
  return checkHealth();
}

const downIn = ({ body }: { body: Health }) =>
  Object.keys(body.services).filter((name) => body.services[name]?.status === 'down');

describe('GET /api/health', () => {
  it('success: everybody may ask, and every service is up', async () => {
    const { status, body, headers } = await call<Health>('GET', '/api/health');
    expect(status).toBe(200);
    const up = { status: 'up', latency: expect.any(Number) };
    expect(body).toEqual({
      status: 'healthy',
      uptime: expect.any(Number),
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      timestamp: TIME,
      services: {
        database: up,
        redis: up,
        storage: up,
        websocket: { ...up, connections: expect.any(Number) },
        auth: up,
      },
    });
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('success: counts the clients that beat', async () => {
    const ada = await signUp('Ada');
    await ada.supabase.rpc('heartbeat').throwOnError();
    const { body } = await healthOnce('healthy');
    expect(body.services.websocket?.connections).toBeGreaterThanOrEqual(1);
  });

  it.each([
    ['storage', '/storage/v1'],
    ['websocket', '/realtime/v1'],
    ['auth', '/auth/v1'],
  ])('effect: is degraded without %s and says so', async (name, path) => {
    gateway.cut.add(path);
    try {
      const answer = await healthOnce('degraded');
      expect(answer.status).toBe(200);
      expect(downIn(answer)).toEqual([name]);
    } finally {
      gateway.cut.clear();
    }
    await healthOnce('healthy');
  });

  it('error: 503 without the Data API', async () => {
    gateway.cut.add('/rest/v1');
    try {
      const answer = await healthOnce('down');
      expect(answer.status).toBe(503);
      expect(downIn(answer)).toEqual(['database', 'redis']);
    } finally {
      gateway.cut.clear();
    }
    await healthOnce('healthy');
  });

  it.each([
    ['database', '/rest/v1/rpc/ping_database'],
    ['redis', '/rest/v1/rpc/ping_cache'],
  ])('error: 503 within three seconds when the %s is silent', async (name, path) => {
    gateway.silenced.add(path);
    try {
      const answer = await healthOnce('down');
      expect(answer.status).toBe(503);
      expect(downIn(answer)).toEqual([name]);
      expect(answer.body.services[name]?.latency).toBeLessThan(3000);
    } finally {
      gateway.silenced.clear();
    }
    await healthOnce('healthy');
  });

  it('limit: many who ask at once get one answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => ask<{ timestamp: string }>('/api/health')),
    );
    expect(new Set(answers.map(({ body }) => body.timestamp)).size).toBeLessThanOrEqual(2);
  });
});

describe('GET /api/metrics', () => {
  it.each(badTokens)('permission: 401 for %s', async (_, spoil) => {
    const root = await signUpAdmin();
    const answer = await call('GET', '/api/metrics', { token: spoil(root.token) });
    expectError(answer, 401, (answer.body as { error: { code: string } }).error.code);
  });

  it('permission: 403 for somebody who is no admin', async () => {
    const ada = await signUp('Ada');
    for (const format of ['json', 'prometheus']) {
      expectError(
        await call('GET', `/api/metrics?format=${format}`, { token: ada.token }),
        403,
        'not_an_admin',
      );
    }
  });

  it('error: 400 for a format that is none', async () => {
    const root = await signUpAdmin();
    const answer = await call('GET', '/api/metrics?format=xml', { token: root.token });
    expectError(answer, 400, 'invalid_input', 'format');
  });

  it('success: tells the figures', async () => {
    const root = await signUpAdmin();
    const { status, body } = await call<Record<string, number>>('GET', '/api/metrics', { token: root.token });
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual([
      'activeConnections',
      'averageLatency',
      'cpuUsage',
      'errorRate',
      'memoryUsage',
      'messagesPerSecond',
      'totalMessages',
    ]);
    for (const value of Object.values(body)) expect(value).toBeGreaterThanOrEqual(0);
    expect(body.memoryUsage).toBeGreaterThan(10_000_000);
    expect(body.cpuUsage).toBeGreaterThan(0);
    expect(body.averageLatency).toBeGreaterThan(0);
  });

  it('effect: counts messages and failed requests', async () => {
    const [root, ada] = await Promise.all([signUpAdmin(), signUp('Ada')]);
    const read = async () => (await ask<Record<string, number>>('/api/metrics', root.token)).body;
    const before = await read();
    const { data } = await ada.supabase.rpc('open_dm', { user_id: root.id }).single().throwOnError();
    for (const body of ['one', 'two', 'three']) {
      await ada.supabase.rpc('send_message', { channel_id: data.id, body }).throwOnError();
    }
    gateway.cut.add('/rest/v1/rpc/get_stats');
    expect((await ask('/api/admin/stats', root.token)).status).toBe(503);
    gateway.cut.clear();
    const after = await read();
    expect(after.totalMessages).toBeGreaterThanOrEqual((before.totalMessages ?? 0) + 3);
    expect(after.messagesPerSecond).toBeGreaterThanOrEqual(0.05);
    expect(after.errorRate).toBeGreaterThan(0);
  });

  const PROMETHEUS =
    'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.4,*/*;q=0.1';

  it.each([
    ['?format=prometheus', ''],
    ['', PROMETHEUS],
  ])('success: speaks to Prometheus, asked by %s%s', async (query, accept) => {
    const root = await signUpAdmin();
    const { status, text, headers } = await ask(`/api/metrics${query}`, root.token, accept ? { accept } : {});
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    for (const line of text.split('\n').filter(Boolean)) {
      expect(line).toMatch(/^(# (HELP|TYPE) .+|[a-z_]+(\{[^}]*\})? [\d.e+-]+)$/);
    }
    expect(text).toMatch(/^confab_messages \d+$/m);
    expect(text).toMatch(/^process_cpu_seconds_total [\d.]+$/m);
  });

  it('success: lets a scraper in with an API key of an admin', async () => {
    const root = await signUpAdmin();
    const { data } = await root.supabase
      .rpc('create_api_key', { name: 'Prometheus', scopes: ['read', 'admin'] })
      .single()
      .throwOnError();
    const { status, text } = await ask('/api/metrics', undefined, {
      'x-api-key': data.secret,
      accept: PROMETHEUS,
    });
    expect(status).toBe(200);
    expect(text).toContain('confab_messages ');
  });

  it('success: answers JSON to those who take text as well', async () => {
    const root = await signUpAdmin();
    const accept = 'application/json, text/plain, */*';
    const { headers } = await ask('/api/metrics', root.token, { accept });
    expect(headers.get('content-type')).toContain('application/json');
  });

  it('limit: routes are told apart as they are declared, whatever paths and methods strangers ask for', async () => {
    const root = await signUpAdmin();
    await ask('/api/users/made-up-by-a-stranger');
    await ask(`/api/chat/channels/${crypto.randomUUID()}/messages`, root.token);
    const { text } = await ask('/api/metrics?format=prometheus', root.token);
    expect(text).not.toContain('made-up');
    expect(text).toContain('route="/api/chat/channels/:channelId/messages"');
  });
});
