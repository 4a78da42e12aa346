/** The page under test: the one that the environment names, or one served here for the stack under test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stack } from '../helpers/stack.ts';

const folder = fileURLToPath(new URL('../../examples/web/', import.meta.url));

export interface WebPage {
  url: string;
  close(): Promise<void>;
}

export async function openWebPage(): Promise<WebPage> {
  if (process.env.WEB_URL) return { url: process.env.WEB_URL, close: async () => {} };
  const port = await freePort();
  const vite = join(dirname(createRequire(folder).resolve('vite/package.json')), 'bin', 'vite.js');
  const child = spawn(
    process.execPath,
    [vite, '--host', '127.0.0.1', '--port', String(port), '--strictPort'],
    {
      cwd: folder,
      env: {
        ...process.env,
        // Once for each message, React's development build takes a busy machine seconds.
        NODE_ENV: 'production',
        CONFAB_WEB_CACHE: `node_modules/.vite/tests-${process.env.VITEST_POOL_ID}`,
        VITE_CONFAB_URL: stack.apiUrl,
        VITE_CONFAB_KEY: stack.publishableKey,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await ready(child);
  return {
    url: `http://127.0.0.1:${port}/`,
    async close() {
      child.kill();
      await ended;
    },
  };
}

/** Vite prints its address when it serves. */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (text) => String(text).includes('http://') && resolve());
    child.once('exit', (code) => reject(new Error(`unable to serve the web app; vite ended with ${code}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
