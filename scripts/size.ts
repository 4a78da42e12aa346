/** Weighs the SDK as an app's bundler packs it: what loads with the app, what right after that, and what on first use. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { transform } from 'esbuild';
import { type OutputChunk, type Plugin, rollup } from 'rollup';
import { PROJECT_DIR } from './stack/stack.ts';

const SOURCE = join(PROJECT_DIR, 'sdk/src');

const LIMITS = [
  { title: 'core', code: `export * from './index.ts'`, limit: 15_000 },
  { title: 'isChatError alone', code: `export { isChatError } from './index.ts'`, limit: 300 },
  { title: 'hooks for React', code: `export * from './react/index.ts'`, limit: 5_000 },
];

/** An app that consists of this code. */
const app = (code: string): Plugin => ({
  name: 'app',
  resolveId: (id, importer) =>
    id === 'app'
      ? id
      : id.startsWith('.')
        ? join(importer === 'app' ? SOURCE : dirname(importer ?? ''), id)
        : null,
  async load(id) {
    const loader = { loader: 'ts', target: 'es2022' } as const;
    return id === 'app' ? code : (await transform(readFileSync(id, 'utf8'), loader)).code;
  },
});

/** Bytes after gzip of what loads at once, of the piece that is fetched right after it, and of all others. */
async function weigh(code: string): Promise<{ atOnce: number; soon: number; later: number }> {
  const bundle = await rollup({
    input: 'app',
    plugins: [app(code)],
    external: ['@supabase/supabase-js', 'react'],
    preserveEntrySignatures: 'allow-extension',
  });
  const { output } = await bundle.generate({ format: 'es' });
  const weight = { atOnce: 0, soon: 0, later: 0 };
  for (const chunk of output as OutputChunk[]) {
    const packed = await transform(chunk.code, { minify: true, format: 'esm', target: 'es2022' });
    weight[placeOf(chunk)] += gzipSync(packed.code, { level: 9 }).length;
  }
  return weight;
}

/** What several pieces share counts as part of the app, where the packer puts it. */
function placeOf({ isDynamicEntry, facadeModuleId }: OutputChunk): 'atOnce' | 'soon' | 'later' {
  if (!isDynamicEntry) return 'atOnce';
  return facadeModuleId === join(SOURCE, 'soon.ts') ? 'soon' : 'later';
}

for (const { title, code, limit } of LIMITS) {
  const { atOnce, soon, later } = await weigh(code);
  const verdict = atOnce <= limit ? 'ok' : 'TOO LARGE';
  const rest = soon > 0 ? `, ${soon} more right after, ${later} on first use` : '';
  console.log(
    `${title.padEnd(20)} ${`${atOnce}`.padStart(6)} of ${`${limit}`.padStart(6)} bytes gzip${rest}  ${verdict}`,
  );
  if (atOnce > limit) process.exitCode = 1;
}
