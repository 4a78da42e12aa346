/** Owns the processes of one stack: starts them, keeps them alive, records them on disk, and ends them all. */
import { mkdirSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { watchClock } from '../clock.ts';
import { diskShortage } from '../disk.ts';
import { untilFree } from '../ports.ts';
import type { Progress } from '../progress.ts';
import { readState, removeState, runningState, type StackState, writeState } from '../state.ts';
import { identify } from './identity.ts';
import { Interrupted } from './interrupted.ts';
import { reapLeftovers, startReaper } from './reaper.ts';
import { createService, type Service, type ServiceSpec } from './service.ts';
import { runTask, type TaskSpec } from './task.ts';

const LARGEST_LOG = 10 * 2 ** 20;

export interface Supervisor {
  /** Starts a service and keeps it running. Those started first are stopped last. */
  run(spec: ServiceSpec): Promise<void>;
  runTask(task: TaskSpec): Promise<void>;
  /** Marks the stack as complete. */
  markRunning(): void;
  stop(): Promise<void>;
}

/** Takes over the folder: refuses one whose stack runs, and ends what a killed one has left. */
export async function openSupervisor(dir: string, portBase: number, progress: Progress): Promise<Supervisor> {
  const running = runningState(dir);
  if (running) {
    throw new Error(
      `unable to start; the stack of ${dir} already runs (process ${running.supervisor.pid}). ` +
        'Stop it with `npm run stack -- down`',
    );
  }
  prepareLogs(join(dir, 'logs'));
  const ended = await reapLeftovers(readState(dir)?.processes ?? {});
  if (ended.length > 0) progress.note(`Ended what an earlier run had left: ${ended.join(', ')}`);

  const self = identify(process.pid);
  if (!self) throw new Error('unable to start; this process is missing in the list of processes');
  const state: StackState = { phase: 'starting', portBase, supervisor: self, processes: {} };
  writeState(dir, state);

  const reaper = startReaper();
  const services: Service[] = [];
  const interrupt = new AbortController();
  const unwatchClock = watchClock(progress.note);
  let stopped: Promise<void> | undefined;
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
    notice(text: string) {
      const shortage = diskShortage(dir);
      progress.note(shortage ? `${text}; ${shortage}` : text);
    },
  };

  async function stopAll(): Promise<void> {
    interrupt.abort();
    unwatchClock();
    state.phase = 'stopping';
    const [first, ...others] = services;
    await Promise.all(others.map((service) => service.stop()));
    await first?.stop();
    reaper.close();
    removeState(dir);
  }

  return {
    async run(spec) {
      await Promise.all(spec.ports.map((port) => untilFree(port, spec.name)));
      if (interrupt.signal.aborted) throw new Interrupted(`start ${spec.name}`);
      const service = createService(spec, reaper, events);
      services.push(service);
      await progress.step(spec.name, () => service.start());
    },
    runTask: (task) => runTask(task, reaper, interrupt.signal),
    markRunning() {
      state.phase = 'running';
      writeState(dir, state);
    },
    stop() {
      stopped ??= stopAll();
      return stopped;
    },
  };
}

/** Logs grow from run to run; one that has become too large to be read begins anew. */
function prepareLogs(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder).map((name) => join(folder, name))) {
    if (statSync(file).size > LARGEST_LOG) truncateSync(file);
  }
}
