/**
 * Plays the recordings of the real Auth server against this one, on fresh databases; the last line is
 * "N passed, M failed". `tsx recordings.ts [file.jsonl …]`; `CONFAB_GOLDENS` is the folder of the recordings.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { type Cluster, SUPERUSER, startCluster } from '../postgres/cluster.ts';
import { type Catcher, startCatcher } from './recordings/catcher.ts';
import { baseEnvironment, profiles, SECRET } from './recordings/profiles.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const PASSWORD = 'postgres';
/** The database, the catcher, then one port for each profile. */
const PORT = Number(process.env.RECORDINGS_PORT ?? 21_100);

interface Total {
  passed: number;
  failed: number;
}

async function main(): Promise<number> {
  const given = resolve(process.env.CONFAB_GOLDENS ?? join(HERE, '../../../../shared/goldens'), 'auth');
  if (!existsSync(given)) throw new Error(`unable to play the recordings; ${given} does not exist`);
  // The player starts only under its own name, not under that of a link to it.
  const folder = realpathSync(given);
  const replay = join(folder, 'replay.mjs');
  const files = filesByProfile(join(folder, 'http'), process.argv.slice(2));
  const dir = mkdtempSync(join(tmpdir(), 'auth-recordings-'));
  const servers: ChildProcess[] = [];
  let catcher: Catcher | undefined;
  let cluster: Cluster | undefined;
  try {
    catcher = await startCatcher(PORT + 1);
    cluster = await startCluster({
      dir: join(dir, 'postgres'),
      port: PORT,
      password: PASSWORD,
      logFile: join(dir, 'postgres.log'),
    });
    const urls = await serveAll(cluster, catcher, Object.keys(files), dir, servers);
    const env = { SECRET, CAPTURE_URL: catcher.url };
    const totals = await Promise.all(
      Object.entries(files).map(async ([profile, names]) => {
        const total = await play(replay, names, {
          ...env,
          [`AUTH_URL_${profile.toUpperCase()}`]: urls[profile] ?? '',
        });
        return [profile, total] as const;
      }),
    );
    for (const [profile, { passed, failed }] of totals)
      console.log(`${profile}: ${passed} passed, ${failed} failed`);
    const sum = (key: keyof Total) => totals.reduce((total, [, counts]) => total + counts[key], 0);
    console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
    return sum('failed') > 0 ? 1 : 0;
  } finally {
    await Promise.all(servers.map(stop));
    await cluster?.stop();
    await catcher?.stop();
    if (!process.env.RECORDINGS_KEEP) rmSync(dir, { recursive: true, force: true });
  }
}

/** The files to play, by the profile of their first line; those that need database access cannot be played. */
function filesByProfile(folder: string, wanted: string[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const name of readdirSync(folder).sort()) {
    if (wanted.length > 0 && !wanted.some((file) => basename(file) === name)) continue;
    const file = join(folder, name);
    const head = JSON.parse(readFileSync(file, 'utf8').split('\n', 1)[0] ?? '{}');
    if (!head.replay) continue;
    found[head.profile] = [...(found[head.profile] ?? []), file];
  }
  return found;
}

/** One database and one server for each profile. */
async function serveAll(
  cluster: Cluster,
  catcher: Catcher,
  names: string[],
  dir: string,
  servers: ChildProcess[],
): Promise<Record<string, string>> {
  const migrated = start(['migrate'], dir, 'migrate', {
    GOTRUE_DB_DATABASE_URL: cluster.url('supabase_auth_admin'),
  });
  if ((await ended(migrated)) !== 0) throw new Error('unable to play the recordings; the migration failed');
  const sql = postgres(cluster.url(SUPERUSER).replace(/postgres$/, 'template1'), { max: 1 });
  for (const name of names) await sql.unsafe(`create database ${name} template postgres`);
  await sql.end();

  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signingKey = JSON.stringify({
    ...privateKey.export({ format: 'jwk' }),
    kid: '9b4a2ed6-3b1a-4d6c-9d0a-7f5f3c1e0001',
    alg: 'ES256',
    use: 'sig',
    key_ops: ['sign', 'verify'],
  });
  const all = profiles(catcher.url, signingKey);
  const urls: Record<string, string> = {};
  await Promise.all(
    names.map(async (name, index) => {
      const profile = all[name];
      if (!profile) throw new Error(`unable to play the recordings; there is no profile ${name}`);
      const port = PORT + 2 + index;
      const url = `http://127.0.0.1:${port}`;
      urls[name] = url;
      const child = start([], dir, name, {
        ...baseEnvironment(name, catcher.url, catcher.smtpPort),
        ...profile.env,
        API_EXTERNAL_URL: `${url}${profile.path ?? ''}`,
        GOTRUE_JWT_ISSUER: `${url}/auth/v1`,
        GOTRUE_EXTERNAL_GOOGLE_REDIRECT_URI: `${url}/callback`,
        GOTRUE_API_PORT: String(port),
        GOTRUE_DB_DATABASE_URL: cluster.url('supabase_auth_admin').replace(/postgres$/, name),
      });
      servers.push(child);
      await answering(child, url);
    }),
  );
  return urls;
}

async function answering(child: ChildProcess, url: string): Promise<void> {
  for (let tries = 0; tries < 300 && child.exitCode === null; tries++) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error(`unable to play the recordings; the server at ${url} did not start`);
}

async function play(replay: string, files: string[], env: Record<string, string>): Promise<Total> {
  const child = spawn(process.execPath, [replay, ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      JWT_SECRET: SECRET,
      SERVICE_KEY: key('service_role'),
      ANON_KEY: key('anon'),
      ...env,
    },
  });
  let total: Total | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const counts = /^(\d+) passed, (\d+) failed/.exec(line);
    if (counts) total = { passed: Number(counts[1]), failed: Number(counts[2]) };
    else console.log(line);
  }
  if (!total) throw new Error('unable to play the recordings; the player did not finish');
  return total;
}

function key(role: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { role, iss: 'supabase', iat: 1_700_000_000, exp: 4_000_000_000 };
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
}

function start(args: string[], dir: string, name: string, env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', join(HERE, 'main.ts'), ...args], {
    stdio: ['ignore', 'inherit', openSync(join(dir, `${name}.log`), 'w')],
    env: { ...process.env, ...env },
    cwd: dirname(HERE),
  });
}

const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve));

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = ended(child);
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
