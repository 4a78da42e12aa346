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
}

export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const databaseUrl = env.DATABASE_URL;
  if (!databaseUrl) throw new Error('unable to start; DATABASE_URL is not set');
  return {
    databaseUrl,
    concurrency: wholeNumber('WORKER_CONCURRENCY', env.WORKER_CONCURRENCY, 4),
    healthPort: env.PORT ? wholeNumber('PORT', env.PORT, 0) : null,
    linkPreviewAllow: (env.LINK_PREVIEW_ALLOW ?? '').split(',').filter(Boolean),
  };
}

function wholeNumber(name: string, text: string | undefined, fallback: number): number {
  if (!text) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`unable to start; ${name} is a whole number from 1`);
  return value;
}
