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

create type chat.dm_person as (id uuid, username text, name text, avatar_url text, status text);
create type chat.listed_channel as (
  id uuid,
  kind text,
  slug text,
  -- Of a group without a name: who is in it.
  name text,
  description text,
  created_by uuid,
  created_at timestamptz,
  member_count integer,
  unread_count bigint,
  -- Of direct messages only: the other person, and both with their status.
  dm_user_id uuid,
  people chat.dm_person[],
  last_message chat.full_message
);
create type chat.channel_details as (
  id uuid,
  kind text,
  slug text,
  name text,
  description text,
  custom jsonb,
  created_by uuid,
  created_at timestamptz,
  archived_at timestamptz,
  member_count integer,
  members chat.channel_person[]
);
create type chat.channel_page as (channels chat.listed_channel[], total integer);

-- For whoever has just made or changed a channel. Volatile, or it would not see what the function has written whose
-- row this is.
create function chat.member_count(channel chat.channels) returns integer
language sql volatile set search_path = '' as $$
  select n.member_count from chat.channel_counters n where n.channel_id = channel.id;
$$;
grant execute on function chat.member_count(chat.channels) to authenticated;

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

-- These channels in this order, as far as they are the caller's: to be run with the owner's rights, under which the view
-- still shows the caller's channels only, but each of its counts need not ask again which ones those are.
-- The last message is the newest that the channel shows and that nobody has deleted.
create function chat_private.listed_channels(ids uuid[]) returns chat.listed_channel[]
language plpgsql stable set search_path = '' as $$
declare
  v_last chat.full_message[];
begin
  select chat_private.full_messages(array_agg(w.id), array_agg(m.seq)) into v_last
    from unnest(listed_channels.ids) w (id)
   cross join lateral (
     select x.seq from chat.messages x where x.channel_id = w.id and x.in_channel and x.deleted_at is null
      order by x.seq desc limit 1) m;
  return array(
    select row(c.id, c.kind, c.slug, coalesce(c.name, c.group_name), c.description, c.created_by, c.created_at,
               c.member_count, c.unread_count, c.dm_user_id,
               case when c.kind = 'dm' then array(
                 select row(p.id, p.username, p.name, p.avatar_url, coalesce(s.status, 'offline'))::chat.dm_person
                   from chat.profiles p left join chat.presence s on s.user_id = p.id
                  where p.id in (c.dm_user_id, (select auth.uid())) order by p.id) end,
               l)::chat.listed_channel
      from unnest(listed_channels.ids) with ordinality w (id, n)
     cross join lateral (
       select x.id, x.kind, x.slug, x.name, x.group_name, x.description, x.created_by, x.created_at, x.member_count,
              x.unread_count, x.dm_user_id
         from chat.my_channels x where x.id = w.id offset 0) c
      left join unnest(v_last) l on l.channel_id = w.id
     order by w.n);
end;
$$;

-- Which ones first and what there is to say of them then, or it would be found out for those who are skipped as well.
-- Volatile, so that it counts the call of the HTTP API which makes it (07_api_limits.sql).
-- Definer: as said of listed_channels.
create function chat.read_channels(kinds text[] default null, page_size integer default 50, skip integer default 0)
returns chat.channel_page
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_ids uuid[];
  v_page chat.channel_page;
begin
  perform chat_private.check_page_size(page_size, 'list channels');
  perform chat_private.check_skip(skip, 'list channels');
  v_ids := array(
    select m.channel_id
      from chat.channel_members m
      join chat.channels c on c.id = m.channel_id
      join chat.channel_counters n on n.channel_id = m.channel_id
     where m.user_id = (select auth.uid()) and (kinds is null or c.kind = any (kinds))
     order by coalesce(n.last_message_at, c.created_at) desc, m.channel_id desc limit page_size offset skip);
  v_page.channels := chat_private.listed_channels(v_ids);
  v_page.total := skip + cardinality(v_ids);
  -- A page that ends the list says how long it is.
  if cardinality(v_ids) = page_size or v_page.total = skip and skip > 0 then
    select count(*) into v_page.total
      from chat.channel_members m join chat.channels c on c.id = m.channel_id
     where m.user_id = (select auth.uid()) and (kinds is null or c.kind = any (kinds));
  end if;
  return v_page;
end;
$$;
grant execute on function chat.read_channels(text[], integer, integer) to authenticated;

-- Definer: as above.
create function chat.start_dm(user_id uuid) returns chat.listed_channel
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id uuid;
begin
  select o.id into v_id from chat.open_dm(start_dm.user_id, to_oneself => false) o;
  return (chat_private.listed_channels(array[v_id]))[1];
end;
$$;
grant execute on function chat.start_dm(uuid) to authenticated;

-- Volatile as above. Definer: how many people are in a channel is otherwise shown to these only.
create function chat.list_public_channels(after text default null, page_size integer default 50)
returns table (id uuid, kind text, slug text, name text, description text, created_by uuid, created_at timestamptz,
               member_count integer)
language plpgsql volatile security definer rows 50 set search_path = '' as $$
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

-- Volatile as above. Definer: addresses are their owners', and who is in a public channel is seen by its members; the documents show both
-- to everybody who may read about the channel.
create function chat.get_channel(channel_id uuid) returns setof chat.channel_details
language plpgsql volatile security definer rows 1 set search_path = '' as $$
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

create function chat.change_channel(channel_id uuid, slug text default null, description text default null, kind text default null)
returns setof chat.channel_details
language plpgsql volatile rows 1 set search_path = '' as $$
begin
  perform chat.update_channel(change_channel.channel_id, slug => change_channel.slug,
                              description => change_channel.description, kind => change_channel.kind);
  return query select * from chat.get_channel(change_channel.channel_id);
end;
$$;
grant execute on function chat.change_channel(uuid, text, text, text) to authenticated;

comment on type chat.channel_person is 'A member of a channel as its page shows them';
comment on type chat.dm_person is 'Who takes part in a dm';
comment on type chat.listed_channel is 'A channel of the caller with what lists say about it';
comment on type chat.channel_details is 'A channel with its first members';
comment on type chat.channel_page is 'Some of the caller''s channels, and how many there are';
comment on function chat.member_count(chat.channels) is 'How many people are in a channel of the caller: a computed column';
comment on function chat_private.sees_contacts() is 'Whether the caller sees the addresses and numbers of others';
comment on function chat_private.check_skip(integer, text) is 'Refuses to skip more than 100,000 rows';
comment on function chat_private.listed_channels(uuid[]) is 'These channels of the caller as lists show them';
comment on function chat.read_channels(text[], integer, integer) is
  'The caller''s channels, of some kinds on request, the last active first, and how many there are: 1 to 200 after skipping some. Errors: invalid_page_size, invalid_input';
comment on function chat.start_dm(uuid) is
  'The dm with somebody else as lists show it, made on first use. Errors: user_not_found, cannot_target_oneself, user_blocked, rate_limited';
comment on function chat.list_public_channels(text, integer) is
  'Channels that the caller can join, by slug after one: 1 to 200 rows. Errors: invalid_page_size';
comment on function chat.get_channel(uuid) is
  'A channel of the caller or a public one, with its first 1,000 members, admins first. Errors: channel_not_found, channel_is_private';
comment on function chat.change_channel(uuid, text, text, text) is
  'update_channel that answers as get_channel does. Errors: those of both';
