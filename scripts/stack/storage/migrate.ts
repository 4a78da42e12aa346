/** Installs the schema `storage`. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';

const FILES = ['tables.sql', 'functions.sql', 'lists.sql'];

/** Creates or updates everything in `schema/`; safe to run on a database that has it. */
export async function migrate(databaseUrl: string): Promise<void> {
  const folder = join(dirname(fileURLToPath(import.meta.url)), 'schema');
  const script = FILES.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql.begin((tx) => tx.unsafe(script).simple());
  } finally {
    await sql.end({ timeout: 5 });
  }
}
