/** Starts the gateway with the addresses and keys that the environment names. */
import { apiKeys } from './api-keys.ts';
import { createGateway } from './server.ts';

const server = createGateway({
  upstreams: {
    auth: variable('AUTH_URL'),
    rest: variable('REST_URL'),
    restAdmin: variable('REST_ADMIN_URL'),
    realtime: variable('REALTIME_URL'),
    storage: variable('STORAGE_URL'),
    functions: variable('FUNCTIONS_URL'),
    doors: variable('DOORS_URL'),
  },
  keys: apiKeys({
    anonKey: variable('ANON_KEY'),
    serviceRoleKey: variable('SERVICE_ROLE_KEY'),
    publishableKey: variable('PUBLISHABLE_KEY'),
    secretKey: variable('SECRET_KEY'),
  }),
});
server.listen(Number(variable('PORT')), process.env.HOST ?? '127.0.0.1', () => log('listening'));
server.on('error', (error) => {
  log('failed', { reason: error.message });
  process.exit(1);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    log('stopping');
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    setTimeout(() => process.exit(0), 2000).unref();
  });
}

function variable(name: string): string {
  const value = process.env[name];
  if (value) return value;
  log('failed', { reason: `unable to start the gateway; ${name} is not set` });
  return process.exit(1);
}

function log(event: string, details: object = {}): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...details })}\n`);
}
