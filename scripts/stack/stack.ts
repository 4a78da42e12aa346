/** Starts and stops a whole stack; what the commands, the tests and the benchmark share. */
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from './config.ts';
import { KEYS } from './keys.ts';
import { migrate, unlessDone } from './migrations.ts';
import { DEFAULT_PORT_BASE, portsFrom, untilFree } from './ports.ts';
import { createCluster, prepareCluster } from './postgres/cluster.ts';
import { type Progress, silentProgress } from './progress.ts';
import {
  gatewayService,
  hasMain,
  local,
  logFile,
  nodeCommand,
  postgresService,
  realtimeEnvironment,
  realtimeService,
  restService,
  type StackContext,
  storageEnvironment,
  storageService,
} from './services.ts';
import { readState, removeState, runningState, type StackState, writeState } from './state.ts';
import { stackValues } from './status.ts';
import { identify } from './supervisor/identity.ts';
import { reapLeftovers, startReaper } from './supervisor/reaper.ts';
import { createService, type Service, type ServiceSpec } from './supervisor/service.ts';
import { runTask } from './supervisor/task.ts';

const here = dirname(fileURLToPath(import.meta.url));

export interface StackOptions {
  /** Folder that holds `supabase/`; the one above the stack unless said otherwise. */
  projectDir?: string;
  /** Folder of the state: databases, files, logs. */
  dir?: string;
  portBase?: number;
  /** Also load the demo data. */
  seed?: boolean;
  progress?: Progress;
}

export interface RunningStack {
  url: string;
  /** What `status` prints: URLs and keys by name. */
  values: Record<string, string>;
  stop(): Promise<void>;
}

export const PASSWORD = 'postgres';

export function stackDir(projectDir: string, portBase: number): string {
  if (process.env.CONFAB_DIR) return resolve(process.env.CONFAB_DIR);
  const dir = join(projectDir, '.confab');
  return portBase === DEFAULT_PORT_BASE ? dir : join(dir, String(portBase));
}

export const PROJECT_DIR = resolve(here, '../..');

export async function startStack(options: StackOptions = {}): Promise<RunningStack> {
  const projectDir = options.projectDir ?? PROJECT_DIR;
  const portBase = options.portBase ?? DEFAULT_PORT_BASE;
  const dir = options.dir ?? stackDir(projectDir, portBase);
  const progress = options.progress ?? silentProgress;
  const ports = portsFrom(portBase);
  const stack: StackContext = {
    dir,
    ports,
    config: readConfig(projectDir),
    keys: KEYS,
    password: PASSWORD,
    url: local(ports.gateway),
  };
  const running = runningState(dir);
  if (running) {
    throw new Error(
      `unable to start; this folder's stack already runs (process ${running.supervisor.pid}). ` +
        'Stop it with `npm run stack -- down`',
    );
  }
  mkdirSync(join(dir, 'logs'), { recursive: true });
  const left = readState(dir);
  if (left) {
    const ended = await reapLeftovers(left.processes);
    if (ended.length > 0) progress.note(`ended what an earlier run had left: ${ended.join(', ')}`);
  }
  const self = identify(process.pid);
  if (!self) throw new Error('unable to start; this process cannot be found in the list of processes');
  const state: StackState = { phase: 'starting', portBase, supervisor: self, processes: {} };
  writeState(dir, state);
  const reaper = startReaper();
  const services: Service[] = [];
  const events = {
    started(name: string, pid: number) {
      const identity = identify(pid);
      if (identity) state.processes[name] = identity;
      writeState(dir, state);
    },
    ended(name: string) {
      delete state.processes[name];
      writeState(dir, state);
    },
    notice: progress.note,
  };

  async function stop(): Promise<void> {
    state.phase = 'stopping';
    const [database, ...others] = services.splice(0);
    await Promise.all(others.map((service) => service.stop()));
    await database?.stop();
    reaper.close();
    removeState(dir);
  }

  async function run(spec: ServiceSpec, port: number): Promise<void> {
    await untilFree(port, spec.name);
    const service = createService(spec, reaper, events);
    services.push(service);
    await progress.step(spec.name, () => service.start());
  }

  async function serviceSchema(name: string, env: Record<string, string>): Promise<void> {
    if (!hasMain(name)) {
      progress.note(`${name} is not there yet and is left out`);
      return;
    }
    const sql = readdirSync(join(here, name)).filter((file) => file.endsWith('.sql'));
    await unlessDone(
      dir,
      name,
      sql.map((file) => join(here, name, file)),
      () =>
        runTask({
          purpose: `prepare the database for ${name}`,
          command: nodeCommand(`${name}/main.ts`, 'migrate'),
          env,
          logFile: logFile(stack, name),
        }),
    );
  }

  try {
    const cluster = {
      dir: join(dir, 'postgres'),
      port: ports.postgres,
      password: PASSWORD,
      logFile: logFile(stack, 'postgres'),
    };
    createCluster(cluster);
    await run(postgresService(stack), ports.postgres);
    await prepareCluster(cluster);
    await progress.step('schemas of the services', () =>
      Promise.all([
        serviceSchema('realtime', realtimeEnvironment(stack)),
        serviceSchema('storage', storageEnvironment(stack)),
      ]),
    );
    await progress
      .step('migrations', () => migrate(stack, { seed: options.seed ?? false }))
      .catch((error: Error) => {
        if (services.length > 0 && hasMain('auth')) throw error;
        progress.note(error.message);
      });
    await Promise.all([
      run(restService(stack), ports.rest),
      ...(hasMain('realtime') ? [run(realtimeService(stack), ports.realtime)] : []),
      ...(hasMain('storage') ? [run(storageService(stack), ports.storage)] : []),
      run(gatewayService(stack), ports.gateway),
    ]);
    state.phase = 'running';
    writeState(dir, state);
    return { url: stack.url, values: stackValues(stack.ports), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
