/** Second factors: authenticator apps and phones, and the assurance level that they give a session. */
import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { audit } from './audit.ts';
import { hashCode, newCode } from './codes.ts';
import { type Db, type FactorRow, type Json, transaction, type UserRow, updateUser } from './database.ts';
import { AuthError, invalid } from './errors.ts';
import { callHook } from './hooks.ts';
import { requirePause } from './limits.ts';
import { readBody, shape, toPhone, uuidParam } from './request.ts';
import { type Service, serving, within } from './service.ts';
import { addMethod, answerFor, endSessions, insertRefreshToken, type Started } from './sessions.ts';
import { sendSms } from './sms.ts';
import { type Caller, requireUser } from './tokens.ts';
import { isTotp, newSecret, provisioning } from './totp.ts';
import { factorsOf } from './users.ts';

const ENROLL = shape('EnrollFactorParams', {
  friendly_name: 'string',
  factor_type: 'string',
  issuer: 'string',
  phone: 'string',
});
const CHALLENGE = shape('ChallengeFactorParams', { channel: 'string' });
const VERIFY = shape('VerifyFactorParams', { challenge_id: 'string', code: 'string' });

/** Life of a challenge and of a factor that nobody verifies, in seconds. */
const SECONDS = 300;

interface ChallengeRow {
  id: string;
  factor_id: string;
  created_at: Date;
  verified_at: Date | null;
  otp_code: string | null;
}

const notFound = () => new AuthError(404, 'mfa_factor_not_found', 'Factor not found');

export function factorRoutes(base: Service): Hono {
  const app = new Hono();

  app.post('/', async (c) => {
    const service = serving(base, c);
    const caller = await requireUser(service, c);
    const body = await readBody(c, ENROLL);
    if (caller.user.is_anonymous) {
      throw new AuthError(403, 'no_authorization', 'Anonymous user not allowed to perform these actions');
    }
    const { mfa } = service.config;
    if (body.factor_type === 'totp') {
      if (!mfa.totp.enroll) throw notEnrolled('totp', 'TOTP');
      return c.json(await enrollTotp(service, caller, body));
    }
    if (body.factor_type === 'phone') {
      if (!mfa.phone.enroll) throw notEnrolled('phone', 'Phone');
      return c.json(await enrollPhone(service, caller, body));
    }
    if (body.factor_type === 'webauthn') throw notEnrolled('webauthn', 'WebAuthn');
    throw invalid('factor_type needs to be totp, phone, or webauthn');
  });

  app.post('/:factor_id/challenge', async (c) => {
    const service = serving(base, c);
    const { user } = await requireUser(service, c);
    const factor = await ownFactor(service.db, user, uuidParam(c, 'factor_id'));
    if (factor.factor_type === 'phone') await readBody(c, CHALLENGE);
    requireVerifiable(service, factor);
    const challenge = await transaction(service.db, (tx) =>
      challengeFactor(within(service, tx), user, factor),
    );
    return c.json({
      id: challenge.id,
      type: factor.factor_type,
      expires_at: Math.floor(challenge.created_at.getTime() / 1000) + SECONDS,
    });
  });

  app.post('/:factor_id/verify', async (c) => {
    const service = serving(base, c);
    const caller = await requireUser(service, c);
    const factor = await ownFactor(service.db, caller.user, uuidParam(c, 'factor_id'));
    const body = await readBody(c, VERIFY);
    requireVerifiable(service, factor);
    const { session } = await verifyFactor(service, caller, factor, body);
    return c.json(session);
  });

  app.delete('/:factor_id', async (c) => {
    const { user, session } = await requireUser(base, c);
    const factor = await ownFactor(base.db, user, uuidParam(c, 'factor_id'));
    if (factor.status === 'verified' && session?.aal !== 'aal2') {
      throw new AuthError(422, 'insufficient_aal', 'AAL2 required to unenroll verified factor');
    }
    await transaction(base.db, async (tx) => {
      const { id, status } = factor;
      await audit(tx, user, 'factor_unenrolled', {
        factor_id: id,
        factor_status: status,
        session_id: session?.id,
      });
      await removeFactor(tx, factor);
    });
    return c.json({ id: factor.id });
  });
  return app;
}

/** Sessions that the factor has lifted fall back. */
export async function removeFactor(db: Db, { id, factor_type }: FactorRow): Promise<void> {
  const method = factor_type === 'totp' ? 'totp' : 'mfa/phone';
  await db`
    delete from auth.mfa_amr_claims
     where authentication_method = ${method} and session_id in (select id from auth.sessions where factor_id = ${id})`;
  await db`
    update auth.sessions set aal = 'aal1', factor_id = null, updated_at = now() where factor_id = ${id}`;
  await db`delete from auth.mfa_factors where id = ${id}`;
}

const notEnrolled = (type: string, name: string) =>
  new AuthError(422, `mfa_${type}_enroll_not_enabled`, `MFA enroll is disabled for ${name}`);

async function ownFactor(db: Db, user: UserRow, id: string): Promise<FactorRow> {
  const factor = (await factorsOf(db, user.id)).find((row) => row.id === id);
  if (!factor) throw notFound();
  return factor;
}

function requireVerifiable({ config: { mfa } }: Service, { factor_type }: FactorRow): void {
  const [isAllowed, name] = factor_type === 'totp' ? [mfa.totp.verify, 'TOTP'] : [mfa.phone.verify, 'Phone'];
  if (isAllowed) return;
  throw new AuthError(
    422,
    `mfa_${factor_type}_verify_not_enabled`,
    `MFA verification is disabled for ${name}`,
  );
}

interface Enrollment {
  friendly_name: string;
  issuer: string;
  phone: string;
}

async function requireRoom(service: Service, { user, session }: Caller, name: string): Promise<FactorRow[]> {
  const { db, config } = service;
  await db`
    delete from auth.mfa_factors
     where user_id = ${user.id} and status = 'unverified' and created_at < now() - make_interval(secs => ${SECONDS})`;
  const factors = await factorsOf(db, user.id);
  if (factors.some(({ status }) => status === 'verified') && session?.aal !== 'aal2') {
    throw new AuthError(403, 'insufficient_aal', 'AAL2 required to enroll a new factor');
  }
  if (factors.length >= config.mfa.maxFactors) {
    throw new AuthError(
      422,
      'too_many_enrolled_mfa_factors',
      'Maximum number of verified factors reached, unenroll to continue',
    );
  }
  if (factors.some(({ friendly_name }) => (friendly_name ?? '') === name)) {
    throw new AuthError(
      422,
      'mfa_factor_name_conflict',
      `A factor with the friendly name "${name}" for this user already exists`,
    );
  }
  return factors;
}

async function insertFactor(
  db: Db,
  user: UserRow,
  factor: Pick<FactorRow, 'factor_type' | 'friendly_name' | 'secret' | 'phone'>,
): Promise<string> {
  const id = randomUUID();
  await db`
    insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, status, secret, phone, created_at, updated_at)
    values (${id}, ${user.id}, ${factor.friendly_name}, ${factor.factor_type}, 'unverified', ${factor.secret},
      ${factor.phone}, clock_timestamp(), clock_timestamp())`;
  const type = factor.factor_type === 'phone' ? { factor_type: 'phone' } : {};
  await audit(db, user, 'factor_in_progress', { factor_id: id, ...type });
  return id;
}

async function enrollTotp(service: Service, caller: Caller, body: Enrollment): Promise<Json> {
  const { user } = caller;
  const { friendly_name, issuer } = body;
  await requireRoom(service, caller, friendly_name);
  const host = issuer || new URL(service.config.siteUrl).host;
  const secret = newSecret();
  const { uri, qr_code } = await provisioning(secret, host, user.email || user.phone || user.id);
  const factor = { factor_type: 'totp', friendly_name, secret, phone: null } as const;
  const id = await transaction(service.db, (tx) => insertFactor(tx, user, factor));
  return { id, type: 'totp', friendly_name, totp: { qr_code, secret, uri } };
}

async function enrollPhone(service: Service, caller: Caller, body: Enrollment): Promise<Json> {
  const { user } = caller;
  const { friendly_name } = body;
  if (!body.phone) throw invalid('Phone number required to enroll Phone factor');
  const phone = toPhone(body.phone);
  const known = (await factorsOf(service.db, user.id)).find(
    (factor) => factor.factor_type === 'phone' && factor.phone === phone,
  );
  if (known?.status === 'verified') {
    throw new AuthError(
      422,
      'mfa_verified_factor_exists',
      'A verified phone factor already exists, unenroll the existing factor to continue',
    );
  }
  const id = await transaction(service.db, async (tx) => {
    const inner = within(service, tx);
    if (!known) {
      await requireRoom(inner, caller, friendly_name);
      return insertFactor(tx, user, { factor_type: 'phone', friendly_name, secret: null, phone });
    }
    await tx`
      update auth.mfa_factors set friendly_name = ${friendly_name}, updated_at = now() where id = ${known.id}`;
    return known.id;
  });
  return { id, type: 'phone', friendly_name, phone: body.phone };
}

async function challengeFactor(service: Service, user: UserRow, factor: FactorRow): Promise<ChallengeRow> {
  const { config, db, client } = service;
  let code: string | null = null;
  if (factor.factor_type === 'phone') {
    const { minSecondsBetween, otpLength } = config.mfa.phone;
    requirePause(factor.last_challenged_at, minSecondsBetween, 'over_sms_send_rate_limit');
    const phone = factor.phone ?? '';
    code = config.phone.testCodes[phone] ?? newCode(otpLength);
    if (!config.phone.testCodes[phone]) await sendSms(service, user, phone, code, { sms_type: 'mfa' });
  }
  const id = randomUUID();
  const [challenge] = await db<ChallengeRow[]>`
    insert into auth.mfa_challenges (id, factor_id, created_at, ip_address, otp_code)
    values (${id}, ${factor.id}, now(), ${client.ip}, ${code && hashCode(id, code)}) returning *`;
  await db`update auth.mfa_factors set last_challenged_at = clock_timestamp() where id = ${factor.id}`;
  await audit(db, user, 'challenge_created', { factor_id: factor.id, factor_status: factor.status });
  return challenge as ChallengeRow;
}

async function verifyFactor(
  service: Service,
  caller: Caller,
  factor: FactorRow,
  { challenge_id, code }: { challenge_id: string; code: string },
): Promise<Started> {
  const { db } = service;
  const [challenge] = await db<ChallengeRow[]>`
    select * from auth.mfa_challenges where id::text = ${challenge_id} and factor_id = ${factor.id}`;
  if (!challenge) {
    throw new AuthError(422, 'mfa_factor_not_found', 'MFA factor with the provided challenge ID not found');
  }
  if (!code) throw invalid('Code needs to be non-empty');
  // The real server's word for a challenge that has been used.
  if (challenge.verified_at) {
    throw new AuthError(422, 'mfa_ip_address_mismatch', 'Challenge and verify IP addresses mismatch.');
  }
  if (Date.now() > challenge.created_at.getTime() + SECONDS * 1000) {
    await db`delete from auth.mfa_challenges where id = ${challenge.id}`;
    throw new AuthError(
      422,
      'mfa_challenge_expired',
      `MFA challenge ${challenge.id} has expired, verify against another challenge or create a new challenge.`,
    );
  }
  const isRight =
    factor.factor_type === 'totp'
      ? isTotp(factor.secret ?? '', code)
      : challenge.otp_code === hashCode(challenge.id, code);
  await askAboutFactor(service, caller.user, factor, isRight);
  if (!isRight) {
    const name = factor.factor_type === 'totp' ? 'TOTP' : 'MFA Phone';
    throw new AuthError(422, 'mfa_verification_failed', `Invalid ${name} code entered`);
  }
  return transaction(db, (tx) => lift(within(service, tx), caller, factor, challenge));
}

async function askAboutFactor(
  service: Service,
  user: UserRow,
  factor: FactorRow,
  isRight: boolean,
): Promise<void> {
  const fields = { user_id: user.id, factor_id: factor.id, factor_type: factor.factor_type, valid: isRight };
  const answer = await callHook(service, 'mfaVerificationAttempt', fields);
  if (answer.decision !== 'reject') return;
  await endSessions(service.db, user.id);
  throw new AuthError(
    403,
    'mfa_verification_rejected',
    String(answer.message || 'Further MFA verification attempts will be rejected.'),
  );
}

/** The session reaches the second level, and gets a new refresh token to go with it. */
async function lift(
  service: Service,
  { user, session }: Caller,
  factor: FactorRow,
  challenge: ChallengeRow,
): Promise<Started> {
  const { db } = service;
  if (!session)
    throw new AuthError(403, 'session_not_found', 'Session from session_id claim in JWT does not exist');
  await db`select from auth.sessions where id = ${session.id} for update`;
  await audit(db, user, 'verification_attempted', {
    factor_id: factor.id,
    challenge_id: challenge.id,
    factor_type: factor.factor_type,
  });
  await db`update auth.mfa_challenges set verified_at = now() where id = ${challenge.id}`;
  if (factor.status === 'unverified') {
    await db`update auth.mfa_factors set status = 'verified', updated_at = now() where id = ${factor.id}`;
  }
  await addMethod(db, session.id, factor.factor_type === 'totp' ? 'totp' : 'mfa/phone');
  const parent = await revokeActive(db, session.id);
  if (parent) await audit(db, user, 'token_revoked');
  const refreshToken = await insertRefreshToken(db, user.id, session.id, parent);
  await updateUser(db, user.id);
  await db`
    update auth.sessions set aal = 'aal2', factor_id = ${factor.id}, updated_at = now() where id = ${session.id}`;
  const method = factor.factor_type === 'totp' ? 'totp' : 'mfa/phone';
  const started = await answerFor(service, user.id, session.id, refreshToken, method);
  if (factor.status === 'unverified') {
    await db`
      delete from auth.sessions where user_id = ${user.id} and id <> ${session.id} and aal = 'aal1'`;
    await db`delete from auth.mfa_factors where user_id = ${user.id} and status = 'unverified'`;
  }
  return started;
}

async function revokeActive(db: Db, sessionId: string): Promise<string | null> {
  const [row] = await db<{ token: string }[]>`
    update auth.refresh_tokens set revoked = true, updated_at = now()
     where id = (select id from auth.refresh_tokens
                  where session_id = ${sessionId} and revoked = false order by id desc limit 1)
     returning token`;
  return row?.token ?? null;
}
