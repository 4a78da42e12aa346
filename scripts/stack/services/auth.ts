/** Auth: the stand-in, a real server's binary (`CONFAB_AUTH_BIN`) or a server elsewhere (`CONFAB_AUTH_URL`). */
import { authEnvironment } from '../auth/env.ts';
import { databaseUrl, localUrl, logFile, responds, type StackContext, serviceCommand } from '../context.ts';
import type { SchemaStep } from '../schemas.ts';
import type { ServiceSpec } from '../supervisor/service.ts';

export const authUrl = ({ ports }: StackContext) => process.env.CONFAB_AUTH_URL || localUrl(ports.auth);

/** Both take the same environment, so one can stand where the other stood. */
const command = (...args: string[]) =>
  process.env.CONFAB_AUTH_BIN ? [process.env.CONFAB_AUTH_BIN, ...args] : serviceCommand('auth', ...args);

export function authSchema(stack: StackContext): SchemaStep {
  const binary = process.env.CONFAB_AUTH_BIN;
  return {
    service: 'auth',
    command: command('migrate'),
    env: environment(stack),
    ...(binary ? { inputs: [binary] } : {}),
  };
}

export function authService(stack: StackContext): ServiceSpec | undefined {
  if (process.env.CONFAB_AUTH_URL) return undefined;
  return {
    name: 'Auth',
    command: command(),
    ports: [stack.ports.auth],
    logFile: logFile(stack, 'auth'),
    env: environment(stack),
    isReady: () => responds(`${localUrl(stack.ports.auth)}/health`, 200),
  };
}

const environment = (stack: StackContext) =>
  authEnvironment(stack.config.auth, {
    apiUrl: stack.url,
    host: '127.0.0.1',
    port: stack.ports.auth,
    databaseUrl: databaseUrl(stack, 'supabase_auth_admin'),
    jwtSecret: stack.keys.jwtSecret,
    smtp: { host: '127.0.0.1', port: stack.ports.smtp },
  });
