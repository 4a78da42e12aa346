/** Fills channels with messages by the million, numbered and ranked as sends would have done, without sending each. */
import type { Sql } from 'postgres';

const BATCH = 200_000;

export interface History {
  channelId: string;
  /** Writes the messages with even numbers; everybody else's are odd. */
  authorIds: [string, string];
  count: number;
}

/** A private channel of two authors and `count` messages, each tenth of which answers the one before. */
export async function fillHistory(
  sql: Sql,
  slug: string,
  authorIds: [string, string],
  count: number,
): Promise<History> {
  const [channel] =
    await sql`insert into chat.channels (kind, slug) values ('private', ${slug}) returning id`;
  const channelId = channel?.id as string;
  await sql`insert into chat.channel_members (channel_id, user_id) select ${channelId}::uuid, unnest(${authorIds}::uuid[])`;
  await sql.begin(async (tx) => {
    // What a send does besides is not what is measured.
    await tx`alter table chat.messages disable trigger user`;
    for (let from = 1; from <= count; from += BATCH) {
      await tx`
        insert into chat.messages (channel_id, seq, author_id, created_at, body, parent_seq, in_channel, rank, author_rank,
                                   reply_rank, reply_count, reply_total, change)
        select ${channelId}::uuid, n, (${authorIds}::uuid[])[1 + n % 2], timestamptz '2025-01-01' + n * interval '1 second',
               'message ' || n || ' of some length, as people write them', case when n % 10 = 0 then n - 1 end, n % 10 <> 0,
               n - n / 10, (n + 1) / 2 - n / 20, (n % 10 = 0)::integer, (n % 10 = 9)::integer, (n % 10 = 9)::integer,
               case when n % 10 = 9 then n / 10 + 1 else 0 end
          from generate_series(${from}::bigint, ${Math.min(from + BATCH - 1, count)}::bigint) n`;
    }
    await tx`alter table chat.messages enable trigger user`;
    await tx`alter table chat.channel_counters disable trigger user`;
    await tx`
      update chat.channel_counters set last_seq = ${count}::bigint, last_rank = ${count}::bigint - ${count}::bigint / 10, last_change = ${count}::bigint / 10,
             last_message_at = timestamptz '2025-01-01' + ${count}::bigint * interval '1 second'
       where channel_id = ${channelId}`;
    await tx`alter table chat.channel_counters enable trigger user`;
  });
  return { channelId, authorIds, count };
}
