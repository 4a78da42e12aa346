-- What people put aside: pins for the whole channel, bookmarks and drafts for themselves.

create table chat.bookmarks (
  user_id uuid not null references chat.accounts on delete cascade,
  channel_id uuid not null,
  seq bigint not null,
  note text constraint bookmarks_note_length check (char_length(note) <= 500),
  created_at timestamptz not null default clock_timestamp(),
  primary key (user_id, channel_id, seq),
  constraint bookmarks_message_fkey foreign key (channel_id, seq) references chat.messages (channel_id, seq) on delete cascade
);
create index bookmarks_message_idx on chat.bookmarks (channel_id, seq);
create index bookmarks_newest_idx on chat.bookmarks (user_id, created_at desc, channel_id, seq);

create table chat.drafts (
  user_id uuid not null,
  channel_id uuid not null,
  parent_seq bigint not null default 0,
  body text not null constraint drafts_body_length check (char_length(body) <= 40000),
  custom jsonb not null default '{}' constraint drafts_custom_form check (chat_private.is_custom(custom)),
  updated_at timestamptz not null default clock_timestamp(),
  primary key (user_id, channel_id, parent_seq),
  constraint drafts_member_fkey foreign key (channel_id, user_id)
    references chat.channel_members (channel_id, user_id) on delete cascade
);
create index drafts_member_idx on chat.drafts (channel_id, user_id);
create index drafts_newest_idx on chat.drafts (user_id, updated_at desc, channel_id, parent_seq);

alter table chat.bookmarks enable row level security;
alter table chat.drafts enable row level security;

grant select on chat.bookmarks, chat.drafts to authenticated;
create policy select_self on chat.bookmarks for select to authenticated using (user_id = (select auth.uid()));
create policy select_self on chat.drafts for select to authenticated using (user_id = (select auth.uid()));

-- Definer: nobody may update messages directly.
create function chat.pin_message(channel_id uuid, seq bigint, is_pinned boolean default true) returns setof chat.messages rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_message chat.messages;
  v_operation text := case when coalesce(is_pinned, true) then 'pin message' else 'unpin message' end;
  v_max integer := chat_private.setting('max_pins')::text::integer;
begin
  perform chat_private.take_right(pin_message.channel_id, 'pin', v_operation);
  v_message := chat_private.require_message(pin_message.channel_id, pin_message.seq, v_operation);
  if (v_message.pinned_at is not null) <> coalesce(is_pinned, true) then
    if coalesce(is_pinned, true) and (select count(*) from chat.messages m
         where m.channel_id = pin_message.channel_id and m.pinned_at is not null) >= v_max then
      perform chat_private.fail('too_many_pins', 400, format('unable to pin message; a channel has at most %s pinned messages', v_max));
    end if;
    update chat.messages m
       set pinned_at = case when coalesce(is_pinned, true) then clock_timestamp() end,
           pinned_by = case when coalesce(is_pinned, true) then auth.uid() end
     where m.channel_id = pin_message.channel_id and m.seq = pin_message.seq
    returning * into v_message;
    perform chat_private.post_system_message(pin_message.channel_id,
      format('%s %s a message', (select p.name from chat.profiles p where p.id = auth.uid()),
             case when coalesce(is_pinned, true) then 'pinned' else 'unpinned' end),
      case when coalesce(is_pinned, true) then 'message_pinned' else 'message_unpinned' end);
  end if;
  return next v_message;
end;
$$;
grant execute on function chat.pin_message(uuid, bigint, boolean) to authenticated;

create function chat.list_pins(channel_id uuid, before timestamptz default 'infinity', page_size integer default 50)
returns setof chat.messages rows 10
language plpgsql stable set search_path = '' as $$
begin
  perform chat_private.require_member(list_pins.channel_id, 'list pins');
  perform chat_private.check_page_size(page_size, 'list pins');
  return query select * from chat.messages m
    where m.channel_id = list_pins.channel_id and m.pinned_at is not null and m.pinned_at < before
    order by m.pinned_at desc limit page_size;
end;
$$;
grant execute on function chat.list_pins(uuid, timestamptz, integer) to authenticated;

-- Definer: bookmarks are written by functions only, or one could keep what one may not read.
create function chat.add_bookmark(channel_id uuid, seq bigint, note text default null) returns setof chat.bookmarks rows 1
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_member(add_bookmark.channel_id, 'bookmark message');
  if char_length(add_bookmark.note) > 500 then
    perform chat_private.fail('invalid_note', 400, 'unable to bookmark message; a note has at most 500 characters');
  elsif not exists (select from chat.messages m where m.channel_id = add_bookmark.channel_id and m.seq = add_bookmark.seq
                     and m.deleted_at is null) then
    perform chat_private.fail('message_not_found', 404, 'unable to bookmark message; the message does not exist');
  end if;
  return query insert into chat.bookmarks as b (user_id, channel_id, seq, note)
    values ((select auth.uid()), add_bookmark.channel_id, add_bookmark.seq, add_bookmark.note)
    on conflict on constraint bookmarks_pkey do update set note = coalesce(excluded.note, b.note)
    returning b.*;
end;
$$;
grant execute on function chat.add_bookmark(uuid, bigint, text) to authenticated;

-- Definer: as above. Also of channels that the caller has left.
create function chat.remove_bookmark(channel_id uuid, seq bigint) returns void
language sql security definer set search_path = '' as $$
  delete from chat.bookmarks b
   where b.user_id = (select auth.uid()) and b.channel_id = remove_bookmark.channel_id and b.seq = remove_bookmark.seq;
$$;
grant execute on function chat.remove_bookmark(uuid, bigint) to authenticated;

-- Definer: drafts are written by functions only. An empty text removes the draft.
create function chat.save_draft(channel_id uuid, body text, parent_seq bigint default 0, custom jsonb default '{}') returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.hold_member(save_draft.channel_id, 'save draft');
  if char_length(save_draft.body) > 40000 then
    perform chat_private.fail('message_too_long', 400, 'unable to save draft; its text is longer than 40,000 characters');
  elsif not coalesce(chat_private.is_custom(coalesce(save_draft.custom, '{}')), false) then
    perform chat_private.fail('invalid_custom', 400, 'unable to save draft; custom data is an object of at most 16 KB and 100 levels');
  elsif coalesce(save_draft.parent_seq, 0) <> 0 and not exists (
      select from chat.messages m where m.channel_id = save_draft.channel_id and m.seq = save_draft.parent_seq) then
    perform chat_private.fail('message_not_found', 404, 'unable to save draft; the message does not exist');
  end if;
  if coalesce(save_draft.body, '') = '' then
    delete from chat.drafts d where d.user_id = auth.uid() and d.channel_id = save_draft.channel_id
      and d.parent_seq = coalesce(save_draft.parent_seq, 0);
  else
    insert into chat.drafts (user_id, channel_id, parent_seq, body, custom)
    values (auth.uid(), save_draft.channel_id, coalesce(save_draft.parent_seq, 0), save_draft.body, coalesce(save_draft.custom, '{}'))
    on conflict on constraint drafts_pkey do update
      set body = excluded.body, custom = excluded.custom, updated_at = clock_timestamp();
  end if;
end;
$$;
grant execute on function chat.save_draft(uuid, text, bigint, jsonb) to authenticated;

-- Definer: as above.
create function chat_private.tg_drafts__broadcast() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' then
    perform chat_private.tell_user(old.user_id, 'draft:saved',
      jsonb_build_object('channel_id', old.channel_id, 'parent_seq', old.parent_seq, 'body', '', 'custom', '{}'::jsonb));
  else
    perform chat_private.tell_user(new.user_id, 'draft:saved', to_jsonb(new));
  end if;
  return null;
end;
$$;
create trigger _900_broadcast after insert or update or delete on chat.drafts
  for each row execute function chat_private.tg_drafts__broadcast();

comment on table chat.bookmarks is 'Messages that people keep for later; seen by themselves only';
comment on column chat.bookmarks.user_id is 'Who keeps it';
comment on column chat.bookmarks.channel_id is 'The channel';
comment on column chat.bookmarks.seq is 'The message';
comment on column chat.bookmarks.note is 'What for, at most 500 characters';
comment on column chat.bookmarks.created_at is 'Since when';
comment on table chat.drafts is 'What people have written and not sent; seen by themselves only';
comment on column chat.drafts.user_id is 'Who writes';
comment on column chat.drafts.channel_id is 'The channel';
comment on column chat.drafts.parent_seq is 'The thread it is for; 0 for the channel';
comment on column chat.drafts.body is 'The text so far';
comment on column chat.drafts.custom is 'The app''s own data: an object of at most 16 KB';
comment on column chat.drafts.updated_at is 'When it was last saved';
comment on policy select_self on chat.bookmarks is 'People see their own bookmarks';
comment on policy select_self on chat.drafts is 'People see their own drafts';
comment on function chat.pin_message(uuid, bigint, boolean) is
  'Pins a message to its channel or takes the pin away; no effect when it is so already. Errors: channel_not_found, not_a_member, channel_archived, not_a_channel_admin, message_not_found, message_deleted, too_many_pins';
comment on function chat.list_pins(uuid, timestamptz, integer) is
  'The pinned messages of a channel, last pinned first. Errors: channel_not_found, not_a_member, invalid_page_size';
comment on function chat.add_bookmark(uuid, bigint, text) is
  'Keeps a message for later. Errors: channel_not_found, not_a_member, message_not_found, invalid_note';
comment on function chat.remove_bookmark(uuid, bigint) is 'Keeps it no longer; no effect when it was not kept';
comment on function chat.save_draft(uuid, text, bigint, jsonb) is
  'Saves what the caller writes in a channel or thread; an empty text removes it. Errors: channel_not_found, not_a_member, message_too_long, invalid_custom, message_not_found';
