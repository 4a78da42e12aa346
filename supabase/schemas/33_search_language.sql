-- The language of search: reads a query as people write it, and says what to look up in which of the caller's channels.

-- What a query asks for: in which channels what, within what time, and what to mark. For each channel there are a query and
-- its outline: the words alone, without their order and without what is not wanted, as the index can answer it by itself.
create type chat_private.search_request as (
  channel_ids uuid[], queries tsquery[], outlines tsquery[], since timestamptz, until timestamptz, pattern text
);

create function chat_private.fail_search(reason text) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform chat_private.fail('invalid_search', 400, 'unable to search; ' || reason);
end;
$$;

-- The days that a date in a query means, in UTC: 2026, 2026-05, 2026-05-31, today, yesterday; null when it is none.
create function chat_private.search_days(value text) returns tstzrange
language plpgsql stable set search_path = '' as $$
declare
  v_today date := (now() at time zone 'UTC')::date;
  v_start timestamp;
begin
  if lower(value) in ('today', 'yesterday') then
    v_start := v_today - (lower(value) = 'yesterday')::integer;
  elsif value ~ '^\d{4}(-\d\d){0,2}$' then
    v_start := (value || left('-01-01', 10 - length(value)))::timestamp;
  else
    return null;
  end if;
  return tstzrange(v_start at time zone 'UTC', (v_start + case length(value) when 4 then interval '1 year'
    when 7 then interval '1 month' else interval '1 day' end) at time zone 'UTC');
exception when datetime_field_overflow or invalid_datetime_format then
  return null;
end;
$$;

-- Words that stand together, as a tsquery in which ~ stands for the channel: a phrase when there are several.
create function chat_private.search_phrase(value text, is_prefix boolean) returns text
language sql immutable set search_path = '' as $$
  select '(' || string_agg('~' || word || case
           when is_last or (is_prefix and not dense and place = last_place) then ':*' else '' end, ' <-> ' order by place) || ')'
    from (select w.*, lag(word) over (order by place) as before, max(place) over () as last_place,
                 word ~ ('[' || chat_private.dense_scripts() || ']') as dense
            from chat_private.search_words(value) w) w
   -- The last character of a run that ends the query: its pair says it already, and in the message the run may go on.
   where not (is_last and place = last_place and coalesce(right(before, 1) = word, false));
$$;

-- The parts of a text that are marked in what is found, as regular expressions for folded text.
create function chat_private.search_patterns(value text, is_prefix boolean) returns setof text
language sql immutable set search_path = '' as $$
  select case when part ~ ('[' || dense || ']') then part
              else format('(?<![^ %s])', dense) || part
                || case when is_prefix and n = max(n) over () then '' else format('(?![^ %s])', dense) end
         end
    from chat_private.dense_scripts() dense,
         regexp_matches(chat_private.plain(value), format('[%1$s]+|[^ %1$s]+', dense), 'g') with ordinality m (parts, n),
         left(parts[1], 64) part;
$$;

create function chat_private.find_author(value text) returns uuid
language sql stable set search_path = '' as $$
  select case when lower(value) = 'me' then (select auth.uid())
              when value ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then value::uuid
              else (select p.id from chat.profiles p where p.username = ltrim(lower(value), '@')) end;
$$;

-- Those of the given channels that a query names: by slug, name or id, or direct messages by the other's username.
create function chat_private.find_channels(value text, channel_ids uuid[]) returns uuid[]
language sql stable set search_path = '' as $$
  select coalesce(array_agg(c.id), '{}')
    from chat.channels c
   where c.id = any (channel_ids)
     and case when value like '@%'
              then c.kind = 'dm' and chat_private.dm_partner(c.dm_key, (select auth.uid())) = (select chat_private.find_author(value))
              else c.slug = ltrim(lower(value), '#') or c.id::text = lower(value)
                or chat_private.fold(c.name) = (select chat_private.fold(ltrim(value, '#'))) end;
$$;

create function chat_private.channel_queries(channel_ids uuid[], terms text[]) returns tsquery[]
language sql immutable set search_path = '' as $$
  select array(select replace(array_to_string(terms, ' & '), '~', chat_private.search_prefix(id))::tsquery
                 from unnest(channel_ids) with ordinality c (id, n) order by n);
$$;

-- What a filter should say instead; null when it means something.
create function chat_private.filter_fault(is_not boolean, key text, value text) returns text
language sql stable set search_path = '' as $$
  select case
    when key in ('before', 'after', 'on', 'during') then
      case when is_not then format('-%s: is not known; use before: or after:', key)
           when chat_private.search_days(value) is null then
             format('%s: needs a day like 2026-05-31, a month, a year, today or yesterday', key) end
    when key = 'has' and lower(value) not in ('link', 'code', 'file', 'image', 'reaction', 'pin') then
      'has: is one of link, code, file, image, reaction, pin'
    when key = 'is' and lower(value) not in ('thread', 'edited', 'pinned') then 'is: is one of thread, edited, pinned'
  end;
$$;

-- Reads a query: words, "phrases", word*, -not, and filters (from: in: before: after: on: during: has: is:). The word that
-- the query ends with counts as the beginning of one, because it may still be under way. Filters that name what the
-- caller cannot see find nothing, just like those that name what does not exist. For who knows nothing of filters
-- (is_lenient) those that mean nothing are words, and a query without any word finds nothing.
create function chat_private.read_search(query text, channel_ids uuid[], from_id uuid, is_lenient boolean default false)
returns chat_private.search_request
language plpgsql stable set search_path = '' as $$
declare
  v_request chat_private.search_request;
  v_part text[];
  v_not text;
  v_key text;
  v_value text;
  v_is_prefix boolean;
  v_days tstzrange;
  v_ids uuid[];
  v_in uuid[];
  v_authors text[] := case when from_id is not null then array['~' || chat_private.author_term(from_id)] else '{}' end;
  v_terms text[] := '{}';
  v_patterns text[] := '{}';
  v_words text;
  v_wanted text[];
  v_fault text;
  v_is_empty boolean := from_id is null or is_lenient;
begin
  if query is null or char_length(query) > 1000 then
    perform chat_private.fail_search('a query has at most 1,000 characters');
  end if;
  v_request.channel_ids := channel_ids;
  for v_part in
    select p from regexp_matches(query, '(-?)(?:(from|in|before|after|on|during|has|is):(?=\S))?("[^"]*"?|[^\s"]+)(\s?)', 'gi') p
  loop
    v_not := case when v_part[1] = '-' then '!' else '' end;
    v_key := lower(v_part[2]);
    v_value := btrim(v_part[3], '"');
    v_fault := chat_private.filter_fault(v_not = '!', v_key, v_value);
    if v_fault is not null and not is_lenient then
      perform chat_private.fail_search(v_fault);
    elsif v_key is null or v_fault is not null then
      v_value := concat(v_part[2] || ':', v_value);
      v_is_prefix := v_value like '%*' or (v_part[3] not like '"%' and v_part[4] = '' and v_not = '' and char_length(v_value) > 1);
      v_words := chat_private.search_phrase(v_value, v_is_prefix);
      continue when v_words is null;
      v_terms := v_terms || (v_not || v_words);
      if v_not = '' then
        v_patterns := v_patterns || array(select chat_private.search_patterns(v_value, v_is_prefix));
      end if;
    elsif v_key in ('before', 'after', 'on', 'during') then
      v_days := chat_private.search_days(v_value);
      if v_key <> 'after' then
        v_request.until := least(v_request.until, case when v_key = 'before' then lower(v_days) else upper(v_days) end);
      end if;
      if v_key <> 'before' then
        v_request.since := greatest(v_request.since, case when v_key = 'after' then upper(v_days) else lower(v_days) end);
      end if;
    elsif v_key = 'from' then
      v_words := '~' || coalesce(chat_private.author_term(chat_private.find_author(v_value)), '@nobody');
      if v_not = '!' then
        v_terms := v_terms || ('!' || v_words);
      else
        v_authors := v_authors || v_words;
      end if;
    elsif v_key = 'in' then
      v_ids := chat_private.find_channels(v_value, channel_ids);
      if v_not = '!' then
        v_request.channel_ids := array(select id from unnest(v_request.channel_ids) with ordinality c (id, n) where id <> all (v_ids) order by n);
      else
        v_in := coalesce(v_in, '{}') || v_ids;
      end if;
    else
      v_terms := v_terms || (v_not || '~=' || replace(lower(v_value), 'pinned', 'pin'));
    end if;
    v_is_empty := false;
  end loop;
  if v_is_empty and is_lenient then
    v_request.channel_ids := '{}';
    return v_request;
  elsif v_is_empty then
    perform chat_private.fail_search('the query has neither words nor filters');
  elsif cardinality(v_terms) + cardinality(v_authors) > 40 or regexp_count(v_terms::text, '~') > 100 then
    perform chat_private.fail_search('a query has at most 40 words and filters, and 100 words with those of its phrases');
  end if;
  if cardinality(v_authors) > 0 then
    v_terms := v_terms || ('(' || array_to_string(v_authors, ' | ') || ')');
  end if;
  if v_in is not null then
    v_request.channel_ids := array(select id from unnest(v_request.channel_ids) with ordinality c (id, n) where id = any (v_in) order by n);
  end if;
  v_wanted := array(select t from unnest(v_terms) t where t not like '!%');
  if v_wanted = '{}' then
    -- An index says where something is, not where it is not: so ask for all messages.
    v_wanted := '{~}';
    v_terms := v_wanted || v_terms;
  end if;
  v_request.queries := chat_private.channel_queries(v_request.channel_ids, v_terms);
  v_request.outlines := case when v_terms::text ~ '!|<->'
    then chat_private.channel_queries(v_request.channel_ids, array[replace(array_to_string(v_wanted, ' & '), '<->', '&')])
    else v_request.queries end;
  v_request.pattern := nullif(array_to_string(v_patterns, '|'), '');
  return v_request;
end;
$$;
