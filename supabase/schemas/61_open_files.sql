-- Files that people read without having sent or been sent them: those of open channels, also without an account.

create type chat.readable_file as (id uuid, name text, mime_type text, size bigint, path text, created_at timestamptz);

-- A file knows itself whether its channel is open, or a list of such files would have to ask all open channels.
create function chat_private.tg_files__open() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.is_open := exists (select from chat.channels c where c.id = new.channel_id and c.is_open and c.deleted_at is null);
  return new;
end;
$$;
create trigger _200_open before insert or update of channel_id on chat.files
  for each row execute function chat_private.tg_files__open();

-- Definer: nobody may write these rows.
create function chat_private.tg_channels__open_files() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.files f set is_open = new.is_open and new.deleted_at is null where f.channel_id = new.id;
  return null;
end;
$$;
create trigger _300_open_files after update on chat.channels
  for each row when ((new.is_open and new.deleted_at is null) <> (old.is_open and old.deleted_at is null))
  execute function chat_private.tg_channels__open_files();

-- Definer: who has no account sees no table.
create function chat.get_readable_file(id uuid) returns chat.readable_file
language plpgsql stable security definer set search_path = '' as $$
declare
  v_file chat.readable_file;
begin
  select f.id, f.name, f.mime_type, f.size, f.path, f.created_at into v_file
    from chat.files f
   where f.id = get_readable_file.id and f.deleted_at is null and f.uploaded_at is not null and not f.is_held
     and ((f.seq is not null and chat_private.may_read(f.channel_id))
          or (f.uploader_id = (select auth.uid()) and (f.channel_id is null or f.channel_id in (select chat_private.my_channel_ids()))));
  if v_file.id is null then
    perform chat_private.fail('file_not_found', 404, 'unable to read file; it does not exist or is not visible to you');
  end if;
  return v_file;
end;
$$;
grant execute on function chat.get_readable_file(uuid) to authenticated, service_role;

-- Each of the three walks an index backwards, as far as the page ends. Definer: as above.
create function chat.list_readable_files(before uuid default null, page_size integer default 50, page_skip integer default 0)
returns setof chat.readable_file
language plpgsql stable security definer rows 50 set search_path = '' as $$
declare
  v_before uuid := coalesce(list_readable_files.before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  v_skip integer := coalesce(list_readable_files.page_skip, 0);
  v_end integer;
begin
  perform chat_private.check_page_size(page_size, 'list files');
  if v_skip not between 0 and 10000 then
    perform chat_private.fail('invalid_cursor', 400, 'unable to list files; at most 10,000 can be left out', 'field: offset');
  end if;
  v_end := page_size + v_skip;
  return query
    select f.id, f.name, f.mime_type, f.size, f.path, f.created_at
      from (
        (select o.id from chat.files o
          where o.is_open and o.seq is not null and o.deleted_at is null and not o.is_held and o.id < v_before
          order by o.id desc limit v_end)
        union
        (select s.id
           from chat.channel_members m
          cross join lateral (
            select x.id from chat.files x
             where x.channel_id = m.channel_id and x.seq is not null and x.deleted_at is null and not x.is_held and x.id < v_before
             order by x.id desc limit v_end) s
          where m.user_id = (select auth.uid())
          order by s.id desc limit v_end)
        union
        (select u.id from chat.files u
          where u.uploader_id = (select auth.uid()) and u.uploaded_at is not null and u.deleted_at is null and not u.is_held
            and u.id < v_before
            and (u.channel_id is null or u.channel_id in (select chat_private.my_channel_ids()))
          order by u.id desc limit v_end)
        order by id desc limit page_size offset v_skip) page
      join chat.files f on f.id = page.id
     order by f.id desc;
end;
$$;
grant execute on function chat.list_readable_files(uuid, integer, integer) to authenticated, service_role;

-- Definer: nobody may write these rows.
create function chat.keep_file(id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update chat.files f set expires_at = 'infinity'
   where f.id = keep_file.id and f.uploader_id = (select auth.uid()) and f.seq is null;
  if not found then
    perform chat_private.fail('file_not_found', 404, 'unable to keep file; it does not exist, is not yours, or a message has it');
  end if;
end;
$$;
grant execute on function chat.keep_file(uuid) to authenticated;

comment on type chat.readable_file is 'A file and where its object lies in the bucket files';
comment on function chat.get_readable_file(uuid) is
  'A file that the caller, who may be nobody, may read: sent to a channel that they read, or uploaded by them. Errors: file_not_found';
comment on function chat.list_readable_files(uuid, integer, integer) is
  'Files sent to open channels and to those that the caller is in, and the caller''s own, newest first, before the one of id before and without the first page_skip, at most 10,000. Errors: invalid_page_size, invalid_cursor';
comment on function chat.keep_file(uuid) is
  'Keeps a file of the caller that no message has taken for as long as the account, instead of some days. Errors: file_not_found';
