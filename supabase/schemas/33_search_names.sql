-- Search by name: people, channels and the members of a channel, by the beginnings of words and, where those are few, with typos.

create extension if not exists pg_trgm with schema extensions;

-- The words of names as terms, in any script.
create function chat_private.name_terms(variadic names text[]) returns tsvector
language sql immutable parallel safe set search_path = '' as $$
  select array_to_tsvector(array(select word from chat_private.search_words(array_to_string(names, ' '))));
$$;

-- Names as trigrams are made of them.
create function chat_private.name_text(variadic names text[]) returns text
language sql immutable parallel safe set search_path = '' as $$
  select chat_private.plain(array_to_string(names, ' '));
$$;

create index profiles_username_begin_idx on chat.profiles (username text_pattern_ops) where deleted_at is null;
create index profiles_terms_idx on chat.profiles using gin (chat_private.name_terms(username, name)) where deleted_at is null;
create index profiles_trigrams_idx on chat.profiles using gin (chat_private.name_text(username, name) extensions.gin_trgm_ops) where deleted_at is null;
-- Public channels only: a search never meets the others, so that its time tells nothing of them.
create index channels_terms_idx on chat.channels using gin (chat_private.name_terms(slug, name, description))
  where kind = 'public' and deleted_at is null;
create index channels_trigrams_idx on chat.channels using gin (chat_private.name_text(slug, name) extensions.gin_trgm_ops)
  where kind = 'public' and deleted_at is null;

-- What was typed of a name, as a tsquery: all of its words, the last one as a beginning. Null where there is none.
create function chat_private.name_words(query text) returns tsquery
language sql immutable set search_path = '' as $$
  select replace(replace(chat_private.search_phrase(query, true), ' <-> ', ' & '), '~', '')::tsquery;
$$;

create function chat_private.name_query(query text, operation text) returns tsquery
language plpgsql stable set search_path = '' as $$
declare
  v_query tsquery;
begin
  if char_length(query) <= 200 then
    v_query := chat_private.name_words(query);
  end if;
  if v_query is null then
    perform chat_private.fail('invalid_search', 400, format('unable to %s; type 1 to 200 characters, letters or digits among them', operation));
  end if;
  return v_query;
end;
$$;

-- A literal for the left side of like.
create function chat_private.like_prefix(value text) returns text
language sql immutable parallel safe set search_path = '' as $$
  select regexp_replace(value, '([\\%_])', '\\\1', 'g') || '%';
$$;

-- People by the beginnings of username, name and the words of both, best first. Each way is bounded before it is sorted, so
-- the narrow ones come first: who is called exactly so is found however many names begin like that.
create function chat_private.people_named(query text) returns uuid[]
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_query tsquery := chat_private.name_query(query, 'search users');
  v_name text := lower(btrim(query));
  v_username text := ltrim(v_name, '@');
  v_text text := btrim(chat_private.name_text(query));
  v_ids uuid[];
begin
  v_ids := array(
    select p.id from chat.profiles p
     where p.username like chat_private.like_prefix(v_username) and p.deleted_at is null order by p.username limit 100);
  v_ids := v_ids || array(
    -- In the order of the index.
    select p.id from chat.profiles p
     where lower(p.name) like chat_private.like_prefix(v_name) and p.deleted_at is null and p.id <> all (v_ids)
     order by lower(p.name) using ~<~, p.username limit 100);
  v_ids := v_ids || array(
    select w.id
      from (select p.id, p.username, p.name from chat.profiles p
             where chat_private.name_terms(p.username, p.name) @@ v_query and p.deleted_at is null and p.id <> all (v_ids) limit 100) w
     order by chat_private.name_text(w.name) not like v_text || '%', w.username);
  return array(select p.id from unnest(v_ids) with ordinality best (id, n) join chat.profiles p on p.id = best.id
                order by p.username <> v_username, lower(p.name) <> v_name, best.n);
end;
$$;

-- People whose names look like the query, as after a typo, without those who are known already.
create function chat_private.people_like(query text, known uuid[]) returns uuid[]
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_text text := btrim(chat_private.name_text(query));
begin
  if char_length(v_text) <= 3 then
    return '{}';
  end if;
  perform set_config('pg_trgm.word_similarity_threshold', '0.4', true);
  return array(
    select s.id
      from (select p.id, p.username, chat_private.name_text(p.username, p.name) as text from chat.profiles p
             where v_text operator(extensions.<%) chat_private.name_text(p.username, p.name)
               and p.deleted_at is null and p.id <> all (known) limit 500) s
     order by extensions.word_similarity(v_text, s.text) desc, s.username limit 50);
end;
$$;

-- Definer: accounts are seen by their owners only, and suspended people are left out.
create function chat.search_users(query text, after uuid default null, page_size integer default 20)
returns setof chat.profiles
language plpgsql stable rows 20 security definer set search_path = '' as $$
declare
  v_ids uuid[] := chat_private.people_named(query);
begin
  perform chat_private.check_page_size(page_size, 'search users');
  if cardinality(v_ids) < page_size then
    v_ids := v_ids || chat_private.people_like(query, v_ids);
  end if;
  return query
    select p.*
      from unnest(v_ids) with ordinality best (id, n)
      join chat.profiles p on p.id = best.id
     where (after is null or best.n > array_position(v_ids, after))
       and exists (select from chat.accounts a where a.user_id = p.id and a.suspended_at is null)
     order by best.n limit page_size;
end;
$$;
grant execute on function chat.search_users(text, uuid, integer) to authenticated;

-- Definer: asks for the public channels alone, which row-level security would not let an index do.
create function chat.search_channels(query text, after uuid default null, page_size integer default 20)
returns setof chat.channels
language plpgsql stable rows 20 security definer
set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_query tsquery := chat_private.name_query(query, 'search channels');
  v_text text := btrim(chat_private.name_text(query));
  v_ids uuid[];
begin
  perform chat_private.check_page_size(page_size, 'search channels');
  v_ids := array(
    select c.id
      from (select c.id, c.slug, c.name, c.archived_at from chat.channels c
             where chat_private.name_terms(c.slug, c.name, c.description) @@ v_query and c.kind = 'public' and c.deleted_at is null
             limit 200) c
     order by c.archived_at is not null, chat_private.name_text(c.slug) not like v_text || '%',
              chat_private.name_text(c.name) not like v_text || '%', c.slug);
  -- The caller's other channels come first: they are few, and the likeliest to be meant.
  v_ids := array(
    select c.id from chat.channels c
     where c.id in (select chat_private.my_channel_ids()) and c.kind in ('private', 'group')
       and chat_private.name_terms(c.slug, c.name, c.description) @@ v_query
     order by c.archived_at is not null, c.slug, c.name, c.id limit 200) || v_ids;
  if cardinality(v_ids) < page_size and char_length(v_text) > 3 then
    perform set_config('pg_trgm.word_similarity_threshold', '0.4', true);
    v_ids := v_ids || array(
      select s.id
        from (select c.id, c.slug, chat_private.name_text(c.slug, c.name) as text from chat.channels c
               where v_text operator(extensions.<%) chat_private.name_text(c.slug, c.name) and c.kind = 'public' and c.deleted_at is null
                 and c.id <> all (v_ids) limit 500) s
       order by extensions.word_similarity(v_text, s.text) desc, s.slug limit 50);
  end if;
  return query
    select c.* from unnest(v_ids) with ordinality best (id, n) join chat.channels c on c.id = best.id
     where after is null or best.n > array_position(v_ids, after)
     order by best.n limit page_size;
end;
$$;
grant execute on function chat.search_channels(text, uuid, integer) to authenticated;

-- Definer: as search_users. Small channels are read, large ones are looked up in the names of all people.
create function chat.search_members(channel_id uuid, query text, after uuid default null, page_size integer default 20)
returns setof chat.channel_members
language plpgsql stable rows 20 security definer
set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_query tsquery := chat_private.name_query(query, 'search members');
  v_text text := btrim(chat_private.name_text(query));
  v_ids uuid[];
begin
  perform chat_private.require_member(search_members.channel_id, 'search members');
  perform chat_private.check_page_size(page_size, 'search members');
  if (select n.member_count <= 300 from chat.channel_counters n where n.channel_id = search_members.channel_id) then
    v_ids := array(
      select m.user_id from chat.channel_members m join chat.profiles p on p.id = m.user_id
       where m.channel_id = search_members.channel_id and chat_private.name_terms(p.username, p.name) @@ v_query);
  else
    v_ids := array(
      select p.id from chat.profiles p
       where chat_private.name_terms(p.username, p.name) @@ v_query and p.deleted_at is null
         and exists (select from chat.channel_members m where m.channel_id = search_members.channel_id and m.user_id = p.id)
       limit 200);
  end if;
  v_ids := array(
    select p.id from chat.profiles p
     where p.id = any (v_ids)
       and exists (select from chat.accounts a where a.user_id = p.id and a.suspended_at is null)
     order by chat_private.name_text(p.username) not like v_text || '%', chat_private.name_text(p.name) not like v_text || '%', p.username);
  return query
    select m.* from unnest(v_ids) with ordinality best (id, n)
      join chat.channel_members m on m.channel_id = search_members.channel_id and m.user_id = best.id
     where after is null or best.n > array_position(v_ids, after)
     order by best.n limit page_size;
end;
$$;
grant execute on function chat.search_members(uuid, text, uuid, integer) to authenticated;

comment on function chat.search_users(text, uuid, integer) is
  'People whose username or name has words that begin like the query''s, best first, then similar ones; pages of at most 350 in all, after the last id of the page before. Suspended people are left out. Errors: invalid_search, invalid_page_size';
comment on function chat.search_channels(text, uuid, integer) is
  'The caller''s private channels and groups, then public channels, whose slug, name or description has words that begin like the query''s, then similar ones. Errors: invalid_search, invalid_page_size';
comment on function chat.search_members(uuid, text, uuid, integer) is
  'Members of a channel whose username or name has words that begin like the query''s, best first. Errors: invalid_search, invalid_page_size, channel_not_found, not_a_member';
