/** The connection to the schema `auth`, and its rows as the server uses them. */
import postgres, { type Sql } from 'postgres';

export type Db = Sql<Record<string, never>>;

export interface UserRow {
  id: string;
  aud: string;
  role: string;
  email: string | null;
  phone: string | null;
  encrypted_password: string | null;
  email_confirmed_at: Date | null;
  phone_confirmed_at: Date | null;
  confirmed_at: Date | null;
  last_sign_in_at: Date | null;
  raw_app_meta_data: Record<string, unknown> | null;
  raw_user_meta_data: Record<string, unknown> | null;
  banned_until: Date | null;
  created_at: Date;
  updated_at: Date;
  is_anonymous: boolean;
}

export interface IdentityRow {
  id: string;
  provider_id: string;
  user_id: string;
  identity_data: Record<string, unknown>;
  provider: string;
  email: string | null;
  last_sign_in_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

export interface SessionRow {
  id: string;
  user_id: string;
  aal: 'aal1' | 'aal2' | 'aal3' | null;
  created_at: Date;
}

export function connect(url: string): Db {
  return postgres(url, { max: 10, onnotice: () => {} }) as Db;
}

/** Runs in one transaction. */
export function transaction<T>(db: Db, run: (tx: Db) => Promise<T>): Promise<T> {
  return db.begin((tx) => run(tx as unknown as Db)) as Promise<T>;
}
