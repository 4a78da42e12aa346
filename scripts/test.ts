/** The command `npm test`: the whole suite on a stack of its own, or on the one that the environment names. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { freePortBase } from './stack/ports.ts';
import { terminalProgress } from './stack/progress.ts';
import { PROJECT_DIR, startStack } from './stack/stack.ts';
import { runningState } from './stack/state.ts';
import { stopRunning } from './stack/stop.ts';
import { Interrupted } from './stack/supervisor/interrupted.ts';

const folder = join(PROJECT_DIR, '.confab');
const progress = terminalProgress();
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort());

async function main(): Promise<number> {
  if (process.env.API_URL) return vitest(process.env);
  await removeAbandoned();
  const portBase = await freePortBase();
  const dir = join(folder, `test-${portBase}`);
  process.env.CONFAB_CALLS ??= 'off';
  const stack = await startStack({ dir, portBase, progress, signal: interrupt.signal });
  let code = 1;
  try {
    code = await vitest({ ...process.env, ...stack.values });
    return code;
  } finally {
    await stack.stop();
    if (code === 0) rmSync(dir, { recursive: true, force: true });
    else progress.note(`The logs of the services are in ${join(dir, 'logs')} until the next run.`);
  }
}

/** Runs the tests; the terminal sends Ctrl-C to vitest too, so its end is only awaited. */
async function vitest(env: NodeJS.ProcessEnv): Promise<number> {
  const program = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const child = spawn(process.execPath, [program, 'run', ...process.argv.slice(2)], {
    cwd: PROJECT_DIR,
    env,
    stdio: 'inherit',
  });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

/** Folders of runs that failed or were killed. */
async function removeAbandoned(): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith('test-'))) {
    const dir = join(folder, name);
    if (runningState(dir)) continue;
    await stopRunning(dir);
    rmSync(dir, { recursive: true, force: true });
  }
}

process.exitCode = await main().catch((error: Error) => {
  progress.note(error instanceof Interrupted ? 'Stopped.' : error.message);
  return 1;
});
