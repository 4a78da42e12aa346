/** What a function reads from its environment, under the names that Supabase sets itself where it has one. */
export interface Env {
  supabaseUrl: string;
  /** PostgREST, behind the gateway or beside it. */
  restUrl: string;
  /** Opens the gateway and carries no rights of its own. */
  anonKey: string;
  /** Above every rule: for what the server alone may do. */
  serviceRoleKey: string;
}

export interface StorageSettings {
  /** Where functions reach the project. */
  supabaseUrl: string;
  /** Where everybody else does. */
  publicUrl: string;
  /** For how long signed addresses are good. */
  urlSeconds: number;
}

export interface HttpSettings {
  /** How many proxies of ours a request passes, each adding to `X-Forwarded-For` where it came from. */
  trustedProxies: number;
  /** Pages of which origins may call; `*` for all. */
  corsOrigins: '*' | string[];
  /** Refuse what did not come over TLS. */
  isHttpsOnly: boolean;
}

export interface MailSettings {
  sender: { name: string; address: string };
  resendApiKey: string | undefined;
  smtp: { host: string; port: number; user: string | undefined; password: string | undefined };
}

export interface GoogleSettings {
  clientId: string;
  clientSecret: string;
  /** Where its discovery document is found. */
  issuer: string;
  /** Where it sends browsers back to; registered there. */
  redirectUri: string;
}

export interface SmsSettings {
  twilio: { url: string; accountSid: string; authToken: string; sender: string } | undefined;
  /** For development: messages go as mails to `<number>@<domain>`. */
  mailboxDomain: string | undefined;
}

/** Addresses as browsers see them. */
export interface PublicUrls {
  /** Of the app, whose pages mails and sign-ins lead to. */
  frontend: string;
  /** Of the gateway. */
  gateway: string;
}

export function readEnv(): Env {
  const supabaseUrl = required('SUPABASE_URL');
  return {
    supabaseUrl,
    // Where functions reach PostgREST itself, each request is spared the way through the gateway.
    restUrl: optional('POSTGREST_URL') ?? `${supabaseUrl}/rest/v1`,
    anonKey: required('SUPABASE_ANON_KEY'),
    serviceRoleKey: required('SUPABASE_SERVICE_ROLE_KEY'),
  };
}

export function readStorageSettings(): StorageSettings {
  const supabaseUrl = required('SUPABASE_URL');
  return {
    supabaseUrl,
    publicUrl: optional('PUBLIC_URL') ?? supabaseUrl,
    urlSeconds: Number(optional('FILE_URL_SECONDS') ?? 3600),
  };
}

export function readHttpSettings(): HttpSettings {
  const origins = optional('CORS_ORIGINS') ?? '*';
  // One is Supabase's own gateway. More proxies than there are would let callers choose the address they are counted by.
  return {
    trustedProxies: Number(optional('TRUSTED_PROXIES') ?? 1),
    corsOrigins: origins === '*' ? origins : origins.split(',').map((origin) => origin.trim()),
    isHttpsOnly: optional('HTTPS_ONLY') === 'true',
  };
}

export function readMailSettings(): MailSettings {
  return {
    sender: {
      name: optional('MAIL_SENDER_NAME') ?? 'Confab',
      address: optional('MAIL_SENDER_ADDRESS') ?? 'no-reply@localhost',
    },
    resendApiKey: optional('RESEND_API_KEY'),
    smtp: {
      host: optional('SMTP_HOST') ?? 'localhost',
      port: Number(optional('SMTP_PORT') ?? 587),
      user: optional('SMTP_USER'),
      password: optional('SMTP_PASS'),
    },
  };
}

export function readPublicUrls(): PublicUrls {
  return {
    frontend: (optional('FRONTEND_URL') ?? 'http://localhost:5173').replace(/\/$/, ''),
    // Supabase's own names its address inside of a network of containers.
    gateway: (optional('PUBLIC_URL') ?? required('SUPABASE_URL')).replace(/\/$/, ''),
  };
}

export function readGoogleSettings({ gateway }: PublicUrls): GoogleSettings | undefined {
  const clientId = optional('GOOGLE_CLIENT_ID');
  if (clientId === undefined) return undefined;
  return {
    clientId,
    clientSecret: required('GOOGLE_CLIENT_SECRET'),
    issuer: optional('GOOGLE_ISSUER') ?? 'https://accounts.google.com',
    redirectUri: `${gateway}/functions/v1/api/auth/callback/google`,
  };
}

export function readSmsSettings(): SmsSettings {
  const accountSid = optional('TWILIO_ACCOUNT_SID');
  return {
    twilio: accountSid
      ? {
          url: optional('TWILIO_URL') ?? 'https://api.twilio.com',
          accountSid,
          authToken: required('TWILIO_AUTH_TOKEN'),
          sender: required('TWILIO_SENDER'),
        }
      : undefined,
    mailboxDomain: optional('SMS_MAILBOX_DOMAIN'),
  };
}

/** What Auth signs its calls with: `v1,whsec_…`, the old and the new one while they change, with a bar between. */
export const readSmsHookSecrets = (): string[] => optional('SEND_SMS_HOOK_SECRETS')?.split('|') ?? [];

// An empty variable is how many tools say that there is none.
const optional = (name: string): string | undefined => Deno.env.get(name) || undefined;

function required(name: string): string {
  const value = optional(name);
  if (!value) throw new Error(`unable to start; ${name} is not set`);
  return value;
}
