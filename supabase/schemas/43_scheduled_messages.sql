-- Messages to be sent later: kept here until their time, and then sent as their author would send them.

create table chat.scheduled_messages (
  id uuid primary key default chat_private.uuid_v7(),
  author_id uuid not null default auth.uid() references chat.accounts on delete cascade,
  channel_id uuid not null references chat.channels on delete cascade,
  body text not null default '' constraint scheduled_messages_body_length check (char_length(body) <= 40000),
  custom jsonb not null default '{}' constraint scheduled_messages_custom_form check (chat_private.is_custom(custom)),
  parent_seq bigint,
  also_in_channel boolean not null default false,
  file_ids uuid[] not null default '{}',
  scheduled_for timestamptz not null,
  status text not null default 'pending'
    constraint scheduled_messages_status_known check (status in ('pending', 'sent', 'cancelled', 'failed')),
  failure text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  constraint scheduled_messages_parent_fkey foreign key (channel_id, parent_seq)
    references chat.messages (channel_id, seq) on delete cascade,
  constraint scheduled_messages_end_known check ((status = 'pending') = (ended_at is null)),
  constraint scheduled_messages_failure_known check ((status = 'failed') = (failure is not null))
);
create index scheduled_messages_due_idx on chat.scheduled_messages (scheduled_for, id) where status = 'pending';
-- Serves an author's list, last one first.
create index scheduled_messages_author_idx on chat.scheduled_messages (author_id, scheduled_for desc, id desc);
create index scheduled_messages_parent_idx on chat.scheduled_messages (channel_id, parent_seq);
-- Serves the question whether a file waits for a message.
create index scheduled_messages_files_idx on chat.scheduled_messages using gin (file_ids) where status = 'pending';

alter table chat.scheduled_messages enable row level security;

-- Definer: asked about files of which the caller sees nothing.
create function chat_private.is_file_scheduled(file_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from chat.scheduled_messages s
                  where s.status = 'pending' and s.file_ids @> array[is_file_scheduled.file_id]);
$$;

-- The files of a message that waits, in a send's own words of refusal.
create function chat_private.require_own_files(channel_id uuid, file_ids uuid[], operation text) returns void
language plpgsql stable set search_path = '' as $$
declare
  v_any record;
begin
  if cardinality(file_ids) > 10 then
    perform chat_private.fail('too_many_files', 400, format('unable to %s; it has at most 10 files', operation));
  end if;
  select bool_or(f.id is null) as is_unknown, bool_or(f.uploaded_at is null) as is_unfinished,
         bool_or(f.seq is not null or chat_private.is_file_scheduled(f.id)) as is_taken
    into v_any
    from unnest(file_ids) as w (id)
    left join chat.files f on f.id = w.id and coalesce(f.channel_id, require_own_files.channel_id) = require_own_files.channel_id
                          and f.uploader_id = auth.uid() and f.deleted_at is null;
  if v_any.is_unknown then
    perform chat_private.fail('file_not_found', 404, format('unable to %s; a file does not exist, or is not yours and of this channel', operation));
  elsif v_any.is_unfinished then
    perform chat_private.fail('file_not_uploaded', 409, format('unable to %s; a file has not been uploaded yet', operation));
  elsif v_any.is_taken then
    perform chat_private.fail('file_already_sent', 409, format('unable to %s; a file belongs to another message', operation));
  end if;
end;
$$;

grant select on chat.scheduled_messages to authenticated;
create policy select_self on chat.scheduled_messages for select to authenticated using (author_id = (select auth.uid()));

-- Definer: nobody may write these rows.
create function chat.schedule_message(channel_id uuid, scheduled_for timestamptz, body text default '', id uuid default null,
                                      parent_seq bigint default null, also_in_channel boolean default false,
                                      custom jsonb default '{}', file_ids uuid[] default '{}')
returns setof chat.scheduled_messages rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_id uuid := coalesce(schedule_message.id, chat_private.uuid_v7());
  v_files uuid[] := coalesce(schedule_message.file_ids, '{}');
  v_row chat.scheduled_messages;
begin
  perform chat_private.check_message(schedule_message.body, v_files, schedule_message.custom, 'schedule message');
  perform chat_private.require_right(schedule_message.channel_id,
    case when schedule_message.parent_seq is null then 'send_message' else 'reply' end, 'schedule message');
  select * into v_row from chat.scheduled_messages s
   where s.id = v_id and s.author_id = auth.uid() and s.channel_id = schedule_message.channel_id;
  if found then
    return next v_row;  -- the same call again
    return;
  end if;

  perform chat_private.check_time(schedule_message.scheduled_for, 'schedule message');
  if (schedule_message.scheduled_for > clock_timestamp() and schedule_message.scheduled_for < 'infinity') is not true then
    perform chat_private.fail('invalid_time', 400, 'unable to schedule message; its time lies in the past');
  elsif schedule_message.parent_seq is not null and not exists (
      select from chat.messages m where m.channel_id = schedule_message.channel_id
        and m.seq = schedule_message.parent_seq and m.kind = 'user') then
    perform chat_private.fail('message_not_found', 404, 'unable to schedule message; the message to reply to does not exist');
  elsif exists (select from chat.messages m where m.id = v_id) then
    perform chat_private.fail('message_id_taken', 409, 'unable to schedule message; its id belongs to another message');
  end if;
  -- One after the other for each person, so that neither the number nor a file is counted too low.
  perform from chat.accounts a where a.user_id = auth.uid() for no key update;
  perform chat_private.require_own_files(schedule_message.channel_id, v_files, 'schedule message');
  if (select count(*) from (select from chat.scheduled_messages s
       where s.author_id = auth.uid() and s.scheduled_for > now() and s.status = 'pending' limit 500) s) >= 500 then
    perform chat_private.fail('too_many_scheduled_messages', 400, 'unable to schedule message; 500 wait already');
  end if;
  perform chat_private.take_token('send_message');

  insert into chat.scheduled_messages (id, channel_id, body, custom, parent_seq, also_in_channel, file_ids, scheduled_for)
  values (v_id, schedule_message.channel_id, coalesce(schedule_message.body, ''), coalesce(schedule_message.custom, '{}'),
          schedule_message.parent_seq, coalesce(schedule_message.also_in_channel, false), v_files, schedule_message.scheduled_for)
  on conflict on constraint scheduled_messages_pkey do nothing
  returning * into v_row;
  if v_row.id is null then
    perform chat_private.fail('message_id_taken', 409, 'unable to schedule message; its id belongs to another message');
  end if;
  perform chat_private.wake_worker('scheduled_messages', v_row.scheduled_for);
  return next v_row;
end;
$$;
grant execute on function chat.schedule_message(uuid, timestamptz, text, uuid, bigint, boolean, jsonb, uuid[]) to authenticated;

create function chat.list_scheduled_messages(status text default null, before_time timestamptz default 'infinity',
                                             before_id uuid default 'ffffffff-ffff-ffff-ffff-ffffffffffff', page_size integer default 50)
returns setof chat.scheduled_messages rows 50
language plpgsql stable set search_path = '' as $$
begin
  perform chat_private.check_page_size(page_size, 'list scheduled messages');
  return query select * from chat.scheduled_messages s
    where s.author_id = (select auth.uid()) and (s.scheduled_for, s.id) < (before_time, before_id)
      and (list_scheduled_messages.status is null or s.status = list_scheduled_messages.status)
    order by s.scheduled_for desc, s.id desc limit page_size;
end;
$$;
grant execute on function chat.list_scheduled_messages(text, timestamptz, uuid, integer) to authenticated;

-- Definer: nobody may write these rows.
create function chat.cancel_scheduled_message(id uuid) returns setof chat.scheduled_messages rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_row chat.scheduled_messages;
begin
  select * into v_row from chat.scheduled_messages s
   where s.id = cancel_scheduled_message.id and s.author_id = auth.uid() for update;
  if not found then
    perform chat_private.fail('scheduled_message_not_found', 404, 'unable to cancel scheduled message; you have no such message');
  elsif v_row.status <> 'pending' then
    perform chat_private.fail('scheduled_message_ended', 409,
      format('unable to cancel scheduled message; it is %s already', v_row.status));
  end if;
  return query update chat.scheduled_messages s set status = 'cancelled', ended_at = clock_timestamp()
    where s.id = v_row.id returning s.*;
end;
$$;
grant execute on function chat.cancel_scheduled_message(uuid) to authenticated;

-- Sends the next message that is due and says how that ended; nothing when none is. One transaction: either the message
-- is there and its row says so, or neither. What the database refuses its author is not tried again; what breaks is.
create function chat_private.send_scheduled_message(out id uuid, out status text, out failure text)
language plpgsql volatile set search_path = '' as $$
declare
  v_row chat.scheduled_messages;
  v_refusal text;
begin
  select * into v_row from chat.scheduled_messages s
   where s.status = 'pending' and s.scheduled_for <= clock_timestamp()
   order by s.scheduled_for, s.id limit 1 for update skip locked;
  if not found then
    return;
  end if;
  id := v_row.id;
  begin
    if exists (select from chat.accounts a where a.user_id = v_row.author_id and a.suspended_at is not null) then
      perform chat_private.fail('account_suspended', 403, 'unable to send message; this account is suspended');
    end if;
    perform set_config('request.jwt.claims',
      jsonb_build_object('sub', v_row.author_id, 'role', 'authenticated')::text, true);
    perform from chat.send_message(v_row.channel_id, v_row.body, v_row.id, v_row.parent_seq, v_row.also_in_channel,
                                   v_row.custom, v_row.file_ids);
    status := 'sent';
    update chat.scheduled_messages s set status = 'sent', ended_at = clock_timestamp() where s.id = v_row.id;
  exception when sqlstate 'PGRST' then
    get stacked diagnostics v_refusal = message_text;
    failure := v_refusal::jsonb ->> 'code';
    if failure = 'rate_limited' then
      status := 'pending';
      update chat.scheduled_messages s set scheduled_for = clock_timestamp() + interval '1 minute' where s.id = v_row.id;
    else
      status := 'failed';
      update chat.scheduled_messages s
         set status = send_scheduled_message.status, failure = send_scheduled_message.failure, ended_at = clock_timestamp()
       where s.id = v_row.id;
    end if;
  end;
  perform set_config('request.jwt.claims', '', true);
end;
$$;

comment on table chat.scheduled_messages is 'Messages to be sent later, and how that ended; seen by their authors only';
comment on column chat.scheduled_messages.id is 'The id that the message will have; scheduling it again is no second message';
comment on column chat.scheduled_messages.author_id is 'Who sends it';
comment on column chat.scheduled_messages.channel_id is 'Where to';
comment on column chat.scheduled_messages.body is 'Text, up to 40,000 characters';
comment on column chat.scheduled_messages.custom is 'The app''s own data: an object of at most 16 KB';
comment on column chat.scheduled_messages.parent_seq is 'The message it replies to';
comment on column chat.scheduled_messages.also_in_channel is 'Whether the channel shows the reply as well';
comment on column chat.scheduled_messages.file_ids is 'The files it will be sent with; they are kept for it';
comment on column chat.scheduled_messages.scheduled_for is 'When; a minute later where a rate limit stands in the way';
comment on column chat.scheduled_messages.status is 'pending, sent, cancelled by its author, or failed: refused when its time came';
comment on column chat.scheduled_messages.failure is 'Of a failed one the code of the refusal';
comment on column chat.scheduled_messages.created_at is 'When it was scheduled';
comment on column chat.scheduled_messages.ended_at is 'When it was sent, cancelled or refused';
comment on policy select_self on chat.scheduled_messages is 'People see what they have scheduled';
comment on function chat_private.is_file_scheduled(uuid) is 'Whether a file waits for a message to be sent later';
comment on function chat.schedule_message(uuid, timestamptz, text, uuid, bigint, boolean, jsonb, uuid[]) is
  'Has a message sent later, as send_message would by then, and returns what waits; a repeated id returns the first one. Errors: message_empty, message_too_long, invalid_custom, invalid_time, channel_not_found, not_a_member, channel_archived, user_blocked, message_not_found, message_id_taken, too_many_files, file_not_found, file_not_uploaded, file_already_sent, too_many_scheduled_messages, rate_limited';
comment on function chat.list_scheduled_messages(text, timestamptz, uuid, integer) is
  'What the caller has scheduled, latest time first, before a row''s scheduled_for and id; of one status if asked; 1 to 200 rows. Errors: invalid_page_size';
comment on function chat.cancel_scheduled_message(uuid) is
  'Has a message not sent that still waits. Errors: scheduled_message_not_found, scheduled_message_ended';
comment on function chat_private.send_scheduled_message() is
  'For the worker: sends the message that is longest due as its author, once, and says how that ended';
