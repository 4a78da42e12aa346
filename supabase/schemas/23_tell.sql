-- How the database speaks on Realtime: to one person, to a channel, to everyone; nobody else sends for it.

-- What realtime.send does, without its exception block. An announcement is worth less than what it announces:
-- callers in triggers catch what goes wrong here.
-- Definer: owned by postgres, which Realtime lets send; a member may not.
create function chat_private.tell(topic text, event text, payload jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  insert into realtime.messages (topic, event, payload, private, extension)
  values (topic, event, payload, true, 'broadcast');
$$;

-- Definer: as above. Somebody suspended hears nothing, also on a socket that is still open.
create function chat_private.tell_user(user_id uuid, event text, payload jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  insert into realtime.messages (topic, event, payload, private, extension)
  select 'user:' || a.user_id, tell_user.event, tell_user.payload, true, 'broadcast'
    from chat.accounts a where a.user_id = tell_user.user_id and a.suspended_at is null;
$$;

-- Definer: as above.
create function chat_private.tell_channel(channel_id uuid, event text, payload jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  insert into realtime.messages (topic, event, payload, private, extension)
  select 'channel:' || c.id || ':' || c.epoch, tell_channel.event, tell_channel.payload, true, 'broadcast'
    from chat.channels c where c.id = tell_channel.channel_id;
$$;

-- Definer: as above.
create function chat_private.tell_everyone(event text, payload jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  select chat_private.tell('presence', event, payload);
$$;

comment on function chat_private.tell_user(uuid, text, jsonb) is 'Says something on a person''s own topic';
comment on function chat_private.tell_channel(uuid, text, jsonb) is 'Says something to who has the channel open';
comment on function chat_private.tell_everyone(text, jsonb) is 'Says something to everyone signed in';
