/** Exchanging what somebody knows or holds for a session. */
import { Hono } from 'hono';
import { audit } from './audit.ts';
import { transaction, type UserRow } from './database.ts';
import { AuthError, banned, invalid } from './errors.ts';
import { exchangeCode } from './flows.ts';
import { callHook } from './hooks.ts';
import { signInWithIdToken } from './id-tokens.ts';
import { isPassword, weaknesses } from './passwords.ts';
import { refreshSession } from './refresh.ts';
import { type Read, readBody, shape, toPhone } from './request.ts';
import { type Service, serving, within } from './service.ts';
import { endSessions, type Started, signedIn, startSession } from './sessions.ts';
import { findUser, isBanned } from './users.ts';

const PASSWORD = shape('PasswordGrantParams', { email: 'string', phone: 'string', password: 'string' });
const REFRESH = shape('RefreshTokenGrantParams', { refresh_token: 'string' });
const PKCE = shape('PKCEGrantParams', { auth_code: 'string', code_verifier: 'string' });

export function tokenRoutes(base: Service): Hono {
  const app = new Hono();
  app.post('/', async (c) => {
    const service = serving(base, c);
    switch (c.req.query('grant_type')) {
      case 'password': {
        const body = await readBody(c, PASSWORD);
        const reasons = weaknesses(service.config, body.password);
        const started = await signIn(service, body);
        return signedIn(c, started, { weak_password: reasons });
      }
      case 'refresh_token': {
        const body = await readBody(c, REFRESH);
        return signedIn(c, await refreshSession(service, body.refresh_token));
      }
      case 'pkce': {
        const body = await readBody(c, PKCE);
        const { started, flow } = await exchangeCode(service, body.auth_code, body.code_verifier);
        const { provider_access_token, provider_refresh_token } = flow;
        return signedIn(c, started, {
          ...(provider_access_token ? { provider_token: provider_access_token } : {}),
          ...(provider_refresh_token ? { provider_refresh_token } : {}),
        });
      }
      case 'id_token':
        return signInWithIdToken(service, c);
      case 'web3':
        throw new AuthError(422, 'web3_provider_disabled', 'Web3 provider is disabled');
      default:
        throw new AuthError(400, 'invalid_credentials', 'unsupported_grant_type');
    }
  });
  return app;
}

const wrong = () => new AuthError(400, 'invalid_credentials', 'Invalid login credentials');

async function signIn(service: Service, body: Read<typeof PASSWORD>): Promise<Started> {
  const { config, db } = service;
  const user = await findByAddress(service, body);
  if (user && isBanned(user)) throw banned(400);
  const isRight = await isPassword(body.password, user?.encrypted_password ?? null);
  if (user && config.hooks.passwordVerificationAttempt) await askAboutPassword(service, user, isRight);
  if (!user || !isRight) throw wrong();
  if (body.email && !user.email_confirmed_at) {
    throw new AuthError(400, 'email_not_confirmed', 'Email not confirmed');
  }
  if (body.phone && !user.phone_confirmed_at) {
    throw new AuthError(400, 'phone_not_confirmed', 'Phone not confirmed');
  }
  return transaction(db, async (tx) => {
    await audit(tx, user, 'login', { provider: body.email ? 'email' : 'phone' });
    return startSession(within(service, tx), user, 'password');
  });
}

async function findByAddress(
  { config, db }: Service,
  { email, phone }: Read<typeof PASSWORD>,
): Promise<UserRow | undefined> {
  if (email && phone) {
    throw invalid('Only an email address or phone number should be provided on login.');
  }
  if (email) {
    if (!config.email.isEnabled) {
      throw new AuthError(422, 'email_provider_disabled', 'Email logins are disabled');
    }
    return findUser(db, { email });
  }
  if (!phone) throw invalid('missing email or phone');
  if (!config.phone.isEnabled) {
    throw new AuthError(422, 'phone_provider_disabled', 'Phone logins are disabled');
  }
  return findUser(db, { phone: toPhone(phone) });
}

async function askAboutPassword(service: Service, user: UserRow, isRight: boolean): Promise<void> {
  const fields = { user_id: user.id, valid: isRight };
  const answer = await callHook(service, 'passwordVerificationAttempt', fields);
  if (answer.decision !== 'reject') return;
  if (answer.should_logout_user === true) await endSessions(service.db, user.id);
  throw new AuthError(
    400,
    'invalid_credentials',
    String(answer.message || 'Further password verification attempts will be rejected.'),
  );
}
