/** Making accounts and signing in to them, whatever document asks for it. */
import type { AuthError, Session } from '@supabase/supabase-js';
import { ApiError, refused } from '../../_shared/errors.ts';
import {
  type ChatClient,
  given,
  type Origin,
  run,
  type Supabase,
  type Tokens,
} from '../../_shared/supabase.ts';
import { confirmFactor, factorOf, sendFactorCode } from './second-factor.ts';

/** A row of chat.account_details; the types of the database call every column of a type nullable. */
export interface AccountRow {
  id: string;
  username: string;
  name: string;
  avatar_url: string | null;
  email: string | null;
  email_verified_at: string | null;
  phone: string | null;
  role: 'user' | 'admin';
  status: 'online' | 'away' | 'busy' | 'inmeeting' | 'offline';
  status_text: string | null;
  notifications: boolean;
  sound: boolean;
  timezone: string;
  created_at: string;
}

/** A row of chat.contact. */
export type ContactRow = Pick<
  AccountRow,
  'id' | 'username' | 'name' | 'avatar_url' | 'email' | 'phone' | 'status' | 'status_text' | 'created_at'
> & { activity: 'typing' | 'playing' | null };

export interface SignedIn {
  account: AccountRow;
  tokens: Tokens;
}

interface Credentials {
  email: string;
  password: string;
}

interface NewAccount {
  /** Without one the account signs in by its username. */
  email?: string | undefined;
  password: string;
  /** Made of the name or the address where there is none. */
  username?: string | undefined;
  name: string;
  phone?: string | undefined;
}

export async function register(
  supabase: Supabase,
  visitor: ChatClient,
  { email, password, ...person }: NewAccount,
): Promise<SignedIn> {
  checkReadable('register', person.username);
  const signUp = () =>
    visitor.auth.signUp({
      email: email ?? reservedAddress(person.username ?? ''),
      password,
      options: { data: given(person) },
    });
  let { data, error } = await signUp();
  // So Auth answers where somebody gets the username or address meanwhile; asked again, it says that it is taken.
  if (error?.status === 500) ({ data, error } = await signUp());
  // A username without an address has one made of it.
  if (error && TAKEN.has(error.code ?? '') && !email) {
    throw new ApiError('username_taken', 409, 'unable to register; this username is taken');
  } else if (error && MALFORMED.has(error.code ?? '') && !email) {
    throw wrongUsername('register');
  }
  const tokens = sessionOf('register', data.session, error);
  return { account: await readAccount(supabase.asCaller(tokens.access_token)), tokens };
}

const TAKEN = new Set(['user_already_exists', 'email_exists']);
const MALFORMED = new Set(['validation_failed', 'email_address_invalid']);

/** Postgres has the last word on usernames, but hears of none with NUL or half a surrogate pair in it. */
function checkReadable(operation: string, username = ''): void {
  if (!username.isWellFormed() || username.includes('\0')) throw wrongUsername(operation);
}

const wrongUsername = (operation: string) =>
  new ApiError(
    'invalid_username',
    400,
    `unable to ${operation}; a username has 2 to 32 of a-z, 0-9, dot, dash and underscore, beginning with a letter or digit`,
  );

/** The address that Auth knows an account without one by. It never receives mail. */
const reservedAddress = (username: string) => `${username}@users.confab.invalid`;

/** What Auth knows whoever has this username or address by. Nobody has a username's reserved address but who has that username. */
export async function addressOf(supabase: Supabase, name: string): Promise<string> {
  checkReadable('sign in', name);
  if (isAddress(name)) return name;
  const found = await run('sign in', supabase.asServer().rpc('sign_in_address', { username: name }));
  return found || reservedAddress(name);
}

/** Rather than a username. */
export const isAddress = (name: string): boolean => name.includes('@');

interface SignIn extends Credentials {
  /** Of the second factor. */
  code: string | undefined;
  /** Whether the address has to be verified. */
  isByAddress: boolean;
  /** Where the try comes from. */
  origin: Origin;
}

/**
 * Signs in who has, where there is a second factor, confirmed it with `code`; without one a code is sent. `visitor` is
 * left without a session when the sign-in is refused.
 */
export async function signIn(
  supabase: Supabase,
  visitor: ChatClient,
  { email, password, code, isByAddress, origin }: SignIn,
): Promise<SignedIn> {
  const session = await startSession(supabase, visitor, { email, password, origin });
  try {
    if (isByAddress) await requireVerified(supabase, session.user.id);
    const factor = factorOf(session.user);
    if (factor && code === undefined) {
      await sendFactorCode(visitor, factor);
      throw new ApiError(
        'second_factor_required',
        402,
        'unable to sign in; send the code of the second factor',
      );
    }
    const tokens =
      factor && code !== undefined
        ? await confirmFactor(supabase, visitor, { userId: session.user.id, factor, code })
        : session;
    return { account: await comeOnline(supabase.asCaller(tokens.access_token)), tokens };
  } catch (cause) {
    await visitor.auth.signOut({ scope: 'local' });
    throw cause;
  }
}

export const readAccount = (client: ChatClient): Promise<AccountRow> =>
  run('read the account', client.rpc('get_account').single().overrideTypes<AccountRow, { merge: false }>());

export const comeOnline = (client: ChatClient): Promise<AccountRow> =>
  updateAccount(client, { presence: 'online' });

interface AccountChanges {
  name?: string | undefined;
  /** Empty: none. */
  phone?: string | undefined;
  presence?: string | undefined;
  /** Empty: none. */
  statusText?: string | undefined;
  notifications?: boolean | undefined;
  sound?: boolean | undefined;
  timezone?: string | undefined;
}

/** Changes what is given, all or nothing. */
export const updateAccount = (
  client: ChatClient,
  { statusText, ...changes }: AccountChanges,
): Promise<AccountRow> =>
  run(
    'update account',
    client
      .rpc('update_account', given({ ...changes, status_text: statusText }))
      .single()
      .overrideTypes<AccountRow, { merge: false }>(),
  );

export interface PersonChanges {
  username?: string | undefined;
  /** Its address; empty: none. */
  picture?: string | undefined;
  email?: string | undefined;
}

export function toColumns({ picture, ...changes }: PersonChanges) {
  checkReadable('change username', changes.username);
  return given({ ...changes, avatar_url: picture });
}

/** The caller, all or nothing; admins of the platform change anybody's username and picture. */
export const changePerson = (client: ChatClient, userId: string, changes: PersonChanges) =>
  run(
    'change user',
    client
      .rpc('change_person', { user_id: userId, ...toColumns(changes) })
      .select('id, username, avatar_url')
      .single(),
  );

/** Whether the caller has proven an address, which Auth then changes with letters to both. */
export async function hasProvenAddress(client: ChatClient): Promise<boolean> {
  const account = await run(
    'read the account',
    client.from('accounts').select('email_verified_at').maybeSingle(),
  );
  return account?.email_verified_at != null;
}

/** The caller's, or for admins of the platform anybody's. */
export const deleteAccount = (client: ChatClient, userId: string) =>
  run('delete account', client.rpc('delete_account', { user_id: userId }));

/** @throws user_not_found */
export async function readContact(client: ChatClient, userId: string): Promise<ContactRow> {
  const [found] = await run(
    'read user',
    client.rpc('get_contact', { user_id: userId }).overrideTypes<ContactRow[], { merge: false }>(),
  );
  if (!found) throw new ApiError('user_not_found', 404, 'unable to read user; there is no such person');
  return found;
}

interface Presence {
  /** Refused where it is not the caller. */
  userId: string;
  status: string;
  /** Of who is online. */
  activity?: 'typing' | 'playing' | undefined;
}

export const setPresence = (client: ChatClient, { userId, status, activity }: Presence) =>
  run('set presence', client.rpc('set_presence', { status, user_id: userId, ...given({ activity }) }));

/** By name, address or number, best first. */
export const searchContacts = (client: ChatClient, query: string, limit: number): Promise<ContactRow[]> =>
  run(
    'search users',
    client
      .rpc('search_contacts', { query, page_size: limit })
      .overrideTypes<ContactRow[], { merge: false }>(),
  );

async function startSession(
  supabase: Supabase,
  visitor: ChatClient,
  { origin, ...credentials }: Credentials & Pick<SignIn, 'origin'>,
): Promise<Session> {
  const { data, error } = await visitor.auth.signInWithPassword(credentials);
  // Auth tells that somebody is suspended before it looks at the password.
  if (error?.code === 'user_banned') {
    const attempt = { ...credentials, ip: origin.address };
    const isTheirs = await run('sign in', supabase.asServer().rpc('is_password', attempt));
    if (!isTheirs)
      throw new ApiError(
        'invalid_credentials',
        400,
        'unable to sign in; this account has another password, or there is none',
      );
  }
  if (error?.code === 'invalid_credentials') {
    throw new ApiError(
      'invalid_credentials',
      400,
      'unable to sign in; this account has another password, or there is none',
    );
  }
  return sessionOf('sign in', data.session, error);
}

/**
 * Accounts that were made with a username come from documents that verify no address; whoever has the password could sign in
 * by the username as well. Asked above the gate, which lets nobody read before the second factor is confirmed.
 */
async function requireVerified(supabase: Supabase, userId: string): Promise<void> {
  const account = await run(
    'sign in',
    supabase
      .asServer()
      .from('accounts')
      .select('email_verified_at, chose_username')
      .eq('user_id', userId)
      .single(),
  );
  if (account.email_verified_at !== null || account.chose_username) return;
  throw new ApiError('email_not_verified', 401, 'unable to sign in; verify the e-mail address first');
}

export function sessionOf(operation: string, session: Session | null, error: AuthError | null): Session {
  if (error) throw refused(operation, error, error.status ?? 0);
  // Only a project that lets Auth ask for confirmation gets here, against supabase/config.toml.
  if (!session) throw new Error('Auth made an account without a session; turn its confirmations off');
  return session;
}
