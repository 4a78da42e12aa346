/** What every service needs to know about the stack it belongs to. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProjectConfig } from './config.ts';
import type { Keys } from './keys.ts';
import type { Ports } from './ports.ts';
import { clusterUrl } from './postgres/cluster.ts';

export interface StackContext {
  /** Folder of the state: database, files, logs. */
  dir: string;
  config: ProjectConfig;
  ports: Ports;
  keys: Keys;
  /** Password of every database role. */
  password: string;
  /** Public address of the gateway. */
  url: string;
}

export const STACK_CODE = dirname(fileURLToPath(import.meta.url));

export const localUrl = (port: number) => `http://127.0.0.1:${port}`;

export const databaseUrl = ({ ports, password }: StackContext, role: string) =>
  clusterUrl({ port: ports.postgres, password }, role);

export const logFile = ({ dir }: StackContext, name: string) => join(dir, 'logs', `${name}.log`);

/** Runs a TypeScript file in Node without a process in between. */
export function nodeCommand(file: string, ...args: string[]): string[] {
  return [process.execPath, '--import', import.meta.resolve('tsx'), file, ...args];
}

/** One of the stack's own servers. */
export const serviceCommand = (service: string, ...args: string[]) =>
  nodeCommand(join(STACK_CODE, service, 'main.ts'), ...args);

/** Whether a server answers: with the status given, or with anything but an error of its own. */
export async function responds(url: string, status?: number): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return status === undefined ? response.status < 500 : response.status === status;
  } catch {
    return false;
  }
}
