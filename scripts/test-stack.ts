/** A stack of its own for one run of the tests, with the example app; gone afterwards unless something failed. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePortBase } from './stack/ports.ts';
import { terminalProgress } from './stack/progress.ts';
import { PROJECT_DIR, type RunningStack, type StackOptions, startStack } from './stack/stack.ts';
import { runningState } from './stack/state.ts';
import { stopRunning } from './stack/stop.ts';
import { buildWeb, webService, webUrl } from './web.ts';

const folder = join(PROJECT_DIR, '.confab');

/** Runs something with a fresh stack, named by the environment as `npm run stack -- status -o env` prints it. */
export async function withTestStack(
  run: (env: NodeJS.ProcessEnv, stack: RunningStack) => Promise<boolean>,
  { signal, functionEnvironment = {} }: Pick<StackOptions, 'signal' | 'functionEnvironment'> = {},
): Promise<boolean> {
  const progress = terminalProgress();
  await removeAbandoned();
  const portBase = await freePortBase();
  const dir = join(folder, `test-${portBase}`);
  const stack = await startStack({
    ...{ dir, portBase, progress, calls: false, functionEnvironment },
    ...(signal && { signal }),
  });
  let passed = false;
  try {
    await stack.run(webService(stack, await buildWeb(stack)));
    passed = await run({ ...process.env, ...stack.values, WEB_URL: webUrl(stack) }, stack);
    return passed;
  } finally {
    await stack.stop();
    if (passed) rmSync(dir, { recursive: true, force: true });
    else progress.note(`The logs of the services are in ${join(dir, 'logs')} until the next run.`);
  }
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
