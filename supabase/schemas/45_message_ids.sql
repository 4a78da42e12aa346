-- What people do with messages, for who knows them by their ids alone: what the HTTP API calls. The rules are those of the verbs.

-- A message that waits for its time, as its author sees it.
create function chat_private.waiting_message(waiting chat.scheduled_messages) returns chat.full_message
language plpgsql stable set search_path = '' as $$
begin
  return (
    select row(waiting.id, waiting.channel_id, null, 'user', waiting.body, waiting.created_at, null, r.id, 0, null, null,
               waiting.scheduled_for, d.files, row(p.id, p.username, p.name, p.avatar_url)::chat.person, '{}', 0)::chat.full_message
      from chat_private.describe_files(waiting.channel_id, null, waiting.file_ids) d
      join chat.profiles p on p.id = waiting.author_id
      left join chat.messages r on r.channel_id = waiting.channel_id and r.seq = waiting.parent_seq);
end;
$$;

-- Some APIs share a file by its address alone. What such a text gives the address of goes with its message: own files that
-- no message has, as many as it may have. They are held until it has taken them.
create function chat_private.with_linked_files(body text, file_ids uuid[], channel_id uuid) returns uuid[]
language plpgsql volatile set search_path = '' as $$
declare
  v_ids uuid[];
begin
  -- What is longer than a message is refused by the verb, and not looked through before.
  if char_length(body) > 40000 or strpos(body, '/files/') = 0 then
    return file_ids;
  end if;
  -- …/files/<id> of the HTTP API, …/files/<folder>/<id> of Storage.
  v_ids := array(
    select (w.match[1])::uuid
      from regexp_matches(body, '/files/(?:[0-9a-f-]{36}/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})', 'g') with ordinality w (match, place)
     group by 1 order by min(w.place));
  perform from chat.files f
    where f.id = any (v_ids) and f.uploader_id = auth.uid() and f.seq is null order by f.id for update;
  return file_ids || array(
    select f.id from unnest(v_ids) with ordinality w (id, place) join chat.files f on f.id = w.id
     where f.uploader_id = auth.uid() and f.seq is null and f.uploaded_at is not null and f.deleted_at is null
       and (f.channel_id is null or f.channel_id = with_linked_files.channel_id)
       and f.id <> all (file_ids) and not chat_private.is_file_scheduled(f.id)
     order by w.place limit greatest(0, 10 - cardinality(file_ids)));
end;
$$;

-- Definer: returns a whole message, which full_messages gives to nobody else.
create function chat.post_message(channel_id uuid, body text default '', id uuid default null, parent_id uuid default null,
                                  also_in_channel boolean default false, custom jsonb default '{}', file_ids uuid[] default '{}',
                                  scheduled_for timestamptz default null, senders text[] default '{}')
returns chat.full_message
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_parent bigint;
  v_seq bigint;
  v_file_ids uuid[];
  v_row chat.scheduled_messages;
begin
  -- Some clients say who they are, and must not be somebody else. Nobody has so many names that all were to be looked up.
  if cardinality(post_message.senders) > 10
     or exists (select from unnest(post_message.senders) s where chat_private.person_id(s) is distinct from (select auth.uid())) then
    perform chat_private.fail('not_yourself', 403, 'unable to send message; its sender is somebody else');
  end if;
  if post_message.parent_id is not null then
    perform chat_private.require_member(post_message.channel_id, 'send message');
    select m.seq into v_parent from chat.messages m
     where m.id = post_message.parent_id and m.channel_id = post_message.channel_id and m.kind = 'user' and m.deleted_at is null;
    if not found then
      perform chat_private.fail('invalid_parent', 400, 'unable to send message; there is no such message to reply to in this channel');
    end if;
  end if;
  v_file_ids := chat_private.with_linked_files(post_message.body, coalesce(post_message.file_ids, '{}'), post_message.channel_id);
  if post_message.scheduled_for is null then
    select s.seq into v_seq
      from chat.send_message(post_message.channel_id, post_message.body, post_message.id, v_parent, post_message.also_in_channel,
                             post_message.custom, v_file_ids) s;
    return (chat_private.full_messages(array[post_message.channel_id], array[v_seq]))[1];
  end if;
  select * into v_row
    from chat.schedule_message(post_message.channel_id, post_message.scheduled_for, post_message.body, post_message.id, v_parent,
                               post_message.also_in_channel, post_message.custom, v_file_ids);
  return chat_private.waiting_message(v_row);
end;
$$;
grant execute on function chat.post_message(uuid, text, uuid, uuid, boolean, jsonb, uuid[], timestamptz, text[]) to authenticated;

-- What waits for its time is changed by its author alone, and is no message to others. Should it be sent meanwhile, this
-- waits for that and finds nothing waiting; then there is a message.
-- Definer: as above.
create function chat.edit_message_by_id(id uuid, body text, channel_id uuid default null) returns chat.full_message
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_waiting chat.scheduled_messages;
  v_message chat.messages;
begin
  if edit_message_by_id.channel_id is not null then
    perform chat_private.require_member(edit_message_by_id.channel_id, 'edit message');
  end if;
  select * into v_waiting from chat.scheduled_messages s
   where s.id = edit_message_by_id.id and s.channel_id = coalesce(edit_message_by_id.channel_id, s.channel_id)
     and s.author_id = auth.uid() and s.status = 'pending'
     for update;
  if found then
    perform chat_private.check_message(edit_message_by_id.body, v_waiting.file_ids, v_waiting.custom, 'edit message');
    update chat.scheduled_messages s set body = coalesce(edit_message_by_id.body, '') where s.id = v_waiting.id returning * into v_waiting;
    return chat_private.waiting_message(v_waiting);
  end if;
  v_message := chat_private.locate_message(edit_message_by_id.id, edit_message_by_id.channel_id, 'edit message');
  perform chat.edit_message(v_message.channel_id, v_message.seq, edit_message_by_id.body);
  return (chat_private.full_messages(array[v_message.channel_id], array[v_message.seq]))[1];
end;
$$;
grant execute on function chat.edit_message_by_id(uuid, text, uuid) to authenticated;

-- Definer: as above.
create function chat.delete_message_by_id(id uuid, channel_id uuid default null) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_message chat.messages;
begin
  if delete_message_by_id.channel_id is not null then
    perform chat_private.require_member(delete_message_by_id.channel_id, 'delete message');
  end if;
  update chat.scheduled_messages s set status = 'cancelled', ended_at = clock_timestamp()
   where s.id = delete_message_by_id.id and s.channel_id = coalesce(delete_message_by_id.channel_id, s.channel_id)
     and s.author_id = auth.uid() and s.status = 'pending';
  if not found then
    v_message := chat_private.locate_message(delete_message_by_id.id, delete_message_by_id.channel_id, 'delete message');
    perform chat.delete_message(v_message.channel_id, v_message.seq);
  end if;
end;
$$;
grant execute on function chat.delete_message_by_id(uuid, uuid) to authenticated;

-- The caller's only reaction to the message: another one of theirs goes.
create function chat.react_by_id(channel_id uuid, id uuid, emoji text) returns setof chat.reactions rows 1
language plpgsql volatile set search_path = '' as $$
declare
  v_message chat.messages := chat_private.locate_message(react_by_id.id, react_by_id.channel_id, 'react');
begin
  return query select * from chat.add_reaction(v_message.channel_id, v_message.seq, react_by_id.emoji, replace => true);
end;
$$;
grant execute on function chat.react_by_id(uuid, uuid, text) to authenticated;

create function chat.unreact_by_id(channel_id uuid, id uuid) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_message chat.messages := chat_private.locate_message(unreact_by_id.id, unreact_by_id.channel_id, 'remove reaction');
begin
  perform chat.remove_reaction(v_message.channel_id, v_message.seq);
end;
$$;
grant execute on function chat.unreact_by_id(uuid, uuid) to authenticated;

create function chat.pin_message_by_id(channel_id uuid, id uuid, is_pinned boolean default true) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_message chat.messages := chat_private.locate_message(pin_message_by_id.id, pin_message_by_id.channel_id,
    case when coalesce(is_pinned, true) then 'pin message' else 'unpin message' end);
begin
  perform chat.pin_message(v_message.channel_id, v_message.seq, pin_message_by_id.is_pinned);
end;
$$;
grant execute on function chat.pin_message_by_id(uuid, uuid, boolean) to authenticated;

comment on function chat_private.with_linked_files(text, uuid[], uuid) is
  'These files and those that a text gives the address of, as far as the caller may send them: at most 10';
comment on function chat.post_message(uuid, text, uuid, uuid, boolean, jsonb, uuid[], timestamptz, text[]) is
  'Sends a message, or has it sent later, and returns it whole; own files that it gives the address of go with it. senders, where any are named, are ids or usernames of the caller. Errors: not_yourself, invalid_parent, and those of send_message or schedule_message';
comment on function chat.edit_message_by_id(uuid, text, uuid) is
  'As edit_message, also of an own message that waits to be sent, and returns the whole message. Errors: those of edit_message; message_not_found also of deleted ones';
comment on function chat.delete_message_by_id(uuid, uuid) is
  'As delete_message; an own message that waits to be sent is cancelled. Errors: those of delete_message; message_not_found also of deleted ones';
comment on function chat.react_by_id(uuid, uuid, text) is
  'As add_reaction, in place of the caller''s other reactions. Errors: those of add_reaction; message_not_found also of deleted ones';
comment on function chat.unreact_by_id(uuid, uuid) is
  'As remove_reaction, of all of the caller''s. Errors: those of remove_reaction; message_not_found also of deleted ones';
comment on function chat.pin_message_by_id(uuid, uuid, boolean) is
  'As pin_message. Errors: those of pin_message; message_not_found also of deleted ones';
