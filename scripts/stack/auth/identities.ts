/** Identities: the ways in which a user is known to providers. */
import type { Db, IdentityRow, Json } from './database.ts';
import { present } from './present.ts';

export async function identitiesOf(db: Db, userId: string): Promise<IdentityRow[]> {
  return db<IdentityRow[]>`select * from auth.identities where user_id = ${userId} order by created_at, id`;
}

/** Adds one. Its times are the database's, to the microsecond: two of a user made at once keep their order. */
export async function insertIdentity(
  db: Db,
  userId: string,
  provider: string,
  providerId: string,
  data: Json,
): Promise<IdentityRow> {
  const [row] = await db<IdentityRow[]>`
    insert into auth.identities (provider_id, user_id, provider, identity_data, last_sign_in_at, created_at, updated_at)
    select ${providerId}, ${userId}, ${provider}, ${db.json(data as never)}, now, now, now
      from clock_timestamp() now returning *`;
  return row as IdentityRow;
}

/** Changes what the identity of one provider says; made when there is none. */
export async function setIdentityData(db: Db, userId: string, provider: string, data: Json): Promise<void> {
  const [row] = await db`
    update auth.identities set identity_data = identity_data || ${db.json(data as never)}, updated_at = now()
     where user_id = ${userId} and provider = ${provider} returning id`;
  if (!row) {
    const claims = { sub: userId, email_verified: false, phone_verified: false, ...data };
    await insertIdentity(db, userId, provider, userId, claims);
  }
}

export const toIdentity = (row: IdentityRow): Json => ({
  identity_id: row.id,
  id: row.provider_id,
  user_id: row.user_id,
  ...(Object.keys(row.identity_data).length > 0 ? { identity_data: row.identity_data } : {}),
  provider: row.provider,
  last_sign_in_at: row.last_sign_in_at,
  created_at: row.created_at,
  updated_at: row.updated_at,
  ...present({ email: row.email }),
});
