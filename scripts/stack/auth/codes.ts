/** One-time codes: they are kept as hashes, in the user's row and once more in `one_time_tokens`. */
import { createHash, randomInt, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Db, UserRow } from './database.ts';

export type CodeKind =
  | 'confirmation_token'
  | 'reauthentication_token'
  | 'recovery_token'
  | 'email_change_token_new'
  | 'email_change_token_current'
  | 'phone_change_token';

/** Marks the hash of a code whose link ends in an authorization code. */
export const PKCE = 'pkce_';

export const newCode = (length: number): string =>
  Array.from({ length }, () => String(randomInt(10))).join('');

/** The hash binds a code to the address it was sent to. */
export const hashCode = (address: string, code: string): string =>
  createHash('sha224').update(address).update(code).digest('hex');

/** A new code of a kind replaces the one before. */
export async function keepCode(db: Db, userId: string, kind: CodeKind, relatesTo: string, hash: string) {
  await forgetCode(db, userId, kind);
  await db`
    insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to, created_at, updated_at)
    values (${randomUUID()}, ${userId}, ${kind}, ${hash}, ${relatesTo}, now() at time zone 'utc', now() at time zone 'utc')`;
}

export async function forgetCode(db: Db, userId: string, ...kinds: CodeKind[]): Promise<void> {
  await db`delete from auth.one_time_tokens where user_id = ${userId} and token_type::text = any(${kinds})`;
}

/** Whose code it is, by the hash that a link or a client carries. */
export async function ownerOf(db: Db, hash: string, ...kinds: CodeKind[]): Promise<UserRow | undefined> {
  const [row] = await db<UserRow[]>`
    select u.* from auth.users u join auth.one_time_tokens t on t.user_id = u.id
     where t.token_hash = ${hash} and t.token_type::text = any(${kinds})`;
  return row;
}

/** Whether a hash is the one that is kept and still fresh; the kept one may carry the mark of PKCE. */
export function isCode(hash: string, kept: string | null, sentAt: Date | null, seconds: number): boolean {
  if (!kept || !sentAt || Date.now() > sentAt.getTime() + seconds * 1000) return false;
  return equal(kept, hash) || equal(kept, PKCE + hash);
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
