-- What people do with files: announce, send with a message, place, delete and list them.

-- A message takes files that its author has uploaded, to its channel or to none, each once.
-- Definer: nobody may write these rows.
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
    left join chat.files f on f.id = w.id and f.uploader_id = new.author_id and f.deleted_at is null
     and (f.channel_id is null or f.channel_id = new.channel_id or f.seq is not null);
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
    update chat.files f set channel_id = new.channel_id, seq = new.seq where f.id = any (new.file_ids) and f.seq is null;
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
create trigger _100_tell_message after update of name, mime_type, size, width, height, has_thumbnail, is_held, deleted_at or delete on chat.files
  for each row when (old.seq is not null) execute function chat_private.tg_files__tell_message();

-- Definer: nobody may write these rows.
create function chat.create_file(name text, mime_type text, size bigint default null, channel_id uuid default null,
                                 width integer default null, height integer default null, id uuid default null)
returns setof chat.files rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_name text := chat_private.clean_file_name(create_file.name);
  v_mime_type text := chat_private.clean_mime_type(coalesce(nullif(create_file.mime_type, ''), 'application/octet-stream'));
  v_limit bigint := chat_private.setting('max_file_bytes')::bigint;
  -- Who does not know the size announces the largest.
  v_size bigint := coalesce(create_file.size, v_limit);
  v_id uuid := coalesce(create_file.id, chat_private.uuid_v7());
  v_file chat.files;
begin
  if v_name is null then
    perform chat_private.fail('invalid_file_name', 400, 'unable to create file; a name has 1 to 255 visible characters');
  elsif v_mime_type is null then
    perform chat_private.fail('invalid_mime_type', 400, 'unable to create file; a media type looks like image/png');
  elsif v_size < 1 then
    perform chat_private.fail('file_empty', 400, 'unable to create file; it has no content');
  elsif v_size > v_limit then
    perform chat_private.fail('file_too_large', 413, format('unable to create file; it is larger than %s bytes', v_limit));
  elsif (create_file.width is null) <> (create_file.height is null)
     or create_file.width not between 1 and 100000 or create_file.height not between 1 and 100000 then
    perform chat_private.fail('invalid_dimensions', 400, 'unable to create file; width and height come together, 1 to 100,000 each');
  end if;
  perform chat_private.check_file_type(v_mime_type, 'create file');
  if create_file.channel_id is not null then
    perform chat_private.require_right(create_file.channel_id, 'upload_file', 'create file');
  end if;
  perform chat_private.take_token('create_file');

  -- Held from the beginning: who stores the bytes next answers with what is said here.
  insert into chat.files (folder_id, id, channel_id, name, mime_type, size, width, height, is_held)
  values (coalesce(create_file.channel_id, auth.uid()), v_id, create_file.channel_id, v_name, v_mime_type, v_size,
          create_file.width, create_file.height, chat_private.setting('scan_files')::boolean)
  on conflict on constraint files_id_unique do nothing
  returning * into v_file;
  if v_file.id is null then
    select * into v_file from chat.files f
     where f.id = v_id and f.channel_id is not distinct from create_file.channel_id and f.uploader_id = (select auth.uid());
    if not found then
      perform chat_private.fail('file_id_taken', 409, 'unable to create file; its id belongs to another file');
    end if;
  end if;
  return next v_file;
end;
$$;
grant execute on function chat.create_file(text, text, bigint, uuid, integer, integer, uuid) to authenticated;

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

-- Definer: as above.
create function chat.place_files(channel_id uuid, file_ids uuid[]) returns setof chat.files rows 10
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_right(place_files.channel_id, 'upload_file', 'place files');
  if cardinality(place_files.file_ids) > 10 then
    perform chat_private.fail('too_many_files', 400, 'unable to place files; a message has at most 10');
  end if;
  perform from chat.files f where f.id = any (place_files.file_ids) order by f.id for no key update;
  return query update chat.files f set channel_id = place_files.channel_id
    where f.id = any (place_files.file_ids) and f.uploader_id = (select auth.uid()) and f.seq is null
      and (f.channel_id is null or f.channel_id = place_files.channel_id)
    returning f.*;
  if (select count(distinct w) from unnest(place_files.file_ids) w)
     > (select count(*) from chat.files f where f.id = any (place_files.file_ids) and f.channel_id = place_files.channel_id
         and f.uploader_id = (select auth.uid()) and f.seq is null) then
    perform chat_private.fail('file_not_found', 404, 'unable to place files; one does not exist, is not yours or belongs to another channel');
  end if;
end;
$$;
grant execute on function chat.place_files(uuid, uuid[]) to authenticated;

-- Definer: as above. A message that it was sent with loses it; its object follows.
create function chat.delete_file(id uuid) returns setof chat.files rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_file chat.files;
begin
  select * into v_file from chat.files f
   where f.id = delete_file.id and f.deleted_at is null
     and (f.uploader_id = (select auth.uid())
          or (f.seq is not null and f.channel_id in (select chat_private.my_channel_ids())));
  if v_file.id is null then
    perform chat_private.fail('file_not_found', 404, 'unable to delete file; it does not exist or is not visible to you');
  elsif v_file.uploader_id is distinct from (select auth.uid()) then
    perform chat_private.fail('not_the_uploader', 403, 'unable to delete file; only who uploaded it may');
  end if;
  if v_file.seq is null then
    return query delete from chat.files f where f.id = delete_file.id and f.seq is null returning f.*;
    if found then
      return;
    end if;
    -- A message has just taken it.
    select f.channel_id into v_file.channel_id from chat.files f where f.id = delete_file.id;
  end if;
  perform chat_private.lock_channel(v_file.channel_id);
  return query delete from chat.files f where f.id = delete_file.id and f.deleted_at is null returning f.*;
  if not found then
    perform chat_private.fail('file_not_found', 404, 'unable to delete file; it has just been deleted');
  end if;
end;
$$;
grant execute on function chat.delete_file(uuid) to authenticated;

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

comment on function chat.create_file(text, text, bigint, uuid, integer, integer, uuid) is
  'Announces a file of the caller, which Storage then takes at its path in the bucket files; of unknown size it may have the largest, which the answer names. Without a channel any message of the caller may take it. A repeated id returns the first one. Errors: invalid_file_name, invalid_mime_type, file_type_not_allowed, file_empty, file_too_large, invalid_dimensions, channel_not_found, not_a_member, channel_archived, user_blocked, rate_limited, file_id_taken';
comment on function chat.cancel_file(uuid, uuid) is
  'Takes back an announced file of the caller that has not been uploaded, and says whether there was one; what Storage receives for it later is refused. Errors: channel_not_found, not_a_member';
comment on function chat.place_files(uuid, uuid[]) is
  'Keeps up to 10 files of the caller that no message has taken for this channel alone. Errors: channel_not_found, not_a_member, channel_archived, user_blocked, too_many_files, file_not_found';
comment on function chat.delete_file(uuid) is
  'Deletes a file of the caller for good and returns what it was; a message that it was sent with loses it, and its object is collected. Errors: file_not_found, not_the_uploader';
comment on function chat.list_files(uuid, bigint, integer) is
  'Files sent to a channel, newest first, before before_seq: 1 to 200, and the rest of the last one''s message. Errors: channel_not_found, not_a_member, invalid_page_size';
