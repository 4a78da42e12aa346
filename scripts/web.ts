/** Serves the example app in `examples/web` beside a stack. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { responds } from './stack/context.ts';
import { PROJECT_DIR, type RunningStack } from './stack/stack.ts';
import type { ServiceSpec } from './stack/supervisor/service.ts';

const folder = join(PROJECT_DIR, 'examples', 'web');

export const webUrl = ({ ports }: RunningStack) => `http://localhost:${ports.web}`;

export function webService(stack: RunningStack): ServiceSpec {
  const vite = createRequire(join(folder, 'package.json')).resolve('vite/package.json');
  const port = stack.ports.web;
  return {
    name: 'Web app',
    command: [
      process.execPath,
      join(dirname(vite), 'bin', 'vite.js'),
      ...['--host', 'localhost', '--port', String(port), '--strictPort', '--clearScreen', 'false'],
    ],
    cwd: folder,
    env: {
      VITE_CONFAB_URL: stack.url,
      VITE_CONFAB_KEY: stack.values.PUBLISHABLE_KEY,
    },
    ports: [port],
    logFile: join(stack.dir, 'logs', 'web.log'),
    isReady: () => responds(webUrl(stack), 200),
  };
}
