-- What policies and triggers of Supabase Storage call.

create or replace function storage.foldername(name text) returns text[]
language plpgsql immutable as $$
declare
  v_tokens constant text[] := string_to_array(name, '/');
begin
  return v_tokens[1:cardinality(v_tokens) - 1];
end;
$$;

create or replace function storage.filename(name text) returns text
language plpgsql immutable as $$
declare
  v_tokens constant text[] := string_to_array(name, '/');
begin
  return v_tokens[cardinality(v_tokens)];
end;
$$;

create or replace function storage.extension(name text) returns text
language plpgsql immutable as $$
begin
  return split_part(storage.filename(name), '.', -1);
end;
$$;

create or replace function storage.operation() returns text
language plpgsql stable as $$
begin
  return nullif(current_setting('storage.operation', true), '');
end;
$$;

-- The prefix "storage." of an operation may be left out.
create or replace function storage.allow_any_operation(expected_operations text[]) returns boolean
language sql stable as $$
  select coalesce(
    storage.operation() = any (expected_operations)
      or storage.operation() = any (select 'storage.' || e from unnest(expected_operations) e),
    false);
$$;

create or replace function storage.allow_only_operation(expected_operation text) returns boolean
language sql stable as $$
  select storage.allow_any_operation(array[expected_operation]);
$$;

create or replace function storage.can_insert_object(bucketid text, name text, owner uuid, metadata jsonb)
returns void
language plpgsql as $$
begin
  insert into storage.objects (bucket_id, name, owner, metadata) values (bucketid, name, owner, metadata);
  -- The exception undoes the row; PostgREST answers this code with status 200.
  raise sqlstate 'PT200' using message = 'the object may be inserted';
end;
$$;

create or replace function storage.get_size_by_bucket() returns table (size bigint, bucket_id text)
language plpgsql stable as $$
begin
  return query
  select sum((o.metadata ->> 'size')::bigint)::bigint, o.bucket_id from storage.objects o group by o.bucket_id;
end;
$$;

create or replace function storage.enforce_bucket_name_length() returns trigger
language plpgsql as $$
begin
  if length(new.name) > 100 then
    raise check_violation using message = format('bucket name "%s" has more than 100 characters', new.name);
  end if;
  return new;
end;
$$;

-- A row deleted by hand would leave its file behind, so only the server, which sets the parameter, may delete.
create or replace function storage.protect_delete() returns trigger
language plpgsql as $$
begin
  if coalesce(current_setting('storage.allow_delete_query', true), '') <> 'true' then
    raise insufficient_privilege using
      message = format('rows of storage.%I cannot be deleted with SQL', tg_table_name),
      hint = 'Delete through the Storage API, which removes the file as well.';
  end if;
  return null;
end;
$$;

create or replace function storage.update_updated_at_column() returns trigger
language plpgsql as $$
begin
  new.updated_at := now();
  return new;
end;
$$;

create or replace trigger enforce_bucket_name_length_trigger before insert or update on storage.buckets
  for each row execute function storage.enforce_bucket_name_length();
create or replace trigger protect_buckets_delete before delete on storage.buckets
  for each statement execute function storage.protect_delete();
create or replace trigger protect_objects_delete before delete on storage.objects
  for each statement execute function storage.protect_delete();
create or replace trigger update_objects_updated_at before update on storage.objects
  for each row execute function storage.update_updated_at_column();
