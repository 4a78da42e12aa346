/** Runs a program that ends by itself, such as a migration, and turns its failure into a sentence. */
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { baseEnvironment } from './environment.ts';
import { Interrupted } from './interrupted.ts';
import { type Reaper, signalGroup } from './reaper.ts';

export interface TaskSpec {
  /** What the task does, as in "unable to <purpose>". */
  purpose: string;
  command: string[];
  env?: Record<string, string>;
  cwd?: string;
  logFile: string;
}

/** Characters of the output that are shown; what went wrong may stand at either end of it. */
const SHOWN_OUTPUT = 4000;

export async function runTask(task: TaskSpec, reaper: Reaper, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw new Interrupted(task.purpose);
  const [file, ...args] = task.command;
  const child = spawn(file as string, args, {
    env: { ...baseEnvironment(), ...task.env },
    ...(task.cwd === undefined ? {} : { cwd: task.cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid } = child;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
      appendFileSync(task.logFile, chunk);
    });
  }
  const abort = () => pid !== undefined && signalGroup(pid, 'SIGTERM');
  signal.addEventListener('abort', abort);
  if (pid !== undefined) reaper.watch(pid, 'SIGTERM');
  try {
    const code = await new Promise<number | string>((resolve, reject) => {
      child.once('error', (cause) =>
        reject(new Error(`unable to ${task.purpose}; ${cause.message}`, { cause })),
      );
      child.once('close', (exitCode, exitSignal) => resolve(exitCode ?? exitSignal ?? 'unknown'));
    });
    if (signal.aborted) throw new Interrupted(task.purpose);
    if (code !== 0)
      throw new Error(`unable to ${task.purpose}; it ended with ${code}:\n${shorten(output.trim())}`);
  } finally {
    signal.removeEventListener('abort', abort);
    if (pid !== undefined) reaper.forget(pid);
  }
}

function shorten(output: string): string {
  if (output.length <= SHOWN_OUTPUT) return output;
  return `${output.slice(0, SHOWN_OUTPUT / 2)}\n…\n${output.slice(-SHOWN_OUTPUT / 2)}`;
}
