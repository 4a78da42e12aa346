-- Messages: each channel numbers its own 1, 2, 3 … without gaps, so that a client sees what it missed.

create table chat.messages (
  -- The counter and not the channel: a send holds that row anyway, while locks of many senders on the channel's
  -- own row would have to be merged.
  channel_id uuid not null references chat.channel_counters on delete cascade,
  seq bigint not null,
  id uuid not null default chat_private.uuid_v7(),
  author_id uuid default auth.uid() references chat.profiles on delete set null,
  body text not null
    constraint messages_body_length check (char_length(body) between 1 and 40000)
    constraint messages_body_not_blank check (btrim(body, E' \t\r\n') <> ''),
  created_at timestamptz not null default now(),
  primary key (channel_id, seq),
  constraint messages_id_unique unique (id)
);
-- Serves own messages after a read marker (unread counts) and the messages of one person.
create index messages_author_idx on chat.messages (author_id, channel_id, seq);

alter table chat.messages enable row level security;

grant select on chat.messages to authenticated;
grant insert (channel_id, id, body) on chat.messages to authenticated;

create policy select_member on chat.messages for select to authenticated
  using (channel_id in (select chat_private.my_channel_ids()));
create policy insert_member on chat.messages for insert to authenticated
  with check (author_id = (select auth.uid()) and channel_id in (select chat_private.my_channel_ids()));

-- Definer: the counter belongs to nobody. It is taken last, so that its lock spans little more than the commit.
create function chat_private.tg_messages__assign_seq() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.channel_counters
     set last_seq = last_seq + 1, last_message_at = clock_timestamp()
   where channel_id = new.channel_id
  returning last_seq, last_message_at into new.seq, new.created_at;
  if exists (select from chat.messages m where m.id = new.id) then
    -- A send repeated, perhaps while the first was still under way: the number goes back, nothing is inserted.
    update chat.channel_counters
       set last_seq = last_seq - 1,
           last_message_at = (select m.created_at from chat.messages m where m.channel_id = new.channel_id and m.seq = new.seq - 1)
     where channel_id = new.channel_id;
    return null;
  end if;
  return new;
end;
$$;
create trigger _100_assign_seq before insert on chat.messages
  for each row execute function chat_private.tg_messages__assign_seq();

-- Definer: asks for the membership once and by key; under row-level security the insert and its answer would each
-- collect all of the caller's channels first, which makes a send three times as dear.
create function chat.send_message(channel_id uuid, body text, id uuid default null)
returns setof chat.messages rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_id uuid := coalesce(send_message.id, chat_private.uuid_v7());
  v_message chat.messages;
begin
  if send_message.body is null or btrim(send_message.body, E' \t\r\n') = '' then
    perform chat_private.fail('message_empty', 400, 'unable to send message; it has no text');
  elsif char_length(send_message.body) > 40000 then
    perform chat_private.fail('message_too_long', 400, 'unable to send message; its text is longer than 40,000 characters');
  end if;
  perform chat_private.require_member(send_message.channel_id, 'send message');

  insert into chat.messages (channel_id, id, author_id, body)
  values (send_message.channel_id, v_id, v_me, send_message.body)
  returning * into v_message;
  if v_message.id is null then
    select * into v_message from chat.messages m
     where m.id = v_id and m.channel_id = send_message.channel_id and m.author_id = v_me;
    if not found then
      perform chat_private.fail('message_id_taken', 409, 'unable to send message; its id belongs to another message');
    end if;
  end if;
  return next v_message;
end;
$$;
grant execute on function chat.send_message(uuid, text, uuid) to authenticated;

create function chat.list_messages(channel_id uuid, before_seq bigint default null, after_seq bigint default null,
                                   page_size integer default 50)
returns setof chat.messages rows 50
language plpgsql stable set search_path = '' as $$
begin
  perform chat_private.require_member(list_messages.channel_id, 'list messages');
  if page_size is null or page_size not between 1 and 200 then
    perform chat_private.fail('invalid_page_size', 400, 'unable to list messages; a page has 1 to 200');
  end if;
  if after_seq is not null then
    return query select * from chat.messages m
      where m.channel_id = list_messages.channel_id and m.seq > after_seq
        and m.seq < coalesce(before_seq, 9223372036854775807)
      order by m.seq limit page_size;
  else
    return query select * from chat.messages m
      where m.channel_id = list_messages.channel_id and m.seq < coalesce(before_seq, 9223372036854775807)
      order by m.seq desc limit page_size;
  end if;
end;
$$;
grant execute on function chat.list_messages(uuid, bigint, bigint, integer) to authenticated;

comment on table chat.messages is 'Everything said; seq numbers each channel''s messages from 1 without gaps';
comment on column chat.messages.seq is 'Place in the channel, handed out in the sending transaction';
comment on column chat.messages.id is 'Public id, a UUIDv7 made by the client or the server; sending the same id again is no second message';
comment on column chat.messages.author_id is 'Who wrote it; null once the account is deleted';
comment on column chat.messages.body is 'Text, 1 to 40,000 characters';
comment on policy select_member on chat.messages is 'Members read the messages of their channels';
comment on policy insert_member on chat.messages is 'Members write in their channels, as themselves';
comment on function chat.send_message(uuid, text, uuid) is
  'Sends a message and returns it; a repeated id returns the first one. Errors: message_empty, message_too_long, channel_not_found, not_a_member, message_id_taken';
comment on function chat.list_messages(uuid, bigint, bigint, integer) is
  'A page of a channel: newest first before before_seq, or oldest first after after_seq; 1 to 200 rows. Errors: channel_not_found, not_a_member, invalid_page_size';
