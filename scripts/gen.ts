/** Writes what is generated from a source of truth: the migration from supabase/schemas. `--check` only compares. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Until the first release there is one migration, and it is the schema files in their order. */
function migration(): string {
  const folder = join(root, 'supabase/schemas');
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  const parts = files.sort().map((name) => `-- ${name}\n${readFileSync(join(folder, name), 'utf8')}`);
  return `-- Generated from supabase/schemas by npm run gen.\n\n${parts.join('\n')}`;
}

const generated: Record<string, string> = { 'supabase/migrations/20261121000000_confab.sql': migration() };

const check = process.argv.includes('--check');
for (const [path, content] of Object.entries(generated)) {
  const file = join(root, path);
  const current = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (current === content) continue;
  if (check) {
    console.error(`${path} is not what npm run gen writes; run it and commit the result`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, content);
    console.log(`wrote ${path}`);
  }
}
