/** Signing up, in and out, over Supabase Auth. */
import type { Session, SupabaseClient } from '@supabase/supabase-js';
import { ChatError } from './errors.ts';
import { createEmitter, type Subscription } from './internal/emitter.ts';
import { lazy } from './internal/lazy.ts';
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

/** What of it only the SDK needs. */
export interface Sessions {
  /** The signed-in user as the session tells, without asking the server. @throws `not_signed_in` */
  sessionUser(): Promise<User>;
  /** Number of the session at this moment. */
  readonly session: number;
  /** Its access token, as far as is known without waiting. */
  readonly token: string | null;
  /** Gets another access token. @throws `network_unavailable`, or `session_expired` when there is none to be had */
  renew(): Promise<void>;
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

  const calls = lazy(async () => {
    const { createAuthCalls } = await import('./later.ts');
    return { auth: createAuthCalls(supabase) };
  });
  const { signOut } = calls.calls('auth', 'signOut');

  return {
    get userId() {
      return userId ?? null;
    },
    ...calls.calls('auth', 'signUp', 'signIn', 'requestPasswordReset', 'updatePassword', 'updateEmail'),
    async signOut(options) {
      await beforeSignOut();
      await signOut(options);
    },
    async sessionUser() {
      await ready;
      if (user) return user;
      throw new ChatError('not_signed_in', 'unable to do this; nobody is signed in');
    },
    get session() {
      return sessionNumber;
    },
    get token() {
      return token;
    },
    async renew() {
      const { error } = await supabase.auth.refreshSession();
      if (!error) return;
      // Another tab may just have renewed it, and too many at once may be told to wait.
      const isPassing = error.status === 429 || /Retryable|Discarded/.test(error.name);
      throw new ChatError(
        isPassing ? 'network_unavailable' : 'session_expired',
        `unable to renew the session; ${error.message}`,
        { cause: error },
      );
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
