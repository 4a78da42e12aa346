-- Who is shut out of the platform, by suspension or as their account goes, hears no channel any more: also not a public
-- one that they left before, whose topic did not move, as anybody may hear it.

create table chat_private.departures (
  user_id uuid not null references chat.accounts on delete cascade,
  channel_id uuid not null references chat.channels on delete cascade,
  epoch integer not null,
  primary key (user_id, channel_id)
);
create index departures_channel_id_idx on chat_private.departures (channel_id);

alter table chat_private.departures enable row level security;

-- Whose account goes is noted by nothing: their channels move (chat_private.move_channels_of).
-- Definer: the table belongs to nobody. The channel is locked, or it could move just now and the one who leaves with it.
create function chat_private.tg_channel_members__note_departure() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat_private.departures as d (user_id, channel_id, epoch)
  select m.user_id, c.id, c.epoch
    from removed m
    join chat.accounts a on a.user_id = m.user_id
    join chat.channels c on c.id = m.channel_id and c.kind = 'public' and c.deleted_at is null
   where m.user_id = (select auth.uid())
     for share of c
  on conflict on constraint departures_pkey do update set epoch = excluded.epoch;
  return null;
end;
$$;
create trigger _210_note_departure after delete on chat.channel_members
  referencing old table as removed for each statement execute function chat_private.tg_channel_members__note_departure();

-- Moves every channel whose topics this person may still hear. In one order, or two of these would wait for each other.
-- Direct messages with whoever goes for good can only be read: nobody would hear what is said there.
-- Definer: channels are written by functions only.
create function chat_private.move_channels_of(user_id uuid, is_for_good boolean) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform from chat.channels c
    where c.id in (select m.channel_id from chat.channel_members m where m.user_id = move_channels_of.user_id
                   union all
                   select d.channel_id from chat_private.departures d where d.user_id = move_channels_of.user_id)
    order by c.id for no key update;
  update chat.channels c
     set epoch = c.epoch + 1,
         archived_at = case when is_for_good and c.kind = 'dm' then coalesce(c.archived_at, now()) else c.archived_at end
   where c.id in (select m.channel_id from chat.channel_members m where m.user_id = move_channels_of.user_id
                  union all
                  select d.channel_id from chat_private.departures d join chat.channels now on now.id = d.channel_id
                   where d.user_id = move_channels_of.user_id and d.epoch = now.epoch);
end;
$$;

-- A deleted account leaves its channels and takes its reactions back, all at once: the counters are taken first and in
-- one order, as by everybody who changes a channel, and then the memberships, as by whoever reads, or two would wait for
-- each other.
create function chat_private.lock_channels_of(user_id uuid) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform from chat.channel_counters n
    where n.channel_id in (select m.channel_id from chat.channel_members m where m.user_id = lock_channels_of.user_id
                           union all
                           select r.channel_id from chat.reactions r where r.user_id = lock_channels_of.user_id)
    order by n.channel_id for no key update;
  perform from chat.channel_members m where m.user_id = lock_channels_of.user_id order by m.channel_id for update;
end;
$$;

-- Before the profile as well: whoever writes as this person, or to them, takes a counter and then the profile.
-- Definer: Auth knows nothing of chat.
create function chat_private.tg_users__lock_channels() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.lock_channels_of(old.id);
  return old;
end;
$$;
create trigger _100_lock_channels before delete on auth.users
  for each row execute function chat_private.tg_users__lock_channels();

-- What has come in between is taken now.
-- Definer: channels are written by functions only.
create function chat_private.tg_profiles__leave_channels() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.lock_channels_of(old.id);
  perform chat_private.move_channels_of(old.id, is_for_good => true);
  return old;
end;
$$;
create trigger _100_leave_channels before delete on chat.profiles
  for each row execute function chat_private.tg_profiles__leave_channels();

comment on table chat_private.departures is 'Who left a public channel, and may still have the topic that it had then';
comment on column chat_private.departures.user_id is 'Who left';
comment on column chat_private.departures.channel_id is 'The channel';
comment on column chat_private.departures.epoch is 'Its epoch at that time; once it has risen, they hear nothing more';
comment on function chat_private.lock_channels_of(uuid) is 'Takes the counters of the channels that a person is or has reacted in, and their memberships';
comment on function chat_private.move_channels_of(uuid, boolean) is
  'Moves the channels that a person may still hear to new topics; if they go for good, archives their direct messages';
