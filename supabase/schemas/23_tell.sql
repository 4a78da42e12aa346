-- How the database speaks on Realtime: to one person, to a channel, to everyone; nobody else sends for it.

-- An announcement is worth less than what it announces: when Realtime's table takes nothing (on a fresh project it has
-- no partition before the first listener), what was done stays done, and clients find it by its numbers.
-- Definer: owned by postgres, which Realtime lets send; a member may not.
create function chat_private.tell(topic text, event text, payload jsonb) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into realtime.messages (topic, event, payload, private, extension)
  values (tell.topic, tell.event, tell.payload, true, 'broadcast');
exception when others then
  raise warning '% was not announced on %: %', tell.event, tell.topic, sqlerrm;
end;
$$;

-- Definer: as above. Somebody suspended hears nothing, also on a socket that is still open.
create function chat_private.tell_user(user_id uuid, event text, payload jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  select chat_private.tell('user:' || a.user_id, tell_user.event, tell_user.payload)
    from chat.accounts a where a.user_id = tell_user.user_id and a.suspended_at is null;
$$;

-- Definer: as above.
create function chat_private.tell_channel(channel_id uuid, event text, payload jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  select chat_private.tell('channel:' || c.id || ':' || c.epoch, tell_channel.event, tell_channel.payload)
    from chat.channels c where c.id = tell_channel.channel_id;
$$;

-- What everyone hears has an epoch as channels have: it rises when somebody is shut out, who may have joined the topic
-- and whom Realtime would let listen until their token ends.
create table chat_private.presence_epoch (
  is_only boolean primary key default true constraint presence_epoch_one_row check (is_only),
  epoch integer not null default 0
);
alter table chat_private.presence_epoch enable row level security;
insert into chat_private.presence_epoch default values;

-- Definer: the table belongs to nobody.
create function chat_private.presence_topic() returns text
language sql stable security definer set search_path = '' as $$
  select 'presence:' || e.epoch from chat_private.presence_epoch e;
$$;
grant execute on function chat_private.presence_topic() to authenticated;

-- Definer: as above.
create function chat_private.tell_everyone(event text, payload jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  select chat_private.tell(chat_private.presence_topic(), event, payload);
$$;

-- Definer: as above. Said on the topic that ends. Clients spread their joins, because Realtime takes few at once.
create function chat_private.move_presence() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_epoch integer;
begin
  update chat_private.presence_epoch e set epoch = e.epoch + 1 returning e.epoch into v_epoch;
  perform chat_private.tell('presence:' || v_epoch - 1, 'presence:moved', jsonb_build_object('topic', 'presence:' || v_epoch));
end;
$$;

create function chat.get_presence_topic() returns text
language sql stable set search_path = '' as $$
  select chat_private.presence_topic();
$$;
grant execute on function chat.get_presence_topic() to authenticated;

comment on function chat_private.tell(text, text, jsonb) is 'Says something on a Realtime topic; never fails';
comment on function chat_private.tell_user(uuid, text, jsonb) is 'Says something on a person''s own topic';
comment on function chat_private.tell_channel(uuid, text, jsonb) is 'Says something to who has the channel open';
comment on table chat_private.presence_epoch is 'One row: which topic everyone signed in hears';
comment on column chat_private.presence_epoch.is_only is 'True: there is one row';
comment on column chat_private.presence_epoch.epoch is 'Rises when somebody must hear nothing more';
comment on function chat_private.presence_topic() is 'The topic that everyone signed in hears at present';
comment on function chat_private.tell_everyone(text, jsonb) is 'Says something to everyone signed in';
comment on function chat_private.move_presence() is 'Moves what everyone hears to a new topic';
comment on function chat.get_presence_topic() is
  'The Realtime topic of presence:changed and user:updated; presence:moved on it brings the next one''s name, to be joined after a random while';
