/** Realtime: the stand-in, or the server that `CONFAB_REALTIME_URL` names. */
import { databaseUrl, localUrl, logFile, responds, type StackContext, serviceCommand } from '../context.ts';
import type { SchemaStep } from '../schemas.ts';
import type { ServiceSpec } from '../supervisor/service.ts';

export const realtimeUrl = ({ ports }: StackContext) =>
  process.env.CONFAB_REALTIME_URL || localUrl(ports.realtime);

const environment = (stack: StackContext) => ({
  PORT: String(stack.ports.realtime),
  DATABASE_URL: databaseUrl(stack, 'supabase_admin'),
  API_JWT_SECRET: stack.keys.jwtSecret,
});

export function realtimeSchema(stack: StackContext): SchemaStep {
  return { service: 'realtime', command: serviceCommand('realtime', 'migrate'), env: environment(stack) };
}

export function realtimeService(stack: StackContext): ServiceSpec | undefined {
  if (process.env.CONFAB_REALTIME_URL) return undefined;
  return {
    name: 'Realtime',
    command: serviceCommand('realtime'),
    ports: [stack.ports.realtime],
    logFile: logFile(stack, 'realtime'),
    env: environment(stack),
    isReady: () => responds(`${localUrl(stack.ports.realtime)}/healthcheck`),
  };
}
