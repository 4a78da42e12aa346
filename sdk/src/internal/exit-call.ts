/** A call that goes out while the page closes, when nothing can wait for the client to find its token. */
import type { SupabaseClient } from '@supabase/supabase-js';
import type { Sessions } from '../auth.ts';

/** Calls a function of the database without waiting for the answer. */
export type ExitCall = (name: string, args: Record<string, unknown>) => void;

export function createExitCall(
  supabase: SupabaseClient<never, never>,
  sessions: Pick<Sessions, 'token'>,
): ExitCall {
  const { supabaseUrl, supabaseKey } = supabase as unknown as { supabaseUrl: string; supabaseKey: string };
  return (name, args) => {
    if (!sessions.token) return;
    const headers = {
      apikey: supabaseKey,
      authorization: `Bearer ${sessions.token}`,
      'content-profile': 'chat',
      'content-type': 'application/json',
    };
    const call = { method: 'POST', headers, body: JSON.stringify(args), keepalive: true };
    void fetch(`${supabaseUrl}/rest/v1/rpc/${name}`, call).catch(() => {});
  };
}
