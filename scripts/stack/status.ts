/** The stack's addresses and keys under the names of `supabase status`. */
import { formatEnvFile } from './env-file.ts';
import { KEYS } from './keys.ts';
import type { Ports } from './ports.ts';

export type StackValues = Record<string, string>;

export function stackValues(ports: Ports): StackValues {
  const api = `http://127.0.0.1:${ports.gateway}`;
  return {
    API_URL: api,
    REST_URL: `${api}/rest/v1`,
    FUNCTIONS_URL: `${api}/functions/v1`,
    DB_URL: `postgresql://postgres:postgres@127.0.0.1:${ports.postgres}/postgres`,
    MAIL_URL: `http://127.0.0.1:${ports.mail}`,
    MAILPIT_URL: `http://127.0.0.1:${ports.mail}`,
    LIVEKIT_URL: `ws://127.0.0.1:${ports.livekit}`,
    PUBLISHABLE_KEY: KEYS.publishableKey,
    SECRET_KEY: KEYS.secretKey,
    ANON_KEY: KEYS.anonKey,
    SERVICE_ROLE_KEY: KEYS.serviceRoleKey,
    JWT_SECRET: KEYS.jwtSecret,
  };
}

export function formatStatus(values: StackValues, format: string): string {
  if (format === 'json') return `${JSON.stringify(values, null, 2)}\n`;
  if (format === 'env') return formatEnvFile(values);
  const width = Math.max(...Object.keys(values).map((name) => name.length));
  return Object.entries(values)
    .map(([name, value]) => `${name.padStart(width)}: ${value}\n`)
    .join('');
}
