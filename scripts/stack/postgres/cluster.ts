/** Creates, starts and stops one PostgreSQL cluster in a folder. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
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

/** Starts the cluster in `dir`, made and prepared first when the folder is new. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { dir, logFile } = options;
  createCluster(options);
  const log = openSync(logFile, 'a');
  const command = serverCommand(options);
  const child = spawn(command[0] as string, command.slice(1), { stdio: ['ignore', log, log] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const cluster: Cluster = {
    process: child,
    url: (role) => clusterUrl(options, role),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
      await exited;
    },
  };
  try {
    await untilReady(options, child);
    await prepareCluster(options);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;

  async function untilReady(where: ClusterOptions, server: ChildProcess): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!(await answers(where))) {
      if (server.exitCode !== null || server.signalCode !== null) {
        const tail = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-5).join('\n');
        throw new Error(`unable to start Postgres in ${dir}; it ended at once:\n${tail}`);
      }
      if (Date.now() > deadline) throw new Error('unable to start Postgres; no answer for 60 s');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
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

/** Makes the folder when there is none yet, and refuses one that this server cannot use. */
export function createCluster({ dir, password }: Pick<ClusterOptions, 'dir' | 'password'>): void {
  if (existsSync(preparedMark(dir))) {
    refuseUnusable(dir);
    return;
  }
  // A folder without the mark at its end was left by an interrupted first start and holds nothing of value.
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o700);
  const passwordFile = join(dirname(dir), '.pgpass-init');
  writeFileSync(passwordFile, password, { mode: 0o644 });
  const owner = serverUser();
  if (owner) chownSync(dir, owner.uid, owner.gid);
  const command = asOrdinaryUser([
    join(postgresHome(), 'bin/initdb'),
    ...['-D', dir, '-U', SUPERUSER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`],
    ...['-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
  ]);
  try {
    execFileSync(command[0] as string, command.slice(1), { stdio: 'pipe' });
  } catch (error) {
    const detail = (error as { stderr?: Buffer }).stderr?.toString().trim() || String(error);
    throw new Error(`unable to create the database folder ${dir}; ${detail}`, { cause: error });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  writeFileSync(join(dir, 'postgresql.auto.conf'), SETTINGS);
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

/** Gives a new cluster the roles and schemas of Supabase; does nothing to one that has them. */
export async function prepareCluster(options: ClusterOptions): Promise<void> {
  if (existsSync(preparedMark(options.dir))) return;
  const file = join(dirname(fileURLToPath(import.meta.url)), 'roles.sql');
  const literal = `'${options.password.replaceAll("'", "''")}'`;
  const sql = postgres(clusterUrl(options, SUPERUSER), { max: 1, onnotice: () => {} });
  try {
    await sql.begin((tx) => tx.unsafe(readFileSync(file, 'utf8').replaceAll(":'password'", literal)));
  } finally {
    await sql.end();
  }
  writeFileSync(preparedMark(options.dir), '');
}

function preparedMark(dir: string): string {
  return join(dir, 'confab-prepared');
}
