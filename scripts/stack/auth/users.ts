/** Users: how they are found, made and confirmed, and the object that answers carry. */
import { randomUUID } from 'node:crypto';
import {
  type Db,
  type FactorRow,
  type IdentityRow,
  type Json,
  NO_INSTANCE,
  type UserRow,
  updateUser,
} from './database.ts';
import { identitiesOf, insertIdentity, toIdentity } from './identities.ts';
import { present } from './present.ts';

export type Found = { id: string } | { email: string } | { phone: string };

/** Soft-deleted users are still found by their id, as on the real server. */
export async function findUser(db: Db, by: Found): Promise<UserRow | undefined> {
  const condition =
    'id' in by
      ? db`id = ${by.id}`
      : 'email' in by
        ? db`email = ${by.email.toLowerCase()} and is_sso_user = false`
        : db`phone = ${by.phone} and is_sso_user = false`;
  const [row] = await db<UserRow[]>`select * from auth.users where ${condition}`;
  return row;
}

export async function requireRow(db: Db, id: string): Promise<UserRow> {
  const user = await findUser(db, { id });
  if (!user) throw new Error(`user ${id} vanished during a request`);
  return user;
}

export interface NewUser {
  id?: string;
  aud: string;
  role?: string;
  email?: string | undefined;
  phone?: string | undefined;
  hashedPassword: string | null;
  userMetadata: Json;
  appMetadata: Json;
  isAnonymous?: boolean;
}

/** The bare row; its role is set by a second statement, as the real server does and triggers see. */
export async function insertUser(db: Db, user: NewUser): Promise<string> {
  const id = user.id ?? randomUUID();
  await db`
    insert into auth.users (id, instance_id, aud, role, email, phone, encrypted_password, raw_app_meta_data,
      raw_user_meta_data, is_anonymous, confirmation_token, recovery_token, email_change, email_change_token_new,
      email_change_token_current, phone_change, phone_change_token, reauthentication_token, created_at, updated_at)
    values (${id}, ${NO_INSTANCE}, ${user.aud}, '', ${user.email ?? null}, ${user.phone ?? null},
      ${user.hashedPassword ?? ''}, ${db.json(user.appMetadata as never)}, ${db.json(user.userMetadata as never)},
      ${user.isAnonymous ?? false}, '', '', '', '', '', '', '', '', now(), now())`;
  return id;
}

export const setRole = (db: Db, id: string, role = 'authenticated') => updateUser(db, id, { role });

/** A user who signs up by e-mail or phone, with the identity that goes with it. */
export async function signUp(db: Db, user: NewUser, provider: 'email' | 'phone'): Promise<string> {
  const id = await insertUser(db, user);
  await setRole(db, id);
  const data: Json = { sub: id, email_verified: false, phone_verified: false };
  if (user.email) data.email = user.email;
  await insertIdentity(db, id, provider, id, { ...user.userMetadata, ...data });
  await mergeUserMetadata(db, id, data);
  await updateUser(db, id);
  return id;
}

export async function confirmEmail(db: Db, id: string): Promise<void> {
  await updateUser(db, id, { email_confirmed_at: new Date(), confirmation_token: '' });
  await mergeUserMetadata(db, id, { email_verified: true });
}

/** Adds to the metadata; a null removes its key. */
export async function mergeUserMetadata(db: Db, id: string, data: Json): Promise<void> {
  await db`
    update auth.users set updated_at = now(), raw_user_meta_data = ${merged(db, db`raw_user_meta_data`, data)}
     where id = ${id}`;
}

export async function mergeAppMetadata(db: Db, id: string, data: Json): Promise<void> {
  await db`
    update auth.users set updated_at = now(), raw_app_meta_data = ${merged(db, db`raw_app_meta_data`, data)}
     where id = ${id}`;
}

function merged(db: Db, column: ReturnType<Db>, data: Json) {
  const removed = Object.keys(data).filter((key) => data[key] === null);
  return db`(coalesce(${column}, '{}') || ${db.json(data as never)}) - ${removed}::text[]`;
}

/** Makes the providers in the metadata those of the identities. */
export async function updateProviders(db: Db, id: string): Promise<void> {
  const { raw_app_meta_data: known } = await requireRow(db, id);
  const providers = [...new Set((await identitiesOf(db, id)).map((identity) => identity.provider))];
  const first = known?.provider as string | undefined;
  const provider = first && providers.includes(first) ? first : providers[0];
  await mergeAppMetadata(db, id, { ...(provider ? { provider } : {}), providers });
}

export const isBanned = (user: UserRow) =>
  user.banned_until !== null && user.banned_until.getTime() > Date.now();

/** The user object of an answer, read anew. */
export async function presentUser(db: Db, id: string): Promise<Json> {
  const user = await requireRow(db, id);
  return toUser(user, await identitiesOf(db, id), await factorsOf(db, id));
}

/**
 * The user object after a change in the same request: `confirmed_at` is a generated column, and the real server
 * does not read it back.
 */
export async function presentChanged(db: Db, before: Pick<UserRow, 'id' | 'confirmed_at'>): Promise<Json> {
  const user = await presentUser(db, before.id);
  if (!before.confirmed_at) delete user.confirmed_at;
  return user;
}

export async function factorsOf(db: Db, userId: string): Promise<FactorRow[]> {
  return db<FactorRow[]>`select * from auth.mfa_factors where user_id = ${userId} order by created_at`;
}

export function toUser(user: UserRow, identities: IdentityRow[] | null, factors: FactorRow[] = []): Json {
  return {
    id: user.id,
    aud: user.aud,
    role: user.role,
    email: user.email ?? '',
    ...present({ email_confirmed_at: user.email_confirmed_at, invited_at: user.invited_at }),
    phone: user.phone ?? '',
    ...present({
      phone_confirmed_at: user.phone_confirmed_at,
      confirmation_sent_at: user.confirmation_sent_at,
      confirmed_at: user.confirmed_at,
      recovery_sent_at: user.recovery_sent_at,
      new_email: user.email_change,
      email_change_sent_at: user.email_change_sent_at,
      new_phone: user.phone_change,
      phone_change_sent_at: user.phone_change_sent_at,
      reauthentication_sent_at: user.reauthentication_sent_at,
      last_sign_in_at: user.last_sign_in_at,
    }),
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    ...(factors.length > 0 ? { factors: factors.map(toFactor) } : {}),
    identities: identities === null ? null : identities.map(toIdentity),
    created_at: user.created_at,
    updated_at: user.updated_at,
    ...present({ banned_until: user.banned_until, deleted_at: user.deleted_at }),
    is_anonymous: user.is_anonymous,
  };
}

export const toFactor = (factor: FactorRow): Json => ({
  id: factor.id,
  created_at: factor.created_at,
  updated_at: factor.updated_at,
  status: factor.status,
  ...present({ friendly_name: factor.friendly_name }),
  factor_type: factor.factor_type,
  phone: factor.phone ?? '',
  last_challenged_at: factor.last_challenged_at,
});
