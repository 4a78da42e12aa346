#!/usr/bin/env -S npx tsx
/** The command `npm run stack`: starts, stops, empties and describes a stack in the background. */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { portBaseFromEnvironment, portsFrom } from './ports.ts';
import { nodeCommand } from './services.ts';
import { PROJECT_DIR, stackDir } from './stack.ts';
import { runningState } from './state.ts';
import { formatStatus, stackValues } from './status.ts';
import { isAlive } from './supervisor/identity.ts';

const USAGE = `usage: npm run stack -- <command>
  up                      start the stack in the background
  down                    stop it
  reset                   stop it and delete its data
  status [-o env|json]    print its addresses and keys
`;

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { output: { type: 'string', short: 'o', default: 'pretty' } },
  });
  const base = portBaseFromEnvironment();
  const dir = stackDir(PROJECT_DIR, base);
  switch (positionals[0]) {
    case 'up':
      return up(dir, base);
    case 'down':
      return down(dir);
    case 'reset':
      return reset(dir);
    case 'status':
      return status(dir, values.output);
    default:
      process.stderr.write(USAGE);
      return 2;
  }
}

async function up(dir: string, base: number): Promise<number> {
  if (runningState(dir)) {
    process.stderr.write('The stack already runs.\n');
    return status(dir, 'pretty');
  }
  mkdirSync(join(dir, 'logs'), { recursive: true });
  const log = openSync(join(dir, 'logs', 'supervisor.log'), 'a');
  const [file, ...args] = nodeCommand('supervisor/main.ts');
  const child = spawn(file as string, args, { stdio: ['ignore', log, log, 'ipc'], detached: true });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.disconnect());
  const failure = await new Promise<string | undefined>((resolve) => {
    child.on('message', (message: { line?: string; ready?: true; failed?: string }) => {
      if (message.line !== undefined) process.stderr.write(`${message.line}\n`);
      if (message.failed !== undefined) resolve(message.failed);
      if (message.ready) resolve(undefined);
    });
    child.on('exit', () => resolve('the supervisor ended'));
  });
  if (child.connected) child.disconnect();
  child.unref();
  if (failure !== undefined) {
    process.stderr.write(`${failure}\n`);
    return 1;
  }
  process.stdout.write(formatStatus(stackValues(portsFrom(base)), 'pretty'));
  return 0;
}

async function down(dir: string): Promise<number> {
  const state = runningState(dir);
  if (!state) {
    process.stderr.write('The stack is not running.\n');
    return 0;
  }
  process.kill(state.supervisor.pid, 'SIGTERM');
  while (isAlive(state.supervisor)) await new Promise((resolve) => setTimeout(resolve, 50));
  process.stderr.write('The stack has stopped.\n');
  return 0;
}

async function reset(dir: string): Promise<number> {
  await down(dir);
  rmSync(dir, { recursive: true, force: true });
  process.stderr.write('The data is deleted; the next start begins anew.\n');
  return 0;
}

function status(dir: string, format: string): number {
  const state = runningState(dir);
  if (!state) {
    process.stderr.write('The stack is not running. Start it with `npm start` or `npm run stack -- up`.\n');
    return 1;
  }
  process.stdout.write(formatStatus(stackValues(portsFrom(state.portBase)), format));
  return 0;
}

process.exitCode = await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  return 1;
});
