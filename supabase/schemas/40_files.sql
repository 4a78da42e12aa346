-- Files: the row that says what an object of the bucket "files" is, whose it is, and with which message it was sent.

-- A file's name as it is kept: one line, what follows the last slash; null when nothing visible is left or too much.
create function chat_private.clean_file_name(name text) returns text
language sql immutable set search_path = '' as $$
  select case when char_length(v.name) <= 255 and v.name not in ('.', '..') then v.name end
    from (select chat_private.clean_line(regexp_replace(clean_file_name.name, '^.*[/\\]', ''), 256) as name) v;
$$;

-- A media type without its parameters, or null.
create function chat_private.clean_mime_type(mime_type text) returns text
language sql immutable set search_path = '' as $$
  select substring(lower(btrim(split_part(clean_mime_type.mime_type, ';', 1)))
    from '^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$');
$$;

-- A file's bytes lie in Storage at <channel_id>/<id>. The row comes first (create_file), then its uploader may store
-- the object there, once; sending a message with the file shows both to the channel.
create table chat.files (
  channel_id uuid not null references chat.channels on delete cascade,
  id uuid not null default chat_private.uuid_v7(),
  seq bigint,
  uploader_id uuid default auth.uid() references chat.profiles on delete set null,
  name text not null
    constraint files_name_form check (name is not distinct from chat_private.clean_file_name(name)),
  mime_type text not null
    constraint files_mime_type_form check (mime_type is not distinct from chat_private.clean_mime_type(mime_type)),
  size bigint not null constraint files_size_positive check (size > 0),
  width integer,
  height integer,
  created_at timestamptz not null default now(),
  uploaded_at timestamptz,
  deleted_at timestamptz,
  primary key (channel_id, id),
  constraint files_id_unique unique (id),
  constraint files_message_fkey foreign key (channel_id, seq) references chat.messages (channel_id, seq) on delete cascade,
  constraint files_dimensions_known check ((width is null) = (height is null) and width between 1 and 100000 and height between 1 and 100000),
  constraint files_sent_after_upload check (seq is null or uploaded_at is not null)
);
-- Serves the files of a channel, newest first, and those of one message.
create index files_message_idx on chat.files (channel_id, seq) where seq is not null;
create index files_uploader_idx on chat.files (uploader_id);

alter table chat.files enable row level security;

insert into storage.buckets (id, name, public, file_size_limit)
values ('files', 'files', false, chat_private.setting('max_file_bytes')::bigint);

-- The file whose object has this path. Only the one spelling that create_file gave counts.
create function chat_private.file_at(path text) returns setof chat.files
language sql stable rows 1 set search_path = '' as $$
  select f.* from chat.files f
   where f.id = case when path ~ '^[0-9a-f-]{36}/[0-9a-f-]{36}$' and pg_input_is_valid(right(path, 36), 'uuid')
                     then right(path, 36)::uuid end
     and path = f.channel_id || '/' || f.id;
$$;

-- Whether the caller may upload, read or remove the object at this path. Definer: a policy of Storage asks, and
-- platform admins, who see the rows of all files, may not read what is in them.
create function chat_private.may_use_file(path text, access text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from chat_private.file_at(path) f
      join chat.channel_members m on m.channel_id = f.channel_id and m.user_id = (select auth.uid())
      join chat.channels c on c.id = f.channel_id
     where f.deleted_at is null and case access
       when 'upload' then f.uploader_id = m.user_id and f.uploaded_at is null
       when 'read' then f.uploader_id = m.user_id or f.seq is not null
       when 'remove' then f.uploader_id = m.user_id or (f.seq is not null and 'delete_any_message' = any (
         chat_private.rights_of(c.kind, m.role, c.created_by is not distinct from m.user_id, c.created_by is not null,
                                c.archived_at is not null, false)))
       else false end);
$$;
grant execute on function chat_private.may_use_file(text, text) to authenticated;

-- How messages show their files: in the order of the ids, without those that are gone.
create function chat_private.describe_files(channel_id uuid, seq bigint, inout file_ids uuid[], out files jsonb)
language sql stable set search_path = '' as $$
  select coalesce(array_agg(f.id order by w.place), '{}'),
         coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'mime_type', f.mime_type, 'size', f.size,
           'width', f.width, 'height', f.height) order by w.place), '[]')
    from (select x.id, min(x.place) as place from unnest(file_ids) with ordinality as x (id, place) group by x.id) w
    join chat.files f on f.id = w.id
   where f.channel_id = describe_files.channel_id and f.seq is not distinct from describe_files.seq and f.deleted_at is null;
$$;

grant select on chat.files to authenticated;

create policy select_member_or_admin on chat.files for select to authenticated
  using ((deleted_at is null and channel_id in (select chat_private.my_channel_ids())
          and (seq is not null or uploader_id = (select auth.uid())))
         or (select chat_private.is_platform_admin()));

-- Storage asks the gate too: a signed-out or suspended caller's token is refused there as everywhere. The set of
-- channels dismisses what a list of the whole bucket would ask about one by one.
create policy select_file_reader on storage.objects for select to authenticated
  using (bucket_id = 'files' and (select chat_private.session_refusal()) is null
         and split_part(name, '/', 1) in (select c::text from chat_private.my_channel_ids() c)
         and chat_private.may_use_file(name, 'read'));
create policy insert_file_uploader on storage.objects for insert to authenticated
  with check (bucket_id = 'files' and (select chat_private.session_refusal()) is null and chat_private.may_use_file(name, 'upload'));
create policy delete_file_remover on storage.objects for delete to authenticated
  using (bucket_id = 'files' and (select chat_private.session_refusal()) is null and chat_private.may_use_file(name, 'remove'));

-- Keeps the rows in step with Storage, whoever writes there. Storage fires it twice for an upload: first as the caller
-- and undone, then as service_role; so it asks for the owner and never for the caller.
-- Definer: nobody may write these rows.
create function chat_private.tg_objects__follow_files() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_file chat.files;
begin
  if tg_op <> 'INSERT' and old.bucket_id = 'files'
     and (tg_op = 'DELETE' or (new.bucket_id, new.name) is distinct from (old.bucket_id, old.name)) then
    select * into v_file from chat_private.file_at(old.name);
    if v_file.seq is not null then
      perform chat_private.lock_channel(v_file.channel_id);
    end if;
    -- A file that was never sent leaves nothing behind.
    delete from chat.files f where f.id = v_file.id and f.seq is null;
    update chat.files f set deleted_at = clock_timestamp() where f.id = v_file.id and f.deleted_at is null;
  end if;
  if tg_op <> 'DELETE' and new.bucket_id = 'files' then
    -- A rehearsal knows no size yet.
    update chat.files f
       set uploaded_at = coalesce(f.uploaded_at, clock_timestamp()),
           size = coalesce((new.metadata ->> 'size')::bigint, f.size),
           mime_type = coalesce(chat_private.clean_mime_type(new.metadata ->> 'mimetype'), 'application/octet-stream')
     where f.id = (select g.id from chat_private.file_at(new.name) g)
       and (new.owner_id is null or new.owner_id = f.uploader_id::text) and f.deleted_at is null;
    if not found then
      perform chat_private.fail('file_not_found', 404, 'unable to store the object; no file of its owner waits for it here');
    end if;
  end if;
  return null;
end;
$$;
create trigger _100_follow_files after insert or update or delete on storage.objects
  for each row execute function chat_private.tg_objects__follow_files();

-- Definer: as above. A message takes files that its author has uploaded to its channel, each once.
create function chat_private.tg_messages__take_files() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_any record;
begin
  if cardinality(new.file_ids) > 10 then
    perform chat_private.fail('too_many_files', 400, 'unable to send message; it has at most 10 files');
  end if;
  perform from chat.files f where f.id = any (new.file_ids) and f.seq is null order by f.id for update;
  select bool_or(f.id is null) as is_unknown, bool_or(f.uploaded_at is null) as is_unfinished, bool_or(f.seq is not null) as is_sent
    into v_any
    from unnest(new.file_ids) as w (id)
    left join chat.files f on f.id = w.id and f.channel_id = new.channel_id and f.uploader_id = new.author_id and f.deleted_at is null;
  if (v_any.is_unfinished or v_any.is_sent) and exists (select from chat.messages m where m.id = new.id) then
    return new;  -- a send repeated; _100_number drops it
  elsif v_any.is_unknown then
    perform chat_private.fail('file_not_found', 404, 'unable to send message; a file does not exist, or is not yours and of this channel');
  elsif v_any.is_unfinished then
    perform chat_private.fail('file_not_uploaded', 409, 'unable to send message; a file has not been uploaded yet');
  elsif v_any.is_sent then
    perform chat_private.fail('file_already_sent', 409, 'unable to send message; a file belongs to another message');
  end if;
  select d.file_ids, d.files into new.file_ids, new.files
    from chat_private.describe_files(new.channel_id, null, new.file_ids) d;
  return new;
end;
$$;
create trigger _050_take_files before insert on chat.messages
  for each row when (cardinality(new.file_ids) > 0) execute function chat_private.tg_messages__take_files();

-- Definer: as above. Afterwards it shows what chat.files says, also when somebody writes something else into it, and
-- goes when nothing is left of it.
create function chat_private.tg_messages__keep_files() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  select d.file_ids, d.files into new.file_ids, new.files
    from chat_private.describe_files(new.channel_id, new.seq, new.file_ids) d;
  if cardinality(new.file_ids) = 0 and btrim(new.body, E' \t\r\n') = '' then
    new.deleted_at := clock_timestamp();
    new.deleted_by := (select auth.uid());
  end if;
  return new;
end;
$$;
create trigger _050_keep_files before update of file_ids, files on chat.messages
  for each row when (new.deleted_at is null) execute function chat_private.tg_messages__keep_files();

-- Definer: as above. The files go where their message goes: into the channel, and out of it.
create function chat_private.tg_messages__follow_files() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    update chat.files f set seq = new.seq where f.channel_id = new.channel_id and f.id = any (new.file_ids);
  else
    update chat.files f set deleted_at = new.deleted_at
     where f.channel_id = new.channel_id and f.seq = new.seq and f.deleted_at is null;
  end if;
  return null;
end;
$$;
create trigger _150_send_files after insert on chat.messages
  for each row when (cardinality(new.file_ids) > 0) execute function chat_private.tg_messages__follow_files();
create trigger _150_delete_files after update on chat.messages
  for each row when (new.deleted_at is not null and old.deleted_at is null and cardinality(old.file_ids) > 0)
  execute function chat_private.tg_messages__follow_files();

-- Definer: as above.
create function chat_private.tg_files__tell_message() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Asking again is enough: what the message shows is read from here.
  update chat.messages m set file_ids = m.file_ids
   where m.channel_id = old.channel_id and m.seq = old.seq and m.deleted_at is null;
  return null;
end;
$$;
create trigger _100_tell_message after update of name, mime_type, size, width, height, deleted_at or delete on chat.files
  for each row when (old.seq is not null) execute function chat_private.tg_files__tell_message();

-- Definer: buckets are Storage's. It holds uploads to the same limit.
create function chat_private.tg_settings__limit_files() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update storage.buckets b set file_size_limit = new.value::bigint where b.id = 'files';
  return null;
end;
$$;
create trigger _200_limit_files after update of value on chat.settings
  for each row when (new.name = 'max_file_bytes') execute function chat_private.tg_settings__limit_files();

-- Definer: nobody may write these rows.
create function chat.create_file(channel_id uuid, name text, mime_type text, size bigint,
                                 width integer default null, height integer default null, id uuid default null)
returns setof chat.files rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_name text := chat_private.clean_file_name(create_file.name);
  v_mime_type text := chat_private.clean_mime_type(coalesce(nullif(create_file.mime_type, ''), 'application/octet-stream'));
  v_id uuid := coalesce(create_file.id, chat_private.uuid_v7());
  v_file chat.files;
begin
  if v_name is null then
    perform chat_private.fail('invalid_file_name', 400, 'unable to create file; a name has 1 to 255 visible characters');
  elsif v_mime_type is null then
    perform chat_private.fail('invalid_mime_type', 400, 'unable to create file; a media type looks like image/png');
  elsif create_file.size is null or create_file.size < 1 then
    perform chat_private.fail('file_empty', 400, 'unable to create file; it has no content');
  elsif create_file.size > chat_private.setting('max_file_bytes')::bigint then
    perform chat_private.fail('file_too_large', 413,
      format('unable to create file; it is larger than %s bytes', chat_private.setting('max_file_bytes')));
  elsif (create_file.width is null) <> (create_file.height is null)
     or create_file.width not between 1 and 100000 or create_file.height not between 1 and 100000 then
    perform chat_private.fail('invalid_dimensions', 400, 'unable to create file; width and height come together, 1 to 100,000 each');
  end if;
  perform chat_private.require_right(create_file.channel_id, 'upload_file', 'create file');
  perform chat_private.take_token('create_file');

  insert into chat.files (channel_id, id, name, mime_type, size, width, height)
  values (create_file.channel_id, v_id, v_name, v_mime_type, create_file.size, create_file.width, create_file.height)
  on conflict on constraint files_id_unique do nothing
  returning * into v_file;
  if v_file.id is null then
    select * into v_file from chat.files f
     where f.id = v_id and f.channel_id = create_file.channel_id and f.uploader_id = (select auth.uid());
    if not found then
      perform chat_private.fail('file_id_taken', 409, 'unable to create file; its id belongs to another file');
    end if;
  end if;
  return next v_file;
end;
$$;
grant execute on function chat.create_file(uuid, text, text, bigint, integer, integer, uuid) to authenticated;

-- Definer: as above.
create function chat.cancel_file(channel_id uuid, id uuid) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_member(cancel_file.channel_id, 'cancel file');
  delete from chat.files f
   where f.channel_id = cancel_file.channel_id and f.id = cancel_file.id
     and f.uploader_id = (select auth.uid()) and f.uploaded_at is null;
  return found;
end;
$$;
grant execute on function chat.cancel_file(uuid, uuid) to authenticated;

create function chat.list_files(channel_id uuid, before_seq bigint default null, page_size integer default 50)
returns setof chat.files rows 50
language plpgsql stable set search_path = '' as $$
begin
  perform chat_private.require_member(list_files.channel_id, 'list files');
  perform chat_private.check_page_size(page_size, 'list files');
  -- Messages are not cut in two, so that the seq of the last one is where the next page begins.
  return query select * from (
    select * from chat.files f
     where f.channel_id = list_files.channel_id and f.seq < coalesce(before_seq, 9223372036854775807) and f.deleted_at is null
     order by f.seq desc fetch first (page_size) rows with ties) page
    order by page.seq desc, page.id;
end;
$$;
grant execute on function chat.list_files(uuid, bigint, integer) to authenticated;

comment on table chat.files is 'What lies in the bucket files at <channel_id>/<id>: uploaded by a member, shown to the channel once it is sent with a message';
comment on column chat.files.channel_id is 'The channel whose members may read it';
comment on column chat.files.id is 'A UUIDv7 made by the client or the server; creating the same id again is no second file';
comment on column chat.files.seq is 'The message it was sent with; null until then, and only its uploader sees it';
comment on column chat.files.uploader_id is 'Who uploaded it; null once the account is deleted';
comment on column chat.files.name is 'Name as shown and for downloads: 1 to 255 characters, no path; the object''s own name is the id';
comment on column chat.files.mime_type is 'Media type without parameters, as announced; once uploaded, as Storage serves it';
comment on column chat.files.size is 'Bytes as announced; once uploaded, as stored';
comment on column chat.files.width is 'Of an image or video, in pixels, as its uploader measured it';
comment on column chat.files.height is 'As width';
comment on column chat.files.created_at is 'When it was announced';
comment on column chat.files.uploaded_at is 'When Storage had all of it; null before';
comment on column chat.files.deleted_at is 'When it or its message was deleted: nobody reads it any more, and only platform admins see this row';
comment on function chat_private.may_use_file(text, text) is
  'Whether the caller may upload, read or remove the object at this path of the bucket files; asked by the policies of Storage';
comment on policy select_member_or_admin on chat.files is 'Members see what was sent to their channels and their own uploads; platform admins see every row';
comment on function chat.create_file(uuid, text, text, bigint, integer, integer, uuid) is
  'Announces a file of the caller, which Storage then takes at <channel_id>/<id> in the bucket files; a repeated id returns the first one. Errors: invalid_file_name, invalid_mime_type, file_empty, file_too_large, invalid_dimensions, channel_not_found, not_a_member, channel_archived, user_blocked, rate_limited, file_id_taken';
comment on function chat.cancel_file(uuid, uuid) is
  'Takes back an announced file of the caller that has not been uploaded, and says whether there was one; what Storage receives for it later is refused. Errors: channel_not_found, not_a_member';
comment on function chat.list_files(uuid, bigint, integer) is
  'Files sent to a channel, newest first, before before_seq: 1 to 200, and the rest of the last one''s message. Errors: channel_not_found, not_a_member, invalid_page_size';
