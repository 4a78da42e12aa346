/** Answering a code or a link: whoever holds it owns the address. */
import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { audit } from './audit.ts';
import { type CodeKind, forgetCode, hashCode, isCode, ownerOf, PKCE } from './codes.ts';
import { type Db, transaction, type UserRow, updateUser } from './database.ts';
import { AuthError, banned, invalid } from './errors.ts';
import { issueCode } from './flows.ts';
import { setIdentityData } from './identities.ts';
import { hashPassword } from './passwords.ts';
import { redirect, redirectOf, withFragment, withQuery } from './redirects.ts';
import { readBody, shape, toEmail, toPhone } from './request.ts';
import { type Service, serving, within } from './service.ts';
import { nameSession, type Started, signedIn, startSession } from './sessions.ts';
import { confirmEmail, findUser, isBanned, mergeUserMetadata, requireRow, updateProviders } from './users.ts';

const BODY = shape('VerifyParams', {
  type: 'string',
  token: 'string',
  token_hash: 'string',
  email: 'string',
  phone: 'string',
});

/** What is verified, once it is known what the code was for. */
type Purpose = 'signup' | 'invite' | 'recovery' | 'magiclink' | 'email_change' | 'sms' | 'phone_change';
interface Match {
  user: UserRow;
  purpose: Purpose;
  /** The stored hash that the caller has matched. */
  hash: string;
}

/** The first of two addresses has agreed to a change; the other has still to. */
const HALF = 'Confirmation link accepted. Please proceed to confirm link sent to the other email';

const badCode = () => new AuthError(403, 'otp_expired', 'Token has expired or is invalid');
const badLink = () => new AuthError(403, 'otp_expired', 'Email link is invalid or has expired');

/** What kind of code a link of a type carries, and how the session that it starts is called in PKCE flows. */
const LINKS: Record<string, { kinds: CodeKind[]; method: string }> = {
  signup: { kinds: ['confirmation_token'], method: 'email/signup' },
  invite: { kinds: ['confirmation_token'], method: 'invite' },
  recovery: { kinds: ['recovery_token'], method: 'recovery' },
  magiclink: { kinds: ['recovery_token'], method: 'magiclink' },
  email: { kinds: ['confirmation_token', 'recovery_token'], method: 'magiclink' },
  email_change: { kinds: ['email_change_token_new', 'email_change_token_current'], method: 'email_change' },
};

export function verifyRoutes(base: Service): Hono {
  const app = new Hono();

  app.post('/', async (c) => {
    const service = serving(base, c);
    const body = await readBody(c, BODY);
    if (!body.type) throw invalid('Verify requires a verification type');
    if (Boolean(body.token) === Boolean(body.token_hash)) {
      throw invalid('Verify requires either a token or a token hash');
    }
    if (body.token_hash && (body.email || body.phone)) {
      throw invalid('Only the token_hash and type should be provided');
    }
    if (body.token && Boolean(body.email) === Boolean(body.phone)) {
      throw invalid('Only an email address or phone number should be provided on verify');
    }
    const started = await transaction(service.db, async (tx) => {
      const inner = within(service, tx);
      const match = body.token_hash
        ? await matchHash(inner, body.type, body.token_hash)
        : await matchCode(inner, body);
      const isWhole = await accept(inner, match);
      return isWhole ? startSession(inner, match.user, 'otp') : undefined;
    });
    return started ? signedIn(c, started) : c.json({ code: '200', msg: HALF });
  });

  app.get('/', async (c) => {
    const service = serving(base, c);
    const type = c.req.query('type') ?? '';
    const hash = c.req.query('token') || c.req.query('token_hash') || '';
    if (!hash) throw invalid('Verify requires a token or a token hash');
    if (!type) throw invalid('Verify requires a verification type');
    const redirectTo = redirectOf(c, service.config);
    const sendOn = (location: string) => redirect(c, location, 303);
    try {
      if (!LINKS[type]) throw invalid('Invalid email verification type');
      const outcome = await followLink(service, type, hash);
      if (outcome === 'half') return sendOn(withFragment(redirectTo, { message: HALF }));
      if (typeof outcome === 'string') return sendOn(withQuery(redirectTo, { code: outcome }));
      nameSession(c, outcome.userId, outcome.sessionId);
      return sendOn(withFragment(redirectTo, { ...fragment(outcome), type }));
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      return sendOn(withFragment(redirectTo, errorParameters(error)));
    }
  });
  return app;
}

export const fragment = ({ session }: Started) => ({
  access_token: session.access_token,
  expires_at: session.expires_at,
  expires_in: session.expires_in,
  refresh_token: session.refresh_token,
  token_type: session.token_type,
});

/** How a refusal is told to an app that the browser is sent to. */
export function errorParameters(error: AuthError): Record<string, string> {
  const name =
    error.status >= 500
      ? 'server_error'
      : error.status === 403 || error.status === 401
        ? 'access_denied'
        : 'invalid_request';
  return { error: name, error_code: error.code, error_description: error.message };
}

/** A session, an authorization code, or word that half of a change is done. */
function followLink(service: Service, type: string, hash: string): Promise<Started | string> {
  return transaction(service.db, async (tx) => {
    const inner = within(service, tx);
    const match = await matchHash(inner, type, hash);
    const isWhole = await accept(inner, match);
    if (!isWhole) return 'half';
    if (hash.startsWith(PKCE)) {
      return issueCode(tx, match.user.id, LINKS[match.purpose]?.method ?? match.purpose);
    }
    return startSession(inner, match.user, 'otp');
  });
}

async function matchHash({ config, db }: Service, type: string, hash: string): Promise<Match> {
  const link = LINKS[type];
  if (!link) throw badLink();
  const user = await ownerOf(db, hash, ...link.kinds);
  if (!user) throw badLink();
  if (isBanned(user)) throw banned(403);
  const seconds = config.email.otpSeconds;
  const plain = hash.replace(PKCE, '');
  if (type === 'email_change') {
    const { email_change_token_new, email_change_token_current, email_change_sent_at } = user;
    const isFresh = [email_change_token_new, email_change_token_current].some((kept) =>
      isCode(plain, kept, email_change_sent_at, seconds),
    );
    if (!isFresh) throw badLink();
    return { user, purpose: 'email_change', hash };
  }
  if (isCode(plain, user.confirmation_token, user.confirmation_sent_at, seconds)) {
    return { user, purpose: type === 'invite' ? 'invite' : 'signup', hash };
  }
  if (isCode(plain, user.recovery_token, user.recovery_sent_at, seconds)) {
    return { user, purpose: type === 'recovery' ? 'recovery' : 'magiclink', hash };
  }
  throw badLink();
}

interface Given {
  type: string;
  token: string;
  email: string;
  phone: string;
}

async function matchCode(service: Service, given: Given): Promise<Match> {
  return given.phone ? matchPhone(service, given) : matchEmail(service, given);
}

async function matchPhone({ config, db }: Service, { type, token, phone }: Given): Promise<Match> {
  const number = toPhone(phone);
  const hash = hashCode(number, token);
  const [changing] = await db<UserRow[]>`select * from auth.users where phone_change = ${number}`;
  const user = type === 'phone_change' ? changing : await findUser(db, { phone: number });
  if (!user) throw badCode();
  if (isBanned(user)) throw banned(403);
  const seconds = config.phone.otpSeconds;
  const isRight =
    type === 'phone_change'
      ? isCode(hash, user.phone_change_token, user.phone_change_sent_at, seconds)
      : isCode(hash, user.confirmation_token, user.confirmation_sent_at, seconds);
  if (!isRight) throw badCode();
  return { user, purpose: type === 'phone_change' ? 'phone_change' : 'sms', hash };
}

async function matchEmail({ config, db }: Service, { type, token, email }: Given): Promise<Match> {
  const address = toEmail(email);
  const hash = hashCode(address, token);
  const user =
    type === 'email_change'
      ? await ownerOf(db, hash, 'email_change_token_new', 'email_change_token_current').then(
          (found) =>
            found ?? ownerOf(db, PKCE + hash, 'email_change_token_new', 'email_change_token_current'),
        )
      : await findUser(db, { email: address });
  if (!user) throw badCode();
  if (isBanned(user)) throw banned(403);
  const seconds = config.email.otpSeconds;
  const confirms = isCode(hash, user.confirmation_token, user.confirmation_sent_at, seconds);
  const recovers = isCode(hash, user.recovery_token, user.recovery_sent_at, seconds);
  if (type === 'email_change') {
    const { email_change_token_new: fresh, email_change_token_current: current } = user;
    const kept = [fresh, current].find((one) => isCode(hash, one, user.email_change_sent_at, seconds));
    if (!kept) throw badCode();
    return { user, purpose: 'email_change', hash: kept };
  }
  if ((type === 'email' || type === 'signup' || type === 'invite') && confirms) {
    return { user, purpose: type === 'invite' ? 'invite' : 'signup', hash };
  }
  if ((type === 'email' || type === 'magiclink' || type === 'recovery') && recovers) {
    return { user, purpose: type === 'recovery' ? 'recovery' : 'magiclink', hash };
  }
  throw badCode();
}

/** Does what the code was for; false when another confirmation is needed. */
async function accept(service: Service, { user, purpose, hash }: Match): Promise<boolean> {
  const { db } = service;
  if (purpose === 'email_change') return changeEmail(service, user, hash);
  if (purpose === 'sms') {
    await audit(db, user, 'user_signedup', { provider: 'phone' });
    await updateUser(db, user.id, { phone_confirmed_at: new Date(), confirmation_token: '' });
    await forgetCode(db, user.id, 'confirmation_token');
  } else if (purpose === 'phone_change') {
    await changePhone(db, user, user.phone_change ?? '');
  } else if (purpose === 'signup' || purpose === 'invite') {
    await acceptSignup(db, user, purpose);
  } else {
    await updateUser(db, user.id, { recovery_token: '' });
    await forgetCode(db, user.id, 'recovery_token');
    if (user.email_confirmed_at) await audit(db, user, 'login');
    else await confirmWithout(db, user);
  }
  await noLongerAnonymous(db, user);
  return true;
}

async function acceptSignup(db: Db, user: UserRow, purpose: 'signup' | 'invite'): Promise<void> {
  await forgetCode(db, user.id, 'confirmation_token');
  if (purpose === 'invite') {
    // Nobody has chosen a password yet, and none must work until somebody does.
    const password = user.encrypted_password || (await hashPassword(randomBytes(32).toString('base64url')));
    await updateUser(db, user.id, {
      encrypted_password: password,
      confirmation_token: '',
      confirmation_sent_at: null,
    });
  }
  await confirmBy(db, user);
}

async function confirmWithout(db: Db, user: UserRow): Promise<void> {
  await audit(db, user, 'user_signedup', { provider: 'email' });
  await confirmEmail(db, user.id);
}

/** Answering the letter that asks for it confirms the identities with this address too. */
async function confirmBy(db: Db, user: UserRow): Promise<void> {
  await confirmWithout(db, user);
  await db`
    update auth.identities set updated_at = now(), identity_data = identity_data || '{"email_verified": true}'
     where user_id = ${user.id} and email = ${user.email}`;
}

async function changeEmail({ config, db }: Service, user: UserRow, hash: string): Promise<boolean> {
  const { id } = user;
  const needsBoth = !config.email.autoconfirm && config.email.secureChange && Boolean(user.email);
  if (needsBoth && user.email_change_confirm_status === 0) {
    const isNew = user.email_change_token_new === hash;
    const column = isNew ? 'email_change_token_new' : 'email_change_token_current';
    await forgetCode(db, id, column);
    await updateUser(db, id, { [column]: '', email_change_confirm_status: 1 });
    return false;
  }
  const email = user.email_change ?? '';
  await audit(db, user, 'user_modified');
  await setIdentityData(db, id, 'email', { email, email_verified: true });
  await updateUser(db, id, {
    email,
    email_change: '',
    email_change_token_new: '',
    email_change_token_current: '',
    email_change_confirm_status: 0,
  });
  await forgetCode(db, id, 'email_change_token_new', 'email_change_token_current');
  if (!user.email_confirmed_at) {
    await updateUser(db, id, { email_confirmed_at: new Date() });
    await mergeUserMetadata(db, id, { email_verified: true });
  }
  await noLongerAnonymous(db, user);
  return true;
}

/** The number becomes the user's own. */
export async function changePhone(db: Db, user: UserRow, phone: string): Promise<void> {
  await audit(db, user, 'user_modified');
  await setIdentityData(db, user.id, 'phone', { phone, phone_verified: true });
  await updateUser(db, user.id, {
    phone,
    phone_change: '',
    phone_change_token: '',
    phone_confirmed_at: new Date(),
  });
  await forgetCode(db, user.id, 'phone_change_token');
  if (!user.is_anonymous) await updateProviders(db, user.id);
}

async function noLongerAnonymous(db: Db, { id }: UserRow): Promise<void> {
  const { is_anonymous } = await requireRow(db, id);
  if (!is_anonymous) return;
  await updateUser(db, id, { is_anonymous: false });
  await updateProviders(db, id);
}
