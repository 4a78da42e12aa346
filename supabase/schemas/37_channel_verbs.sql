-- What people do with channels: make, open, change, archive, delete them and hand them over.

create table chat.channel_bans (
  channel_id uuid not null references chat.channels on delete cascade,
  user_id uuid not null references chat.profiles on delete cascade,
  reason text not null default '' constraint channel_bans_reason_length check (char_length(reason) <= 500),
  until timestamptz not null default 'infinity',
  banned_by uuid references chat.profiles on delete set null,
  created_at timestamptz not null default now(),
  primary key (channel_id, user_id),
  constraint channel_bans_account_fkey foreign key (user_id) references chat.accounts on delete cascade
);
create index channel_bans_user_id_idx on chat.channel_bans (user_id);
create index channel_bans_banned_by_idx on chat.channel_bans (banned_by);

alter table chat.channel_bans enable row level security;
grant select on chat.channel_bans to authenticated;
create policy select_channel_admin on chat.channel_bans for select to authenticated
  using (channel_id in (select m.channel_id from chat.channel_members m
                         where m.user_id = (select auth.uid()) and m.role = 'admin'));

-- A ban takes its member out, also when it is made by hand.
-- Definer: membership is written by functions only.
create function chat_private.tg_channel_bans__expel() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from chat.channel_members m
   where m.channel_id = new.channel_id and m.user_id = new.user_id and new.until > now();
  return null;
end;
$$;
create trigger _200_expel after insert or update on chat.channel_bans
  for each row execute function chat_private.tg_channel_bans__expel();

-- Refuses what a channel's fields cannot be; null means that the field is not given.
create function chat_private.check_channel(slug text, name text, description text, custom jsonb, operation text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if char_length(slug) > 80 or slug !~ '^[a-z0-9]+(-[a-z0-9]+)*$' then
    perform chat_private.fail('invalid_slug', 400,
      format('unable to %s; a slug has 1 to 80 of a-z, 0-9 and single dashes between them', operation));
  elsif chat_private.clean_name(name) is distinct from btrim(name) then
    perform chat_private.fail('invalid_name', 400,
      format('unable to %s; a name has 1 to 80 characters, none of them invisible', operation));
  elsif char_length(description) > 500 then
    perform chat_private.fail('invalid_description', 400,
      format('unable to %s; a description has at most 500 characters', operation));
  elsif not coalesce(chat_private.is_custom(coalesce(custom, '{}')), false) then
    perform chat_private.fail('invalid_custom', 400,
      format('unable to %s; custom data is an object of at most 16 KB and 100 levels', operation));
  end if;
end;
$$;

-- Definer: nobody may insert members directly. Adds those of the given users that exist, are not banned and not in yet.
create function chat_private.add_members(channel_id uuid, user_ids uuid[], role text default 'member') returns setof uuid
language plpgsql security definer set search_path = '' as $$
begin
  if cardinality(user_ids) > 1000 then
    perform chat_private.fail('too_many_members', 400, 'unable to add members; at most 1,000 can be added at once');
  elsif exists (select from unnest(user_ids) u where not exists (select from chat.profiles p where p.id = u and p.deleted_at is null)) then
    perform chat_private.fail('user_not_found', 404, 'unable to add members; at least one user does not exist');
  elsif exists (select from chat.channels c where c.id = add_members.channel_id and c.kind in ('group', 'private'))
        and exists (select from chat.blocks b
                     where (b.blocker_id = (select auth.uid()) and b.blocked_id = any (user_ids))
                        or (b.blocked_id = (select auth.uid()) and b.blocker_id = any (user_ids))) then
    -- Who may not write to somebody may not bring them into a conversation either.
    perform chat_private.fail('user_blocked', 403, 'unable to add members; one of them and you have blocked the other');
  elsif exists (select from chat.channel_bans b where b.channel_id = add_members.channel_id and b.user_id = any (user_ids)
                 and b.until > now()) then
    perform chat_private.fail('user_banned', 403, 'unable to add members; at least one of them is banned from the channel');
  end if;
  return query insert into chat.channel_members as m (channel_id, user_id, role)
    -- In one order, or two who add the same people at once would wait for each other.
    select distinct add_members.channel_id, u, coalesce(add_members.role, 'member')
      from unnest(user_ids) u where u is not null order by u
    on conflict do nothing
    returning m.user_id;
end;
$$;

-- A slug for a channel that came with a name only: of its letters and digits, and of its id where that is taken. No more is
-- looked at than a name may have.
create function chat_private.suggest_slug(wish text, id uuid) returns text
language sql stable set search_path = '' as $$
  select case when v.base <> '' and not exists (select from chat.channels c where c.slug = v.base and c.deleted_at is null)
              then v.base
              else btrim(left(coalesce(nullif(v.base, ''), 'channel'), 60), '-') || '-' || right(replace(suggest_slug.id::text, '-', ''), 12) end
    from (select btrim(left(btrim(regexp_replace(lower(regexp_replace(normalize(left(btrim(coalesce(suggest_slug.wish, '')), 80), nfkd), '[\u0300-\u036f]', '', 'g')),
                                                 '[^a-z0-9]+', '-', 'g'), '-'), 80), '-') as base) v;
$$;

-- Definer: makes the caller the first member, which no policy lets anybody do.
create function chat.create_channel(slug text default null, kind text default 'public', name text default null,
                                    description text default '', member_ids uuid[] default '{}', custom jsonb default '{}', id uuid default null,
                                    is_open boolean default false)
returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_id uuid := coalesce(create_channel.id, chat_private.uuid_v7());
  v_slug text := coalesce(lower(btrim(create_channel.slug)),
                          case when btrim(create_channel.name) <> '' then chat_private.suggest_slug(create_channel.name, v_id) end);
  v_channel chat.channels;
begin
  perform chat_private.take_token('create_channel');
  if create_channel.kind is null or create_channel.kind not in ('public', 'private') then
    perform chat_private.fail('invalid_channel_kind', 400, 'unable to create channel; its kind is public or private');
  elsif create_channel.is_open and create_channel.kind <> 'public' then
    perform chat_private.fail('invalid_channel_kind', 400, 'unable to create channel; only a public one can be open');
  end if;
  perform chat_private.check_channel(coalesce(v_slug, ''), create_channel.name, create_channel.description, create_channel.custom, 'create channel');

  loop
    insert into chat.channels (id, kind, slug, name, description, custom, is_open, created_by)
    values (v_id, create_channel.kind, v_slug, btrim(create_channel.name), coalesce(create_channel.description, ''),
            coalesce(create_channel.custom, '{}'), coalesce(create_channel.is_open, false), (select auth.uid()))
    on conflict do nothing
    returning * into v_channel;
    exit when v_channel.id is not null or create_channel.slug is not null
      or v_slug = chat_private.suggest_slug(create_channel.name, v_id);
    -- Somebody has just taken the one that was made of the name.
    v_slug := chat_private.suggest_slug(create_channel.name, v_id);
  end loop;
  if v_channel.id is null then
    -- Asked for once more, since the first answer got lost.
    return query select * from chat.channels c
      where c.id = create_channel.id and c.created_by = (select auth.uid()) and c.kind = create_channel.kind and c.deleted_at is null;
    if found then
      return;
    elsif exists (select from chat.channels c where c.slug = v_slug and c.deleted_at is null) then
      perform chat_private.fail('slug_taken', 409, 'unable to create channel; another one has this slug');
    end if;
    perform chat_private.fail('conflict', 409, 'unable to create channel; there is another channel of this id');
  end if;

  insert into chat.channel_members (channel_id, user_id, role) values (v_channel.id, (select auth.uid()), 'admin');
  perform chat_private.add_members(v_channel.id, create_channel.member_ids);
  perform chat_private.post_system_message(v_channel.id, 'Channel created', 'channel_created');
  return next v_channel;
end;
$$;
grant execute on function chat.create_channel(text, text, text, text, uuid[], jsonb, uuid, boolean) to authenticated;

-- Definer: as above.
create function chat.create_group(member_ids uuid[], name text default null, description text default '', custom jsonb default '{}',
                                  id uuid default null)
returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_channel chat.channels;
begin
  perform chat_private.take_token('create_channel');
  perform chat_private.check_channel(null, create_group.name, create_group.description, create_group.custom, 'create group');
  -- Others may come later, but then it must be told apart by something.
  if nullif(btrim(create_group.name), '') is null
     and not exists (select from unnest(create_group.member_ids) as u where u <> (select auth.uid())) then
    perform chat_private.fail('too_few_members', 400, 'unable to create group; without a name it needs somebody else');
  end if;
  insert into chat.channels (id, kind, name, description, custom, created_by)
  values (coalesce(create_group.id, chat_private.uuid_v7()), 'group', btrim(create_group.name), coalesce(create_group.description, ''),
          coalesce(create_group.custom, '{}'), (select auth.uid()))
  on conflict do nothing
  returning * into v_channel;
  if v_channel.id is null then
    return query select * from chat.channels c
      where c.id = create_group.id and c.created_by = (select auth.uid()) and c.kind = 'group' and c.deleted_at is null;
    if found then
      return;
    end if;
    perform chat_private.fail('conflict', 409, 'unable to create group; there is another channel of this id');
  end if;
  insert into chat.channel_members (channel_id, user_id, role) values (v_channel.id, (select auth.uid()), 'admin');
  perform chat_private.add_members(v_channel.id, create_group.member_ids);
  return next v_channel;
end;
$$;
grant execute on function chat.create_group(uuid[], text, text, jsonb, uuid) to authenticated;

-- Definer: membership is written by these functions only.
create function chat.open_dm(user_id uuid, to_oneself boolean default true) returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_me uuid := (select auth.uid());
  v_key text := least(v_me, open_dm.user_id)::text || ':' || greatest(v_me, open_dm.user_id)::text;
  v_channel chat.channels;
begin
  if not exists (select from chat.profiles p where p.id = open_dm.user_id and p.deleted_at is null) then
    perform chat_private.fail('user_not_found', 404, 'unable to open direct messages; the user does not exist');
  elsif open_dm.user_id = v_me and not to_oneself then
    perform chat_private.fail('cannot_target_oneself', 400, 'unable to open direct messages; they need somebody else');
  end if;
  select * into v_channel from chat.channels c where c.dm_key = v_key;
  if not found then
    perform chat_private.take_token('open_dm');
    if chat_private.is_blocked_pair(v_me, open_dm.user_id) then
      perform chat_private.fail('user_blocked', 403, 'unable to open direct messages; one of you has blocked the other');
    end if;
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
grant execute on function chat.open_dm(uuid, boolean) to authenticated;

-- Definer: nobody may update channels directly.
create function chat.update_channel(channel_id uuid, slug text default null, name text default null, description text default null,
                                    kind text default null, custom jsonb default null, is_open boolean default null)
returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_slug text := lower(btrim(update_channel.slug));
  v_old chat.channels;
  v_new chat.channels;
begin
  v_old := chat_private.take_right(update_channel.channel_id, 'update_channel', 'update channel');
  if update_channel.kind not in ('public', 'private') or (update_channel.kind is not null and v_old.kind = 'group') then
    perform chat_private.fail('invalid_channel_kind', 400, 'unable to update channel; its kind is public or private, and a group stays one');
  elsif update_channel.is_open and coalesce(update_channel.kind, v_old.kind) <> 'public' then
    perform chat_private.fail('invalid_channel_kind', 400, 'unable to update channel; only a public one can be open');
  elsif v_slug is not null and v_old.kind = 'group' then
    perform chat_private.fail('invalid_slug', 400, 'unable to update channel; a group has no slug');
  end if;
  -- An empty name takes the name away: the slug or the people's names are shown then.
  perform chat_private.check_channel(v_slug, nullif(btrim(update_channel.name), ''), update_channel.description, update_channel.custom, 'update channel');
  begin
    update chat.channels c
       set slug = coalesce(v_slug, c.slug), kind = coalesce(update_channel.kind, c.kind),
           is_open = coalesce(update_channel.is_open, c.is_open) and coalesce(update_channel.kind, c.kind) = 'public',
           name = case when update_channel.name is null then c.name else nullif(btrim(update_channel.name), '') end,
           description = coalesce(update_channel.description, c.description),
           custom = coalesce(update_channel.custom, c.custom)
     where c.id = update_channel.channel_id
    returning * into v_new;
  exception when unique_violation then
    perform chat_private.fail('slug_taken', 409, 'unable to update channel; another one has this slug');
  end;
  if v_new.kind <> 'group' and (v_new.slug, v_new.kind, v_new.name, v_new.description, v_new.is_open)
       is distinct from (v_old.slug, v_old.kind, v_old.name, v_old.description, v_old.is_open) then
    perform chat_private.post_system_message(v_new.id, 'Channel updated', 'channel_updated');
  end if;
  return next v_new;
end;
$$;
grant execute on function chat.update_channel(uuid, text, text, text, text, jsonb, boolean) to authenticated;

-- Definer: as above.
create function chat.archive_channel(channel_id uuid, is_archived boolean default true) returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_channel chat.channels := chat_private.take_right(archive_channel.channel_id, 'archive',
    case when is_archived then 'archive channel' else 'unarchive channel' end);
begin
  if (v_channel.archived_at is not null) <> coalesce(is_archived, true) then
    perform chat_private.post_system_message(v_channel.id,
      case when is_archived then 'Channel archived' else 'Channel unarchived' end,
      case when is_archived then 'channel_archived' else 'channel_unarchived' end);
    update chat.channels c set archived_at = case when is_archived then now() end
     where c.id = v_channel.id returning * into v_channel;
  end if;
  return next v_channel;
end;
$$;
grant execute on function chat.archive_channel(uuid, boolean) to authenticated;

-- Definer: as above. Platform admins may delete channels they are not in, which is noted.
create function chat.delete_channel(channel_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_channel chat.channels;
begin
  select * into v_channel from chat.channels c
   where c.id = delete_channel.channel_id and c.kind <> 'dm' and c.deleted_at is null
     and c.created_by is distinct from (select auth.uid()) and chat_private.is_platform_admin();
  if found then
    perform chat_private.audit('channel.deleted', 'channel', v_channel.id,
      jsonb_build_object('kind', v_channel.kind, 'slug', v_channel.slug));
  else
    perform chat_private.take_right(delete_channel.channel_id, 'delete_channel', 'delete channel');
  end if;
  perform chat_private.lock_channel(delete_channel.channel_id);
  update chat.channels c set deleted_at = now() where c.id = delete_channel.channel_id;
end;
$$;
grant execute on function chat.delete_channel(uuid) to authenticated;

-- A deleted channel has no members, and one that is not public any more no audience but its members.
-- Definer: as above.
create function chat_private.tg_channels__follow() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.deleted_at is not null and old.deleted_at is null then
    -- The members are taken first, as by everybody who reads. Their states go at once; the foreign key would take them
    -- one by one.
    perform from chat.channel_members m where m.channel_id = new.id order by m.user_id for update;
    delete from chat.channel_states s where s.channel_id = new.id;
    delete from chat.channel_members m where m.channel_id = new.id;
    update chat.channels c set epoch = c.epoch + 1 where c.id = new.id;
  end if;
  return null;
end;
$$;
create trigger _200_follow after update of deleted_at on chat.channels
  for each row execute function chat_private.tg_channels__follow();

-- Who could hear a public channel may still have its topic: it moves when the channel closes, and when somebody is banned
-- who has left before. Definer: as above.
create function chat_private.tg_channels__close() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.epoch := greatest(new.epoch, old.epoch + 1);
  return new;
end;
$$;
create trigger _150_close before update of kind on chat.channels
  for each row when (old.kind = 'public' and new.kind <> 'public') execute function chat_private.tg_channels__close();

-- Definer: as above.
create function chat_private.tg_channel_bans__raise_epoch() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.channels c set epoch = c.epoch + 1 where c.id = new.channel_id and c.kind = 'public';
  return null;
end;
$$;
create trigger _150_raise_epoch after insert or update of channel_id, user_id, until on chat.channel_bans
  for each row when (new.until > now()) execute function chat_private.tg_channel_bans__raise_epoch();

-- Definer: as above. What the one says, the other hears no more, also on a socket that is open.
create function chat_private.tg_blocks__raise_epoch() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.channels c set epoch = c.epoch + 1
   where c.dm_key = least(new.blocker_id, new.blocked_id)::text || ':' || greatest(new.blocker_id, new.blocked_id)::text;
  return null;
end;
$$;
create trigger _150_raise_epoch after insert on chat.blocks
  for each row execute function chat_private.tg_blocks__raise_epoch();

-- Definer: as above.
create function chat.transfer_channel(channel_id uuid, user_id uuid) returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.take_right(transfer_channel.channel_id, 'delete_channel', 'transfer channel');
  update chat.channel_members m set role = 'admin'
   where m.channel_id = transfer_channel.channel_id and m.user_id = transfer_channel.user_id;
  if not found then
    perform chat_private.fail('member_not_found', 404, 'unable to transfer channel; this user is not in it');
  end if;
  return query update chat.channels c set created_by = transfer_channel.user_id
    where c.id = transfer_channel.channel_id returning c.*;
end;
$$;
grant execute on function chat.transfer_channel(uuid, uuid) to authenticated;

comment on table chat.channel_bans is 'Who may not come back to a channel; seen by its admins';
comment on column chat.channel_bans.channel_id is 'The channel';
comment on column chat.channel_bans.user_id is 'Who is banned';
comment on column chat.channel_bans.reason is 'Why, at most 500 characters';
comment on column chat.channel_bans.until is 'Until when, infinity for good';
comment on column chat.channel_bans.banned_by is 'Which admin did it';
comment on column chat.channel_bans.created_at is 'When';
comment on policy select_channel_admin on chat.channel_bans is 'Admins of a channel see whom it keeps out';
comment on function chat_private.suggest_slug(text, uuid) is 'A free slug for a channel of this name';
comment on function chat.create_channel(text, text, text, text, uuid[], jsonb, uuid, boolean) is
  'Creates a public or private channel with the caller as admin; without a slug one is made of the name. Anybody reads an open one, also without an account. Errors: rate_limited, invalid_channel_kind, invalid_slug, invalid_name, invalid_description, invalid_custom, slug_taken, conflict, too_many_members, user_not_found, user_blocked';
comment on function chat.create_group(uuid[], text, text, jsonb, uuid) is
  'Creates a group of the caller and these people; one with a name may begin without others. Errors: rate_limited, invalid_name, invalid_description, invalid_custom, too_few_members, conflict, too_many_members, user_not_found, user_blocked';
comment on function chat.open_dm(uuid, boolean) is
  'The direct-message channel with this user, made on first use (also with oneself, unless that is not wanted). Errors: rate_limited, user_not_found, cannot_target_oneself, user_blocked';
comment on function chat.update_channel(uuid, text, text, text, text, jsonb, boolean) is
  'Changes what is given of a channel; an empty name takes it away. Errors: channel_not_found, not_a_member, not_a_channel_admin, channel_archived, dm_is_permanent, invalid_channel_kind, invalid_slug, invalid_name, invalid_description, invalid_custom, slug_taken';
comment on function chat.archive_channel(uuid, boolean) is
  'Makes a channel read-only, or writable again. Errors: channel_not_found, not_a_member, not_a_channel_admin, dm_is_permanent';
comment on function chat.delete_channel(uuid) is
  'Deletes a channel: its members leave it and nobody finds it; messages stay for the audit. Errors: channel_not_found, not_a_member, not_the_creator, not_a_channel_admin, dm_is_permanent';
comment on function chat.transfer_channel(uuid, uuid) is
  'Makes another member the owner of a channel. Errors: channel_not_found, not_a_member, not_the_creator, not_a_channel_admin, member_not_found, dm_is_permanent';
