/** The routes of the server. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { adminRoutes } from './admin.ts';
import { inviteRoutes, linkRoutes } from './admin-links.ts';
import {
  AuthError,
  DatabaseError,
  OAuthError,
  raisedByProject,
  refusedValue,
  render,
  unexpected,
} from './errors.ts';
import { factorRoutes } from './factors.ts';
import { limitAddress } from './limits.ts';
import { oauthRoutes } from './oauth.ts';
import { passwordlessRoutes } from './passwordless.ts';
import type { Service } from './service.ts';
import { logoutRoutes } from './sessions.ts';
import { discovery, settings } from './settings.ts';
import { signupRoutes } from './signup.ts';
import { tokenRoutes } from './token.ts';
import { publicKeys, requireUser } from './tokens.ts';
import { identityRoutes } from './unlink.ts';
import { userRoutes } from './user.ts';
import { verifyRoutes } from './verify.ts';

/** Largest body that is read, in bytes. */
const BODY_LIMIT = 1024 * 1024;
const CACHED = { 'cache-control': 'public, max-age=600' };

const LIMITED = ['/signup', '/token', '/verify', '/otp', '/magiclink', '/recover', '/resend'];

/** Paths that exist with other methods. */
const PATHS = [
  ...['/signup', '/token', '/user', '/otp', '/magiclink', '/recover', '/resend', '/verify', '/logout'],
  ...['/invite', '/authorize', '/callback', '/reauthenticate', '/settings', '/health'],
];

export function createApp(service: Service): Hono {
  const { config } = service;
  const app = new Hono();
  app.use(
    cors({
      origin: '*',
      credentials: true,
      allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      // A page sees only the headers it is told of; supabase-js knows by the last one where an error's code stands.
      exposeHeaders: ['X-Total-Count', 'Link', 'X-Supabase-Api-Version'],
    }),
  );
  app.use(
    bodyLimit({
      maxSize: BODY_LIMIT,
      onError: (c) => {
        // What has not been read of the body cannot be told from the next request.
        c.header('connection', 'close');
        return render(
          c,
          new AuthError(413, 'request_entity_too_large', `Request body too large (max ${BODY_LIMIT} bytes)`),
        );
      },
    }),
  );
  app.use((c, next) => (c.req.raw.method === 'HEAD' ? Promise.resolve(methodNotAllowed(c)) : next()));
  app.notFound(notFound);
  app.onError((error, c) => {
    if (error instanceof AuthError || error instanceof OAuthError || error instanceof DatabaseError) {
      return render(c, error);
    }
    const known = refusedValue(error) ?? raisedByProject(error);
    if (known) return render(c, known);
    service.log('request failed', { path: c.req.path, reason: error.message });
    return render(c, unexpected('Unexpected failure, please check server logs for more information'));
  });

  app.get('/health', (c) =>
    c.json({
      version: '',
      name: 'GoTrue',
      description: 'GoTrue is a user registration and authentication API',
    }),
  );
  app.get('/settings', (c) => c.json(settings(config)));
  app.get('/.well-known/jwks.json', (c) => c.json({ keys: publicKeys(config) }, 200, CACHED));
  app.get('/.well-known/openid-configuration', (c) => c.json(discovery(config), 200, CACHED));
  app.get('/.well-known/oauth-authorization-server', () => {
    throw new AuthError(404, 'feature_disabled', 'OAuth server is disabled');
  });
  app.all('/sso', () => {
    throw new AuthError(404, 'saml_provider_disabled', 'SAML 2.0 is disabled');
  });
  app.all('/passkeys', () => {
    throw new AuthError(404, 'passkey_disabled', 'Passkeys are disabled');
  });

  // Anonymous sign-ups have a limit of their own as well.
  for (const path of LIMITED) app.use(path, limitAddress(service, path));
  app.route('/signup', signupRoutes(service));
  app.route('/token', tokenRoutes(service));
  app.route('/logout', logoutRoutes(service));
  app.route('/verify', verifyRoutes(service));
  app.route('/factors', factorRoutes(service));
  app.route('/invite', inviteRoutes(service));
  app.route('/user/identities', identityRoutes(service));
  app.route('/admin/generate_link', linkRoutes(service));
  app.route('/admin', adminRoutes(service));
  app.route('/', passwordlessRoutes(service));
  app.route('/', userRoutes(service));
  app.route('/', oauthRoutes(service));
  // Who may not ask is told so before he learns that the method is wrong.
  app.all('/user', async (c) => {
    await requireUser(service, c);
    return methodNotAllowed(c);
  });
  for (const path of PATHS) app.all(path, methodNotAllowed);
  return app;
}

const notFound = (c: Context) =>
  c.text('404 page not found\n', 404, { 'content-type': 'text/plain; charset=utf-8' });
const methodNotAllowed = (c: Context) => c.body(null, 405);
