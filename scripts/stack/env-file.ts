/** Reads and writes `NAME="value"` files, the form of `.env` and of `supabase status -o env`. */
import { parseEnv } from 'node:util';

export function parseEnvFile(content: string): Record<string, string> {
  return parseEnv(content) as Record<string, string>;
}

export function formatEnvFile(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${value}"\n`)
    .join('');
}
