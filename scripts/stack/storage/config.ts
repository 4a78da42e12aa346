/** Reads the server's configuration from the environment. */

export interface Config {
  host: string;
  port: number;
  databaseUrl: string;
  poolSize: number;
  jwtSecret: string;
  /** JSON Web Key Set for asymmetric tokens. */
  jwks: string | undefined;
  /** Folder of the files; needs a file system with `rename`. */
  directory: string;
  /** Bytes that any object may have; a bucket may allow less. */
  fileSizeLimit: number;
  /** Lifetime of a signed upload URL. */
  signedUploadSeconds: number;
  /** Path under which clients reach resumable uploads, with the gateway's prefix. */
  resumablePath: string;
  /** Age at which an unfinished resumable upload is forgotten. */
  resumableExpiryMs: number;
  imageTransformation: boolean;
  /** Silence after which a connection is cut. */
  idleTimeoutMs: number;
}

export function readConfig(env: NodeJS.ProcessEnv): Config {
  const integer = (name: string, fallback: number): number => {
    const text = env[name];
    if (text === undefined || text === '') return fallback;
    if (!/^\d+$/.test(text)) throw new Error(`unable to read ${name}; "${text}" is not a whole number`);
    return Number(text);
  };
  return {
    host: env.HOST || '127.0.0.1',
    port: integer('PORT', 5000),
    databaseUrl: required(env, 'DATABASE_URL'),
    poolSize: Math.max(1, integer('DATABASE_MAX_CONNECTIONS', 20)),
    jwtSecret: required(env, 'AUTH_JWT_SECRET'),
    jwks: env.JWT_JWKS || undefined,
    directory: required(env, 'FILE_STORAGE_BACKEND_PATH'),
    fileSizeLimit: integer('UPLOAD_FILE_SIZE_LIMIT', 50 * 1024 * 1024),
    signedUploadSeconds: integer('SIGNED_UPLOAD_URL_EXPIRATION_TIME', 7200),
    resumablePath: env.TUS_URL_PATH || '/upload/resumable',
    resumableExpiryMs: integer('TUS_URL_EXPIRY_MS', 24 * 60 * 60 * 1000),
    imageTransformation: env.IMAGE_TRANSFORMATION_ENABLED === 'true',
    idleTimeoutMs: integer('SOCKET_IDLE_TIMEOUT_MS', 120_000),
  };
}

export function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`unable to start; ${name} is not set`);
  return value;
}
