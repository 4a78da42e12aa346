/** Serves the example app in `examples/web` beside a stack. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { responds } from './stack/context.ts';
import { PROJECT_DIR, type RunningStack } from './stack/stack.ts';
import type { ServiceSpec } from './stack/supervisor/service.ts';

const folder = join(PROJECT_DIR, 'examples', 'web');

export const webUrl = ({ ports }: RunningStack) => `http://localhost:${ports.web}`;

const vite = (...args: string[]): string[] => [
  process.execPath,
  join(dirname(createRequire(join(folder, 'package.json')).resolve('vite/package.json')), 'bin', 'vite.js'),
  ...args,
];

const addressOf = (stack: RunningStack) => ({
  VITE_CONFAB_URL: stack.url,
  VITE_CONFAB_KEY: stack.values.PUBLISHABLE_KEY,
});

/** From the sources, so that a change in them shows at once; `built` serves what `buildWeb` has made. */
export function webService(stack: RunningStack, built?: string): ServiceSpec {
  const port = stack.ports.web;
  const how = built === undefined ? ['--clearScreen', 'false'] : ['--outDir', built];
  return {
    name: 'Web app',
    command: vite(
      built === undefined ? 'dev' : 'preview',
      ...['--host', 'localhost', '--port', String(port), '--strictPort', ...how],
    ),
    cwd: folder,
    env: addressOf(stack),
    ports: [port],
    logFile: join(stack.dir, 'logs', 'web.log'),
    isReady: () => responds(webUrl(stack), 200),
  };
}

/** Builds the app for a stack and says where: many browsers load it much faster than its sources. */
export async function buildWeb(stack: RunningStack): Promise<string> {
  const out = join(stack.dir, 'web');
  const [command = '', ...args] = vite('build', '--outDir', out, '--emptyOutDir', '--logLevel', 'error');
  await promisify(execFile)(command, args, { cwd: folder, env: { ...process.env, ...addressOf(stack) } });
  return out;
}
