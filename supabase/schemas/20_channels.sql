-- Channels and who belongs to them: membership decides who sees a channel and everything in it.

create table chat.channels (
  id uuid primary key default chat_private.uuid_v7(),
  kind text not null constraint channels_kind_known check (kind in ('public', 'private', 'dm')),
  slug text
    constraint channels_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 80),
  name text constraint channels_name_form check (name is not distinct from chat_private.clean_name(name)),
  description text not null default ''
    constraint channels_description_length check (char_length(description) <= 500),
  dm_key text,
  epoch integer not null default 0,
  created_by uuid references chat.profiles on delete set null,
  created_at timestamptz not null default now(),
  constraint channels_slug_unique unique (slug),
  constraint channels_dm_key_unique unique (dm_key),
  constraint channels_dm_has_key check ((kind = 'dm') = (dm_key is not null)),
  constraint channels_dm_has_no_slug check ((kind = 'dm') = (slug is null))
);
create index channels_created_by_idx on chat.channels (created_by);
-- Serves the list of public channels.
create index channels_public_idx on chat.channels (slug) where kind = 'public';

create table chat.channel_members (
  channel_id uuid not null references chat.channels on delete cascade,
  user_id uuid not null references chat.profiles on delete cascade,
  role text not null default 'member' constraint channel_members_role_known check (role in ('admin', 'member')),
  last_read_seq bigint not null default 0,
  joined_at timestamptz not null default now(),
  primary key (channel_id, user_id)
) with (fillfactor = 80);
create index channel_members_user_id_idx on chat.channel_members (user_id, channel_id);

-- Apart from channels and narrow, because every message updates it: a heap-only update of one small row.
create table chat.channel_counters (
  channel_id uuid primary key references chat.channels on delete cascade,
  last_seq bigint not null default 0,
  last_message_at timestamptz,
  member_count integer not null default 0
) with (fillfactor = 50);

alter table chat.channels enable row level security;
alter table chat.channel_members enable row level security;
alter table chat.channel_counters enable row level security;

-- Definer: channel_members is under RLS itself; a policy reading it directly would recurse.
create function chat_private.my_channel_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select channel_id from chat.channel_members where user_id = (select auth.uid());
$$;
grant execute on function chat_private.my_channel_ids() to authenticated;

grant select on chat.channels, chat.channel_members, chat.channel_counters to authenticated;

create policy select_visible on chat.channels for select to authenticated
  using (kind = 'public' or id in (select chat_private.my_channel_ids()));
create policy select_member on chat.channel_members for select to authenticated
  using (channel_id in (select chat_private.my_channel_ids()));
create policy select_member on chat.channel_counters for select to authenticated
  using (channel_id in (select chat_private.my_channel_ids()));

-- Definer: counters are written by nobody but these triggers.
create function chat_private.tg_channels__create_counter() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat.channel_counters (channel_id) values (new.id);
  return null;
end;
$$;
create trigger _100_create_counter after insert on chat.channels
  for each row execute function chat_private.tg_channels__create_counter();

-- Definer: as above.
create function chat_private.tg_channel_members__count() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    update chat.channel_counters set member_count = member_count + 1 where channel_id = new.channel_id;
  else
    update chat.channel_counters set member_count = member_count - 1 where channel_id = old.channel_id;
  end if;
  return null;
end;
$$;
create trigger _100_count after insert or delete on chat.channel_members
  for each row execute function chat_private.tg_channel_members__count();

-- A joining member starts with nothing unread: what was said before is history.
-- Definer: as above.
create function chat_private.tg_channel_members__start_read() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.last_read_seq := (select last_seq from chat.channel_counters where channel_id = new.channel_id);
  return new;
end;
$$;
create trigger _100_start_read before insert on chat.channel_members
  for each row execute function chat_private.tg_channel_members__start_read();

-- Definer: Realtime caches who may hear a topic until the token changes, so a departure from a channel that
-- not everyone may read moves it to a new topic.
create function chat_private.tg_channel_members__raise_epoch() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.channels set epoch = epoch + 1 where id = old.channel_id and kind <> 'public';
  return null;
end;
$$;
create trigger _200_raise_epoch after delete on chat.channel_members
  for each row execute function chat_private.tg_channel_members__raise_epoch();

-- Definer: as above. A deleted account leaves all its channels at once: their counters are taken first and in one
-- order, or two deletions would wait for each other.
create function chat_private.tg_profiles__lock_counters() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform from chat.channel_counters n
    where n.channel_id in (select m.channel_id from chat.channel_members m where m.user_id = old.id)
    order by n.channel_id for no key update;
  return old;
end;
$$;
create trigger _100_lock_counters before delete on chat.profiles
  for each row execute function chat_private.tg_profiles__lock_counters();

-- The caller's role in a channel; refuses with not found when the caller may not know it exists. Says so itself
-- instead of leaving it to row-level security, because definer functions call it too.
create function chat_private.require_member(channel_id uuid, operation text) returns text
language plpgsql stable set search_path = '' as $$
declare
  v_role text;
begin
  select m.role into v_role from chat.channel_members m
   where m.channel_id = require_member.channel_id and m.user_id = (select auth.uid());
  if found then
    return v_role;
  elsif exists (select from chat.channels c where c.id = require_member.channel_id and c.kind = 'public') then
    perform chat_private.fail('not_a_member', 403, format('unable to %s; join the channel first', operation));
  end if;
  perform chat_private.fail('channel_not_found', 404,
    format('unable to %s; the channel does not exist or is not visible to you', operation));
end;
$$;
grant execute on function chat_private.require_member(uuid, text) to authenticated;

-- Definer: nobody may insert members directly. Adds those of the given users that exist and are not in yet.
create function chat_private.add_members(channel_id uuid, user_ids uuid[]) returns void
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from unnest(user_ids) u where not exists (select from chat.profiles p where p.id = u)) then
    perform chat_private.fail('user_not_found', 404, 'unable to add members; at least one user does not exist');
  end if;
  insert into chat.channel_members (channel_id, user_id)
  -- In one order, or two who add the same people at once would wait for each other.
  select add_members.channel_id, u from unnest(user_ids) u order by u
  on conflict do nothing;
end;
$$;

-- Definer: makes the caller the first member, which no policy lets anybody do.
create function chat.create_channel(slug text, kind text default 'public', name text default null,
                                    description text default '', member_ids uuid[] default '{}')
returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_slug text := lower(btrim(create_channel.slug));
  v_channel chat.channels;
begin
  if create_channel.kind is null or create_channel.kind not in ('public', 'private') then
    perform chat_private.fail('invalid_channel_kind', 400, 'unable to create channel; its kind is public or private');
  elsif v_slug is null or v_slug !~ '^[a-z0-9]+(-[a-z0-9]+)*$' or char_length(v_slug) > 80 then
    perform chat_private.fail('invalid_slug', 400,
      'unable to create channel; a slug has 1 to 80 of a-z, 0-9 and single dashes between them');
  elsif chat_private.clean_name(create_channel.name) is distinct from btrim(create_channel.name) then
    perform chat_private.fail('invalid_name', 400,
      'unable to create channel; a name has 1 to 80 characters, none of them invisible');
  elsif char_length(create_channel.description) > 500 then
    perform chat_private.fail('invalid_description', 400, 'unable to create channel; a description has at most 500 characters');
  elsif cardinality(create_channel.member_ids) > 1000 then
    perform chat_private.fail('too_many_members', 400, 'unable to create channel; at most 1,000 members can be added at once');
  end if;

  insert into chat.channels (kind, slug, name, description, created_by)
  values (create_channel.kind, v_slug, btrim(create_channel.name), coalesce(create_channel.description, ''), (select auth.uid()))
  on conflict on constraint channels_slug_unique do nothing
  returning * into v_channel;
  if v_channel.id is null then
    perform chat_private.fail('slug_taken', 409, 'unable to create channel; another one has this slug');
  end if;

  insert into chat.channel_members (channel_id, user_id, role) values (v_channel.id, (select auth.uid()), 'admin');
  perform chat_private.add_members(v_channel.id, create_channel.member_ids);
  return next v_channel;
end;
$$;
grant execute on function chat.create_channel(text, text, text, text, uuid[]) to authenticated;

-- Definer: membership is written by these functions only.
create function chat.open_dm(user_id uuid) returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_me uuid := (select auth.uid());
  v_key text := least(v_me, open_dm.user_id)::text || ':' || greatest(v_me, open_dm.user_id)::text;
  v_channel chat.channels;
begin
  if not exists (select from chat.profiles p where p.id = open_dm.user_id) then
    perform chat_private.fail('user_not_found', 404, 'unable to open direct messages; the user does not exist');
  end if;
  select * into v_channel from chat.channels c where c.dm_key = v_key;
  if not found then
    -- Both sides may open it in the same moment: the second waits here and finds the first one's row.
    insert into chat.channels (kind, dm_key, created_by) values ('dm', v_key, v_me)
    on conflict on constraint channels_dm_key_unique do nothing
    returning * into v_channel;
    if v_channel.id is null then
      select * into strict v_channel from chat.channels c where c.dm_key = v_key;
    else
      insert into chat.channel_members (channel_id, user_id)
      select v_channel.id, u from (values (v_me), (open_dm.user_id)) as pair (u)
      on conflict do nothing;
    end if;
  end if;
  return next v_channel;
end;
$$;
grant execute on function chat.open_dm(uuid) to authenticated;

-- Definer: as above.
create function chat.join_channel(channel_id uuid) returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_channel chat.channels;
begin
  select * into v_channel from chat.channels c
   where c.id = join_channel.channel_id
     and (c.kind = 'public' or c.id in (select chat_private.my_channel_ids()));
  if not found then
    perform chat_private.fail('channel_not_found', 404,
      'unable to join; the channel does not exist or is not visible to you');
  end if;
  insert into chat.channel_members (channel_id, user_id) values (v_channel.id, (select auth.uid()))
  on conflict do nothing;
  return next v_channel;
end;
$$;
grant execute on function chat.join_channel(uuid) to authenticated;

-- Definer: as above.
create function chat.leave_channel(channel_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_member(leave_channel.channel_id, 'leave');
  if (select c.kind from chat.channels c where c.id = leave_channel.channel_id) = 'dm' then
    perform chat_private.fail('dm_is_permanent', 403, 'unable to leave; direct messages always keep both people');
  end if;
  delete from chat.channel_members m
   where m.channel_id = leave_channel.channel_id and m.user_id = (select auth.uid());
end;
$$;
grant execute on function chat.leave_channel(uuid) to authenticated;

-- Definer: as above.
create function chat.add_members(channel_id uuid, user_ids uuid[]) returns setof chat.channel_members
language plpgsql security definer set search_path = '' as $$
begin
  if chat_private.require_member(add_members.channel_id, 'add members') <> 'admin' then
    perform chat_private.fail('not_a_channel_admin', 403, 'unable to add members; only admins of the channel may');
  elsif cardinality(user_ids) > 1000 then
    perform chat_private.fail('too_many_members', 400, 'unable to add members; at most 1,000 can be added at once');
  end if;
  perform chat_private.add_members(add_members.channel_id, user_ids);
  return query select * from chat.channel_members m
    where m.channel_id = add_members.channel_id and m.user_id = any (user_ids);
end;
$$;
grant execute on function chat.add_members(uuid, uuid[]) to authenticated;

-- Definer: as above.
create function chat.remove_member(channel_id uuid, user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  if chat_private.require_member(remove_member.channel_id, 'remove a member') <> 'admin' then
    perform chat_private.fail('not_a_channel_admin', 403, 'unable to remove a member; only admins of the channel may');
  end if;
  delete from chat.channel_members m
   where m.channel_id = remove_member.channel_id and m.user_id = remove_member.user_id;
  if not found then
    perform chat_private.fail('member_not_found', 404, 'unable to remove a member; this user is not in the channel');
  end if;
end;
$$;
grant execute on function chat.remove_member(uuid, uuid) to authenticated;

comment on table chat.channels is 'A place to talk: public, private, or the direct messages of two people';
comment on column chat.channels.kind is 'public: everyone signed in may find and join it; private: by invitation; dm: two people, for good';
comment on column chat.channels.slug is 'Unique name for addresses, a-z, 0-9 and dashes; null for dm';
comment on column chat.channels.name is 'Name as shown, when it differs from the slug';
comment on column chat.channels.dm_key is 'Both user ids, smaller first: one dm per pair';
comment on column chat.channels.epoch is 'Part of the channel''s Realtime topics; rises when somebody leaves or is removed from a channel that is not public';
comment on table chat.channel_members is 'Who is in a channel, with what role and how far they have read';
comment on column chat.channel_members.role is 'admin or member of this channel';
comment on column chat.channel_members.last_read_seq is 'Everything up to this seq is read';
comment on table chat.channel_counters is 'One narrow row per channel: the last seq handed out and the number of members';
comment on column chat.channel_counters.last_seq is 'seq of the newest message; 0 before the first';
comment on function chat.create_channel(text, text, text, text, uuid[]) is
  'Creates a public or private channel with the caller as admin. Errors: invalid_channel_kind, invalid_slug, invalid_name, invalid_description, slug_taken, too_many_members, user_not_found';
comment on function chat.open_dm(uuid) is 'The direct-message channel with this user, made on first use (also with oneself). Errors: user_not_found';
comment on function chat.join_channel(uuid) is 'Joins a public channel; no effect for members. Errors: channel_not_found';
comment on function chat.leave_channel(uuid) is 'Leaves a channel. Errors: channel_not_found, not_a_member, dm_is_permanent';
comment on function chat.add_members(uuid, uuid[]) is
  'Adds users to a channel the caller is admin of and returns their memberships. Errors: channel_not_found, not_a_member, not_a_channel_admin, user_not_found, too_many_members';
comment on function chat.remove_member(uuid, uuid) is
  'Removes a user from a channel the caller is admin of. Errors: channel_not_found, not_a_member, not_a_channel_admin, member_not_found';
comment on policy select_visible on chat.channels is 'Public channels and the ones the caller is in';
comment on policy select_member on chat.channel_members is 'Members see who else is in their channels';
comment on policy select_member on chat.channel_counters is 'Members see the counters of their channels';
