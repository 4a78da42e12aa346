-- Open channels: public ones that anybody reads, also without an account.

-- Whether the caller, who may be nobody, reads this channel. Definer: who has no account sees no table.
create function chat_private.may_read(channel_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from chat.channels c where c.id = may_read.channel_id and c.is_open and c.deleted_at is null)
      or exists (select from chat.channel_members m where m.channel_id = may_read.channel_id and m.user_id = (select auth.uid()));
$$;

-- Definer: as above.
create function chat_private.require_reader(channel_id uuid, operation text) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if chat_private.may_read(require_reader.channel_id) then
    return;
  elsif (select auth.uid()) is null then
    perform chat_private.fail('channel_not_found', 404,
      format('unable to %s; the channel does not exist or is not open to everybody', operation));
  end if;
  perform chat_private.refuse_stranger(require_reader.channel_id, operation);
end;
$$;

-- Definer: as above.
create function chat.list_open_channels(before uuid default null, page_size integer default 50)
returns table (id uuid, slug text, name text, description text, created_by uuid, created_at timestamptz, member_count integer)
language plpgsql stable security definer set search_path = '' as $$
begin
  perform chat_private.check_page_size(page_size, 'list channels');
  return query
    select c.id, c.slug, c.name, c.description, c.created_by, c.created_at, n.member_count
      from chat.channels c join chat.channel_counters n on n.channel_id = c.id
     where c.is_open and c.deleted_at is null
       and c.id < coalesce(list_open_channels.before, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
     order by c.id desc limit page_size;
end;
$$;
grant execute on function chat.list_open_channels(uuid, integer) to anon, authenticated;

-- Definer: as above.
create function chat.get_open_channel(channel_id uuid)
returns table (id uuid, slug text, name text, description text, created_by uuid, created_at timestamptz, member_count integer)
language plpgsql stable security definer rows 1 set search_path = '' as $$
begin
  perform chat_private.require_reader(get_open_channel.channel_id, 'read channel');
  return query
    select c.id, c.slug, c.name, c.description, c.created_by, c.created_at, n.member_count
      from chat.channels c join chat.channel_counters n on n.channel_id = c.id
     where c.id = get_open_channel.channel_id;
end;
$$;
grant execute on function chat.get_open_channel(uuid) to anon, authenticated;

-- Definer: as above.
create function chat.list_open_messages(channel_id uuid, before_seq bigint default null, page_size integer default 50)
returns table (id uuid, seq bigint, body text, author_id uuid, author_username text, author_name text,
               files jsonb, created_at timestamptz, edited_at timestamptz)
language plpgsql stable security definer rows 50 set search_path = '' as $$
#variable_conflict use_column
begin
  perform chat_private.require_reader(list_open_messages.channel_id, 'list messages');
  perform chat_private.check_page_size(page_size, 'list messages');
  return query
    select m.id, m.seq, m.body, m.author_id, a.username, a.name, m.files, m.created_at, m.edited_at
      from chat.messages m left join chat.profiles a on a.id = m.author_id
     where m.channel_id = list_open_messages.channel_id and m.in_channel and m.kind = 'user' and m.deleted_at is null
       and m.seq < coalesce(before_seq, 9223372036854775807)
     order by m.seq desc limit page_size;
end;
$$;
grant execute on function chat.list_open_messages(uuid, bigint, integer) to anon, authenticated;

comment on function chat_private.may_read(uuid) is 'Whether the caller, who may be nobody, reads this channel';
comment on function chat_private.require_reader(uuid, text) is 'Refuses whoever does not read this channel';
comment on function chat.list_open_channels(uuid, integer) is 'Open channels, newest first. Errors: invalid_page_size';
comment on function chat.get_open_channel(uuid) is 'An open channel, or one that the caller is in. Errors: channel_not_found, not_a_member';
comment on function chat.list_open_messages(uuid, bigint, integer) is
  'The newest messages of an open channel, or of one that the caller is in. Errors: channel_not_found, not_a_member, invalid_page_size';
