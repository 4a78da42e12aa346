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

-- The newest hits below a place, read in order of time until enough are found or enough messages are read: right for
-- words that are common. A few channels are read each for itself, many as one stream.
create function chat_private.walk_hits(request chat_private.search_request, below chat_private.search_place, wanted integer, budget integer)
returns setof chat_private.search_place
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan set enable_seqscan = off set enable_bitmapscan = off as $$
begin
  if cardinality(request.channel_ids) <= 8 then
    return query
      select h.created_at, h.channel_id, h.seq
        from unnest(request.channel_ids, request.queries) mine (id, terms),
             lateral (
               select r.created_at, r.channel_id, r.seq
                 from (select * from chat_private.message_search s
                        where s.channel_id = mine.id and s.created_at >= request.since and s.created_at < request.until
                          and s.created_at <= below.created_at
                        order by s.created_at desc, s.seq desc limit budget) r
                where r.terms @@ mine.terms and (r.created_at, r.channel_id, r.seq) < (below.created_at, below.channel_id, below.seq)
                order by r.created_at desc, r.seq desc limit wanted) h
       order by h.created_at desc, h.channel_id desc, h.seq desc limit wanted;
  else
    return query
      select r.created_at, r.channel_id, r.seq
        from (select * from chat_private.message_search s
               where s.created_at >= request.since and s.created_at < request.until and s.created_at <= below.created_at
               order by s.created_at desc limit budget) r
        join unnest(request.channel_ids, request.queries) mine (id, query) on mine.id = r.channel_id
       where r.terms @@ mine.query and (r.created_at, r.channel_id, r.seq) < (below.created_at, below.channel_id, below.seq)
       order by r.created_at desc, r.channel_id desc, r.seq desc limit wanted;
  end if;
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
           s.created_at >= request.since and s.created_at < request.until and s.terms @@ mine.query as is_hit
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

-- Whether at most this many messages lie in the request's time.
create function chat_private.is_short_span(request chat_private.search_request, most integer) returns boolean
language sql stable set search_path = '' as $$
  select case when cardinality(request.channel_ids) > 8 then
    not exists (select from chat_private.message_search s
                 where s.created_at >= request.since and s.created_at < request.until offset most)
  else
    not exists (select from unnest(request.channel_ids) mine (id), lateral (
                  select from chat_private.message_search s
                   where s.channel_id = mine.id and s.created_at >= request.since and s.created_at < request.until
                   offset most limit 1) t)
  end;
$$;

-- The newest hits below a place (at least enough of them), and how many there are in all: exact, or at least that many. Walks find what is common, the
-- index what is rare; each gives up before it gets dear, and the other goes on.
create function chat_private.find_hits(request chat_private.search_request, below chat_private.search_place, wanted integer, enough integer,
                                       needs_total boolean, out places chat_private.search_place[], out total integer, out is_exact boolean)
language plpgsql stable set search_path = '' as $$
declare
  v_has_dates boolean := request.since > '-infinity' or request.until < 'infinity';
  -- Where both ways cost the same, by the size of the index.
  v_most integer := (select least(greatest(1500, sqrt(20 * greatest(c.reltuples, 0))), 15000) from pg_catalog.pg_class c
                      where c.oid = 'chat_private.message_search'::regclass);
  v_budget integer;
begin
  foreach v_budget in array array[2000, 12000, 60000] loop
    -- A second walk pays where the first one found something.
    continue when v_budget = 12000 and cardinality(places) < 7;
    places := array(select chat_private.walk_hits(request, below, wanted, v_budget));
    if v_has_dates and cardinality(places) < wanted and chat_private.is_short_span(request, v_budget) then
      total := cardinality(places);
      is_exact := true;
      return;
    elsif cardinality(places) >= (case v_budget when 60000 then enough else wanted end) then
      if needs_total and total is null then
        -- Where words must stand together or something is not wanted, not every candidate is a hit.
        select g.total, g.is_complete into total, is_exact
          from chat_private.gather_hits(request, below, 0, case when request.outlines = request.queries then 1000 else 4000 end) g;
      end if;
      total := greatest(total, cardinality(places));
      return;
    end if;
    continue when v_budget = 2000 and cardinality(places) >= 7;
    select g.places, g.total, g.is_complete into places, total, is_exact
      from chat_private.gather_hits(request, below, wanted, case when v_budget = 60000 then 2000000000 else v_most end) g;
    exit when is_exact;
  end loop;
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
  v_request := chat_private.read_search(query,
    case when search_messages.channel_id is null then chat_private.searched_channels()
         else array[search_messages.channel_id] end, from_id);
  v_request.since := greatest(v_request.since, after + interval '1 microsecond', '-infinity');
  v_request.until := least(v_request.until, before, 'infinity');
  v_cursor := chat_private.read_search_cursor(search_messages.cursor);

  if sort = 'newest' then
    v_below := (v_cursor.created_at, v_cursor.channel_id, v_cursor.seq);
    v_hits := chat_private.find_hits(v_request, v_below, page_size + 1, page_size + 1, v_cursor.total is null);
  else
    -- The best of the newest 500, which stay the same from page to page.
    v_below := (v_cursor.newest, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 9223372036854775807);
    v_hits := chat_private.find_hits(v_request, v_below, 500, page_size + 1, v_cursor.total is null);
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
  'Searches the caller''s channels: words, "phrases", word*, -not, from: in: before: after: on: during: has: is:; newest or by relevance (of the newest 500). Errors: rate_limited, invalid_search, invalid_page_size, invalid_cursor, channel_not_found, not_a_member';
