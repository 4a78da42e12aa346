/** The server's settings, from the same GOTRUE_* environment that the real server reads. */
import type { JWK } from 'jose';

/** `pg-functions://<host>/<schema>/<function>` or an HTTP address; with the secrets that sign its calls. */
export interface Hook {
  uri: URL;
  secrets: string[];
}

export const HOOKS = [
  'customAccessToken',
  'beforeUserCreated',
  'afterUserCreated',
  'sendSms',
  'sendEmail',
  'passwordVerificationAttempt',
  'mfaVerificationAttempt',
] as const;
export type HookName = (typeof HOOKS)[number];

export const TEMPLATES = [
  'confirmation',
  'recovery',
  'magic_link',
  'email_change',
  'invite',
  'reauthentication',
] as const;
export type TemplateName = (typeof TEMPLATES)[number];

export interface Config {
  host: string;
  port: number;
  databaseUrl: string;
  /** The public address of this server. */
  externalUrl: string;
  siteUrl: string;
  allowedRedirects: string[];
  signupDisabled: boolean;
  anonymousEnabled: boolean;
  manualLinkingEnabled: boolean;
  jwt: {
    secret: string;
    /** Signing keys; without any, tokens are signed with the secret. */
    keys: JWK[];
    methods: string[];
    seconds: number;
    audience: string;
    issuer: string;
    adminRoles: string[];
  };
  email: {
    isEnabled: boolean;
    magicLinkEnabled: boolean;
    autoconfirm: boolean;
    /** An address is changed only when the old and the new one agree. */
    secureChange: boolean;
    otpLength: number;
    otpSeconds: number;
    minSecondsBetween: number;
    perHour: number;
    smtp: { host: string; port: number; user: string; password: string; from: string };
    /** Where links lead; relative to the host of the public address, as on the real server. */
    links: { confirmation: string; invite: string; recovery: string; emailChange: string };
    templates: Partial<Record<TemplateName, string>>;
    subjects: Partial<Record<TemplateName, string>>;
  };
  phone: {
    isEnabled: boolean;
    autoconfirm: boolean;
    otpLength: number;
    otpSeconds: number;
    minSecondsBetween: number;
    perHour: number;
    /** Numbers that always get the same code and no message. */
    testCodes: Record<string, string>;
  };
  password: {
    minLength: number;
    requiredCharacters: string[];
    updateNeedsReauthentication: boolean;
    updateNeedsCurrent: boolean;
  };
  refresh: { isRotated: boolean; reuseSeconds: number };
  sessions: {
    /** Longest life of a session in seconds; undefined: no limit. */
    timeboxSeconds: number | undefined;
    inactivitySeconds: number | undefined;
    lowAalSeconds: number | undefined;
    singlePerUser: boolean;
  };
  mfa: {
    maxFactors: number;
    totp: { enroll: boolean; verify: boolean };
    phone: { enroll: boolean; verify: boolean; otpLength: number; minSecondsBetween: number };
  };
  google: {
    isEnabled: boolean;
    clientIds: string[];
    secret: string;
    redirectUri: string;
    /** Where the provider's discovery document is found. */
    url: string;
    skipNonceCheck: boolean;
  };
  /** Name of the header with the caller's address, by which anonymous sign-ins are limited. */
  addressHeader: string | undefined;
  anonymousPerHour: number;
  hooks: Partial<Record<HookName, Hook>>;
}

export function readConfig(env: NodeJS.ProcessEnv): Config {
  const text = (name: string, otherwise = '') => env[`GOTRUE_${name}`] || otherwise;
  const number = (name: string, otherwise: number) => Number(text(name, String(otherwise)));
  const flag = (name: string, otherwise = false) => text(name, String(otherwise)) === 'true';
  const duration = (name: string) => (text(name) ? seconds(text(name)) : undefined);
  const list = (name: string, separator = ',') => text(name).split(separator).filter(Boolean);
  const named = (prefix: string) =>
    Object.fromEntries(
      TEMPLATES.flatMap((name) => {
        const value = text(`${prefix}_${name.toUpperCase()}`);
        return value ? [[name, value]] : [];
      }),
    );

  const externalUrl = (env.API_EXTERNAL_URL ?? text('API_EXTERNAL_URL')).replace(/\/$/, '');
  const link = (name: string) =>
    new URL(text(`MAILER_URLPATHS_${name}`, '/verify'), externalUrl || 'http://localhost').href;
  return {
    host: text('API_HOST', '127.0.0.1'),
    port: Number(text('API_PORT', env.PORT ?? '9999')),
    databaseUrl: required(env, 'GOTRUE_DB_DATABASE_URL'),
    externalUrl,
    siteUrl: text('SITE_URL'),
    allowedRedirects: list('URI_ALLOW_LIST').map((pattern) => pattern.trim()),
    signupDisabled: flag('DISABLE_SIGNUP'),
    anonymousEnabled: flag('EXTERNAL_ANONYMOUS_USERS_ENABLED'),
    manualLinkingEnabled: flag('SECURITY_MANUAL_LINKING_ENABLED'),
    jwt: {
      secret: required(env, 'GOTRUE_JWT_SECRET'),
      keys: JSON.parse(text('JWT_KEYS', '[]')) as JWK[],
      methods: list('JWT_VALID_METHODS'),
      seconds: number('JWT_EXP', 3600),
      audience: text('JWT_AUD', 'authenticated'),
      issuer: text('JWT_ISSUER', externalUrl),
      adminRoles: text('JWT_ADMIN_ROLES', 'service_role,supabase_admin').split(','),
    },
    email: {
      isEnabled: flag('EXTERNAL_EMAIL_ENABLED', true),
      magicLinkEnabled: flag('EXTERNAL_EMAIL_MAGIC_LINK_ENABLED', true),
      autoconfirm: flag('MAILER_AUTOCONFIRM'),
      secureChange: flag('MAILER_SECURE_EMAIL_CHANGE_ENABLED', true),
      otpLength: number('MAILER_OTP_LENGTH', 6),
      otpSeconds: number('MAILER_OTP_EXP', 3600),
      minSecondsBetween: duration('SMTP_MAX_FREQUENCY') ?? 60,
      perHour: number('RATE_LIMIT_EMAIL_SENT', 30),
      smtp: {
        host: text('SMTP_HOST'),
        port: number('SMTP_PORT', 587),
        user: text('SMTP_USER'),
        password: text('SMTP_PASS'),
        from: sender(text('SMTP_ADMIN_EMAIL', 'noreply@localhost'), text('SMTP_SENDER_NAME')),
      },
      links: {
        confirmation: link('CONFIRMATION'),
        invite: link('INVITE'),
        recovery: link('RECOVERY'),
        emailChange: link('EMAIL_CHANGE'),
      },
      templates: named('MAILER_TEMPLATES'),
      subjects: named('MAILER_SUBJECTS'),
    },
    phone: {
      isEnabled: flag('EXTERNAL_PHONE_ENABLED'),
      autoconfirm: flag('SMS_AUTOCONFIRM'),
      otpLength: number('SMS_OTP_LENGTH', 6),
      otpSeconds: number('SMS_OTP_EXP', 60),
      minSecondsBetween: duration('SMS_MAX_FREQUENCY') ?? 60,
      perHour: number('RATE_LIMIT_SMS_SENT', 30),
      testCodes: Object.fromEntries(list('SMS_TEST_OTP').map((pair) => pair.split(/[:=]/))),
    },
    password: {
      minLength: number('PASSWORD_MIN_LENGTH', 6),
      // `\:` is the sign itself; it parts nothing.
      requiredCharacters: text('PASSWORD_REQUIRED_CHARACTERS')
        .split(/(?<!\\):/)
        .filter(Boolean)
        .map((set) => set.replaceAll('\\:', ':')),
      updateNeedsReauthentication: flag('SECURITY_UPDATE_PASSWORD_REQUIRE_REAUTHENTICATION'),
      updateNeedsCurrent: flag('SECURITY_UPDATE_PASSWORD_REQUIRE_CURRENT_PASSWORD'),
    },
    refresh: {
      isRotated: flag('SECURITY_REFRESH_TOKEN_ROTATION_ENABLED', true),
      reuseSeconds: number('SECURITY_REFRESH_TOKEN_REUSE_INTERVAL', 10),
    },
    sessions: {
      timeboxSeconds: duration('SESSIONS_TIMEBOX'),
      inactivitySeconds: duration('SESSIONS_INACTIVITY_TIMEOUT'),
      lowAalSeconds: duration('SESSIONS_ALLOW_LOW_AAL'),
      singlePerUser: flag('SESSIONS_SINGLE_PER_USER'),
    },
    mfa: {
      maxFactors: number('MFA_MAX_ENROLLED_FACTORS', 10),
      totp: { enroll: flag('MFA_TOTP_ENROLL_ENABLED', true), verify: flag('MFA_TOTP_VERIFY_ENABLED', true) },
      phone: {
        enroll: flag('MFA_PHONE_ENROLL_ENABLED'),
        verify: flag('MFA_PHONE_VERIFY_ENABLED'),
        otpLength: number('MFA_PHONE_OTP_LENGTH', 6),
        minSecondsBetween: duration('MFA_PHONE_MAX_FREQUENCY') ?? 60,
      },
    },
    google: {
      isEnabled: flag('EXTERNAL_GOOGLE_ENABLED'),
      clientIds: list('EXTERNAL_GOOGLE_CLIENT_ID'),
      secret: text('EXTERNAL_GOOGLE_SECRET'),
      redirectUri: text('EXTERNAL_GOOGLE_REDIRECT_URI', `${externalUrl}/callback`),
      url: text('EXTERNAL_GOOGLE_URL', 'https://accounts.google.com'),
      skipNonceCheck: flag('EXTERNAL_GOOGLE_SKIP_NONCE_CHECK'),
    },
    addressHeader: text('RATE_LIMIT_HEADER') || undefined,
    anonymousPerHour: number('RATE_LIMIT_ANONYMOUS_USERS', 30),
    hooks: Object.fromEntries(HOOKS.flatMap((name) => hook(env, name))),
  };
}

function hook(env: NodeJS.ProcessEnv, name: HookName): [HookName, Hook][] {
  const prefix = `GOTRUE_HOOK_${name.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
  if (env[`${prefix}_ENABLED`] !== 'true') return [];
  const secrets = (env[`${prefix}_SECRETS`] ?? '').split('|').filter(Boolean);
  return [[name, { uri: new URL(required(env, `${prefix}_URI`)), secrets }]];
}

const sender = (address: string, name: string) =>
  name ? `"${name.replaceAll('"', '')}" <${address}>` : address;

/** A Go duration such as `720h` or `1m30s`, in seconds; NaN when it is none. */
export function seconds(duration: string): number {
  if (!/^([\d.]+(ms|h|m|s))+$/.test(duration)) return duration === '0' ? 0 : Number.NaN;
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
