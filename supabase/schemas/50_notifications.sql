-- Notifications: what each person was told of, read or not; who gets one is decided in 53_notify.sql.

create table chat.notifications (
  user_id uuid not null references chat.accounts on delete cascade,
  id uuid not null default chat_private.uuid_v7(),
  type text not null constraint notifications_type_known
    check (type in ('mention', 'dm', 'reaction', 'thread_reply', 'channel_invite', 'message')),
  actor_id uuid references chat.profiles on delete set null,
  channel_id uuid references chat.channels on delete cascade,
  seq bigint,
  message_id uuid,
  parent_seq bigint,
  in_channel boolean not null default true,
  text text not null default '' constraint notifications_text_length check (char_length(text) <= 1000),
  custom jsonb not null default '{}' constraint notifications_custom_form check (jsonb_typeof(custom) = 'object'),
  is_silent boolean not null default false,
  created_at timestamptz not null default clock_timestamp(),
  read_at timestamptz,
  primary key (user_id, id),
  -- The actor is the author of the message, or one of those who reacted to it.
  constraint notifications_once unique (channel_id, seq, user_id, actor_id)
);
create index notifications_type_idx on chat.notifications (user_id, type, id);
-- Serves the count of what is unread and the reading of a channel.
create index notifications_unread_idx on chat.notifications (user_id, channel_id, seq) where read_at is null;
create index notifications_actor_id_idx on chat.notifications (actor_id);

alter table chat.notifications enable row level security;

grant select, delete on chat.notifications to authenticated;
grant update (read_at) on chat.notifications to authenticated;

create policy select_self on chat.notifications for select to authenticated
  using (user_id = (select auth.uid()) and (channel_id is null or channel_id in (select chat_private.my_channel_ids())));
create policy update_self on chat.notifications for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy delete_self on chat.notifications for delete to authenticated using (user_id = (select auth.uid()));

-- Somebody suspended hears nothing, also on a socket that is still open.
-- Definer: the database alone speaks on a person's topic. Once a statement, for all who are told.
create function chat_private.tg_notifications__broadcast_new() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into realtime.messages (topic, event, payload, private, extension)
  select 'user:' || n.user_id, 'notification:new',
         to_jsonb(n) || jsonb_build_object(
           'actor', case when a.id is not null then
             jsonb_build_object('id', a.id, 'username', a.username, 'name', a.name, 'avatar_url', a.avatar_url) end,
           'channel', case when c.id is not null then
             jsonb_build_object('id', c.id, 'kind', c.kind, 'slug', c.slug, 'name', c.name) end), true, 'broadcast'
    from added n
    join chat.accounts o on o.user_id = n.user_id and o.suspended_at is null
    left join chat.profiles a on a.id = n.actor_id
    left join chat.channels c on c.id = n.channel_id;
  return null;
exception when others then
  raise warning 'notifications were stored but not announced: %', sqlerrm;
  return null;
end;
$$;
create trigger _900_broadcast_new after insert on chat.notifications
  referencing new table as added for each statement execute function chat_private.tg_notifications__broadcast_new();

-- Of more than 100 at once is only said that it happened, and clients read the list again. What somebody has kept of a
-- channel that they have left does not tell them what is edited there.
-- Definer: as above.
create function chat_private.tg_notifications__broadcast_change() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' then
    insert into realtime.messages (topic, event, payload, private, extension)
    select 'user:' || o.user_id, 'notification:deleted',
           jsonb_build_object('ids', case when count(*) <= 100 then jsonb_agg(o.id) end), true, 'broadcast'
      from removed o join chat.accounts a on a.user_id = o.user_id and a.suspended_at is null
     group by o.user_id;
  else
    insert into realtime.messages (topic, event, payload, private, extension)
    select 'user:' || n.user_id, 'notification:read',
           jsonb_build_object('ids', case when count(*) <= 100 then jsonb_agg(n.id) end, 'read_at', max(n.read_at)), true, 'broadcast'
      from changed n
      join removed o using (user_id, id)
      join chat.accounts a on a.user_id = n.user_id and a.suspended_at is null
     where n.read_at is not null and o.read_at is null
     group by n.user_id
    union all
    select 'user:' || n.user_id, 'notification:updated', jsonb_build_object('id', n.id, 'text', n.text), true, 'broadcast'
      from changed n
      join removed o using (user_id, id)
      join chat.accounts a on a.user_id = n.user_id and a.suspended_at is null
      join chat.channel_members m on m.channel_id = n.channel_id and m.user_id = n.user_id
     where n.text <> o.text;
  end if;
  return null;
exception when others then
  raise warning 'notifications were changed but this was not announced: %', sqlerrm;
  return null;
end;
$$;
create trigger _900_broadcast_change after update on chat.notifications
  referencing old table as removed new table as changed
  for each statement execute function chat_private.tg_notifications__broadcast_change();
create trigger _900_broadcast_removal after delete on chat.notifications
  referencing old table as removed
  for each statement execute function chat_private.tg_notifications__broadcast_change();

-- Definer: as above.
create function chat_private.tg_preferences__broadcast() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.tell_user(new.user_id, 'preferences:updated', to_jsonb(new));
  return null;
end;
$$;
create trigger _900_broadcast after update on chat.preferences
  for each row execute function chat_private.tg_preferences__broadcast();

create function chat.unread_notification_count() returns bigint
language sql stable set search_path = '' as $$
  select count(*) from chat.notifications n where n.user_id = (select auth.uid()) and n.read_at is null;
$$;
grant execute on function chat.unread_notification_count() to authenticated;

-- With the count beside each row, so that a page and what is unread are of one moment.
create view chat.my_notifications with (security_invoker = true) as
  select n.*,
         case when a.id is not null then
           jsonb_build_object('id', a.id, 'username', case when a.deleted_at is null then a.username else 'deleted-user' end,
                              'name', a.name, 'avatar_url', a.avatar_url) end as actor,
         case when c.id is not null then
           jsonb_build_object('id', c.id, 'kind', c.kind, 'slug', c.slug, 'name', c.name) end as channel,
         (select chat.unread_notification_count()) as unread_count
    from chat.notifications n
    left join chat.profiles a on a.id = n.actor_id
    left join chat.channels c on c.id = n.channel_id
   where n.user_id = (select auth.uid());
grant select on chat.my_notifications to authenticated;

-- Volatile, so that it counts the call of the HTTP API which makes it (07_api_limits.sql).
create function chat.list_notifications(before uuid default null, page_size integer default 50,
                                        only_unread boolean default false, types text[] default null)
returns setof chat.my_notifications rows 50
language plpgsql volatile set search_path = '' as $$
declare
  v_before uuid := coalesce(list_notifications.before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
begin
  perform chat_private.check_page_size(page_size, 'list notifications');
  if types is not null and (cardinality(types) = 0 or not types
       <@ array['mention', 'dm', 'reaction', 'thread_reply', 'channel_invite', 'message']) then
    perform chat_private.fail('invalid_notification_type', 400,
      'unable to list notifications; types are mention, dm, reaction, thread_reply, channel_invite and message');
  end if;
  if only_unread then
    return query select n.* from chat.my_notifications n
      where n.read_at is null and n.id < v_before and (types is null or n.type = any (types))
      order by n.id desc limit page_size;
  elsif types is not null then
    -- Each type has its own order in the index.
    return query select n.* from (select distinct t from unnest(types) t) wanted (type)
      cross join lateral (
        select * from chat.my_notifications x where x.type = wanted.type and x.id < v_before
         order by x.id desc limit page_size) n
      order by n.id desc limit page_size;
  else
    return query select n.* from chat.my_notifications n where n.id < v_before order by n.id desc limit page_size;
  end if;
end;
$$;
grant execute on function chat.list_notifications(uuid, integer, boolean, text[]) to authenticated;

create function chat.mark_notifications_read(ids uuid[]) returns bigint
language plpgsql set search_path = '' as $$
declare
  v_count bigint;
begin
  if mark_notifications_read.ids is null or cardinality(mark_notifications_read.ids) > 1000 then
    perform chat_private.fail('too_many_notifications', 400, 'unable to mark notifications as read; give the ids of at most 1,000');
  end if;
  update chat.notifications n set read_at = now()
   where n.user_id = (select auth.uid()) and n.read_at is null and n.id in (
     -- In one order, or two devices of one person would wait for each other.
     select x.id from chat.notifications x
      where x.user_id = (select auth.uid()) and x.id = any (mark_notifications_read.ids) and x.read_at is null
      order by x.id for no key update);
  get diagnostics v_count = row_count;
  return v_count;
end;
$$;
grant execute on function chat.mark_notifications_read(uuid[]) to authenticated;

create function chat.mark_notification_read(id uuid) returns void
language plpgsql set search_path = '' as $$
begin
  if chat.mark_notifications_read(array[mark_notification_read.id]) = 0
     and not exists (select from chat.my_notifications n where n.id = mark_notification_read.id) then
    perform chat_private.fail('notification_not_found', 404, 'unable to mark notification as read; there is no such one of yours');
  end if;
end;
$$;
grant execute on function chat.mark_notification_read(uuid) to authenticated;

create function chat.mark_all_notifications_read(up_to uuid default null) returns bigint
language plpgsql set search_path = '' as $$
declare
  v_count bigint;
begin
  update chat.notifications n set read_at = now()
   where n.user_id = (select auth.uid()) and n.read_at is null and n.id in (
     select x.id from chat.notifications x
      where x.user_id = (select auth.uid()) and x.read_at is null
        and x.id <= coalesce(up_to, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
      order by x.id limit 5000 for no key update);
  get diagnostics v_count = row_count;
  return v_count;
end;
$$;
grant execute on function chat.mark_all_notifications_read(uuid) to authenticated;

create function chat.delete_notification(id uuid) returns void
language plpgsql set search_path = '' as $$
begin
  delete from chat.notifications n where n.user_id = (select auth.uid()) and n.id = delete_notification.id;
  if not found then
    perform chat_private.fail('notification_not_found', 404, 'unable to delete notification; there is no such one of yours');
  end if;
end;
$$;
grant execute on function chat.delete_notification(uuid) to authenticated;

comment on table chat.notifications is 'What each person was told of: at most once per message, and once per person who reacted to one of theirs';
comment on column chat.notifications.user_id is 'Who is told';
comment on column chat.notifications.id is 'UUIDv7: rises with time, and is the cursor of lists';
comment on column chat.notifications.type is
  'mention: meant by @; dm: said in direct messages or a group; thread_reply: said in a thread they follow; message: said in a channel of which they want to hear everything, or without a channel sent by somebody; reaction: to their message; channel_invite: added to a channel';
comment on column chat.notifications.actor_id is 'Who wrote, reacted or added; null once that account is deleted';
comment on column chat.notifications.channel_id is 'Where; hidden from those who have left it; null for what somebody sent';
comment on column chat.notifications.seq is 'The message it is about; null for an invitation and for what somebody sent';
comment on column chat.notifications.message_id is 'Public id of that message';
comment on column chat.notifications.parent_seq is 'The thread that the message belongs to';
comment on column chat.notifications.in_channel is 'Whether the channel shows the message, and not its thread only';
comment on column chat.notifications.text is 'Beginning of the message on one line, up to 200 characters, or what somebody sent as a notification, up to 1,000';
comment on column chat.notifications.custom is 'emoji of a reaction; everyone: here or channel of a mention that meant all';
comment on column chat.notifications.is_silent is 'Came during do-not-disturb: to be listed, but not to make itself felt';
comment on column chat.notifications.created_at is 'When';
comment on column chat.notifications.read_at is 'When it was read; null while it is not';
comment on view chat.my_notifications is 'The caller''s notifications with who and where, and how many are unread';
comment on column chat.my_notifications.actor is 'Who, as everybody sees them: {id, username, name, avatar_url}';
comment on column chat.my_notifications.channel is 'Where: {id, kind, slug, name}';
comment on column chat.my_notifications.unread_count is 'How many of the caller''s notifications are unread; the same beside each';
comment on policy select_self on chat.notifications is 'People see their own notifications, of channels they are still in';
comment on policy update_self on chat.notifications is 'People mark their own notifications as read';
comment on policy delete_self on chat.notifications is 'People delete their own notifications';
comment on function chat.list_notifications(uuid, integer, boolean, text[]) is
  'The caller''s notifications, newest first, before an id: 1 to 200 rows, on request unread ones or some types only. Errors: invalid_page_size, invalid_notification_type';
comment on function chat.unread_notification_count() is 'How many notifications of the caller are unread, exactly';
comment on function chat.mark_notifications_read(uuid[]) is
  'Marks these notifications of the caller as read, ignores others, and returns how many were not. Errors: too_many_notifications';
comment on function chat.mark_notification_read(uuid) is
  'Marks a notification of the caller as read; no effect on a read one. Errors: notification_not_found';
comment on function chat.mark_all_notifications_read(uuid) is
  'Marks the caller''s notifications up to an id as read, all without one, and returns how many were not: 5,000 at most, call again after that many';
comment on function chat.delete_notification(uuid) is 'Deletes a notification of the caller. Errors: notification_not_found';
