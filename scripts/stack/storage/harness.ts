/** A server of one's own on a fresh database, for the runners beside this file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import { startCluster } from '../postgres/cluster.ts';
import { migrate } from './migrate.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
export const ROOT = resolve(HERE, '../../..');
export const SECRET = 'a-secret-for-the-runners-of-over-32-chars';
const PASSWORD = 'runner';

export interface Harness {
  url: string;
  /** Folder of the server's files. */
  files: string;
  databaseUrl(role: string): string;
  /** A key for a role, as the stack hands them out. */
  key(role: string): Promise<string>;
  /** Starts the server again after its end; returns once it answers. */
  start(): Promise<ChildProcess>;
  /** Ends the server and the database. */
  stop(): Promise<void>;
}

/** Ports are those of a stack with this base. */
export async function startHarness(
  folder: string,
  portBase: number,
  environment: Record<string, string>,
): Promise<Harness> {
  const cluster = await startCluster({
    dir: join(folder, 'postgres'),
    port: portBase + 1,
    password: PASSWORD,
    logFile: join(folder, 'postgres.log'),
  });
  const port = portBase + 8;
  const url = `http://127.0.0.1:${port}`;
  const files = join(folder, 'files');
  let server: ChildProcess | undefined;

  const stop = async () => {
    if (server) await ended(server, 'SIGTERM');
    await cluster.stop();
  };
  const start = async () => {
    const log = openSync(join(folder, 'storage.log'), 'a');
    server = spawn(process.execPath, ['--import', 'tsx', join(HERE, 'main.ts')], {
      cwd: ROOT,
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        PORT: String(port),
        DATABASE_URL: cluster.url('supabase_storage_admin'),
        AUTH_JWT_SECRET: SECRET,
        FILE_STORAGE_BACKEND_PATH: files,
        ...environment,
      },
    });
    await untilServing(url, server);
    return server;
  };

  try {
    await installAuth(cluster.url('supabase_auth_admin'));
    await migrate(cluster.url('supabase_storage_admin'));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, files, databaseUrl: cluster.url, key, start, stop };
}

/** Ends a process that this one started, and waits for it. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await exit;
}

/** Policies on objects ask `auth.uid()`, which the Auth server installs. */
async function installAuth(databaseUrl: string): Promise<void> {
  const main = join(HERE, '../auth/main.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', main, 'migrate'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, GOTRUE_DB_DATABASE_URL: databaseUrl },
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error('unable to start the runner; the auth schema could not be installed');
}

async function untilServing(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + 30_000;
  const answers = () =>
    fetch(`${url}/status`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await answers())) {
    if (server.exitCode !== null) throw new Error('unable to start the runner; the server ended at once');
    if (Date.now() > deadline) throw new Error('unable to start the runner; the server does not answer');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function key(role: string): Promise<string> {
  return new SignJWT({ role })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET));
}
