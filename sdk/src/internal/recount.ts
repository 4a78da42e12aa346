/** What is unread, counted once more for all channels in one request: for what no event tells. */
import type { ChannelInfo } from '../channels.ts';
import type { Rest } from './rest.ts';

/** Sets the counts of those that were not `touched` meanwhile; returns the ids of channels that are not among them. */
export async function recount(
  { client, run }: Rest,
  channels: Map<string, ChannelInfo>,
  touched: ReadonlySet<string>,
): Promise<Iterable<string>> {
  const rows = await run('count unread messages', client.rpc('my_unread'));
  const counts = new Map(rows.map((row) => [row.channel_id, row]));
  for (const channel of channels.values()) {
    if (touched.has(channel.id)) continue;
    const row = counts.get(channel.id);
    counts.delete(channel.id);
    const unreadCount = row?.unread_count ?? 0;
    const mentionCount = row?.mention_count ?? 0;
    const lastSeq = row?.last_seq ?? channel.lastSeq;
    const lastActivityAt = row ? new Date(row.last_activity_at) : channel.lastActivityAt;
    channels.set(channel.id, { ...channel, unreadCount, mentionCount, lastSeq, lastActivityAt });
  }
  return counts.keys();
}
