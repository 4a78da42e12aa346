/** Runs one service as a child process: starts it, waits until it answers, restarts it when it dies, stops it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Reaper } from './reaper.ts';
import { signalGroup } from './reaper.ts';

export interface ServiceSpec {
  name: string;
  command: string[];
  env?: Record<string, string>;
  cwd?: string;
  logFile: string;
  /** Asks for an orderly end. */
  stopSignal?: NodeJS.Signals;
  /** Milliseconds the service may take to end before it is killed. */
  stopWithin?: number;
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
  name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const READY_WITHIN = 60_000;
const STOP_WITHIN = 10_000;
const BACKOFF = { first: 200, last: 10_000 };
/** A service that lived this long had started well: its next end is a new accident. */
const SETTLED_AFTER = 30_000;

export function createService(spec: ServiceSpec, reaper: Reaper, events: ServiceEvents): Service {
  let child: ChildProcess | undefined;
  let ended: Promise<void> = Promise.resolve();
  let stopping = false;
  let restart: NodeJS.Timeout | undefined;
  let delay = BACKOFF.first;

  function launch(): ChildProcess {
    const log = openSync(spec.logFile, 'a');
    const [file, ...args] = spec.command;
    const started = spawn(file as string, args, {
      env: { ...baseEnvironment(), ...spec.env },
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
      stdio: ['ignore', log, log],
      // A group of its own: Ctrl-C in the terminal reaches the supervisor only, which ends services in order.
      detached: true,
    });
    closeSync(log);
    child = started;
    ended = new Promise((resolve) => {
      const finish = () => {
        if (child !== started) return;
        child = undefined;
        if (started.pid !== undefined) {
          signalGroup(started.pid, 'SIGKILL');
          reaper.forget(started.pid);
        }
        events.ended(spec.name);
        resolve();
      };
      started.once('error', finish);
      started.once('exit', finish);
    });
    if (started.pid !== undefined) {
      reaper.watch(started.pid, spec.stopSignal ?? 'SIGTERM');
      events.started(spec.name, started.pid);
    }
    return started;
  }

  async function untilReady(started: ChildProcess): Promise<void> {
    const deadline = Date.now() + READY_WITHIN;
    for (let wait = 20; !(await spec.isReady()); wait = Math.min(wait * 1.5, 250)) {
      if (stopping) throw new Error(`unable to start ${spec.name}; it was stopped`);
      if (child !== started) throw new Error(`unable to start ${spec.name}; it ended at once${logTail()}`);
      if (Date.now() > deadline)
        throw new Error(`unable to start ${spec.name}; no answer for 60 s${logTail()}`);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    if (child !== started) throw new Error(`unable to start ${spec.name}; it ended at once${logTail()}`);
  }

  function logTail(): string {
    const lines = readFileSync(spec.logFile, 'utf8').trimEnd().split('\n').slice(-8);
    return `. The end of ${spec.logFile}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  }

  function restartAfterDeath(started: ChildProcess): void {
    const since = Date.now();
    void ended.then(() => {
      if (stopping) return;
      if (Date.now() - since > SETTLED_AFTER) delay = BACKOFF.first;
      const how = started.signalCode ?? `code ${started.exitCode}`;
      events.notice(`${spec.name} ended unexpectedly (${how}); starting it again in ${delay / 1000} s`);
      restart = setTimeout(() => void revive(), delay);
      delay = Math.min(delay * 2, BACKOFF.last);
    });
  }

  async function revive(): Promise<void> {
    const started = launch();
    restartAfterDeath(started);
    try {
      await untilReady(started);
      events.notice(`${spec.name} is back`);
    } catch (error) {
      if (!stopping && child === started) events.notice((error as Error).message);
    }
  }

  return {
    name: spec.name,
    async start() {
      stopping = false;
      const started = launch();
      try {
        await untilReady(started);
      } catch (error) {
        await this.stop();
        throw error;
      }
      restartAfterDeath(started);
    },
    async stop() {
      stopping = true;
      clearTimeout(restart);
      const pid = child?.pid;
      if (child === undefined || pid === undefined) return;
      child.kill(spec.stopSignal ?? 'SIGTERM');
      const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), spec.stopWithin ?? STOP_WITHIN);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** What a service inherits; the user's own PG…, PGRST_… or GOTRUE_… variables must not reach it. */
export function baseEnvironment(): Record<string, string> {
  const names = [
    'PATH',
    'HOME',
    'USER',
    'LANG',
    'LC_ALL',
    'TZ',
    'TMPDIR',
    'SSL_CERT_FILE',
    'NODE_EXTRA_CA_CERTS',
  ];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name] as string]])),
  );
}
