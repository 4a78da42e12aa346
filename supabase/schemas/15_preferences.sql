-- Preferences: one row per user, the one store behind whatever settings an API shows of notifications and privacy.

create table chat.preferences (
  user_id uuid primary key references chat.accounts on delete cascade,
  notifications boolean not null default true,
  level text not null default 'mentions'
    constraint preferences_level_known check (level in ('all', 'mentions', 'nothing')),
  sound boolean not null default true,
  preview boolean not null default true,
  timezone text not null default 'UTC',
  dnd_enabled boolean not null default false,
  dnd_start time(0) not null default '22:00' constraint preferences_dnd_start_in_day check (dnd_start < '24:00'),
  dnd_end time(0) not null default '07:00' constraint preferences_dnd_end_in_day check (dnd_end < '24:00'),
  share_receipts boolean not null default true,
  updated_at timestamptz not null default now()
);
-- Serves those who want to hear of every message, found without looking at the other members of a channel.
create index preferences_level_all_idx on chat.preferences (user_id) where level = 'all';

alter table chat.preferences enable row level security;

-- Whether it is do-not-disturb there now. A span that ends before it starts wraps midnight; one that ends as it starts lasts all day.
create function chat_private.is_dnd(preferences chat.preferences) returns boolean
language sql stable set search_path = '' as $$
  select preferences.dnd_enabled and case
      when preferences.dnd_start < preferences.dnd_end
      then t.local >= preferences.dnd_start and t.local < preferences.dnd_end
      else t.local >= preferences.dnd_start or t.local < preferences.dnd_end
    end
    from (select (now() at time zone preferences.timezone)::time as local) t;
$$;

grant select on chat.preferences to authenticated;
grant update (notifications, level, sound, preview, timezone, dnd_enabled, dnd_start, dnd_end, share_receipts)
  on chat.preferences to authenticated;

create policy select_self on chat.preferences for select to authenticated using (user_id = (select auth.uid()));
create policy update_self on chat.preferences for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

-- Definer: nobody may insert preferences.
create function chat_private.tg_accounts__create_preferences() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat.preferences (user_id) values (new.user_id);
  return null;
end;
$$;
create trigger _200_create_preferences after insert on chat.accounts
  for each row execute function chat_private.tg_accounts__create_preferences();

-- Definer: as above. Everybody has preferences: a row that an operator deletes comes back with the defaults.
create function chat_private.tg_preferences__restore() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat.preferences (user_id) select a.user_id from chat.accounts a where a.user_id = old.user_id;
  return null;
end;
$$;
create trigger _100_restore after delete on chat.preferences
  for each row execute function chat_private.tg_preferences__restore();

create function chat_private.tg_preferences__check() returns trigger
language plpgsql set search_path = '' as $$
begin
  -- Names only: "at time zone" would also take abbreviations and offsets, which know nothing of summer time.
  if new.timezone is distinct from old.timezone
     and not exists (select from pg_catalog.pg_timezone_names z where z.name = new.timezone) then
    perform chat_private.fail('invalid_timezone', 400,
      'unable to set preferences; a time zone has a name like Europe/Berlin or UTC');
  elsif '24:00' in (new.dnd_start, new.dnd_end) then
    perform chat_private.fail('invalid_time', 400, 'unable to set preferences; a day ends at 23:59:59');
  elsif new.level not in ('all', 'mentions', 'nothing') then
    perform chat_private.fail('invalid_notify_level', 400, 'unable to set preferences; a level is all, mentions or nothing');
  end if;
  new.updated_at := now();
  return new;
end;
$$;
create trigger _100_check before update on chat.preferences
  for each row execute function chat_private.tg_preferences__check();

create function chat.get_preferences() returns setof chat.preferences rows 1
language sql stable set search_path = '' as $$
  select * from chat.preferences p where p.user_id = (select auth.uid());
$$;
grant execute on function chat.get_preferences() to authenticated;

create function chat.set_preferences(notifications boolean default null, level text default null, sound boolean default null,
                                     preview boolean default null, timezone text default null,
                                     dnd_enabled boolean default null, dnd_start time default null, dnd_end time default null,
                                     share_receipts boolean default null)
returns setof chat.preferences rows 1
language plpgsql set search_path = '' as $$
begin
  return query
    update chat.preferences p
       set notifications = coalesce(set_preferences.notifications, p.notifications),
           level = coalesce(set_preferences.level, p.level),
           sound = coalesce(set_preferences.sound, p.sound),
           preview = coalesce(set_preferences.preview, p.preview),
           timezone = coalesce(set_preferences.timezone, p.timezone),
           dnd_enabled = coalesce(set_preferences.dnd_enabled, p.dnd_enabled),
           dnd_start = coalesce(set_preferences.dnd_start, p.dnd_start),
           dnd_end = coalesce(set_preferences.dnd_end, p.dnd_end),
           share_receipts = coalesce(set_preferences.share_receipts, p.share_receipts)
     where p.user_id = (select auth.uid())
    returning p.*;
end;
$$;
grant execute on function chat.set_preferences(boolean, text, boolean, boolean, text, boolean, time, time, boolean) to authenticated;

comment on table chat.preferences is 'How each user wants to be notified and what they share; made with the profile, seen by its owner only';
comment on column chat.preferences.user_id is 'Whose preferences';
comment on column chat.preferences.notifications is 'Whether there are any notifications at all';
comment on column chat.preferences.level is
  'What is notified where a channel has no level of its own. all: every message; mentions: mentions, direct messages, followed threads, reactions, invitations; nothing';
comment on column chat.preferences.sound is 'Whether clients play a sound';
comment on column chat.preferences.preview is 'Whether a push shows the text of the message';
comment on column chat.preferences.timezone is 'IANA name of the time zone in which do-not-disturb is meant';
comment on column chat.preferences.dnd_enabled is 'Whether notifications are silent from dnd_start to dnd_end';
comment on column chat.preferences.dnd_start is 'Time of day at which do-not-disturb starts';
comment on column chat.preferences.dnd_end is 'Time of day at which it ends; before dnd_start: on the next day; the same: it lasts all day';
comment on column chat.preferences.share_receipts is 'Whether others see how far this user has read';
comment on column chat.preferences.updated_at is 'Last change';
comment on policy select_self on chat.preferences is 'A user sees their own preferences only';
comment on policy update_self on chat.preferences is 'A user changes their own preferences';
comment on function chat.get_preferences() is 'The caller''s preferences';
comment on function chat.set_preferences(boolean, text, boolean, boolean, text, boolean, time, time, boolean) is
  'Changes the preferences that are given and returns all. Errors: invalid_timezone, invalid_notify_level, invalid_time';
