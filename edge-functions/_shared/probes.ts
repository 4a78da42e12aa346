/** Asks each service behind the API whether it answers, as its users would ask. */
import type { Env } from './env.ts';
import { run, type Supabase } from './supabase.ts';

/** Each resolves when the service has really answered, and rejects otherwise. */
export interface Probes {
  /** Resolves to the number of clients that are connected in real time. */
  database(): Promise<number>;
  /** What counts requests and keeps what is asked for often. */
  cache(): Promise<unknown>;
  storage(): Promise<unknown>;
  realtime(signal: AbortSignal): Promise<unknown>;
  auth(signal: AbortSignal): Promise<unknown>;
}

export function createProbes({ supabaseUrl, anonKey }: Env, supabase: Supabase): Probes {
  const server = supabase.asServer();
  return {
    database: () => run('ask the database', server.rpc('ping_database')),
    cache: () => run('ask the cache', server.rpc('ping_cache')),
    async storage() {
      // A bucket lies in Storage's own tables: a server that answers without them is none.
      const { error } = await server.storage.getBucket('avatars');
      if (error) throw error;
    },
    realtime: (signal) => beat(realtimeAddress(supabaseUrl, anonKey), signal),
    async auth(signal) {
      const answer = await fetch(`${supabaseUrl}/auth/v1/health`, { headers: { apikey: anonKey }, signal });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`Auth answers ${answer.status}`);
    },
  };
}

function realtimeAddress(supabaseUrl: string, anonKey: string): URL {
  const address = new URL('/realtime/v1/websocket', supabaseUrl);
  address.protocol = address.protocol.replace('http', 'ws');
  address.search = new URLSearchParams({ apikey: anonKey, vsn: '1.0.0' }).toString();
  return address;
}

/** Opens a socket and waits for the answer to one heartbeat. */
function beat(address: URL, signal: AbortSignal): Promise<void> {
  const socket = new WebSocket(address);
  return new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    socket.onopen = () =>
      socket.send(JSON.stringify({ topic: 'phoenix', event: 'heartbeat', payload: {}, ref: '1' }));
    socket.onmessage = () => resolve();
    socket.onerror = () => reject(new Error('Realtime takes no connection'));
    socket.onclose = () => reject(new Error('Realtime closed the connection'));
  }).finally(() => socket.close());
}
