/** The command `npm test`: the whole suite on a stack of its own, or on the one that the environment names. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { REPORT } from './contracts/results.ts';
import { PROJECT_DIR } from './stack/stack.ts';
import { Interrupted } from './stack/supervisor/interrupted.ts';
import { withTestStack } from './test-stack.ts';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort());

/** Runs the tests. The terminal sends Ctrl-C to them too, so their end is only awaited. */
async function vitest(env: NodeJS.ProcessEnv): Promise<boolean> {
  const program = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const report = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
  const child = spawn(process.execPath, [program, 'run', ...report, ...process.argv.slice(2)], {
    cwd: PROJECT_DIR,
    env,
    stdio: 'inherit',
  });
  interrupt.signal.addEventListener('abort', () => child.kill('SIGINT'));
  return new Promise((resolve) => child.once('exit', (code) => resolve(code === 0)));
}

const passed = process.env.API_URL
  ? vitest(process.env)
  : withTestStack(vitest, { signal: interrupt.signal });

process.exitCode = await passed.then(
  (result) => (result ? 0 : 1),
  (error: Error) => {
    process.stderr.write(`${error instanceof Interrupted ? 'Stopped.' : error.message}\n`);
    return 1;
  },
);
