-- What people read without being in it: open channels, also without an account, and with one every public channel.

-- Who has no account asks the HTTP API, which counts the call and asks as the server: here that is nobody, and reads what is open.

create type chat.readable_channel as (
  id uuid, name text, description text, is_open boolean, created_by uuid, created_at timestamptz, member_count integer
);
create type chat.channel_history as (channel chat.readable_channel, members chat.person[], messages chat.full_message[]);

-- Whether the caller, who may be nobody, reads this channel. Definer: who has no account sees no table.
create function chat_private.may_read(channel_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from chat.channels c
     where c.id = may_read.channel_id and c.deleted_at is null
       and (c.is_open
            or (c.kind = 'public' and (select auth.uid()) is not null
                and not exists (select from chat.channel_bans b where b.channel_id = c.id and b.user_id = (select auth.uid()) and b.until > now()))
            or exists (select from chat.channel_members m where m.channel_id = c.id and m.user_id = (select auth.uid()))));
$$;

create function chat_private.require_reader(channel_id uuid, operation text) returns void
language plpgsql stable set search_path = '' as $$
begin
  if not chat_private.may_read(require_reader.channel_id) then
    perform chat_private.fail('channel_not_found', 404, format('unable to %s; the channel does not exist or is not visible to you', operation));
  end if;
end;
$$;

-- A channel without a name has that of the people in it.
create function chat_private.readable_channel(channel chat.channels) returns chat.readable_channel
language sql stable set search_path = '' as $$
  select row(channel.id,
             coalesce(channel.name, channel.slug, (
               select string_agg(p.name, ', ' order by p.name)
                 from (select m.user_id from chat.channel_members m where m.channel_id = channel.id
                        order by m.role, m.joined_at limit 4) o
                 join chat.profiles p on p.id = o.user_id), ''),
             channel.description, channel.is_open, coalesce(channel.founder_id, channel.created_by), channel.created_at,
             (select n.member_count from chat.channel_counters n where n.channel_id = channel.id))::chat.readable_channel;
$$;

-- Each of the three walks an index backwards, whatever there is of the others. Definer: as above.
create function chat.list_readable_channels(before uuid default null, page_size integer default 50) returns setof chat.readable_channel
language plpgsql stable security definer rows 50 set search_path = '' as $$
declare
  v_before uuid := coalesce(list_readable_channels.before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
begin
  perform chat_private.check_page_size(page_size, 'list channels');
  return query
    select r.*
      from (
        (select o.id from chat.channels o where o.is_open and o.deleted_at is null and o.id < v_before order by o.id desc limit page_size)
        union
        (select p.id from chat.channels p
          where p.kind = 'public' and p.deleted_at is null and p.id < v_before and (select auth.uid()) is not null
            and not exists (select from chat.channel_bans b where b.channel_id = p.id and b.user_id = (select auth.uid()) and b.until > now())
          order by p.id desc limit page_size)
        union
        (select m.channel_id from chat.channel_members m join chat.channels c on c.id = m.channel_id and c.kind <> 'dm'
          where m.user_id = (select auth.uid()) and m.channel_id < v_before order by m.channel_id desc limit page_size)
        order by id desc limit page_size) page
      join chat.channels c on c.id = page.id
     cross join lateral chat_private.readable_channel(c) r
     order by c.id desc;
end;
$$;
grant execute on function chat.list_readable_channels(uuid, integer) to authenticated, service_role;

-- What people have said, the newest page of it, oldest first.
create function chat_private.history(channel_id uuid, before_id uuid, page_size integer) returns chat.full_message[]
language plpgsql stable set search_path = '' as $$
declare
  v_before bigint := 9223372036854775807;
  v_seqs bigint[];
begin
  perform chat_private.check_page_size(page_size, 'list messages');
  if before_id is not null then
    v_before := chat_private.cursor_seq(history.channel_id, before_id, 'before');
  end if;
  v_seqs := chat_private.fitting(history.channel_id, array(
    select m.seq from chat.messages m
     where m.channel_id = history.channel_id and m.in_channel and m.kind = 'user' and m.deleted_at is null and m.seq < v_before
     order by m.seq desc limit page_size));
  return chat_private.full_messages(array_fill(history.channel_id, array[cardinality(v_seqs)]),
                                    array(select s from unnest(v_seqs) s order by s));
end;
$$;

-- Who only looks in, without being a member, and an API key that may only read leave no marks.
create function chat_private.mark_page_read(channel_id uuid, page chat.full_message[]) returns void
language plpgsql volatile set search_path = '' as $$
begin
  if cardinality(page) > 0 and not current_setting('transaction_read_only')::boolean
     and exists (select from chat.channel_members m where m.channel_id = mark_page_read.channel_id and m.user_id = auth.uid()) then
    perform chat.mark_read(mark_page_read.channel_id, page[cardinality(page)].seq);
  end if;
end;
$$;

-- Definer: as above.
create function chat.list_readable_messages(channel_id uuid, before_id uuid default null, page_size integer default 50)
returns chat.full_message[]
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_page chat.full_message[];
begin
  perform chat_private.require_reader(list_readable_messages.channel_id, 'list messages');
  v_page := chat_private.history(list_readable_messages.channel_id, before_id, page_size);
  perform chat_private.mark_page_read(list_readable_messages.channel_id, v_page);
  return v_page;
end;
$$;
grant execute on function chat.list_readable_messages(uuid, uuid, integer) to authenticated, service_role;

-- The first 100 members: admins, then who has been there longest. Definer: as above.
create function chat.read_history(channel_id uuid, before_id uuid default null, page_size integer default 50) returns chat.channel_history
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_channel chat.channels;
  v_page chat.full_message[];
begin
  perform chat_private.require_reader(read_history.channel_id, 'read channel');
  select * into v_channel from chat.channels c where c.id = read_history.channel_id;
  v_page := chat_private.history(v_channel.id, before_id, page_size);
  perform chat_private.mark_page_read(v_channel.id, v_page);
  return row(
    chat_private.readable_channel(v_channel),
    array(select row(p.id, p.username, p.name, p.avatar_url)::chat.person
            from (select m.user_id, m.role, m.joined_at from chat.channel_members m where m.channel_id = v_channel.id
                   order by m.role, m.joined_at limit 100) m
            join chat.profiles p on p.id = m.user_id
           order by m.role, m.joined_at, p.id),
    v_page)::chat.channel_history;
end;
$$;
grant execute on function chat.read_history(uuid, uuid, integer) to authenticated, service_role;

-- Where joining is everybody's own decision, whoever speaks up has taken it.
create function chat.join_and_post(channel_id uuid, body text default '', file_ids uuid[] default '{}', senders text[] default '{}')
returns chat.full_message
language plpgsql volatile set search_path = '' as $$
begin
  if not exists (select from chat.channel_members m where m.channel_id = join_and_post.channel_id and m.user_id = (select auth.uid())) then
    if not exists (select from chat.channels c where c.id = join_and_post.channel_id) then
      perform chat_private.fail('channel_not_found', 404, 'unable to send message; the channel does not exist or is not visible to you');
    end if;
    perform chat.join_channel(join_and_post.channel_id);
  end if;
  return chat.post_message(join_and_post.channel_id, join_and_post.body, file_ids => join_and_post.file_ids, senders => join_and_post.senders);
end;
$$;
grant execute on function chat.join_and_post(uuid, text, uuid[], text[]) to authenticated;

comment on type chat.readable_channel is 'A channel as those see it who are not in it';
comment on type chat.channel_history is 'A channel with its first 100 members and a page of what was said there';
comment on function chat_private.may_read(uuid) is 'Whether the caller, who may be nobody, reads this channel';
comment on function chat_private.require_reader(uuid, text) is 'Refuses whoever does not read this channel';
comment on function chat_private.history(uuid, uuid, integer) is 'A page of what people have said in a channel, oldest first, before the message before_id, ended early after 1 MB of text';
comment on function chat_private.mark_page_read(uuid, chat.full_message[]) is 'Whoever is in a channel has read the page of it that they are given';
comment on function chat.list_readable_channels(uuid, integer) is
  'Open channels; who has an account is shown every public one as well, and their own. Newest first, before the one of id before. Errors: invalid_page_size';
comment on function chat.list_readable_messages(uuid, uuid, integer) is
  'The newest messages of an open channel, or for whoever has an account of a public one, or of one that they are in, oldest first; fewer than asked for after 1 MB of text. Members have read them. Errors: channel_not_found, invalid_page_size, invalid_cursor';
comment on function chat.read_history(uuid, uuid, integer) is
  'The same with the channel and who is in it. Errors: channel_not_found, invalid_page_size, invalid_cursor';
comment on function chat.join_and_post(uuid, text, uuid[], text[]) is
  'Sends a message, and joins the public channel first that the caller is not in yet; senders as in post_message. Errors: as join_channel and post_message';
