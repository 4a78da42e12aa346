/** The routes of the server. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { adminRoutes } from './admin.ts';
import type { Config } from './config.ts';
import { type Db, transaction, type UserRow } from './database.ts';
import { AuthError, invalid, render, unexpected } from './errors.ts';
import { callHook } from './hooks.ts';
import { hashPassword, isPassword, requirePassword } from './passwords.ts';
import { address, client, readBody } from './request.ts';
import { banned, type Client, isBanned, refreshSession, requireUser, startSession } from './sessions.ts';
import { settings } from './settings.ts';
import { createUser, findUser, identitiesOf, toUser } from './users.ts';

/** Largest body that is read, in bytes. */
const BODY_LIMIT = 1024 * 1024;

export function createApp(db: Db, config: Config, log: (event: string, fields: object) => void): Hono {
  const app = new Hono();
  // A page sees only the headers it is told of; supabase-js knows by the last one where an error's code stands.
  app.use(async (c, next) => {
    await next();
    c.header('access-control-expose-headers', 'X-Total-Count, Link, X-Supabase-Api-Version');
  });
  app.use(
    bodyLimit({
      maxSize: BODY_LIMIT,
      onError: (c) => render(c, new AuthError(413, 'request_too_large', 'Request body is too large')),
    }),
  );
  app.notFound((c) => c.text('404 page not found\n', 404));
  app.onError((error, c) => {
    if (error instanceof AuthError) return render(c, error);
    log('request failed', { path: c.req.path, reason: error.message });
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
  app.get('/.well-known/jwks.json', (c) =>
    c.json({ keys: [] }, 200, { 'cache-control': 'public, max-age=600' }),
  );

  app.post('/signup', async (c) => {
    const body = await readBody(c);
    if (config.signupDisabled)
      throw new AuthError(422, 'signup_disabled', 'Signups not allowed for this instance');
    const email = address(body.email);
    if (typeof body.password !== 'string' || body.password === '')
      throw invalid('Signup requires a valid password');
    if (email === undefined)
      throw new AuthError(422, 'anonymous_provider_disabled', 'Anonymous sign-ins are disabled');
    if (!config.emailEnabled)
      throw new AuthError(400, 'email_provider_disabled', 'Email signups are disabled');
    requirePassword(config, body.password);
    if (await findUser(db, { email })) throw taken();
    const metadata = (body.data ?? {}) as Record<string, unknown>;
    const user = await register(db, config, email, body.password, metadata, client(c));
    return signedIn(c, await startSession(db, config, user, 'password', client(c)));
  });

  app.post('/token', async (c) => {
    const grant = c.req.query('grant_type');
    const body = await readBody(c);
    if (grant === 'refresh_token') {
      if (typeof body.refresh_token !== 'string' || body.refresh_token === '')
        throw invalid('Refresh token is not valid');
      return signedIn(c, await refreshSession(db, config, body.refresh_token));
    }
    if (grant !== 'password') throw new AuthError(400, 'invalid_credentials', 'unsupported_grant_type');
    if (typeof body.email !== 'string' || body.email === '') throw invalid('missing email or phone');
    const user = await findUser(db, { email: body.email });
    if (user && isBanned(user)) throw banned(400);
    const isRight = await isPassword(String(body.password ?? ''), user?.encrypted_password ?? null);
    if (!user || !isRight) throw new AuthError(400, 'invalid_credentials', 'Invalid login credentials');
    if (!user.email_confirmed_at) throw new AuthError(400, 'email_not_confirmed', 'Email not confirmed');
    const session = await startSession(db, config, user, 'password', client(c));
    return signedIn(c, { ...session, weak_password: null });
  });

  app.get('/user', async (c) => {
    const { user } = await requireUser(db, config, c.req.header('authorization'));
    return c.json(toUser(user, await identitiesOf(db, user.id)));
  });

  app.put('/user', async (c) => {
    const { user, claims } = await requireUser(db, config, c.req.header('authorization'));
    const body = await readBody(c);
    await transaction(db, async (tx) => {
      if (typeof body.password === 'string' && body.password !== '') {
        requirePassword(config, body.password);
        if (await isPassword(body.password, user.encrypted_password)) {
          throw new AuthError(
            422,
            'same_password',
            'New password should be different from the old password.',
          );
        }
        await tx`update auth.users set encrypted_password = ${await hashPassword(body.password)} where id = ${user.id}`;
        await tx`delete from auth.sessions where user_id = ${user.id} and id is distinct from ${claims.session_id ?? null}`;
      }
      if (body.data && typeof body.data === 'object') {
        await tx`
          update auth.users set raw_user_meta_data =
            jsonb_strip_nulls(coalesce(raw_user_meta_data, '{}') || ${tx.json(body.data as never)}) where id = ${user.id}`;
      }
      await tx`update auth.users set updated_at = now() where id = ${user.id}`;
    });
    const updated = (await findUser(db, { id: user.id })) as UserRow;
    return c.json(toUser(updated, await identitiesOf(db, user.id)));
  });

  app.post('/logout', async (c) => {
    const { user, claims } = await requireUser(db, config, c.req.header('authorization'));
    const own = claims.session_id ?? null;
    const scope = c.req.query('scope') ?? 'global';
    if (scope === 'global') await db`delete from auth.sessions where user_id = ${user.id}`;
    else if (scope === 'local') await db`delete from auth.sessions where id = ${own}`;
    else if (scope === 'others')
      await db`delete from auth.sessions where user_id = ${user.id} and id is distinct from ${own}`;
    else throw invalid(`Unsupported logout scope "${scope}"`);
    return c.body(null, 204);
  });

  app.route('/admin', adminRoutes(db, config));
  return app;
}

async function register(
  db: Db,
  config: Config,
  email: string,
  password: string,
  metadata: Record<string, unknown>,
  { ip }: Client,
): Promise<UserRow> {
  const hook = config.hooks.beforeUserCreated;
  if (hook) {
    const now = new Date().toISOString();
    await callHook(db, hook, {
      metadata: { uuid: crypto.randomUUID(), time: now, name: 'before-user-created', ip_address: ip },
      user: {
        email,
        phone: '',
        aud: 'authenticated',
        role: '',
        user_metadata: metadata,
        app_metadata: { provider: 'email', providers: ['email'] },
      },
    });
  }
  const hashedPassword = await hashPassword(password);
  try {
    const id = await transaction(db, (tx) =>
      createUser(tx, { email, hashedPassword, metadata, isConfirmed: config.autoconfirm }),
    );
    return (await findUser(db, { id })) as UserRow;
  } catch (error) {
    if ((error as { code?: string; table_name?: string }).code === '23505' && (await findUser(db, { email })))
      throw taken();
    throw unexpected('Database error saving new user');
  }
}

const taken = () => new AuthError(422, 'user_already_exists', 'User already registered');

function signedIn(c: Context, session: { user: Record<string, unknown>; weak_password?: null }): Response {
  c.header('sb-auth-user-id', session.user.id as string);
  return c.json(session);
}
