/**
 * Plays the recordings of the real Storage server against this one, on a fresh database, and ends with the player's
 * last line and its code. `CONFAB_GOLDENS` is the folder of the recordings, `CONFAB_PORT_BASE` the first port.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import postgres from 'postgres';
import { startCluster } from '../postgres/cluster.ts';
import { migrate } from './migrate.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, '../../..');
const PASSWORD = 'recordings';
const SECRET = 'a-secret-for-the-recordings-of-32-chars';
/** What the recordings assume of their server. */
const FILE_SIZE_LIMIT = 209_715_200;

/** What the recorded policies need of the schema that the Auth server installs. */
const AUTH_FUNCTIONS = `
  create or replace function auth.jwt() returns jsonb language sql stable as
    $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
  create or replace function auth.uid() returns uuid language sql stable as
    $$ select (auth.jwt() ->> 'sub')::uuid $$;
  create or replace function auth.role() returns text language sql stable as
    $$ select auth.jwt() ->> 'role' $$;`;

async function play(
  recordings: string,
  folder: string,
  portBase: number,
): Promise<{ output: string; code: number }> {
  const cluster = await startCluster({
    dir: join(folder, 'postgres'),
    port: portBase + 1,
    password: PASSWORD,
    logFile: join(folder, 'postgres.log'),
  });
  let server: ChildProcess | undefined;
  try {
    const storageUrl = cluster.url('supabase_storage_admin');
    await run(cluster.url('supabase_auth_admin'), AUTH_FUNCTIONS);
    await migrate(storageUrl);
    await run(cluster.url('postgres'), readFileSync(join(recordings, 'setup.sql'), 'utf8'));

    const port = portBase + 8;
    const url = `http://127.0.0.1:${port}`;
    const log = openSync(join(folder, 'storage.log'), 'a');
    server = spawn(process.execPath, ['--import', 'tsx', join(HERE, 'main.ts')], {
      cwd: ROOT,
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        PORT: String(port),
        DATABASE_URL: storageUrl,
        AUTH_JWT_SECRET: SECRET,
        FILE_STORAGE_BACKEND_PATH: join(folder, 'files'),
        UPLOAD_FILE_SIZE_LIMIT: String(FILE_SIZE_LIMIT),
        IMAGE_TRANSFORMATION_ENABLED: 'false',
        TUS_URL_PATH: '/upload/resumable',
      },
    });
    await untilServing(url, server);
    return await output(
      spawn(process.execPath, [join(recordings, 'replay.mjs')], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {
          ...process.env,
          STORAGE_URL: url,
          SERVICE_KEY: await key('service_role'),
          ANON_KEY: await key('anon'),
          JWT_SECRET: SECRET,
          DB_URL: cluster.url('supabase_admin'),
        },
      }),
    );
  } finally {
    await ended(server);
    await cluster.stop();
  }
}

function key(role: string): Promise<string> {
  return new SignJWT({ role })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET));
}

async function run(url: string, script: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(script).simple();
  } finally {
    await sql.end();
  }
}

async function untilServing(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (
    !(await fetch(`${url}/status`).then(
      (response) => response.ok,
      () => false,
    ))
  ) {
    if (server.exitCode !== null) throw new Error('unable to play the recordings; the server did not start');
    if (Date.now() > deadline) throw new Error('unable to play the recordings; the server does not answer');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function output(child: ChildProcess): Promise<{ output: string; code: number }> {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const code = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  return { output: text, code };
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exit;
}

const recordings = join(resolve(ROOT, process.env.CONFAB_GOLDENS ?? '../shared/goldens'), 'storage');
if (!existsSync(join(recordings, 'replay.mjs'))) {
  console.error(`unable to play the recordings; there are none in ${recordings}`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'confab-storage-'));
const result = await play(recordings, folder, Number(process.env.CONFAB_PORT_BASE ?? 21500));
if (result.code === 0) rmSync(folder, { recursive: true });
else console.log(`logs and data are in ${folder}`);
process.stdout.write(result.output);
process.exitCode = result.code;
