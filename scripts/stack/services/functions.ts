/** The edge functions of config.toml, with the variables that Supabase's runtime gives them. */
import { databaseUrl, localUrl, logFile, responds, type StackContext, serviceCommand } from '../context.ts';
import { denoDir } from '../functions/deno.ts';
import type { ServiceSpec } from '../supervisor/service.ts';
import { LIVEKIT_KEYS, livekitUrl } from './livekit.ts';

export function functionsService(stack: StackContext, extra: Record<string, string>): ServiceSpec {
  const { config, ports, keys } = stack;
  return {
    name: 'Functions',
    command: serviceCommand('functions'),
    ports: [ports.functions],
    logFile: logFile(stack, 'functions'),
    env: {
      PORT: String(ports.functions),
      JWT_SECRET: keys.jwtSecret,
      FUNCTIONS: JSON.stringify(config.functions),
      FUNCTION_ENVIRONMENT: JSON.stringify({ ...functionEnvironment(stack), ...extra }),
    },
    isReady: () => responds(localUrl(ports.functions)),
  };
}

/** Auth signs its calls with them, and the function that sends messages checks that. */
function smsHookSecrets({ auth }: StackContext['config']): Record<string, string> {
  const hook = (auth.hook as Record<string, { secrets?: unknown }> | undefined)?.send_sms;
  return hook?.secrets ? { SEND_SMS_HOOK_SECRETS: String(hook.secrets) } : {};
}

/** Addresses, keys and the project's secrets, as Supabase's runtime gives them. */
export function functionEnvironment(stack: StackContext): Record<string, string> {
  const { config, ports, keys } = stack;
  // Supabase keeps this prefix for itself and drops such names from the project's secrets.
  const secrets = Object.entries(config.secrets).filter(([name]) => !name.startsWith('SUPABASE_'));
  return {
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(ports.smtp),
    POSTGREST_URL: localUrl(ports.rest),
    // The gateway, and whoever calls it: here a caller may say what address to be counted by, as tests do.
    TRUSTED_PROXIES: '2',
    LIVEKIT_URL: livekitUrl(stack),
    LIVEKIT_API_KEY: LIVEKIT_KEYS.key,
    LIVEKIT_API_SECRET: LIVEKIT_KEYS.secret,
    SMS_MAILBOX_DOMAIN: 'sms.localhost',
    ...smsHookSecrets(config),
    FRONTEND_URL: String(config.auth.site_url ?? ''),
    ...Object.fromEntries(secrets),
    SUPABASE_URL: stack.url,
    SUPABASE_ANON_KEY: keys.anonKey,
    SUPABASE_SERVICE_ROLE_KEY: keys.serviceRoleKey,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishableKey }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secretKey }),
    SUPABASE_DB_URL: databaseUrl(stack, 'postgres'),
    SB_REGION: 'local',
    DENO_DIR: denoDir(),
    NO_COLOR: '1',
  };
}
