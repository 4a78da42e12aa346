/** Runs one service as a child process: starts it, waits until it answers, restarts it when it dies, stops it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { baseEnvironment } from './environment.ts';
import { Interrupted } from './interrupted.ts';
import { type Reaper, signalGroup } from './reaper.ts';

export interface ServiceSpec {
  name: string;
  command: string[];
  env?: Record<string, string>;
  cwd?: string;
  /** Ports that it listens on. */
  ports: number[];
  logFile: string;
  /** What may help when it does not start. */
  advice?: string;
  /** Asks for an orderly end. */
  stopSignal?: NodeJS.Signals;
  /** Milliseconds it may take to end before it is killed; ten seconds unless said otherwise. */
  stopWithin?: number;
  /** Clears what an unclean end has left. */
  beforeStart?(): void;
  /** Whether the service answers. */
  isReady(): Promise<boolean>;
}

export interface ServiceEvents {
  started(name: string, pid: number): void;
  ended(name: string): void;
  /** A line for the user: a service died or is back. */
  notice(text: string): void;
}

export interface Service {
  start(): Promise<void>;
  stop(): Promise<void>;
}

const READY_WITHIN = 60_000;
const STOP_WITHIN = 10_000;
const BACKOFF = { first: 200, last: 10_000 };
/** A service that lived this long had started well: its next end is a new accident. */
const SETTLED_AFTER = 30_000;

interface Run {
  process: ChildProcess;
  ended: Promise<void>;
  hasEnded: boolean;
  began: number;
}

export function createService(spec: ServiceSpec, reaper: Reaper, events: ServiceEvents): Service {
  let current: Run | undefined;
  let isStopping = false;
  let restart: NodeJS.Timeout | undefined;
  let delay = BACKOFF.first;

  function launch(): Run {
    spec.beforeStart?.();
    const log = openSync(spec.logFile, 'a');
    const [file, ...args] = spec.command;
    const child = spawn(file as string, args, {
      env: { ...baseEnvironment(), ...spec.env },
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
      stdio: ['ignore', log, log],
      // A group of its own: Ctrl-C in the terminal reaches the supervisor only, which ends services in order.
      detached: true,
    });
    closeSync(log);
    const { pid } = child;
    const run: Run = { process: child, ended: Promise.resolve(), hasEnded: false, began: performance.now() };
    run.ended = new Promise((resolve) => {
      const finish = () => {
        if (run.hasEnded) return;
        run.hasEnded = true;
        if (pid !== undefined) {
          signalGroup(pid, 'SIGKILL');
          reaper.forget(pid);
        }
        events.ended(spec.name);
        resolve();
      };
      child.once('error', finish);
      child.once('exit', finish);
    });
    if (pid !== undefined) {
      reaper.watch(pid, spec.stopSignal ?? 'SIGTERM');
      events.started(spec.name, pid);
    }
    current = run;
    return run;
  }

  async function untilReady(run: Run): Promise<void> {
    const deadline = run.began + READY_WITHIN;
    for (let wait = 20; ; wait = Math.min(wait * 1.5, 250)) {
      const isReady = await spec.isReady();
      if (isStopping) throw new Interrupted(`start ${spec.name}`);
      if (run.hasEnded) throw new Error(`unable to start ${spec.name}; it ended at once${explanation()}`);
      if (isReady) return;
      if (performance.now() > deadline) {
        throw new Error(
          `unable to start ${spec.name}; no answer for ${READY_WITHIN / 1000} s${explanation()}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  function explanation(): string {
    const lines = readFileSync(spec.logFile, 'utf8').trimEnd().split('\n').slice(-8);
    const advice = spec.advice === undefined ? '' : `. ${spec.advice}`;
    return `${advice}. The end of ${spec.logFile}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  }

  function restartWhenItDies(run: Run): void {
    void run.ended.then(() => {
      if (isStopping) return;
      if (performance.now() - run.began > SETTLED_AFTER) delay = BACKOFF.first;
      const how = run.process.signalCode ?? `code ${run.process.exitCode}`;
      events.notice(`${spec.name} ended unexpectedly (${how}); starting it again in ${delay / 1000} s`);
      restart = setTimeout(() => void revive(), delay);
      delay = Math.min(delay * 2, BACKOFF.last);
    });
  }

  async function revive(): Promise<void> {
    const run = launch();
    restartWhenItDies(run);
    try {
      await untilReady(run);
      events.notice(`${spec.name} is back`);
    } catch (error) {
      // One that has ended is started again and said so; one that only is silent is left to the user.
      if (!run.hasEnded && !isStopping) events.notice((error as Error).message);
    }
  }

  async function stop(): Promise<void> {
    isStopping = true;
    clearTimeout(restart);
    const run = current;
    const pid = run?.process.pid;
    if (run === undefined || pid === undefined || run.hasEnded) return;
    run.process.kill(spec.stopSignal ?? 'SIGTERM');
    const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), spec.stopWithin ?? STOP_WITHIN);
    await run.ended;
    clearTimeout(timer);
  }

  return {
    async start() {
      const run = launch();
      try {
        await untilReady(run);
      } catch (error) {
        await stop();
        throw error;
      }
      restartWhenItDies(run);
    },
    stop,
  };
}
