-- What the worker does with every uploaded file: scans it for viruses, measures it and makes its thumbnail.

create table chat_private.unprocessed_files (
  file_id uuid primary key references chat.files (id) on delete cascade,
  due_at timestamptz not null default clock_timestamp(),
  tries integer not null default 0
);
create index unprocessed_files_due_idx on chat_private.unprocessed_files (due_at);

alter table chat_private.unprocessed_files enable row level security;

-- Definer: the table belongs to nobody.
create function chat_private.tg_files__process() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat_private.unprocessed_files (file_id) values (new.id) on conflict do nothing;
  perform chat_private.wake_worker('process_files');
  return null;
end;
$$;
create trigger _200_process after update of uploaded_at on chat.files
  for each row when (old.uploaded_at is null and new.uploaded_at is not null and (new.is_held or new.mime_type ~ '^(image|video)/'))
  execute function chat_private.tg_files__process();

-- The next file that is due, for five minutes nobody else's. One that has failed waits longer each time, about a day
-- in all, and is then left as it is: held, if it was.
create function chat_private.next_unprocessed_file() returns setof chat.files rows 1
language sql volatile set search_path = '' as $$
  with taken as (
    update chat_private.unprocessed_files u
       set tries = u.tries + 1, due_at = clock_timestamp() + interval '5 minutes' * 2 ^ least(u.tries, 8)
     where u.file_id = (
       select n.file_id from chat_private.unprocessed_files n
        where n.due_at <= clock_timestamp() and n.tries < 9
        order by n.due_at limit 1 for update skip locked)
    returning u.file_id)
  select f.* from chat.files f where f.id in (select t.file_id from taken t) and f.deleted_at is null;
$$;

-- The file's channel is locked before its row, as by everybody who changes what a message shows.
create function chat_private.lock_file(id uuid) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform chat_private.lock_channel(f.channel_id) from chat.files f where f.id = lock_file.id and f.seq is not null;
end;
$$;

-- Whoever is in the file's channel may read it from now on.
create function chat_private.release_file(id uuid) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform chat_private.lock_file(release_file.id);
  update chat.files f set is_held = false where f.id = release_file.id and f.is_held;
end;
$$;

-- A file with a virus in it goes, and from its message.
create function chat_private.reject_file(id uuid) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform chat_private.lock_file(reject_file.id);
  delete from chat.files f where f.id = reject_file.id;
end;
$$;

-- Nothing is left to do with the file; what its uploader has measured counts.
create function chat_private.finish_file(id uuid, width integer default null, height integer default null) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform chat_private.lock_file(finish_file.id);
  update chat.files f set width = finish_file.width, height = finish_file.height
   where f.id = finish_file.id and f.width is null and finish_file.width is not null and f.deleted_at is null;
  delete from chat_private.unprocessed_files u where u.file_id = finish_file.id;
end;
$$;

comment on table chat_private.unprocessed_files is 'Uploaded files that the worker has not finished with';
comment on column chat_private.unprocessed_files.file_id is 'Which file';
comment on column chat_private.unprocessed_files.due_at is 'When the worker may take it; whoever takes it moves this on';
comment on column chat_private.unprocessed_files.tries is 'How often it was taken';
comment on function chat_private.next_unprocessed_file() is 'Takes the next uploaded file that is due for the worker';
comment on function chat_private.lock_file(uuid) is 'Locks the channel that a file was sent to';
comment on function chat_private.release_file(uuid) is 'Lets a scanned file be read';
comment on function chat_private.reject_file(uuid) is 'Deletes a file that the scanner has refused, and from its message';
comment on function chat_private.finish_file(uuid, integer, integer) is 'Notes what was measured, and that nothing is left to do with the file';
