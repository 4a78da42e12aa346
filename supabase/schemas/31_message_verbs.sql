-- What people do with messages: send, edit, delete, and read them page by page.

-- What every message must be, sent now or later.
create function chat_private.check_message(body text, file_ids uuid[], custom jsonb, operation text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if coalesce(btrim(body, E' \t\r\n'), '') = '' and coalesce(cardinality(file_ids), 0) = 0 then
    perform chat_private.fail('message_empty', 400, format('unable to %s; it has neither text nor files', operation));
  elsif char_length(body) > 40000 then
    perform chat_private.fail('message_too_long', 400, format('unable to %s; its text is longer than 40,000 characters', operation));
  elsif custom <> '{}' and not chat_private.is_custom(custom) then
    perform chat_private.fail('invalid_custom', 400,
      format('unable to %s; custom data is an object of at most 16 KB and 100 levels', operation));
  end if;
end;
$$;

-- Definer: asks for the membership once and by key; under row-level security the insert and its answer would each
-- collect all of the caller's channels first, which makes a send three times as dear.
create function chat.send_message(channel_id uuid, body text default '', id uuid default null, parent_seq bigint default null,
                                  also_in_channel boolean default false, custom jsonb default '{}', file_ids uuid[] default '{}')
returns setof chat.messages rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_id uuid := coalesce(send_message.id, chat_private.uuid_v7());
  v_root bigint := send_message.parent_seq;
  v_mentions record;
  v_message chat.messages;
begin
  perform chat_private.check_message(send_message.body, send_message.file_ids, send_message.custom, 'send message');
  perform chat_private.take_token('send_message');
  perform chat_private.require_right(send_message.channel_id,
    case when send_message.parent_seq is null then 'send_message' else 'reply' end, 'send message');
  if v_root is not null then
    -- A reply to a reply belongs to the same thread.
    select coalesce(m.parent_seq, m.seq) into v_root from chat.messages m
     where m.channel_id = send_message.channel_id and m.seq = send_message.parent_seq and m.kind = 'user';
    if not found then
      perform chat_private.fail('message_not_found', 404, 'unable to reply; the message does not exist');
    end if;
  end if;
  select * into v_mentions from chat_private.find_mentions(send_message.channel_id, coalesce(send_message.body, ''));

  insert into chat.messages (channel_id, id, author_id, body, custom, parent_seq, in_channel, mention_ids, mentions_everyone, file_ids)
  values (send_message.channel_id, v_id, v_me, coalesce(send_message.body, ''), coalesce(send_message.custom, '{}'),
          v_root, v_root is null or coalesce(also_in_channel, false), v_mentions.user_ids, v_mentions.everyone,
          coalesce(send_message.file_ids, '{}'))
  -- Sent to two channels at once; within one the trigger has found it, and taken the number back.
  on conflict on constraint messages_id_unique do nothing
  returning * into v_message;
  if v_message.id is null then
    select * into v_message from chat.messages m
     where m.id = v_id and m.channel_id = send_message.channel_id and m.author_id = v_me;
    if not found then
      perform chat_private.fail('message_id_taken', 409, 'unable to send message; its id belongs to another message');
    end if;
  end if;
  -- The number was waited for, and whoever came before may have taken the right to send.
  perform chat_private.require_right(send_message.channel_id,
    case when v_root is null then 'send_message' else 'reply' end, 'send message');
  return next v_message;
end;
$$;
grant execute on function chat.send_message(uuid, text, uuid, bigint, boolean, jsonb, uuid[]) to authenticated;

-- The message, when the caller is in its channel and it was not deleted; with the counter taken first.
-- Definer: as above.
create function chat_private.require_message(channel_id uuid, seq bigint, operation text) returns chat.messages
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_message chat.messages;
begin
  perform chat_private.lock_channel(require_message.channel_id);
  select * into v_message from chat.messages m
   where m.channel_id = require_message.channel_id and m.seq = require_message.seq;
  if not found then
    perform chat_private.fail('message_not_found', 404, format('unable to %s; the message does not exist', operation));
  elsif v_message.deleted_at is not null then
    perform chat_private.fail('message_deleted', 409, format('unable to %s; the message has been deleted', operation));
  end if;
  return v_message;
end;
$$;

-- Definer: nobody may update messages directly.
create function chat.edit_message(channel_id uuid, seq bigint, body text default null, custom jsonb default null)
returns setof chat.messages rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_message chat.messages;
  v_window interval := make_interval(secs => (chat_private.setting('edit_window_seconds'))::text::double precision);
begin
  if char_length(edit_message.body) > 40000 then
    perform chat_private.fail('message_too_long', 400, 'unable to edit message; its text is longer than 40,000 characters');
  elsif not chat_private.is_custom(edit_message.custom) then
    perform chat_private.fail('invalid_custom', 400, 'unable to edit message; custom data is an object of at most 16 KB and 100 levels');
  end if;
  perform chat_private.take_right(edit_message.channel_id, 'send_message', 'edit message');
  v_message := chat_private.require_message(edit_message.channel_id, edit_message.seq, 'edit message');
  if v_message.author_id is distinct from (select auth.uid()) or v_message.kind <> 'user' then
    perform chat_private.fail('not_the_author', 403, 'unable to edit message; only its author may');
  elsif v_message.created_at < clock_timestamp() - v_window then
    perform chat_private.fail('edit_window_closed', 403, 'unable to edit message; it was sent too long ago');
  elsif btrim(edit_message.body, E' \t\r\n') = '' and cardinality(v_message.file_ids) = 0 then
    perform chat_private.fail('message_empty', 400, 'unable to edit message; it has neither text nor files');
  end if;
  return query update chat.messages m
    set body = coalesce(edit_message.body, m.body), custom = coalesce(edit_message.custom, m.custom)
    where m.channel_id = edit_message.channel_id and m.seq = edit_message.seq
    returning m.*;
end;
$$;
grant execute on function chat.edit_message(uuid, bigint, text, jsonb) to authenticated;

-- Definer: as above.
create function chat.delete_message(channel_id uuid, seq bigint) returns setof chat.messages rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_message chat.messages;
begin
  perform chat_private.require_member(delete_message.channel_id, 'delete message');
  v_message := chat_private.require_message(delete_message.channel_id, delete_message.seq, 'delete message');
  perform chat_private.require_member(delete_message.channel_id, 'delete message');
  if v_message.kind <> 'user' or v_message.author_id is distinct from (select auth.uid()) then
    if v_message.kind <> 'user' then
      perform chat_private.fail('not_the_author', 403, 'unable to delete message; it tells what happened in the channel');
    elsif exists (select from chat.channels c where c.id = delete_message.channel_id and c.kind = 'dm') then
      perform chat_private.fail('not_the_author', 403, 'unable to delete message; in direct messages only its author may');
    end if;
    perform chat_private.require_right(delete_message.channel_id, 'delete_any_message', 'delete message');
  end if;
  return query update chat.messages m set deleted_at = clock_timestamp(), deleted_by = (select auth.uid())
    where m.channel_id = delete_message.channel_id and m.seq = delete_message.seq
    returning m.*;
end;
$$;
grant execute on function chat.delete_message(uuid, bigint) to authenticated;

-- Definer: asks for the membership once; row-level security would collect all of the caller's channels for each page.
create function chat.list_messages(channel_id uuid, before_seq bigint default null, after_seq bigint default null,
                                   page_size integer default 50, with_replies boolean default false)
returns setof chat.messages rows 50
language plpgsql stable security definer set search_path = '' as $$
declare
  v_before bigint := coalesce(before_seq, 9223372036854775807);
begin
  perform chat_private.require_member(list_messages.channel_id, 'list messages');
  perform chat_private.check_page_size(page_size, 'list messages');
  -- Four statements and not one with conditions, so that each has the index that it needs.
  if with_replies and after_seq is not null then
    return query select * from chat.messages m
      where m.channel_id = list_messages.channel_id and m.seq > after_seq and m.seq < v_before
      order by m.seq limit page_size;
  elsif with_replies then
    return query select * from chat.messages m
      where m.channel_id = list_messages.channel_id and m.seq < v_before
      order by m.seq desc limit page_size;
  elsif after_seq is not null then
    return query select * from chat.messages m
      where m.channel_id = list_messages.channel_id and m.in_channel and m.seq > after_seq and m.seq < v_before
      order by m.seq limit page_size;
  else
    return query select * from chat.messages m
      where m.channel_id = list_messages.channel_id and m.in_channel and m.seq < v_before
      order by m.seq desc limit page_size;
  end if;
end;
$$;
grant execute on function chat.list_messages(uuid, bigint, bigint, integer, boolean) to authenticated;

-- Definer: as above.
create function chat.list_replies(channel_id uuid, parent_seq bigint, before_seq bigint default null,
                                  after_seq bigint default null, page_size integer default 50)
returns setof chat.messages rows 50
language plpgsql stable security definer set search_path = '' as $$
begin
  perform chat_private.require_member(list_replies.channel_id, 'list replies');
  perform chat_private.check_page_size(page_size, 'list replies');
  if after_seq is not null then
    return query select * from chat.messages m
      where m.channel_id = list_replies.channel_id and m.parent_seq = list_replies.parent_seq
        and m.seq > after_seq and m.seq < coalesce(before_seq, 9223372036854775807)
      order by m.seq limit page_size;
  else
    return query select * from chat.messages m
      where m.channel_id = list_replies.channel_id and m.parent_seq = list_replies.parent_seq
        and m.seq < coalesce(before_seq, 9223372036854775807)
      order by m.seq desc limit page_size;
  end if;
end;
$$;
grant execute on function chat.list_replies(uuid, bigint, bigint, bigint, integer) to authenticated;

-- Definer: as above.
create function chat.list_changes(channel_id uuid, after_change bigint, page_size integer default 100)
returns setof chat.messages rows 50
language plpgsql stable security definer set search_path = '' as $$
begin
  perform chat_private.require_member(list_changes.channel_id, 'list changes');
  perform chat_private.check_page_size(page_size, 'list changes');
  return query select * from chat.messages m
    where m.channel_id = list_changes.channel_id and m.change > greatest(coalesce(after_change, 0), 0)
    order by m.change limit page_size;
end;
$$;
grant execute on function chat.list_changes(uuid, bigint, integer) to authenticated;

-- Definer: as above; the id alone names no channel to look in.
create function chat.get_message(id uuid) returns setof chat.messages rows 1
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select m.* from chat.messages m
    join chat.channel_members me on me.channel_id = m.channel_id and me.user_id = (select auth.uid())
   where m.id = get_message.id;
  if not found then
    perform chat_private.fail('message_not_found', 404, 'unable to get message; it does not exist or is not visible to you');
  end if;
end;
$$;
grant execute on function chat.get_message(uuid) to authenticated;

create function chat.list_edits(channel_id uuid, seq bigint, page_size integer default 50)
returns setof chat.message_edits rows 10
language plpgsql stable set search_path = '' as $$
begin
  perform chat_private.require_member(list_edits.channel_id, 'list edits');
  perform chat_private.check_page_size(page_size, 'list edits');
  return query select * from chat.message_edits e
    where e.channel_id = list_edits.channel_id and e.seq = list_edits.seq
    order by e.change desc limit page_size;
end;
$$;
grant execute on function chat.list_edits(uuid, bigint, integer) to authenticated;

comment on function chat.send_message(uuid, text, uuid, bigint, boolean, jsonb, uuid[]) is
  'Sends a message, or a reply to parent_seq, and returns it; a repeated id returns the first one. Errors: rate_limited (only where the operator has set a rule), message_empty, message_too_long, invalid_custom, too_many_mentions, channel_not_found, not_a_member, channel_archived, user_blocked, message_not_found, message_deleted, message_id_taken';
comment on function chat.edit_message(uuid, bigint, text, jsonb) is
  'Replaces text or custom data of an own message, as long as the setting edit_window_seconds allows. Errors: message_empty, message_too_long, invalid_custom, too_many_mentions, channel_not_found, not_a_member, channel_archived, user_blocked, message_not_found, message_deleted, not_the_author, edit_window_closed';
comment on function chat.delete_message(uuid, bigint) is
  'Deletes an own message, or any as an admin of the channel; an empty place remains. Errors: channel_not_found, not_a_member, message_not_found, message_deleted, not_the_author, not_a_channel_admin';
comment on function chat.list_messages(uuid, bigint, bigint, integer, boolean) is
  'A page of a channel: newest first before before_seq, or oldest first after after_seq; 1 to 200 rows; replies only if asked for. Errors: channel_not_found, not_a_member, invalid_page_size';
comment on function chat.list_replies(uuid, bigint, bigint, bigint, integer) is
  'A page of a thread: newest first before before_seq, or oldest first after after_seq; 1 to 200 rows. Errors: channel_not_found, not_a_member, invalid_page_size';
comment on function chat.list_changes(uuid, bigint, integer) is
  'Messages that changed after this change of the channel, in the order of their last change; 1 to 200 rows. Errors: channel_not_found, not_a_member, invalid_page_size';
comment on function chat.get_message(uuid) is 'A message by its id. Errors: message_not_found';
comment on function chat.list_edits(uuid, bigint, integer) is
  'What edits of a message replaced, newest first. Errors: channel_not_found, not_a_member, invalid_page_size';
