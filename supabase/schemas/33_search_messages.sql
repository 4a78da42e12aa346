-- Search in messages: finds the newest or best hits of a query, counts them and marks what matches.

create type chat.person as (id uuid, username text, name text, avatar_url text);
create type chat.channel_label as (id uuid, kind text, slug text, name text);
create type chat.search_hit as (
  message chat.messages,
  my_reactions text[],
  author chat.person,
  channel chat.channel_label,
  snippet text,
  next_cursor text,
  total integer,
  is_total_exact boolean
);

create type chat_private.search_place as (created_at timestamptz, channel_id uuid, seq bigint);
-- The last hit of a page and what later pages need to know of the first.
create type chat_private.search_cursor as (
  created_at timestamptz, channel_id uuid, seq bigint, rank integer, newest timestamptz, total integer, is_exact boolean
);

-- The hits among the next messages below a place, newest first, how many those are, and the place where reading ended (null
-- when nothing is left): right for words that are common. A few channels are read each for itself, many as one stream.
create function chat_private.walk_hits(request chat_private.search_request, below chat_private.search_place, wanted integer, budget integer,
                                       out places chat_private.search_place[], out counted integer, out ended chat_private.search_place)
language plpgsql stable set search_path = '' set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_bitmapscan = off set enable_mergejoin = off as $$
declare
  v_share integer := budget / greatest(cardinality(request.channel_ids), 1);
begin
  if cardinality(request.channel_ids) <= 8 then
    -- All channels are read as far as the one that has the most in a short time.
    select e.* into ended
      from unnest(request.channel_ids) mine (id),
           lateral (select s.created_at, s.channel_id, s.seq from chat_private.message_search s
                     where s.channel_id = mine.id and s.created_at >= request.since
                       and s.created_at <= below.created_at and (s.created_at, s.channel_id, s.seq) < (below.created_at, below.channel_id, below.seq)
                     order by s.created_at desc, s.seq desc offset v_share limit 1) e
     order by e.created_at desc, e.channel_id desc, e.seq desc limit 1;
    places := array(
      select row(s.created_at, s.channel_id, s.seq)::chat_private.search_place
        from unnest(request.channel_ids, request.queries) mine (id, query),
             lateral (select * from chat_private.message_search s
                       where s.channel_id = mine.id and s.created_at >= greatest(request.since, ended.created_at)
                         and s.created_at <= below.created_at and (s.created_at, s.channel_id, s.seq) < (below.created_at, below.channel_id, below.seq)
                       offset 0) s
       where s.terms @@ mine.query and (ended is null or (s.created_at, s.channel_id, s.seq) >= (ended.created_at, ended.channel_id, ended.seq))
       order by s.created_at desc, s.channel_id desc, s.seq desc);
  else
    select s.created_at, s.channel_id, s.seq into ended
      from chat_private.message_search s
     where s.created_at >= request.since
       and (s.created_at, s.channel_id, s.seq) < (below.created_at, below.channel_id, below.seq)
     order by s.created_at desc, s.channel_id desc, s.seq desc offset budget limit 1;
    places := array(
      select row(s.created_at, s.channel_id, s.seq)::chat_private.search_place
        from (select * from chat_private.message_search s
               where s.created_at >= greatest(request.since, ended.created_at)
                 and (s.created_at, s.channel_id, s.seq) < (below.created_at, below.channel_id, below.seq)
               offset 0) s
        join unnest(request.channel_ids, request.queries) mine (id, query) on mine.id = s.channel_id
       where s.terms @@ mine.query and (ended is null or (s.created_at, s.channel_id, s.seq) >= (ended.created_at, ended.channel_id, ended.seq))
       order by s.created_at desc, s.channel_id desc, s.seq desc);
  end if;
  counted := cardinality(places);
  places := places[1:wanted];
end;
$$;

-- All hits, by looking the words up in the index, until more than `most` candidates are found: right for words that are rare.
create function chat_private.gather_hits(request chat_private.search_request, below chat_private.search_place, wanted integer, most integer,
                                         out places chat_private.search_place[], out total integer, out is_complete boolean)
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan set enable_seqscan = off as $$
begin
  with candidates as materialized (
    -- One channel after the other (offset 0), so that the index is asked for terms alone.
    select s.created_at, s.channel_id, s.seq,
           s.created_at >= request.since and s.created_at < request.until
             and (request.queries = request.outlines or s.terms @@ mine.query) as is_hit
      from unnest(request.channel_ids, request.queries, request.outlines) mine (id, query, outline),
           lateral (select * from chat_private.message_search s where s.terms @@ mine.outline offset 0) s
     where s.channel_id = mine.id
     limit most + 1
  )
  select (select count(*) from candidates c where c.is_hit), (select count(*) <= most from candidates),
         array(select row(c.created_at, c.channel_id, c.seq)::chat_private.search_place from candidates c
                where c.is_hit and (c.created_at, c.channel_id, c.seq) < (below.created_at, below.channel_id, below.seq)
                order by c.created_at desc, c.channel_id desc, c.seq desc limit wanted)
    into total, is_complete, places;
end;
$$;

-- The newest hits below a place (enough of them, up to as many as are wanted), and how many there are in all: exact, or
-- at least that many. Walks find what is common, the index what is rare; each gives up where the other is cheaper.
create function chat_private.find_hits(request chat_private.search_request, below chat_private.search_place, wanted integer, enough integer,
                                       needs_total boolean, out places chat_private.search_place[], out total integer, out is_exact boolean)
language plpgsql stable set search_path = '' as $$
declare
  -- A word that so many messages have is met a few times by a walk over as many: there both ways cost the same.
  v_even integer := (select least(greatest(2000, 4 * sqrt(greatest(c.reltuples, 0))), 15000) from pg_catalog.pg_class c
                      where c.oid = 'chat_private.message_search'::regclass);
  -- So few hits in a walk say that the index has few as well. Where words must stand together, it may still have many candidates.
  v_few integer := case when request.outlines = request.queries then 12 else 3 end;
  v_below chat_private.search_place := least(below, row(request.until, '00000000-0000-0000-0000-000000000000', 0)::chat_private.search_place);
  v_budget integer := 250;
  v_read integer := 0;
  v_walk record;
  v_index record;
  v_counted integer;
begin
  places := '{}';
  total := 0;
  loop
    v_walk := chat_private.walk_hits(request, v_below, wanted - cardinality(places), v_budget);
    places := places || v_walk.places;
    total := total + v_walk.counted;
    v_read := v_read + v_budget;
    v_below := v_walk.ended;
    is_exact := v_below is null;
    exit when is_exact or cardinality(places) >= (case when v_read >= 8 * v_even then least(enough, 51) when v_read >= v_even then enough else wanted end);

    if v_read >= 8 * v_even or (v_read >= v_even and v_counted is null and (needs_total or total < v_few)) then
      v_index := chat_private.gather_hits(request, below, wanted, case when v_read >= 8 * v_even then 2000000000
        when total < v_few then v_even * 3 / 4 else 1000 end);
      if v_index.is_complete then
        places := v_index.places;
        total := v_index.total;
        is_exact := true;
        return;
      end if;
      v_counted := v_index.total;
    end if;
    v_budget := case when v_read < v_even then v_even
                     else least(8 * v_even, greatest(2, 3 * (enough - total) / (2 * greatest(total, 1))) * v_read) end;
  end loop;

  if is_exact or v_counted is not null or not needs_total then
    total := greatest(total, v_counted);
    return;
  end if;
  -- The page is full before anything was counted.
  v_budget := 1200 * v_read / total;
  if v_budget <= 2 * v_even then
    v_walk := chat_private.walk_hits(request, v_below, 0, v_budget);
    total := total + v_walk.counted;
    is_exact := v_walk.ended is null;
  end if;
  if not is_exact and total <= 1000 then
    v_index := chat_private.gather_hits(request, below, 0, 1000);
    total := greatest(total, v_index.total);
    is_exact := v_index.is_complete;
  end if;
end;
$$;

-- What of a text matches, between STX and ETX (which the text itself cannot have), with some of what stands around the first match.
create function chat_private.search_snippet(body text, pattern text) returns text
language plpgsql immutable set search_path = '' as $$
declare
  v_body text := translate(body, E'\x02\x03', '');
  v_plain text := chat_private.plain(v_body);
  v_is_even boolean := char_length(v_plain) = char_length(v_body);
  v_start integer := greatest(1, coalesce(regexp_instr(v_plain, pattern), 1) - 60);
  v_ends integer[];
  v_marked text;
  v_snippet text := case when v_start > 1 then '…' else '' end;
  v_at integer := 0;
  v_part record;
begin
  v_body := substr(v_body, v_start, 240);
  if v_is_even then
    v_plain := substr(v_plain, v_start, 240);
  else
    -- Folding made some characters longer (ß) or took them away (accents of their own), so each is folded alone: v_ends
    -- says where in the folded text each character ends.
    select string_agg(folded, '' order by n), array_agg(so_far order by n) into v_plain, v_ends
      from (select n, chat_private.plain(c) as folded, sum(char_length(chat_private.plain(c))) over (order by n) as so_far
              from string_to_table(v_body, null) with ordinality chars (c, n)) f;
  end if;
  if pattern is null then
    return v_snippet || v_body;
  end if;
  v_marked := regexp_replace(v_plain, pattern, E'\x02\\&\x02', 'g');
  for v_part in
    select n % 2 = 0 as is_match, sum(char_length(part)) over (order by n) as so_far
      from string_to_table(v_marked, E'\x02') with ordinality p (part, n)
  loop
    declare
      v_end integer := case when v_is_even then v_part.so_far else (select count(*) from unnest(v_ends) e where e <= v_part.so_far) end;
    begin
      v_snippet := v_snippet || case when v_part.is_match then E'\x02' || substr(v_body, v_at + 1, v_end - v_at) || E'\x03'
                                     else substr(v_body, v_at + 1, v_end - v_at) end;
      v_at := v_end;
    end;
  end loop;
  return replace(v_snippet, E'\x03\x02', '');
end;
$$;

-- The caller's channels, those with few messages first: where many hits are to be counted, few of the long lists are read.
create function chat_private.searched_channels() returns uuid[]
language sql stable set search_path = '' as $$
  select array(select m.channel_id
                 from chat.channel_members m join chat.channel_counters n on n.channel_id = m.channel_id
                where m.user_id = (select auth.uid()) order by n.last_seq);
$$;

create function chat_private.read_search_cursor(cursor text) returns chat_private.search_cursor
language plpgsql stable set search_path = '' as $$
declare
  v_cursor chat_private.search_cursor;
begin
  if cursor is null then
    return row('infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 9223372036854775807, 2147483647, clock_timestamp(), null, null)::chat_private.search_cursor;
  end if;
  v_cursor := cursor::chat_private.search_cursor;
  if v_cursor.created_at is null or v_cursor.channel_id is null or v_cursor.seq is null or v_cursor.newest is null
     or v_cursor.total is null then
    raise invalid_text_representation;
  end if;
  return v_cursor;
exception when data_exception then
  perform chat_private.fail('invalid_cursor', 400, 'unable to search; a cursor is what the page before gave');
end;
$$;

-- What to look up for the caller, in all of their channels or in one that they are in.
create function chat_private.search_request(query text, channel_id uuid, from_id uuid, before timestamptz, after timestamptz,
                                            is_lenient boolean default false)
returns chat_private.search_request
language plpgsql stable set search_path = '' as $$
declare
  v_request chat_private.search_request;
begin
  v_request := chat_private.read_search(query,
    case when search_request.channel_id is null then chat_private.searched_channels() else array[search_request.channel_id] end,
    from_id, is_lenient);
  v_request.since := greatest(v_request.since, case when after < '9999-12-31' then after + interval '1 microsecond' else after end, '-infinity');
  v_request.until := least(v_request.until, before, 'infinity');
  return v_request;
end;
$$;

-- Definer: the index belongs to nobody. Looks up nothing but terms of the caller's own channels.
create function chat.search_messages(query text, channel_id uuid default null, from_id uuid default null,
                                     before timestamptz default null, after timestamptz default null,
                                     sort text default 'newest', cursor text default null, page_size integer default 20)
returns setof chat.search_hit
language plpgsql volatile rows 20 security definer set search_path = '' as $$
declare
  v_request chat_private.search_request;
  v_cursor chat_private.search_cursor;
  v_below chat_private.search_place;
  v_hits record;
  v_ranks integer[] := '{}';
  v_more boolean;
begin
  perform chat_private.require_token('search');
  if page_size is null or page_size not between 1 and 50 then
    perform chat_private.fail('invalid_page_size', 400, 'unable to search; a page has 1 to 50 hits');
  elsif sort is null or sort not in ('newest', 'relevance') then
    perform chat_private.fail_search('hits are sorted by newest or relevance');
  elsif search_messages.channel_id is not null then
    perform chat_private.require_member(search_messages.channel_id, 'search');
  end if;
  v_request := chat_private.search_request(query, search_messages.channel_id, from_id, before, after);
  v_cursor := chat_private.read_search_cursor(search_messages.cursor);

  if sort = 'newest' then
    v_below := (v_cursor.created_at, v_cursor.channel_id, v_cursor.seq);
    v_hits := chat_private.find_hits(v_request, v_below, page_size + 1, page_size + 1, v_cursor.total is null);
  else
    -- The best of the newest 50 to 500, which stay the same from page to page: so all is looked up again as for the first.
    v_below := (v_cursor.newest, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 9223372036854775807);
    v_hits := chat_private.find_hits(v_request, v_below, 500, 200, true);
    select coalesce(array_agg(row(r.created_at, r.channel_id, r.seq)::chat_private.search_place order by r.n), '{}'),
           array_agg(r.rank order by r.n)
      into v_hits.places, v_ranks
      from (select s.*, row_number() over (order by s.rank desc, s.created_at desc, s.channel_id desc, s.seq desc) as n
              from (select p.*, (1000000 * ts_rank(i.terms, v_request.queries[array_position(v_request.channel_ids, i.channel_id)], 1))::integer as rank
                      from unnest(v_hits.places) p
                      join chat_private.message_search i using (channel_id, created_at, seq)) s
             where (s.rank, s.created_at, s.channel_id, s.seq) < (v_cursor.rank, v_cursor.created_at, v_cursor.channel_id, v_cursor.seq)
             order by n limit page_size + 1) r;
  end if;

  v_cursor.is_exact := case when v_cursor.total is null then v_hits.is_exact and v_hits.total <= 1000 else v_cursor.is_exact end;
  v_cursor.total := coalesce(v_cursor.total, least(v_hits.total, 1000));
  v_more := cardinality(v_hits.places) > page_size;
  return query
    select m, chat.my_reactions(m), case when a.id is not null then row(a.id, a.username, a.name, a.avatar_url)::chat.person end,
           row(c.id, c.kind, c.slug, coalesce(c.name, c.slug, d.name))::chat.channel_label,
           chat_private.search_snippet(m.body, v_request.pattern),
           case when v_more and p.n = page_size then
             row(p.created_at, p.channel_id, p.seq, p.rank, v_cursor.newest, v_cursor.total, v_cursor.is_exact)::chat_private.search_cursor::text
           end, v_cursor.total, v_cursor.is_exact
      from unnest(v_hits.places[1:page_size], v_ranks[1:page_size]) with ordinality p (created_at, channel_id, seq, rank, n)
      join chat.messages m on m.channel_id = p.channel_id and m.seq = p.seq
      join chat.channels c on c.id = p.channel_id
      left join chat.profiles a on a.id = m.author_id
      left join chat.profiles d on c.kind = 'dm' and d.id = chat_private.dm_partner(c.dm_key, (select auth.uid()))
     order by p.n;
  perform chat_private.take_token('search');
end;
$$;
grant execute on function chat.search_messages(text, uuid, uuid, timestamptz, timestamptz, text, text, integer) to authenticated;

comment on type chat.person is 'Somebody as shown beside what they wrote';
comment on type chat.channel_label is 'A channel as shown beside what was said in it; the name of direct messages is the other person''s';
comment on type chat.search_hit is
  'A message that matches, with author and channel; snippet marks matches between the characters U+0002 and U+0003; next_cursor gives the page behind, null when there is none; total counts all hits, at least, when is_total_exact is false (more than 1,000)';
comment on function chat.search_messages(text, uuid, uuid, timestamptz, timestamptz, text, text, integer) is
  'Searches the caller''s channels: words, "phrases", word*, -not, from: in: before: after: on: during: has: is:; newest or by relevance (of the newest 50 to 500). Errors: rate_limited, invalid_search, invalid_page_size, invalid_cursor, channel_not_found, not_a_member';
