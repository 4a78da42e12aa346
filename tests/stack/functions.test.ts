import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FunctionConfig } from '../../scripts/stack/config.ts';
import { watchFunctions } from '../../scripts/stack/functions/reload.ts';
import { createFunctionServer } from '../../scripts/stack/functions/server.ts';
import { createWorker, type Worker } from '../../scripts/stack/functions/worker.ts';
import { KEYS } from '../../scripts/stack/keys.ts';
import { closed, listen } from './upstream.ts';

const PATIENTLY = { timeout: 15_000 };

const folder = mkdtempSync(join(tmpdir(), 'confab-functions-'));
const workers = new Map<string, Worker>();
const lines: string[] = [];
let server: Server;
let url: string;
let unwatch: () => void;

const SOURCES: Record<string, string> = {
  echo: `Deno.serve(async (request) => Response.json({
    url: new URL(request.url).pathname, method: request.method, body: await request.text(), secret: Deno.env.get('SECRET'),
  }));`,
  rights: `Deno.serve(() => {
    const attempt = (act: () => unknown) => { try { act(); return 'done'; } catch (error) { return (error as Error).name; } };
    return Response.json({
      run: attempt(() => new Deno.Command('/bin/ls').outputSync()),
      write: attempt(() => Deno.writeTextFileSync('/tmp/confab-function-wrote', '')),
      readOther: attempt(() => Deno.readTextFileSync('/etc/passwd')),
      readOwn: attempt(() => Deno.readTextFileSync(new URL(import.meta.url))),
      library: attempt(() => Deno.dlopen('libc.so.6', {})),
      home: Deno.env.get('HOME') ?? 'none',
    });
  });`,
  crash: `Deno.serve((request) => request.url.endsWith('/now') ? Deno.exit(1) : new Response('alive'));`,
  late: `Deno.serve(() => {
    setTimeout(() => { throw new Error('too late'); }, 100);
    return new Response('before');
  });`,
  broken: 'const this is not = TypeScript',
  changing: `Deno.serve(() => new Response('as it was'));`,
  replaced: `Deno.serve(() => new Response('as it was'));`,
  guarded: `Deno.serve(() => new Response('inside'));`,
  socket: `Deno.serve((request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = (event) => socket.send('echo ' + event.data);
    return response;
  });`,
};

beforeAll(async () => {
  for (const [name, source] of Object.entries(SOURCES)) {
    const config: FunctionConfig = {
      name,
      entrypoint: write(name, source),
      verifyJwt: name === 'guarded',
      importMap: undefined,
    };
    workers.set(
      name,
      createWorker(config, { SECRET: 'known', NO_COLOR: '1' }, (event, details) => {
        lines.push(JSON.stringify({ event, ...details }));
      }),
    );
  }
  server = createFunctionServer(workers, KEYS.jwtSecret, () => {});
  url = await listen(server);
  unwatch = watchFunctions(
    [...workers.values()].map(({ config }) => config),
    () => {
      for (const worker of workers.values()) worker.renew();
    },
  );
});

afterAll(async () => {
  unwatch();
  for (const worker of workers.values()) worker.stop();
  await closed(server);
  rmSync(folder, { recursive: true });
});

function write(name: string, source: string): string {
  const file = join(folder, name, 'index.ts');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, source);
  return file;
}

const call = (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, init);

describe('a function', () => {
  it('sees its own path, the body and its variables', async () => {
    const response = await call('/echo/deep/path', { method: 'POST', body: 'hello' });
    const expected = { url: '/echo/deep/path', method: 'POST', body: 'hello', secret: 'known' };
    expect(await response.json()).toEqual(expected);
  });

  it('may use the network and read its own code, and nothing else', async () => {
    expect(await (await call('/rights')).json()).toEqual({
      run: 'NotCapable',
      write: 'NotCapable',
      readOther: 'NotCapable',
      readOwn: 'done',
      library: 'NotCapable',
      home: 'none',
    });
  });

  it('that nobody has written is not found', async () => {
    const response = await call('/nobody');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that does not compile answers 503 and says why in the log only', async () => {
    const response = await call('/broken');
    expect(response.status).toBe(503);
    expect(await response.text()).not.toMatch(/index\.ts/);
    expect(lines.join('\n')).toMatch(/index\.ts/);
  });

  it('that exits answers 500, harms no other, and is started again', async () => {
    const echo = await call('/echo');
    const crashed = await call('/crash/now');
    expect(crashed.status).toBe(500);
    expect(await crashed.json()).toMatchObject({ code: 'WORKER_ERROR' });
    expect(echo.status).toBe(200);
    expect(await (await call('/crash')).text()).toBe('alive');
  });

  it('that throws outside a request is started again', async () => {
    expect(await (await call('/late')).text()).toBe('before');
    await expect.poll(() => lines.some((line) => line.includes('too late')), PATIENTLY).toBe(true);
    await expect.poll(async () => (await call('/late')).text(), PATIENTLY).toBe('before');
  });

  it('carries a WebSocket', async () => {
    const socket = new (await import('ws')).WebSocket(`${url.replace('http', 'ws')}/socket`);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.send('hello');
    expect(await new Promise((resolve) => socket.once('message', (data) => resolve(String(data))))).toBe(
      'echo hello',
    );
    socket.close();
  });
});

describe('a function with verify_jwt', () => {
  it.each([
    ['nothing', {}, 401, 'UNAUTHORIZED_NO_AUTH_HEADER'],
    [
      'a forged token',
      { authorization: `Bearer ${token('other secret', 60)}` },
      401,
      'UNAUTHORIZED_INVALID_JWT_FORMAT',
    ],
    [
      'an expired token',
      { authorization: `Bearer ${token(KEYS.jwtSecret, -60)}` },
      401,
      'UNAUTHORIZED_INVALID_JWT_FORMAT',
    ],
    ['a good token', { authorization: `Bearer ${token(KEYS.jwtSecret, 60)}` }, 200, undefined],
    [
      'an opaque key and the token that the gateway adds',
      { authorization: `Bearer ${KEYS.publishableKey}`, 'sb-api-key': `Bearer ${KEYS.anonKey}` },
      200,
      undefined,
    ],
  ])('given %s', async (_what, headers, status, code) => {
    const response = await call('/guarded', { headers: headers as Record<string, string> });
    expect(response.status).toBe(status);
    if (code) expect(await response.json()).toMatchObject({ code });
  });
});

describe('a changed file', () => {
  it('is served from then on', async () => {
    expect(await (await call('/changing')).text()).toBe('as it was');
    write('changing', `Deno.serve(() => new Response('changed'));`);
    await expect.poll(async () => (await call('/changing')).text(), PATIENTLY).toBe('changed');
  });

  it('is served from then on, also where another file was moved onto it before', async () => {
    expect(await (await call('/replaced')).text()).toBe('as it was');
    const other = mkdtempSync(join(tmpdir(), 'confab-replacement-'));
    const draft = join(other, 'index.ts');
    writeFileSync(draft, `Deno.serve(() => new Response('moved'));`);
    renameSync(draft, join(folder, 'replaced', 'index.ts'));
    rmSync(other, { recursive: true });
    await expect.poll(async () => (await call('/replaced')).text(), PATIENTLY).toBe('moved');
    write('replaced', `Deno.serve(() => new Response('changed'));`);
    await expect.poll(async () => (await call('/replaced')).text(), PATIENTLY).toBe('changed');
  });

  it('does not disturb a request in work, which ends with the old code', async () => {
    const elsewhere = join(mkdtempSync(join(folder, 'unwatched-')), 'slow', 'index.ts');
    const source = (answer: string, wait: number) =>
      `Deno.serve(async () => { await new Promise((done) => setTimeout(done, ${wait})); return new Response('${answer}'); });`;
    mkdirSync(dirname(elsewhere));
    writeFileSync(elsewhere, source('old', 1000));
    const config = { name: 'slow', entrypoint: elsewhere, verifyJwt: false, importMap: undefined };
    const worker = createWorker(config, {}, () => {});
    workers.set('slow', worker);
    const { origin, release } = await worker.lease();
    const old = fetch(origin).then((response) => response.text());
    writeFileSync(elsewhere, source('new', 0));
    worker.renew();
    expect(await (await call('/slow')).text()).toBe('new');
    expect(await old).toBe('old');
    release();
    const probe = () =>
      fetch(origin)
        .then(() => 'alive')
        .catch(() => 'gone');
    await expect.poll(probe, PATIENTLY).toBe('gone');
  });
});

/** A token that lives this many seconds. */
function token(secret: string, seconds: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const content = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ role: 'authenticated', exp: now + seconds })}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}
