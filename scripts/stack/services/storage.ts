/** Storage: the stand-in with its files on disk, or the server that `CONFAB_STORAGE_URL` names. */
import { join } from 'node:path';
import { databaseUrl, localUrl, logFile, responds, type StackContext, serviceCommand } from '../context.ts';
import type { SchemaStep } from '../schemas.ts';
import type { ServiceSpec } from '../supervisor/service.ts';

export const storageUrl = ({ ports }: StackContext) =>
  process.env.CONFAB_STORAGE_URL || localUrl(ports.storage);

const environment = (stack: StackContext) => ({
  PORT: String(stack.ports.storage),
  DATABASE_URL: databaseUrl(stack, 'supabase_storage_admin'),
  AUTH_JWT_SECRET: stack.keys.jwtSecret,
  FILE_STORAGE_BACKEND_PATH: join(stack.dir, 'storage'),
  UPLOAD_FILE_SIZE_LIMIT: String(stack.config.storage.fileSizeLimit),
  // As clients see it, behind the gateway.
  TUS_URL_PATH: '/storage/v1/upload/resumable',
  IMAGE_TRANSFORMATION_ENABLED: String(stack.config.storage.imageTransformation),
});

export function storageSchema(stack: StackContext): SchemaStep {
  return { service: 'storage', command: serviceCommand('storage', 'migrate'), env: environment(stack) };
}

export function storageService(stack: StackContext): ServiceSpec | undefined {
  if (process.env.CONFAB_STORAGE_URL) return undefined;
  return {
    name: 'Storage',
    command: serviceCommand('storage'),
    ports: [stack.ports.storage],
    logFile: logFile(stack, 'storage'),
    env: environment(stack),
    isReady: () => responds(`${localUrl(stack.ports.storage)}/status`),
  };
}
