/** Packs Swagger UI for the page that shows the API, since a function can read no files of an npm package. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const PARTS = { script: 'swagger-ui-bundle.js', style: 'swagger-ui.css' } as const;

/** The parts as base64 of gzip; `packed`, what there is, where it holds the same, as each zlib packs otherwise. */
export function swaggerUi(packed: string): string {
  const sources = Object.entries(PARTS).map(
    ([name, file]) => [name, readFileSync(join(folder, file))] as const,
  );
  const known: Record<string, string> = packed ? JSON.parse(packed) : {};
  const isSame = sources.every(([name, source]) => unpack(known[name] ?? '').equals(source));
  if (isSame) return packed;
  const parts = sources.map(([name, source]) => [name, gzipSync(source, { level: 9 }).toString('base64')]);
  return `${JSON.stringify(Object.fromEntries(parts), null, 2)}\n`;
}

const unpack = (part: string) => (part ? gunzipSync(Buffer.from(part, 'base64')) : Buffer.alloc(0));
