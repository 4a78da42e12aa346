/** Signing up, in and out, over Supabase Auth. */
import type { AuthError, Session, SupabaseClient } from '@supabase/supabase-js';
import { type ErrorCode, errorCodes } from './error-codes.ts';
import { ChatError } from './errors.ts';
import { createEmitter, type Subscription } from './internal/emitter.ts';
import type { User } from './users.ts';

/** Proof of who signs in; a username stands for accounts that were made without an address. */
export type Credentials = { password: string } & (
  | { email: string; username?: never }
  | { username: string; email?: never }
);

export type SignUp = { password: string; name?: string } & (
  | { email: string; username?: string }
  | { username: string; email?: never }
);

export interface Auth {
  /** Id of the signed-in user, or null. */
  readonly userId: string | null;
  /** Makes an account and signs it in. @throws `user_already_exists`, `username_taken`, `invalid_username`, `invalid_name`, `weak_password`, `invalid_input` */
  signUp(account: SignUp): Promise<{ userId: string }>;
  /** @throws `invalid_credentials`, `account_suspended` */
  signIn(credentials: Credentials): Promise<{ userId: string }>;
  /** Ends this session, here and on the server, or with `everywhere` all sessions of the account. */
  signOut(options?: { everywhere?: boolean }): Promise<void>;
  /** Mails a link that signs in and leads to `redirectTo`, where the app asks for a new password; an unknown address gets none, and is not told apart. @throws `invalid_input`, `rate_limited` */
  requestPasswordReset(email: string, options?: { redirectTo?: string }): Promise<void>;
  /** Sets a new password and ends all other sessions. @throws `weak_password`, `same_password`, `not_signed_in` */
  updatePassword(password: string): Promise<void>;
  /** Mails a link to the new address and one to the present one; the address changes, not verified yet, when both have been opened. @throws `user_already_exists`, `invalid_input`, `not_signed_in` */
  updateEmail(email: string): Promise<void>;
  /** Calls back now and at every change with the user's id, or null when signed out. */
  subscribe(listener: (state: { userId: string | null }) => void): Subscription;
}

/** Accounts without an address carry one of a reserved domain that never receives mail. */
const addressOf = (who: { email?: string | undefined; username?: string | undefined }): string =>
  who.email ?? `${who.username}@users.confab.invalid`;

/** What of it only the SDK needs. */
export interface Sessions {
  /** The signed-in user as the session tells, without asking the server. @throws `not_signed_in` */
  sessionUser(): Promise<User>;
  /** Number of the session at this moment. */
  readonly session: number;
  /** Its access token, as far as is known without waiting. */
  readonly token: string | null;
  /** Signs out here, since the server has ended this session; does nothing when it is no longer the present one. */
  forget(session: number): void;
}

/** @param beforeSignOut what there is to say while the session still counts */
export function createAuth(
  supabase: SupabaseClient<never, never>,
  beforeSignOut: () => Promise<void> = async () => {},
): Auth & Sessions {
  const changes = createEmitter<{ userId: string | null }>();
  let userId: string | null | undefined;
  let sessionNumber = 0;
  let user: User | null = null;
  let markReady = () => {};
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });
  let token: string | null = null;

  supabase.auth.onAuthStateChange((event, session) => {
    user = session && toSessionUser(session);
    markReady();
    if (event === 'SIGNED_IN' || event === 'SIGNED_OUT') sessionNumber += 1;
    token = session?.access_token ?? null;
    const next = session?.user.id ?? null;
    if (next === userId) return;
    userId = next;
    changes.emit({ userId: next });
  });

  async function update(operation: string, attributes: { password: string } | { email: string }) {
    const { error } = await supabase.auth.updateUser(attributes);
    if (error) throw toAuthError(operation, error);
  }

  return {
    get userId() {
      return userId ?? null;
    },
    async signUp(account) {
      const { data, error } = await supabase.auth.signUp({
        email: addressOf(account),
        password: account.password,
        options: { data: { username: account.username, name: account.name } },
      });
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
      await beforeSignOut();
      const { error } = await supabase.auth.signOut({ scope: everywhere ? 'global' : 'local' });
      if (error) throw toAuthError('sign out', error);
    },
    async sessionUser() {
      await ready;
      if (user) return user;
      throw new ChatError('not_signed_in', 'unable to do this; nobody is signed in');
    },
    async requestPasswordReset(email, options = {}) {
      const { error } = await supabase.auth.resetPasswordForEmail(email, options);
      if (error) throw toAuthError('request a new password', error);
    },
    updatePassword: (password) => update('change the password', { password }),
    updateEmail: (email) => update('change the address', { email }),
    get session() {
      return sessionNumber;
    },
    get token() {
      return token;
    },
    forget(session) {
      if (session !== sessionNumber) return;
      void supabase.auth.signOut({ scope: 'local' }).catch(() => {});
    },
    subscribe(listener) {
      if (userId !== undefined) listener({ userId });
      return changes.add(listener);
    },
  };
}

/** As they signed up; their profile may say more by now. */
function toSessionUser({ user: { id, user_metadata: said } }: Session): User {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return { id, username: text(said.username), name: text(said.name) || text(said.username), avatarUrl: null };
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
  if (isCode(hookCode)) return new ChatError(hookCode, sentence, { cause: error });
  const known = error.name === 'AuthSessionMissingError' ? 'not_signed_in' : (error.code ?? '');
  const code = isCode(known) ? known : (FOREIGN_CODES[known] ?? fallback(error.status ?? 0));
  return new ChatError(code, `unable to ${operation}; ${error.message}`, { cause: error });
}

const isCode = (code: string): code is ErrorCode => code in errorCodes;

const fallback = (status: number): ErrorCode => {
  if (status === 0) return 'network_unavailable';
  if (status === 429) return 'rate_limited';
  if (status === 401 || status === 403) return 'session_expired';
  return status < 500 ? 'invalid_input' : 'service_unavailable';
};
