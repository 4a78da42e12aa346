/** How much goes on, whatever document asks for it. */
import type { PlatformFigures } from '../../_shared/metrics.ts';
import { type ChatClient, run } from '../../_shared/supabase.ts';

export async function readMetrics(client: ChatClient): Promise<PlatformFigures> {
  const row = await run('read the metrics', client.rpc('get_metrics').single());
  return {
    activeConnections: row.active_connections,
    totalMessages: row.total_messages,
    messagesPerSecond: row.messages_per_second,
  };
}
