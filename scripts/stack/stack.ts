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
import { type StackValues, stackValues } from './status.ts';
import type { ServiceSpec } from './supervisor/service.ts';
import { openSupervisor } from './supervisor/supervisor.ts';

export interface StackOptions {
  /** Folder that holds `supabase/`; unless given, that of this checkout. */
  projectDir?: string;
  /** Folder of the state: database, files, logs. */
  dir?: string;
  portBase?: number;
  /** Leave the database without the project's migrations. */
  skipMigrations?: boolean;
  /** Load the demo data too. */
  seed?: boolean;
  /** Further variables for the functions. */
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
  const calls = options.calls ?? process.env.CONFAB_CALLS !== 'off';
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
    const services = [
      gatewayService(stack),
      authService(stack),
      restService(stack),
      realtimeService(stack),
      storageService(stack),
      functionsService(stack, options.functionEnvironment ?? {}),
      mailService(stack),
    ].filter((service) => service !== undefined);
    const database = postgresService(stack);
    const wanted = [database, ...services].flatMap(({ name, ports }) =>
      ports.map((port) => [port, name] as const),
    );
    await Promise.all(wanted.map(([port, name]) => untilFree(port, name)));

    const packages = progress
      .step("the functions' packages", () => fetchPackages(stack, supervisor))
      .catch((error: Error) => {
        // The database and all else are of use without functions; each call of one says what it lacks.
        progress.note(error.message);
      });
    const behind = clockBehind(clusterDir(stack));
    if (behind) progress.note(behind);
    await createCluster({ dir: clusterDir(stack), password: PASSWORD });
    await supervisor.run(database);
    await progress.step('schemas of the services', async () => {
      const steps = [authSchema(stack), storageSchema(stack), realtimeSchema(stack)];
      await Promise.all(steps.map((step) => migrateService(stack, step, supervisor)));
    });
    if (!options.skipMigrations) {
      await progress.step('migrations', () =>
        migrateProject(stack, supervisor, { seed: options.seed ?? false, notice: progress.note }),
      );
    }
    await packages;
    await Promise.all([
      ...services.map((service) => supervisor.run(service)),
      ...(calls ? [runLivekit(stack, supervisor, progress)] : []),
    ]);
    supervisor.markRunning();
  } catch (error) {
    await supervisor.stop();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', giveUp);
  }
  return {
    url: stack.url,
    dir: stack.dir,
    ports,
    values: stackValues(ports),
    run: supervisor.run,
    stop: supervisor.stop,
  };
}
