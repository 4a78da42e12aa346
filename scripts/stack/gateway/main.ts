/** Starts the gateway with the addresses and keys that the environment names. */
import { log, stopOnSignal, variable } from '../process.ts';
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
server.listen(Number(variable('PORT')), '127.0.0.1', () => log('listening'));
stopOnSignal(server);
