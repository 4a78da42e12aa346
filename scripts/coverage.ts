/** The command `npm run coverage`: the tests on a stack of its own, and what of functions and database they reached. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createCoverage } from './coverage/report.ts';
import { PROJECT_DIR } from './stack/stack.ts';
import { withTestStack } from './test-stack.ts';

const coverage = createCoverage();

const isEnough = await withTestStack(async (env, stack) => {
  await coverage.begin(stack);
  const args = ['run', ...process.argv.slice(2)];
  const { status } = spawnSync(join(PROJECT_DIR, 'node_modules/.bin/vitest'), args, {
    ...{ cwd: PROJECT_DIR, env, stdio: 'inherit' },
  });
  return (await coverage.report(stack)) && status === 0;
}, coverage);
if (!isEnough) process.exitCode = 1;
