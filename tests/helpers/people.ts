/** People with real accounts, each with an address of their own and a client that is signed in. */
import { randomUUID } from 'node:crypto';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import WebSocket from 'ws';
import type { Database } from '../../edge-functions/_shared/database.types.ts';
import { stack } from './stack.ts';

export type ChatClient = SupabaseClient<Database, 'chat'>;

export interface Person {
  id: string;
  name: string;
  email: string;
  password: string;
  /** The access token of `supabase`'s session. */
  token: string;
  supabase: ChatClient;
}

export const PASSWORD = 'Correct1horse';

/** A client of the project: with the publishable key nobody's, with the secret key the operator's. */
export function connect(key: string = stack.publishableKey): ChatClient {
  return createClient<Database, 'chat'>(stack.apiUrl, key, {
    db: { schema: 'chat' },
    auth: { persistSession: false, autoRefreshToken: false },
    // Node 20 has none of its own.
    realtime: { transport: WebSocket as never },
  });
}

export const uniqueEmail = (name = 'person') =>
  `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${randomUUID()}@example.com`;

/** Signs up a new person; the address is not verified. */
export async function signUp(name = 'Ada'): Promise<Person> {
  const supabase = connect();
  const email = uniqueEmail(name);
  const { data, error } = await supabase.auth.signUp({
    email,
    password: PASSWORD,
    options: { data: { name } },
  });
  if (error) throw error;
  if (!data.session) throw new Error('unable to sign up; Auth gave no session');
  const { access_token: token, user } = data.session;
  return { id: user.id, name, email, password: PASSWORD, token, supabase };
}
