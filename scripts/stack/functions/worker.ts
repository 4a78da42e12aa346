/** One function in a Deno process of its own: started when it is needed, replaced when its code has changed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { FunctionConfig } from '../config.ts';
import { networkEnvironment } from '../supervisor/environment.ts';
import { denoCommand } from './deno.ts';

export type Log = (event: string, details: object) => void;

export interface Lease {
  origin: URL;
  /** To be called once, when the request has ended. */
  release(): void;
  /** The process broke the connection off and is about to end: the next request gets a new one. */
  abandon(): void;
}

export interface Worker {
  config: FunctionConfig;
  /** The running function, started first where it is not. @throws BootError */
  lease(): Promise<Lease>;
  /** The next request gets a new process; requests in work keep the old one to their end. */
  renew(): void;
  stop(): void;
}

/** The function ended, or was silent for too long, before it listened. */
export class BootError extends Error {}

interface Instance {
  origin: URL;
  process: ChildProcess;
  requests: number;
}

const BOOT_WITHIN = 60_000;

export function createWorker(config: FunctionConfig, environment: Record<string, string>, log: Log): Worker {
  const { name } = config;
  let current: Promise<Instance> | undefined;

  async function launch(): Promise<Instance> {
    const port = await freePort();
    const [file, ...args] = denoCommand(config);
    const child = spawn(file as string, args, {
      env: { ...networkEnvironment(), ...environment, DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const instance: Instance = { origin: new URL(`http://127.0.0.1:${port}`), process: child, requests: 0 };
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => log('output', { function: name, line }));
    }
    child.on('error', (error) => log('failed', { function: name, reason: error.message }));
    child.on('exit', (code, signal) => log('ended', { function: name, code, signal }));
    const deadline = performance.now() + BOOT_WITHIN;
    while (!(await accepts(port))) {
      if (hasEnded(child) || child.pid === undefined) throw new BootError(`${name} ended before it listened`);
      if (performance.now() > deadline) {
        child.kill('SIGKILL');
        throw new BootError(`${name} did not listen within ${BOOT_WITHIN / 1000} s`);
      }
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    log('started', { function: name, pid: child.pid });
    return instance;
  }

  function start(): Promise<Instance> {
    const starting = launch();
    current = starting;
    const forget = () => {
      if (current === starting) current = undefined;
    };
    starting.then(({ process }) => process.once('exit', forget), forget);
    return starting;
  }

  function retire(instance: Instance): void {
    if (instance.requests === 0) instance.process.kill('SIGTERM');
  }

  return {
    config,
    async lease() {
      const owner = current ?? start();
      const instance = await owner;
      if (hasEnded(instance.process)) return this.lease();
      instance.requests += 1;
      return {
        origin: instance.origin,
        release() {
          instance.requests -= 1;
          if (current !== owner) retire(instance);
        },
        abandon() {
          if (current === owner) current = undefined;
        },
      };
    },
    renew() {
      const old = current;
      current = undefined;
      old?.then(retire, () => {});
    },
    stop() {
      current?.then(({ process }) => process.kill('SIGKILL')).catch(() => {});
    },
  };
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
