/** The second factor: a code that Auth sends to a phone, or one from an authenticator app that was set up elsewhere. */
import type { AuthError, Factor, User } from '@supabase/supabase-js';
import { ApiError, refused } from '../../_shared/errors.ts';
import { type ChatClient, isApiKey, run, type Supabase, type Tokens } from '../../_shared/supabase.ts';

/** What Auth says of a code that is wrong, used, replaced or too old, or came from another address than asked for it. */
const WRONG_CODES = [
  'mfa_verification_failed',
  'mfa_challenge_expired',
  'mfa_factor_not_found',
  'mfa_ip_address_mismatch',
];

/** The factor a sign-in asks for: one that is proven, or else a phone, which counts from the moment it is given. */
export function factorOf({ factors = [] }: Pick<User, 'factors'>): Factor | undefined {
  const phones = factors.filter(isPhone);
  return phones.find(isProven) ?? factors.find(isProven) ?? phones.at(-1);
}

/** Gives the visitor the session of this access token, and tells whose it is. */
export async function resume(visitor: ChatClient, token: string): Promise<User> {
  if (isApiKey(token)) {
    throw new ApiError(
      'forbidden',
      403,
      'unable to change the second factor; sign in as the person it is of',
    );
  }
  const { data, error } = await visitor.auth.getUser(token);
  if (error) {
    const { code, status = 0 } = error;
    const isBadToken = status >= 400 && status < 500 && code !== 'user_banned';
    throw isBadToken
      ? new ApiError('session_expired', 401, 'unable to read the account; sign in again', { cause: error })
      : refused('read the account', error, status);
  }
  // Nothing here refreshes, so that there need be no refresh token.
  await visitor.auth.setSession({ access_token: token, refresh_token: 'none' });
  return data.user;
}

/** Makes this phone the second factor and sends it a code. Phones that were given before and never proven go. */
export async function enablePhone(visitor: ChatClient, user: User, phone: string): Promise<void> {
  const digits = phone.replace('+', '');
  const phones = (user.factors ?? []).filter(isPhone);
  const known = phones.find((factor) => numberOf(factor) === digits);
  for (const factor of phones) {
    if (factor !== known && !isProven(factor)) await remove(visitor, factor);
  }
  await sendFactorCode(visitor, known ?? (await enroll(visitor, phone)));
}

/** Confirms a factor and lifts the session. A phone that is proven by it takes the place of the one before. */
export async function confirm(
  supabase: Supabase,
  visitor: ChatClient,
  user: User,
  code: string,
): Promise<Tokens> {
  const phones = (user.factors ?? []).filter(isPhone);
  const factor = phones.at(-1) ?? factorOf(user);
  if (!factor)
    throw new ApiError('second_factor_missing', 400, 'unable to confirm; there is no second factor');
  const confirmed = await confirmFactor(supabase, visitor, { userId: user.id, factor, code });
  for (const older of phones) {
    if (isProven(older) && older.id !== confirmed.factorId) await remove(visitor, older);
  }
  return confirmed;
}

export async function disable(visitor: ChatClient, user: User): Promise<void> {
  for (const factor of user.factors ?? []) await remove(visitor, factor);
}

/** Sends a code, where the factor is a phone; one that went out a moment ago will do. */
export async function sendFactorCode(visitor: ChatClient, factor: Factor): Promise<void> {
  if (!isPhone(factor)) return;
  const { error } = await visitor.auth.mfa.challenge({ factorId: factor.id });
  if (error && error.code !== 'over_sms_send_rate_limit') throw toError('send the code', error);
}

/** Lifts the visitor's session with the code. */
export async function confirmFactor(
  supabase: Supabase,
  visitor: ChatClient,
  { userId, factor, code }: { userId: string; factor: Factor; code: string },
): Promise<Tokens & { factorId: string }> {
  if (!isPhone(factor)) {
    const { data, error } = await visitor.auth.mfa.challengeAndVerify({ factorId: factor.id, code });
    if (error) throw toError('confirm the second factor', error);
    return { ...data, factorId: factor.id };
  }
  const [sent] = await run(
    'confirm the second factor',
    supabase.asServer().rpc('newest_challenge', { user_id: userId }),
  );
  if (!sent) throw wrongCode();
  const { data, error } = await visitor.auth.mfa.verify({
    factorId: sent.factor_id,
    challengeId: sent.challenge_id,
    code,
  });
  if (error) throw toError('confirm the second factor', error);
  return { ...data, factorId: sent.factor_id };
}

async function enroll(visitor: ChatClient, phone: string): Promise<Factor> {
  const { data, error } = await visitor.auth.mfa.enroll({ factorType: 'phone', phone, friendlyName: phone });
  if (error) throw toError('enable the second factor', error);
  return { ...data, factor_type: 'phone', status: 'unverified', created_at: '', updated_at: '' } as Factor;
}

async function remove(visitor: ChatClient, factor: Factor): Promise<void> {
  const { error } = await visitor.auth.mfa.unenroll({ factorId: factor.id });
  if (error) throw toError('remove the second factor', error);
}

function toError(operation: string, error: AuthError): ApiError {
  if (WRONG_CODES.includes(error.code ?? '')) return wrongCode();
  if (error.code === 'insufficient_aal') {
    return new ApiError(
      'second_factor_required',
      403,
      `unable to ${operation}; confirm the present one first`,
    );
  }
  if (error.code === 'mfa_verification_rejected') {
    return new ApiError(
      'rate_limited',
      429,
      `unable to ${operation}; too many codes were tried, sign in again`,
    );
  }
  return refused(operation, error, error.status ?? 0);
}

const wrongCode = () =>
  new ApiError('invalid_code', 400, 'unable to confirm the second factor; the code is wrong or has ended');

const isPhone = (factor: Factor): boolean => factor.factor_type === 'phone';
const isProven = (factor: Factor): boolean => factor.status === 'verified';
const numberOf = (factor: Factor): string =>
  String((factor as { phone?: string }).phone ?? '').replace('+', '');
