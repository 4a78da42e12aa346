/** What is asked of Supabase Auth, and its errors in our codes. */
import type { AuthError, Session, SupabaseClient } from '@supabase/supabase-js';
import type { Auth } from './auth.ts';
import { type ErrorCode, errorCodes } from './error-codes.ts';
import { ChatError } from './errors.ts';

/** Accounts without an address carry one of this domain, which never receives mail. */
const RESERVED = '@users.confab.invalid';

const addressOf = (who: { email?: string | undefined; username?: string | undefined }): string =>
  who.email ?? `${who.username}${RESERVED}`;

export function createAuthCalls(supabase: SupabaseClient<never, never>): Omit<Auth, 'userId' | 'subscribe'> {
  async function update(operation: string, attributes: { password: string } | { email: string }) {
    const { error } = await supabase.auth.updateUser(attributes);
    if (error) throw toAuthError(operation, error);
  }

  return {
    async signUp(account) {
      const make = () =>
        supabase.auth.signUp({
          email: addressOf(account),
          password: account.password,
          options: { data: { username: account.username, name: account.name } },
        });
      let { data, error } = await make();
      // So Auth answers where somebody gets the username or address meanwhile; asked again, it says that it is taken.
      if (error?.status === 500) ({ data, error } = await make());
      if (error && account.email === undefined) throw aboutUsername(toAuthError('sign up', error));
      return signedIn('sign up', data.session, error);
    },
    async signIn(credentials) {
      const { data, error } = await supabase.auth.signInWithPassword({
        email: addressOf(credentials),
        password: credentials.password,
      });
      return signedIn('sign in', data.session, error);
    },
    async signOut({ everywhere = false } = {}) {
      const { error } = await supabase.auth.signOut({ scope: everywhere ? 'global' : 'local' });
      if (error) throw toAuthError('sign out', error);
    },
    async requestPasswordReset(email, options = {}) {
      const { error } = await supabase.auth.resetPasswordForEmail(email, options);
      if (error) throw toAuthError('request a new password', error);
    },
    updatePassword: (password) => update('change the password', { password }),
    async updateEmail(email) {
      // The database refuses this as well, but Auth tells no reason.
      if (email.toLowerCase().endsWith(RESERVED)) {
        throw new ChatError('invalid_input', 'unable to change the address; it belongs to a username');
      }
      await update('change the address', { email });
    },
  };
}

function signedIn(operation: string, session: Session | null, error: AuthError | null): { userId: string } {
  if (error) throw toAuthError(operation, error);
  if (!session) {
    throw new ChatError('session_expired', `unable to ${operation}; confirm the address first`);
  }
  return { userId: session.user.id };
}

/** Codes of Supabase Auth, in ours. */
const FOREIGN_CODES: Record<string, ErrorCode> = {
  email_exists: 'user_already_exists',
  user_banned: 'account_suspended',
  session_not_found: 'session_expired',
  refresh_token_not_found: 'session_expired',
  refresh_token_already_used: 'session_expired',
  over_request_rate_limit: 'rate_limited',
  over_email_send_rate_limit: 'rate_limited',
  validation_failed: 'invalid_input',
  email_address_invalid: 'invalid_input',
};

function toAuthError(operation: string, error: AuthError): ChatError {
  // A refusal of the sign-up hook reaches us as text only: its code, a colon and the sentence.
  const [, hookCode = '', sentence = ''] = /^([a-z_]+): (.*)$/s.exec(error.message) ?? [];
  if (isCode(hookCode))
    return new ChatError(hookCode, sentence, { status: errorCodes[hookCode], cause: error });
  const known = error.name === 'AuthSessionMissingError' ? 'not_signed_in' : (error.code ?? '');
  const code = isCode(known) ? known : (FOREIGN_CODES[known] ?? fallback(error.status ?? 0));
  return new ChatError(code, `unable to ${operation}; ${error.message}`, {
    status: errorCodes[code],
    cause: error,
  });
}

/** What Auth says of the address that was made of a username. */
function aboutUsername(error: ChatError): ChatError {
  const { cause } = error;
  if (error.code === 'user_already_exists') {
    return new ChatError('username_taken', 'unable to sign up; this username is taken', { cause });
  }
  // What Auth cannot read may be the password as well.
  if (error.code === 'invalid_input' && (cause as AuthError).code !== 'bad_json') {
    const rule = '2 to 32 of a-z, 0-9, dot, dash and underscore, beginning with a letter or digit';
    return new ChatError('invalid_username', `unable to sign up; a username has ${rule}`, { cause });
  }
  return error;
}

const isCode = (code: string): code is ErrorCode => code in errorCodes;

const fallback = (status: number): ErrorCode => {
  if (status === 0) return 'network_unavailable';
  if (status === 429) return 'rate_limited';
  if (status === 401 || status === 403) return 'session_expired';
  return status < 500 ? 'invalid_input' : 'service_unavailable';
};
