-- Channels as lists and pages show them: with who is in them, how many, and what was said last.

create type chat.channel_person as (
  user_id uuid,
  username text,
  name text,
  avatar_url text,
  email text,
  role text,
  status text,
  joined_at timestamptz
);

-- For whoever has just made or changed a channel. Volatile, or it would not see what the function has written whose
-- row this is.
create function chat.member_count(channel chat.channels) returns integer
language sql volatile set search_path = '' as $$
  select n.member_count from chat.channel_counters n where n.channel_id = channel.id;
$$;
grant execute on function chat.member_count(chat.channels) to authenticated;

-- The newest that the channel shows and that nobody has deleted.
-- Definer: asks for the membership by key; under row-level security each channel of a list would collect all of the
-- caller's first.
create function chat.last_message(channel chat.my_channels) returns setof chat.messages rows 1
language sql stable security definer set search_path = '' as $$
  select m.* from chat.messages m
   where m.channel_id = channel.id and m.in_channel and m.deleted_at is null
     and exists (select from chat.channel_members o where o.channel_id = channel.id and o.user_id = (select auth.uid()))
   order by m.seq desc limit 1;
$$;
grant execute on function chat.last_message(chat.my_channels) to authenticated;

create function chat.dm_people(channel chat.my_channels) returns setof chat.profiles rows 2
language sql stable set search_path = '' as $$
  select p.* from chat.profiles p
   where channel.kind = 'dm' and p.id in (channel.dm_user_id, (select auth.uid()))
   order by p.id;
$$;
grant execute on function chat.dm_people(chat.my_channels) to authenticated;

create function chat.presence_status(profile chat.profiles) returns text
language sql stable set search_path = '' as $$
  select coalesce((select s.status from chat.presence s where s.user_id = profile.id), 'offline');
$$;
grant execute on function chat.presence_status(chat.profiles) to authenticated;

-- Numbers to skip are for APIs that have no cursors; further on than this nobody turns pages.
create function chat_private.check_skip(skip integer, operation text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if skip is null or skip not between 0 and 100000 then
    perform chat_private.fail('invalid_input', 400, format('unable to %s; 0 to 100,000 rows can be skipped', operation));
  end if;
end;
$$;
grant execute on function chat_private.check_skip(integer, text) to authenticated;

-- Which ones first and what there is to say of them then, or it would be found out for those who are skipped as well.
-- Definer: the view under the owner's rights still shows the caller's channels only, but each of its counts need not
-- ask again which ones those are.
create function chat.list_my_channels(kinds text[] default null, page_size integer default 50, skip integer default 0)
returns setof chat.my_channels
language plpgsql stable security definer rows 50 set search_path = '' as $$
begin
  perform chat_private.check_page_size(page_size, 'list channels');
  perform chat_private.check_skip(skip, 'list channels');
  return query
    select c.* from (
        select m.channel_id, coalesce(n.last_message_at, o.created_at) as active_at
          from chat.channel_members m
          join chat.channels o on o.id = m.channel_id
          join chat.channel_counters n on n.channel_id = m.channel_id
         where m.user_id = (select auth.uid()) and (kinds is null or o.kind = any (kinds))
         order by active_at desc, m.channel_id desc limit page_size offset skip) page
     cross join lateral (select * from chat.my_channels x where x.id = page.channel_id offset 0) c
     order by page.active_at desc, page.channel_id desc;
end;
$$;
grant execute on function chat.list_my_channels(text[], integer, integer) to authenticated;

create function chat.count_my_channels(kinds text[] default null) returns bigint
language sql stable set search_path = '' as $$
  select count(*) from chat.channel_members m join chat.channels c on c.id = m.channel_id
   where m.user_id = (select auth.uid()) and (kinds is null or c.kind = any (kinds));
$$;
grant execute on function chat.count_my_channels(text[]) to authenticated;

-- Definer: how many people are in a channel is otherwise shown to these only.
create function chat.list_public_channels(after text default null, page_size integer default 50)
returns table (id uuid, kind text, slug text, name text, description text, created_by uuid, created_at timestamptz,
               member_count integer)
language plpgsql stable security definer rows 50 set search_path = '' as $$
begin
  perform chat_private.check_page_size(page_size, 'list public channels');
  return query
    select c.id, c.kind, c.slug, c.name, c.description, c.created_by, c.created_at, n.member_count
      from chat.channels c
      join chat.channel_counters n on n.channel_id = c.id
     where c.kind = 'public' and c.deleted_at is null and c.archived_at is null
       and c.slug > coalesce(list_public_channels.after, '')
       and not exists (select from chat.channel_members m where m.channel_id = c.id and m.user_id = (select auth.uid()))
       and not exists (select from chat.channel_bans b where b.channel_id = c.id and b.user_id = (select auth.uid()) and b.until > now())
     order by c.slug limit page_size;
end;
$$;
grant execute on function chat.list_public_channels(text, integer) to authenticated;

-- Whether the caller sees the addresses and numbers of others: unless the platform keeps them back (setting share_contacts).
create function chat_private.sees_contacts() returns boolean
language sql stable set search_path = '' as $$
  select chat_private.setting('share_contacts')::boolean or chat_private.is_platform_admin();
$$;

-- Definer: addresses are their owners', and who is in a public channel is seen by its members; the documents show both
-- to everybody who may read about the channel.
create function chat.get_channel(channel_id uuid)
returns table (id uuid, kind text, slug text, name text, description text, custom jsonb, created_by uuid,
               created_at timestamptz, archived_at timestamptz, member_count integer, members chat.channel_person[])
language plpgsql stable security definer rows 1 set search_path = '' as $$
declare
  v_kind text := (select c.kind from chat.channels c where c.id = get_channel.channel_id and c.deleted_at is null);
  v_sees_contacts constant boolean := chat_private.sees_contacts();
begin
  if v_kind is distinct from 'public' and not exists (
       select from chat.channel_members m where m.channel_id = get_channel.channel_id and m.user_id = (select auth.uid())) then
    if v_kind = 'private' then
      perform chat_private.fail('channel_is_private', 403, 'unable to read channel; it is private and you are not in it');
    end if;
    perform chat_private.refuse_stranger(get_channel.channel_id, 'read channel');
  end if;
  return query
    select c.id, c.kind, c.slug, c.name, c.description, c.custom, c.created_by, c.created_at, c.archived_at, n.member_count,
           array(select row(p.id, p.username, p.name, p.avatar_url,
                            case when v_sees_contacts or a.user_id = (select auth.uid()) then a.email end,
                            m.role, coalesce(s.status, 'offline'), m.joined_at)::chat.channel_person
                   from (select * from chat.channel_members f where f.channel_id = c.id
                          order by f.role, f.joined_at limit 1000) m
                   join chat.profiles p on p.id = m.user_id
                   join chat.accounts a on a.user_id = m.user_id
                   left join chat.presence s on s.user_id = m.user_id
                  order by m.role, m.joined_at, m.user_id)
      from chat.channels c
      join chat.channel_counters n on n.channel_id = c.id
     where c.id = get_channel.channel_id;
end;
$$;
grant execute on function chat.get_channel(uuid) to authenticated;

comment on type chat.channel_person is 'A member of a channel as its page shows them';
comment on function chat.member_count(chat.channels) is 'How many people are in a channel of the caller: a computed column';
comment on function chat.last_message(chat.my_channels) is
  'The newest message that the channel shows and that is not deleted: to be embedded like a table';
comment on function chat.dm_people(chat.my_channels) is
  'The people of a dm, the caller among them: to be embedded like a table; none for other kinds';
comment on function chat.presence_status(chat.profiles) is 'online, away, busy, inmeeting or offline, as for who was never there: a computed column';
comment on function chat_private.sees_contacts() is 'Whether the caller sees the addresses and numbers of others';
comment on function chat_private.check_skip(integer, text) is 'Refuses to skip more than 100,000 rows';
comment on function chat.list_my_channels(text[], integer, integer) is
  'The caller''s channels, of some kinds on request, the last active first: 1 to 200 rows after skipping some. Errors: invalid_page_size, invalid_input';
comment on function chat.count_my_channels(text[]) is 'How many channels list_my_channels has in all';
comment on function chat.list_public_channels(text, integer) is
  'Channels that the caller can join, by slug after one: 1 to 200 rows. Errors: invalid_page_size';
comment on function chat.get_channel(uuid) is
  'A channel of the caller or a public one, with its first 1,000 members, admins first. Errors: channel_not_found, channel_is_private';
