/** Runs a program that ends by itself, such as a migration, and turns its failure into a sentence. */
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { baseEnvironment } from './service.ts';

export interface TaskSpec {
  /** What the task does, as in "unable to <purpose>". */
  purpose: string;
  command: string[];
  env?: Record<string, string>;
  cwd?: string;
  logFile: string;
  signal?: AbortSignal;
}

export async function runTask(task: TaskSpec): Promise<void> {
  const [file, ...args] = task.command;
  const child = spawn(file as string, args, {
    env: { ...baseEnvironment(), ...task.env },
    ...(task.cwd === undefined ? {} : { cwd: task.cwd }),
    ...(task.signal === undefined ? {} : { signal: task.signal }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      appendFileSync(task.logFile, chunk);
    });
  }
  const code = await new Promise<number | string>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new Error(`unable to ${task.purpose}; ${cause.message}`, { cause })),
    );
    child.once('close', (exitCode, signal) => resolve(exitCode ?? signal ?? 'unknown'));
  });
  if (code !== 0) throw new Error(`unable to ${task.purpose}; it ended with ${code}:\n${output.trim()}`);
}
