/** Mounts the documents that the API serves, and what all of them share. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { notFound, onError, refuseMethod, refuseSize, requireUtf8 } from '../_shared/http.ts';
import type { Deps } from './deps.ts';
import { type Description, describeApi } from './description.ts';
import { translateError } from './dialects/connectbest/errors.ts';
import { authRoutes } from './routes/auth.ts';
import { fileRoutes } from './routes/files.ts';
import { messageRoutes } from './routes/messages.ts';
import { verificationRoutes } from './routes/verification.ts';

const STREAMED = new Set(['/api/upload', '/api/users/avatar']);

export function createApp(deps: Deps): OpenAPIHono {
  const app = new OpenAPIHono();
  app.use(requestId());
  app.use(async (c, next) => {
    c.header('Cache-Control', 'no-store');
    await next();
  });
  app.use(cors({ origin: '*', exposeHeaders: ['X-Request-Id'], maxAge: 3600 }));
  app.use(methodNotAllowed({ app, onMethodNotAllowed: refuseMethod }));
  // Forms with files stream, and are bounded where they are read.
  const limitBody = bodyLimit({ maxSize: 2 ** 20, onError: refuseSize });
  app.use((c, next) => (STREAMED.has(c.req.path) ? next() : limitBody(c, next)));
  app.use(requireUtf8);
  app.onError(onError());
  app.notFound(notFound);
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });

  const connectbest = new OpenAPIHono();
  connectbest.onError(onError(translateError));
  connectbest.route('/auth', authRoutes(deps));
  connectbest.route('/auth', verificationRoutes(deps));
  connectbest.route('/chat/channels', messageRoutes(deps));
  connectbest.route('/', fileRoutes(deps));
  app.route('/api', connectbest);

  let description: Description | undefined;
  app.get('/api/openapi.json', (c) => {
    description ??= describeApi(app);
    return c.json(description);
  });
  return app;
}
