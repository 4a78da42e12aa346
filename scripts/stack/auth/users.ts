/** Users and their identities: rows, and the objects that answers carry. */
import { randomUUID } from 'node:crypto';
import type { Db, IdentityRow, UserRow } from './database.ts';

export const NO_INSTANCE = '00000000-0000-0000-0000-000000000000';

export async function findUser(db: Db, by: { id: string } | { email: string }): Promise<UserRow | undefined> {
  const [row] =
    'id' in by
      ? await db<UserRow[]>`select * from auth.users where id = ${by.id} and deleted_at is null`
      : await db<UserRow[]>`
          select * from auth.users where email = ${by.email.toLowerCase()} and is_sso_user = false and deleted_at is null`;
  return row;
}

export interface NewUser {
  email: string;
  hashedPassword: string | null;
  metadata: Record<string, unknown>;
  isConfirmed: boolean;
}

/** Makes the user and the identity in the order in which the real server writes them, which triggers see. */
export async function createUser(db: Db, user: NewUser): Promise<string> {
  const id = randomUUID();
  const email = user.email.toLowerCase();
  const data = { sub: id, email, email_verified: false, phone_verified: false };
  await db`
    insert into auth.users (id, instance_id, aud, role, email, encrypted_password, raw_app_meta_data, raw_user_meta_data,
      confirmation_token, recovery_token, email_change, email_change_token_new, created_at, updated_at)
    values (${id}, ${NO_INSTANCE}, 'authenticated', '', ${email}, ${user.hashedPassword},
      ${db.json({ provider: 'email', providers: ['email'] })}, ${db.json(user.metadata as never)}, '', '', '', '', now(), now())`;
  await db`update auth.users set role = 'authenticated' where id = ${id}`;
  await db`
    insert into auth.identities (provider_id, user_id, provider, identity_data, last_sign_in_at, created_at, updated_at)
    values (${id}, ${id}, 'email', ${db.json({ ...user.metadata, ...data } as never)}, now(), now(), now())`;
  await db`
    update auth.users set raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || ${db.json(data)} where id = ${id}`;
  if (user.isConfirmed) {
    await db`
      update auth.users set email_confirmed_at = now(), updated_at = now(),
        raw_user_meta_data = raw_user_meta_data || '{"email_verified": true}' where id = ${id}`;
  }
  return id;
}

export async function identitiesOf(db: Db, userId: string): Promise<IdentityRow[]> {
  return db<IdentityRow[]>`select * from auth.identities where user_id = ${userId} order by created_at`;
}

/** The user object of every answer. */
export function toUser(user: UserRow, identities: IdentityRow[] | null): Record<string, unknown> {
  return {
    id: user.id,
    aud: user.aud,
    role: user.role,
    email: user.email ?? '',
    ...present({ email_confirmed_at: user.email_confirmed_at }),
    phone: user.phone ?? '',
    ...present({
      phone_confirmed_at: user.phone_confirmed_at,
      confirmed_at: user.confirmed_at,
      last_sign_in_at: user.last_sign_in_at,
      banned_until: user.banned_until,
    }),
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    identities: identities === null ? null : identities.map(toIdentity),
    created_at: user.created_at,
    updated_at: user.updated_at,
    is_anonymous: user.is_anonymous,
  };
}

const toIdentity = (row: IdentityRow) => ({
  identity_id: row.id,
  id: row.provider_id,
  user_id: row.user_id,
  identity_data: row.identity_data,
  provider: row.provider,
  last_sign_in_at: row.last_sign_in_at,
  created_at: row.created_at,
  updated_at: row.updated_at,
  ...present({ email: row.email }),
});

const present = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
