-- Conversations for APIs that know people by id or username and see every kind of channel as the same: each with who is in it.

create type chat.conversation as (
  id uuid,
  kind text,
  -- Where it has none: its slug, or who else is or was in it.
  name text,
  description text,
  -- Who made it, whoever owns it now.
  created_by uuid,
  created_at timestamptz,
  archived_at timestamptz,
  member_count integer,
  members chat.person[]
);

-- Serves lists of public channels, newest first.
create index channels_public_newest_idx on chat.channels (id) where kind = 'public' and deleted_at is null;

-- Whom this names: an id, or a username, which is shorter. What is far longer names nobody, and is not looked at.
create function chat_private.person_id(name text) returns uuid
language sql stable set search_path = '' as $$
  select p.id
    from (select case when char_length(person_id.name) <= 200 then lower(btrim(person_id.name)) end as text) v
    join chat.profiles p on p.id = case when char_length(v.text) = 36 and pg_input_is_valid(v.text, 'uuid') then v.text::uuid end
   where p.deleted_at is null
  union all
  select p.id from chat.profiles p
   where p.username = case when char_length(person_id.name) <= 200 then lower(btrim(person_id.name)) end and p.deleted_at is null
   limit 1;
$$;
grant execute on function chat_private.person_id(text) to authenticated;

-- Everybody who is named, once.
create function chat_private.people_ids(names text[], operation text) returns uuid[]
language plpgsql stable set search_path = '' as $$
declare
  v_ids uuid[];
  v_unknown text;
begin
  if cardinality(names) > 1000 then
    perform chat_private.fail('too_many_members', 400, format('unable to %s; at most 1,000 people can be named at once', operation));
  end if;
  -- As one set; person_id for each would take ten times as long.
  select coalesce(array_agg(distinct f.id) filter (where f.id is not null), '{}'),
         (array_agg(f.name) filter (where f.id is null))[1]
    into v_ids, v_unknown
    from (select w.name, coalesce(i.id, u.id) as id
            from (select n as name, case when char_length(n) <= 200 then lower(btrim(n)) end as text from unnest(names) n where n is not null) w
            left join chat.profiles i on i.deleted_at is null
              and i.id = case when char_length(w.text) = 36 and pg_input_is_valid(w.text, 'uuid') then w.text::uuid end
            left join chat.profiles u on u.deleted_at is null and u.username = w.text) f;
  if v_unknown is not null then
    perform chat_private.fail('user_not_found', 404, format('unable to %s; there is nobody called "%s"', operation, left(v_unknown, 40)));
  end if;
  return v_ids;
end;
$$;
grant execute on function chat_private.people_ids(text[], text) to authenticated;

create function chat.find_people(names text[]) returns setof chat.person
language plpgsql stable rows 20 set search_path = '' as $$
begin
  if cardinality(names) > 500 then
    perform chat_private.fail('too_many_users', 400, 'unable to find people; at most 500 can be asked for at once');
  end if;
  return query
    select p.id, p.username, p.name, p.avatar_url
      from (select chat_private.person_id(n.name) as id, min(n.place) as place
              from unnest(names) with ordinality n (name, place) group by 1) w
      join chat.profiles p on p.id = w.id
     order by w.place;
end;
$$;
grant execute on function chat.find_people(text[]) to authenticated;

-- These channels in this order, whoever may see them. Of the members the first 100, who came first.
create function chat_private.conversations(ids uuid[]) returns setof chat.conversation
language sql stable set search_path = '' as $$
  select c.id, c.kind,
         coalesce(c.name, c.slug, case when c.kind = 'dm' then coalesce((
           select p.name from chat.profiles p
            where p.id = chat_private.dm_partner(c.dm_key, (select auth.uid())) and p.deleted_at is null), 'deleted-user') end, (
           select string_agg(o.name, ', ' order by o.n)
             from (select x.name, x.n from unnest(m.list) with ordinality x (id, username, name, avatar_url, n)
                    where x.id <> (select auth.uid()) order by x.n limit 4) o), ''),
         c.description, coalesce(c.founder_id, c.created_by), c.created_at, c.archived_at, n.member_count, coalesce(m.list, '{}')
    from unnest(conversations.ids) with ordinality w (id, place)
    join chat.channels c on c.id = w.id
    join chat.channel_counters n on n.channel_id = c.id
   cross join lateral (
     select array_agg(row(p.id, p.username, p.name, p.avatar_url)::chat.person order by f.joined_at, f.role, f.user_id) as list
       from (select a.* from (select * from chat.channel_members x
                               where x.channel_id = c.id and x.role = 'admin' order by x.joined_at limit 100) a
             union all
             select b.* from (select * from chat.channel_members x
                               where x.channel_id = c.id and x.role = 'member' order by x.joined_at limit 100) b
              order by joined_at, role, user_id limit 100) f
       join chat.profiles p on p.id = f.user_id) m
   order by w.place;
$$;

-- Public ones follow when the own ones are over: a page before one that the caller is not in begins among them.
-- Volatile, so that it counts the call of the HTTP API which makes it (07_api_limits.sql).
-- Definer: who is in a public channel is otherwise shown to its members only.
create function chat.read_conversations(kinds text[] default null, with_public boolean default false, before uuid default null,
                                        page_size integer default 50)
returns setof chat.conversation
language plpgsql volatile security definer rows 50 set search_path = '' as $$
declare
  v_me constant uuid := (select auth.uid());
  v_last constant uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  v_before constant uuid := coalesce(read_conversations.before, v_last);
  v_is_past_own boolean;
  v_ids uuid[] := '{}';
begin
  perform chat_private.check_page_size(page_size, 'list conversations');
  v_is_past_own := with_public and before is not null
    and not exists (select from chat.channel_members m where m.channel_id = v_before and m.user_id = v_me);
  if not v_is_past_own then
    v_ids := array(
      select m.channel_id
        from chat.channel_members m
        join chat.channels c on c.id = m.channel_id
        join chat.channel_counters n on n.channel_id = m.channel_id
        join chat.channel_states s on s.channel_id = m.channel_id and s.user_id = m.user_id
       where m.user_id = v_me and m.channel_id < v_before and (kinds is null or c.kind = any (kinds))
         and (s.hidden_at is null or s.hidden_at < coalesce(n.last_message_at, c.created_at))
       order by m.channel_id desc limit page_size);
  end if;
  if with_public and cardinality(v_ids) < page_size then
    v_ids := v_ids || array(
      select c.id from chat.channels c
       where c.kind = 'public' and c.deleted_at is null and c.archived_at is null
         and c.id < case when v_is_past_own then v_before else v_last end
         and not exists (select from chat.channel_members m where m.channel_id = c.id and m.user_id = v_me)
         and not exists (select from chat.channel_bans b where b.channel_id = c.id and b.user_id = v_me and b.until > now())
       order by c.id desc limit page_size - cardinality(v_ids));
  end if;
  return query select * from chat_private.conversations(v_ids);
end;
$$;
grant execute on function chat.read_conversations(text[], boolean, uuid, integer) to authenticated;

-- Volatile as above. Definer: as above.
create function chat.read_conversation(channel_id uuid, kinds text[] default null) returns chat.conversation
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_conversation chat.conversation;
begin
  if exists (select from chat.channels c
              where c.id = read_conversation.channel_id and c.deleted_at is null and (kinds is null or c.kind = any (kinds))
                and (c.kind = 'public'
                       and not exists (select from chat.channel_bans b where b.channel_id = c.id and b.user_id = (select auth.uid()) and b.until > now())
                     or exists (select from chat.channel_members m where m.channel_id = c.id and m.user_id = (select auth.uid())))) then
    select * into v_conversation from chat_private.conversations(array[read_conversation.channel_id]);
    return v_conversation;
  end if;
  perform chat_private.fail('channel_not_found', 404,
    'unable to read conversation; it does not exist or is not visible to you');
end;
$$;
grant execute on function chat.read_conversation(uuid, text[]) to authenticated;

-- Definer: as above; the caller is in what it reads.
create function chat.start_conversation(kind text, name text default null, members text[] default '{}', description text default '')
returns chat.conversation
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_members uuid[] := chat_private.people_ids(start_conversation.members, 'start conversation');
  v_id uuid;
  v_conversation chat.conversation;
begin
  if start_conversation.kind = 'group' then
    select g.id into v_id from chat.create_group(v_members, start_conversation.name, start_conversation.description) g;
  else
    select c.id into v_id from chat.create_channel(kind => start_conversation.kind, name => start_conversation.name,
                                                   description => start_conversation.description, member_ids => v_members) c;
  end if;
  select * into v_conversation from chat_private.conversations(array[v_id]);
  return v_conversation;
end;
$$;
grant execute on function chat.start_conversation(text, text, text[], text) to authenticated;

create function chat.add_people(channel_id uuid, people text[]) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform chat.add_members(add_people.channel_id, chat_private.people_ids(add_people.people, 'add members'));
end;
$$;
grant execute on function chat.add_people(uuid, text[]) to authenticated;

comment on type chat.conversation is 'A channel of any kind with its first members';
comment on function chat_private.person_id(text) is 'The person with this id or username; null when there is none';
comment on function chat_private.people_ids(text[], text) is
  'Everybody with these ids or usernames, once. Errors: user_not_found, too_many_members';
comment on function chat_private.conversations(uuid[]) is 'These channels with their first members';
comment on function chat.find_people(text[]) is
  'The people with these ids or usernames, each once and in this order; who does not exist is missing. Errors: too_many_users';
comment on function chat.read_conversations(text[], boolean, uuid, integer) is
  'The caller''s channels that are in sight, of some kinds on request, newest first, and on request public ones after them that they may join, newest first; before an id: 1 to 200. Errors: invalid_page_size';
comment on function chat.read_conversation(uuid, text[]) is
  'A channel of the caller or a public one that they are not banned from, of some kinds on request, with its first 100 members. Errors: channel_not_found';
comment on function chat.start_conversation(text, text, text[], text) is
  'Makes a group, or a public or private channel with a slug of its name, of the caller and people by id or username. Errors: user_not_found, and those of create_group or create_channel';
comment on function chat.add_people(uuid, text[]) is
  'As add_members, by ids or usernames. Errors: those of add_members';
