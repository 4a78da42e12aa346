-- Read markers, what is unread by subtraction of numbers and never by counting a channel, and receipts shown to others.

create table chat.receipts (
  channel_id uuid not null,
  user_id uuid not null,
  delivered_seq bigint not null default 0,
  read_seq bigint not null default 0,
  read_at timestamptz,
  primary key (channel_id, user_id),
  constraint receipts_member_fkey foreign key (channel_id, user_id)
    references chat.channel_members (channel_id, user_id) on delete cascade
) with (fillfactor = 70);
create index receipts_user_id_idx on chat.receipts (user_id);

alter table chat.receipts enable row level security;
grant select on chat.receipts to authenticated;
create policy select_member on chat.receipts for select to authenticated
  using (channel_id in (select chat_private.my_channel_ids()));

-- A marker never stands past the last message, however it is written, and its rank follows it.
-- Definer: reads a message by key; under row-level security that collects all of the caller's channels.
create function chat_private.tg_channel_states__bound_read() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.last_read_seq := greatest(0, least(new.last_read_seq,
    (select n.last_seq from chat.channel_counters n where n.channel_id = new.channel_id)));
  new.last_read_rank := coalesce((
    select m.rank from chat.messages m where m.channel_id = new.channel_id and m.seq = new.last_read_seq), 0);
  new.last_delivered_seq := greatest(new.last_delivered_seq, new.last_read_seq);
  return new;
end;
$$;
create trigger _100_bound_read before update of last_read_seq, last_read_rank on chat.channel_states
  for each row execute function chat_private.tg_channel_states__bound_read();

-- Shows others how far the caller is, in small channels and unless the caller keeps it to themself.
-- Definer: receipts are written by nobody else.
create function chat_private.show_receipt(channel_id uuid, delivered_seq bigint, read_seq bigint) returns void
language plpgsql security definer set search_path = '' as $$
begin
  -- Locked, or what is decided at this moment would be overtaken by what was asked before.
  perform from chat.channel_counters n join chat.preferences p on p.user_id = auth.uid() and p.share_receipts
    where n.channel_id = show_receipt.channel_id and n.member_count <= 100 for share of p;
  if not found then
    return;
  end if;
  insert into chat.receipts as r (channel_id, user_id, delivered_seq, read_seq, read_at)
  select c.id, auth.uid(), show_receipt.delivered_seq, show_receipt.read_seq, case when show_receipt.read_seq > 0 then now() end
    from chat.channels c
   where c.id = show_receipt.channel_id
     and not (c.kind = 'dm' and chat_private.is_blocked_pair(auth.uid(), chat_private.dm_partner(c.dm_key, auth.uid())))
  on conflict on constraint receipts_pkey do update
    set delivered_seq = greatest(r.delivered_seq, excluded.delivered_seq),
        read_seq = greatest(r.read_seq, excluded.read_seq),
        read_at = case when excluded.read_seq > r.read_seq then now() else r.read_at end
    where excluded.delivered_seq > r.delivered_seq or excluded.read_seq > r.read_seq;
end;
$$;

-- Who decides to keep it to themself is not shown from then on.
-- Definer: as above.
create function chat_private.tg_preferences__hide_receipts() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from chat.receipts r where r.user_id = new.user_id;
  return null;
end;
$$;
create trigger _100_hide_receipts after insert or update on chat.preferences
  for each row when (not new.share_receipts) execute function chat_private.tg_preferences__hide_receipts();

-- Definer: markers are written by functions only.
create function chat.mark_read(channel_id uuid, seq bigint) returns setof chat.channel_states rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_state chat.channel_states;
begin
  -- Before the state, as a removal takes them; the receipt needs the membership to stay.
  perform chat_private.hold_member(mark_read.channel_id, 'mark as read');
  if mark_read.seq is null or mark_read.seq < 0 then
    perform chat_private.fail('invalid_seq', 400, 'unable to mark as read; a seq is a number from 0');
  end if;
  update chat.channel_states s set last_read_seq = mark_read.seq
   where s.channel_id = mark_read.channel_id and s.user_id = auth.uid() and s.last_read_seq < mark_read.seq
  returning * into v_state;
  if found then
    perform chat_private.show_receipt(mark_read.channel_id, v_state.last_read_seq, v_state.last_read_seq);
    return next v_state;
  else
    -- The marker stays, but something may have been said since of what was read: a reaction, a mention in an edit.
    perform chat_private.read_notifications(auth.uid(), mark_read.channel_id, mark_read.seq);
    return query select * from chat.channel_states s where s.channel_id = mark_read.channel_id and s.user_id = auth.uid();
  end if;
end;
$$;
grant execute on function chat.mark_read(uuid, bigint) to authenticated;

-- Definer: as above. What others were shown as read stays.
create function chat.mark_unread(channel_id uuid, seq bigint) returns setof chat.channel_states rows 1
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_member(mark_unread.channel_id, 'mark as unread');
  if mark_unread.seq is null or mark_unread.seq < 1 then
    perform chat_private.fail('invalid_seq', 400, 'unable to mark as unread; the seq of a message is a number from 1');
  end if;
  return query update chat.channel_states s set last_read_seq = mark_unread.seq - 1
    where s.channel_id = mark_unread.channel_id and s.user_id = (select auth.uid())
    returning s.*;
end;
$$;
grant execute on function chat.mark_unread(uuid, bigint) to authenticated;

-- Definer: as above.
create function chat.mark_delivered(channel_id uuid, seq bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_seq bigint;
begin
  -- Before the state, as a removal takes them; the receipt needs the membership to stay.
  perform chat_private.hold_member(mark_delivered.channel_id, 'mark as delivered');
  if mark_delivered.seq is null or mark_delivered.seq < 0 then
    perform chat_private.fail('invalid_seq', 400, 'unable to mark as delivered; a seq is a number from 0');
  end if;
  update chat.channel_states s
     set last_delivered_seq = least(mark_delivered.seq,
           (select n.last_seq from chat.channel_counters n where n.channel_id = s.channel_id))
   where s.channel_id = mark_delivered.channel_id and s.user_id = (select auth.uid())
     and s.last_delivered_seq < mark_delivered.seq
  returning s.last_delivered_seq into v_seq;
  if found then
    perform chat_private.show_receipt(mark_delivered.channel_id, v_seq, 0);
  end if;
end;
$$;
grant execute on function chat.mark_delivered(uuid, bigint) to authenticated;

-- Unread is what counts after the marker, less the own messages and the deleted ones of others.
-- Only `messages_author_idx` gives the own ones in the order asked for, as an array of one author is no constant to the planner:
-- where few people write, it would otherwise walk back through the whole channel, in vain for somebody who only reads. Rows of
-- channel and seq end the walk through that index at the channel; rows of all three go on through all that the author ever wrote,
-- as Postgres 17 ends at a row's first column only.
create view chat.my_channels with (security_invoker = true) as
  select c.id, c.kind, c.slug, c.name, c.description, c.custom, c.epoch, c.created_by, c.created_at, c.archived_at,
         m.role,
         chat_private.rights_of(c.kind, m.role, c.created_by is not distinct from m.user_id, c.created_by is not null,
           c.archived_at is not null,
           c.kind = 'dm' and chat_private.is_blocked_pair(m.user_id, chat_private.dm_partner(c.dm_key, m.user_id))) as rights,
         s.last_read_seq, s.last_delivered_seq, s.pinned_at, s.muted_until, s.notify_level,
         case when s.hidden_at >= coalesce(n.last_message_at, c.created_at) then s.hidden_at end as hidden_at,
         n.last_seq, n.last_change, n.member_count,
         coalesce(n.last_message_at, c.created_at) as last_activity_at,
         case when n.last_rank <= s.last_read_rank then 0 else
           n.last_rank - s.last_read_rank
           - coalesce((select own.author_rank from chat.messages own
                        where own.author_id = any (array[m.user_id]) and (own.channel_id, own.seq) between (c.id, 0) and (c.id, n.last_seq)
                        order by own.author_id desc, own.channel_id desc, own.seq desc limit 1), 0)
           + coalesce((select own.author_rank from chat.messages own
                        where own.author_id = any (array[m.user_id]) and (own.channel_id, own.seq) between (c.id, 0) and (c.id, s.last_read_seq)
                        order by own.author_id desc, own.channel_id desc, own.seq desc limit 1), 0)
           - (select count(*) from chat.messages gone
               where gone.channel_id = c.id and gone.seq > s.last_read_seq and gone.deleted_at is not null
                 and gone.in_channel and gone.kind = 'user' and gone.author_id is distinct from m.user_id)
         end as unread_count,
         case when n.last_seq <= s.last_read_seq then 0 else
           (select count(*) from chat.mentions x
             where x.user_id = m.user_id and x.channel_id = c.id and x.seq > s.last_read_seq)
           + (select count(*) from chat.messages every
               where every.channel_id = c.id and every.seq > s.last_read_seq and every.mentions_everyone = 'channel'
                 and every.author_id is distinct from m.user_id and m.user_id <> all (every.mention_ids))
         end as mention_count,
         p.id as dm_user_id, p.username as dm_username, p.name as dm_name, p.avatar_url as dm_avatar_url,
         case when c.kind = 'group' and c.name is null then (
           select string_agg(p.name, ', ' order by o.joined_at, p.name)
             from (select om.user_id, om.joined_at from chat.channel_members om
                    where om.channel_id = c.id and om.user_id <> m.user_id order by om.role, om.joined_at limit 4) o
             join chat.profiles p on p.id = o.user_id) end as group_name
    from chat.channel_members m
    join chat.channels c on c.id = m.channel_id
    join chat.channel_counters n on n.channel_id = m.channel_id
    join chat.channel_states s on s.channel_id = m.channel_id and s.user_id = m.user_id
    left join chat.profiles p on c.kind = 'dm' and p.id = chat_private.dm_partner(c.dm_key, m.user_id)
   where m.user_id = (select auth.uid());
grant select on chat.my_channels to authenticated;

-- Definer: the view under the owner's rights still shows the caller's channels only, but each of its counts need not
-- ask again which ones those are.
create function chat.my_unread()
returns table (channel_id uuid, last_seq bigint, last_change bigint, last_activity_at timestamptz, unread_count bigint, mention_count bigint)
language sql stable rows 50 security definer set search_path = '' as $$
  select u.* from (
    select c.id, c.last_seq, c.last_change, c.last_activity_at, c.unread_count as unread, c.mention_count as mentions
      from chat.my_channels c where c.last_seq > c.last_read_seq
    offset 0) u
   where u.unread > 0 or u.mentions > 0;
$$;
grant execute on function chat.my_unread() to authenticated;

comment on table chat.receipts is 'How far members are, as shown to the others: in channels of up to 100 members, of people who share it';
comment on column chat.receipts.channel_id is 'The channel';
comment on column chat.receipts.user_id is 'The member';
comment on column chat.receipts.delivered_seq is 'Messages up to this seq have reached a device of theirs';
comment on column chat.receipts.read_seq is 'Messages up to this seq were read';
comment on column chat.receipts.read_at is 'When read_seq last rose';
comment on policy select_member on chat.receipts is 'Members see the receipts of their channels';
comment on function chat.mark_read(uuid, bigint) is
  'Marks a channel as read up to seq; this one never moves a marker back. Errors: channel_not_found, not_a_member, invalid_seq';
comment on function chat.mark_unread(uuid, bigint) is
  'Marks a channel as unread from the message with this seq on. Errors: channel_not_found, not_a_member, invalid_seq';
comment on function chat.mark_delivered(uuid, bigint) is
  'Says that messages up to seq have reached a device of the caller. Errors: channel_not_found, not_a_member, invalid_seq';
comment on function chat.my_unread() is 'The caller''s channels with something unread: exact counts of messages and mentions';
comment on view chat.my_channels is 'The caller''s channels with role, rights, own state, last activity and exact unread counts';
comment on column chat.my_channels.rights is 'What the caller may do in the channel';
comment on column chat.my_channels.last_activity_at is 'When something was last shown in it, else when it was made';
comment on column chat.my_channels.unread_count is 'Messages of others after last_read_seq, without deleted ones, replies in threads and system messages';
comment on column chat.my_channels.mention_count is 'Messages after last_read_seq that mean the caller';
comment on column chat.my_channels.hidden_at is 'When the caller put it out of sight; null once something new came';
comment on column chat.my_channels.group_name is 'Of a group without a name: up to four of the others in it';
comment on column chat.my_channels.dm_user_id is 'The other person of a dm (oneself in notes to self)';
