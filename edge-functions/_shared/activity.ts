/** People who call the API without a client that beats are here too: Postgres is told of it, now and then. */
import type { Context } from 'hono';
import { inBackground } from './background.ts';
import { ApiError } from './errors.ts';
import { report } from './log.ts';
import { isApiKey, run, type Supabase } from './supabase.ts';

export interface Activity {
  /** Whoever holds this token has just done something. Nobody waits for it. */
  note(c: Context, token: string): void;
}

/** How often, in milliseconds, a session is noted: as a client beats. */
const PAUSE = 25_000;

const MAX_TOKENS = 10_000;

export function createActivity(supabase: Supabase): Activity {
  const notedAt = new Map<string, number>();
  return {
    note(c, token) {
      const now = Date.now();
      if (isApiKey(token) || now - (notedAt.get(token) ?? 0) < PAUSE) return;
      if (notedAt.size >= MAX_TOKENS) notedAt.clear();
      notedAt.set(token, now);
      const noting = run('note that somebody is here', supabase.asCaller(token).rpc('stay'));
      inBackground(
        noting.catch((cause: unknown) => {
          // The call may have been the one that ended the session.
          const isRefused = cause instanceof ApiError && cause.status < 500;
          if (!isRefused) report(c, { code: 'presence_not_noted', cause });
        }),
      );
    },
  };
}
