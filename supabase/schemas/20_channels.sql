-- Channels and who belongs to them: membership decides who sees a channel and everything in it.

create table chat.channels (
  id uuid primary key default chat_private.uuid_v7(),
  kind text not null constraint channels_kind_known check (kind in ('public', 'private', 'group', 'dm')),
  slug text
    constraint channels_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 80),
  name text constraint channels_name_form check (name is not distinct from chat_private.clean_name(name)),
  description text not null default ''
    constraint channels_description_length check (char_length(description) <= 500),
  is_open boolean not null default false constraint channels_open_is_public check (not is_open or kind = 'public'),
  custom jsonb not null default '{}' constraint channels_custom_form check (chat_private.is_custom(custom)),
  dm_key text,
  epoch integer not null default 0,
  created_by uuid references chat.profiles on delete set null,
  founder_id uuid default auth.uid() references chat.profiles on delete set null,
  created_at timestamptz not null default now(),
  archived_at timestamptz,
  deleted_at timestamptz,
  constraint channels_dm_key_unique unique (dm_key),
  constraint channels_dm_has_key check ((kind = 'dm') = (dm_key is not null)),
  constraint channels_slug_or_people check ((kind in ('public', 'private')) = (slug is not null))
);
create index channels_created_by_idx on chat.channels (created_by);
create index channels_founder_id_idx on chat.channels (founder_id);
-- A deleted channel gives its slug free.
create unique index channels_slug_unique on chat.channels (slug) where deleted_at is null;
-- Serves the list of public channels.
create index channels_public_idx on chat.channels (slug) where kind = 'public' and deleted_at is null;
-- Serves the list of open channels, newest first.
create index channels_open_idx on chat.channels (id) where is_open and deleted_at is null;

create table chat.channel_members (
  channel_id uuid not null references chat.channels on delete cascade,
  user_id uuid not null references chat.profiles on delete cascade,
  role text not null default 'member' constraint channel_members_role_known check (role in ('admin', 'member')),
  joined_at timestamptz not null default now(),
  primary key (channel_id, user_id),
  constraint channel_members_account_fkey foreign key (user_id) references chat.accounts on delete cascade
);
create index channel_members_user_id_idx on chat.channel_members (user_id, channel_id);
-- Serves the question who becomes admin when the last one is gone, and the list of admins.
create index channel_members_role_idx on chat.channel_members (channel_id, role, joined_at);

-- Apart from channels and narrow, because every message updates it: a heap-only update of one small row.
create table chat.channel_counters (
  channel_id uuid primary key references chat.channels on delete cascade,
  last_seq bigint not null default 0,
  last_change bigint not null default 0,
  last_rank bigint not null default 0,
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
  using ((kind = 'public' and deleted_at is null) or id in (select chat_private.my_channel_ids()));
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

-- Definer: as above. What follows from memberships is done once a statement, as thousands of people go with a channel.
create function chat_private.tg_channel_members__count() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.channel_counters n
     set member_count = n.member_count + case tg_op when 'INSERT' then m.total else -m.total end
    from (select changed.channel_id, count(*)::integer as total from changed group by changed.channel_id) m
   where n.channel_id = m.channel_id;
  return null;
end;
$$;
create trigger _100_count after insert on chat.channel_members
  referencing new table as changed for each statement execute function chat_private.tg_channel_members__count();
create trigger _100_count_down after delete on chat.channel_members
  referencing old table as changed for each statement execute function chat_private.tg_channel_members__count();

-- A member's row is that person in that channel for good, also when it is edited by hand.
create function chat_private.tg_channel_members__keep_identity() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform chat_private.fail('forbidden', 403, 'unable to change the membership; remove it and add another');
  return null;
end;
$$;
create trigger _050_keep_identity before update of channel_id, user_id on chat.channel_members
  for each row when (new.channel_id <> old.channel_id or new.user_id <> old.user_id)
  execute function chat_private.tg_channel_members__keep_identity();

-- Counters follow from messages and members; an edit by hand would tear numbers and messages apart.
create function chat_private.tg_channel_counters__protect() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform chat_private.fail('forbidden', 403, 'unable to change the counters; they follow from messages and members');
  return null;
end;
$$;
create trigger _050_protect before update on chat.channel_counters
  for each row when (pg_trigger_depth() = 0 and (new.last_seq <> old.last_seq or new.last_change <> old.last_change
    or new.last_rank <> old.last_rank or new.member_count <> old.member_count or new.channel_id <> old.channel_id))
  execute function chat_private.tg_channel_counters__protect();

-- Realtime caches who may hear a topic until the token changes, so a departure moves the channel to a new topic; but
-- not when somebody leaves a public channel, which they may hear again whenever they like. A deleted channel moves once,
-- and the channels of a deleted account have moved before its memberships go.
-- Definer: channels are written by functions only.
create function chat_private.tg_channel_members__raise_epoch() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.channels c set epoch = c.epoch + 1
   where c.id in (select m.channel_id from removed m) and c.deleted_at is null
     and exists (select from removed m join chat.profiles p on p.id = m.user_id and p.deleted_at is null
                  where m.channel_id = c.id and (c.kind <> 'public' or m.user_id is distinct from (select auth.uid())));
  return null;
end;
$$;
create trigger _200_raise_epoch after delete on chat.channel_members
  referencing old table as removed for each statement execute function chat_private.tg_channel_members__raise_epoch();

-- Definer: roles are written by functions only. A channel with members has an admin: when the last one goes,
-- the longest-standing member takes over.
create function chat_private.tg_channel_members__keep_admin() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_channel uuid;
begin
  for v_channel in select distinct m.channel_id from old_members m where m.role = 'admin' order by m.channel_id loop
    -- Two last admins may go at once: the second waits here and sees that the first is gone.
    perform from chat.channel_counters n where n.channel_id = v_channel for no key update;
    if not exists (select from chat.channel_members m where m.channel_id = v_channel and m.role = 'admin') then
      update chat.channel_members m set role = 'admin'
        from chat.channels c
       where c.id = v_channel and c.kind <> 'dm' and m.channel_id = v_channel
         and m.user_id = (select o.user_id from chat.channel_members o where o.channel_id = v_channel
                           order by o.joined_at, o.user_id limit 1);
    end if;
  end loop;
  return null;
end;
$$;
create trigger _300_keep_admin after delete on chat.channel_members
  referencing old table as old_members for each statement execute function chat_private.tg_channel_members__keep_admin();
create trigger _300_keep_admin_on_update after update on chat.channel_members
  referencing old table as old_members for each statement execute function chat_private.tg_channel_members__keep_admin();

comment on table chat.channels is 'A place to talk: public, private, a group, or the direct messages of two people';
comment on column chat.channels.id is 'A UUIDv7';
comment on column chat.channels.kind is 'public: everyone signed in may find and join it; private: by invitation; group: people without a slug, each may invite; dm: two people, for good';
comment on column chat.channels.slug is 'Unique name for addresses among channels that are not deleted, a-z, 0-9 and dashes; null for group and dm';
comment on column chat.channels.name is 'Name as shown, when it differs from the slug or the people''s names';
comment on column chat.channels.is_open is 'Whether anybody reads it, also without an account; only of public ones';
comment on column chat.channels.description is 'What the channel is for, at most 500 characters';
comment on column chat.channels.custom is 'The app''s own data: an object of at most 16 KB';
comment on column chat.channels.dm_key is 'Both user ids, smaller first: one dm per pair';
comment on column chat.channels.epoch is 'Part of the channel''s Realtime topics; rises when somebody must hear nothing more';
comment on column chat.channels.created_by is 'Who owns it, at first whoever made it: may delete it and give roles, and cannot leave before somebody else owns it';
comment on column chat.channels.founder_id is 'Who made it, whoever owns it now; null when it was made by hand';
comment on column chat.channels.created_at is 'When it was made';
comment on column chat.channels.archived_at is 'Since when it can only be read; null while it can be written';
comment on column chat.channels.deleted_at is 'When it was deleted: it has no members then, and nobody finds it';
comment on table chat.channel_members is 'Who is in a channel and with what role; what a member keeps to themself is in channel_states';
comment on column chat.channel_members.channel_id is 'The channel';
comment on column chat.channel_members.user_id is 'The person';
comment on column chat.channel_members.role is 'admin or member of this channel';
comment on column chat.channel_members.joined_at is 'Since when';
comment on table chat.channel_counters is 'One narrow row per channel: the last numbers handed out and the number of members';
comment on column chat.channel_counters.channel_id is 'The channel';
comment on column chat.channel_counters.last_seq is 'seq of the newest message; 0 before the first';
comment on column chat.channel_counters.last_change is 'Number of the newest change to an existing message; 0 before the first';
comment on column chat.channel_counters.last_rank is 'How many messages so far count as unread for others: written by people and shown in the channel';
comment on column chat.channel_counters.last_message_at is 'When something was last shown in the channel';
comment on column chat.channel_counters.member_count is 'How many people are in it';
comment on policy select_visible on chat.channels is 'Public channels and the ones the caller is in';
comment on policy select_member on chat.channel_members is 'Members see who else is in their channels';
comment on policy select_member on chat.channel_counters is 'Members see the counters of their channels';
