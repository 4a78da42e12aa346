/** Whose account an external identity belongs to: known, linked by a verified address, or new. */
import { askBeforeCreation, providerMetadata } from './accounts.ts';
import { audit } from './audit.ts';
import { type IdentityRow, type UserRow, updateUser } from './database.ts';
import { AuthError, banned } from './errors.ts';
import type { Person } from './google.ts';
import { identitiesOf, insertIdentity } from './identities.ts';
import { sendConfirmation } from './letters.ts';
import type { Service } from './service.ts';
import { newUser } from './signup.ts';
import {
  confirmEmail,
  findUser,
  insertUser,
  isBanned,
  mergeUserMetadata,
  requireRow,
  setRole,
  updateProviders,
} from './users.ts';

const PROVIDER = 'google';

/** An address that the provider has not verified starts no session; what was written is kept all the same. */
export class UnverifiedAddress extends AuthError {
  constructor(advice: string) {
    super(403, 'provider_email_needs_verification', `Unverified email with ${PROVIDER}. ${advice}`);
  }
}

export interface Resolved {
  user: UserRow;
  refusal?: AuthError;
  isNew: boolean;
  /** The identities before another one was linked, newest first, as the answer to an id token shows them. */
  before?: IdentityRow[];
}

async function identityOf({ db }: Service, person: Person): Promise<IdentityRow | undefined> {
  const [row] = await db<IdentityRow[]>`
    select * from auth.identities where provider = ${PROVIDER} and provider_id = ${person.id}`;
  return row;
}

/** The user who signs in with this identity; to be called inside a transaction. */
export async function resolve(service: Service, person: Person): Promise<Resolved> {
  const { db, config } = service;
  const identity = await identityOf(service, person);
  if (identity) {
    await db`
      update auth.identities set identity_data = ${db.json(person.data as never)}, last_sign_in_at = now(), updated_at = now()
       where id = ${identity.id}`;
    return signInKnown(service, await requireRow(db, identity.user_id), person);
  }
  if (!person.email)
    throw new AuthError(500, 'unexpected_failure', 'Error getting user email from external provider');
  const isTrusted = person.isVerified || config.email.autoconfirm;
  const owner = await findUser(db, { email: person.email });
  if (owner && isTrusted) return linkToOwner(service, owner, person);
  if (config.signupDisabled) {
    throw new AuthError(422, 'signup_disabled', 'Signups not allowed for this instance');
  }
  return create(service, person, owner ? undefined : person.email);
}

async function linkToOwner(service: Service, owner: UserRow, person: Person): Promise<Resolved> {
  const { db } = service;
  // Whoever signed up with this address without confirming it must not share the account of its owner.
  if (!owner.email_confirmed_at) await removeClaim(service, owner);
  const before = (await identitiesOf(db, owner.id)).reverse();
  const identity = await insertIdentity(db, owner.id, PROVIDER, person.id, person.data);
  return { ...(await signInKnown(service, owner, person, identity)), before };
}

async function removeClaim({ db }: Service, { id }: UserRow): Promise<void> {
  await db`delete from auth.identities where user_id = ${id} and provider in ('email', 'phone')`;
  await db`delete from auth.one_time_tokens where user_id = ${id}`;
  await db`update auth.users set raw_user_meta_data = '{}' where id = ${id}`;
  await updateUser(db, id, { encrypted_password: null, confirmation_token: '', recovery_token: '' });
}

async function signInKnown(
  service: Service,
  user: UserRow,
  person: Person,
  linked?: IdentityRow,
): Promise<Resolved> {
  const { db } = service;
  if (isBanned(user)) throw banned(403);
  await mergeUserMetadata(db, user.id, person.data);
  await updateProviders(db, user.id);
  if (linked) await noteLink(service, user, linked);
  if (user.email_confirmed_at) {
    await audit(db, user, 'login', { provider: PROVIDER });
    return { user, isNew: false };
  }
  return { ...(await confirm(service, user, person)), isNew: false };
}

async function create(service: Service, person: Person, email: string | undefined): Promise<Resolved> {
  const { db } = service;
  const made = newUser(service, {
    email,
    userMetadata: person.data,
    appMetadata: providerMetadata(PROVIDER),
  });
  await askBeforeCreation(service, made);
  const id = await insertUser(db, made);
  await setRole(db, id);
  await insertIdentity(db, id, PROVIDER, person.id, person.data);
  await updateUser(db, id, { encrypted_password: null });
  const user = await requireRow(db, id);
  if (!email) {
    const advice = `Verify the email with ${PROVIDER} in order to sign in`;
    return { user, isNew: true, refusal: new UnverifiedAddress(advice) };
  }
  return { ...(await confirm(service, user, person)), isNew: true };
}

/** Trusts the address when the provider has verified it or nobody need; else asks for a confirmation. */
async function confirm(service: Service, user: UserRow, person: Person): Promise<Omit<Resolved, 'isNew'>> {
  const { db, config } = service;
  if (!person.isVerified && !config.email.autoconfirm) {
    await sendConfirmation(service, user, { redirectTo: config.siteUrl });
    const advice = `A confirmation email has been sent to your ${PROVIDER} email`;
    return { user, refusal: new UnverifiedAddress(advice) };
  }
  await audit(db, user, 'user_signedup', { provider: PROVIDER });
  await confirmEmail(db, user.id);
  return { user };
}

/** Adds the identity to the account of somebody who is signed in. */
export async function link(service: Service, user: UserRow, person: Person): Promise<Resolved> {
  const { db } = service;
  const known = await identityOf(service, person);
  if (known) {
    const suffix = known.user_id === user.id ? '' : ' to another user';
    throw new AuthError(422, 'identity_already_exists', `Identity is already linked${suffix}`);
  }
  const before = (await identitiesOf(db, user.id)).reverse();
  const identity = await insertIdentity(db, user.id, PROVIDER, person.id, person.data);
  await noteLink(service, user, identity);
  if (!user.email && person.email) {
    await updateUser(db, user.id, { email: person.email });
    if (person.isVerified || service.config.email.autoconfirm) await confirmEmail(db, user.id);
  }
  if (user.is_anonymous) await updateUser(db, user.id, { is_anonymous: false });
  await updateProviders(db, user.id);
  return { user, isNew: false, before };
}

async function noteLink({ db }: Service, user: UserRow, identity: IdentityRow): Promise<void> {
  const { id: identity_id, provider, provider_id } = identity;
  await audit(db, user, 'identity_linked', { identity_id, provider, provider_id });
}
