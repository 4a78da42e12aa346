/** Plays the recordings of the real server against this one; its last line is "N passed, M failed". */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Cluster, SUPERUSER, startCluster } from '../postgres/cluster.ts';

/** Cases in which this server deliberately answers otherwise; the README says why. */
const DIFFERENT_BY_DESIGN = ['rest/batch-wrong-token', 'broadcast/binhex-notjson', 'broadcast/kind0'];

const HERE = dirname(fileURLToPath(import.meta.url));
const STACK = dirname(HERE);
const SECRET = 'super-secret-jwt-token-with-at-least-32-characters-long';
const PASSWORD = 'postgres';
/** Below those that the stacks of tests choose from. */
const PORT = Number(process.env.RECORDINGS_PORT ?? 19_100);

/** What the recorded projects were set to. */
const RECORDED = {
  DB_POOL_SIZE: '1',
  TENANT_MAX_CONCURRENT_USERS: '200',
  TENANT_MAX_EVENTS_PER_SECOND: '100',
  TENANT_MAX_JOINS_PER_SECOND: '100',
  TENANT_MAX_PRESENCE_EVENTS_PER_SECOND: '1000',
  CHANNEL_ERROR_BACKOFF_MS: '5000',
};
const PROJECTS = {
  main: { port: PORT + 1, env: RECORDED },
  privateOnly: { port: PORT + 2, env: { ...RECORDED, PRIVATE_ONLY: 'true' } },
  limits: {
    port: PORT + 3,
    env: {
      ...RECORDED,
      TENANT_MAX_CONCURRENT_USERS: '4',
      TENANT_MAX_CHANNELS_PER_CLIENT: '3',
      TENANT_MAX_EVENTS_PER_SECOND: '10',
      TENANT_MAX_PAYLOAD_SIZE_IN_KB: '1',
    },
  },
};

async function main(): Promise<number> {
  const folder = resolve(process.env.CONFAB_GOLDENS ?? join(STACK, '../../../shared/goldens'), 'realtime');
  const replay = join(folder, 'replay.mjs');
  if (!existsSync(replay)) throw new Error(`unable to play the recordings; ${replay} does not exist`);
  const dir = mkdtempSync(join(tmpdir(), 'realtime-recordings-'));
  const servers: ChildProcess[] = [];
  let cluster: Cluster | undefined;
  try {
    cluster = await startCluster({
      dir: join(dir, 'postgres'),
      port: PORT,
      password: PASSWORD,
      logFile: join(dir, 'postgres.log'),
    });
    await prepare(cluster);
    for (const { port, env } of Object.values(PROJECTS)) servers.push(await serve(cluster, port, env));
    return await play(replay, cluster, process.argv.slice(2));
  } finally {
    await Promise.all(servers.map(stop));
    await cluster?.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The recordings' policies use `auth.uid()`, which the auth service brings. */
async function prepare(cluster: Cluster): Promise<void> {
  await run(join(STACK, 'auth/main.ts'), ['migrate'], {
    GOTRUE_DB_DATABASE_URL: cluster.url('supabase_auth_admin'),
    GOTRUE_JWT_SECRET: SECRET,
    GOTRUE_SITE_URL: 'http://127.0.0.1:3000',
    API_EXTERNAL_URL: 'http://127.0.0.1:3000',
  });
  await run(join(HERE, 'main.ts'), ['migrate'], { DATABASE_URL: cluster.url(SUPERUSER) });
}

async function serve(cluster: Cluster, port: number, env: Record<string, string>): Promise<ChildProcess> {
  const child = start(join(HERE, 'main.ts'), [], {
    ...env,
    PORT: String(port),
    DATABASE_URL: cluster.url(SUPERUSER),
    API_JWT_SECRET: SECRET,
  });
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthcheck`).catch(() => undefined);
    if (answer?.ok) return child;
    if (child.exitCode !== null) break;
    await sleep(100);
  }
  await stop(child);
  throw new Error(`unable to play the recordings; the server on port ${port} did not start`);
}

/** Counts the cases itself, so that the deliberate differences neither hide nor cause a failure. */
async function play(replay: string, cluster: Cluster, args: string[]): Promise<number> {
  const url = (port: number) => `ws://127.0.0.1:${port}/socket`;
  const child = spawn(process.execPath, [replay, ...args], {
    cwd: STACK,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      REALTIME_URL: url(PROJECTS.main.port),
      REALTIME_URL_PRIVATE_ONLY: url(PROJECTS.privateOnly.port),
      REALTIME_URL_LIMITS: url(PROJECTS.limits.port),
      JWT_SECRET: SECRET,
      ANON_KEY: key('anon'),
      SERVICE_KEY: key('service_role'),
      DATABASE_URL: cluster.url('postgres'),
    },
  });
  const failed = new Set<string>();
  let total: { passed: number; failed: number } | undefined;
  let isExpected = false;
  for await (const line of createInterface({ input: child.stdout })) {
    const counts = /^(\d+) passed, (\d+) failed/.exec(line);
    if (counts) total = { passed: Number(counts[1]), failed: Number(counts[2]) };
    const difference = /^\S+\.jsonl (\S+): /.exec(line);
    if (difference?.[1]) failed.add(difference[1]);
    // Details of a difference are indented.
    if (!line.startsWith(' ')) isExpected = DIFFERENT_BY_DESIGN.includes(difference?.[1] ?? '');
    if (!counts && !isExpected) console.log(line);
  }
  if (!total) throw new Error('unable to play the recordings; the player did not finish');
  const isWhole = args.length === 0;
  const unexpected = [...failed].filter((name) => !DIFFERENT_BY_DESIGN.includes(name));
  const passing = isWhole ? DIFFERENT_BY_DESIGN.filter((name) => !failed.has(name)) : [];
  const setupFailures = total.failed - failed.size;
  if (unexpected.length > 0) console.log(`unexpected differences: ${unexpected.join(', ')}`);
  if (passing.length > 0) console.log(`listed as different, but the same: ${passing.join(', ')}`);
  console.log(`different by design: ${DIFFERENT_BY_DESIGN.join(', ')}`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return unexpected.length + passing.length + setupFailures > 0 ? 1 : 0;
}

function key(role: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: 'supabase-demo', role, exp: 1_983_812_996 };
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
}

function start(file: string, args: string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', file, ...args], {
    stdio: ['ignore', 'inherit', process.env.RECORDINGS_VERBOSE ? 'inherit' : 'ignore'],
    env: { ...process.env, ...env },
    cwd: STACK,
  });
}

async function run(file: string, args: string[], env: Record<string, string>): Promise<void> {
  const child = start(file, args, env);
  const code = await new Promise((end) => child.once('exit', end));
  if (code !== 0) throw new Error(`unable to play the recordings; ${file} ${args.join(' ')} failed`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((end) => child.once('exit', end));
  child.kill('SIGTERM');
  await exited;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
