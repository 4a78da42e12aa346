#!/usr/bin/env -S npx tsx
/** The command `npm run stack`: starts, stops, empties and describes a stack that runs in the background. */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Message } from './background.ts';
import { nodeCommand, STACK_CODE } from './context.ts';
import { portBaseFromEnvironment, portsFrom } from './ports.ts';
import { PROJECT_DIR, stackDir } from './stack.ts';
import { deleteData, runningState } from './state.ts';
import { formatStatus, isStatusFormat, stackValues } from './status.ts';
import { stopRunning } from './stop.ts';

const USAGE = `usage: npm run stack -- <command>
  up                            start the stack in the background
  down                          stop it
  reset                         stop it and delete its data
  status [-o env|json|pretty]   print its addresses and keys
`;

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { output: { type: 'string', short: 'o', default: 'pretty' } },
  });
  const dir = stackDir(PROJECT_DIR, portBaseFromEnvironment());
  switch (positionals[0]) {
    case 'up':
      return up(dir);
    case 'down':
      say((await stopRunning(dir)) ? 'The stack has stopped.' : 'The stack is not running.');
      return 0;
    case 'reset':
      await stopRunning(dir);
      deleteData(dir);
      say(`The data in ${dir} is deleted; the next start begins anew.`);
      return 0;
    case 'status':
      return status(dir, values.output);
    default:
      say(USAGE.trimEnd());
      return 2;
  }
}

async function up(dir: string): Promise<number> {
  if (runningState(dir)) {
    say('The stack already runs.');
    return status(dir, 'pretty');
  }
  mkdirSync(join(dir, 'logs'), { recursive: true });
  const log = openSync(join(dir, 'logs', 'supervisor.log'), 'a');
  const [file, ...args] = nodeCommand(join(STACK_CODE, 'background.ts'));
  const child = spawn(file as string, args, { stdio: ['ignore', log, log, 'ipc'], detached: true });
  // Cutting the line tells the supervisor to stop what it has started; its end is awaited below.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => child.connected && child.disconnect());
  }
  const failure = await new Promise<string | undefined>((resolve) => {
    child.on('message', (message: Message) => {
      if ('line' in message) say(message.line);
      else resolve('failed' in message ? message.failed : undefined);
    });
    child.on('exit', () => resolve('The stack was stopped before it was complete.'));
  });
  if (failure !== undefined) {
    say(failure);
    return 1;
  }
  child.disconnect();
  child.unref();
  return status(dir, 'pretty');
}

function status(dir: string, format: string): number {
  if (!isStatusFormat(format)) {
    say(`unable to print the status; the format is env, json or pretty, not ${format}`);
    return 2;
  }
  const state = runningState(dir);
  if (!state) {
    say(
      'The stack is not running. Start it with `npm start`, or in the background with `npm run stack -- up`.',
    );
    return 1;
  }
  process.stdout.write(formatStatus(stackValues(portsFrom(state.portBase)), format));
  return 0;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

process.exitCode = await main().catch((error: Error) => {
  say(error.message);
  return 1;
});
