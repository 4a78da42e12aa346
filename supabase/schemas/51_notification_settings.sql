-- Notification settings as one thing: the general preferences and what each channel has of its own.

create type chat.channel_notification_settings as (channel_id uuid, is_muted boolean, level text);
create type chat.notification_settings as (
  notifications boolean,
  sound boolean,
  level text,
  timezone text,
  dnd_enabled boolean,
  dnd_start time,
  dnd_end time,
  channels chat.channel_notification_settings[]
);

-- Volatile, so that it counts the call of the HTTP API which makes it (07_api_limits.sql).
create function chat.get_notification_settings() returns setof chat.notification_settings
language plpgsql volatile rows 1 set search_path = '' as $$
begin
  return query
    select p.notifications, p.sound, p.level, p.timezone, p.dnd_enabled, p.dnd_start, p.dnd_end,
           array(select row(s.channel_id, coalesce(s.muted_until > now(), false),
                            coalesce(s.notify_level, p.level))::chat.channel_notification_settings
                   from chat.channel_states s
                  where s.user_id = p.user_id and (s.muted_until > now() or s.notify_level is not null)
                  order by s.channel_id)
      from chat.preferences p where p.user_id = (select auth.uid());
end;
$$;
grant execute on function chat.get_notification_settings() to authenticated;

-- Definer: states are written by functions only.
create function chat.set_notification_settings(notifications boolean default null, sound boolean default null,
                                               level text default null, timezone text default null,
                                               dnd_enabled boolean default null, dnd_start time default null,
                                               dnd_end time default null,
                                               channels chat.channel_notification_settings[] default '{}')
returns setof chat.notification_settings
language plpgsql security definer rows 1 set search_path = '' as $$
declare
  v_me uuid := (select auth.uid());
  v_operation constant text := 'change notification settings';
begin
  if cardinality(set_notification_settings.channels) > 1000 then
    perform chat_private.fail('too_many_channels', 400, format('unable to %s; give those of at most 1,000 channels', v_operation));
  elsif exists (select from unnest(set_notification_settings.channels) w
                 where w.level not in ('all', 'mentions', 'nothing', 'default')) then
    perform chat_private.fail('invalid_notify_level', 400, format('unable to %s; a level is all, mentions, nothing or default', v_operation));
  elsif exists (select from unnest(set_notification_settings.channels) w where not exists (
                  select from chat.channel_members m where m.channel_id = w.channel_id and m.user_id = v_me)) then
    perform chat_private.fail('channel_not_found', 404, format('unable to %s; you are not in one of the channels', v_operation));
  end if;
  if num_nonnulls(set_notification_settings.notifications, set_notification_settings.sound, set_notification_settings.level,
                  set_notification_settings.timezone, set_notification_settings.dnd_enabled,
                  set_notification_settings.dnd_start, set_notification_settings.dnd_end) > 0 then
    perform chat.set_preferences(
      notifications => set_notification_settings.notifications, sound => set_notification_settings.sound,
      level => set_notification_settings.level, timezone => set_notification_settings.timezone,
      dnd_enabled => set_notification_settings.dnd_enabled, dnd_start => set_notification_settings.dnd_start,
      dnd_end => set_notification_settings.dnd_end);
  end if;
  -- In one order, or two devices of one person would wait for each other.
  perform from chat.channel_states s
    where s.user_id = v_me and s.channel_id in (select w.channel_id from unnest(set_notification_settings.channels) w)
    order by s.channel_id for no key update;
  update chat.channel_states s
     -- What is muted until a time stays so: clients send back what they have read.
     set muted_until = case when w.is_muted is null or w.is_muted = coalesce(s.muted_until > now(), false) then s.muted_until
                            when w.is_muted then 'infinity' end,
         notify_level = case when w.level is null then s.notify_level else nullif(w.level, 'default') end
    from unnest(set_notification_settings.channels) w
   where s.user_id = v_me and s.channel_id = w.channel_id;
  return query select * from chat.get_notification_settings();
end;
$$;
grant execute on function chat.set_notification_settings(boolean, boolean, text, text, boolean, time, time,
                                                         chat.channel_notification_settings[]) to authenticated;

comment on type chat.notification_settings is 'What the caller wants to be notified of, and how';
comment on type chat.channel_notification_settings is 'What a channel has of its own: whether it is muted, and the level that counts there';
comment on function chat.get_notification_settings() is
  'The caller''s notification preferences, and the channels that have settings of their own';
comment on function chat.set_notification_settings(boolean, boolean, text, text, boolean, time, time, chat.channel_notification_settings[]) is
  'Changes what is given of the caller''s notification settings, all or nothing, and returns them; the level default takes a channel''s own away. Errors: too_many_channels, invalid_notify_level, channel_not_found, invalid_timezone, invalid_time';
