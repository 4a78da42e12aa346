/** How much of the edge functions' code ran in the function's own process, as Deno counts it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PROJECT_DIR, type RunningStack } from '../stack/stack.ts';

export interface Share {
  name: string;
  covered: number;
  total: number;
}

/** What makes functions note which of their lines run. */
export const notingIn = (folder: string) => ({ DENO_COVERAGE_DIR: folder });

/** Lines by file; ends the functions' processes, as they write their notes at their end. */
export async function coveredLines({ dir }: RunningStack, folder: string): Promise<Share[]> {
  await endFunctions(join(dir, 'logs/functions.log'));
  const { stdout, status } = spawnSync(
    join(PROJECT_DIR, 'node_modules/.bin/deno'),
    ['coverage', folder, '--lcov', '--include=/edge-functions/.*\\.ts$', '--quiet'],
    { cwd: join(PROJECT_DIR, 'edge-functions'), encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  if (status !== 0) throw new Error("unable to read the functions' coverage; deno coverage failed");
  return stdout
    .split('end_of_record')
    .map((record) => ({
      name: /^SF:.*\/(edge-functions\/.*)$/m.exec(record)?.[1] ?? '',
      covered: Number(/^LH:(\d+)$/m.exec(record)?.[1] ?? 0),
      total: Number(/^LF:(\d+)$/m.exec(record)?.[1] ?? 0),
    }))
    .filter(({ name, total }) => name && total > 0);
}

async function endFunctions(log: string): Promise<void> {
  const events = readFileSync(log, 'utf8').matchAll(/"event":"started".*"pid":(\d+)/g);
  for (const [, pid] of events) {
    while (end(Number(pid))) await pause(100);
  }
}

function end(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGTERM');
  } catch {
    return false;
  }
}
