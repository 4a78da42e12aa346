-- What happened to accounts: sign-ups, sign-ins, changed passwords; so that people and admins see what was not them.

create table chat.auth_log (
  id bigint generated always as identity primary key,
  user_id uuid not null references chat.accounts on delete cascade,
  event text not null constraint auth_log_event_known check (event in (
    'signed_up', 'signed_in', 'sign_in_failed', 'session_ended', 'password_changed', 'email_changed', 'phone_changed',
    'second_factor_added', 'second_factor_removed', 'second_factor_failed')),
  at timestamptz not null default clock_timestamp(),
  session_id uuid,
  ip inet,
  user_agent text
);
create index auth_log_user_idx on chat.auth_log (user_id, id);
-- Serves the question whether somebody has signed in from an address before.
create index auth_log_sign_ins_idx on chat.auth_log (user_id, chat_private.network_of(ip), at) where event = 'signed_in';

alter table chat.auth_log enable row level security;

-- A log that fails refuses nobody: Auth would answer with a bare 500. While an account is being deleted there is
-- nobody left to log for.
-- Definer: nobody writes the log but Auth's triggers, which know nothing of chat.
create function chat_private.log_auth(user_id uuid, event text, session_id uuid default null, ip inet default null,
                                      user_agent text default null) returns void
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat.auth_log (user_id, event, session_id, ip, user_agent)
  select a.user_id, log_auth.event, log_auth.session_id, log_auth.ip, left(log_auth.user_agent, 500)
    from chat.accounts a where a.user_id = log_auth.user_id;
exception when others then
  raise warning 'unable to log % of %: %', event, user_id, sqlerrm;
end;
$$;

grant select on chat.auth_log to authenticated;

create policy select_self_or_platform_admin on chat.auth_log for select to authenticated
  using (user_id = (select auth.uid()) or (select chat_private.is_platform_admin()));

-- Definer: as above.
create function chat_private.tg_users__log() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    perform chat_private.log_auth(new.id, 'signed_up');
    return null;
  end if;
  if new.encrypted_password is distinct from old.encrypted_password then
    perform chat_private.log_auth(new.id, 'password_changed');
  end if;
  if new.email is distinct from old.email then
    perform chat_private.log_auth(new.id, 'email_changed');
  end if;
  if new.phone is distinct from old.phone then
    perform chat_private.log_auth(new.id, 'phone_changed');
  end if;
  return null;
end;
$$;
create trigger _900_log after insert on auth.users
  for each row execute function chat_private.tg_users__log();
create trigger _900_log_change after update of encrypted_password, email, phone on auth.users
  for each row execute function chat_private.tg_users__log();

-- Definer: as above.
create function chat_private.tg_sessions__log() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_session auth.sessions := coalesce(new, old);
begin
  perform chat_private.log_auth(v_session.user_id, case tg_op when 'INSERT' then 'signed_in' else 'session_ended' end,
                                v_session.id, v_session.ip, v_session.user_agent);
  return null;
end;
$$;
create trigger _900_log after insert or delete on auth.sessions
  for each row execute function chat_private.tg_sessions__log();

-- A factor counts once it is verified.
-- Definer: as above.
create function chat_private.tg_mfa_factors__log() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' then
    perform chat_private.log_auth(old.user_id, 'second_factor_removed');
  else
    perform chat_private.log_auth(new.user_id, 'second_factor_added');
  end if;
  return null;
end;
$$;
create trigger _900_log_added after update of status on auth.mfa_factors
  for each row when (new.status = 'verified' and old.status <> 'verified') execute function chat_private.tg_mfa_factors__log();
create trigger _900_log_removed after delete on auth.mfa_factors
  for each row when (old.status = 'verified') execute function chat_private.tg_mfa_factors__log();

-- Auth's own log cannot be searched for a person without reading all of it, so it names nobody from the beginning: a
-- deletion then has nothing to look for. Kept is what is listed here; where a machine was is in chat.auth_log.
create function chat_private.tg_audit_log_entries__name_nobody() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.payload := json_strip_nulls(json_build_object(
    'action', new.payload -> 'action', 'log_type', new.payload -> 'log_type',
    'actor_id', new.payload -> 'actor_id', 'actor_via_sso', new.payload -> 'actor_via_sso',
    'traits', json_build_object(
      'user_id', new.payload #> '{traits,user_id}', 'provider', new.payload #> '{traits,provider}',
      'factor_id', new.payload #> '{traits,factor_id}', 'factor_type', new.payload #> '{traits,factor_type}')));
  new.ip_address := '';
  return new;
end;
$$;
create trigger _100_name_nobody before insert on auth.audit_log_entries
  for each row execute function chat_private.tg_audit_log_entries__name_nobody();

-- Five codes of a second factor may be tried in five minutes, each by each path: Auth itself counts none. What is beyond
-- ends the codes that are on their way, so that a right guess is worth nothing later.
-- Definer: Auth's tables belong to Auth.
create function chat_private.may_try_factor(user_id uuid, is_right boolean) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform chat_private.take_token('second_factor', may_try_factor.user_id::text);
  if is_right then
    delete from chat_private.rate_limit_states s where s.bucket = 'second_factor' and s.key = may_try_factor.user_id::text;
  end if;
  return true;
exception when sqlstate 'PGRST' then
  delete from auth.mfa_challenges c using auth.mfa_factors f where f.id = c.factor_id and f.user_id = may_try_factor.user_id;
  return false;
end;
$$;

-- For how many seconds no password counts for this account from this address, not even the right one; null where it
-- counts. Each address has its own tries, and those where the person has signed in before have nothing but these: whoever
-- guesses from elsewhere locks nobody out (docs/decisions/026-wrong-passwords.md).
-- Definer: rate limits belong to nobody.
create function chat_private.password_wait(user_id uuid, ip inet, is_right boolean) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_key text := concat_ws(' ', password_wait.user_id, chat_private.network_of(password_wait.ip));
begin
  perform chat_private.take_token('wrong_password', v_key);
  if not exists (select from chat.auth_log l
                  where l.user_id = password_wait.user_id and l.event = 'signed_in'
                    and chat_private.network_of(l.ip) = chat_private.network_of(password_wait.ip)
                    and l.at > now() - interval '90 days') then
    perform chat_private.take_token('wrong_password_elsewhere', password_wait.user_id::text);
  end if;
  if password_wait.is_right then
    delete from chat_private.rate_limit_states s where s.bucket = 'wrong_password' and s.key = v_key;
  end if;
  return null;
exception when sqlstate 'PGRST' then
  return substring(sqlerrm from 'Retry-After: (\d+)');
end;
$$;

-- Who has a new password is to get in with it, however many have guessed at the one before.
-- Definer: as above.
create function chat_private.tg_users__forget_guesses() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from chat_private.rate_limit_states s where s.bucket = 'wrong_password_elsewhere' and s.key = new.id::text;
  return null;
end;
$$;
create trigger _500_forget_guesses after update of encrypted_password on auth.users
  for each row when (new.encrypted_password is distinct from old.encrypted_password)
  execute function chat_private.tg_users__forget_guesses();

-- What Auth asks after each try of a password or a second factor's code (config.toml, [auth.hook.*]). Auth ends all
-- sessions of whom it is told to reject, so only a right code beyond the limit is; a password is refused with an error,
-- which ends none. 20 failures a minute are kept, or anybody could fill the log of anybody.
-- Definer: Auth's tables belong to Auth.
create function chat_private.log_attempt(event jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_user_id uuid := event ->> 'user_id';
  v_is_factor boolean := event ? 'factor_id';
  v_event text := case when v_is_factor then 'second_factor_failed' else 'sign_in_failed' end;
  v_is_right boolean := (event ->> 'valid')::boolean;
  v_is_rejected boolean := false;
  v_wait integer;
  v_ip inet;
begin
  if pg_input_is_valid(event #>> '{metadata,ip_address}', 'inet') then
    v_ip := event #>> '{metadata,ip_address}';
  end if;
  if v_is_factor then
    v_is_rejected := not chat_private.may_try_factor(v_user_id, v_is_right) and v_is_right;
  else
    v_wait := chat_private.password_wait(v_user_id, v_ip, v_is_right);
  end if;
  if (v_is_rejected or v_wait is not null or v_is_right is false) and 20 > (
      select count(*) filter (where l.event = v_event and l.at > now() - interval '1 minute')
        from (select * from chat.auth_log l where l.user_id = v_user_id order by l.id desc limit 20) l) then
    perform chat_private.log_auth(v_user_id, v_event, ip => v_ip);
  end if;
  if v_is_rejected then
    return '{"decision": "reject", "message": "too many codes were tried"}';
  elsif v_wait is not null then
    return jsonb_build_object('error', jsonb_build_object('http_code', 429, 'message',
      format('rate_limited: unable to sign in; too many wrong passwords, try again in %s s', v_wait)));
  end if;
  return '{"decision": "continue"}';
end;
$$;
grant execute on function chat_private.log_attempt(jsonb) to supabase_auth_admin;

create function chat.list_auth_log(user_id uuid default auth.uid(), before_id bigint default null, page_size integer default 50,
                                   of_everyone boolean default false)
returns setof chat.auth_log rows 50
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan as $$
begin
  if of_everyone or list_auth_log.user_id is distinct from (select auth.uid()) then
    perform chat_private.require_platform_admin('list the sign-ins of others');
  end if;
  perform chat_private.check_page_size(page_size, 'list sign-ins');
  return query select * from chat.auth_log l
    where (of_everyone or l.user_id = list_auth_log.user_id) and l.id < coalesce(before_id, 9223372036854775807)
    order by l.id desc limit page_size;
end;
$$;
grant execute on function chat.list_auth_log(uuid, bigint, integer, boolean) to authenticated;

comment on table chat.auth_log is 'What happened to an account: sign-up, sign-ins and tries that failed, ended sessions, changed credentials';
comment on column chat.auth_log.id is 'Newer rows have higher ones';
comment on column chat.auth_log.user_id is 'Whose account';
comment on column chat.auth_log.event is 'What happened: signed_up, signed_in, sign_in_failed, session_ended, password_changed, email_changed, phone_changed, second_factor_added, second_factor_removed, second_factor_failed';
comment on column chat.auth_log.at is 'When';
comment on column chat.auth_log.session_id is 'The session it is about';
comment on column chat.auth_log.ip is 'Where the session was begun from, or a try that failed came from';
comment on column chat.auth_log.user_agent is 'With what program the session was begun';
comment on policy select_self_or_platform_admin on chat.auth_log is 'People see what happened to their own account, platform admins to any';
comment on function chat.list_auth_log(uuid, bigint, integer, boolean) is
  'What happened to the caller''s account, newest first, before an id: 1 to 200 rows; of another user or of everyone for platform admins. Errors: not_an_admin, invalid_page_size';
comment on function chat_private.may_try_factor(uuid, boolean) is 'Counts a try of a second factor''s code and tells whether it still counts';
comment on function chat_private.password_wait(uuid, inet, boolean) is
  'Counts a try of a password; for how many seconds none counts from this address, null where it counts';
comment on function chat_private.log_attempt(jsonb) is 'Auth hook: logs wrong passwords and codes, and bounds the tries of both';
