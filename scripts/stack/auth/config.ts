/** The server's settings, from the same GOTRUE_* environment that the real server reads. */

/** `pg-functions://<host>/<schema>/<function>` or an HTTP address; with the secrets that sign its calls. */
export interface Hook {
  uri: URL;
  secrets: string[];
}

export interface Config {
  host: string;
  port: number;
  databaseUrl: string;
  jwt: { secret: string; seconds: number; audience: string; issuer: string; adminRoles: string[] };
  siteUrl: string;
  signupDisabled: boolean;
  emailEnabled: boolean;
  autoconfirm: boolean;
  password: { minLength: number; requiredCharacters: string[] };
  refresh: { isRotated: boolean; reuseSeconds: number };
  /** Longest life of a session in seconds; undefined: no limit. */
  timeboxSeconds: number | undefined;
  hooks: { customAccessToken: Hook | undefined; beforeUserCreated: Hook | undefined };
}

export function readConfig(env: NodeJS.ProcessEnv): Config {
  const flag = (name: string, otherwise = false) => (env[name] ? env[name] === 'true' : otherwise);
  const externalUrl = env.API_EXTERNAL_URL ?? env.GOTRUE_API_EXTERNAL_URL ?? '';
  return {
    host: env.GOTRUE_API_HOST ?? '127.0.0.1',
    port: Number(env.GOTRUE_API_PORT ?? env.PORT ?? 9999),
    databaseUrl: required(env, 'GOTRUE_DB_DATABASE_URL'),
    jwt: {
      secret: required(env, 'GOTRUE_JWT_SECRET'),
      seconds: Number(env.GOTRUE_JWT_EXP ?? 3600),
      audience: env.GOTRUE_JWT_AUD ?? 'authenticated',
      issuer: env.GOTRUE_JWT_ISSUER ?? externalUrl,
      adminRoles: (env.GOTRUE_JWT_ADMIN_ROLES ?? 'service_role,supabase_admin').split(','),
    },
    siteUrl: env.GOTRUE_SITE_URL ?? '',
    signupDisabled: flag('GOTRUE_DISABLE_SIGNUP'),
    emailEnabled: flag('GOTRUE_EXTERNAL_EMAIL_ENABLED', true),
    autoconfirm: flag('GOTRUE_MAILER_AUTOCONFIRM'),
    password: {
      minLength: Number(env.GOTRUE_PASSWORD_MIN_LENGTH ?? 6),
      requiredCharacters: (env.GOTRUE_PASSWORD_REQUIRED_CHARACTERS ?? '').split(':').filter(Boolean),
    },
    refresh: {
      isRotated: flag('GOTRUE_SECURITY_REFRESH_TOKEN_ROTATION_ENABLED', true),
      reuseSeconds: Number(env.GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL ?? 10),
    },
    timeboxSeconds: env.GOTRUE_SESSIONS_TIMEBOX ? seconds(env.GOTRUE_SESSIONS_TIMEBOX) : undefined,
    hooks: {
      customAccessToken: hook(env, 'CUSTOM_ACCESS_TOKEN'),
      beforeUserCreated: hook(env, 'BEFORE_USER_CREATED'),
    },
  };
}

function hook(env: NodeJS.ProcessEnv, name: string): Hook | undefined {
  if (env[`GOTRUE_HOOK_${name}_ENABLED`] !== 'true') return undefined;
  return {
    uri: new URL(required(env, `GOTRUE_HOOK_${name}_URI`)),
    secrets: (env[`GOTRUE_HOOK_${name}_SECRETS`] ?? '').split('|').filter(Boolean),
  };
}

/** A Go duration such as `720h` or `1m30s`, in seconds. */
export function seconds(duration: string): number {
  const units: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  let total = 0;
  for (const [, amount, unit] of duration.matchAll(/([\d.]+)(ms|h|m|s)/g)) {
    total += Number(amount) * (units[unit ?? 's'] ?? 0);
  }
  return total;
}

export function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`unable to start Auth; ${name} is not set`);
  return value;
}
