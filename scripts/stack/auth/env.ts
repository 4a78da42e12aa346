/** Turns `[auth]` of `supabase/config.toml` into the GOTRUE_* environment, as Supabase's CLI does. */

type Toml = Record<string, unknown>;

export interface AuthStack {
  /** Public address of the gateway. */
  apiUrl: string;
  host: string;
  port: number;
  databaseUrl: string;
  jwtSecret: string;
  smtp: { host: string; port: number };
}

/** The environment of Auth, the stand-in's and the real server's alike. */
export function authEnvironment(auth: Toml, stack: AuthStack): Record<string, string> {
  const email = table(auth, 'email');
  const sessions = table(auth, 'sessions');
  const mfa = table(auth, 'mfa');
  const env: Record<string, unknown> = {
    API_EXTERNAL_URL: `${stack.apiUrl}/auth/v1`,
    GOTRUE_API_HOST: stack.host,
    GOTRUE_API_PORT: stack.port,
    PORT: stack.port,
    GOTRUE_DB_DRIVER: 'postgres',
    GOTRUE_DB_DATABASE_URL: stack.databaseUrl,
    GOTRUE_SITE_URL: auth.site_url,
    GOTRUE_URI_ALLOW_LIST: list(auth.additional_redirect_urls),
    GOTRUE_DISABLE_SIGNUP: auth.enable_signup === false,
    GOTRUE_JWT_SECRET: stack.jwtSecret,
    GOTRUE_JWT_EXP: auth.jwt_expiry ?? 3600,
    GOTRUE_JWT_AUD: 'authenticated',
    GOTRUE_JWT_DEFAULT_GROUP_NAME: 'authenticated',
    GOTRUE_JWT_ADMIN_ROLES: 'service_role',
    GOTRUE_JWT_ISSUER: `${stack.apiUrl}/auth/v1`,
    GOTRUE_PASSWORD_MIN_LENGTH: auth.minimum_password_length ?? 6,
    GOTRUE_EXTERNAL_EMAIL_ENABLED: email.enable_signup ?? true,
    GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED: auth.enable_anonymous_sign_ins ?? false,
    GOTRUE_MAILER_AUTOCONFIRM: email.enable_confirmations !== true,
    GOTRUE_MAILER_SECURE_EMAIL_CHANGE_ENABLED: email.double_confirm_changes ?? true,
    GOTRUE_MAILER_OTP_LENGTH: email.otp_length ?? 6,
    GOTRUE_MAILER_OTP_EXP: email.otp_expiry ?? 3600,
    GOTRUE_SMTP_HOST: stack.smtp.host,
    GOTRUE_SMTP_PORT: stack.smtp.port,
    GOTRUE_SMTP_ADMIN_EMAIL: 'admin@email.com',
    GOTRUE_SMTP_MAX_FREQUENCY: email.max_frequency ?? '1s',
    GOTRUE_SECURITY_REFRESH_TOKEN_ROTATION_ENABLED: auth.enable_refresh_token_rotation ?? true,
    GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL: auth.refresh_token_reuse_interval ?? 10,
    GOTRUE_SECURITY_MANUAL_LINKING_ENABLED: auth.enable_manual_linking ?? false,
    GOTRUE_SESSIONS_TIMEBOX: sessions.timebox,
    GOTRUE_SESSIONS_INACTIVITY_TIMEOUT: sessions.inactivity_timeout,
    GOTRUE_MFA_MAX_ENROLLED_FACTORS: mfa.max_enrolled_factors ?? 10,
    GOTRUE_MFA_TOTP_ENROLL_ENABLED: table(mfa, 'totp').enroll_enabled ?? false,
    GOTRUE_MFA_TOTP_VERIFY_ENABLED: table(mfa, 'totp').verify_enabled ?? false,
    GOTRUE_MFA_PHONE_ENROLL_ENABLED: table(mfa, 'phone').enroll_enabled ?? false,
    GOTRUE_MFA_PHONE_VERIFY_ENABLED: table(mfa, 'phone').verify_enabled ?? false,
    ...hooks(table(auth, 'hook')),
  };
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

function hooks(configured: Toml): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(configured).flatMap((name) => {
      const { enabled, uri, secrets } = table(configured, name);
      const prefix = `GOTRUE_HOOK_${name.toUpperCase()}`;
      return [
        [`${prefix}_ENABLED`, enabled ?? false],
        [`${prefix}_URI`, uri],
        [`${prefix}_SECRETS`, secrets],
      ];
    }),
  );
}

const table = (parent: Toml, name: string): Toml => (parent[name] ?? {}) as Toml;
const list = (value: unknown): string => (Array.isArray(value) ? value.join(',') : '');
