-- Presence: who is here, away or busy, and what they say about it. Clients beat every 25 s; no timer runs here.

-- One row per open client (a tab, a device), written by every beat. Unlogged: a beat waits for no disk, and after a
-- crash everybody beats again within 25 s.
create unlogged table chat_private.connections (
  user_id uuid not null references chat.accounts on delete cascade,
  id uuid not null,
  session_id uuid,
  seen_at timestamptz not null,
  active_at timestamptz,
  gone_at timestamptz not null,
  primary key (user_id, id)
) with (fillfactor = 50);

-- What others were last told: written only when it changes.
create table chat.presence (
  user_id uuid primary key references chat.accounts on delete cascade,
  status text not null default 'offline'
    constraint presence_status_known check (status in ('online', 'away', 'busy', 'inmeeting', 'offline')),
  manual_status text
    constraint presence_manual_status_known check (manual_status in ('away', 'busy', 'inmeeting', 'offline')),
  activity text constraint presence_activity_known check (activity in ('typing', 'playing')),
  status_text text
    constraint presence_status_text_form check (status_text is not distinct from chat_private.clean_line(status_text, 100)),
  status_emoji text
    constraint presence_status_emoji_form check (char_length(status_emoji) between 1 and 32 and status_emoji !~ '[\s[:cntrl:]]'),
  status_expires_at timestamptz constraint presence_status_expires_at_finite check (isfinite(status_expires_at)),
  last_seen_at timestamptz,
  updated_at timestamptz not null default now()
);
-- Serves the sweep.
create index presence_here_idx on chat.presence (user_id) where status <> 'offline';

-- When people were last looked through for those who have gone. One row, which a crash takes away.
create unlogged table chat_private.presence_sweeps (
  is_only boolean primary key default true constraint presence_sweeps_one_row check (is_only),
  swept_at timestamptz not null
);

alter table chat_private.connections enable row level security;
alter table chat.presence enable row level security;
alter table chat_private.presence_sweeps enable row level security;

-- How each of these people is at this moment, by their connections and their own choice.
create function chat_private.presence_now(user_ids uuid[])
returns table (user_id uuid, status text, last_seen_at timestamptz)
language plpgsql stable rows 10 set search_path = '' as $$
begin
  -- In PL/pgSQL for its kept plan: this runs at every beat of a client that nobody uses.
  return query
  select p.user_id,
         case when c.is_here is not true then 'offline'
              when p.manual_status is not null then p.manual_status
              when c.active_at > now() - interval '5 minutes' then 'online'
              else 'away' end,
         -- Who hides was last seen when they hid.
         case when p.manual_status = 'offline' and p.status = 'offline' then p.last_seen_at
              else coalesce(c.seen_at, p.last_seen_at) end
    from chat.presence p
   cross join lateral (
     select max(k.seen_at) as seen_at,
            bool_or(k.gone_at > now()) as is_here,
            max(k.active_at) filter (where k.gone_at > now()) as active_at
       from chat_private.connections k where k.user_id = p.user_id) c
   where p.user_id = any (user_ids);
end;
$$;

-- Writes down, and so tells everyone, where these people are not as they were last told to be.
create function chat_private.settle_presence(user_ids uuid[]) returns void
language plpgsql volatile set search_path = '' as $$
begin
  -- Locked first and computed again, or a choice made in the same moment would be overwritten.
  perform from chat.presence p join chat_private.presence_now(user_ids) n on n.user_id = p.user_id
    where n.status <> p.status for no key update of p;
  if found then
    update chat.presence p
       set status = n.status, last_seen_at = n.last_seen_at, activity = case when n.status <> 'offline' then p.activity end
      from chat_private.presence_now(user_ids) n
     where n.user_id = p.user_id and n.status <> p.status;
  end if;
end;
$$;

-- Finds who has gone without a word. Done by whoever beats, at most once in 5 s and by one at a time, so that each
-- beat stays cheap; a full batch leaves the rest to the next beat.
create function chat_private.sweep_presence() returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_gone uuid[];
begin
  perform from chat_private.presence_sweeps s where s.swept_at < now() - interval '5 seconds' for update skip locked;
  if not found then
    if not exists (select from chat_private.presence_sweeps)
       and pg_try_advisory_xact_lock(hashtext('chat_private.presence_sweeps')) then
      -- After a crash nobody has a connection yet: time for everybody's next beat. One begins, and nobody waits for it.
      insert into chat_private.presence_sweeps (swept_at) values (now() + interval '60 seconds') on conflict do nothing;
    end if;
    return;
  end if;
  select array_agg(s.user_id) into v_gone
    from (select p.user_id from chat.presence p
           where p.status <> 'offline'
             and not exists (select from chat_private.connections k
                              where k.user_id = p.user_id and k.gone_at > now())
           limit 100 for no key update skip locked) s;
  if v_gone is not null then
    perform chat_private.settle_presence(v_gone);
    -- Whoever comes back in this moment holds their row and keeps it.
    delete from chat_private.connections k
     where (k.user_id, k.id) in (
       select d.user_id, d.id from chat_private.connections d
        where d.user_id = any (v_gone) and d.gone_at <= now() for update skip locked);
  end if;
  if coalesce(cardinality(v_gone), 0) < 100 then
    update chat_private.presence_sweeps set swept_at = now();
  end if;
end;
$$;

-- Notes a beat of the caller's, whose clients are one per session where they do not tell themselves apart. A client
-- stays for 60 s; one that nobody uses for 90 s, as browsers let tabs that have long been hidden run once a minute.
create function chat_private.beat(connection_id uuid, is_active boolean, life interval default '60 seconds') returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_session uuid := (auth.jwt() ->> 'session_id')::uuid;
  v_id uuid := coalesce(beat.connection_id, v_session, v_me);
  v_active_at timestamptz := case when is_active then now() end;
begin
  update chat_private.connections k
     set seen_at = now(), active_at = coalesce(v_active_at, k.active_at),
         gone_at = now() + case when coalesce(v_active_at, k.active_at) > now() - interval '5 minutes'
                                then beat.life else interval '90 seconds' end
   where k.user_id = v_me and k.id = v_id;
  if found then
    return;
  end if;
  -- Somebody has at most 20 clients, or rows could be made without end.
  delete from chat_private.connections k
   where k.user_id = v_me
     and k.id in (select o.id from chat_private.connections o where o.user_id = v_me order by o.seen_at desc offset 19);
  insert into chat_private.connections (user_id, id, session_id, seen_at, active_at, gone_at)
  values (v_me, v_id, v_session, now(), v_active_at, now() + beat.life)
  on conflict do nothing;
  insert into chat.presence (user_id) values (v_me) on conflict do nothing;
end;
$$;

-- The clients of a session that do not beat, as one.
create function chat_private.silent_connection() returns uuid
language sql stable set search_path = '' as $$
  select md5('silent ' || coalesce(auth.jwt() ->> 'session_id', auth.uid()::text))::uuid;
$$;

-- A session takes its clients along, whatever ended it. It never refuses: Auth would answer with a bare 500.
-- Definer: runs as supabase_auth_admin, which knows nothing of chat.
create function chat_private.tg_sessions__disconnect() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from chat_private.connections k where k.user_id = old.user_id and k.session_id = old.id;
  if found then
    perform chat_private.settle_presence(array[old.user_id]);
  end if;
  return null;
exception when others then
  raise warning 'the clients of session % were not disconnected: %', old.id, sqlerrm;
  return null;
end;
$$;
create trigger _100_disconnect after delete on auth.sessions
  for each row execute function chat_private.tg_sessions__disconnect();

grant select (user_id, status, activity, status_text, status_emoji, status_expires_at, last_seen_at, updated_at)
  on chat.presence to authenticated;

create policy select_user on chat.presence for select to authenticated using (true);

create function chat_private.tg_presence__touch() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at := clock_timestamp();
  return new;
end;
$$;
create trigger _100_touch before update on chat.presence
  for each row when (old is distinct from new) execute function chat_private.tg_presence__touch();

-- Definer: speaks on Realtime.
create function chat_private.tg_presence__tell() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.tell_everyone('presence:changed', to_jsonb(new) - 'manual_status');
  return null;
exception when others then
  raise warning 'presence of % has changed but was not announced: %', new.user_id, sqlerrm;
  return null;
end;
$$;
create trigger _900_tell after update on chat.presence
  for each row when ((old.status, old.activity, old.status_text, old.status_emoji, old.status_expires_at)
    is distinct from (new.status, new.activity, new.status_text, new.status_emoji, new.status_expires_at))
  execute function chat_private.tg_presence__tell();

-- Definer: as above. Here and not with the profiles, because it needs what tells everyone.
create function chat_private.tg_profiles__tell() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.tell_everyone('user:updated', to_jsonb(new));
  return null;
exception when others then
  raise warning 'profile % has changed but this was not announced: %', new.id, sqlerrm;
  return null;
end;
$$;
create trigger _900_tell after update on chat.profiles
  for each row when (old is distinct from new) execute function chat_private.tg_profiles__tell();

insert into chat_private.rate_limit_rules (bucket, burst, period, description) values
  ('set_presence', 60, '5 minutes', 'Changes of presence and status, which everyone hears');

-- Definer: connections belong to nobody, and presence is written by these functions only.
create function chat.heartbeat(channel_ids uuid[] default '{}', is_active boolean default true, connection_id uuid default null)
returns table (id uuid, last_seq bigint, last_change bigint, epoch integer)
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_presence record;
begin
  if cardinality(channel_ids) > 100 then
    perform chat_private.fail('too_many_channels', 400, 'unable to beat; at most 100 channels can be asked for at once');
  end if;
  perform chat_private.beat(heartbeat.connection_id, heartbeat.is_active);
  select p.status, p.manual_status into v_presence from chat.presence p where p.user_id = v_me;
  -- Mostly everything is as it was; only otherwise the other connections matter.
  if v_presence.status is distinct from coalesce(v_presence.manual_status, case when heartbeat.is_active then 'online' end) then
    perform chat_private.settle_presence(array[v_me]);
  end if;
  perform chat_private.sweep_presence();
  return query
    select null::uuid, null::bigint, null::bigint, e.epoch from chat_private.presence_epoch e
    union all
    select c.id, n.last_seq, n.last_change, c.epoch
      from unnest(channel_ids) as wanted (id)
      join chat.channel_members m on m.channel_id = wanted.id and m.user_id = v_me
      join chat.channel_counters n on n.channel_id = wanted.id
      join chat.channels c on c.id = wanted.id;
end;
$$;
grant execute on function chat.heartbeat(uuid[], boolean, uuid) to authenticated;

-- Definer: as above.
create function chat.go_offline(connection_id uuid default null) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from chat_private.connections k
   where k.user_id = auth.uid()
     and case when connection_id is null
              then k.session_id is not distinct from (auth.jwt() ->> 'session_id')::uuid
              else k.id = go_offline.connection_id end;
  perform chat_private.settle_presence(array[auth.uid()]);
end;
$$;
grant execute on function chat.go_offline(uuid) to authenticated;

-- Definer: as above.
create function chat.stay() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
begin
  perform chat_private.beat(chat_private.silent_connection(), true, interval '15 minutes');
  if not exists (select from chat.presence p where p.user_id = v_me and p.status = coalesce(p.manual_status, 'online')) then
    perform chat_private.settle_presence(array[v_me]);
  end if;
  perform chat_private.sweep_presence();
end;
$$;
grant execute on function chat.stay() to authenticated;

-- Definer: as above.
create function chat.set_presence(status text, activity text default null, user_id uuid default null)
returns setof chat.presence rows 1
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
begin
  perform chat_private.require_oneself(set_presence.user_id, 'set presence');
  if set_presence.status is null or set_presence.status not in ('online', 'away', 'busy', 'inmeeting', 'offline') then
    perform chat_private.fail('invalid_presence', 400,
      'unable to set presence; it is online, away, busy, inmeeting or offline');
  elsif set_presence.activity not in ('typing', 'playing') or (set_presence.activity is not null and set_presence.status <> 'online') then
    perform chat_private.fail('invalid_activity', 400, 'unable to set presence; an activity is typing or playing, of who is online');
  end if;
  -- Before what goes with it, as a deletion takes them.
  perform from chat.accounts a where a.user_id = v_me for key share;
  if not found then
    perform chat_private.fail('user_not_found', 404, 'unable to set presence; the account is deleted');
  end if;
  perform chat_private.take_token('set_presence');
  -- Who chooses is here, and active in all their clients.
  update chat_private.connections k set active_at = now()
   where k.user_id = v_me and k.gone_at > now() and k.id <> chat_private.silent_connection();
  if not found then
    perform chat.stay();
  end if;
  update chat.presence p set manual_status = nullif(set_presence.status, 'online') where p.user_id = v_me;
  perform chat_private.settle_presence(array[v_me]);
  return query update chat.presence p set activity = set_presence.activity where p.user_id = v_me returning p.*;
end;
$$;
grant execute on function chat.set_presence(text, text, uuid) to authenticated;

-- Definer: as above.
create function chat.set_status(status_text text default null, status_emoji text default null,
                                status_expires_at timestamptz default null)
returns setof chat.presence rows 1
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_text text := chat_private.clean_line(set_status.status_text);
begin
  if char_length(v_text) > 100 then
    perform chat_private.fail('invalid_status', 400, 'unable to set status; its text has at most 100 characters');
  elsif char_length(set_status.status_emoji) not between 1 and 32 or set_status.status_emoji ~ '[\s[:cntrl:]]' then
    perform chat_private.fail('invalid_emoji', 400, 'unable to set status; an emoji has 1 to 32 characters without blanks');
  elsif set_status.status_expires_at not between now() and now() + interval '1 year' then
    perform chat_private.fail('invalid_status', 400, 'unable to set status; it expires within the next year');
  end if;
  perform chat_private.take_token('set_presence');
  insert into chat.presence (user_id) values (v_me) on conflict do nothing;
  return query
    update chat.presence p
       set status_text = v_text, status_emoji = set_status.status_emoji,
           status_expires_at = case when coalesce(v_text, set_status.status_emoji) is not null then set_status.status_expires_at end
     where p.user_id = v_me
    returning p.*;
end;
$$;
grant execute on function chat.set_status(text, text, timestamptz) to authenticated;

create function chat.clear_status() returns setof chat.presence rows 1
language sql volatile set search_path = '' as $$
  select * from chat.set_status();
$$;
grant execute on function chat.clear_status() to authenticated;

-- Definer: as above. What the table says may be a minute old, and longer while nobody beats; this is exact.
create function chat.get_presence(user_ids uuid[])
returns table (user_id uuid, status text, status_text text, status_emoji text, status_expires_at timestamptz,
               last_seen_at timestamptz, updated_at timestamptz, manual_status text, activity text)
language plpgsql stable security definer set search_path = '' as $$
begin
  if cardinality(user_ids) > 500 then
    perform chat_private.fail('too_many_users', 400, 'unable to read presence; at most 500 people can be asked for at once');
  end if;
  return query
    select p.user_id, n.status,
           case when t.is_valid then p.status_text end, case when t.is_valid then p.status_emoji end,
           case when t.is_valid then p.status_expires_at end, n.last_seen_at, p.updated_at,
           case when p.user_id = auth.uid() then p.manual_status end, case when n.status <> 'offline' then p.activity end
      from chat_private.presence_now(user_ids) n
      join chat.presence p on p.user_id = n.user_id
     cross join lateral (select coalesce(p.status_expires_at > now(), true) as is_valid) t;
end;
$$;
grant execute on function chat.get_presence(uuid[]) to authenticated;

comment on table chat_private.connections is 'Clients that beat, and the last sign that somebody uses them';
comment on column chat_private.connections.user_id is 'Whose client';
comment on column chat_private.connections.id is 'Chosen by the client; a tab or device has its own';
comment on column chat_private.connections.session_id is 'Session of Auth it belongs to; leaves with it';
comment on column chat_private.connections.seen_at is 'Last beat';
comment on column chat_private.connections.active_at is 'Last beat that told of somebody using it; null when none did';
comment on column chat_private.connections.gone_at is 'Without another beat it counts as gone from then on';
comment on table chat.presence is 'How people are, as everyone was last told; nobody is written here before their first sign of life. chat.get_presence says how they are now';
comment on column chat.presence.user_id is 'The person';
comment on column chat.presence.status is 'online, away, busy, inmeeting or offline';
comment on column chat.presence.manual_status is 'What the person chose and keeps until they choose again; offline hides them. Null: it follows from their activity. Others do not see it';
comment on column chat.presence.activity is 'typing or playing, said by themselves until they choose a presence again or are offline; null: neither';
comment on column chat.presence.status_text is 'What the person says about it, at most 100 characters';
comment on column chat.presence.status_emoji is 'An emoji beside or instead of the text';
comment on column chat.presence.status_expires_at is 'From then on text and emoji count as empty; null: they stay';
comment on column chat.presence.last_seen_at is 'When they were last here, as of the last change of status';
comment on column chat.presence.updated_at is 'When this last changed; the newer of two events or answers counts';
comment on table chat_private.presence_sweeps is 'When people were last looked through for those who have gone';
comment on column chat_private.presence_sweeps.is_only is 'True: there is one row';
comment on column chat_private.presence_sweeps.swept_at is 'The last time, or after a crash a moment to wait for';
comment on function chat_private.presence_now(uuid[]) is 'How people are at this moment';
comment on function chat_private.settle_presence(uuid[]) is 'Writes down how people are at this moment where that has changed';
comment on function chat_private.sweep_presence() is 'Sets people offline whose clients have all gone without a word, some at a time';
comment on function chat_private.beat(uuid, boolean, interval) is 'Notes a beat of one of the caller''s clients';
comment on function chat_private.silent_connection() is 'The connection that stands for what the caller''s session calls without a client that beats';
comment on function chat.stay() is
  'Says that the caller has just done something without a client that beats, and so is here for 15 minutes, active for 5';
comment on policy select_user on chat.presence is 'Everyone signed in sees how everyone is';
comment on function chat.heartbeat(uuid[], boolean, uuid) is
  'Says that the caller''s client is open, and whether somebody uses it; every 25 s. Returns where those of the channels are that the caller is in, and without id the epoch of the topic everyone hears. Errors: too_many_channels';
comment on function chat.go_offline(uuid) is
  'Says that this connection closes, or without an id all of this session; offline is who has no other';
comment on function chat.set_presence(text, text, uuid) is
  'Chooses a presence until the next choice; online: it follows the use of the clients; offline: hidden. Beside online with what the caller does: typing or playing. Where no client beats, the choice keeps them here for 15 minutes. user_id, where it is given, is the caller''s. Errors: user_not_found, not_yourself, invalid_presence, invalid_activity, rate_limited';
comment on function chat.set_status(text, text, timestamptz) is
  'Sets what the caller says about their presence; nothing given clears it. Errors: invalid_status, invalid_emoji, rate_limited';
comment on function chat.clear_status() is 'Removes status text and emoji. Errors: rate_limited';
comment on function chat.get_presence(uuid[]) is
  'How these people are now; those never seen are missing. manual_status is the caller''s own only. Errors: too_many_users';
