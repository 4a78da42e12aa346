/** The keys of a local Supabase: the same on every machine, as its CLI has them, and therefore no secrets. */
import { createHmac } from 'node:crypto';

export interface Keys {
  jwtSecret: string;
  anonKey: string;
  serviceRoleKey: string;
  publishableKey: string;
  secretKey: string;
}

const JWT_SECRET = 'super-secret-jwt-token-with-at-least-32-characters-long';

export const KEYS: Keys = {
  jwtSecret: JWT_SECRET,
  anonKey: demoToken('anon'),
  serviceRoleKey: demoToken('service_role'),
  publishableKey: 'sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH',
  secretKey: 'sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz',
};

/** Fixed claims in a fixed order: the result is byte for byte the token printed by `supabase status`. */
function demoToken(role: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: 'supabase-demo', role, exp: 1983812996 })}`;
  return `${content}.${createHmac('sha256', JWT_SECRET).update(content).digest('base64url')}`;
}
