/** Signing up: by e-mail, by phone, or as nobody in particular. */
import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { askBeforeCreation, creating, providerMetadata, tellAfterCreation } from './accounts.ts';
import { audit } from './audit.ts';
import { type Json, transaction, type UserRow, updateUser } from './database.ts';
import { AuthError, invalid } from './errors.ts';
import { beginFlow, requireChallenge } from './flows.ts';
import { sendConfirmation } from './letters.ts';
import { tooMany } from './limits.ts';
import { hashPassword, requirePassword } from './passwords.ts';
import { redirectOf } from './redirects.ts';
import { type Read, readBody, shape, toEmail, toPhone } from './request.ts';
import { type Service, serving, within } from './service.ts';
import { signedIn, startSession } from './sessions.ts';
import { requestConfirmation } from './sms.ts';
import {
  confirmEmail,
  findUser,
  insertUser,
  type NewUser,
  presentChanged,
  requireRow,
  setRole,
  signUp,
} from './users.ts';

const BODY = shape('SignupParams', {
  email: 'string',
  phone: 'string',
  password: 'string',
  data: 'object',
  channel: 'string',
  code_challenge: 'string',
  code_challenge_method: 'string',
});
type Body = Read<typeof BODY>;

const taken = () => new AuthError(422, 'user_already_exists', 'User already registered');

export function signupRoutes(base: Service): Hono {
  const app = new Hono();
  app.post('/', async (c) => {
    const service = serving(base, c);
    const { config } = service;
    const body = await readBody(c, BODY);
    if (config.signupDisabled) {
      throw new AuthError(422, 'signup_disabled', 'Signups not allowed for this instance');
    }
    if (!body.email && !body.phone) return signedIn(c, await signUpAnonymously(service, body.data ?? {}));
    if (!body.password) throw invalid('Signup requires a valid password');
    requirePassword(config, body.password);
    requireChallenge(body);
    if (body.email && body.phone) {
      throw invalid('Only an email address or phone number should be provided on signup.');
    }
    const answer = body.email
      ? await byEmail(service, body, redirectOf(c, config))
      : await byPhone(service, body);
    if (!answer.isConfirmed) return c.json(answer.user);
    const started = await transaction(service.db, async (tx) => {
      const user = await requireRow(tx, answer.user.id as string);
      await audit(tx, user, 'login', { provider: body.email ? 'email' : 'phone' });
      return startSession(within(service, tx), user, 'password');
    });
    return signedIn(c, {
      ...started,
      session: { ...started.session, user: asSignedUp(started.session.user) },
    });
  });
  return app;
}

async function signUpAnonymously(service: Service, data: Json) {
  const { config, limits, client } = service;
  if (!config.anonymousEnabled) {
    throw new AuthError(422, 'anonymous_provider_disabled', 'Anonymous sign-ins are disabled');
  }
  if (config.addressHeader) {
    limits.take(`anonymous ${client.ip}`, config.anonymousPerHour, tooMany);
  }
  const user = newUser(service, { userMetadata: data, appMetadata: {}, isAnonymous: true });
  await askBeforeCreation(service, user);
  const started = await creating(
    service,
    async (inner) => {
      const id = await insertUser(inner.db, user);
      await setRole(inner.db, id);
      return startSession(inner, { id }, 'anonymous');
    },
    'Database error creating anonymous user',
  );
  await tellAfterCreation(service, started.userId);
  return started;
}

interface Outcome {
  user: Json;
  isConfirmed: boolean;
}

async function byEmail(service: Service, body: Body, redirectTo: string): Promise<Outcome> {
  const { config, db } = service;
  if (!config.email.isEnabled) {
    throw new AuthError(400, 'email_provider_disabled', 'Email signups are disabled');
  }
  const email = toEmail(body.email);
  const known = await findUser(db, { email });
  if (known?.email_confirmed_at) {
    if (config.email.autoconfirm) throw taken();
    await audit(db, known, 'user_repeated_signup', { provider: 'email' });
    return { user: nobody(service, email, body.data ?? {}), isConfirmed: false };
  }
  const user = known ? undefined : await preparedUser(service, { email }, 'email', body);
  const id = await creating(service, async (inner) => {
    const id = user ? await signUp(inner.db, user, 'email') : (known as UserRow).id;
    const row = await requireRow(inner.db, id);
    if (config.email.autoconfirm) {
      await audit(inner.db, row, 'user_signedup', { provider: 'email' });
      await confirmEmail(inner.db, id);
      return id;
    }
    await audit(inner.db, row, 'user_confirmation_requested', { provider: 'email' });
    const isPkce = await beginFlow(inner.db, body, id, 'email/signup');
    await sendConfirmation(inner, row, { redirectTo, isPkce });
    return id;
  });
  if (user) await tellAfterCreation(service, id);
  return outcome(service, id, config.email.autoconfirm);
}

async function byPhone(service: Service, body: Body): Promise<Outcome> {
  const { config, db } = service;
  if (!config.phone.isEnabled) {
    throw new AuthError(400, 'phone_provider_disabled', 'Phone signups are disabled');
  }
  const phone = toPhone(body.phone);
  const known = await findUser(db, { phone });
  if (known?.phone_confirmed_at) throw taken();
  const user = known ? undefined : await preparedUser(service, { phone }, 'phone', body);
  const id = await creating(service, async (inner) => {
    const id = user ? await signUp(inner.db, user, 'phone') : (known as UserRow).id;
    const row = await requireRow(inner.db, id);
    if (config.phone.autoconfirm) {
      await audit(inner.db, row, 'user_signedup', { provider: 'phone' });
      await updateUser(inner.db, id, { phone_confirmed_at: new Date() });
    } else {
      await requestConfirmation(inner, row, phone);
    }
    return id;
  });
  if (user) await tellAfterCreation(service, id);
  return outcome(service, id, config.phone.autoconfirm);
}

async function preparedUser(
  service: Service,
  address: { email: string } | { phone: string },
  provider: 'email' | 'phone',
  body: Body,
): Promise<NewUser> {
  const user = newUser(service, {
    ...address,
    hashedPassword: await hashPassword(body.password),
    userMetadata: body.data ?? {},
    appMetadata: providerMetadata(provider),
  });
  await askBeforeCreation(service, user);
  return user;
}

export const newUser = (
  { config }: Service,
  user: Omit<NewUser, 'aud' | 'hashedPassword'> & { hashedPassword?: string | null },
): NewUser => ({ id: randomUUID(), aud: config.jwt.audience, hashedPassword: null, ...user });

async function outcome({ db }: Service, id: string, isConfirmed: boolean): Promise<Outcome> {
  return { user: await presentChanged(db, { id, confirmed_at: null }), isConfirmed };
}

/** What a stranger is shown who signs up with an address that has an account. */
function nobody({ config }: Service, email: string, metadata: Json): Json {
  const now = new Date();
  return {
    id: randomUUID(),
    aud: config.jwt.audience,
    role: '',
    email,
    phone: '',
    confirmation_sent_at: now,
    app_metadata: providerMetadata('email'),
    user_metadata: metadata,
    identities: [],
    created_at: now,
    updated_at: now,
    is_anonymous: false,
  };
}

/** The first answer shows the identity as verified; its row says so only after a confirmation by mail. */
function asSignedUp(user: Json): Json {
  const { confirmed_at, ...shown } = user;
  const identities = (user.identities as Json[]).map((identity) =>
    identity.provider === 'email'
      ? { ...identity, identity_data: { ...(identity.identity_data as Json), email_verified: true } }
      : identity,
  );
  return { ...shown, identities };
}
