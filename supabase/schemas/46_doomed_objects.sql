-- Objects that nothing refers to any more: noted in the transaction that lets go of them, and removed by the worker.

create table chat_private.doomed_objects (
  bucket_id text not null,
  name text not null,
  doomed_at timestamptz not null default clock_timestamp(),
  primary key (bucket_id, name)
);

alter table chat_private.doomed_objects enable row level security;
grant select, delete on chat_private.doomed_objects to service_role;

-- Definer: nobody may write these rows. Notes those of the objects that Storage has.
create function chat_private.doom_objects(bucket_id text, names text[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into chat_private.doomed_objects (bucket_id, name)
  select o.bucket_id, o.name from storage.objects o
   where o.bucket_id = doom_objects.bucket_id and o.name = any (names)
  on conflict on constraint doomed_objects_pkey do nothing;
  if found then
    perform chat_private.wake_worker('collect_objects');
  end if;
end;
$$;

-- Whatever lets go of a file, its bytes and its thumbnail go: deleted, of a deleted message, expired, of a channel that is gone.
create function chat_private.tg_files__doom_objects() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform chat_private.doom_objects('files', array[old.path, old.path || '.thumbnail']);
  return null;
end;
$$;
create trigger _200_doom_deleted after delete on chat.files
  for each row execute function chat_private.tg_files__doom_objects();
create trigger _200_doom_marked after update of deleted_at on chat.files
  for each row when (new.deleted_at is not null and old.deleted_at is null)
  execute function chat_private.tg_files__doom_objects();

-- Pictures of a person that were stored before the one that is shown now; names sort by time, and one that has just
-- been stored to be shown next stays. Definer: reads Storage's table.
create function chat_private.tg_profiles__doom_avatars() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_shown text := substring(new.avatar_url from '/avatars/(' || new.id || '/[0-9a-f-]{36})$');
begin
  perform chat_private.doom_objects('avatars', array(
    select o.name from storage.objects o
     -- 0 follows / : everything in the folder.
     where o.bucket_id = 'avatars' and o.name collate "C" >= old.id || '/' and o.name collate "C" < old.id || '0'
       and (v_shown is null or o.name collate "C" < v_shown)));
  return null;
end;
$$;
create trigger _200_doom_avatars after update of avatar_url on chat.profiles
  for each row when (new.avatar_url is distinct from old.avatar_url)
  execute function chat_private.tg_profiles__doom_avatars();
create trigger _200_doom_avatars_deleted after delete on chat.profiles
  for each row execute function chat_private.tg_profiles__doom_avatars();

-- Definer: as above.
create function chat_private.tg_objects__forget_doomed() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from chat_private.doomed_objects d where d.bucket_id = old.bucket_id and d.name = old.name;
  return null;
end;
$$;
create trigger _200_forget_doomed after delete on storage.objects
  for each row when (old.bucket_id in ('files', 'avatars'))
  execute function chat_private.tg_objects__forget_doomed();

-- Deletes files that no message has taken in time, the oldest first, and says how many.
create function chat_private.expire_files(batch_size integer default 500) returns integer
language sql volatile set search_path = '' as $$
  with expired as (
    delete from chat.files f
     where f.ctid = any (array(
       select e.ctid from chat.files e
        where e.seq is null and e.expires_at < clock_timestamp() and not chat_private.is_file_scheduled(e.id)
        order by e.expires_at limit batch_size for update skip locked))
    returning 1)
  select count(*)::integer from expired;
$$;

-- Brings rows and objects together where a crash, an operator or a restored backup has parted them: objects without a
-- row are doomed, rows without an object count as deleted. Reads everything, so it is for quiet hours; younger than
-- an hour may still be under way. Definer: reads and writes what belongs to nobody.
create function chat_private.reconcile_files() returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_orphans text[];
  v_count integer;
begin
  select array_agg(o.name) into v_orphans from (
    select o.name from storage.objects o
     where o.bucket_id = 'files' and o.created_at < now() - interval '1 hour'
       and not exists (select from chat_private.file_at(chat_private.pictured_path(o.name)) f where f.deleted_at is null)
     limit 10000) o;
  perform chat_private.doom_objects('files', v_orphans);
  update chat.files f set deleted_at = clock_timestamp()
   where f.deleted_at is null and f.uploaded_at < now() - interval '1 hour'
     and not exists (select from storage.objects o where o.bucket_id = 'files' and o.name = f.path);
  get diagnostics v_count = row_count;
  return v_count + coalesce(cardinality(v_orphans), 0);
end;
$$;

comment on table chat_private.doomed_objects is
  'Objects of the buckets files and avatars that nothing refers to; the worker removes them through Storage, and then they leave this table';
comment on column chat_private.doomed_objects.bucket_id is 'Its bucket';
comment on column chat_private.doomed_objects.name is 'Its path in the bucket';
comment on column chat_private.doomed_objects.doomed_at is 'Since when nothing refers to it';
comment on function chat_private.doom_objects(text, text[]) is 'Notes objects that nothing refers to any more for the worker';
comment on function chat_private.expire_files(integer) is 'Deletes up to so many files that no message has taken before they expired, and says how many';
comment on function chat_private.reconcile_files() is
  'Parts what has lost its other half: objects of files without a row, rows of files without an object; says how many there were';
