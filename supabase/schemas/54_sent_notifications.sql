-- Notifications that people send each other themselves, beside those of what happens in channels.

insert into chat_private.rate_limit_rules (bucket, burst, period, description) values
  ('send_notification', 30, '1 minute', 'Notifications that somebody sends; admins of the platform are not counted');

-- Whether it is shown the other person decides, and the sender does not learn it.
-- Definer: notifications are written by nobody else.
create function chat.send_notification(user_id uuid, text text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_id uuid := chat_private.uuid_v7();
  v_text text := btrim(array_to_string(array(
    select coalesce(chat_private.clean_line(l.line), '')
      from regexp_split_to_table(send_notification.text, '\r\n?|\n') with ordinality l (line, n)
     where char_length(send_notification.text) <= 1000 order by l.n), e'\n'), e'\n');
begin
  if v_text = '' then
    perform chat_private.fail('invalid_notification', 400, 'unable to send notification; its text has 1 to 1,000 characters that can be seen');
  elsif not chat_private.is_platform_admin() then
    perform chat_private.take_token('send_notification');
  end if;
  perform chat_private.require_user(send_notification.user_id, 'send notification');
  if chat_private.is_blocked_pair(v_me, send_notification.user_id) then
    perform chat_private.fail('user_blocked', 403, 'unable to send notification; one of you has blocked the other');
  end if;
  insert into chat.notifications (user_id, id, type, actor_id, text, is_silent)
  select p.user_id, v_id, 'message', v_me, v_text, p.dnd_enabled and chat_private.is_dnd(p)
    from chat.preferences p join chat.accounts a on a.user_id = p.user_id
   where p.user_id = send_notification.user_id and p.notifications and p.level <> 'nothing' and a.suspended_at is null;
  return v_id;
end;
$$;
grant execute on function chat.send_notification(uuid, text) to authenticated;

comment on function chat.send_notification(uuid, text) is
  'Notifies somebody of a text, as from the caller, unless they want no notifications, and returns its id. Errors: invalid_notification, rate_limited, user_not_found, user_blocked';
