-- The functions behind every list of objects.

-- Where p_key continues p_prefix with a folder, the path of that folder with its delimiter; null for a file.
create or replace function storage.get_common_prefix(p_key text, p_prefix text, p_delimiter text) returns text
language sql immutable as $$
  select left(p_key, length(p_prefix) + v_position + length(p_delimiter) - 1)
  from (select position(p_delimiter in substr(p_key, length(p_prefix) + 1)) as v_position) found
  where v_position > 0;
$$;

-- One level of a bucket with its folders. Letters of either case match; by name, folders that differ only in case
-- are one, by time they come first.
create or replace function storage.search(
  prefix text, bucketname text, limits int default 100, levels int default 1, offsets int default 0,
  search text default '', sortcolumn text default 'name', sortorder text default 'asc'
) returns table (
  name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz, metadata jsonb
)
language plpgsql stable as $$
declare
  v_start constant text := lower(coalesce(prefix, '') || coalesce(search, ''));
  v_direction constant text := case lower(sortorder) when 'desc' then 'desc' else 'asc' end;
  v_by_time constant boolean := coalesce(sortcolumn in ('created_at', 'updated_at', 'last_accessed_at'), false);
  v_order constant text := case when v_by_time
    then format('id is not null, %I %s, name collate "C" %2$s', sortcolumn, v_direction)
    else format('lower(name) collate "C" %s, name collate "C" %1$s', v_direction)
  end;
begin
  return query execute format($query$
    with matches as (
      select o.path_tokens[$3] as name, cardinality(o.path_tokens) > $3 as is_folder,
        o.id, o.updated_at, o.created_at, o.last_accessed_at, o.metadata
      from storage.objects o
      where o.bucket_id = $1
        and lower(o.name) collate "C" >= $2 and lower(o.name) collate "C" < $2 || chr(1114111)
    ),
    listed as (
      select name, id, updated_at, created_at, last_accessed_at, metadata from matches where not is_folder
      union all
      select min(name collate "C"), null, null, null, null, null from matches where is_folder
      group by case when $4 then name else lower(name) end
    )
    select * from listed where name is not null order by %s limit $5 offset $6
  $query$, v_order)
  using bucketname, v_start, levels, v_by_time, limits, offsets;
end;
$$;

-- One level of a bucket, sorted by a timestamp: folders first, by name; then files after the given one.
create or replace function storage.search_by_timestamp(
  p_prefix text, p_bucket_id text, p_limit int, p_level int, p_start_after text,
  p_sort_order text, p_sort_column text, p_sort_column_after text
) returns table (
  key text, name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz,
  metadata jsonb
)
language plpgsql stable as $$
declare
  v_direction constant text := case lower(p_sort_order) when 'desc' then 'desc' else 'asc' end;
  v_after constant text := case v_direction when 'desc' then '<' else '>' end;
begin
  return query execute format($query$
    with matches as (
      select o.path_tokens[$3] as key, array_to_string(o.path_tokens[:$3], '/') as name,
        cardinality(o.path_tokens) > $3 as is_folder,
        o.id, o.updated_at, o.created_at, o.last_accessed_at, o.metadata
      from storage.objects o
      where o.bucket_id = $1 and o.name collate "C" >= $2 and o.name collate "C" < $2 || chr(1114111)
    ),
    listed as (
      select key, name, id, updated_at, created_at, last_accessed_at, metadata from matches
      where not is_folder
        and ($5 is null or (%1$I, name collate "C") %3$s ($5, $4))
      union all
      select distinct key, name, null::uuid, null::timestamptz, null::timestamptz, null::timestamptz, null::jsonb
      from matches
      where is_folder and $5 is null and ($4 = '' or name collate "C" %3$s $4)
    )
    select * from listed where key is not null order by id is not null, %1$I %2$s, name collate "C" %2$s limit $6
  $query$, p_sort_column, v_direction, v_after)
  using p_bucket_id, coalesce(p_prefix, ''), p_level, coalesce(p_start_after, ''),
    nullif(p_sort_column_after, '')::timestamptz, p_limit;
end;
$$;

-- One level of a bucket from a given entry on; case matters.
create or replace function storage.search_v2(
  prefix text, bucket_name text, limits int default 100, levels int default 1, start_after text default '',
  sort_order text default 'asc', sort_column text default 'name', sort_column_after text default ''
) returns table (
  key text, name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz,
  metadata jsonb
)
language plpgsql stable as $$
declare
  v_direction constant text := case lower(sort_order) when 'desc' then 'desc' else 'asc' end;
  v_after constant text := case v_direction when 'desc' then '<' else '>' end;
begin
  if sort_column in ('created_at', 'updated_at') then
    return query select * from storage.search_by_timestamp(
      prefix, bucket_name, limits, levels, start_after, sort_order, sort_column, sort_column_after);
    return;
  end if;
  return query execute format($query$
    with matches as (
      select o.path_tokens[$3] as key, array_to_string(o.path_tokens[:$3], '/') as name,
        cardinality(o.path_tokens) > $3 as is_folder,
        o.id, o.updated_at, o.created_at, o.last_accessed_at, o.metadata
      from storage.objects o
      where o.bucket_id = $1 and o.name collate "C" >= $2 and o.name collate "C" < $2 || chr(1114111)
    ),
    listed as (
      select key, name, id, updated_at, created_at, last_accessed_at, metadata from matches where not is_folder
      union all
      select distinct key, name, null::uuid, null::timestamptz, null::timestamptz, null::timestamptz, null::jsonb
      from matches where is_folder
    )
    select * from listed where key is not null and ($4 = '' or name collate "C" %2$s $4)
    order by name collate "C" %1$s limit $5
  $query$, v_direction, v_after)
  using bucket_name, coalesce(prefix, ''), levels, coalesce(start_after, ''), limits;
end;
$$;

create or replace function storage.list_objects_with_delimiter(
  _bucket_id text, prefix_param text, delimiter_param text, max_keys int default 100, start_after text default '',
  next_token text default '', sort_order text default 'asc'
) returns table (
  name text, id uuid, metadata jsonb, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz
)
language plpgsql stable as $$
declare
  v_descending constant boolean := lower(sort_order) = 'desc';
  v_from constant text := case when next_token <> '' then next_token else start_after end;
begin
  return query
  with matches as (
    select storage.get_common_prefix(o.name, prefix_param, delimiter_param) as folder, o.*
    from storage.objects o
    where o.bucket_id = _bucket_id
      and o.name collate "C" >= prefix_param and o.name collate "C" < prefix_param || chr(1114111)
  ),
  listed as (
    select m.name, m.id, m.metadata, m.updated_at, m.created_at, m.last_accessed_at from matches m
    where m.folder is null
    union all
    select distinct m.folder, null::uuid, null::jsonb, null::timestamptz, null::timestamptz, null::timestamptz
    from matches m where m.folder is not null
  )
  select l.* from listed l
  where v_from = '' or case when v_descending then l.name collate "C" < v_from else l.name collate "C" > v_from end
  order by case when not v_descending then l.name end collate "C",
    case when v_descending then l.name end collate "C" desc
  limit max_keys;
end;
$$;

create or replace function storage.list_multipart_uploads_with_delimiter(
  bucket_id text, prefix_param text, delimiter_param text, max_keys int default 100,
  next_key_token text default '', next_upload_token text default ''
) returns table (key text, id text, created_at timestamptz)
language plpgsql as $$
#variable_conflict use_column
begin
  return query
  select distinct on (listed.key collate "C") listed.key, listed.id, listed.created_at
  from (
    select coalesce(storage.get_common_prefix(u.key, prefix_param, delimiter_param), u.key) as key,
      u.id, u.created_at
    from storage.s3_multipart_uploads u
    where u.bucket_id = list_multipart_uploads_with_delimiter.bucket_id
      and u.key >= prefix_param and u.key < prefix_param || chr(1114111)
      and (next_key_token = '' or u.key > next_key_token
        or (u.key = next_key_token and next_upload_token <> '' and u.id > next_upload_token))
  ) listed
  order by listed.key collate "C", listed.created_at
  limit max_keys;
end;
$$;

-- Supabase grants these by name besides the right that every function gives to public.
grant execute on all functions in schema storage to anon, authenticated, service_role, postgres;
