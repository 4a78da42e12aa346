-- What Realtime carries: who may hear and speak on a topic, and the events the database sends after each commit.

-- Topics (all private): channel:<id>:<epoch> carries what the database says; live:<id>:<epoch> what members say
-- to each other (typing, presence of viewers); user:<id> what concerns one person; presence:<epoch> what concerns everyone.
-- Members cannot write on channel topics, or they could forge messages of others.

-- Definer: called by policies for every role that joins. The caller's topic is one, so this runs once a join.
create function chat_private.may_use_topic(topic text, access text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
declare
  v_part text[] := string_to_array(topic, ':');
begin
  if chat_private.session_refusal() is not null then
    return false;
  elsif topic = 'user:' || (select auth.uid())::text or topic = chat_private.presence_topic() then
    return access = 'hear' and (select auth.uid()) is not null;
  elsif cardinality(v_part) = 3 and (v_part[1] = 'live' or (v_part[1] = 'channel' and access = 'hear'))
        and pg_input_is_valid(v_part[2], 'uuid') then
    return exists (
      select from chat.channel_members m join chat.channels c on c.id = m.channel_id
       where m.channel_id = v_part[2]::uuid and m.user_id = (select auth.uid()) and c.epoch::text = v_part[3]
         and not (access = 'speak' and c.kind = 'dm'
                  and chat_private.is_blocked_pair(m.user_id, chat_private.dm_partner(c.dm_key, m.user_id))));
  end if;
  return false;
end;
$$;
grant execute on function chat_private.may_use_topic(text, text) to authenticated;

-- Without comments on the policies: hosted projects let only the table's owner write them.
create policy select_listener on realtime.messages for select to authenticated
  using ((select chat_private.may_use_topic((select realtime.topic()), 'hear')));
create policy insert_speaker on realtime.messages for insert to authenticated
  with check ((select chat_private.may_use_topic((select realtime.topic()), 'speak')));

create function chat_private.person(user_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('id', p.id, 'username', p.username, 'name', p.name, 'avatar_url', p.avatar_url)
    from chat.profiles p where p.id = person.user_id;
$$;

-- Definer: owned by postgres, which Realtime lets send; a member may not.
create function chat_private.tg_messages__broadcast() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_channel record;
  v_payload jsonb;
  v_people uuid[] := new.mention_ids;
begin
  select c.epoch, n.member_count,
         jsonb_build_object('id', p.id, 'username', p.username, 'name', p.name, 'avatar_url', p.avatar_url) as author
    into v_channel
    from chat.channels c
    join chat.channel_counters n on n.channel_id = c.id
    left join chat.profiles p on p.id = new.author_id
   where c.id = new.channel_id;
  v_payload := to_jsonb(new) || jsonb_build_object('author', v_channel.author);
  if new.parent_seq is not null then
    -- The reply is a change of its root as well; one event tells both.
    v_payload := v_payload || jsonb_build_object('parent', (
      select jsonb_build_object('seq', r.seq, 'change', r.change, 'reply_count', r.reply_count,
                                'last_reply_at', r.last_reply_at, 'reply_user_ids', r.reply_user_ids)
        from chat.messages r where r.channel_id = new.channel_id and r.seq = new.parent_seq));
  end if;
  -- In small channels everybody hears of a message wherever they are; in large ones who has it on screen and who is
  -- meant, so that a send costs the same in all.
  if new.in_channel and v_channel.member_count <= 100 then
    v_people := array(select m.user_id from chat.channel_members m where m.channel_id = new.channel_id);
  end if;
  insert into realtime.messages (topic, event, payload, private, extension)
  select 'channel:' || new.channel_id || ':' || v_channel.epoch, 'message:new', v_payload, true, 'broadcast'
  union all
  select 'user:' || m.user_id, 'channel:bumped',
         jsonb_build_object('channel_id', new.channel_id, 'last_seq', new.seq, 'last_activity_at', new.created_at,
           'member_count', v_channel.member_count, 'in_channel', new.in_channel,
           'is_unread', new.in_channel and new.kind = 'user' and m.user_id is distinct from new.author_id,
           'is_mention', m.user_id is distinct from new.author_id
             and (m.user_id = any (new.mention_ids) or new.mentions_everyone is not distinct from 'channel'
               or (new.mentions_everyone is not distinct from 'here' and exists (
                 select from chat.mentions x where x.user_id = m.user_id and x.channel_id = new.channel_id and x.seq = new.seq)))),
         true, 'broadcast'
    from unnest(v_people) p (id)
    -- One after the other (offset 0), since a channel has any number of members.
    cross join lateral (select m.user_id from chat.channel_members m
                         where m.channel_id = new.channel_id and m.user_id = p.id offset 0) m
    join chat.accounts a on a.user_id = m.user_id and a.suspended_at is null;
  return null;
exception when others then
  -- A message is worth more than its announcement: clients find it by its seq.
  raise warning 'message % was stored but not announced: %', new.id, sqlerrm;
  return null;
end;
$$;
create trigger _900_broadcast after insert on chat.messages
  for each row execute function chat_private.tg_messages__broadcast();

-- Replies and reactions are told by what makes them.
-- Definer: as above.
create function chat_private.tg_messages__broadcast_change() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.tell_channel(new.channel_id,
    case when new.deleted_at is not null and old.deleted_at is null then 'message:deleted' else 'message:updated' end,
    to_jsonb(new) || jsonb_build_object('author', chat_private.person(new.author_id)));
  return null;
end;
$$;
create trigger _900_broadcast_change after update on chat.messages
  for each row when (new.change <> old.change and new.reply_total = old.reply_total
    and (new.reaction_counts = old.reaction_counts or new.deleted_at is not null))
  execute function chat_private.tg_messages__broadcast_change();

-- Once a statement and all in one, as thousands of people go with a channel, which itself is told once that it moves.
-- Definer: as above.
create function chat_private.tg_channel_members__broadcast() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_verb text := case tg_op when 'DELETE' then 'left' when 'INSERT' then 'joined' else 'updated' end;
begin
  insert into realtime.messages (topic, event, payload, private, extension)
  select 'user:' || m.user_id, 'channel:' || v_verb, jsonb_build_object('channel_id', m.channel_id), true, 'broadcast'
    from changed m join chat.accounts a on a.user_id = m.user_id and a.suspended_at is null
  union all
  select 'channel:' || c.id || ':' || c.epoch, 'member:' || v_verb,
         jsonb_build_object('channel_id', c.id, 'role', m.role,
           -- Not joined, or it might be read for each member of a channel that is gone.
           'member_count', (select n.member_count from chat.channel_counters n where n.channel_id = c.id), 'user',
           jsonb_build_object('id', m.user_id, 'username', p.username, 'name', p.name, 'avatar_url', p.avatar_url)), true, 'broadcast'
    from changed m
    join chat.channels c on c.id = m.channel_id and c.deleted_at is null
    left join chat.profiles p on p.id = m.user_id;
  return null;
exception when others then
  raise warning 'memberships have changed but this was not announced: %', sqlerrm;
  return null;
end;
$$;
create trigger _900_broadcast after insert on chat.channel_members
  referencing new table as changed for each statement execute function chat_private.tg_channel_members__broadcast();
create trigger _900_broadcast_departure after delete on chat.channel_members
  referencing old table as changed for each statement execute function chat_private.tg_channel_members__broadcast();
create trigger _900_broadcast_change after update on chat.channel_members
  referencing new table as changed for each statement execute function chat_private.tg_channel_members__broadcast();

-- Definer: as above.
create function chat_private.tg_channel_states__broadcast() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.tell_user(new.user_id, 'channel:read', to_jsonb(new));
  return null;
end;
$$;
create trigger _900_broadcast after update on chat.channel_states
  for each row when (new is distinct from old and (new.last_delivered_seq = old.last_delivered_seq or new.last_read_seq <> old.last_read_seq))
  execute function chat_private.tg_channel_states__broadcast();

-- Definer: as above.
create function chat_private.tg_receipts__broadcast() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.tell_channel(new.channel_id, 'receipt:updated', to_jsonb(new));
  return null;
end;
$$;
create trigger _900_broadcast after insert or update on chat.receipts
  for each row execute function chat_private.tg_receipts__broadcast();

-- Definer: as above.
create function chat_private.tg_thread_members__broadcast() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.tell_user(new.user_id, 'thread:updated', to_jsonb(new));
  return null;
end;
$$;
create trigger _900_broadcast after insert or update on chat.thread_members
  for each row execute function chat_private.tg_thread_members__broadcast();

-- Followers hear of a reply wherever they are, as members of small channels do of a message.
-- Definer: as above.
create function chat_private.tg_messages__bump_thread() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into realtime.messages (topic, event, payload, private, extension)
  select 'user:' || f.user_id, 'thread:bumped',
         jsonb_build_object('channel_id', new.channel_id, 'root_seq', new.parent_seq, 'last_seq', new.seq, 'last_reply_at', new.created_at,
                            'is_unread', f.user_id is distinct from new.author_id), true, 'broadcast'
    from (select t.user_id from chat.thread_members t
           where t.channel_id = new.channel_id and t.root_seq = new.parent_seq and t.is_following limit 101) f
    join chat.accounts a on a.user_id = f.user_id and a.suspended_at is null
   where (select count(*) from (select from chat.thread_members t
           where t.channel_id = new.channel_id and t.root_seq = new.parent_seq and t.is_following limit 101) c) <= 100;
  return null;
exception when others then
  raise warning 'reply % was stored but not announced: %', new.id, sqlerrm;
  return null;
end;
$$;
create trigger _910_bump_thread after insert on chat.messages
  for each row when (new.parent_seq is not null) execute function chat_private.tg_messages__bump_thread();

-- Definer: as above. A new epoch is said on the topic that ends, so that those who stay move to the new one.
create function chat_private.tg_channels__broadcast() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.epoch <> old.epoch then
    perform chat_private.tell(format('channel:%s:%s', old.id, old.epoch), 'channel:moved',
                              jsonb_build_object('channel_id', new.id, 'epoch', new.epoch));
  end if;
  if (to_jsonb(new) - 'epoch') <> (to_jsonb(old) - 'epoch') then
    perform chat_private.tell_channel(new.id, 'channel:updated', to_jsonb(new) - 'dm_key');
    perform chat_private.tell_user(m.user_id, 'channel:updated', jsonb_build_object('channel_id', new.id))
      from chat.channel_members m
      join chat.channel_counters n on n.channel_id = m.channel_id and n.member_count <= 100
     where m.channel_id = new.id;
  end if;
  return null;
end;
$$;
create trigger _900_broadcast after update on chat.channels
  for each row execute function chat_private.tg_channels__broadcast();

comment on function chat_private.may_use_topic(text, text) is
  'Whether the caller may hear or speak on this Realtime topic, with a live session';
