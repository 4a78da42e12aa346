/** The configurations under which the real server was recorded. */

export const SECRET = 'recordings-jwt-secret-with-at-least-32-characters';
export const HOOK_KEY = 'recordings-hook-secret-of-32-chars';
export const GOOGLE_CLIENT = 'golden-client-id.apps.example';

type Settings = Record<string, string>;

export interface Profile {
  /** Prefix of the server's public address. */
  path?: string;
  env: Settings;
}

const hooks = (profile: string, catcher: string, names: string[]): Settings =>
  Object.fromEntries(
    names.flatMap((name) => {
      const prefix = `GOTRUE_HOOK_${name.toUpperCase().replaceAll('-', '_')}`;
      const path = name.replace('-attempt', '');
      return [
        [`${prefix}_ENABLED`, 'true'],
        [`${prefix}_URI`, `${catcher}/hook/${profile}/${path}`],
        [`${prefix}_SECRETS`, `v1,whsec_${Buffer.from(HOOK_KEY).toString('base64')}`],
      ];
    }),
  );

/** What all profiles share. */
export function baseEnvironment(profile: string, catcher: string, smtpPort: number): Settings {
  const templates = ['confirmation', 'recovery', 'magic_link', 'email_change', 'invite', 'reauthentication'];
  return {
    GOTRUE_JWT_SECRET: SECRET,
    GOTRUE_JWT_EXP: '604800',
    GOTRUE_JWT_AUD: 'authenticated',
    GOTRUE_JWT_DEFAULT_GROUP_NAME: 'authenticated',
    GOTRUE_JWT_ADMIN_ROLES: 'service_role,supabase_admin',
    GOTRUE_API_HOST: '127.0.0.1',
    GOTRUE_SITE_URL: 'http://localhost:3000',
    GOTRUE_URI_ALLOW_LIST: 'http://localhost:3000/**,com.example.app://**',
    GOTRUE_MAILER_AUTOCONFIRM: 'true',
    GOTRUE_MAILER_OTP_EXP: '3600',
    GOTRUE_MAILER_OTP_LENGTH: '6',
    GOTRUE_EXTERNAL_EMAIL_ENABLED: 'true',
    GOTRUE_EXTERNAL_PHONE_ENABLED: 'true',
    GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED: 'true',
    GOTRUE_SMTP_HOST: '127.0.0.1',
    GOTRUE_SMTP_PORT: String(smtpPort),
    GOTRUE_SMTP_ADMIN_EMAIL: 'admin@example.test',
    GOTRUE_SMTP_MAX_FREQUENCY: '1ms',
    GOTRUE_SMS_MAX_FREQUENCY: '1ms',
    GOTRUE_SMS_OTP_EXP: '300',
    GOTRUE_SMS_OTP_LENGTH: '6',
    GOTRUE_SMS_AUTOCONFIRM: 'false',
    GOTRUE_RATE_LIMIT_EMAIL_SENT: '1000000',
    GOTRUE_RATE_LIMIT_SMS_SENT: '1000000',
    GOTRUE_MFA_PHONE_ENROLL_ENABLED: 'true',
    GOTRUE_MFA_PHONE_VERIFY_ENABLED: 'true',
    GOTRUE_MFA_TOTP_ENROLL_ENABLED: 'true',
    GOTRUE_MFA_TOTP_VERIFY_ENABLED: 'true',
    GOTRUE_MFA_PHONE_MAX_FREQUENCY: '1ms',
    GOTRUE_MFA_PHONE_OTP_LENGTH: '6',
    GOTRUE_SECURITY_REFRESH_TOKEN_ROTATION_ENABLED: 'true',
    GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL: '10',
    GOTRUE_SECURITY_MANUAL_LINKING_ENABLED: 'true',
    GOTRUE_SESSIONS_TIMEBOX: '720h',
    GOTRUE_EXTERNAL_GOOGLE_ENABLED: 'true',
    GOTRUE_EXTERNAL_GOOGLE_CLIENT_ID: GOOGLE_CLIENT,
    GOTRUE_EXTERNAL_GOOGLE_SECRET: 'golden-client-secret',
    GOTRUE_EXTERNAL_GOOGLE_URL: `${catcher}/google`,
    ...Object.fromEntries(
      templates.map((name) => [`GOTRUE_MAILER_TEMPLATES_${name.toUpperCase()}`, `${catcher}/tpl/${name}`]),
    ),
    ...hooks(profile, catcher, ['send-sms']),
  };
}

export function profiles(catcher: string, signingKey: string): Record<string, Profile> {
  return {
    main: { env: {} },
    confirm: { env: { GOTRUE_MAILER_AUTOCONFIRM: 'false' } },
    strict: {
      env: {
        GOTRUE_PASSWORD_MIN_LENGTH: '8',
        GOTRUE_PASSWORD_REQUIRED_CHARACTERS:
          'abcdefghijklmnopqrstuvwxyz:ABCDEFGHIJKLMNOPQRSTUVWXYZ:0123456789',
        GOTRUE_SECURITY_UPDATE_PASSWORD_REQUIRE_REAUTHENTICATION: 'true',
        GOTRUE_EXTERNAL_PHONE_ENABLED: 'false',
        GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED: 'false',
        GOTRUE_SECURITY_MANUAL_LINKING_ENABLED: 'false',
        GOTRUE_MFA_PHONE_ENROLL_ENABLED: 'false',
        GOTRUE_MFA_PHONE_VERIFY_ENABLED: 'false',
        GOTRUE_MFA_TOTP_ENROLL_ENABLED: 'false',
        GOTRUE_EXTERNAL_GOOGLE_ENABLED: 'false',
        GOTRUE_EXTERNAL_EMAIL_MAGIC_LINK_ENABLED: 'false',
      },
    },
    closed: { env: { GOTRUE_DISABLE_SIGNUP: 'true' } },
    noemail: { env: { GOTRUE_EXTERNAL_EMAIL_ENABLED: 'false' } },
    limits: {
      env: {
        GOTRUE_RATE_LIMIT_HEADER: 'X-Forwarded-For',
        GOTRUE_SMTP_MAX_FREQUENCY: '60s',
        GOTRUE_SMS_MAX_FREQUENCY: '60s',
        GOTRUE_MFA_PHONE_MAX_FREQUENCY: '60s',
        GOTRUE_RATE_LIMIT_EMAIL_SENT: '3',
        GOTRUE_RATE_LIMIT_SMS_SENT: '3',
        GOTRUE_RATE_LIMIT_ANONYMOUS_USERS: '2',
        GOTRUE_MAILER_AUTOCONFIRM: 'false',
      },
    },
    short: {
      env: {
        GOTRUE_SMS_OTP_EXP: '4',
        GOTRUE_MAILER_OTP_EXP: '4',
        GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL: '4',
        GOTRUE_JWT_EXP: '6',
      },
    },
    timebox: { env: { GOTRUE_SESSIONS_TIMEBOX: '8s' } },
    idle: { env: { GOTRUE_SESSIONS_INACTIVITY_TIMEOUT: '6s', GOTRUE_JWT_EXP: '2' } },
    lowaal: { env: { GOTRUE_SESSIONS_ALLOW_LOW_AAL: '8s' } },
    single: { env: { GOTRUE_SESSIONS_SINGLE_PER_USER: 'true' } },
    hooks: {
      env: {
        GOTRUE_MAILER_AUTOCONFIRM: 'false',
        ...hooks('hooks', catcher, [
          'send-email',
          'custom-access-token',
          'before-user-created',
          'after-user-created',
          'password-verification-attempt',
          'mfa-verification-attempt',
        ]),
      },
    },
    es256: {
      path: '/auth/v1',
      env: { GOTRUE_JWT_VALID_METHODS: 'HS256,ES256', GOTRUE_JWT_KEYS: `[${signingKey}]` },
    },
    rtv2: {
      env: {
        GOTRUE_SECURITY_REFRESH_TOKEN_ALGORITHM_VERSION: '2',
        GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL: '4',
      },
    },
    curpw: {
      env: {
        GOTRUE_SECURITY_UPDATE_PASSWORD_REQUIRE_CURRENT_PASSWORD: 'true',
        GOTRUE_SMS_AUTOCONFIRM: 'true',
      },
    },
    notify: {
      env: {
        GOTRUE_MAILER_SECURE_EMAIL_CHANGE_ENABLED: 'false',
        GOTRUE_MAILER_AUTOCONFIRM: 'false',
        GOTRUE_MAILER_ALLOW_UNVERIFIED_EMAIL_SIGN_INS: 'true',
        ...Object.fromEntries(
          [
            'PASSWORD_CHANGED',
            'EMAIL_CHANGED',
            'PHONE_CHANGED',
            'IDENTITY_LINKED',
            'IDENTITY_UNLINKED',
            'MFA_FACTOR_ENROLLED',
            'MFA_FACTOR_UNENROLLED',
          ].map((name) => [`GOTRUE_MAILER_NOTIFICATIONS_${name}_ENABLED`, 'true']),
        ),
      },
    },
  };
}
