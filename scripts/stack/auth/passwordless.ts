/** Asking for a code or a link: to sign in, to recover, or because the last one did not arrive. */
import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { askBeforeCreation, creating, providerMetadata, tellAfterCreation } from './accounts.ts';
import { audit } from './audit.ts';
import { transaction, type UserRow } from './database.ts';
import { AuthError, invalid } from './errors.ts';
import { beginFlow, type Challenge, requireChallenge } from './flows.ts';
import { sendConfirmation, sendEmailChange, sendRecovery } from './letters.ts';
import { hashPassword } from './passwords.ts';
import { redirectOf } from './redirects.ts';
import { readBody, shape, toEmail, toPhone } from './request.ts';
import { type Service, serving, within } from './service.ts';
import { startSession } from './sessions.ts';
import { newUser } from './signup.ts';
import { requestConfirmation, sendSmsCode } from './sms.ts';
import { confirmEmail, findUser, requireRow, signUp } from './users.ts';

const CHALLENGE = { code_challenge: 'string', code_challenge_method: 'string' } as const;
const OTP = shape('OtpParams', {
  email: 'string',
  phone: 'string',
  create_user: 'bool',
  data: 'object',
  channel: 'string',
  ...CHALLENGE,
});
const MAGIC_LINK = shape('MagicLinkParams', { email: 'string', data: 'object', ...CHALLENGE });
const RECOVER = shape('RecoverParams', { email: 'string', ...CHALLENGE });
const RESEND = shape('ResendConfirmationParams', {
  type: 'string',
  email: 'string',
  phone: 'string',
  ...CHALLENGE,
});

const RESENT = ['signup', 'email_change', 'sms', 'phone_change'];
const RANDOM_PASSWORD_BYTES = 32;

export function passwordlessRoutes(base: Service): Hono {
  const app = new Hono();

  app.post('/otp', async (c) => {
    const service = serving(base, c);
    const body = await readBody(c, OTP);
    if (body.email && body.phone) throw invalid('Only an email address or phone number should be provided');
    if (!body.email && !body.phone) throw invalid('One of email or phone must be set');
    requireChallenge(body);
    const mayCreate = body.create_user !== false;
    const redirectTo = redirectOf(c, service.config);
    const data = body.data ?? {};
    if (body.email) await mailLink(service, { ...body, data, mayCreate, redirectTo });
    else await textCode(service, { phone: toPhone(requirePhones(service, body.phone)), data, mayCreate });
    return c.json({});
  });

  app.post('/magiclink', async (c) => {
    const service = serving(base, c);
    const body = await readBody(c, MAGIC_LINK);
    requireMagicLinks(service);
    if (!body.email) {
      throw new AuthError(422, 'validation_failed', 'Password recovery requires an email');
    }
    requireChallenge(body);
    const redirectTo = redirectOf(c, service.config);
    await mailLink(service, { ...body, data: body.data ?? {}, mayCreate: true, redirectTo });
    return c.json({});
  });

  app.post('/recover', async (c) => {
    const service = serving(base, c);
    const body = await readBody(c, RECOVER);
    if (!body.email) throw invalid('Password recovery requires an email');
    const email = toEmail(body.email);
    requireMail(service);
    requireChallenge(body);
    const user = await findUser(service.db, { email });
    if (user) await recover(service, user, 'recovery', body, redirectOf(c, service.config));
    return c.json({});
  });

  app.post('/resend', async (c) => {
    const service = serving(base, c);
    const body = await readBody(c, RESEND);
    await resend(service, body, redirectOf(c, service.config));
    return c.json({});
  });
  return app;
}

function requireMagicLinks({ config }: Service): void {
  if (!config.email.magicLinkEnabled) {
    throw new AuthError(422, 'email_provider_disabled', 'Login with magic link is disabled');
  }
  if (!config.email.isEnabled) {
    throw new AuthError(422, 'email_provider_disabled', 'Email logins are disabled');
  }
}

function requirePhones({ config }: Service, phone: string): string {
  if (!config.phone.isEnabled) {
    throw new AuthError(400, 'phone_provider_disabled', 'Unsupported phone provider');
  }
  return phone;
}

/** Strangers get a code only where they may sign up. */
function requireOpen({ config }: Service, mayCreate: boolean): void {
  if (!mayCreate) throw new AuthError(422, 'otp_disabled', 'Signups not allowed for otp');
  if (config.signupDisabled) {
    throw new AuthError(422, 'signup_disabled', 'Signups not allowed for this instance');
  }
}

function requireMail({ config }: Service): void {
  if (!config.email.isEnabled) {
    throw new AuthError(400, 'email_provider_disabled', 'Email logins are disabled');
  }
}

function recover(
  service: Service,
  user: UserRow,
  kind: 'recovery' | 'magiclink',
  challenge: Challenge,
  redirectTo: string,
): Promise<void> {
  return transaction(service.db, async (tx) => {
    const isPkce = await beginFlow(tx, challenge, user.id, kind);
    await sendRecovery(within(service, tx), user, kind, { redirectTo, isPkce });
  });
}

interface LinkRequest extends Challenge {
  email: string;
  data: Record<string, unknown>;
  mayCreate: boolean;
  redirectTo: string;
}

async function mailLink(service: Service, request: LinkRequest): Promise<void> {
  const { config, db } = service;
  const email = toEmail(request.email);
  requireMagicLinks(service);
  const { redirectTo } = request;
  let user = await findUser(db, { email });
  if (!user) {
    requireOpen(service, request.mayCreate);
    const made = newUser(service, {
      email,
      hashedPassword: await hashPassword(randomBytes(RANDOM_PASSWORD_BYTES).toString('base64url')),
      userMetadata: request.data,
      appMetadata: providerMetadata('email'),
    });
    await askBeforeCreation(service, made);
    const id = await creating(service, async (inner) => {
      const id = await signUp(inner.db, made, 'email');
      if (config.email.autoconfirm) {
        await audit(inner.db, await requireRow(inner.db, id), 'user_signedup', { provider: 'email' });
        await confirmEmail(inner.db, id);
      }
      return id;
    });
    user = await requireRow(db, id);
    if (config.email.autoconfirm) await leaveSession(service, user);
    await tellAfterCreation(service, id);
  }
  if (user.email_confirmed_at) return recover(service, user, 'magiclink', request, redirectTo);
  const found = user;
  await transaction(db, async (tx) => {
    await audit(tx, found, 'user_confirmation_requested', { provider: 'email' });
    const isPkce = await beginFlow(tx, request, found.id, 'email/signup');
    await sendConfirmation(within(service, tx), found, { redirectTo, isPkce });
  });
}

/** The real server signs up by its own endpoint, whose session nobody gets to see. */
async function leaveSession(service: Service, user: UserRow): Promise<void> {
  await transaction(service.db, async (tx) => {
    await audit(tx, user, 'login', { provider: 'email' });
    await startSession(within(service, tx), user, 'password');
  });
}

async function textCode(
  service: Service,
  { phone, data, mayCreate }: { phone: string; data: Record<string, unknown>; mayCreate: boolean },
): Promise<void> {
  const { db } = service;
  const user = await findUser(db, { phone });
  if (!user) {
    requireOpen(service, mayCreate);
    const made = newUser(service, {
      phone,
      hashedPassword: await hashPassword(randomBytes(RANDOM_PASSWORD_BYTES).toString('base64url')),
      userMetadata: data,
      appMetadata: providerMetadata('phone'),
    });
    await askBeforeCreation(service, made);
    const id = await creating(service, async (inner) => {
      const id = await signUp(inner.db, made, 'phone');
      await requestConfirmation(inner, await requireRow(inner.db, id), phone);
      return id;
    });
    return tellAfterCreation(service, id);
  }
  await transaction(db, async (tx) => {
    if (user.phone_confirmed_at) {
      await audit(tx, user, 'user_recovery_requested', { channel: 'sms' });
      await sendSmsCode(within(service, tx), user, phone, 'confirmation');
    } else {
      await requestConfirmation(within(service, tx), user, phone);
    }
  });
}

async function resend(
  service: Service,
  body: { type: string; email: string; phone: string } & Challenge,
  redirectTo: string,
): Promise<void> {
  const { db } = service;
  const { type } = body;
  if (!RESENT.includes(type)) throw invalid(`Missing one of these types: ${RESENT.join(', ')}`);
  const isByMail = type === 'signup' || type === 'email_change';
  if (isByMail && !body.email) throw invalid('Type provided requires an email address');
  if (!isByMail && !body.phone) throw invalid('Type provided requires a phone number');
  if (isByMail) requireMail(service);
  const user = await findUser(
    db,
    isByMail ? { email: toEmail(body.email) } : { phone: toPhone(requirePhones(service, body.phone)) },
  );
  if (!user) return;
  await transaction(db, async (tx) => {
    const inner = within(service, tx);
    if (type === 'signup' && !user.email_confirmed_at) {
      await audit(tx, user, 'user_confirmation_requested');
      const isPkce = await beginFlow(tx, body, user.id, 'email/signup');
      await sendConfirmation(inner, user, { redirectTo, isPkce });
    }
    if (type === 'email_change' && user.email_change) {
      const isPkce = await beginFlow(tx, body, user.id, 'email_change');
      await sendEmailChange(inner, user, user.email_change, { redirectTo, isPkce });
    }
    if (type === 'sms' && !user.phone_confirmed_at) {
      await audit(tx, user, 'user_recovery_requested');
      await sendSmsCode(inner, user, user.phone ?? '', 'confirmation');
    }
    if (type === 'phone_change' && user.phone_change) {
      await sendSmsCode(inner, user, user.phone_change, 'phone_change');
    }
  });
}
