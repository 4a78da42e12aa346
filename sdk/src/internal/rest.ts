/** The only caller of the Data API: turns its answers into values or `ChatError`s. */
import type { SupabaseClient } from '@supabase/supabase-js';
import type { Auth, Sessions } from '../auth.ts';
import { type ErrorCode, errorCodes } from '../error-codes.ts';
import { ChatError, isChatError } from '../errors.ts';
import type { Database } from './database.types.ts';

export type ChatClient = SupabaseClient<Database, 'chat'>;

interface Refusal {
  code?: string | undefined;
  message: string;
  details?: unknown;
}

interface Answer<T> {
  data: T;
  error: Refusal | null;
  status: number;
}

/** A query of the client library, which is sent again each time it is awaited. */
interface Query<T> extends PromiseLike<Answer<T>> {
  retry?(enabled: boolean): unknown;
  abortSignal?(signal: AbortSignal): unknown;
}

/** Longer than the database works on anything (`statement_timeout` is 8 s), so that only a dead connection runs into it. */
const TIMEOUT_MS = 30_000;

/** What is answered to an outdated token, and to none, which is what the client library sends when it cannot get a new one. */
const NO_TOKEN = /^(PGRST30[123]|42501)$/;

/** SQLSTATEs and PostgREST codes that a well-formed call can meet, as codes of ours. */
const FOREIGN_CODES: [RegExp, ErrorCode][] = [
  [/^(22P02|22P05|22003|22007|22021|23502|23514|PGRST102)$/, 'invalid_input'],
  [/^(23503|PGRST116)$/, 'not_found'],
  [/^23505$/, 'conflict'],
  [/^42501$/, 'forbidden'],
  [/^(40001|40P01|53300|57014|57P0[123]|PGRST00[0-3])$/, 'service_unavailable'],
  [/^PGRST30[123]$/, 'session_expired'],
];

export interface Rest {
  client: ChatClient;
  /** Awaits a query and returns its rows, or throws. `operation` completes "unable to …". */
  run<T>(operation: string, query: Query<T>, signal?: AbortSignal): Promise<NonNullable<T>>;
}

/** @param sessions told when the server says that the session of a call is no more */
export function createRest(
  client: ChatClient,
  sessions: Pick<Auth & Sessions, 'userId' | 'session' | 'renew' | 'forget'>,
): Rest {
  return {
    client,
    run<T>(operation: string, query: Query<T>, signal = AbortSignal.timeout(TIMEOUT_MS)) {
      // Whoever calls knows better whether and when to try again.
      query.retry?.(false);
      query.abortSignal?.(signal);
      // The client library may still wait for a token, and not look at the signal.
      const late = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () =>
          reject(new ChatError('network_unavailable', `unable to ${operation}; no answer`)),
        );
      });
      return Promise.race([ask(operation, query), late]);
    },
  };

  async function ask<T>(operation: string, query: Query<T>): Promise<NonNullable<T>> {
    // A late answer to the last user's call says nothing of the next one's session.
    const { session, userId } = sessions;
    try {
      let answer = await query;
      if (answer.status === 401 && userId && NO_TOKEN.test(answer.error?.code ?? '')) {
        await sessions.renew();
        // What one person asked for is not asked again in another's name.
        if (sessions.userId === userId) answer = await query;
      }
      const { data, error, status } = answer;
      if (!error) return data as NonNullable<T>;
      throw toChatError(operation, error, status);
    } catch (error) {
      if (isChatError(error) && error.code === 'session_expired') sessions.forget(session);
      throw error;
    }
  }
}

/** The error of a failed call, with our code whatever layer refused it. */
function toChatError(operation: string, error: Refusal, status: number): ChatError {
  // So PostgREST answers when its connection to Postgres breaks in the middle of a call.
  const isCut = status === 400 && !error.code && !error.message;
  const code = isCut ? 'service_unavailable' : codeOf(error.code ?? '', status);
  const isOurs = error.code === code;
  const message = isOurs ? error.message : `unable to ${operation}; ${error.message || 'no answer'}`;
  const retryAfter = retryAfterOf(error.details);
  return new ChatError(code, message, {
    status,
    cause: error,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

/** The client library passes on no headers, so the database says its `Retry-After` in `details` too. */
function retryAfterOf(details: unknown): number | undefined {
  const [, seconds] = /^Retry-After: (\d+)$/.exec(String(details ?? '')) ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}

/** Our code for an answer: the one it carries, or else what its status means. */
export function codeOf(code: string, status: number): ErrorCode {
  if (code in errorCodes) return code as ErrorCode;
  const known = FOREIGN_CODES.find(([pattern]) => pattern.test(code));
  if (known) return known[1];
  if (status === 0) return 'network_unavailable';
  if (status === 401) return 'session_expired';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not_found';
  if (status === 429) return 'rate_limited';
  if (status === 502 || status === 503 || status === 504) return 'service_unavailable';
  if (status >= 400 && status < 500) return 'invalid_input';
  return 'internal_error';
}
