/** The connection to the schema `auth`, and its rows as the server uses them. */
import postgres, { type Sql } from 'postgres';

export type Db = Sql<Record<string, never>>;
/** The instance of all rows: a server without instances has one. */
export const NO_INSTANCE = '00000000-0000-0000-0000-000000000000';

export type Json = Record<string, unknown>;

export interface UserRow {
  id: string;
  aud: string;
  role: string;
  email: string | null;
  phone: string | null;
  encrypted_password: string | null;
  email_confirmed_at: Date | null;
  invited_at: Date | null;
  phone_confirmed_at: Date | null;
  confirmed_at: Date | null;
  confirmation_token: string | null;
  confirmation_sent_at: Date | null;
  recovery_token: string | null;
  recovery_sent_at: Date | null;
  email_change: string | null;
  email_change_token_new: string | null;
  email_change_token_current: string | null;
  email_change_sent_at: Date | null;
  email_change_confirm_status: number;
  phone_change: string | null;
  phone_change_token: string | null;
  phone_change_sent_at: Date | null;
  reauthentication_token: string | null;
  reauthentication_sent_at: Date | null;
  last_sign_in_at: Date | null;
  raw_app_meta_data: Json | null;
  raw_user_meta_data: Json | null;
  banned_until: Date | null;
  deleted_at: Date | null;
  created_at: Date;
  updated_at: Date;
  is_anonymous: boolean;
  is_sso_user: boolean;
}

export interface IdentityRow {
  id: string;
  provider_id: string;
  user_id: string;
  identity_data: Json;
  provider: string;
  email: string | null;
  last_sign_in_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

export type Aal = 'aal1' | 'aal2' | 'aal3';

export interface SessionRow {
  id: string;
  user_id: string;
  aal: Aal | null;
  factor_id: string | null;
  created_at: Date;
  refreshed_at: Date | null;
  /** Since the last refresh, or since the beginning. */
  idle_seconds: number;
}

export interface FactorRow {
  id: string;
  user_id: string;
  friendly_name: string | null;
  factor_type: 'totp' | 'webauthn' | 'phone';
  status: 'unverified' | 'verified';
  secret: string | null;
  phone: string | null;
  last_challenged_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

export function connect(url: string): Db {
  return postgres(url, { max: 10, onnotice: () => {} }) as Db;
}

/** Runs in one transaction; inside another one in the same. */
export function transaction<T>(db: Db, run: (tx: Db) => Promise<T>): Promise<T> {
  if (!('begin' in db)) return run(db);
  return db.begin((tx) => run(tx as unknown as Db)) as Promise<T>;
}

/** Changes a user's columns and notes the time. */
export async function updateUser(
  db: Db,
  id: string,
  changes: Partial<Omit<UserRow, 'raw_app_meta_data' | 'raw_user_meta_data'>> = {},
): Promise<void> {
  const set = { ...changes, updated_at: new Date() };
  await db`update auth.users set ${db(set as never)} where id = ${id}`;
}
