/** Turns `[auth]` of `supabase/config.toml` into the GOTRUE_* environment, as Supabase's CLI does. */

type Toml = Record<string, unknown>;
type Settings = Record<string, unknown>;

export interface AuthStack {
  /** Public address of the gateway. */
  apiUrl: string;
  host: string;
  port: number;
  databaseUrl: string;
  jwtSecret: string;
  /** The mail catcher. */
  smtp: { host: string; port: number };
}

/** The environment of Auth, the stand-in's and the real server's alike. */
export function authEnvironment(auth: Toml, stack: AuthStack): Record<string, string> {
  const externalUrl = text(auth.external_url) || `${stack.apiUrl}/auth/v1`;
  const issuer = text(auth.jwt_issuer) || externalUrl;
  const captcha = table(auth, 'captcha');
  const sessions = table(auth, 'sessions');
  const limits = table(auth, 'rate_limit');
  const settings: Settings = {
    API_EXTERNAL_URL: externalUrl,
    PORT: stack.port,
    GOTRUE_API_HOST: stack.host,
    GOTRUE_API_PORT: stack.port,
    GOTRUE_DB_DRIVER: 'postgres',
    GOTRUE_DB_DATABASE_URL: stack.databaseUrl,
    GOTRUE_SITE_URL: auth.site_url ?? 'http://127.0.0.1:3000',
    GOTRUE_URI_ALLOW_LIST: list(auth.additional_redirect_urls),
    GOTRUE_DISABLE_SIGNUP: auth.enable_signup === false,
    GOTRUE_JWT_SECRET: stack.jwtSecret,
    GOTRUE_JWT_EXP: auth.jwt_expiry ?? 3600,
    GOTRUE_JWT_AUD: 'authenticated',
    GOTRUE_JWT_DEFAULT_GROUP_NAME: 'authenticated',
    GOTRUE_JWT_ADMIN_ROLES: 'service_role',
    GOTRUE_JWT_ISSUER: issuer,
    GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED: auth.enable_anonymous_sign_ins ?? false,
    GOTRUE_PASSWORD_MIN_LENGTH: auth.minimum_password_length ?? 6,
    GOTRUE_PASSWORD_REQUIRED_CHARACTERS: requiredCharacters(auth.password_requirements),
    GOTRUE_SECURITY_REFRESH_TOKEN_ROTATION_ENABLED: auth.enable_refresh_token_rotation ?? true,
    GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL: auth.refresh_token_reuse_interval ?? 10,
    GOTRUE_SECURITY_MANUAL_LINKING_ENABLED: auth.enable_manual_linking ?? false,
    GOTRUE_SECURITY_CAPTCHA_ENABLED: captcha.enabled,
    GOTRUE_SECURITY_CAPTCHA_PROVIDER: captcha.provider,
    GOTRUE_SECURITY_CAPTCHA_SECRET: captcha.secret,
    GOTRUE_SESSIONS_TIMEBOX: unlessZero(sessions.timebox),
    GOTRUE_SESSIONS_INACTIVITY_TIMEOUT: unlessZero(sessions.inactivity_timeout),
    GOTRUE_RATE_LIMIT_ANONYMOUS_USERS: limits.anonymous_users ?? 30,
    GOTRUE_RATE_LIMIT_TOKEN_REFRESH: limits.token_refresh ?? 150,
    GOTRUE_RATE_LIMIT_OTP: limits.sign_in_sign_ups ?? 30,
    GOTRUE_RATE_LIMIT_VERIFY: limits.token_verifications ?? 30,
    GOTRUE_RATE_LIMIT_SMS_SENT: limits.sms_sent ?? 30,
    GOTRUE_RATE_LIMIT_WEB3: limits.web3 ?? 30,
    ...mail(table(auth, 'email'), externalUrl, stack, limits),
    ...messages(table(auth, 'sms')),
    ...factors(table(auth, 'mfa')),
    ...providers(table(auth, 'external'), `${issuer}/callback`),
    ...hooks(table(auth, 'hook'), stack),
  };
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

function mail(email: Toml, externalUrl: string, stack: AuthStack, limits: Toml): Settings {
  const smtp = table(email, 'smtp');
  const own = smtp.host !== undefined && smtp.enabled !== false;
  // Absolute: the server resolves a path against the host alone and would lose `/auth/v1`.
  const verify = `${externalUrl}/verify`;
  return {
    GOTRUE_EXTERNAL_EMAIL_ENABLED: email.enabled ?? email.enable_signup ?? true,
    GOTRUE_MAILER_AUTOCONFIRM: email.enable_confirmations !== true,
    GOTRUE_MAILER_SECURE_EMAIL_CHANGE_ENABLED: email.double_confirm_changes ?? true,
    GOTRUE_MAILER_OTP_LENGTH: email.otp_length ?? 6,
    GOTRUE_MAILER_OTP_EXP: email.otp_expiry ?? 3600,
    GOTRUE_MAILER_URLPATHS_INVITE: verify,
    GOTRUE_MAILER_URLPATHS_CONFIRMATION: verify,
    GOTRUE_MAILER_URLPATHS_RECOVERY: verify,
    GOTRUE_MAILER_URLPATHS_EMAIL_CHANGE: verify,
    GOTRUE_SECURITY_UPDATE_PASSWORD_REQUIRE_REAUTHENTICATION: email.secure_password_change ?? false,
    GOTRUE_SECURITY_UPDATE_PASSWORD_REQUIRE_CURRENT_PASSWORD: email.require_current_password ?? false,
    GOTRUE_SMTP_MAX_FREQUENCY: email.max_frequency ?? '1s',
    GOTRUE_SMTP_HOST: own ? smtp.host : stack.smtp.host,
    GOTRUE_SMTP_PORT: own ? smtp.port : stack.smtp.port,
    GOTRUE_SMTP_USER: own ? smtp.user : undefined,
    GOTRUE_SMTP_PASS: own ? smtp.pass : undefined,
    GOTRUE_SMTP_ADMIN_EMAIL: own ? smtp.admin_email : 'admin@email.com',
    GOTRUE_SMTP_SENDER_NAME: own ? smtp.sender_name : 'Admin',
    // The limit protects a real mail server's good name; the catcher takes everything.
    GOTRUE_RATE_LIMIT_EMAIL_SENT: own ? (limits.email_sent ?? 2) : 360_000,
    ...named(table(email, 'template'), (name, { subject }) => ({
      [`GOTRUE_MAILER_SUBJECTS_${name}`]: subject,
    })),
    ...named(table(email, 'notification'), (name, { enabled, subject }) => ({
      [`GOTRUE_MAILER_NOTIFICATIONS_${name}_ENABLED`]: enabled ?? false,
      [`GOTRUE_MAILER_SUBJECTS_${name}_NOTIFICATION`]: subject,
    })),
  };
}

const SMS_PROVIDERS = ['twilio', 'twilio_verify', 'messagebird', 'textlocal', 'vonage'];

function messages(sms: Toml): Settings {
  const provider = SMS_PROVIDERS.find((name) => table(sms, name).enabled === true);
  const { enabled: _, ...account } = provider ? table(sms, provider) : {};
  const prefix = `GOTRUE_SMS_${provider?.toUpperCase()}`;
  return {
    GOTRUE_EXTERNAL_PHONE_ENABLED: sms.enabled ?? sms.enable_signup ?? false,
    GOTRUE_SMS_AUTOCONFIRM: sms.enable_confirmations !== true,
    GOTRUE_SMS_MAX_FREQUENCY: sms.max_frequency ?? '5s',
    GOTRUE_SMS_OTP_EXP: sms.otp_expiry ?? 6000,
    GOTRUE_SMS_OTP_LENGTH: sms.otp_length ?? 6,
    GOTRUE_SMS_TEMPLATE: sms.template ?? 'Your code is {{ .Code }}',
    GOTRUE_SMS_TEST_OTP: list(Object.entries(table(sms, 'test_otp')).map((pair) => pair.join(':'))),
    GOTRUE_SMS_PROVIDER: provider,
    ...named(account, (name, _table, value) => ({ [`${prefix}_${name}`]: value })),
  };
}

function factors(mfa: Toml): Settings {
  const phone = table(mfa, 'phone');
  return {
    GOTRUE_MFA_MAX_ENROLLED_FACTORS: mfa.max_enrolled_factors ?? 10,
    GOTRUE_MFA_PHONE_OTP_LENGTH: phone.otp_length ?? 6,
    GOTRUE_MFA_PHONE_TEMPLATE: phone.template ?? 'Your code is {{ .Code }}',
    GOTRUE_MFA_PHONE_MAX_FREQUENCY: phone.max_frequency ?? '5s',
    ...Object.assign(
      {},
      ...['totp', 'phone', 'web_authn'].map((kind) => ({
        [`GOTRUE_MFA_${kind.toUpperCase()}_ENROLL_ENABLED`]: table(mfa, kind).enroll_enabled ?? false,
        [`GOTRUE_MFA_${kind.toUpperCase()}_VERIFY_ENABLED`]: table(mfa, kind).verify_enabled ?? false,
      })),
    ),
  };
}

function providers(external: Toml, callback: string): Settings {
  return named(external, (name, provider) => ({
    [`GOTRUE_EXTERNAL_${name}_ENABLED`]: provider.enabled ?? false,
    [`GOTRUE_EXTERNAL_${name}_CLIENT_ID`]: provider.client_id,
    [`GOTRUE_EXTERNAL_${name}_SECRET`]: provider.secret,
    [`GOTRUE_EXTERNAL_${name}_REDIRECT_URI`]: provider.redirect_uri || callback,
    [`GOTRUE_EXTERNAL_${name}_URL`]: provider.url || undefined,
    [`GOTRUE_EXTERNAL_${name}_SKIP_NONCE_CHECK`]: provider.skip_nonce_check ?? false,
    [`GOTRUE_EXTERNAL_${name}_EMAIL_OPTIONAL`]: provider.email_optional ?? false,
  }));
}

/** The stack's address as containers of Supabase's CLI call it. */
const IN_CONTAINERS = 'http://host.docker.internal:54321';

function hooks(configured: Toml, { apiUrl }: AuthStack): Settings {
  return named(configured, (name, { enabled, uri, secrets }) =>
    enabled === true
      ? {
          [`GOTRUE_HOOK_${name}_ENABLED`]: true,
          [`GOTRUE_HOOK_${name}_URI`]: text(uri).replace(IN_CONTAINERS, apiUrl),
          [`GOTRUE_HOOK_${name}_SECRETS`]: secrets,
        }
      : {},
  );
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';

/** Sets of characters, of each of which a password needs one; a colon parts the sets, `\:` is the sign itself. */
function requiredCharacters(requirements: unknown): string {
  const lowerUpperDigits = [LETTERS, LETTERS.toUpperCase(), DIGITS];
  if (requirements === 'letters_digits') return [LETTERS + LETTERS.toUpperCase(), DIGITS].join(':');
  if (requirements === 'lower_upper_letters_digits') return lowerUpperDigits.join(':');
  if (requirements === 'lower_upper_letters_digits_symbols')
    return [...lowerUpperDigits, '!@#$%^&*()_+-=[]{};\'\\\\:"|<>?,./`~'].join(':');
  return '';
}

/** The settings of each entry of a table, by its name as environment variables spell it. */
function named(parent: Toml, settings: (name: string, entry: Toml, value: unknown) => Settings): Settings {
  return Object.assign(
    {},
    ...Object.entries(parent).map(([name, value]) =>
      settings(name.toUpperCase(), table(parent, name), value),
    ),
  );
}

const isTable = (value: unknown): value is Toml =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const table = (parent: Toml, name: string): Toml => (isTable(parent[name]) ? parent[name] : {});
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): string => (Array.isArray(value) ? value.join(',') : '');
/** The real server refuses to start with a limit of nothing, which the file may use to say "none". */
const unlessZero = (duration: unknown) => (/[1-9]/.test(text(duration)) ? duration : undefined);
