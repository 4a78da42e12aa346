-- Read markers and what is unread, by subtraction of numbers and never by counting a channel.

grant update (last_read_seq) on chat.channel_members to authenticated;
create policy update_self on chat.channel_members for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

-- A marker only moves forward and never past the last message, however it is written.
create function chat_private.tg_channel_members__bound_read() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.last_read_seq := greatest(old.last_read_seq, least(new.last_read_seq,
    (select last_seq from chat.channel_counters where channel_id = new.channel_id)));
  return new;
end;
$$;
create trigger _100_bound_read before update of last_read_seq on chat.channel_members
  for each row execute function chat_private.tg_channel_members__bound_read();

create function chat.mark_read(channel_id uuid, seq bigint) returns setof chat.channel_members rows 1
language plpgsql set search_path = '' as $$
begin
  perform chat_private.require_member(mark_read.channel_id, 'mark as read');
  if mark_read.seq is null or mark_read.seq < 0 then
    perform chat_private.fail('invalid_seq', 400, 'unable to mark as read; a seq is a number from 0');
  end if;
  return query update chat.channel_members m set last_read_seq = mark_read.seq
    where m.channel_id = mark_read.channel_id and m.user_id = (select auth.uid())
    returning m.*;
end;
$$;
grant execute on function chat.mark_read(uuid, bigint) to authenticated;

create view chat.my_channels with (security_invoker = true) as
  select c.id, c.kind, c.slug, c.name, c.description, c.epoch, c.created_by, c.created_at,
         m.role, m.last_read_seq, n.last_seq, n.member_count,
         coalesce(n.last_message_at, c.created_at) as last_activity_at,
         n.last_seq - m.last_read_seq - (
           select count(*) from chat.messages own
            where own.author_id = m.user_id and own.channel_id = c.id and own.seq > m.last_read_seq
         ) as unread_count,
         p.id as dm_user_id, p.username as dm_username, p.name as dm_name, p.avatar_url as dm_avatar_url
    from chat.channel_members m
    join chat.channels c on c.id = m.channel_id
    join chat.channel_counters n on n.channel_id = m.channel_id
    left join chat.profiles p on p.id = (
      case split_part(c.dm_key, ':', 1)
        when m.user_id::text then split_part(c.dm_key, ':', 2)
        else split_part(c.dm_key, ':', 1)
      end)::uuid
   where m.user_id = (select auth.uid());
grant select on chat.my_channels to authenticated;

comment on policy update_self on chat.channel_members is 'A member moves their own read marker';
comment on function chat.mark_read(uuid, bigint) is
  'Marks a channel as read up to seq; a marker never moves back. Errors: channel_not_found, not_a_member, invalid_seq';
comment on view chat.my_channels is 'The caller''s channels with role, last activity and exact unread count';
comment on column chat.my_channels.unread_count is 'Messages of others after last_read_seq';
comment on column chat.my_channels.dm_user_id is 'The other person of a dm (oneself in notes to self)';
