/** How a function reaches Auth and the database: with the rights of whoever called it wherever there is a choice. */
import { PostgrestClient } from '@supabase/postgrest-js';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { Database } from './database.types.ts';
import type { Env } from './env.ts';
import { refused } from './errors.ts';
import { countingFetch } from './passing.ts';
import { traceHeaders } from './trace.ts';

export type ChatClient = Pick<SupabaseClient<Database, 'chat'>, 'auth' | 'from' | 'rpc' | 'storage'>;

export interface Supabase {
  /** A client without a session, for signing up and in; one for each request, as it keeps what it gets. */
  asVisitor(origin: Origin): ChatClient;
  /** A client with this access token or API key, whose rights Postgres decides; Auth and Storage take no keys. */
  asCaller(token: string): ChatClient;
  /** A client above every rule, for the few functions that Postgres keeps for the server. */
  asServer(): ChatClient;
  /** The next pair of tokens of a session. supabase-js would try for half a minute when nothing answers. */
  refresh(refreshToken: string, origin: Origin): Promise<Tokens>;
}

/** Where a visitor calls from, as Auth writes it down. */
export interface Origin {
  address: string;
  program: string;
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
}

const PATIENCE = 20_000;

/** Whether this is a key that an admin made for another program, not the token of a person. */
export const isApiKey = (token: string): boolean => token.startsWith('confab_');

export function connect({ supabaseUrl, restUrl, anonKey, serviceRoleKey }: Env): Supabase {
  const client = (headers: Record<string, string> = {}, key = anonKey): ChatClient => {
    const rest = new PostgrestClient<Database, { PostgrestVersion: '12' }, 'chat'>(restUrl, {
      headers: { apikey: key, Authorization: `Bearer ${key}`, ...headers },
      schema: 'chat',
      fetch: callerFetch,
      // Whoever calls the function decides whether to try again; waiting here would only hide it.
      retry: false,
    });
    // Making a whole client costs more than most requests, which want the database only.
    let whole: SupabaseClient<Database, 'chat'> | undefined;
    const all = () => {
      whole ??= createClient<Database, 'chat'>(supabaseUrl, key, {
        db: { schema: 'chat' },
        auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
        global: { headers, fetch: patientFetch },
      });
      return whole;
    };
    return {
      from: rest.from.bind(rest) as ChatClient['from'],
      rpc: rest.rpc.bind(rest) as ChatClient['rpc'],
      get auth() {
        return all().auth;
      },
      get storage() {
        return all().storage;
      },
    };
  };
  const server = client({}, serviceRoleKey);
  return {
    asVisitor: (origin) => client(originHeaders(origin)),
    asCaller: (token) =>
      client(isApiKey(token) ? { 'X-API-Key': token } : { Authorization: `Bearer ${token}` }),
    asServer: () => server,
    async refresh(refreshToken, origin) {
      const answer = await patientFetch(`${supabaseUrl}/auth/v1/token?grant_type=refresh_token`, {
        method: 'POST',
        headers: { ...originHeaders(origin), apikey: anonKey, 'content-type': 'application/json' },
        body: JSON.stringify({ refresh_token: refreshToken }),
      }).catch((cause: Error) => {
        throw refused('refresh the session', { message: cause.message }, 0);
      });
      const body = (await answer.json()) as Tokens & { error_code?: string; msg?: string };
      if (answer.ok) return body;
      throw refused('refresh the session', { code: body.error_code, message: body.msg ?? '' }, answer.status);
    },
  };
}

const originHeaders = ({ address, program }: Origin) => ({
  'X-Forwarded-For': address,
  'User-Agent': program,
});

/** What streams takes as long as its sender; Storage ends what stands still. */
const patientFetch: typeof fetch = (input, init = {}) =>
  fetch(input, {
    ...(!(init.body instanceof ReadableStream) && { signal: AbortSignal.timeout(PATIENCE) }),
    ...traced(init),
  });

const callerFetch = countingFetch(patientFetch);

function traced(init: RequestInit): RequestInit {
  const trace = Object.entries(traceHeaders());
  if (trace.length === 0) return init;
  const headers = new Headers(init.headers);
  for (const [name, value] of trace) headers.set(name, value);
  return { ...init, headers };
}

type Given<T> = { [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name] } & {
  [Name in keyof T as undefined extends T[Name] ? Name : never]?: Exclude<T[Name], undefined>;
};

/** Arguments of a call, some of them undefined: JSON leaves these out, and what they are about stays as it is. */
export const given = <T extends object>(values: T) => values as Given<T>;

interface Answer<T> {
  data: T;
  error: { code: string; message: string; details?: string | null } | null;
  status: number;
}

/** Awaits a query and returns its rows, or throws. `operation` completes "unable to …". */
export async function run<T>(operation: string, query: PromiseLike<Answer<T>>): Promise<NonNullable<T>> {
  const { data, error, status } = await query;
  if (error) throw refused(operation, error, status);
  return data as NonNullable<T>;
}
