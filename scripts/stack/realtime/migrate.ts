/** Installs and maintains the schema `realtime`. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import type { Database } from './database.ts';

/** Creates or updates everything in `schema.sql`; safe to run on a database that has it. */
export async function migrate(databaseUrl: string): Promise<void> {
  const file = join(dirname(fileURLToPath(import.meta.url)), 'schema.sql');
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql.begin((tx) => tx.unsafe(readFileSync(file, 'utf8')).simple());
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Makes the partitions of the coming days and drops those past their time. */
export async function maintainPartitions(database: Database): Promise<void> {
  await database`select realtime.maintain_partitions()`;
}
