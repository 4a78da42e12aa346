/** The stack's addresses and keys under the names of `supabase status`. */
import { localUrl } from './context.ts';
import { formatEnvFile } from './env-file.ts';
import { KEYS } from './keys.ts';
import type { Ports } from './ports.ts';
import { LIVEKIT_KEYS, livekitUrl } from './services/livekit.ts';

export type StackValues = ReturnType<typeof stackValues>;

export function stackValues(ports: Ports) {
  const api = localUrl(ports.gateway);
  const mail = localUrl(ports.mail);
  return {
    API_URL: api,
    REST_URL: `${api}/rest/v1`,
    FUNCTIONS_URL: `${api}/functions/v1`,
    DB_URL: `postgresql://postgres:postgres@127.0.0.1:${ports.postgres}/postgres`,
    MAIL_URL: mail,
    // The name that the CLI gives to the same thing.
    MAILPIT_URL: mail,
    LIVEKIT_URL: livekitUrl({ ports }),
    LIVEKIT_API_KEY: LIVEKIT_KEYS.key,
    LIVEKIT_API_SECRET: LIVEKIT_KEYS.secret,
    PUBLISHABLE_KEY: KEYS.publishableKey,
    SECRET_KEY: KEYS.secretKey,
    ANON_KEY: KEYS.anonKey,
    SERVICE_ROLE_KEY: KEYS.serviceRoleKey,
    JWT_SECRET: KEYS.jwtSecret,
  };
}

const FORMATS = {
  json: (values: StackValues) => `${JSON.stringify(values, null, 2)}\n`,
  env: formatEnvFile,
  pretty(values: StackValues) {
    const width = Math.max(...Object.keys(values).map((name) => name.length));
    return Object.entries(values)
      .map(([name, value]) => `${name.padStart(width)}: ${value}\n`)
      .join('');
  },
};

export type StatusFormat = keyof typeof FORMATS;

export const isStatusFormat = (format: string): format is StatusFormat => Object.hasOwn(FORMATS, format);

export const formatStatus = (values: StackValues, format: StatusFormat): string => FORMATS[format](values);
