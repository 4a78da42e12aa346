/** The signed-in user's own account. */
import { Hono } from 'hono';
import { audit } from './audit.ts';
import { forgetCode, hashCode, isCode } from './codes.ts';
import { type Db, transaction, type UserRow, updateUser } from './database.ts';
import { AuthError, emailTaken, invalid, phoneTaken } from './errors.ts';
import { beginFlow, requireChallenge } from './flows.ts';
import { setIdentityData } from './identities.ts';
import { sendEmailChange, sendReauthentication } from './letters.ts';
import { hashPassword, isPassword, requirePassword } from './passwords.ts';
import { redirectOf } from './redirects.ts';
import { type Read, readBody, shape, toEmail, toPhone } from './request.ts';
import { type Service, serving, within } from './service.ts';
import { endSessions } from './sessions.ts';
import { sendSmsCode } from './sms.ts';
import { type Caller, requireUser } from './tokens.ts';
import {
  confirmEmail,
  factorsOf,
  findUser,
  mergeUserMetadata,
  presentChanged,
  presentUser,
} from './users.ts';
import { changePhone } from './verify.ts';

const BODY = shape('UserUpdateParams', {
  email: 'string',
  phone: 'string',
  password: 'string?',
  current_password: 'string',
  nonce: 'string',
  data: 'object',
  app_metadata: 'object',
  channel: 'string',
  code_challenge: 'string',
  code_challenge_method: 'string',
});
type Body = Read<typeof BODY>;

/** For so long after sign-in a password may be changed without showing who one is again. */
const RECENT_HOURS = 24;

export function userRoutes(base: Service): Hono {
  const app = new Hono();

  app.get('/user', async (c) => {
    const { user, claims } = await requireUser(base, c);
    if (!claims.aud?.length) throw invalid("Token audience doesn't match request audience");
    return c.json(await presentUser(base.db, user.id));
  });

  app.put('/user', async (c) => {
    const service = serving(base, c);
    const caller = await requireUser(service, c);
    const body = await readBody(c, BODY);
    const email = body.email ? toEmail(body.email) : '';
    const phone = body.phone ? toPhone(body.phone) : '';
    requireChallenge(body);
    const wanted = { ...body, email, phone };
    await requireAllowed(service, caller, wanted);
    const redirectTo = redirectOf(c, service.config);
    await transaction(service.db, (tx) => update(within(service, tx), caller, wanted, redirectTo));
    return c.json(await presentChanged(service.db, caller.user));
  });

  app.get('/reauthenticate', async (c) => {
    const service = serving(base, c);
    const { user } = await requireUser(service, c);
    await transaction(service.db, async (tx) => {
      const inner = within(service, tx);
      if (!user.email && !user.phone)
        throw invalid('Reauthentication requires the user to have an email or a phone number');
      await audit(tx, user, 'user_reauthenticate_requested');
      if (user.email) await sendReauthentication(inner, user);
      else await sendSmsCode(inner, user, user.phone ?? '', 'reauthentication');
    });
    return c.json({});
  });
  return app;
}

async function requireAllowed(service: Service, { user, session }: Caller, body: Body): Promise<void> {
  const { config, db } = service;
  if (body.app_metadata) {
    throw new AuthError(403, 'not_admin', 'Updating app_metadata requires admin privileges');
  }
  if (user.is_anonymous && body.password && !body.email && !body.phone) {
    throw new AuthError(
      422,
      'validation_failed',
      'Updating password of an anonymous user without an email or phone is not allowed',
    );
  }
  const changesAccess = body.password !== undefined || body.email || body.phone;
  if (changesAccess && session && session.aal !== 'aal2') {
    const factors = await factorsOf(db, user.id);
    if (factors.some(({ status }) => status === 'verified')) {
      throw new AuthError(
        401,
        'insufficient_aal',
        'AAL2 session is required to update email or password when MFA is enabled.',
      );
    }
  }
  if (body.email && body.email !== user.email && (await findUser(db, { email: body.email })))
    throw emailTaken();
  if (body.phone && body.phone !== user.phone && (await findUser(db, { phone: body.phone })))
    throw phoneTaken();
  if (body.password !== undefined) await requireNewPassword(config, db, user, session, body, body.password);
}

async function requireNewPassword(
  config: Service['config'],
  db: Db,
  user: UserRow,
  session: Caller['session'],
  body: Body,
  password: string,
): Promise<void> {
  const isRecent = session && Date.now() - session.created_at.getTime() < RECENT_HOURS * 3_600_000;
  if (config.password.updateNeedsReauthentication && !isRecent) {
    await useNonce(config, db, user, body.nonce);
  }
  requirePassword(config, password);
  if (config.password.updateNeedsCurrent && user.encrypted_password && !user.is_anonymous) {
    await requireCurrentPassword(db, user, session, body.current_password);
  }
  if (user.encrypted_password && (await isPassword(password, user.encrypted_password))) {
    throw new AuthError(422, 'same_password', 'New password should be different from the old password.');
  }
}

async function requireCurrentPassword(
  db: Db,
  user: UserRow,
  session: Caller['session'],
  current: string,
): Promise<void> {
  if (session) {
    const [recovered] = await db`
      select from auth.mfa_amr_claims
       where session_id = ${session.id} and authentication_method in ('recovery', 'otp')`;
    if (recovered) return;
  }
  if (!current) {
    throw new AuthError(
      400,
      'current_password_required',
      'Current password required when setting new password.',
    );
  }
  if (!(await isPassword(current, user.encrypted_password))) {
    throw new AuthError(
      400,
      'current_password_invalid',
      'Current password required when setting new password.',
    );
  }
}

/** The code that was sent for reauthentication; good once. */
async function useNonce(
  { email, phone }: Service['config'],
  db: Db,
  user: UserRow,
  nonce: string,
): Promise<void> {
  if (!nonce)
    throw new AuthError(400, 'reauthentication_needed', 'Password update requires reauthentication');
  const address = user.email || user.phone || '';
  const seconds = user.email ? email.otpSeconds : phone.otpSeconds;
  const { reauthentication_token, reauthentication_sent_at } = user;
  if (!isCode(hashCode(address, nonce), reauthentication_token, reauthentication_sent_at, seconds)) {
    throw new AuthError(422, 'reauthentication_not_valid', 'Nonce has expired or is invalid');
  }
  await updateUser(db, user.id, { reauthentication_token: '' });
  await forgetCode(db, user.id, 'reauthentication_token');
}

async function update(service: Service, caller: Caller, body: Body, redirectTo: string): Promise<void> {
  const { config, db } = service;
  const { user, claims } = caller;
  if (body.password !== undefined) {
    await setPassword(db, user.id, body.password, claims.session_id);
    await audit(db, user, 'user_updated_password');
  }
  if (body.data) await mergeUserMetadata(db, user.id, body.data);
  if (body.email && body.email !== user.email) {
    if (config.email.autoconfirm && user.is_anonymous) {
      await nameAnonymous(db, user, body.email);
    } else {
      const isPkce = await beginFlow(db, body, user.id, 'email_change');
      await sendEmailChange(service, user, body.email, { redirectTo, isPkce });
    }
  }
  if (body.phone && body.phone !== user.phone) {
    if (config.phone.autoconfirm) await changePhone(db, user, body.phone);
    else await sendSmsCode(service, user, body.phone, 'phone_change');
  }
  await audit(db, user, 'user_modified');
}

/** A new password ends the other sessions and all codes that are on their way. */
export async function setPassword(db: Db, userId: string, password: string, kept?: string): Promise<void> {
  await updateUser(db, userId, {
    encrypted_password: await hashPassword(password),
    confirmation_token: '',
    confirmation_sent_at: null,
    recovery_token: '',
    recovery_sent_at: null,
    email_change_token_new: '',
    email_change_token_current: '',
    email_change_sent_at: null,
    phone_change_token: '',
    phone_change_sent_at: null,
    reauthentication_token: '',
    reauthentication_sent_at: null,
  });
  await db`delete from auth.one_time_tokens where user_id = ${userId}`;
  await endSessions(db, userId, kept);
}

/** Where addresses need no confirmation, an anonymous user is somebody with the first one he gives. */
async function nameAnonymous(db: Db, user: UserRow, email: string): Promise<void> {
  await audit(db, user, 'user_modified');
  await setIdentityData(db, user.id, 'email', { email, email_verified: true });
  await updateUser(db, user.id, { is_anonymous: false });
  await updateUser(db, user.id, { email });
  await confirmEmail(db, user.id);
}
