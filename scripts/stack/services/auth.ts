/** Auth: the stand-in, a real server's binary (`CONFAB_AUTH_BIN`) or a server elsewhere (`CONFAB_AUTH_URL`). */
import { localUrl, logFile, responds, type StackContext, serviceCommand } from '../context.ts';
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

function environment(_stack: StackContext): Record<string, string> {
  return {};
}
