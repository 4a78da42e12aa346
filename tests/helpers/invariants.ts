/** What is true of the data at any time, whoever wrote it: the names of what is broken, none when all is well. */
import type { Db } from './database.ts';

export interface Scope {
  channels: string[];
  users: string[];
}

/** Each query finds what breaks the rule; `$1` are channels, `$2` users. */
const RULES: Record<string, string> = {
  'messages are numbered 1, 2, 3 …': `
    select from chat.channel_counters n
     cross join lateral (select count(*) as total, coalesce(min(m.seq), 1) as first, coalesce(max(m.seq), 0) as last
                           from chat.messages m where m.channel_id = n.channel_id) t
     where n.channel_id = any ($1) and (n.last_seq, n.last_seq, 1) <> (t.total, t.last, t.first)`,
  'their times rise': `
    select from chat.messages m join chat.messages o on o.channel_id = m.channel_id and o.seq = m.seq + 1
     where m.channel_id = any ($1) and o.created_at < m.created_at`,
  'changes are numbered, each on one message': `
    select from chat.messages m join chat.channel_counters n on n.channel_id = m.channel_id
     where m.channel_id = any ($1) and m.change > 0
     group by m.channel_id, n.last_change having max(m.change) > n.last_change or count(*) <> count(distinct m.change)`,
  'ranks count what is unread': `
    select from (
      select m.channel_id, m.rank, m.author_rank, m.author_id,
             count(*) filter (where m.kind = 'user' and m.in_channel) over c as counted,
             count(*) filter (where m.kind = 'user' and m.in_channel) over (partition by m.channel_id, m.author_id order by m.seq) as own,
             last_value(m.seq) over (partition by m.channel_id order by m.seq rows between unbounded preceding and unbounded following) = m.seq as is_last
        from chat.messages m where m.channel_id = any ($1)
      window c as (partition by m.channel_id order by m.seq)) r
      join chat.channel_counters n on n.channel_id = r.channel_id
     where r.rank <> r.counted or (r.author_id is not null and r.author_rank <> r.own) or (r.is_last and n.last_rank <> r.counted)`,
  'threads count their replies': `
    select from chat.messages m
     cross join lateral (
       select count(*) as total, count(*) filter (where r.deleted_at is null) as living, array_agg(r.author_id) as people,
              coalesce(bool_or(r.reply_rank <> (select count(*) from chat.messages b where b.channel_id = r.channel_id
                                                  and b.parent_seq = r.parent_seq and b.seq <= r.seq)), false) as is_misnumbered
         from chat.messages r where r.channel_id = m.channel_id and r.parent_seq = m.seq) t
     where m.channel_id = any ($1)
       and (m.reply_total <> t.total or m.reply_count <> t.living or t.is_misnumbered or (t.total > 0) <> (m.last_reply_at is not null)
            or not m.reply_user_ids <@ coalesce(t.people, '{}') or (m.parent_seq is not null and t.total > 0))`,
  'deleted messages are empty': `
    select from chat.messages m
     where m.channel_id = any ($1) and m.deleted_at is not null
       and (m.body, m.custom, m.files, m.reaction_counts, m.mention_ids) <> ('', '{}', '[]', '{}', '{}')`,
  'reactions are counted': `
    select from chat.messages m
     where m.channel_id = any ($1) and m.reaction_counts <> coalesce((
       select jsonb_object_agg(r.emoji, r.count) from (
         select r.emoji, count(*) from chat.reactions r where r.channel_id = m.channel_id and r.seq = m.seq group by r.emoji) r), '{}')`,
  'mentions have their rows': `
    select from (
      select m.channel_id, m.seq, u as user_id from chat.messages m cross join unnest(m.mention_ids) u
       where m.channel_id = any ($1) and u is distinct from m.author_id) a
      full join (select * from chat.mentions x where x.channel_id = any ($1)) b using (channel_id, seq, user_id)
     where a.channel_id is null or b.channel_id is null or a.seq is distinct from b.seq`,
  'messages show their files': `
    select from chat.messages m
     where m.channel_id = any ($1) and m.deleted_at is null
       and (cardinality(m.file_ids) <> jsonb_array_length(m.files)
            or (select array_agg(f.id order by f.id) from chat.files f where f.channel_id = m.channel_id and f.seq = m.seq and f.deleted_at is null)
               is distinct from (select array_agg(f order by f) from unnest(m.file_ids) f))`,
  'members are counted': `
    select from chat.channel_counters n
     where n.channel_id = any ($1)
       and n.member_count <> (select count(*) from chat.channel_members m where m.channel_id = n.channel_id)`,
  'channels with members have an admin': `
    select from chat.channels c
     where c.id = any ($1) and c.kind <> 'dm' and exists (select from chat.channel_members m where m.channel_id = c.id)
       and not exists (select from chat.channel_members m where m.channel_id = c.id and m.role = 'admin')`,
  'owners are admins of their channels': `
    select from chat.channels c
     where c.id = any ($1) and c.kind <> 'dm' and c.deleted_at is null and c.created_by is not null
       and not exists (select from chat.channel_members m where m.channel_id = c.id and m.user_id = c.created_by and m.role = 'admin')`,
  'a dm has the people of its key': `
    select from chat.channels c
     where c.id = any ($1) and c.kind = 'dm'
       and (c.deleted_at is not null or array(select m.user_id::text from chat.channel_members m where m.channel_id = c.id order by 1)
            <> array(select distinct k from unnest(string_to_array(c.dm_key, ':')) k order by 1))`,
  'deleted channels have no members': `
    select from chat.channels c join chat.channel_members m on m.channel_id = c.id where c.id = any ($1) and c.deleted_at is not null`,
  'members have a state with markers within the channel': `
    select from chat.channel_members m
      join chat.channel_counters n on n.channel_id = m.channel_id
      left join chat.channel_states s on s.channel_id = m.channel_id and s.user_id = m.user_id
     where m.channel_id = any ($1)
       and (s.user_id is null or s.last_read_seq not between 0 and n.last_seq or s.last_delivered_seq not between 0 and n.last_seq
            or s.last_read_rank <> coalesce((select r.rank from chat.messages r where r.channel_id = s.channel_id and r.seq = s.last_read_seq), 0))`,
  'threads have their markers': `
    select from chat.thread_members t
      join chat.messages root on root.channel_id = t.channel_id and root.seq = t.root_seq
      join chat.channel_counters n on n.channel_id = t.channel_id
     where t.channel_id = any ($1)
       and (root.parent_seq is not null or t.last_read_seq not between 0 and n.last_seq
            or t.last_read_rank <> (select count(*) from chat.messages r
                                     where r.channel_id = t.channel_id and r.parent_seq = t.root_seq and r.seq <= t.last_read_seq))`,
  'receipts stay within the channel': `
    select from chat.receipts r join chat.channel_counters n on n.channel_id = r.channel_id
     where r.channel_id = any ($1) and (r.read_seq not between 0 and n.last_seq or r.delivered_seq not between 0 and n.last_seq)`,
  'the banned are no members': `
    select from chat.channel_bans b join chat.channel_members m on m.channel_id = b.channel_id and m.user_id = b.user_id
     where b.channel_id = any ($1) and b.until > now()`,
  'everybody has a profile and an account': `
    select from auth.users u
     left join chat.profiles p on p.id = u.id left join chat.accounts a on a.user_id = u.id
     where u.id = any ($2) and (p.id is null or a.user_id is null)`,
  'the suspended are banned and signed out': `
    select from chat.accounts a join auth.users u on u.id = a.user_id
     where a.user_id = any ($2)
       and ((a.suspended_at is not null) <> coalesce(u.banned_until > now(), false)
            or (a.suspended_at is not null and exists (select from auth.sessions s where s.user_id = a.user_id)))`,
};

export async function brokenRules(db: Db, { channels, users }: Scope): Promise<string[]> {
  const parts = Object.entries(RULES).map(
    ([name, query]) => `select '${name}' as name where exists (${query})`,
  );
  const rows = await db.unsafe<{ name: string }[]>(parts.join('\nunion all '), [channels, users], {
    prepare: true,
  });
  const broken = rows.map(({ name }) => name);
  // One after the other, because who asks is a setting of the transaction.
  for (const user of users) {
    if (await isMiscounted(db, user)) broken.push('unread counts are exact');
  }
  return broken;
}

/** Whether what a person is told to be unread is what they find by counting. */
async function isMiscounted(db: Db, user: string): Promise<boolean> {
  await db`select set_config('request.jwt.claims', ${JSON.stringify({ sub: user })}, true)`;
  const rows = await db`
    select from chat.my_channels c
     where c.unread_count <> (
       select count(*) from chat.messages m
        where m.channel_id = c.id and m.seq > c.last_read_seq and m.kind = 'user' and m.in_channel and m.deleted_at is null
          and m.author_id is distinct from ${user})
    union all
    select from chat.my_threads t
     where t.unread_count <> (
       select count(*) from chat.messages m
        where m.channel_id = t.channel_id and m.parent_seq = t.root_seq and m.seq > t.last_read_seq and m.deleted_at is null)`;
  await db`select set_config('request.jwt.claims', '', true)`;
  return rows.length > 0;
}
