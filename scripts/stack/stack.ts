/** Starts and stops a whole stack; what the commands, the tests and the benchmark share. */
import { join, resolve } from 'node:path';
import { clockBehind } from './clock.ts';
import { readConfig } from './config.ts';
import { localUrl, STACK_CODE, type StackContext } from './context.ts';
import { refuseFullDisk } from './disk.ts';
import { fetchPackages } from './functions/packages.ts';
import { KEYS } from './keys.ts';
import { migrateProject } from './migrations.ts';
import { DEFAULT_PORT_BASE, type Ports, portsFrom, untilFree } from './ports.ts';
import { createCluster } from './postgres/cluster.ts';
import { type Progress, silentProgress } from './progress.ts';
import { migrateService } from './schemas.ts';
import { authSchema, authService } from './services/auth.ts';
import { functionsService } from './services/functions.ts';
import { gatewayService } from './services/gateway.ts';
import { runLivekit } from './services/livekit.ts';
import { mailService } from './services/mail.ts';
import { clusterDir, postgresService } from './services/postgres.ts';
import { realtimeSchema, realtimeService } from './services/realtime.ts';
import { restService } from './services/rest.ts';
import { storageSchema, storageService } from './services/storage.ts';
import { workerService } from './services/worker.ts';
import { type StackValues, stackValues } from './status.ts';
import { Interrupted } from './supervisor/interrupted.ts';
import type { ServiceSpec } from './supervisor/service.ts';
import { openSupervisor, type Supervisor } from './supervisor/supervisor.ts';

export type ServiceName =
  | 'gateway'
  | 'auth'
  | 'rest'
  | 'realtime'
  | 'storage'
  | 'functions'
  | 'worker'
  | 'mail';

export interface StackOptions {
  /** Folder that holds `supabase/`; unless given, that of this checkout. */
  projectDir?: string;
  /** Folder of the state: database, files, logs. */
  dir?: string;
  portBase?: number;
  /** Services that are not wanted; their part of the database is made all the same. */
  exclude?: ServiceName[];
  /** Leave the database without the project's migrations. */
  skipMigrations?: boolean;
  /** Load the demo data too. */
  seed?: boolean;
  /** Further variables for the functions and the worker. */
  functionEnvironment?: Record<string, string>;
  /** Run LiveKit, and build it first where it is missing; on unless `CONFAB_CALLS` is `off`. */
  calls?: boolean;
  progress?: Progress;
  /** Gives the start up; what has started is stopped. */
  signal?: AbortSignal;
}

export interface RunningStack {
  url: string;
  /** Folder of the state. */
  dir: string;
  ports: Ports;
  /** Addresses and keys under the names of `supabase status`. */
  values: StackValues;
  /** Runs a further service under the same supervision. */
  run(spec: ServiceSpec): Promise<void>;
  stop(): Promise<void>;
}

export const PROJECT_DIR = resolve(STACK_CODE, '../..');

/** Password of the database roles, the one of a local Supabase. */
const PASSWORD = 'postgres';

export function stackDir(projectDir: string, portBase: number): string {
  if (process.env.CONFAB_DIR) return resolve(process.env.CONFAB_DIR);
  const dir = join(projectDir, '.confab');
  return portBase === DEFAULT_PORT_BASE ? dir : join(dir, String(portBase));
}

export async function startStack(options: StackOptions = {}): Promise<RunningStack> {
  const { projectDir = PROJECT_DIR, portBase = DEFAULT_PORT_BASE, progress = silentProgress } = options;
  const ports = portsFrom(portBase);
  const stack: StackContext = {
    dir: options.dir ?? stackDir(projectDir, portBase),
    config: readConfig(projectDir),
    ports,
    keys: KEYS,
    password: PASSWORD,
    url: localUrl(ports.gateway),
  };
  refuseFullDisk(stack.dir);
  const supervisor = await openSupervisor(stack.dir, portBase, progress);
  const giveUp = () => void supervisor.stop();
  options.signal?.addEventListener('abort', giveUp);
  if (options.signal?.aborted) giveUp();
  try {
    await bringUp(stack, supervisor, { ...options, progress });
    supervisor.markRunning();
  } catch (error) {
    await supervisor.stop();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', giveUp);
  }
  const { run, stop } = supervisor;
  return { url: stack.url, dir: stack.dir, ports, values: stackValues(ports), run, stop };
}

type Settings = StackOptions & { progress: Progress };

async function bringUp(stack: StackContext, supervisor: Supervisor, settings: Settings): Promise<void> {
  const { progress, calls = process.env.CONFAB_CALLS !== 'off' } = settings;
  const database = postgresService(stack);
  const services = wantedServices(stack, settings);
  // Before anything is done: a port that is taken should cost nobody a minute.
  const ports = [database, ...services].flatMap((spec) =>
    spec.ports.map((port) => [port, spec.name] as const),
  );
  await Promise.all(ports.map(([port, name]) => untilFree(port, name)));

  const packages = progress
    .step("the functions' packages", () => fetchPackages(stack, supervisor))
    .catch((error: Error) => {
      // All else is of use without functions, and a call of one says what it lacks.
      if (!(error instanceof Interrupted)) progress.note(error.message);
    });
  await prepareDatabase(stack, supervisor, database, settings);
  await packages;
  await Promise.all([
    ...services.map((service) => supervisor.run(service)),
    ...(calls ? [runLivekit(stack, supervisor, progress)] : []),
  ]);
}

function wantedServices(
  stack: StackContext,
  { exclude = [], functionEnvironment = {}, skipMigrations = false }: Settings,
): ServiceSpec[] {
  const specs: Record<ServiceName, ServiceSpec | undefined> = {
    gateway: gatewayService(stack),
    auth: authService(stack),
    rest: restService(stack),
    realtime: realtimeService(stack),
    storage: storageService(stack),
    functions: functionsService(stack, functionEnvironment),
    // Without the project's tables there is nothing to be done.
    worker: skipMigrations ? undefined : workerService(stack, functionEnvironment),
    mail: mailService(stack),
  };
  for (const name of exclude) specs[name] = undefined;
  return Object.values(specs).filter((spec) => spec !== undefined);
}

async function prepareDatabase(
  stack: StackContext,
  supervisor: Supervisor,
  database: ServiceSpec,
  { progress, skipMigrations = false, seed = false }: Settings,
): Promise<void> {
  const behind = clockBehind(clusterDir(stack));
  if (behind) progress.note(behind);
  await createCluster({ dir: clusterDir(stack), password: PASSWORD });
  await supervisor.run(database);
  await progress.step('schemas of the services', async () => {
    const steps = [authSchema(stack), storageSchema(stack), realtimeSchema(stack)];
    await Promise.all(steps.map((step) => migrateService(stack, step, supervisor)));
  });
  if (skipMigrations) return;
  await progress.step('migrations', () => migrateProject(stack, supervisor, { seed, notice: progress.note }));
}
