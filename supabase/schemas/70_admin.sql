-- Administration of the platform: who is suspended, who is an admin, what admins did. Rules are triggers, so that an
-- edit by hand in Studio does all that a call does.

-- No foreign keys: the log outlives whom and what it tells of, and nothing may change its rows.
create table chat.audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor_id uuid default auth.uid(),
  via text not null default coalesce('api key ' || (auth.jwt() ->> 'api_key_id'), session_user),
  action text not null constraint audit_log_action_form check (action ~ '^[a-z_]+\.[a-z_]+$'),
  target_kind text not null constraint audit_log_target_kind_form check (target_kind ~ '^[a-z_]{1,63}$'),
  target_id uuid,
  details jsonb not null default '{}'
);
create index audit_log_actor_idx on chat.audit_log (actor_id, id);
create index audit_log_target_idx on chat.audit_log (target_id, id);
create index audit_log_action_idx on chat.audit_log (action, id);

alter table chat.audit_log enable row level security;

-- Definer: nobody writes the log but what it tells of.
create function chat_private.audit(action text, target_kind text, target_id uuid default null, details jsonb default '{}')
returns void
language sql volatile security definer set search_path = '' as $$
  insert into chat.audit_log (action, target_kind, target_id, details)
  values (audit.action, audit.target_kind, audit.target_id, audit.details);
$$;

grant select on chat.audit_log to authenticated;

create policy select_platform_admin on chat.audit_log for select to authenticated
  using ((select chat_private.is_platform_admin()));
create policy update_platform_admin on chat.settings for update to authenticated
  using ((select chat_private.is_platform_admin())) with check ((select chat_private.is_platform_admin()));

create function chat_private.tg_audit_log__keep() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'unable to change the audit log; it only grows' using errcode = 'restrict_violation';
end;
$$;
create trigger _100_keep before update or delete or truncate on chat.audit_log
  for each statement execute function chat_private.tg_audit_log__keep();

-- Admins of the platform change one after the other: two who demote each other at once must not both succeed.
create function chat_private.lock_admins() returns void
language sql volatile set search_path = '' as $$
  select pg_advisory_xact_lock(hashtext('chat.accounts.admins'));
$$;

-- An account that Auth bans or deletes is not kept: Auth could say nothing but 500, and `npm run admin` makes a new admin.
-- Definer: accounts are written by nobody directly.
create function chat_private.tg_accounts__keep_admin() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.lock_admins();
  if not exists (select from chat.accounts a
                  where a.role = 'admin' and a.suspended_at is null and a.user_id <> old.user_id) then
    perform chat_private.fail('last_admin', 409, 'unable to take an admin away; the platform would have none');
  end if;
  return new;
end;
$$;
create trigger _100_keep_admin before update of role, suspended_at on chat.accounts
  for each row when (pg_trigger_depth() = 0 and old.role = 'admin' and old.suspended_at is null
                     and (new.role <> 'admin' or new.suspended_at is not null))
  execute function chat_private.tg_accounts__keep_admin();

create function chat_private.tg_accounts__clear_suspension() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.suspend_reason := null;
  new.suspended_by := null;
  return new;
end;
$$;
create trigger _200_clear_suspension before update of suspended_at on chat.accounts
  for each row when (new.suspended_at is null and old.suspended_at is not null)
  execute function chat_private.tg_accounts__clear_suspension();

-- Suspension in one transaction: Auth lets nobody in, every session ends, and all channels move to topics that the
-- person has not joined, because Realtime asks for rights only once per token.
-- Definer: writes Auth's tables and channels.
create function chat_private.tg_accounts__suspend() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.suspended_at is not null then
    -- Auth reads no infinity.
    update auth.users u set banned_until = now() + interval '100 years'
     where u.id = new.user_id and (u.banned_until <= now()) is not false;
    delete from auth.sessions s where s.user_id = new.user_id;
    perform chat_private.move_channels_of(new.user_id, is_for_good => false);
    perform chat_private.move_presence();
  else
    update auth.users u set banned_until = null where u.id = new.user_id and u.banned_until is not null;
  end if;
  perform chat_private.audit(case when new.suspended_at is null then 'user.activated' else 'user.suspended' end,
    'user', new.user_id, jsonb_strip_nulls(jsonb_build_object('reason', coalesce(new.suspend_reason, old.suspend_reason))));
  return null;
end;
$$;
create trigger _300_suspend after update of suspended_at on chat.accounts
  for each row when ((new.suspended_at is null) <> (old.suspended_at is null))
  execute function chat_private.tg_accounts__suspend();

-- The channels of a deleted account have moved before its memberships went (39_departures.sql).
-- Definer: the topic belongs to nobody.
create function chat_private.tg_accounts__move_presence() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.move_presence();
  return null;
end;
$$;
create trigger _300_move_presence after delete on chat.accounts
  for each statement execute function chat_private.tg_accounts__move_presence();

-- Definer: the log belongs to nobody.
create function chat_private.tg_accounts__audit_role() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.audit('user.role_changed', 'user', new.user_id,
                             jsonb_build_object('from', old.role, 'to', new.role));
  return null;
end;
$$;
create trigger _400_audit_role after update of role on chat.accounts
  for each row when (new.role <> old.role) execute function chat_private.tg_accounts__audit_role();

-- A ban in Auth, by its admin API or by hand, is a suspension. A ban that ran out is lifted by the next sign-in.
-- Definer: Auth knows nothing of chat.
create function chat_private.tg_users__follow_ban() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.accounts a
     set suspended_at = case when new.banned_until > now() then coalesce(a.suspended_at, now()) end
   where a.user_id = new.id and (a.suspended_at is not null) <> coalesce(new.banned_until > now(), false);
  return null;
end;
$$;
create trigger _300_follow_ban after update of banned_until on auth.users
  for each row when (new.banned_until is distinct from old.banned_until)
  execute function chat_private.tg_users__follow_ban();

-- Definer: as above.
create function chat_private.tg_sessions__lift_ban() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.accounts a set suspended_at = null
   where a.user_id = new.user_id and a.suspended_at is not null
     -- A sign-in that was under way when the suspension came lifts nothing.
     and not exists (select from auth.users u where u.id = new.user_id and u.banned_until > now());
  return null;
end;
$$;
create trigger _100_lift_ban after insert on auth.sessions
  for each row execute function chat_private.tg_sessions__lift_ban();

-- Definer: the log belongs to nobody.
create function chat_private.tg_settings__audit() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.audit('setting.changed', 'setting', null,
                             jsonb_build_object('name', new.name, 'from', old.value, 'to', new.value));
  return null;
end;
$$;
create trigger _200_audit after update of value on chat.settings
  for each row when (new.value <> old.value) execute function chat_private.tg_settings__audit();

-- Definer: as above.
create function chat_private.tg_rate_limit_rules__audit() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.audit('rate_limit.changed', 'rate_limit', null, jsonb_strip_nulls(jsonb_build_object(
    'bucket', coalesce(new.bucket, old.bucket),
    'from', old.burst || ' per ' || old.period, 'to', new.burst || ' per ' || new.period)));
  return null;
end;
$$;
create trigger _200_audit after insert or update or delete on chat_private.rate_limit_rules
  for each row execute function chat_private.tg_rate_limit_rules__audit();

-- What every verb on an account asks first. Acts on one account go one after the other, and begin with its row in Auth:
-- what follows from them takes locks in different orders.
create function chat_private.require_other_account(user_id uuid, operation text) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform chat_private.require_platform_admin(operation);
  perform from auth.users u where u.id = require_other_account.user_id for no key update;
  if user_id = (select auth.uid()) then
    perform chat_private.fail('cannot_target_oneself', 400, format('unable to %s; another admin has to do it', operation));
  elsif not exists (select from chat.profiles p where p.id = require_other_account.user_id and p.deleted_at is null) then
    perform chat_private.fail('user_not_found', 404, format('unable to %s; the user does not exist', operation));
  end if;
end;
$$;

-- Definer: accounts are written by nobody directly.
create function chat.suspend_user(user_id uuid, reason text) returns table (email text)
language plpgsql security definer rows 1 set search_path = '' as $$
declare
  v_reason text := btrim(suspend_user.reason, E' \t\r\n');
begin
  perform chat_private.require_other_account(suspend_user.user_id, 'suspend user');
  if coalesce(char_length(v_reason), 0) not between 1 and 500 then
    perform chat_private.fail('invalid_reason', 400, 'unable to suspend user; a reason has 1 to 500 characters');
  end if;
  return query
    update chat.accounts a
       set suspended_at = now(), suspend_reason = v_reason, suspended_by = (select auth.uid())
     where a.user_id = suspend_user.user_id and a.suspended_at is null
    returning a.email;
end;
$$;
grant execute on function chat.suspend_user(uuid, text) to authenticated;

-- Definer: as above.
create function chat.activate_user(user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_other_account(activate_user.user_id, 'activate user');
  update chat.accounts a set suspended_at = null
   where a.user_id = activate_user.user_id and a.suspended_at is not null;
end;
$$;
grant execute on function chat.activate_user(uuid) to authenticated;

-- Definer: as above.
create function chat.set_user_role(user_id uuid, role text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_other_account(set_user_role.user_id, 'set role');
  perform chat_private.require_person('set role');
  if set_user_role.role is null or set_user_role.role not in ('user', 'admin') then
    perform chat_private.fail('invalid_user_role', 400, 'unable to set role; it is user or admin');
  end if;
  update chat.accounts a set role = set_user_role.role
   where a.user_id = set_user_role.user_id and a.role <> set_user_role.role;
end;
$$;
grant execute on function chat.set_user_role(uuid, text) to authenticated;

create function chat.update_setting(name text, value jsonb) returns setof chat.settings rows 1
language plpgsql set search_path = '' as $$
declare
  v_setting chat.settings;
begin
  perform chat_private.require_platform_admin('change setting');
  update chat.settings s set value = update_setting.value where s.name = update_setting.name returning * into v_setting;
  if not found then
    perform chat_private.fail('setting_not_found', 404, 'unable to change setting; there is none of this name');
  end if;
  return next v_setting;
exception when check_violation or not_null_violation then
  perform chat_private.fail('invalid_setting', 400, 'unable to change setting; the value has another type or lies outside its bounds');
end;
$$;
grant execute on function chat.update_setting(text, jsonb) to authenticated;

create function chat.list_audit_log(before_id bigint default null, actor_id uuid default null, target_id uuid default null,
                                    action text default null, page_size integer default 50)
returns setof chat.audit_log rows 50
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan as $$
begin
  perform chat_private.require_platform_admin('list the audit log');
  perform chat_private.check_page_size(page_size, 'list the audit log');
  return query select * from chat.audit_log l
    where l.id < coalesce(before_id, 9223372036854775807)
      and (list_audit_log.actor_id is null or l.actor_id = list_audit_log.actor_id)
      and (list_audit_log.target_id is null or l.target_id = list_audit_log.target_id)
      and (list_audit_log.action is null or l.action = list_audit_log.action)
    order by l.id desc limit page_size;
end;
$$;
grant execute on function chat.list_audit_log(bigint, uuid, uuid, text, integer) to authenticated;

comment on table chat.audit_log is 'What admins did, by a call or by hand in Studio; rows are only ever added, in the transaction of what they tell';
comment on column chat.audit_log.id is 'Newer rows have higher ones';
comment on column chat.audit_log.at is 'When';
comment on column chat.audit_log.actor_id is 'Who did it; null for somebody at the database itself. The id stays when the account goes';
comment on column chat.audit_log.via is 'The role that was signed in to the database: authenticator for the API (or the key that was used there), postgres for Studio and scripts, supabase_auth_admin for Auth';
comment on column chat.audit_log.action is 'What was done: user.suspended, user.activated, user.deleted, user.role_changed, setting.changed, …';
comment on column chat.audit_log.target_kind is 'What kind of thing it was done to: user, setting, …';
comment on column chat.audit_log.target_id is 'Which one, where it has an id';
comment on column chat.audit_log.details is 'More about it: the reason, what it was before and after';
comment on policy select_platform_admin on chat.audit_log is 'Platform admins read the log';
comment on policy update_platform_admin on chat.settings is 'Platform admins change settings';
comment on function chat_private.audit(text, text, uuid, jsonb) is 'Notes an act of the caller in the audit log';
comment on function chat.suspend_user(uuid, text) is
  'Shuts a user out at once: ends all sessions, refuses every request and new sign-in, silences open connections, and returns the address to tell; no row and no effect for a suspended one. For platform admins. Errors: not_an_admin, cannot_target_oneself, user_not_found, invalid_reason, last_admin';
comment on function chat.activate_user(uuid) is
  'Lets a suspended user sign in again; no effect on an active one. For platform admins. Errors: not_an_admin, cannot_target_oneself, user_not_found';
comment on function chat.set_user_role(uuid, text) is
  'Makes a user admin of the platform or an admin a user. For platform admins, not for their keys. Errors: not_an_admin, missing_scope, cannot_target_oneself, user_not_found, invalid_user_role, last_admin';
comment on function chat.update_setting(text, jsonb) is
  'Changes a setting of the platform and returns it. For platform admins. Errors: not_an_admin, setting_not_found, invalid_setting';
comment on function chat.list_audit_log(bigint, uuid, uuid, text, integer) is
  'The audit log, newest first, before an id, of one actor, target or action: 1 to 200 rows. For platform admins. Errors: not_an_admin, invalid_page_size';
