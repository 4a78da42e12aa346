/** What the worker reads from its environment. */

export interface Settings {
  /** A session of the role that owns Confab's schemas: `postgres`. No transaction pooler, as the worker listens. */
  databaseUrl: string;
  /** How many tasks run at once. */
  concurrency: number;
  /** Port on which it says that it lives; null for none. */
  healthPort: number | null;
  /** Addresses that link previews may be fetched from although they are not public. */
  linkPreviewAllow: string[];
  /** Where the project is, and the key above every rule, for the objects of files. */
  supabaseUrl: string;
  serviceRoleKey: string;
  /** The ClamAV daemon that scans uploaded files; null for none. */
  clamav: { host: string; port: number } | null;
}

export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  return {
    databaseUrl: required('DATABASE_URL', env.DATABASE_URL),
    concurrency: wholeNumber('WORKER_CONCURRENCY', env.WORKER_CONCURRENCY, 4),
    healthPort: env.PORT ? wholeNumber('PORT', env.PORT, 0) : null,
    linkPreviewAllow: (env.LINK_PREVIEW_ALLOW ?? '').split(',').filter(Boolean),
    supabaseUrl: required('SUPABASE_URL', env.SUPABASE_URL),
    serviceRoleKey: required('SUPABASE_SERVICE_ROLE_KEY', env.SUPABASE_SERVICE_ROLE_KEY),
    clamav: env.CLAMAV_HOST
      ? { host: env.CLAMAV_HOST, port: wholeNumber('CLAMAV_PORT', env.CLAMAV_PORT, 3310) }
      : null,
  };
}

function required(name: string, value: string | undefined): string {
  if (!value) throw new Error(`unable to start; ${name} is not set`);
  return value;
}

function wholeNumber(name: string, text: string | undefined, fallback: number): number {
  if (!text) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`unable to start; ${name} is a whole number from 1`);
  return value;
}
