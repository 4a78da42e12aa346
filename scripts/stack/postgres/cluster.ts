/** Creates, starts and stops one PostgreSQL cluster in a folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { commandLine } from '../supervisor/identity.ts';
import { postgresHome } from './binaries.ts';
import { asOrdinaryUser, serverUser } from './server-user.ts';

/** Superuser of the cluster, as on Supabase; `postgres` is an ordinary role there. */
export const SUPERUSER = 'supabase_admin';

export interface ClusterOptions {
  /** Folder of the cluster; made when it is missing. */
  dir: string;
  port: number;
  /** Password of every role that can log in. */
  password: string;
  /** File that receives the server's log. */
  logFile: string;
}

export interface Cluster {
  process: ChildProcess;
  /** Connection string for a role of this cluster. */
  url(role: string): string;
  /** Stops the server; clients are disconnected, committed work is safe. */
  stop(): Promise<void>;
}

/** Starts the cluster in `dir`, made first when the folder is new. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { dir, logFile } = options;
  await createCluster(options);
  removeStaleLock(dir);
  const log = openSync(logFile, 'a');
  const [file, ...args] = serverCommand(options);
  const child = spawn(file as string, args, { stdio: ['ignore', log, log] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const stop = async () => {
    if (!hasEnded()) child.kill('SIGINT');
    await exited;
  };
  try {
    const deadline = performance.now() + 60_000;
    while (!(await answers(options))) {
      if (hasEnded()) throw new Error(`unable to start Postgres in ${dir}; it ended at once, see ${logFile}`);
      if (performance.now() > deadline) throw new Error('unable to start Postgres; no answer for 60 s');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { process: child, url: (role) => clusterUrl(options, role), stop };
}

export function serverCommand({ dir, port }: Pick<ClusterOptions, 'dir' | 'port'>): string[] {
  return asOrdinaryUser([join(postgresHome(), 'bin/postgres'), '-D', dir, '-p', String(port)]);
}

export function clusterUrl(
  { port, password }: Pick<ClusterOptions, 'port' | 'password'>,
  role: string,
): string {
  return `postgresql://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
}

/**
 * Makes the folder when there is none, and refuses one that this server cannot use. It is made under another
 * name and renamed at the end, so that an interrupted start leaves no half cluster behind.
 */
export async function createCluster({
  dir,
  password,
}: Pick<ClusterOptions, 'dir' | 'password'>): Promise<void> {
  if (existsSync(dir)) {
    refuseUnusable(dir);
    return;
  }
  const parent = dirname(dir);
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    if (name.startsWith(`${basename(dir)}.new-`))
      rmSync(join(parent, name), { recursive: true, force: true });
  }
  const draft = `${dir}.new-${process.pid}`;
  const passwordFile = `${draft}.password`;
  mkdirSync(draft);
  chmodSync(draft, 0o700);
  writeFileSync(passwordFile, password, { mode: 0o644 });
  const owner = serverUser();
  if (owner) chownSync(draft, owner.uid, owner.gid);
  try {
    await run([
      join(postgresHome(), 'bin/initdb'),
      ...['-D', draft, '-U', SUPERUSER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '--no-sync'],
      ...['-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
    ]);
    writeFileSync(join(draft, 'postgresql.auto.conf'), SETTINGS);
    // A server without clients or ports; like initdb itself it reads statements up to an empty line.
    const single = ['--single', '-j', '-D', draft, '-c', 'exit_on_error=on', '-c', 'log_min_messages=error'];
    await run([join(postgresHome(), 'bin/postgres'), ...single, 'postgres'], rolesFor(password));
    renameSync(draft, dir);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`unable to create the database folder ${dir}; ${reason}`, { cause });
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(draft, { recursive: true, force: true });
  }
}

function rolesFor(password: string): string {
  const file = join(dirname(fileURLToPath(import.meta.url)), 'roles.sql');
  const literal = `'${password.replaceAll("'", "''")}'`;
  return readFileSync(file, 'utf8').replaceAll(":'password'", literal);
}

function run(command: string[], input = ''): Promise<void> {
  const [file, ...args] = asOrdinaryUser(command);
  // A group of its own: Ctrl-C is for the stack, which waits this second out and then stops.
  const child = spawn(file as string, args, { stdio: ['pipe', 'ignore', 'pipe'], detached: true });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(errors.trim() || `${basename(file as string)} ended with ${code}`));
    });
  });
}

/** As in Supabase's image where it matters to an application; sizes suit a laptop. */
const SETTINGS = `listen_addresses = '127.0.0.1'
unix_socket_directories = ''
search_path = '"$user", public, extensions'
shared_preload_libraries = 'pg_stat_statements'
wal_level = logical
max_connections = 200
shared_buffers = 256MB
effective_cache_size = 1GB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
log_min_messages = warning
log_line_prefix = '%m [%p] %u '
timezone = 'UTC'
`;

function refuseUnusable(dir: string): void {
  const advice = 'Empty it with `npm run reset`';
  let version: string;
  try {
    version = readFileSync(join(dir, 'PG_VERSION'), 'utf8').trim();
  } catch (cause) {
    throw new Error(`unable to start Postgres; the folder ${dir} is damaged (no PG_VERSION). ${advice}`, {
      cause,
    });
  }
  if (version !== '17') {
    throw new Error(
      `unable to start Postgres; ${dir} was made by version ${version} and this stack runs 17. ` +
        `Dump it with that version first. ${advice}`,
    );
  }
}

/** Whether the server takes connections. */
export async function answers(options: Pick<ClusterOptions, 'port' | 'password'>): Promise<boolean> {
  const sql = postgres(clusterUrl(options, SUPERUSER), { max: 1, connect_timeout: 2, onnotice: () => {} });
  try {
    await sql`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/**
 * Removes the lock of a server that was killed when its process number belongs to another program by now:
 * Postgres would take that program for the old server.
 */
export function removeStaleLock(dir: string): void {
  const file = join(dir, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!commandLine(pid)?.includes('postgres')) rmSync(file, { force: true });
}
