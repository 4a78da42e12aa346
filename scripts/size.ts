/** Weighs the SDK as an app's bundler would pack it: what loads with the app, and apart from that what loads on first use. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { PROJECT_DIR } from './stack/stack.ts';

/** Guards against growth; what is wished for is 15,000 for the core. */
const LIMITS = [
  { title: 'core', code: `export * from './index.ts'`, limit: 19_500 },
  { title: 'isChatError alone', code: `export { isChatError } from './index.ts'`, limit: 300 },
  { title: 'hooks for React', code: `export * from './react/index.ts'`, limit: 5_000 },
];

/** Bytes after gzip of the entry with everything it imports, and of what it only loads later. */
async function weigh(contents: string): Promise<{ atOnce: number; later: number }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: join(PROJECT_DIR, 'sdk/src'), sourcefile: 'entry.ts' },
    absWorkingDir: PROJECT_DIR,
    outdir: 'out',
    bundle: true,
    // An app that takes one function has no part that loads later.
    splitting: contents.includes('*'),
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    external: ['@supabase/supabase-js', 'react'],
    logLevel: 'error',
  });
  const { outputs } = metafile;
  const atOnce = new Set(
    Object.keys(outputs).filter((path) => outputs[path]?.entryPoint?.endsWith('entry.ts')),
  );
  for (const path of atOnce) {
    for (const { path: imported, kind } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && outputs[imported]) atOnce.add(imported);
    }
  }
  const weight = { atOnce: 0, later: 0 };
  for (const { path, contents: packed } of outputFiles) {
    const isAtOnce = [...atOnce].some((name) => path === join(PROJECT_DIR, name));
    weight[isAtOnce ? 'atOnce' : 'later'] += gzipSync(packed, { level: 9 }).length;
  }
  return weight;
}

for (const { title, code, limit } of LIMITS) {
  const { atOnce, later } = await weigh(code);
  const verdict = atOnce <= limit ? 'ok' : 'TOO LARGE';
  const rest = later > 0 ? `, ${later} more on first use` : '';
  console.log(
    `${title.padEnd(20)} ${`${atOnce}`.padStart(6)} of ${`${limit}`.padStart(6)} bytes gzip${rest}  ${verdict}`,
  );
  if (atOnce > limit) process.exitCode = 1;
}
