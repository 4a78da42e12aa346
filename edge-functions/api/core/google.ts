/** Signing in with what Google says of a person. */
import { ApiError, refused } from '../../_shared/errors.ts';
import type { Flow, Google } from '../../_shared/google.ts';
import type { ChatClient, Supabase, Tokens } from '../../_shared/supabase.ts';
import { comeOnline } from './accounts.ts';
import { factorOf, sendFactorCode } from './second-factor.ts';

/** Finds or makes the account with the verified address. Where it has a second factor, its code is sent. */
export async function signInWithGoogle(
  supabase: Supabase,
  visitor: ChatClient,
  google: Google,
  { code, flow }: { code: string; flow: Flow },
): Promise<{ tokens: Tokens; isFactorMissing: boolean }> {
  const { idToken, isAddressVerified } = await google.exchange(code, flow);
  if (!isAddressVerified) {
    throw new ApiError(
      'google_address_not_verified',
      403,
      'unable to sign in; Google has not verified your address',
    );
  }
  const { data, error } = await visitor.auth.signInWithIdToken({
    provider: 'google',
    token: idToken,
    nonce: flow.nonce,
  });
  if (error?.code === 'user_banned') throw refused('sign in', error, error.status ?? 0);
  if (error || !data.session) {
    throw new ApiError('google_failed', 502, 'unable to sign in; Google does not confirm who you are', {
      cause: error,
    });
  }
  const factor = factorOf(data.user);
  if (factor) await sendFactorCode(visitor, factor);
  else await comeOnline(supabase.asCaller(data.session.access_token));
  return { tokens: data.session, isFactorMissing: factor?.status === 'verified' };
}
