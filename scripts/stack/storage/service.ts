/** The routes about the server itself. */
import { StorageError } from './errors.ts';
import { json, type Route, route } from './routes.ts';

export function serviceRoutes(): Route[] {
  return [
    route({
      method: 'GET',
      path: '/status',
      access: 'none',
      operation: '',
      handle: async () => ({ status: 200 }),
    }),
    route({
      method: 'GET',
      path: '/version',
      access: 'none',
      operation: '',
      handle: async () => ({
        status: 200,
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: '0.0.0',
      }),
    }),
    route({
      method: 'GET',
      path: '/health',
      access: 'token',
      operation: '',
      handle: async () => json({ healthy: true }),
    }),
    route({
      method: 'DELETE',
      path: '/cdn/:bucket/*key',
      access: 'service',
      operation: '',
      async handle() {
        const missing = 'MissingParameter';
        const message = 'Missing Required Parameter CDN_PURGE_ENDPOINT_URL is not set';
        throw new StorageError(400, missing, missing, message);
      },
    }),
  ];
}
