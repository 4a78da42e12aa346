/** Weighs the built SDK as an app's bundler would pack it: `npm run build -w sdk` first. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { PROJECT_DIR } from './stack/stack.ts';

const LIMITS = [
  { title: 'everything', code: `export * from '@confab/sdk'`, limit: 15_000 },
  { title: 'isChatError alone', code: `export { isChatError } from '@confab/sdk'`, limit: 300 },
  { title: 'hooks for React', code: `export * from '@confab/sdk/react'`, limit: 5_000 },
];

async function gzipped(contents: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(PROJECT_DIR, 'sdk') },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external: ['@supabase/supabase-js', 'react'],
    logLevel: 'error',
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

for (const { title, code, limit } of LIMITS) {
  const size = await gzipped(code);
  const verdict = size <= limit ? 'ok' : 'TOO LARGE';
  console.log(
    `${title.padEnd(20)} ${`${size}`.padStart(6)} of ${`${limit}`.padStart(6)} bytes gzip  ${verdict}`,
  );
  if (size > limit) process.exitCode = 1;
}
