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

-- A file's bytes lie in Storage at <folder_id>/<id>. The row comes first (create_file), then its uploader may store
-- the object there, once; sending a message with the file shows both to the channel. Uploaded without a channel it
-- belongs to its uploader alone, in a folder of theirs, until a message takes it into whichever channel that is.
create table chat.files (
  folder_id uuid not null,
  id uuid not null default chat_private.uuid_v7(),
  channel_id uuid references chat.channels on delete cascade,
  seq bigint,
  uploader_id uuid default auth.uid() references chat.profiles on delete set null,
  name text not null
    constraint files_name_form check (name is not distinct from chat_private.clean_file_name(name)),
  mime_type text not null
    constraint files_mime_type_form check (mime_type is not distinct from chat_private.clean_mime_type(mime_type)),
  size bigint not null constraint files_size_positive check (size > 0),
  width integer,
  height integer,
  has_thumbnail boolean not null default false,
  created_at timestamptz not null default now(),
  uploaded_at timestamptz,
  is_held boolean not null default false,
  is_open boolean not null default false,
  expires_at timestamptz not null default now() + make_interval(secs => chat_private.setting('unused_file_seconds')::double precision),
  deleted_at timestamptz,
  path text not null generated always as (folder_id::text || '/' || id::text) stored,
  primary key (folder_id, id),
  constraint files_id_unique unique (id),
  constraint files_message_fkey foreign key (channel_id, seq) references chat.messages (channel_id, seq) on delete cascade,
  constraint files_dimensions_known check ((width is null) = (height is null) and width between 1 and 100000 and height between 1 and 100000),
  constraint files_sent_after_upload check (seq is null or (uploaded_at is not null and channel_id is not null))
);
-- Serves the files of a channel, newest first, and those of one message.
create index files_message_idx on chat.files (channel_id, seq);
-- Serves the worker: what no message has taken in time.
create index files_unused_idx on chat.files (expires_at) where seq is null;
create index files_uploader_idx on chat.files (uploader_id, id);
-- Serve the files that somebody may read, newest first.
create index files_channel_idx on chat.files (channel_id, id) where seq is not null and deleted_at is null and not is_held;
create index files_open_idx on chat.files (id) where is_open and seq is not null and deleted_at is null and not is_held;

alter table chat.files enable row level security;

insert into storage.buckets (id, name, public, file_size_limit)
values ('files', 'files', false, chat_private.setting('max_file_bytes')::bigint);

-- The file whose object has this path. Only the one spelling that create_file gave counts.
create function chat_private.file_at(path text) returns setof chat.files
language sql stable rows 1 set search_path = '' as $$
  select f.* from chat.files f
   where f.id = case when file_at.path ~ '^[0-9a-f-]{36}/[0-9a-f-]{36}$' and pg_input_is_valid(right(file_at.path, 36), 'uuid')
                     then right(file_at.path, 36)::uuid end
     and f.path = file_at.path;
$$;

-- The path of the file that the object at this path belongs to: itself, or what its thumbnail shows.
create function chat_private.pictured_path(path text) returns text
language sql immutable set search_path = '' as $$
  select regexp_replace(path, '[.]thumbnail$', '');
$$;
grant execute on function chat_private.pictured_path(text) to authenticated;

-- Refuses media types that the platform does not take.
create function chat_private.check_file_type(mime_type text, operation text) returns void
language plpgsql stable set search_path = '' as $$
declare
  v_allowed jsonb := chat_private.setting('allowed_file_types');
begin
  -- An entry is a type, or a family of them: image/*.
  if chat_private.setting('denied_file_types') ?| array[mime_type, split_part(mime_type, '/', 1) || '/*']
     or (v_allowed <> '[]' and not v_allowed ?| array[mime_type, split_part(mime_type, '/', 1) || '/*']) then
    perform chat_private.fail('file_type_not_allowed', 415, format('unable to %s; files of type %s are not taken', operation, mime_type));
  end if;
end;
$$;

-- Whether the caller may upload, read or remove the object at this path. Definer: a policy of Storage asks, and
-- platform admins, who see the rows of all files, may not read what is in them.
create function chat_private.may_use_file(path text, access text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from chat_private.file_at(case access when 'read' then chat_private.pictured_path(path) else path end) f
      left join chat.channel_members m on m.channel_id = f.channel_id and m.user_id = (select auth.uid())
      left join chat.channels c on c.id = m.channel_id
     where f.deleted_at is null and (m.user_id is not null or f.channel_id is null) and case access
       when 'upload' then f.uploader_id = (select auth.uid()) and f.uploaded_at is null
       when 'read' then not f.is_held and (f.uploader_id = (select auth.uid()) or f.seq is not null)
       when 'remove' then f.uploader_id = (select auth.uid()) or (f.seq is not null and 'delete_any_message' = any (
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
           'width', f.width, 'height', f.height, 'path', f.path, 'has_thumbnail', f.has_thumbnail, 'is_held', f.is_held) order by w.place), '[]')
    from (select x.id, min(x.place) as place from unnest(file_ids) with ordinality as x (id, place) group by x.id) w
    join chat.files f on f.id = w.id
   where f.seq is not distinct from describe_files.seq and f.deleted_at is null
     and (f.channel_id = describe_files.channel_id or (f.channel_id is null and describe_files.seq is null));
$$;

grant select on chat.files to authenticated;

create policy select_member_or_admin on chat.files for select to authenticated
  using ((deleted_at is null
          and (channel_id in (select chat_private.my_channel_ids()) or (channel_id is null and seq is null))
          and (seq is not null or uploader_id = (select auth.uid())))
         or (select chat_private.is_platform_admin()));

-- Storage asks the gate too: a signed-out or suspended caller's token is refused there as everywhere. The set of
-- channels dismisses what a list of the whole bucket would ask about one by one; folders of people are in no list.
create policy select_file_reader on storage.objects for select to authenticated
  using (bucket_id = 'files' and (select chat_private.session_refusal()) is null
         and (split_part(name, '/', 1) in (select c::text from chat_private.my_channel_ids() c)
              or (select storage.operation()) not like 'storage.object.list%')
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
  v_mime_type text;
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
    if new.owner_id is null and new.name <> chat_private.pictured_path(new.name) then
      select * into v_file from chat_private.file_at(chat_private.pictured_path(new.name));
      if v_file.seq is not null then
        perform chat_private.lock_channel(v_file.channel_id);
      end if;
      update chat.files f set has_thumbnail = true where f.id = v_file.id and f.deleted_at is null;
    else
      -- A rehearsal knows no size yet.
      update chat.files f
         set uploaded_at = coalesce(f.uploaded_at, clock_timestamp()),
             is_held = f.is_held or (f.uploaded_at is null and chat_private.setting('scan_files')::boolean),
             size = coalesce((new.metadata ->> 'size')::bigint, f.size),
             mime_type = coalesce(chat_private.clean_mime_type(new.metadata ->> 'mimetype'), 'application/octet-stream')
       where f.id = (select g.id from chat_private.file_at(new.name) g)
         and (new.owner_id is null or new.owner_id = f.uploader_id::text) and f.deleted_at is null
      returning f.mime_type into v_mime_type;
    end if;
    if not found then
      perform chat_private.fail('file_not_found', 404, 'unable to store the object; no file of its owner waits for it here');
    elsif v_mime_type is not null then
      perform chat_private.check_file_type(v_mime_type, 'store the object');
    end if;
  end if;
  return null;
end;
$$;
create trigger _100_follow_files after insert or update or delete on storage.objects
  for each row execute function chat_private.tg_objects__follow_files();

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

comment on table chat.files is 'What lies in the bucket files at <folder_id>/<id>: uploaded by a person, shown to a channel once it is sent with a message';
comment on column chat.files.folder_id is 'The channel it was uploaded to, or its uploader when they named none';
comment on column chat.files.path is 'Where its object lies in the bucket files; its thumbnail lies beside it, as <path>.thumbnail';
comment on column chat.files.channel_id is 'The channel whose members may read it; null until a message takes it, when it was uploaded without one';
comment on column chat.files.id is 'A UUIDv7 made by the client or the server; creating the same id again is no second file';
comment on column chat.files.seq is 'The message it was sent with; null until then, and only its uploader sees it';
comment on column chat.files.uploader_id is 'Who uploaded it; null once the account is deleted';
comment on column chat.files.name is 'Name as shown and for downloads: 1 to 255 characters, no path; the object''s own name is the id';
comment on column chat.files.mime_type is 'Media type without parameters, as announced; once uploaded, as Storage serves it';
comment on column chat.files.size is 'Bytes as announced; once uploaded, as stored';
comment on column chat.files.width is 'Of an image or video, in pixels, as its uploader measured it';
comment on column chat.files.height is 'As width';
comment on column chat.files.has_thumbnail is 'Whether a small picture of it lies at <path>.thumbnail';
comment on column chat.files.created_at is 'When it was announced';
comment on column chat.files.uploaded_at is 'When Storage had all of it; null before';
comment on column chat.files.is_held is 'Whether nobody may read it yet, as it has not been scanned';
comment on column chat.files.is_open is 'Whether its channel is open, so that anybody reads it once it is sent';
comment on column chat.files.expires_at is 'When it goes unless a message has taken it; infinity: never';
comment on column chat.files.deleted_at is 'When it or its message was deleted: nobody reads it any more, and only platform admins see this row';
comment on function chat_private.may_use_file(text, text) is
  'Whether the caller may upload, read or remove the object at this path of the bucket files; asked by the policies of Storage';
comment on policy select_member_or_admin on chat.files is 'Members see what was sent to their channels and their own uploads; platform admins see every row';
