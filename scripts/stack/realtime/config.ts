/** Reads the server's configuration from the environment. */

export interface Limits {
  /** Sockets with at least one channel. */
  concurrentUsers: number;
  /** Messages sent plus messages received, averaged over a minute. */
  eventsPerSecond: number;
  joinsPerSecond: number;
  channelsPerSocket: number;
  payloadBytes: number;
  presenceEventsPerSecond: number;
  /** Presence calls that one channel may make in one window. */
  presenceCalls: number;
  presenceWindowMs: number;
}

export interface Config {
  host: string;
  port: number;
  databaseUrl: string;
  jwtSecret: string;
  /** JSON Web Key Set for asymmetric tokens. */
  jwks: string | undefined;
  /** Connections that authorise joins; the real server has one. */
  poolSize: number;
  privateOnly: boolean;
  limits: Limits;
  /** Wait before a refused connection is answered; the real server waits 2000. */
  connectErrorPauseMs: number;
  /** Wait before a refused join is answered, during which the socket is blocked; the real server waits 5000. */
  joinErrorPauseMs: number;
  idleTimeoutMs: number;
  noChannelTimeoutMs: number;
  /** Bytes that may wait for a slow receiver before its socket is cut. */
  sendBufferBytes: number;
  /** Whether `POST /admin/faults` exists. */
  faultsEnabled: boolean;
}

/** The real server allows this much over the payload limit. */
const PAYLOAD_SLACK_BYTES = 500;

export function readConfig(env: NodeJS.ProcessEnv): Config {
  const integer = (name: string, fallback: number): number => {
    const text = env[name];
    if (text === undefined || text === '') return fallback;
    if (!/^\d+$/.test(text)) throw new Error(`unable to read ${name}; "${text}" is not a whole number`);
    return Number(text);
  };
  return {
    host: env.LISTEN_HOST || '127.0.0.1',
    port: integer('PORT', 4000),
    databaseUrl: required(env, 'DATABASE_URL'),
    jwtSecret: required(env, 'API_JWT_SECRET'),
    jwks: env.API_JWT_JWKS || undefined,
    poolSize: Math.max(1, integer('DB_POOL_SIZE', 5)),
    privateOnly: env.PRIVATE_ONLY === 'true',
    limits: {
      concurrentUsers: integer('TENANT_MAX_CONCURRENT_USERS', 10_000),
      eventsPerSecond: integer('TENANT_MAX_EVENTS_PER_SECOND', 100_000),
      joinsPerSecond: integer('TENANT_MAX_JOINS_PER_SECOND', 5_000),
      channelsPerSocket: integer('TENANT_MAX_CHANNELS_PER_CLIENT', 100),
      payloadBytes: integer('TENANT_MAX_PAYLOAD_SIZE_IN_KB', 3_000) * 1_000 + PAYLOAD_SLACK_BYTES,
      presenceEventsPerSecond: integer('TENANT_MAX_PRESENCE_EVENTS_PER_SECOND', 10_000),
      presenceCalls: integer('CLIENT_PRESENCE_MAX_CALLS', 5),
      presenceWindowMs: integer('CLIENT_PRESENCE_WINDOW_MS', 30_000),
    },
    connectErrorPauseMs: integer('CONNECT_ERROR_BACKOFF_MS', 0),
    joinErrorPauseMs: integer('CHANNEL_ERROR_BACKOFF_MS', 0),
    idleTimeoutMs: integer('SOCKET_IDLE_TIMEOUT_MS', 60_000),
    noChannelTimeoutMs: integer('NO_CHANNEL_TIMEOUT_IN_MS', 600_000),
    sendBufferBytes: integer('SOCKET_SEND_BUFFER_BYTES', 16 * 1024 * 1024),
    faultsEnabled: env.FAULTS_ENABLED === 'true',
  };
}

export function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`unable to start; ${name} is not set`);
  return value;
}
