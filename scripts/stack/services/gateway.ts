/** The gateway, which knows where all others are. */
import { localUrl, logFile, responds, type StackContext, serviceCommand } from '../context.ts';
import type { ServiceSpec } from '../supervisor/service.ts';
import { authUrl } from './auth.ts';
import { realtimeUrl } from './realtime.ts';
import { storageUrl } from './storage.ts';

export function gatewayService(stack: StackContext): ServiceSpec {
  const { ports, keys } = stack;
  return {
    name: 'Gateway',
    command: serviceCommand('gateway'),
    ports: [ports.gateway],
    logFile: logFile(stack, 'gateway'),
    env: {
      PORT: String(ports.gateway),
      AUTH_URL: authUrl(stack),
      REST_URL: localUrl(ports.rest),
      REST_ADMIN_URL: localUrl(ports.restAdmin),
      REALTIME_URL: realtimeUrl(stack),
      STORAGE_URL: storageUrl(stack),
      FUNCTIONS_URL: localUrl(ports.functions),
      DOORS_URL: localUrl(ports.doors),
      ANON_KEY: keys.anonKey,
      SERVICE_ROLE_KEY: keys.serviceRoleKey,
      PUBLISHABLE_KEY: keys.publishableKey,
      SECRET_KEY: keys.secretKey,
    },
    isReady: () => responds(stack.url),
  };
}
