-- What Realtime carries: who may hear and speak on a topic, and the events the database sends after each commit.

-- Topics (all private): channel:<id>:<epoch> carries what the database says; live:<id>:<epoch> what members say
-- to each other (typing, presence of viewers); user:<id> what concerns one person. Members cannot write on the
-- first, or they could forge messages of others.

-- Definer: called by policies for every role that joins. The caller's topic is one, so this runs once a join.
create function chat_private.may_use_topic(topic text, access text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
declare
  v_part text[] := string_to_array(topic, ':');
begin
  if chat_private.session_refusal() is not null then
    return false;
  elsif topic = 'user:' || (select auth.uid())::text then
    return access = 'hear';
  elsif cardinality(v_part) = 3 and (v_part[1] = 'live' or (v_part[1] = 'channel' and access = 'hear'))
        and pg_input_is_valid(v_part[2], 'uuid') then
    return exists (
      select from chat.channel_members m join chat.channels c on c.id = m.channel_id
       where m.channel_id = v_part[2]::uuid and m.user_id = (select auth.uid()) and c.epoch::text = v_part[3]);
  end if;
  return false;
end;
$$;
grant execute on function chat_private.may_use_topic(text, text) to authenticated;

create policy select_listener on realtime.messages for select to authenticated
  using ((select chat_private.may_use_topic((select realtime.topic()), 'hear')));
create policy insert_speaker on realtime.messages for insert to authenticated
  with check ((select chat_private.may_use_topic((select realtime.topic()), 'speak')));

-- Definer: owned by postgres, which Realtime lets send; a member may not.
create function chat_private.tg_messages__broadcast() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_channel record;
begin
  select c.epoch, n.member_count,
         jsonb_build_object('id', p.id, 'username', p.username, 'name', p.name, 'avatar_url', p.avatar_url) as author
    into v_channel
    from chat.channels c
    join chat.channel_counters n on n.channel_id = c.id
    left join chat.profiles p on p.id = new.author_id
   where c.id = new.channel_id;
  -- What realtime.send does, for all topics in one statement. In small channels everybody hears of a message
  -- wherever they are; in large ones only who has it on screen, so that a send costs the same in all.
  insert into realtime.messages (topic, event, payload, private, extension)
  select 'channel:' || new.channel_id || ':' || v_channel.epoch, 'message:new',
         to_jsonb(new) || jsonb_build_object('author', v_channel.author), true, 'broadcast'
  union all
  select 'user:' || m.user_id, 'channel:bumped',
         jsonb_build_object('channel_id', new.channel_id, 'last_seq', new.seq), true, 'broadcast'
    from chat.channel_members m
   where v_channel.member_count <= 100 and m.channel_id = new.channel_id and m.user_id is distinct from new.author_id;
  return null;
exception when others then
  -- A message is worth more than its announcement: clients find it by its seq.
  raise warning 'message % was stored but not announced: %', new.id, sqlerrm;
  return null;
end;
$$;
create trigger _900_broadcast after insert on chat.messages
  for each row execute function chat_private.tg_messages__broadcast();

-- Definer: as above.
create function chat_private.tg_channel_members__broadcast() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' then
    perform realtime.send(jsonb_build_object('channel_id', old.channel_id), 'channel:left', 'user:' || old.user_id, true);
  elsif tg_op = 'INSERT' then
    perform realtime.send(jsonb_build_object('channel_id', new.channel_id), 'channel:joined', 'user:' || new.user_id, true);
  elsif new.last_read_seq <> old.last_read_seq then
    perform realtime.send(jsonb_build_object('channel_id', new.channel_id, 'last_read_seq', new.last_read_seq),
                          'channel:read', 'user:' || new.user_id, true);
  end if;
  return null;
end;
$$;
create trigger _900_broadcast after insert or update or delete on chat.channel_members
  for each row execute function chat_private.tg_channel_members__broadcast();

-- Definer: as above. Said on the topic that ends, so that those who stay move to the new one.
create function chat_private.tg_channels__broadcast_epoch() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform realtime.send(jsonb_build_object('channel_id', new.id, 'epoch', new.epoch),
                        'channel:moved', format('channel:%s:%s', old.id, old.epoch), true);
  return null;
end;
$$;
create trigger _900_broadcast_epoch after update of epoch on chat.channels
  for each row execute function chat_private.tg_channels__broadcast_epoch();

comment on function chat_private.may_use_topic(text, text) is
  'Whether the caller may hear or speak on this Realtime topic, with a live session';
comment on policy select_listener on realtime.messages is 'Members hear their channels, users their own topic';
comment on policy insert_speaker on realtime.messages is 'Members speak on the live topic of their channels only';
