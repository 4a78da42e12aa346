-- Generated from supabase/schemas by npm run gen.

-- 00_setup.sql
-- The two schemas everything of Confab lives in, and what every role may do in them by default.

-- chat is the API: PostgREST exposes it. chat_private is callable where granted, but never exposed.
create schema chat;
create schema chat_private;

grant usage on schema chat to authenticated, service_role;
-- anon runs the request gate and nothing else; supabase_auth_admin runs the sign-up hooks.
grant usage on schema chat_private to anon, authenticated, service_role, supabase_auth_admin;

-- The form without "in schema": only that one takes the built-in right of public away.
alter default privileges revoke execute on functions from public;

alter default privileges in schema chat grant select, insert, update, delete on tables to service_role;
alter default privileges in schema chat grant execute on functions to service_role;
alter default privileges in schema chat_private grant execute on functions to service_role;

-- In PL/pgSQL, where one expression costs a sixth of what it does in an SQL function: every send makes one.
create function chat_private.uuid_v7() returns uuid
language plpgsql volatile set search_path = '' as $$
begin
  -- RFC 9562: 48 bits of Unix milliseconds, version 7, the rest random.
  return encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid()) placing
        substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
      52, 1), 53, 1),
    'hex')::uuid;
end;
$$;
grant execute on function chat_private.uuid_v7() to authenticated;

-- What an app may keep in a custom column: an object of at most 16 KB as text, and not nested so deeply that a
-- reader's parser gives up.
create function chat_private.is_custom(data jsonb) returns boolean
language sql immutable set search_path = '' as $$
  select jsonb_typeof(data) = 'object' and octet_length(data::text) <= 16384
    and not jsonb_path_exists(data, '$.**{101 to last}');
$$;
grant execute on function chat_private.is_custom(jsonb) to authenticated;

comment on schema chat is 'Confab''s API: tables, views and functions for signed-in users';
comment on schema chat_private is 'Confab''s inside: helpers of policies, hooks and triggers; never exposed';

-- 01_errors.sql
-- The one way SQL refuses a request: a stable code, an HTTP status, a sentence, and what else a client may need.

create function chat_private.fail(code text, status integer, message text, details text default null,
                                  headers jsonb default '{}')
returns void
language plpgsql volatile set search_path = '' as $$
begin
  -- PostgREST turns SQLSTATE PGRST into exactly this body, status and headers.
  raise sqlstate 'PGRST' using
    message = json_build_object('code', code, 'message', message, 'details', details, 'hint', null)::text,
    detail = json_build_object('status', status, 'headers', headers)::text;
end;
$$;
grant execute on function chat_private.fail(text, integer, text, text, jsonb) to anon, authenticated;

comment on function chat_private.fail(text, integer, text, text, jsonb) is
  'Raises an error that reaches clients as {code, message, details} with this HTTP status and these headers; codes are listed in docs/errors.md';

create function chat_private.check_page_size(page_size integer, operation text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if page_size is null or page_size not between 1 and 200 then
    perform chat_private.fail('invalid_page_size', 400, format('unable to %s; a page has 1 to 200 rows', operation));
  end if;
end;
$$;
grant execute on function chat_private.check_page_size(integer, text) to authenticated;

-- What is kept must be readable: most languages know no year above 9999, and nothing here is older than 1970.
create function chat_private.check_time(moment timestamptz, operation text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if moment < 'epoch' or (moment >= '10000-01-01 00:00+00' and moment <> 'infinity') then
    perform chat_private.fail('invalid_time', 400, format('unable to %s; a time lies in the years 1970 to 9999', operation));
  end if;
end;
$$;
grant execute on function chat_private.check_time(timestamptz, text) to authenticated;

-- 02_gate.sql
-- The gate: decides whether the caller's token still stands for a live session of a live account.

-- Definer: reads Auth's tables, which callers may not.
create function chat_private.session_refusal() returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  v_claims jsonb := auth.jwt();
  v_user record;
begin
  if v_claims ->> 'role' is distinct from 'authenticated' then
    return null;  -- anon has no rights to revoke, service_role is the operator
  end if;

  select u.banned_until > now() as is_suspended,
         u.deleted_at is null and exists (
           select from auth.sessions s
            where s.id = (v_claims ->> 'session_id')::uuid and s.user_id = u.id
              and (s.not_after is null or s.not_after > now())) as has_session,
         exists (select from auth.mfa_factors f where f.user_id = u.id and f.status = 'verified') as has_second_factor
    into v_user
    from auth.users u
   where u.id = (v_claims ->> 'sub')::uuid;

  if v_user.is_suspended then
    return 'account_suspended';  -- before its sessions, which end with the suspension
  elsif v_user.has_session is not true then
    return 'session_expired';
  elsif v_user.has_second_factor and v_claims ->> 'aal' is distinct from 'aal2' then
    return 'second_factor_required';
  end if;
  return null;
end;
$$;
grant execute on function chat_private.session_refusal() to anon, authenticated;

-- Volatile: for an API key it sets the role and the claims that the rest of the request runs with (72_api_keys.sql).
create function chat_private.request_gate() returns void
language plpgsql volatile set search_path = '' as $$
begin
  if auth.role() = 'anon' then
    perform chat_private.adopt_api_key();
    return;
  end if;
  case chat_private.session_refusal()
    when 'session_expired' then
      perform chat_private.fail('session_expired', 401, 'unable to answer; the session has ended, sign in again');
    when 'account_suspended' then
      perform chat_private.fail('account_suspended', 403, 'unable to answer; this account is suspended');
    when 'second_factor_required' then
      perform chat_private.fail('second_factor_required', 403, 'unable to answer; confirm the second factor first');
    else null;
  end case;
  if auth.role() = 'authenticated' then
    perform chat_private.count_named_call();
  end if;
end;
$$;
grant execute on function chat_private.request_gate() to anon, authenticated;

alter role authenticator set pgrst.db_pre_request = 'chat_private.request_gate';
notify pgrst, 'reload config';

comment on function chat_private.session_refusal() is
  'Why the caller''s token no longer counts (an error code), or null; used before every request and by Realtime and Storage policies';
comment on function chat_private.request_gate() is
  'Runs before every Data API request (pgrst.db_pre_request): refuses tokens of ended sessions and suspended accounts, and gives an API key the rights it has';

-- 05_settings.sql
-- Settings of the platform: one row each, with a value that admins change while everything runs.

create table chat.settings (
  name text primary key constraint settings_name_form check (name ~ '^[a-z][a-z0-9_]{1,62}$'),
  value jsonb not null,
  default_value jsonb not null,
  minimum numeric,
  maximum numeric,
  description text not null,
  constraint settings_value_type check (jsonb_typeof(value) = jsonb_typeof(default_value)),
  constraint settings_value_bounds check (
    jsonb_typeof(value) <> 'number'
    or (value::numeric = trunc(value::numeric)
        and value::numeric between coalesce(minimum, value::numeric) and coalesce(maximum, value::numeric)))
);

alter table chat.settings enable row level security;

-- The value of a setting; fails for a name that is none, so that a slip of the pen does not pass for null.
create function chat_private.setting(name text) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_value jsonb;
begin
  select s.value into strict v_value from chat.settings s where s.name = setting.name;
  return v_value;
end;
$$;
grant execute on function chat_private.setting(text) to authenticated;

grant select on chat.settings to authenticated;
grant update (value) on chat.settings to authenticated;

create policy select_user on chat.settings for select to authenticated using (true);

-- Code reads every setting by name: one that is gone or renamed would break it.
create function chat_private.tg_settings__keep() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'DELETE' or new.name <> old.name then
    raise exception 'unable to remove setting %; change its value instead', old.name using errcode = 'restrict_violation';
  end if;
  return new;
end;
$$;
create trigger _100_keep before update of name or delete on chat.settings
  for each row execute function chat_private.tg_settings__keep();

insert into chat.settings (name, value, default_value, minimum, maximum, description)
select s.name, s.value, s.value, s.minimum, s.maximum, s.description
  from (values
    ('edit_window_seconds', '86400'::jsonb, 0, 315360000, 'How long after sending its author may edit a message'),
    ('max_pins', '10', 1, 1000, 'How many messages may be pinned in a channel at once'),
    ('max_file_bytes', '52428800', 1, 53687091200, 'Largest file that may be uploaded'),
    ('unused_file_seconds', '604800', 3600, 315360000, 'How long an uploaded file waits for a message to take it'),
    ('scan_files', 'false', null, null, 'Whether nobody reads an uploaded file before the virus scanner has found it clean'),
    ('allowed_file_types', '[]', null, null, 'Media types that may be uploaded, such as image/png or image/*; empty for all'),
    ('denied_file_types',
     '["application/x-msdownload", "application/x-elf", "application/x-mach-binary", "application/x-executable",
       "application/x-dosexec", "application/vnd.microsoft.portable-executable", "application/x-msi",
       "application/x-ms-shortcut", "application/x.ms.shortcut", "application/java-vm", "application/java-archive",
       "application/vnd.android.package-archive", "application/x-deb", "application/x-rpm",
       "application/x-apple-diskimage", "application/x-google-chrome-extension", "application/x-shockwave-flash"]',
     null, null, 'Media types that may not be uploaded: programs'),
    ('share_contacts', 'true', null, null, 'Whether everyone signed in sees, and finds people by, their e-mail addresses and phone numbers')
  ) as s (name, value, minimum, maximum, description);

comment on table chat.settings is
  'Settings of the platform. Everyone signed in reads them, so keep no secrets here; platform admins change the value, which counts at once';
comment on column chat.settings.name is 'What the code asks for; never changes';
comment on column chat.settings.value is 'The value that counts: of the default''s type, a whole number within its bounds';
comment on column chat.settings.default_value is 'What a new installation begins with';
comment on column chat.settings.minimum is 'Smallest value of a number; null for none';
comment on column chat.settings.maximum is 'Largest value of a number; null for none';
comment on column chat.settings.description is 'What the value does';
comment on function chat_private.setting(text) is 'The present value of a setting of the platform';
comment on policy select_user on chat.settings is 'Everyone signed in reads the settings: a client asks the limits before it sends';

-- 06_rate_limits.sql
-- Rate limits: how often each person may do what costs much; rules are rows, and what has no rule has no limit.

create table chat_private.rate_limit_rules (
  bucket text primary key constraint rate_limit_rules_bucket_form check (bucket ~ '^[a-z][a-z0-9_]{1,62}$'),
  burst integer not null constraint rate_limit_rules_burst_range check (burst between 1 and 1000000),
  period interval not null
    constraint rate_limit_rules_period_range check (period between interval '1 second' and interval '31 days'),
  description text not null default ''
);

-- Unlogged: after a crash everybody may start afresh, and no check waits for the disk.
create unlogged table chat_private.rate_limit_states (
  bucket text not null,
  key text not null,
  full_at timestamptz not null,
  primary key (bucket, key)
) with (fillfactor = 50);

alter table chat_private.rate_limit_rules enable row level security;
alter table chat_private.rate_limit_states enable row level security;

-- Who counts as one: an address of version 4, or the first 64 bits of one of version 6, as whoever has one of these has
-- all 2⁶⁴ of that network.
create function chat_private.network_of(address inet) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select text(network(set_masklen(address, case
    when family(address) = 4 then 32 when address << inet '::ffff:0:0/96' then 128 else 64 end)));
$$;

-- What is full again says nothing any more. Whoever holds a row is just using it, so nobody waits for it.
-- Definer: the table belongs to nobody.
create function chat_private.prune_rate_limits() returns void
language sql volatile security definer set search_path = '' as $$
  delete from chat_private.rate_limit_states s
   where s.ctid = any (array(
     select d.ctid from chat_private.rate_limit_states d
      where d.full_at < clock_timestamp() limit 10000 for update skip locked));
$$;

-- The share of the period that brings one token. Rounded down, or a whole burst would come to a hair more than the period.
create function chat_private.token_step(rule chat_private.rate_limit_rules) returns interval
language sql immutable set search_path = '' as $$
  select make_interval(secs => trunc(extract(epoch from rule.period) / rule.burst, 6));
$$;

-- How long the next token takes, at most zero when there is one. A rule made stricter meanwhile must not lock anybody
-- out for longer than its own period.
create function chat_private.token_wait(rule chat_private.rate_limit_rules, full_at timestamptz, at timestamptz) returns interval
language sql stable set search_path = '' as $$
  select least(greatest(full_at, at), at + rule.period) + chat_private.token_step(rule) - (at + rule.period);
$$;

create function chat_private.refuse_token(rule chat_private.rate_limit_rules, wait interval) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_seconds text := greatest(1, ceil(extract(epoch from wait)))::integer;
begin
  perform chat_private.fail('rate_limited', 429,
    format('unable to answer; too many requests, try again in %s s', v_seconds),
    -- supabase-js passes on no headers, so the same stands in the body.
    details => format('Retry-After: %s', v_seconds),
    headers => jsonb_build_object(
      'Retry-After', v_seconds, 'RateLimit-Limit', rule.burst::text, 'RateLimit-Remaining', '0', 'RateLimit-Reset', v_seconds));
end;
$$;

-- Definer: as above. The generic cell rate algorithm: a bucket is one moment, the one at which it is full again;
-- each token moves it on by period / burst, and a token that would move it beyond now + period is refused. One
-- upsert decides, so calls at once are counted one after the other.
create function chat_private.take_token(bucket text, key text default auth.uid()::text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_rule chat_private.rate_limit_rules;
  v_now timestamptz := clock_timestamp();
  v_step interval;
begin
  -- An API key that may only read writes nothing; the HTTP API counts it.
  if current_setting('transaction_read_only')::boolean then
    return;
  end if;
  select * into v_rule from chat_private.rate_limit_rules r where r.bucket = take_token.bucket;
  if not found or key is null then
    return;  -- no limit, or the operator
  end if;
  v_step := chat_private.token_step(v_rule);
  insert into chat_private.rate_limit_states as s (bucket, key, full_at)
  values (take_token.bucket, take_token.key, v_now + v_step)
  on conflict on constraint rate_limit_states_pkey do update
    set full_at = greatest(s.full_at, v_now) + v_step
    where chat_private.token_wait(v_rule, s.full_at, v_now) <= interval '0';
  if not found then
    perform chat_private.refuse_token(v_rule, chat_private.token_wait(v_rule, s.full_at, v_now))
       from chat_private.rate_limit_states s
      where s.bucket = take_token.bucket and s.key = take_token.key;
  end if;
  if random() < 0.0001 then
    perform chat_private.prune_rate_limits();
  end if;
end;
$$;
grant execute on function chat_private.take_token(text, text) to authenticated;

-- Who has taken a token keeps others from the bucket until the transaction ends. What takes long therefore asks here
-- whether there is one, and takes it last.
-- Definer: as above.
create function chat_private.require_token(bucket text, key text default auth.uid()::text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  perform chat_private.refuse_token(r, chat_private.token_wait(r, s.full_at, v_now))
     from chat_private.rate_limit_rules r
     join chat_private.rate_limit_states s on s.bucket = r.bucket and s.key = require_token.key
    where r.bucket = require_token.bucket and chat_private.token_wait(r, s.full_at, v_now) > interval '0';
end;
$$;
grant execute on function chat_private.require_token(text, text) to authenticated;

insert into chat_private.rate_limit_rules (bucket, burst, period, description) values
  ('search', 60, '10 seconds', 'Searches, also those made while somebody types'),
  ('create_channel', 200, '1 hour', 'New channels and groups'),
  ('create_api_key', 60, '1 hour', 'New API keys'),
  ('open_dm', 300, '1 hour', 'New direct messages'),
  ('create_file', 300, '10 minutes', 'Files announced'),
  ('second_factor', 5, '5 minutes', 'Tries of a second factor''s code'),
  ('wrong_password', 10, '15 minutes', 'Tries of a password from one address; a good one clears them'),
  ('wrong_password_elsewhere', 100, '1 hour', 'Tries of one account''s password from all addresses where it was not signed in to before'),
  ('sms', 10, '1 hour', 'Codes sent to the phone of one person'),
  ('sms_number', 10, '1 hour', 'Codes sent to one number before somebody has proven it, whoever asks'),
  ('sms_address', 100, '1 hour', 'Codes sent to such numbers for people who signed in from one address'),
  ('oauth_state', 1, '1 hour', 'Uses of one sign-in through a provider');

comment on table chat_private.rate_limit_rules is
  'How many calls a person may make: burst at once, and as many again in each period. Change a row and it counts at once; without a row there is no limit';
comment on column chat_private.rate_limit_rules.bucket is 'What is counted together, as the functions name it; send_message counts too once it has a row';
comment on column chat_private.rate_limit_rules.burst is 'Calls that may come at once, and per period in the long run';
comment on column chat_private.rate_limit_rules.period is 'Time in which an empty bucket is full again';
comment on column chat_private.rate_limit_rules.description is 'What the limit is about, for those who change it';
comment on table chat_private.rate_limit_states is 'Per bucket and person the moment at which it is full again; unlogged, pruned in passing';
comment on column chat_private.rate_limit_states.bucket is 'Which rule counts';
comment on column chat_private.rate_limit_states.key is 'Who is counted: a user id, or what else the caller counts by';
comment on column chat_private.rate_limit_states.full_at is 'When everything taken has come back';
comment on function chat_private.network_of(inet) is 'Whom an address counts as: itself, or its network';
comment on function chat_private.prune_rate_limits() is 'Deletes buckets that are full again; runs once in some thousand checks';
comment on function chat_private.take_token(text, text) is
  'Counts one call of the caller (or of this key). Errors: rate_limited, with Retry-After; a call that fails afterwards gives its token back';
comment on function chat_private.require_token(text, text) is
  'Refuses when take_token would at this moment, counts nothing and waits for nobody. Errors: rate_limited';

-- 07_api_limits.sql
-- Limits of the HTTP API: so many calls in a window of time, as its documents promise; apart from the limits the SDK meets.

-- A window begins with its first call. Not the buckets that refill steadily: "100 in a minute" means the 101st waits,
-- however slowly the hundred came.
create unlogged table chat_private.api_windows (
  bucket text not null,
  key text not null,
  used integer not null,
  ends_at timestamptz not null,
  primary key (bucket, key)
) with (fillfactor = 50);

alter table chat_private.api_windows enable row level security;

create type chat.api_allowance as (
  -- Who was counted, where that is a user.
  caller_id uuid,
  -- Null where the window is being counted elsewhere: this call was not.
  is_accepted boolean,
  -- Null where no rule limits the call.
  calls integer,
  remaining integer,
  -- Seconds until the window ends.
  reset integer
);

-- Locks of their own and not those of the rows: a call's first row of a window is seen by nobody until its transaction
-- ends, so that nobody could leave it out instead of waiting.
create function chat_private.api_window_lock(bucket text, key text) returns bigint
language sql immutable set search_path = '' as $$
  select hashtextextended(api_window_lock.key, hashtext('chat_private.api_windows ' || api_window_lock.bucket));
$$;

-- Waits for nobody: whoever holds the window does so as long as their transaction takes, and what waits for it has a
-- connection meanwhile that everybody else needs.
create function chat_private.count_api_call(bucket text, key text) returns chat.api_allowance
language plpgsql volatile set search_path = '' as $$
declare
  v_rule chat_private.rate_limit_rules;
  v_now timestamptz := clock_timestamp();
  v_window chat_private.api_windows;
  v_is_accepted boolean;
begin
  select * into v_rule from chat_private.rate_limit_rules r where r.bucket = count_api_call.bucket;
  if not found then
    return row(null, true, null, null, null)::chat.api_allowance;
  end if;
  if not pg_try_advisory_xact_lock(chat_private.api_window_lock(count_api_call.bucket, count_api_call.key)) then
    return null;
  end if;
  insert into chat_private.api_windows as w (bucket, key, used, ends_at)
  values (count_api_call.bucket, count_api_call.key, 1, v_now + v_rule.period)
  on conflict on constraint api_windows_pkey do update
    set used = case when w.ends_at > v_now then w.used + 1 else 1 end,
        -- A rule made stricter meanwhile locks nobody out for longer than its own period.
        ends_at = case when w.ends_at > v_now then least(w.ends_at, v_now + v_rule.period) else v_now + v_rule.period end
    where w.ends_at <= v_now or w.used < v_rule.burst
  returning * into v_window;
  v_is_accepted := found;
  if not v_is_accepted then
    select * into v_window from chat_private.api_windows w
     where w.bucket = count_api_call.bucket and w.key = count_api_call.key;
  end if;
  return row(null, v_is_accepted, v_rule.burst, greatest(v_rule.burst - v_window.used, 0),
             least(greatest(ceil(extract(epoch from v_window.ends_at - v_now)), 1), extract(epoch from v_rule.period))
            )::chat.api_allowance;
end;
$$;

-- Definer: the windows belong to nobody.
create function chat.take_api_call(bucket text) returns chat.api_allowance
language plpgsql volatile security definer set search_path = '' as $$
declare
  -- An API key is counted by itself, not with whom it stands for.
  v_allowance chat.api_allowance :=
    chat_private.count_api_call(bucket, coalesce(auth.jwt() ->> 'api_key_id', auth.uid()::text));
begin
  v_allowance.caller_id := auth.uid();
  return v_allowance;
end;
$$;
grant execute on function chat.take_api_call(text) to authenticated;

-- The HTTP API names the bucket of a call in a header of the request that it makes for it anyway, which spares it one of
-- its own. What fails afterwards is not counted here; the API then counts it by itself, and so it does what it is told
-- to by a header of this name in the answer.
create function chat_private.count_named_call() returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_bucket text := nullif(current_setting('request.headers', true), '')::json ->> 'x-api-bucket';
  v_allowance chat.api_allowance;
  v_headers jsonb;
begin
  if v_bucket is null or current_setting('transaction_read_only')::boolean then
    return;
  end if;
  v_allowance := chat.take_api_call(v_bucket);
  if v_allowance.is_accepted is null then
    perform chat_private.fail('service_unavailable', 503,
      'unable to answer; another request of yours is being counted, try again later', headers => '{"X-Api-Bucket": "busy"}');
  end if;
  v_headers := jsonb_build_object('RateLimit-Limit', v_allowance.calls::text,
    'RateLimit-Remaining', v_allowance.remaining::text, 'RateLimit-Reset', v_allowance.reset::text);
  if not v_allowance.is_accepted then
    perform chat_private.fail('rate_limited', 429,
      format('unable to answer; too many requests, try again in %s s', v_allowance.reset),
      details => format('Retry-After: %s', v_allowance.reset), headers => v_headers);
  elsif v_allowance.calls is not null then
    perform set_config('response.headers',
      (select jsonb_agg(jsonb_build_object(h.key, h.value)) from jsonb_each(v_headers) h)::text, true);
  end if;
end;
$$;
grant execute on function chat_private.count_named_call() to authenticated;

-- Definer: as above. Only service_role may call it: it counts for anybody.
create function chat.take_api_calls(buckets text[], keys text[]) returns setof chat.api_allowance
language plpgsql volatile security definer rows 10 set search_path = '' as $$
declare
  v_allowances chat.api_allowance[];
  v_call record;
begin
  for v_call in
    select b.bucket, b.key, b.n from unnest(buckets, keys) with ordinality b (bucket, key, n) order by 3
  loop
    v_allowances[v_call.n] := chat_private.count_api_call(v_call.bucket, v_call.key);
  end loop;
  -- Here and not where one call is counted, whose transaction may keep what it has deleted locked for long.
  if random() < 0.0001 * cardinality(keys) then
    delete from chat_private.api_windows w
     where w.ctid = any (array(
       select d.ctid from chat_private.api_windows d where d.ends_at < now() limit 10000 for update skip locked));
  end if;
  return query select * from unnest(v_allowances);
end;
$$;
grant execute on function chat.take_api_calls(text[], text[]) to service_role;

-- Definer: as above. Only service_role may call it.
create function chat.return_api_calls(bucket text, key text, calls integer default null) returns void
language sql volatile security definer set search_path = '' as $$
  update chat_private.api_windows w
     set used = greatest(w.used - coalesce(return_api_calls.calls, w.used), 0)
   where w.bucket = return_api_calls.bucket and w.key = return_api_calls.key;
$$;
grant execute on function chat.return_api_calls(text, text, integer) to service_role;

insert into chat_private.rate_limit_rules (bucket, burst, period, description) values
  ('api', 1000, '1 hour', 'HTTP API: calls of a person that no other rule counts'),
  ('api_send', 100, '1 minute', 'HTTP API: messages sent'),
  ('api_upload', 20, '1 hour', 'HTTP API: uploads'),
  ('api_login', 5, '15 minutes', 'HTTP API: tries to sign in to an account from one address; a good one clears them'),
  ('api_visitor', 1000, '1 hour', 'HTTP API: calls without a token from one address'),
  ('api_refused', 1000, '1 hour', 'HTTP API: calls from one address whose token or key is missing or not good');

comment on table chat_private.api_windows is 'Per bucket and caller of the HTTP API the calls of the present window; unlogged, pruned in passing';
comment on column chat_private.api_windows.bucket is 'Which rule counts';
comment on column chat_private.api_windows.key is 'Who is counted: a user id, or what else the API counts by';
comment on column chat_private.api_windows.used is 'Calls in this window';
comment on column chat_private.api_windows.ends_at is 'When the window ends; the next call after that begins another';
comment on type chat.api_allowance is 'How a call of the HTTP API was counted';
comment on function chat_private.count_api_call(text, text) is
  'Counts one call in the window of this bucket and key unless that is full; null where it is being counted elsewhere. The rule is a row of rate_limit_rules';
comment on function chat.take_api_call(text) is
  'For the HTTP API: counts one call of the caller in this bucket and says what is left; is_accepted is null where the window is being counted elsewhere';
comment on function chat_private.count_named_call() is
  'Counts the request in the bucket that its header X-Api-Bucket names, and answers what is left. Errors: rate_limited, service_unavailable where the window is being counted elsewhere';
comment on function chat.take_api_calls(text[], text[]) is
  'For the server only: counts one call each for several callers, in one transaction; answers in their order, nulls where a window is being counted elsewhere';
comment on function chat_private.api_window_lock(text, text) is
  'Which advisory lock whoever counts in this window holds until the end of the transaction';
comment on function chat.return_api_calls(text, text, integer) is
  'For the server only: takes calls out of the present window, all of them by default; the window stays';

-- 10_users.sql
-- People: the profile that everyone sees and the account that only its owner sees.

-- Text as it is shown among other text: one line that reads in its order. Control characters, line breaks and marks
-- that hide or turn the text around them would let one name look like another; the joiners U+200C and U+200D stay,
-- because Persian and emoji are written with them, and so do selectors and tags; but a line of nothing else, or of
-- letters that are blanks, is none. All lines that are shown are far below 2,000 characters: of more only so many are looked at.
create function chat_private.clean_line(line text, max_length integer default null) returns text
language sql immutable set search_path = '' as $$
  select case when v.line ~ '[^\s\u0020\u00a0\u1680\u2000-\u200d\u2800\u3000\ufe00-\ufe0f\U000e0000-\U000e01ef]' then v.line end
    from (select btrim(left(btrim(regexp_replace(regexp_replace(left(clean_line.line, 2000),
      '[\t-\r\u0085\u2028\u2029]+', ' ', 'g'),
      '[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]',
      '', 'g')), coalesce(max_length, 2147483647))) as line) v;
$$;
grant execute on function chat_private.clean_line(text, integer) to authenticated;

create function chat_private.clean_name(name text) returns text
language sql immutable set search_path = '' as $$
  select chat_private.clean_line(name, 80);
$$;
grant execute on function chat_private.clean_name(text) to authenticated;

-- A picture's address is followed by everybody's browser: the web's and nothing else.
create function chat_private.is_web_address(address text) returns boolean
language sql immutable set search_path = '' as $$
  select char_length(address) <= 2048 and address ~* '^https?://[^\s/]+(/\S*)?$';
$$;
grant execute on function chat_private.is_web_address(text) to authenticated;

-- @here and @channel mean everyone, and people write @all and @everyone for it; deleted-user is what HTTP APIs call whoever is
-- gone. A dot or dash at the end of one would be read as the sentence's.
create function chat_private.is_reserved_username(username text) returns boolean
language sql immutable set search_path = '' as $$
  select rtrim(username, '._-') in ('all', 'channel', 'everyone', 'here', 'deleted-user');
$$;
grant execute on function chat_private.is_reserved_username(text) to authenticated;

-- Refuses what nobody can be called; null means that it is not given.
create function chat_private.check_username(username text, operation text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if username !~ '^[a-z0-9][a-z0-9._-]{1,31}$' then
    perform chat_private.fail('invalid_username', 422,
      format('unable to %s; a username has 2 to 32 of a-z, 0-9, dot, dash and underscore, beginning with a letter or digit', operation));
  elsif chat_private.is_reserved_username(username) then
    perform chat_private.fail('username_taken', 422, format('unable to %s; this username is reserved', operation));
  end if;
end;
$$;
grant execute on function chat_private.check_username(text, text) to authenticated;

-- Refuses what is no address of a picture; empty is none.
create function chat_private.check_picture(avatar_url text, operation text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if avatar_url <> '' and not chat_private.is_web_address(avatar_url) then
    perform chat_private.fail('invalid_avatar_url', 400,
      format('unable to %s; a picture''s address begins with https:// or http:// and has at most 2,048 characters', operation));
  end if;
end;
$$;
grant execute on function chat_private.check_picture(text, text) to authenticated;

create table chat.profiles (
  id uuid primary key references auth.users on delete cascade,
  username text not null
    constraint profiles_username_form check (username ~ '^[a-z0-9][a-z0-9._-]{1,31}$')
    constraint profiles_username_free check (not chat_private.is_reserved_username(username)),
  name text not null
    constraint profiles_name_form check (name is not distinct from chat_private.clean_name(name)),
  avatar_url text
    constraint profiles_avatar_url_form check (chat_private.is_web_address(avatar_url)),
  title text
    constraint profiles_title_form check (title is not distinct from chat_private.clean_line(title, 80)),
  custom jsonb not null default '{}' constraint profiles_custom_form check (chat_private.is_custom(custom)),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint profiles_username_unique unique (username)
);

create table chat.accounts (
  user_id uuid primary key references chat.profiles on delete cascade,
  role text not null default 'user' constraint accounts_role_known check (role in ('user', 'admin')),
  email text,
  email_verified_at timestamptz,
  chose_username boolean not null default false,
  phone text,
  created_at timestamptz not null default now(),
  suspended_at timestamptz,
  suspend_reason text constraint accounts_suspend_reason_length check (char_length(suspend_reason) between 1 and 500),
  suspended_by uuid references chat.profiles on delete set null,
  constraint accounts_suspension_whole
    check (suspended_at is not null or (suspend_reason is null and suspended_by is null))
);
-- Serves mentions by full name, and lists of people by the beginning of theirs. All whose accounts are gone have one name.
create index profiles_name_prefix_idx on chat.profiles (lower(name) text_pattern_ops) where deleted_at is null;
create index accounts_email_idx on chat.accounts (email);
create index accounts_phone_prefix_idx on chat.accounts (ltrim(phone, '+') text_pattern_ops);
create index accounts_suspended_by_idx on chat.accounts (suspended_by) where suspended_by is not null;
-- Both are few among many: asked at every announcement, and by lists.
create index accounts_suspended_idx on chat.accounts (user_id) where suspended_at is not null;
create index accounts_admin_idx on chat.accounts (user_id) where role = 'admin';

alter table chat.profiles enable row level security;
alter table chat.accounts enable row level security;

-- A first idea of a username for somebody who gave none: from the name, else the address, else the id.
create function chat_private.suggest_username(wish text, user_id uuid) returns text
language plpgsql stable set search_path = '' as $$
declare
  v_base text := left(ltrim(regexp_replace(lower(coalesce(wish, '')), '[^a-z0-9._-]+', '', 'g'), '._-'), 32);
begin
  if char_length(v_base) < 2 then
    v_base := 'user';
  elsif not chat_private.is_reserved_username(v_base)
        and not exists (select from chat.profiles p where p.username = v_base) then
    return v_base;
  end if;
  return left(v_base, 24) || '-' || right(replace(user_id::text, '-', ''), 7);
end;
$$;

-- An API key has an admin's rights only with that scope.
-- Definer: accounts are seen by their owners only.
create function chat_private.is_platform_admin() returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from chat.accounts a where a.user_id = (select auth.uid()) and a.role = 'admin')
     and coalesce((auth.jwt() -> 'scopes') ? 'admin', true);
$$;
grant execute on function chat_private.is_platform_admin() to authenticated;

create function chat_private.require_platform_admin(operation text) returns void
language plpgsql stable set search_path = '' as $$
begin
  if not chat_private.is_platform_admin() then
    perform chat_private.fail('not_an_admin', 403, format('unable to %s; only platform admins may', operation));
  end if;
end;
$$;
grant execute on function chat_private.require_platform_admin(text) to authenticated;

create function chat_private.require_user(user_id uuid, operation text) returns void
language plpgsql stable set search_path = '' as $$
begin
  if not exists (select from chat.profiles p where p.id = require_user.user_id and p.deleted_at is null) then
    perform chat_private.fail('user_not_found', 404, format('unable to %s; the user does not exist', operation));
  end if;
end;
$$;
grant execute on function chat_private.require_user(uuid, text) to authenticated;

-- Or revoking a key that got lost would leave what was done with it.
create function chat_private.require_person(operation text) returns void
language plpgsql stable set search_path = '' as $$
begin
  if auth.jwt() ? 'api_key_id' then
    perform chat_private.fail('missing_scope', 403, format('unable to %s; only people may, not their API keys', operation));
  end if;
end;
$$;
grant execute on function chat_private.require_person(text) to authenticated;

-- For clients that say who they are.
create function chat_private.require_oneself(user_id uuid, operation text) returns void
language plpgsql stable set search_path = '' as $$
begin
  if require_oneself.user_id <> (select auth.uid()) then
    perform chat_private.require_user(require_oneself.user_id, operation);
    perform chat_private.fail('not_yourself', 403, format('unable to %s; that is somebody else', operation));
  end if;
end;
$$;

grant select on chat.profiles to authenticated;
grant select on chat.accounts to authenticated;

create policy select_user on chat.profiles for select to authenticated using (true);
create policy select_self on chat.accounts for select to authenticated using (user_id = (select auth.uid()));

-- Definer: runs as supabase_auth_admin, which knows nothing of chat. Auth answers a refusal with a bare 500; the sign-up
-- hook has refused bad names before. Left is the username that somebody got in between, or has where an admin makes the account,
-- for whom there is no hook: nobody is given another one than was chosen for them, and the hook says that it is taken to whoever
-- asks again, as our API and SDK do.
create function chat_private.tg_users__create_profile() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_meta jsonb := coalesce(new.raw_user_meta_data, '{}');
  v_email text := nullif(new.email, '');
  v_name text := chat_private.clean_name(coalesce(v_meta ->> 'name', v_meta ->> 'full_name'));
  v_wish text := nullif(v_meta ->> 'username', '');
  v_username text;
  v_avatar_url text := v_meta ->> 'avatar_url';
begin
  if not chat_private.is_web_address(v_avatar_url) then
    v_avatar_url := null;
  end if;
  if v_email like '%@users.confab.invalid' then
    v_email := null;
  end if;
  v_username := chat_private.suggest_username(coalesce(v_wish, v_name, split_part(v_email, '@', 1)), new.id);
  insert into chat.profiles (id, username, name, avatar_url)
  select new.id, v_username, coalesce(v_name, v_username), v_avatar_url
   where not exists (select from chat.profiles p where p.username = v_wish)
  on conflict on constraint profiles_username_unique do nothing;
  if not found and v_wish is not null then
    raise exception 'unable to sign up; this username is taken' using errcode = 'unique_violation';
  elsif not found then
    insert into chat.profiles (id, username, name, avatar_url)
    select new.id, u.name, coalesce(v_name, u.name), v_avatar_url
      from chat_private.suggest_username(v_username, new.id) as u (name);
  end if;
  insert into chat.accounts (user_id, email, chose_username, phone)
  values (new.id, v_email, v_wish is not null, coalesce(nullif(new.phone, ''), v_meta ->> 'phone'));
  return null;
end;
$$;
create trigger _100_create_profile after insert on auth.users
  for each row execute function chat_private.tg_users__create_profile();

-- Definer: as above.
create function chat_private.tg_users__follow_email() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.accounts
     set email = case when new.email like '%@users.confab.invalid' then null else nullif(new.email, '') end,
         email_verified_at = null
   where user_id = new.id;
  return null;
end;
$$;
create trigger _200_follow_email after update of email on auth.users
  for each row when (old.email is distinct from new.email)
  execute function chat_private.tg_users__follow_email();

-- The last wall: the address of a username belongs to whoever has that username. Auth takes a letter to the present
-- address as consent to a new one, so without this anybody could take the address of a username that is still free.
-- Definer: as above.
create function chat_private.tg_users__keep_reserved() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_own text := (select p.username || '@users.confab.invalid' from chat.profiles p where p.id = new.id);
begin
  if exists (select from (values (old.email, new.email), (old.email_change, new.email_change)) as a (before, after)
              where a.after is distinct from a.before and a.after ilike '%@users.confab.invalid'
                and a.after is distinct from v_own) then
    raise exception 'unable to change the address; it belongs to a username' using errcode = 'restrict_violation';
  end if;
  return new;
end;
$$;
create trigger _100_keep_reserved before update of email, email_change on auth.users
  for each row when (new.email is distinct from old.email or new.email_change is distinct from old.email_change)
  execute function chat_private.tg_users__keep_reserved();

insert into chat_private.rate_limit_rules (bucket, burst, period, description) values
  ('update_profile', 60, '10 minutes', 'Changes of the own profile, which everyone hears');

create function chat_private.tg_profiles__touch() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at := clock_timestamp();
  return new;
end;
$$;
create trigger _100_touch before update on chat.profiles
  for each row when (old is distinct from new) execute function chat_private.tg_profiles__touch();

-- Who is called by nothing but their username is so under another one as well.
create function chat_private.tg_profiles__rename() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.name := new.username;
  return new;
end;
$$;
create trigger _150_rename before update of username on chat.profiles
  for each row when (old.name = old.username and new.name = old.name)
  execute function chat_private.tg_profiles__rename();

-- Definer: the address in Auth belongs to nobody else. An account without one signs in by its username, which
-- stands in the reserved address that Auth looks up.
create function chat_private.tg_profiles__follow_username() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_address text := new.username || '@users.confab.invalid';
begin
  update auth.users u set email = v_address
   where u.id = new.id and u.email = old.username || '@users.confab.invalid';
  if found then
    update auth.identities i set identity_data = i.identity_data || jsonb_build_object('email', v_address)
     where i.user_id = new.id and i.provider = 'email';
  end if;
  return null;
end;
$$;
create trigger _200_follow_username after update of username on chat.profiles
  for each row when (old.username <> new.username) execute function chat_private.tg_profiles__follow_username();

-- Definer: profiles are written by nobody directly, so that every refusal has its code.
create function chat.update_profile(name text default null, username text default null, avatar_url text default null,
                                    title text default null, custom jsonb default null)
returns setof chat.profiles rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_name text := chat_private.clean_line(update_profile.name);
  v_title text := coalesce(chat_private.clean_line(update_profile.title), left(update_profile.title, 0));
begin
  if update_profile.name is not null and (v_name is null or char_length(v_name) > 80) then
    perform chat_private.fail('invalid_name', 400,
      'unable to update profile; a name has 1 to 80 characters that can be seen');
  elsif char_length(v_title) > 80 then
    perform chat_private.fail('invalid_title', 400, 'unable to update profile; a title has at most 80 characters');
  elsif not chat_private.is_custom(update_profile.custom) then
    perform chat_private.fail('invalid_custom', 400,
      'unable to update profile; custom data is an object of at most 16 KB and 100 levels');
  end if;
  perform chat_private.check_picture(update_profile.avatar_url, 'update profile');
  perform chat_private.check_username(update_profile.username, 'update profile');
  perform chat_private.take_token('update_profile');
  if update_profile.username is not null then
    -- It may be part of the address in Auth, whose row comes first, as when an account is suspended or deleted.
    perform from auth.users u where u.id = (select auth.uid()) for no key update;
  end if;
  return query
    update chat.profiles p
       set name = coalesce(v_name, p.name),
           username = coalesce(update_profile.username, p.username),
           avatar_url = nullif(coalesce(update_profile.avatar_url, p.avatar_url), ''),
           title = nullif(coalesce(v_title, p.title), ''),
           custom = coalesce(update_profile.custom, p.custom)
     where p.id = (select auth.uid()) and p.deleted_at is null
    returning p.*;
exception when unique_violation then
  -- Of profiles, or of the address in Auth that goes with the username.
  perform chat_private.fail('username_taken', 422, 'unable to update profile; this username is taken');
end;
$$;
grant execute on function chat.update_profile(text, text, text, text, jsonb) to authenticated;

comment on table chat.profiles is 'One row per user, made at sign-up; what everyone signed in may see of a person';
comment on column chat.profiles.id is 'The user''s id in Auth';
comment on column chat.profiles.username is 'Unique handle: 2 to 32 of a-z, 0-9, dot, dash, underscore, beginning with a letter or digit';
comment on column chat.profiles.name is 'Name as shown: 1 to 80 characters, none of them invisible';
comment on column chat.profiles.avatar_url is 'Address of the picture, http or https';
comment on column chat.profiles.title is 'What the person does, at most 80 characters';
comment on column chat.profiles.custom is 'The app''s own data: an object of at most 16 KB';
comment on column chat.profiles.created_at is 'When the user signed up';
comment on column chat.profiles.updated_at is 'When anything of the profile last changed';
comment on column chat.profiles.deleted_at is 'Since when the account is gone; what is left stands for the author of messages and says nothing of them';
comment on table chat.accounts is 'What only the user sees of their own account. Tables that refer to it hold what goes with the account, those that refer to profiles what stays';
comment on column chat.accounts.user_id is 'Whose account it is';
comment on column chat.accounts.role is 'Platform role: user or admin';
comment on column chat.accounts.suspended_at is 'Since when the person is shut out; null for active accounts. Setting it here by hand suspends, emptying it activates';
comment on column chat.accounts.suspend_reason is 'Why, for other admins: 1 to 500 characters';
comment on column chat.accounts.suspended_by is 'The admin who did it; null when it was done by hand or that account is gone';
comment on function chat_private.is_platform_admin() is 'Whether the caller is an admin of the platform';
comment on function chat_private.require_platform_admin(text) is 'Refuses everybody but admins of the platform. Errors: not_an_admin';
comment on function chat_private.check_username(text, text) is 'Refuses what nobody can be called. Errors: invalid_username, username_taken';
comment on function chat_private.check_picture(text, text) is
  'Refuses what is no address of a picture; empty is none. Errors: invalid_avatar_url';
comment on function chat_private.require_user(uuid, text) is 'Refuses ids of nobody. Errors: user_not_found';
comment on function chat_private.require_oneself(uuid, text) is
  'Refuses everybody but this person; null is whoever calls. Errors: user_not_found, not_yourself';
comment on function chat_private.require_person(text) is 'Refuses API keys. Errors: missing_scope';
comment on column chat.accounts.email is 'Null for accounts that were made with a username only';
comment on column chat.accounts.email_verified_at is 'When the user proved that the address is theirs';
comment on column chat.accounts.chose_username is
  'Whether the account was made with a username of the person''s choice: it signs in by an address that is not verified, too';
comment on column chat.accounts.phone is 'Number the user gave, as they wrote it';
comment on column chat.accounts.created_at is 'When the user signed up';
comment on policy select_user on chat.profiles is 'Everyone signed in sees every profile';
comment on policy select_self on chat.accounts is 'A user sees their own account only';
comment on function chat.update_profile(text, text, text, text, jsonb) is
  'Changes the parts of the caller''s profile that are given and returns it; an empty avatar_url or title removes it, custom is replaced. Errors: invalid_name, invalid_username, username_taken, invalid_avatar_url, invalid_title, invalid_custom, rate_limited';

-- 11_blocks.sql
-- Blocks: who wants to hear nothing more from whom.

create table chat.blocks (
  blocker_id uuid not null references chat.profiles on delete cascade,
  blocked_id uuid not null references chat.profiles on delete cascade,
  -- In whole milliseconds, which clients can give back as a cursor without loss.
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  primary key (blocker_id, blocked_id),
  constraint blocks_blocker_account_fkey foreign key (blocker_id) references chat.accounts on delete cascade,
  constraint blocks_blocked_account_fkey foreign key (blocked_id) references chat.accounts on delete cascade,
  constraint blocks_not_oneself check (blocker_id <> blocked_id)
);
create index blocks_blocked_id_idx on chat.blocks (blocked_id, blocker_id);
-- Serves the list, newest first.
create index blocks_list_idx on chat.blocks (blocker_id, created_at, blocked_id);

alter table chat.blocks enable row level security;

-- Definer: a block binds both people, but only the blocker may see it. Asked by the rules of sending, opening
-- direct messages and notifying; never exposed.
create function chat_private.is_blocked_pair(a uuid, b uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from chat.blocks k where k.blocker_id = a and k.blocked_id = b)
      or exists (select from chat.blocks k where k.blocker_id = b and k.blocked_id = a);
$$;
grant execute on function chat_private.is_blocked_pair(uuid, uuid) to authenticated;

grant select, delete on chat.blocks to authenticated;
grant insert (blocker_id, blocked_id) on chat.blocks to authenticated;

create policy select_self on chat.blocks for select to authenticated using (blocker_id = (select auth.uid()));
create policy insert_self on chat.blocks for insert to authenticated with check (blocker_id = (select auth.uid()));
create policy delete_self on chat.blocks for delete to authenticated using (blocker_id = (select auth.uid()));

create function chat.block_user(user_id uuid) returns setof chat.blocks rows 1
language plpgsql set search_path = '' as $$
declare
  v_me uuid := (select auth.uid());
begin
  if block_user.user_id = v_me then
    perform chat_private.fail('cannot_block_oneself', 400, 'unable to block; nobody can block themselves');
  elsif not exists (select from chat.profiles p where p.id = block_user.user_id and p.deleted_at is null) then
    perform chat_private.fail('user_not_found', 404, 'unable to block; the user does not exist');
  end if;
  insert into chat.blocks (blocker_id, blocked_id) values (v_me, block_user.user_id) on conflict do nothing;
  return query select * from chat.blocks k where k.blocker_id = v_me and k.blocked_id = block_user.user_id;
end;
$$;
grant execute on function chat.block_user(uuid) to authenticated;

create function chat.unblock_user(user_id uuid) returns void
language sql set search_path = '' as $$
  delete from chat.blocks k where k.blocker_id = (select auth.uid()) and k.blocked_id = unblock_user.user_id;
$$;
grant execute on function chat.unblock_user(uuid) to authenticated;

create function chat.list_blocks(before_time timestamptz default null, before_user_id uuid default null,
                                 page_size integer default 50)
returns setof chat.blocks rows 50
language plpgsql stable set search_path = '' as $$
begin
  perform chat_private.check_page_size(page_size, 'list blocks');
  return query select * from chat.blocks k
    where k.blocker_id = (select auth.uid())
      and (k.created_at, k.blocked_id) < (coalesce(before_time, 'infinity'),
                                          coalesce(before_user_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    order by k.created_at desc, k.blocked_id desc limit page_size;
end;
$$;
grant execute on function chat.list_blocks(timestamptz, uuid, integer) to authenticated;

comment on table chat.blocks is 'Who has blocked whom: the two can send each other no direct messages, and the blocker gets no notifications of the blocked';
comment on column chat.blocks.blocker_id is 'Who blocks, and alone sees this row';
comment on column chat.blocks.blocked_id is 'Who is blocked, and is never told';
comment on column chat.blocks.created_at is 'When, in whole milliseconds';
comment on policy select_self on chat.blocks is 'A user sees whom they have blocked, never by whom they are';
comment on policy insert_self on chat.blocks is 'A user blocks for themselves';
comment on policy delete_self on chat.blocks is 'A user lifts their own blocks';
comment on function chat_private.is_blocked_pair(uuid, uuid) is 'Whether either of the two has blocked the other';
comment on function chat.block_user(uuid) is
  'Blocks a user and returns the block; no effect when blocked already. Errors: user_not_found, cannot_block_oneself';
comment on function chat.unblock_user(uuid) is 'Lifts a block of the caller; no effect when there is none';
comment on function chat.list_blocks(timestamptz, uuid, integer) is
  'Whom the caller has blocked, newest first, before a time and user: 1 to 200 rows. Errors: invalid_page_size';

-- 12_auth_hooks.sql
-- What Auth asks of the database while it signs people up and in (config.toml, [auth.hook.*]).

-- Auth passes on nothing but the sentence of a refusal, so the code stands in front of it.
-- Definer: runs as supabase_auth_admin, which may not read chat.
create function chat_private.before_user_created(event jsonb) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_meta jsonb := coalesce(event #> '{user,user_metadata}', '{}');
  v_username text := v_meta ->> 'username';
  v_email text := lower(event #>> '{user,email}');
begin
  if v_email like '%@users.confab.invalid' and v_email is distinct from v_username || '@users.confab.invalid' then
    return jsonb_build_object('error', jsonb_build_object('http_code', 400, 'message',
      'invalid_input: unable to sign up; this address belongs to a username'));
  end if;
  if v_username is not null then
    if v_username !~ '^[a-z0-9][a-z0-9._-]{1,31}$' then
      return jsonb_build_object('error', jsonb_build_object('http_code', 400, 'message',
        'invalid_username: unable to sign up; a username has 2 to 32 of a-z, 0-9, dot, dash and underscore, beginning with a letter or digit'));
    elsif chat_private.is_reserved_username(v_username)
          or exists (select from chat.profiles p where p.username = v_username) then
      return jsonb_build_object('error', jsonb_build_object('http_code', 409, 'message',
        'username_taken: unable to sign up; this username is taken'));
    end if;
  end if;
  if v_meta ? 'name' and coalesce(char_length(chat_private.clean_line(v_meta ->> 'name')), 0) not between 1 and 80 then
    return jsonb_build_object('error', jsonb_build_object('http_code', 400, 'message',
      'invalid_name: unable to sign up; a name has 1 to 80 characters that can be seen'));
  end if;
  return '{}';
end;
$$;

-- Definer: as above.
create function chat_private.custom_access_token(event jsonb) returns jsonb
language sql stable security definer set search_path = '' as $$
  -- For display in clients only: rights are always read from the tables.
  select jsonb_set(event, '{claims}', event -> 'claims' || coalesce((
    select jsonb_build_object('user_role', a.role, 'name', p.name)
      from chat.profiles p join chat.accounts a on a.user_id = p.id
     where p.id = (event ->> 'user_id')::uuid), '{}'));
$$;

grant execute on function chat_private.before_user_created(jsonb) to supabase_auth_admin;
grant execute on function chat_private.custom_access_token(jsonb) to supabase_auth_admin;

comment on function chat_private.before_user_created(jsonb) is 'Auth hook: refuses a bad or taken username, the address of another one, and a bad name';
comment on function chat_private.custom_access_token(jsonb) is 'Auth hook: adds user_role and name to the access token';

-- 14_one_time_codes.sql
-- Codes that prove an address is somebody's, each kept hashed and used once: six digits that verify it (ten minutes,
-- five tries) and tokens that choose a new password (one hour).

create table chat_private.one_time_codes (
  user_id uuid not null references chat.accounts on delete cascade,
  purpose text not null constraint one_time_codes_purpose_known check (purpose in ('verify_email', 'reset_password')),
  -- Where the code went: it proves nothing of an address that the account gets later.
  email text not null,
  code_hash text not null,
  tries integer not null default 0,
  expires_at timestamptz not null,
  issued integer not null default 1,
  issued_since timestamptz not null default now(),
  primary key (user_id, purpose)
);
-- Serves tokens, which come without an address. Nothing can be guessed of 122 random bits, so a fast hash will do.
create unique index one_time_codes_token_idx on chat_private.one_time_codes (code_hash) where purpose = 'reset_password';

alter table chat_private.one_time_codes enable row level security;

-- Keeps a new code of the account with this address in place of the one before, and tells whether there is such an account.
create function chat_private.keep_code(email text, purpose text, code_hash text, life interval) returns boolean
language plpgsql volatile set search_path = '' as $$
begin
  -- Nobody waits for the disk here: the time of the answer would tell that something was written.
  perform set_config('synchronous_commit', 'off', true);
  insert into chat_private.one_time_codes as c (user_id, purpose, email, code_hash, expires_at)
  select a.user_id, keep_code.purpose, a.email, keep_code.code_hash, now() + keep_code.life
    from chat.accounts a
   where a.email = lower(keep_code.email) and a.suspended_at is null
     and (a.email_verified_at is null or keep_code.purpose <> 'verify_email')
   limit 1
  on conflict on constraint one_time_codes_pkey do update
    set email = excluded.email, code_hash = excluded.code_hash, tries = 0, expires_at = excluded.expires_at,
        issued = case when c.issued_since > now() - interval '1 hour' then c.issued + 1 else 1 end,
        issued_since = case when c.issued_since > now() - interval '1 hour' then c.issued_since else now() end
    -- Every new code is five more guesses, and one more mail to somebody who may not have asked.
    where c.issued < 10 or c.issued_since <= now() - interval '1 hour';
  return found;
end;
$$;

-- Definer: the table belongs to nobody. Only service_role may call it: whoever reads the code owns the address.
create function chat.issue_email_code(email text) returns text
language plpgsql security definer set search_path = '' as $$
declare
  v_code text := lpad((('x' || encode(extensions.gen_random_bytes(7), 'hex'))::bit(56)::bigint % 1000000)::text, 6, '0');
  -- Before anything is looked up, so that an unknown address takes as long as a known one.
  v_hash text := extensions.crypt(v_code, extensions.gen_salt('bf', 8));
begin
  return case when chat_private.keep_code(issue_email_code.email, 'verify_email', v_hash, interval '10 minutes') then v_code end;
end;
$$;
grant execute on function chat.issue_email_code(text) to service_role;

-- Definer: as above. Answers false instead of raising, because an error would take the counted try back.
create function chat.verify_email(email text, code text) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_code chat_private.one_time_codes;
  -- A hash that no code has: comparing with it makes an unknown address take as long as a known one.
  v_hash text := '$2a$08$' || repeat('.', 53);
begin
  -- The lock on the row makes tries that come at once count one after the other.
  update chat_private.one_time_codes c set tries = c.tries + 1
    from chat.accounts a
   where a.email = lower(verify_email.email) and c.user_id = a.user_id and c.email = a.email
     and c.purpose = 'verify_email' and c.expires_at > now() and c.tries < 5
  returning c.* into v_code;
  v_hash := coalesce(v_code.code_hash, v_hash);
  if extensions.crypt(coalesce(verify_email.code, ''), v_hash) <> v_hash then
    return false;
  end if;
  delete from chat_private.one_time_codes c where c.user_id = v_code.user_id and c.purpose = v_code.purpose;
  update chat.accounts a set email_verified_at = now() where a.user_id = v_code.user_id;
  return true;
end;
$$;
grant execute on function chat.verify_email(text, text) to service_role;

create function chat_private.hash_token(token text) returns text
language sql immutable strict set search_path = '' as $$
  select encode(sha256(convert_to(lower(token), 'UTF8')), 'hex');
$$;

-- Definer: as above.
create function chat.issue_reset_token(email text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_token uuid := gen_random_uuid();
begin
  return case when chat_private.keep_code(issue_reset_token.email, 'reset_password',
                                          chat_private.hash_token(v_token::text), interval '1 hour') then v_token end;
end;
$$;
grant execute on function chat.issue_reset_token(text) to service_role;

-- What whoever registered somebody else's address left behind to come back with, or to keep the owner out: accounts of
-- providers with another address, and second factors.
-- Definer: Auth's tables belong to Auth.
create function chat_private.forget_unproven(user_id uuid, proven_at timestamptz) returns void
language sql volatile security definer set search_path = '' as $$
  delete from auth.mfa_factors f where f.user_id = forget_unproven.user_id and f.created_at < proven_at;
  delete from auth.identities i using chat.accounts a
   where i.user_id = forget_unproven.user_id and a.user_id = i.user_id and i.provider <> 'email' and i.created_at < proven_at
     and lower(i.identity_data ->> 'email') is distinct from a.email;
$$;

-- Whoever was in an account before its address was proven leaves, with codes on their way and all that opens it again.
-- Definer: as above.
create function chat_private.evict(user_id uuid) returns void
language sql volatile security definer set search_path = '' as $$
  delete from auth.sessions s where s.user_id = evict.user_id;
  delete from auth.one_time_tokens t where t.user_id = evict.user_id;
  select chat_private.forget_unproven(evict.user_id, 'infinity');
$$;

-- Auth sets the password, so the token is only taken here: it ends with the new password, or is given back when Auth
-- refuses that one.
-- Definer: as above.
create function chat.claim_reset_token(token text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_user_id uuid;
begin
  update chat_private.one_time_codes c set tries = 1
    from chat.accounts a
   where c.purpose = 'reset_password' and c.code_hash = chat_private.hash_token(claim_reset_token.token)
     and c.tries = 0 and c.expires_at > now() and a.user_id = c.user_id and a.email = c.email
  returning c.user_id into v_user_id;
  update chat.accounts a set email_verified_at = now() where a.user_id = v_user_id and a.email_verified_at is null;
  if found then
    perform chat_private.evict(v_user_id);
  else
    -- A code that was mailed has proven the address and left everybody in: the password was not the owner's perhaps.
    perform chat_private.forget_unproven(a.user_id, a.email_verified_at) from chat.accounts a where a.user_id = v_user_id;
  end if;
  return v_user_id;
end;
$$;
grant execute on function chat.claim_reset_token(text) to service_role;

-- Definer: as above.
create function chat.release_reset_token(token text) returns void
language sql security definer set search_path = '' as $$
  update chat_private.one_time_codes c set tries = 0
   where c.purpose = 'reset_password' and c.code_hash = chat_private.hash_token(token);
$$;
grant execute on function chat.release_reset_token(text) to service_role;

-- Whichever way a password changes, a link that waits in some mailbox is worth nothing any more.
-- Definer: Auth knows nothing of chat.
create function chat_private.tg_users__forget_reset() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from chat_private.one_time_codes c where c.user_id = new.id and c.purpose = 'reset_password';
  return null;
end;
$$;
create trigger _400_forget_reset after update of encrypted_password on auth.users
  for each row when (new.encrypted_password is distinct from old.encrypted_password)
  execute function chat_private.tg_users__forget_reset();

comment on table chat_private.one_time_codes is 'The newest code of each person and purpose, until it is used';
comment on column chat_private.one_time_codes.user_id is 'Whose code';
comment on column chat_private.one_time_codes.purpose is 'What it does: verify_email or reset_password';
comment on column chat_private.one_time_codes.email is 'The address it was sent to';
comment on column chat_private.one_time_codes.code_hash is 'bcrypt of the digits, SHA-256 of a token';
comment on column chat_private.one_time_codes.tries is 'Digits: tries so far, at most five; a token: 1 while it is being used';
comment on column chat_private.one_time_codes.expires_at is 'From then on it is worth nothing';
comment on column chat_private.one_time_codes.issued is 'How many codes were made since issued_since: at most ten an hour';
comment on column chat_private.one_time_codes.issued_since is 'When the hour began in which they are counted';
comment on function chat.issue_email_code(text) is
  'For the server only: a fresh code for an address that waits to be verified; null when none does, or after ten in an hour';
comment on function chat.verify_email(text, text) is
  'For the server only: whether this code verified the address; a code ends with its use, five tries, ten minutes or a newer one';
comment on function chat.issue_reset_token(text) is
  'For the server only: a fresh token with which the account of this address gets a new password; null when there is none, or after ten in an hour';
comment on function chat.claim_reset_token(text) is
  'For the server only: whose password this token sets, which counts the address as verified and, when it was not before, shuts out whoever used the account so far; what was added before the proof goes in any case; null for a token that is wrong, used, replaced or over an hour old';
comment on function chat.release_reset_token(text) is
  'For the server only: gives a claimed token back, as Auth has refused the new password';
comment on function chat_private.forget_unproven(uuid, timestamptz) is
  'Takes the second factors and the providers'' accounts with another address that were added before this';
comment on function chat_private.evict(uuid) is
  'Ends an account''s sessions, second factors, providers'' accounts with another address and codes on their way';

-- 15_preferences.sql
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

-- 17_identities.sql
-- Accounts of providers (Google): an address that the provider has verified belongs to whoever has it there, whatever
-- somebody else has done with it here before.

-- Auth trusts every address, because its confirmations are off, and would hand an account to whoever claims its address
-- at the provider without proof. The refusal reaches clients as a bare 500; our HTTP API refuses it before.
-- Definer: runs as supabase_auth_admin, which knows nothing of chat.
create function chat_private.tg_identities__require_proof() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from auth.identities i
               join auth.users u on u.id = i.user_id
              where i.user_id = new.user_id and lower(u.email) = lower(new.identity_data ->> 'email')) then
    raise exception 'unable to link an account; the provider has not verified its address' using errcode = 'restrict_violation';
  end if;
  return new;
end;
$$;
create trigger _100_require_proof before insert on auth.identities
  for each row when (new.provider not in ('email', 'phone') and (new.identity_data ->> 'email_verified') is distinct from 'true')
  execute function chat_private.tg_identities__require_proof();

-- Nor may an account whose address is not proven get another one's: whoever registered somebody else's address would
-- come back by it.
-- Definer: as above.
create function chat_private.tg_identities__require_own_address() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from chat.accounts a
              where a.user_id = new.user_id and a.email_verified_at is null
                and a.email <> coalesce(lower(new.identity_data ->> 'email'), '')) then
    raise exception 'unable to link an account; verify the address of this one first' using errcode = 'restrict_violation';
  end if;
  return new;
end;
$$;
create trigger _110_require_own_address before insert on auth.identities
  for each row when (new.provider not in ('email', 'phone'))
  execute function chat_private.tg_identities__require_own_address();

-- Definer: as above. The address counts as verified; whoever registered it without proof loses the account.
create function chat_private.tg_identities__prove_address() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.accounts a set email_verified_at = now()
   where a.user_id = new.user_id and a.email = lower(new.identity_data ->> 'email') and a.email_verified_at is null;
  if found then
    perform chat_private.evict(new.user_id);
    update auth.users u set encrypted_password = null where u.id = new.user_id and u.encrypted_password is not null;
    update chat.profiles p set name = coalesce(chat_private.clean_name(new.identity_data ->> 'name'), p.name)
     where p.id = new.user_id;
  end if;
  return null;
end;
$$;
create trigger _200_prove_address after insert on auth.identities
  for each row when (new.provider not in ('email', 'phone') and new.identity_data ->> 'email_verified' = 'true')
  execute function chat_private.tg_identities__prove_address();

-- Name and picture of the provider fill what the profile has not, and follow changes there until the person chooses here.
-- Definer: as above. It never refuses, or Auth would answer with a bare 500.
create function chat_private.tg_identities__follow_profile() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_before jsonb := case tg_op when 'UPDATE' then old.identity_data else '{}' end;
  v_name text := chat_private.clean_name(new.identity_data ->> 'name');
  v_picture text := new.identity_data ->> 'picture';
begin
  update chat.profiles p
     set name = case when p.name = chat_private.clean_name(v_before ->> 'name') then coalesce(v_name, p.name) else p.name end,
         avatar_url = case when (p.avatar_url is null or p.avatar_url = v_before ->> 'picture')
                                and chat_private.is_web_address(v_picture) then v_picture else p.avatar_url end
   where p.id = new.user_id;
  return null;
end;
$$;
create trigger _300_follow_profile after insert on auth.identities
  for each row when (new.provider not in ('email', 'phone')) execute function chat_private.tg_identities__follow_profile();
create trigger _300_follow_profile_change after update of identity_data on auth.identities
  for each row when (new.provider not in ('email', 'phone') and new.identity_data is distinct from old.identity_data)
  execute function chat_private.tg_identities__follow_profile();

-- 20_channels.sql
-- Channels and who belongs to them: membership decides who sees a channel and everything in it.

create table chat.channels (
  id uuid primary key default chat_private.uuid_v7(),
  kind text not null constraint channels_kind_known check (kind in ('public', 'private', 'group', 'dm')),
  slug text
    constraint channels_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 80),
  name text constraint channels_name_form check (name is not distinct from chat_private.clean_name(name)),
  description text not null default ''
    constraint channels_description_length check (char_length(description) <= 500),
  is_open boolean not null default false constraint channels_open_is_public check (not is_open or kind = 'public'),
  custom jsonb not null default '{}' constraint channels_custom_form check (chat_private.is_custom(custom)),
  dm_key text,
  epoch integer not null default 0,
  created_by uuid references chat.profiles on delete set null,
  founder_id uuid default auth.uid() references chat.profiles on delete set null,
  created_at timestamptz not null default now(),
  archived_at timestamptz,
  deleted_at timestamptz,
  constraint channels_dm_key_unique unique (dm_key),
  constraint channels_dm_has_key check ((kind = 'dm') = (dm_key is not null)),
  constraint channels_slug_or_people check ((kind in ('public', 'private')) = (slug is not null))
);
create index channels_created_by_idx on chat.channels (created_by);
create index channels_founder_id_idx on chat.channels (founder_id);
-- A deleted channel gives its slug free.
create unique index channels_slug_unique on chat.channels (slug) where deleted_at is null;
-- Serves the list of public channels.
create index channels_public_idx on chat.channels (slug) where kind = 'public' and deleted_at is null;
-- Serves the list of open channels, newest first.
create index channels_open_idx on chat.channels (id) where is_open and deleted_at is null;

create table chat.channel_members (
  channel_id uuid not null references chat.channels on delete cascade,
  user_id uuid not null references chat.profiles on delete cascade,
  role text not null default 'member' constraint channel_members_role_known check (role in ('admin', 'member')),
  joined_at timestamptz not null default now(),
  primary key (channel_id, user_id),
  constraint channel_members_account_fkey foreign key (user_id) references chat.accounts on delete cascade
);
create index channel_members_user_id_idx on chat.channel_members (user_id, channel_id);
-- Serves the question who becomes admin when the last one is gone, and the list of admins.
create index channel_members_role_idx on chat.channel_members (channel_id, role, joined_at);

-- Apart from channels and narrow, because every message updates it: a heap-only update of one small row.
create table chat.channel_counters (
  channel_id uuid primary key references chat.channels on delete cascade,
  last_seq bigint not null default 0,
  last_change bigint not null default 0,
  last_rank bigint not null default 0,
  last_message_at timestamptz,
  member_count integer not null default 0
) with (fillfactor = 50);

alter table chat.channels enable row level security;
alter table chat.channel_members enable row level security;
alter table chat.channel_counters enable row level security;

-- Definer: channel_members is under RLS itself; a policy reading it directly would recurse.
create function chat_private.my_channel_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select channel_id from chat.channel_members where user_id = (select auth.uid());
$$;
grant execute on function chat_private.my_channel_ids() to authenticated;

grant select on chat.channels, chat.channel_members, chat.channel_counters to authenticated;

create policy select_visible on chat.channels for select to authenticated
  using ((kind = 'public' and deleted_at is null) or id in (select chat_private.my_channel_ids()));
create policy select_member on chat.channel_members for select to authenticated
  using (channel_id in (select chat_private.my_channel_ids()));
create policy select_member on chat.channel_counters for select to authenticated
  using (channel_id in (select chat_private.my_channel_ids()));

-- Definer: counters are written by nobody but these triggers.
create function chat_private.tg_channels__create_counter() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat.channel_counters (channel_id) values (new.id);
  return null;
end;
$$;
create trigger _100_create_counter after insert on chat.channels
  for each row execute function chat_private.tg_channels__create_counter();

-- Definer: as above. What follows from memberships is done once a statement, as thousands of people go with a channel.
create function chat_private.tg_channel_members__count() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.channel_counters n
     set member_count = n.member_count + case tg_op when 'INSERT' then m.total else -m.total end
    from (select changed.channel_id, count(*)::integer as total from changed group by changed.channel_id) m
   where n.channel_id = m.channel_id;
  return null;
end;
$$;
create trigger _100_count after insert on chat.channel_members
  referencing new table as changed for each statement execute function chat_private.tg_channel_members__count();
create trigger _100_count_down after delete on chat.channel_members
  referencing old table as changed for each statement execute function chat_private.tg_channel_members__count();

-- A member's row is that person in that channel for good, also when it is edited by hand.
create function chat_private.tg_channel_members__keep_identity() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform chat_private.fail('forbidden', 403, 'unable to change the membership; remove it and add another');
  return null;
end;
$$;
create trigger _050_keep_identity before update of channel_id, user_id on chat.channel_members
  for each row when (new.channel_id <> old.channel_id or new.user_id <> old.user_id)
  execute function chat_private.tg_channel_members__keep_identity();

-- Counters follow from messages and members; an edit by hand would tear numbers and messages apart.
create function chat_private.tg_channel_counters__protect() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform chat_private.fail('forbidden', 403, 'unable to change the counters; they follow from messages and members');
  return null;
end;
$$;
create trigger _050_protect before update on chat.channel_counters
  for each row when (pg_trigger_depth() = 0 and (new.last_seq <> old.last_seq or new.last_change <> old.last_change
    or new.last_rank <> old.last_rank or new.member_count <> old.member_count or new.channel_id <> old.channel_id))
  execute function chat_private.tg_channel_counters__protect();

-- Realtime caches who may hear a topic until the token changes, so a departure moves the channel to a new topic; but
-- not when somebody leaves a public channel, which they may hear again whenever they like. A deleted channel moves once,
-- and the channels of a deleted account have moved before its memberships go.
-- Definer: channels are written by functions only.
create function chat_private.tg_channel_members__raise_epoch() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.channels c set epoch = c.epoch + 1
   where c.id in (select m.channel_id from removed m) and c.deleted_at is null
     and exists (select from removed m join chat.profiles p on p.id = m.user_id and p.deleted_at is null
                  where m.channel_id = c.id and (c.kind <> 'public' or m.user_id is distinct from (select auth.uid())));
  return null;
end;
$$;
create trigger _200_raise_epoch after delete on chat.channel_members
  referencing old table as removed for each statement execute function chat_private.tg_channel_members__raise_epoch();

-- Definer: roles are written by functions only. A channel with members has an admin: when the last one goes,
-- the longest-standing member takes over.
create function chat_private.tg_channel_members__keep_admin() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_channel uuid;
begin
  for v_channel in select distinct m.channel_id from old_members m where m.role = 'admin' order by m.channel_id loop
    -- Two last admins may go at once: the second waits here and sees that the first is gone.
    perform from chat.channel_counters n where n.channel_id = v_channel for no key update;
    if not exists (select from chat.channel_members m where m.channel_id = v_channel and m.role = 'admin') then
      update chat.channel_members m set role = 'admin'
        from chat.channels c
       where c.id = v_channel and c.kind <> 'dm' and m.channel_id = v_channel
         and m.user_id = (select o.user_id from chat.channel_members o where o.channel_id = v_channel
                           order by o.joined_at, o.user_id limit 1);
    end if;
  end loop;
  return null;
end;
$$;
create trigger _300_keep_admin after delete on chat.channel_members
  referencing old table as old_members for each statement execute function chat_private.tg_channel_members__keep_admin();
create trigger _300_keep_admin_on_update after update on chat.channel_members
  referencing old table as old_members for each statement execute function chat_private.tg_channel_members__keep_admin();

comment on table chat.channels is 'A place to talk: public, private, a group, or the direct messages of two people';
comment on column chat.channels.id is 'A UUIDv7';
comment on column chat.channels.kind is 'public: everyone signed in may find and join it; private: by invitation; group: people without a slug, each may invite; dm: two people, for good';
comment on column chat.channels.slug is 'Unique name for addresses among channels that are not deleted, a-z, 0-9 and dashes; null for group and dm';
comment on column chat.channels.name is 'Name as shown, when it differs from the slug or the people''s names';
comment on column chat.channels.is_open is 'Whether anybody reads it, also without an account; only of public ones';
comment on column chat.channels.description is 'What the channel is for, at most 500 characters';
comment on column chat.channels.custom is 'The app''s own data: an object of at most 16 KB';
comment on column chat.channels.dm_key is 'Both user ids, smaller first: one dm per pair';
comment on column chat.channels.epoch is 'Part of the channel''s Realtime topics; rises when somebody must hear nothing more';
comment on column chat.channels.created_by is 'Who owns it, at first whoever made it: may delete it and give roles, and cannot leave before somebody else owns it';
comment on column chat.channels.founder_id is 'Who made it, whoever owns it now; null when it was made by hand';
comment on column chat.channels.created_at is 'When it was made';
comment on column chat.channels.archived_at is 'Since when it can only be read; null while it can be written';
comment on column chat.channels.deleted_at is 'When it was deleted: it has no members then, and nobody finds it';
comment on table chat.channel_members is 'Who is in a channel and with what role; what a member keeps to themself is in channel_states';
comment on column chat.channel_members.channel_id is 'The channel';
comment on column chat.channel_members.user_id is 'The person';
comment on column chat.channel_members.role is 'admin or member of this channel';
comment on column chat.channel_members.joined_at is 'Since when';
comment on table chat.channel_counters is 'One narrow row per channel: the last numbers handed out and the number of members';
comment on column chat.channel_counters.channel_id is 'The channel';
comment on column chat.channel_counters.last_seq is 'seq of the newest message; 0 before the first';
comment on column chat.channel_counters.last_change is 'Number of the newest change to an existing message; 0 before the first';
comment on column chat.channel_counters.last_rank is 'How many messages so far count as unread for others: written by people and shown in the channel';
comment on column chat.channel_counters.last_message_at is 'When something was last shown in the channel';
comment on column chat.channel_counters.member_count is 'How many people are in it';
comment on policy select_visible on chat.channels is 'Public channels and the ones the caller is in';
comment on policy select_member on chat.channel_members is 'Members see who else is in their channels';
comment on policy select_member on chat.channel_counters is 'Members see the counters of their channels';

-- 22_rights.sql
-- What a member may do in a channel: one table of rights, asked by every verb and shown to clients.

-- The rights that come with this role in a channel of this kind and state. The two of a dm are equals.
create function chat_private.rights_of(kind text, role text, is_creator boolean, has_creator boolean,
                                       is_archived boolean, is_blocked boolean) returns text[]
language plpgsql immutable set search_path = '' as $$
declare
  v_is_open boolean := not is_archived and not is_blocked;
  v_is_admin boolean := role = 'admin' and kind <> 'dm';
begin
  return array_remove(array[
    case when v_is_open then 'send_message' end,
    case when v_is_open then 'reply' end,
    case when v_is_open then 'react' end,
    case when v_is_open then 'upload_file' end,
    case when v_is_open and kind <> 'dm' then 'mention_everyone' end,
    case when v_is_open and (v_is_admin or kind in ('group', 'dm')) then 'pin' end,
    case when v_is_open and (v_is_admin or kind = 'group') then 'invite' end,
    case when v_is_open and (v_is_admin or kind = 'group') then 'update_channel' end,
    case when v_is_admin then 'remove_member' end,
    case when v_is_admin then 'ban_member' end,
    case when v_is_admin then 'delete_any_message' end,
    case when v_is_admin and kind <> 'group' then 'archive' end,
    case when kind <> 'dm' and (is_creator or (not has_creator and v_is_admin)) then 'set_role' end,
    case when kind <> 'dm' and (is_creator or (not has_creator and v_is_admin)) then 'delete_channel' end,
    case when kind = 'group' or (kind <> 'dm' and not is_creator) then 'leave' end
  ], null);
end;
$$;
grant execute on function chat_private.rights_of(text, text, boolean, boolean, boolean, boolean) to authenticated;

-- The other person of a dm; oneself in notes to self.
create function chat_private.dm_partner(dm_key text, user_id uuid) returns uuid
language sql immutable set search_path = '' as $$
  select (case split_part(dm_key, ':', 1) when user_id::text then split_part(dm_key, ':', 2)
          else split_part(dm_key, ':', 1) end)::uuid;
$$;
grant execute on function chat_private.dm_partner(text, uuid) to authenticated;

-- Refuses with not found when the caller may not know that the channel exists.
create function chat_private.refuse_stranger(channel_id uuid, operation text) returns void
language plpgsql stable set search_path = '' as $$
begin
  if exists (select from chat.channels c
              where c.id = refuse_stranger.channel_id and c.kind = 'public' and c.deleted_at is null) then
    perform chat_private.fail('not_a_member', 403, format('unable to %s; join the channel first', operation));
  end if;
  perform chat_private.fail('channel_not_found', 404,
    format('unable to %s; the channel does not exist or is not visible to you', operation));
end;
$$;
grant execute on function chat_private.refuse_stranger(uuid, text) to authenticated;

-- The caller's role in a channel; refuses strangers. Says so itself instead of leaving it to row-level security,
-- because definer functions call it too.
create function chat_private.require_member(channel_id uuid, operation text) returns text
language plpgsql stable set search_path = '' as $$
declare
  v_role text;
begin
  select m.role into v_role from chat.channel_members m
   where m.channel_id = require_member.channel_id and m.user_id = (select auth.uid());
  if not found then
    perform chat_private.refuse_stranger(require_member.channel_id, operation);
  end if;
  return v_role;
end;
$$;
grant execute on function chat_private.require_member(uuid, text) to authenticated;

-- Refuses strangers too, and nobody loses the membership before what refers to it is stored.
create function chat_private.hold_member(channel_id uuid, operation text) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform from chat.channel_members m
    where m.channel_id = hold_member.channel_id and m.user_id = (select auth.uid()) for key share;
  if not found then
    perform chat_private.refuse_stranger(hold_member.channel_id, operation);
  end if;
end;
$$;

-- The channel, when the caller has this right in it; refuses otherwise. Platform admins may in the channels they are in
-- what their owners may, but for giving roles. Definer: asks for who blocked whom, which neither side may read.
create function chat_private.require_right(channel_id uuid, "right" text, operation text) returns chat.channels
language plpgsql stable security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_channel chat.channels;
  v_role text;
  v_is_blocked boolean := false;
begin
  select m.role into v_role from chat.channel_members m
   where m.channel_id = require_right.channel_id and m.user_id = v_me;
  if not found then
    perform chat_private.refuse_stranger(require_right.channel_id, operation);
  end if;
  select * into v_channel from chat.channels c where c.id = require_right.channel_id;
  if v_channel.kind = 'dm' then
    v_is_blocked := chat_private.is_blocked_pair(v_me, chat_private.dm_partner(v_channel.dm_key, v_me));
  end if;
  if "right" = any (chat_private.rights_of(v_channel.kind, v_role, v_channel.created_by is not distinct from v_me,
                                           v_channel.created_by is not null, v_channel.archived_at is not null, v_is_blocked))
     or (v_channel.kind <> 'dm' and "right" not in ('leave', 'set_role') and chat_private.is_platform_admin()
         and "right" = any (chat_private.rights_of(v_channel.kind, 'admin', true, true, v_channel.archived_at is not null, false))) then
    return v_channel;
  elsif v_channel.archived_at is not null then
    perform chat_private.fail('channel_archived', 403, format('unable to %s; the channel is archived', operation));
  elsif v_is_blocked then
    perform chat_private.fail('user_blocked', 403, format('unable to %s; one of you has blocked the other', operation));
  elsif "right" = 'leave' and v_channel.kind = 'dm' then
    perform chat_private.fail('dm_is_permanent', 403, 'unable to leave; direct messages always keep both people');
  elsif "right" = 'leave' then
    perform chat_private.fail('creator_cannot_leave', 403, 'unable to leave; make somebody else the owner of the channel first');
  elsif "right" = 'update_channel' and v_channel.kind = 'dm' then
    perform chat_private.fail('dm_is_permanent', 403, format('unable to %s; direct messages have no name of their own', operation));
  elsif v_channel.kind = 'dm' then
    perform chat_private.fail('dm_is_permanent', 403, format('unable to %s; direct messages always keep both people', operation));
  elsif v_role = 'admin' then
    perform chat_private.fail('not_the_creator', 403, format('unable to %s; only the owner of the channel may', operation));
  end if;
  perform chat_private.fail('not_a_channel_admin', 403, format('unable to %s; only admins of the channel may', operation));
end;
$$;
grant execute on function chat_private.require_right(uuid, text, text) to authenticated;

comment on function chat_private.hold_member(uuid, text) is 'Refuses strangers, and keeps the caller a member until the transaction ends';
comment on function chat_private.rights_of(text, text, boolean, boolean, boolean, boolean) is
  'The table of rights: which come with which role in which channel';
comment on function chat_private.require_right(uuid, text, text) is
  'The channel, when the caller has the right in it. Errors: channel_not_found, not_a_member, channel_archived, user_blocked, not_a_channel_admin, not_the_creator, dm_is_permanent, creator_cannot_leave';

-- 23_tell.sql
-- How the database speaks on Realtime: to one person, to a channel, to everyone; nobody else sends for it.

-- An announcement is worth less than what it announces: when Realtime's table takes nothing (on a fresh project it has
-- no partition before the first listener), what was done stays done, and clients find it by its numbers.
-- Definer: owned by postgres, which Realtime lets send; a member may not.
create function chat_private.tell(topic text, event text, payload jsonb) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into realtime.messages (topic, event, payload, private, extension)
  values (tell.topic, tell.event, tell.payload, true, 'broadcast');
exception when others then
  raise warning '% was not announced on %: %', tell.event, tell.topic, sqlerrm;
end;
$$;

-- Definer: as above. Somebody suspended hears nothing, also on a socket that is still open.
create function chat_private.tell_user(user_id uuid, event text, payload jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  select chat_private.tell('user:' || a.user_id, tell_user.event, tell_user.payload)
    from chat.accounts a where a.user_id = tell_user.user_id and a.suspended_at is null;
$$;

-- Definer: as above.
create function chat_private.tell_channel(channel_id uuid, event text, payload jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  select chat_private.tell('channel:' || c.id || ':' || c.epoch, tell_channel.event, tell_channel.payload)
    from chat.channels c where c.id = tell_channel.channel_id;
$$;

-- What everyone hears has an epoch as channels have: it rises when somebody is shut out, who may have joined the topic
-- and whom Realtime would let listen until their token ends.
create table chat_private.presence_epoch (
  is_only boolean primary key default true constraint presence_epoch_one_row check (is_only),
  epoch integer not null default 0
);
alter table chat_private.presence_epoch enable row level security;
insert into chat_private.presence_epoch default values;

-- Definer: the table belongs to nobody.
create function chat_private.presence_topic() returns text
language sql stable security definer set search_path = '' as $$
  select 'presence:' || e.epoch from chat_private.presence_epoch e;
$$;
grant execute on function chat_private.presence_topic() to authenticated;

-- Definer: as above.
create function chat_private.tell_everyone(event text, payload jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  select chat_private.tell(chat_private.presence_topic(), event, payload);
$$;

-- Definer: as above. Said on the topic that ends. Clients spread their joins, because Realtime takes few at once.
create function chat_private.move_presence() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_epoch integer;
begin
  update chat_private.presence_epoch e set epoch = e.epoch + 1 returning e.epoch into v_epoch;
  perform chat_private.tell('presence:' || v_epoch - 1, 'presence:moved', jsonb_build_object('topic', 'presence:' || v_epoch));
end;
$$;

create function chat.get_presence_topic() returns text
language sql stable set search_path = '' as $$
  select chat_private.presence_topic();
$$;
grant execute on function chat.get_presence_topic() to authenticated;

comment on function chat_private.tell(text, text, jsonb) is 'Says something on a Realtime topic; never fails';
comment on function chat_private.tell_user(uuid, text, jsonb) is 'Says something on a person''s own topic';
comment on function chat_private.tell_channel(uuid, text, jsonb) is 'Says something to who has the channel open';
comment on table chat_private.presence_epoch is 'One row: which topic everyone signed in hears';
comment on column chat_private.presence_epoch.is_only is 'True: there is one row';
comment on column chat_private.presence_epoch.epoch is 'Rises when somebody must hear nothing more';
comment on function chat_private.presence_topic() is 'The topic that everyone signed in hears at present';
comment on function chat_private.tell_everyone(text, jsonb) is 'Says something to everyone signed in';
comment on function chat_private.move_presence() is 'Moves what everyone hears to a new topic';
comment on function chat.get_presence_topic() is
  'The Realtime topic of presence:changed and user:updated; presence:moved on it brings the next one''s name, to be joined after a random while';

-- 24_states.sql
-- What members keep to themselves about a channel: how far they have read, and whether it is pinned, muted, hidden.

create table chat.channel_states (
  channel_id uuid not null,
  user_id uuid not null,
  last_read_seq bigint not null default 0,
  last_read_rank bigint not null default 0,
  last_delivered_seq bigint not null default 0,
  pinned_at timestamptz,
  muted_until timestamptz,
  hidden_at timestamptz,
  notify_level text constraint channel_states_notify_level_known check (notify_level in ('all', 'mentions', 'nothing')),
  primary key (channel_id, user_id),
  constraint channel_states_member_fkey foreign key (channel_id, user_id)
    references chat.channel_members (channel_id, user_id) on delete cascade
) with (fillfactor = 80);
create index channel_states_user_id_idx on chat.channel_states (user_id, channel_id);

alter table chat.channel_states enable row level security;

grant select on chat.channel_states to authenticated;
create policy select_self on chat.channel_states for select to authenticated using (user_id = (select auth.uid()));

-- A joining member starts with nothing unread: what was said before is history.
-- Definer: states are written by functions only.
create function chat_private.tg_channel_members__create_state() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat.channel_states (channel_id, user_id, last_read_seq, last_read_rank, last_delivered_seq)
  select m.channel_id, m.user_id, n.last_seq, n.last_rank, n.last_seq
    from added m join chat.channel_counters n on n.channel_id = m.channel_id;
  return null;
end;
$$;
create trigger _150_create_state after insert on chat.channel_members
  referencing new table as added for each statement execute function chat_private.tg_channel_members__create_state();

-- Definer: as above.
create function chat.set_channel_state(channel_id uuid, is_pinned boolean default null, is_muted boolean default null,
                                       muted_until timestamptz default null, is_hidden boolean default null,
                                       notify_level text default null)
returns setof chat.channel_states rows 1
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_member(set_channel_state.channel_id, 'set what the channel is to you');
  if set_channel_state.notify_level not in ('all', 'mentions', 'nothing', 'default') then
    perform chat_private.fail('invalid_notify_level', 400,
      'unable to set what the channel is to you; its level is all, mentions, nothing or default');
  end if;
  perform chat_private.check_time(set_channel_state.muted_until, 'set what the channel is to you');
  return query update chat.channel_states s
    set pinned_at = case is_pinned when true then coalesce(s.pinned_at, now()) when false then null else s.pinned_at end,
        muted_until = case is_muted when true then coalesce(set_channel_state.muted_until, 'infinity')
                                    when false then null else coalesce(set_channel_state.muted_until, s.muted_until) end,
        hidden_at = case is_hidden when true then now() when false then null else s.hidden_at end,
        notify_level = case when set_channel_state.notify_level is null then s.notify_level
                            else nullif(set_channel_state.notify_level, 'default') end
    where s.channel_id = set_channel_state.channel_id and s.user_id = (select auth.uid())
    returning s.*;
end;
$$;
grant execute on function chat.set_channel_state(uuid, boolean, boolean, timestamptz, boolean, text) to authenticated;

comment on table chat.channel_states is 'What a channel is to one of its members; seen by that member only';
comment on column chat.channel_states.channel_id is 'The channel';
comment on column chat.channel_states.user_id is 'The member';
comment on column chat.channel_states.last_read_seq is 'Everything up to this seq is read';
comment on column chat.channel_states.last_read_rank is 'rank of the message at last_read_seq; follows by itself';
comment on column chat.channel_states.last_delivered_seq is 'Everything up to this seq has reached a device';
comment on column chat.channel_states.pinned_at is 'Since when it stands at the top of the member''s list; null for not';
comment on column chat.channel_states.muted_until is 'Until when it makes no noise, infinity for good; null or past for not';
comment on column chat.channel_states.hidden_at is 'When the member put it out of sight; something new shows it again';
comment on column chat.channel_states.notify_level is 'all, mentions or nothing; null for the member''s general level';
comment on policy select_self on chat.channel_states is 'A member sees their own state only';
comment on function chat.set_channel_state(uuid, boolean, boolean, timestamptz, boolean, text) is
  'Pins, mutes (until a time or for good), hides a channel or sets its level of notifications for the caller; null leaves a thing as it is. Errors: channel_not_found, not_a_member, invalid_notify_level, invalid_time';

-- 25_worker.sql
-- How the database wakes the worker: rows say what is to be done, a job only says that there may be something to do.

-- Without a worker, or before it first ran, its schema is not there: the rows wait, and it finds them when it starts.
-- Definer: the queue belongs to the role that the worker connects as, which is the one that owns this function.
create function chat_private.wake_worker(task text, at timestamptz default null) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if to_regnamespace('graphile_worker') is not null then
    perform graphile_worker.add_job(wake_worker.task, run_at => coalesce(wake_worker.at, now()), max_attempts => 1);
  end if;
exception when others then
  -- What is to be done is worth more than that it is done at once.
  raise warning 'the worker was not woken for %: %', wake_worker.task, sqlerrm;
end;
$$;

comment on function chat_private.wake_worker(text, timestamptz) is
  'Has the worker run one of its tasks, now or at a time; no effect where no worker has ever run';

-- 30_messages.sql
-- Messages: each channel numbers its own 1, 2, 3 … and every change to them as well, so that a client sees what it missed.

-- Whoever changes messages takes the channel's counter first and the rows after it, or two would wait for each other.

create table chat.messages (
  -- The counter and not the channel: a send holds that row anyway, while locks of many senders on the channel's
  -- own row would have to be merged.
  channel_id uuid not null references chat.channel_counters on delete cascade,
  seq bigint not null,
  id uuid not null default chat_private.uuid_v7(),
  author_id uuid default auth.uid() references chat.profiles on delete set null,
  kind text not null default 'user' constraint messages_kind_known check (kind in ('user', 'system')),
  body text not null default '' constraint messages_body_length check (char_length(body) <= 40000),
  custom jsonb not null default '{}' constraint messages_custom_form check (custom = '{}' or chat_private.is_custom(custom)),
  created_at timestamptz not null default now(),
  parent_seq bigint,
  in_channel boolean not null default true,
  change bigint not null default 0,
  edited_at timestamptz,
  deleted_at timestamptz,
  deleted_by uuid references chat.profiles on delete set null,
  reply_count integer not null default 0,
  last_reply_at timestamptz,
  reply_user_ids uuid[] not null default '{}',
  reaction_counts jsonb not null default '{}',
  pinned_at timestamptz,
  pinned_by uuid references chat.profiles on delete set null,
  mention_ids uuid[] not null default '{}',
  mentions_everyone text constraint messages_mentions_everyone_known check (mentions_everyone in ('here', 'channel')),
  file_ids uuid[] not null default '{}',
  files jsonb not null default '[]',
  link_preview jsonb,
  rank bigint not null default 0,
  author_rank bigint not null default 0,
  reply_rank integer not null default 0,
  reply_total integer not null default 0,
  primary key (channel_id, seq),
  constraint messages_id_unique unique (id),
  constraint messages_parent_fkey foreign key (channel_id, parent_seq) references chat.messages (channel_id, seq) on delete cascade,
  constraint messages_not_empty check (
    btrim(body, E' \t\r\n') <> '' or cardinality(file_ids) > 0 or deleted_at is not null)
) with (fillfactor = 90);
-- Serves own messages around a read marker (unread counts) and the messages of one person.
create index messages_author_idx on chat.messages (author_id, channel_id, seq);
create index messages_parent_idx on chat.messages (channel_id, parent_seq, seq) where parent_seq is not null;
create index messages_change_idx on chat.messages (channel_id, change) where change > 0;
create index messages_pinned_idx on chat.messages (channel_id, pinned_at desc) where pinned_at is not null;
-- Serves unread counts, which leave deleted messages out.
create index messages_deleted_idx on chat.messages (channel_id, seq) where deleted_at is not null;
create index messages_everyone_idx on chat.messages (channel_id, seq) where mentions_everyone = 'channel';
-- Serves a page of the channel, however many replies its threads have.
create index messages_in_channel_idx on chat.messages (channel_id, seq) where in_channel;
create index messages_deleted_by_idx on chat.messages (deleted_by) where deleted_by is not null;
create index messages_pinned_by_idx on chat.messages (pinned_by) where pinned_by is not null;

create table chat.message_edits (
  channel_id uuid not null,
  seq bigint not null,
  change bigint not null,
  body text not null,
  custom jsonb not null,
  files jsonb not null,
  written_at timestamptz not null,
  replaced_by uuid references chat.profiles on delete set null,
  primary key (channel_id, seq, change),
  constraint message_edits_message_fkey foreign key (channel_id, seq) references chat.messages (channel_id, seq) on delete cascade
);
-- Serves what was rewritten since a change.
create index message_edits_change_idx on chat.message_edits (channel_id, change);
create index message_edits_replaced_by_idx on chat.message_edits (replaced_by) where replaced_by is not null;

create table chat.mentions (
  user_id uuid not null references chat.accounts on delete cascade,
  channel_id uuid not null,
  seq bigint not null,
  primary key (user_id, channel_id, seq),
  constraint mentions_message_fkey foreign key (channel_id, seq) references chat.messages (channel_id, seq) on delete cascade
);
create index mentions_message_idx on chat.mentions (channel_id, seq);

alter table chat.messages enable row level security;
alter table chat.message_edits enable row level security;
alter table chat.mentions enable row level security;

-- Definer: channels of others are hidden from platform admins too, who read the history of all.
create function chat_private.my_history_channel_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select m.channel_id from chat.channel_members m where m.user_id = (select auth.uid())
  union
  select n.channel_id from chat.channel_counters n where (select chat_private.is_platform_admin());
$$;
grant execute on function chat_private.my_history_channel_ids() to authenticated;

grant select on chat.messages, chat.message_edits, chat.mentions to authenticated;

create policy select_member on chat.messages for select to authenticated
  using (channel_id in (select chat_private.my_channel_ids()));
-- An array, and not a set to be in, so that the index finds the rows: nobody narrows this table down for strangers.
create policy select_member_or_admin on chat.message_edits for select to authenticated
  using (channel_id = any (array(select chat_private.my_history_channel_ids()))
         and ((select chat_private.is_platform_admin())
              or exists (select from chat.messages m where m.channel_id = message_edits.channel_id
                          and m.seq = message_edits.seq and m.deleted_at is null)));
create policy select_self on chat.mentions for select to authenticated using (user_id = (select auth.uid()));

-- Definer: the counter belongs to nobody. Counts one more change in a channel and keeps its counter locked.
create function chat_private.next_change(channel_id uuid) returns bigint
language sql volatile security definer set search_path = '' as $$
  update chat.channel_counters n set last_change = n.last_change + 1
   where n.channel_id = next_change.channel_id returning n.last_change;
$$;

-- Definer: as above. Everything that changes messages of a channel goes one after the other.
create function chat_private.lock_channel(channel_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform from chat.channel_counters n where n.channel_id = lock_channel.channel_id for no key update;
end;
$$;

-- The channel, when the caller has this right in it, asked again once everybody who wrote before has finished: nobody
-- acts with a right that was taken from them meanwhile. Strangers lock nothing.
-- Definer: as above.
create function chat_private.take_right(channel_id uuid, "right" text, operation text) returns chat.channels
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform chat_private.require_member(take_right.channel_id, operation);
  perform chat_private.lock_channel(take_right.channel_id);
  return chat_private.require_right(take_right.channel_id, take_right."right", operation);
end;
$$;

-- What the mentions of a text may mean, in lower case: of the line behind each @ every beginning that does not end within
-- a word. Behind a word the @ belongs to an address such as ada@example.com. Lines end with the next @ or where the
-- longest name would, so that all of them together are no longer than the text.
create function chat_private.mention_candidates(body text) returns table (line text, name text)
language plpgsql immutable set search_path = '' as $$
begin
  return query
  with lines as (
    select distinct left(split_part(p.part, E'\n', 1), 83) as line
      from (select n, part, lag(part) over (order by n) as before
              from string_to_table(lower(body), '@') with ordinality s (part, n)) p
     where case when p.before = '' then p.n = 2 else right(p.before, 1) !~ '[[:alnum:]_/.]' end
  )
  select l.line, left(l.line, i) from lines l, generate_series(1, least(char_length(l.line), 82)) i
   where substr(l.line, i, 3) !~ '^([[:alnum:]][._-]?|[._-])[[:alnum:]]';
end;
$$;

-- Whom a text means: members by @username, @Full Name, @[Full Name], @id and @<id>, and everybody by @here or @channel;
-- of those that fit behind an @ whoever has the longest name.
create function chat_private.find_mentions(channel_id uuid, body text, out user_ids uuid[], out everyone text)
language plpgsql stable set search_path = '' as $$
declare
  v_lines text[];
  v_names text[];
begin
  user_ids := '{}';
  if strpos(body, '@') = 0 then
    return;
  end if;
  select array_agg(c.line), array_agg(c.name) into v_lines, v_names from chat_private.mention_candidates(body) c;
  with named as (
    -- People by their indexes first …
    select p.id, p.username as name, 1 as preference from chat.profiles p where p.username = any (v_names)
    union all
    select p.id, lower(p.name), 2 from chat.profiles p where lower(p.name) = any (v_names) and p.deleted_at is null
    union all
    select p.id, '[' || lower(p.name) || ']', 2 from chat.profiles p
     where lower(p.name) = any (array(select substr(n, 2, char_length(n) - 2) from unnest(v_names) n where n like '[%]'))
       and p.deleted_at is null
    union all
    select distinct ltrim(n, '<')::uuid, n, 1 from unnest(v_names) n
     where char_length(n) in (36, 37) and n ~ '^<?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
  ), known as materialized (
    -- … and then each by the membership: a channel has any number (offset 0 keeps it so).
    select n.id, n.name, n.preference from named n
     where exists (select from chat.channel_members m where m.channel_id = find_mentions.channel_id and m.user_id = n.id offset 0)
    union all
    select null, n, 0 from unnest(array['channel', 'here']) n
  ), fitting as (
    select k.id, k.name, rank() over (partition by c.line order by char_length(k.name) desc, k.preference) as place
      from unnest(v_lines, v_names) c (line, name) join known k on k.name = c.name
  )
  select coalesce(array_agg(distinct f.id) filter (where f.id is not null), '{}'), min(f.name) filter (where f.id is null)
    into user_ids, everyone from fitting f where f.place = 1;
  if cardinality(user_ids) > 200 then
    perform chat_private.fail('too_many_mentions', 400, 'unable to send message; it mentions more than 200 people');
  end if;
  if everyone = 'here' and (select n.member_count > 1000 from chat.channel_counters n where n.channel_id = find_mentions.channel_id) then
    -- A row for each who is there would cost too much.
    everyone := 'channel';
  end if;
end;
$$;

-- Definer: the counter belongs to nobody. It is taken last, so that its lock spans little more than the commit.
create function chat_private.tg_messages__number() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_counts boolean := new.kind = 'user' and new.in_channel;
  v_is_reply boolean := new.parent_seq is not null;
begin
  update chat.channel_counters n
     set last_seq = last_seq + 1,
         last_rank = last_rank + v_counts::integer,
         last_change = last_change + v_is_reply::integer,
         last_message_at = case when new.in_channel then clock_timestamp() else last_message_at end
   where n.channel_id = new.channel_id
  returning n.last_seq, n.last_rank, case when v_is_reply then n.last_change else 0 end, clock_timestamp()
       into new.seq, new.rank, new.change, new.created_at;
  if exists (select from chat.messages m where m.id = new.id) then
    -- A send repeated, perhaps while the first was still under way: the numbers go back, nothing is inserted.
    update chat.channel_counters n
       set last_seq = last_seq - 1, last_rank = last_rank - v_counts::integer, last_change = last_change - v_is_reply::integer,
           last_message_at = (select m.created_at from chat.messages m
                               where m.channel_id = new.channel_id and m.in_channel order by m.seq desc limit 1)
     where n.channel_id = new.channel_id;
    return null;
  end if;

  new.author_rank := v_counts::integer + coalesce((
    select m.author_rank from chat.messages m
     -- So that only the index of authors serves it, and no further than to this channel (`chat.my_channels`).
     where m.author_id = any (array[new.author_id]) and (m.channel_id, m.seq) between (new.channel_id, 0) and (new.channel_id, new.seq)
     order by m.author_id desc, m.channel_id desc, m.seq desc limit 1), 0);
  if v_is_reply then
    update chat.messages m
       set reply_count = reply_count + 1, reply_total = reply_total + 1, last_reply_at = new.created_at,
           reply_user_ids = (new.author_id || array_remove(m.reply_user_ids, new.author_id))[1:5],
           change = new.change
     where m.channel_id = new.channel_id and m.seq = new.parent_seq and (m.deleted_at is null or m.reply_total > 0)
    returning m.reply_total into new.reply_rank;
    if not found then
      -- A thread outlives its first message, but none begins at an empty place.
      perform chat_private.fail('message_deleted', 409, 'unable to reply; the message has been deleted');
    end if;
  end if;
  new.change := 0;
  return new;
end;
$$;
create trigger _100_number before insert on chat.messages
  for each row execute function chat_private.tg_messages__number();

-- Definer: as above. What holds for every change of a message, whoever makes it: its place and author stay, an
-- edit keeps what it replaces, a deletion leaves an empty place, and each is a numbered change of the channel.
create function chat_private.tg_messages__guard() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_is_deletion boolean := old.deleted_at is null and new.deleted_at is not null;
  v_is_edit boolean := not v_is_deletion and (new.body, new.custom) is distinct from (old.body, old.custom);
begin
  if (new.channel_id, new.seq, new.id, new.kind, new.parent_seq, new.in_channel, new.created_at, new.rank, new.author_rank, new.reply_rank)
     is distinct from
     (old.channel_id, old.seq, old.id, old.kind, old.parent_seq, old.in_channel, old.created_at, old.rank, old.author_rank, old.reply_rank)
     or (new.author_id is distinct from old.author_id and new.author_id is not null) then
    perform chat_private.fail('forbidden', 403, 'unable to change the message; its number, place and author stay as they are');
  elsif old.deleted_at is not null and ((new.body, new.custom, new.files) is distinct from (old.body, old.custom, old.files) or new.deleted_at is null) then
    perform chat_private.fail('message_deleted', 409, 'unable to change the message; it has been deleted');
  end if;
  if v_is_deletion then
    new.body := ''; new.custom := '{}'; new.files := '[]'; new.reaction_counts := '{}';
    new.mention_ids := '{}'; new.mentions_everyone := null; new.pinned_at := null; new.pinned_by := null;
    new.link_preview := null;
  elsif v_is_edit then
    new.edited_at := clock_timestamp();
    if new.body <> old.body then
      select m.user_ids, m.everyone into new.mention_ids, new.mentions_everyone
        from chat_private.find_mentions(new.channel_id, new.body) m;
      if new.mentions_everyone <> old.mentions_everyone and not exists (
           select from unnest(array[old.body, new.body]) as text, chat_private.mention_candidates(text) c where c.name = 'channel') then
        -- Both say @here; only the number of members has changed what this makes of it.
        new.mentions_everyone := old.mentions_everyone;
      end if;
    end if;
  end if;
  if new.change = old.change
     and (v_is_deletion or v_is_edit or (new.pinned_at is null) <> (old.pinned_at is null) or new.files <> old.files
          or new.reaction_counts <> old.reaction_counts or new.reply_count <> old.reply_count
          or new.link_preview is distinct from old.link_preview) then
    new.change := chat_private.next_change(new.channel_id);
  end if;
  if v_is_deletion or v_is_edit then
    insert into chat.message_edits (channel_id, seq, change, body, custom, files, written_at, replaced_by)
    values (old.channel_id, old.seq, new.change, old.body, old.custom, old.files, coalesce(old.edited_at, old.created_at), (select auth.uid()));
  end if;
  return new;
end;
$$;
create trigger _100_guard before update on chat.messages
  for each row execute function chat_private.tg_messages__guard();

-- Definer: mentions and counts are written by nobody else.
create function chat_private.tg_messages__follow() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and (new.deleted_at is not null or new.mentions_everyone is distinct from 'here') then
    delete from chat.mentions x
     where x.channel_id = new.channel_id and x.seq = new.seq and x.user_id <> all (new.mention_ids);
  end if;
  if tg_op = 'INSERT' or new.mention_ids <> old.mention_ids then
    -- Whose account is gone since the text was read is meant no more.
    insert into chat.mentions (user_id, channel_id, seq)
    select p.id, new.channel_id, new.seq from chat.profiles p
     where p.id = any (new.mention_ids) and p.id is distinct from new.author_id
    on conflict do nothing;
  end if;
  return null;
end;
$$;
create trigger _200_follow_mentions after insert on chat.messages
  for each row when (cardinality(new.mention_ids) > 0) execute function chat_private.tg_messages__follow();
create trigger _200_follow after update on chat.messages
  for each row when (new.mention_ids <> old.mention_ids or new.mentions_everyone is distinct from old.mentions_everyone
    or (new.deleted_at is not null and old.deleted_at is null))
  execute function chat_private.tg_messages__follow();

-- After the deletion itself has been announced, so that the two changes are heard in the order of their numbers.
-- Definer: as above.
create function chat_private.tg_messages__uncount_reply() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.messages m set reply_count = m.reply_count - 1
   where m.channel_id = new.channel_id and m.seq = new.parent_seq;
  return null;
end;
$$;
create trigger _950_uncount_reply after update on chat.messages
  for each row when (new.parent_seq is not null and new.deleted_at is not null and old.deleted_at is null)
  execute function chat_private.tg_messages__uncount_reply();

-- A row that goes leaves a hole in the numbers, so rows go only together with their channel.
-- Definer: as above.
create function chat_private.tg_messages__keep() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from chat.channel_counters n where n.channel_id = old.channel_id) then
    perform chat_private.fail('forbidden', 403, 'unable to remove the row of a message; set deleted_at instead');
  end if;
  return old;
end;
$$;
create trigger _100_keep before delete on chat.messages
  for each row execute function chat_private.tg_messages__keep();

-- Definer: nobody writes system messages but the verbs they tell of. Texts of the contracts.
create function chat_private.post_system_message(channel_id uuid, body text, event text, user_ids uuid[] default '{}') returns void
language sql volatile security definer set search_path = '' as $$
  insert into chat.messages (channel_id, kind, author_id, body, custom)
  values (post_system_message.channel_id, 'system', (select auth.uid()), post_system_message.body,
          jsonb_build_object('event', post_system_message.event, 'user_ids', to_jsonb((post_system_message.user_ids)[1:100])));
$$;

comment on table chat.messages is 'Everything said; seq numbers each channel''s messages from 1 without gaps';
comment on column chat.messages.channel_id is 'The channel';
comment on column chat.messages.seq is 'Place in the channel, handed out in the sending transaction';
comment on column chat.messages.id is 'Public id, a UUIDv7 made by the client or the server; sending the same id again is no second message';
comment on column chat.messages.author_id is 'Who wrote it, or did what a system message tells; null once the account is deleted';
comment on column chat.messages.kind is 'user: written by somebody; system: tells what happened in the channel';
comment on column chat.messages.body is 'Text, up to 40,000 characters; empty when there are only files, and once deleted';
comment on column chat.messages.custom is 'The app''s own data: an object of at most 16 KB';
comment on column chat.messages.created_at is 'When it was sent; rises with seq';
comment on column chat.messages.parent_seq is 'The message whose thread it belongs to; null for one of the channel';
comment on column chat.messages.in_channel is 'Whether the channel shows it: everything but replies that were not sent there as well';
comment on column chat.messages.change is 'Number of its last change in the channel; 0 when it never changed';
comment on column chat.messages.edited_at is 'When its text or custom data last changed';
comment on column chat.messages.deleted_at is 'When it was deleted: an empty place remains';
comment on column chat.messages.deleted_by is 'Who deleted it';
comment on column chat.messages.reply_count is 'Replies in its thread that are not deleted';
comment on column chat.messages.last_reply_at is 'When its thread last got a reply';
comment on column chat.messages.reply_user_ids is 'The last up to five who replied, newest first';
comment on column chat.messages.reaction_counts is 'How many people reacted with which emoji: {"👍": 3}';
comment on column chat.messages.pinned_at is 'Since when it is pinned to the channel';
comment on column chat.messages.pinned_by is 'Who pinned it';
comment on column chat.messages.mention_ids is 'The members that its text means by @username, @Full Name, @[Full Name], @id or @<id>: of those that fit the longest';
comment on column chat.messages.mentions_everyone is 'here or channel when its text means everyone; @here in a channel of more than 1,000 members means channel';
comment on column chat.messages.file_ids is 'The files it was sent with';
comment on column chat.messages.files is 'What clients show of its files: [{id, name, mime_type, size, width, height}]';
comment on column chat.messages.link_preview is 'What the page of its first link says of itself, once the worker has read it: {url, title, description, image}';
comment on column chat.messages.rank is 'How many messages that count as unread the channel had with it';
comment on column chat.messages.author_rank is 'How many of those its author had written with it';
comment on column chat.messages.reply_rank is 'How many replies its thread had with it';
comment on column chat.messages.reply_total is 'How many replies its thread ever had';
comment on table chat.message_edits is 'What edits and deletions replaced, oldest change first';
comment on column chat.message_edits.channel_id is 'The channel';
comment on column chat.message_edits.seq is 'The message';
comment on column chat.message_edits.change is 'The change of the channel that replaced it';
comment on column chat.message_edits.body is 'The text as it was';
comment on column chat.message_edits.custom is 'The custom data as it was';
comment on column chat.message_edits.files is 'The files as they were';
comment on column chat.message_edits.written_at is 'When this version was written';
comment on column chat.message_edits.replaced_by is 'Who replaced it';
comment on table chat.mentions is 'Who is meant by which message, one row per person: by name, or by @here when they were there; @channel makes none';
comment on column chat.mentions.user_id is 'Who is meant';
comment on column chat.mentions.channel_id is 'The channel';
comment on column chat.mentions.seq is 'The message';
comment on policy select_member on chat.messages is 'Members read the messages of their channels';
comment on policy select_member_or_admin on chat.message_edits is
  'Members read how a message was edited; of deleted ones only platform admins';
comment on policy select_self on chat.mentions is 'People see where they are meant';
comment on function chat_private.find_mentions(uuid, text) is
  'Members meant by @username, @[Full Name] or @<id> in a text, and here or channel when it means everyone. Errors: too_many_mentions';

-- 31_message_verbs.sql
-- What people do with messages: send, edit, delete, and read them page by page.

-- What every message must be, sent now or later.
create function chat_private.check_message(body text, file_ids uuid[], custom jsonb, operation text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if coalesce(btrim(body, E' \t\r\n'), '') = '' and coalesce(cardinality(file_ids), 0) = 0 then
    perform chat_private.fail('message_empty', 400, format('unable to %s; it has neither text nor files', operation));
  elsif char_length(body) > 40000 then
    perform chat_private.fail('message_too_long', 400, format('unable to %s; its text is longer than 40,000 characters', operation));
  elsif custom <> '{}' and not chat_private.is_custom(custom) then
    perform chat_private.fail('invalid_custom', 400,
      format('unable to %s; custom data is an object of at most 16 KB and 100 levels', operation));
  end if;
end;
$$;

-- Definer: asks for the membership once and by key; under row-level security the insert and its answer would each
-- collect all of the caller's channels first, which makes a send three times as dear.
create function chat.send_message(channel_id uuid, body text default '', id uuid default null, parent_seq bigint default null,
                                  also_in_channel boolean default false, custom jsonb default '{}', file_ids uuid[] default '{}')
returns setof chat.messages rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_id uuid := coalesce(send_message.id, chat_private.uuid_v7());
  v_root bigint := send_message.parent_seq;
  v_mentions record;
  v_message chat.messages;
begin
  perform chat_private.check_message(send_message.body, send_message.file_ids, send_message.custom, 'send message');
  perform chat_private.take_token('send_message');
  perform chat_private.require_right(send_message.channel_id,
    case when send_message.parent_seq is null then 'send_message' else 'reply' end, 'send message');
  if v_root is not null then
    -- A reply to a reply belongs to the same thread.
    select coalesce(m.parent_seq, m.seq) into v_root from chat.messages m
     where m.channel_id = send_message.channel_id and m.seq = send_message.parent_seq and m.kind = 'user';
    if not found then
      perform chat_private.fail('message_not_found', 404, 'unable to reply; the message does not exist');
    end if;
  end if;
  select * into v_mentions from chat_private.find_mentions(send_message.channel_id, coalesce(send_message.body, ''));

  insert into chat.messages (channel_id, id, author_id, body, custom, parent_seq, in_channel, mention_ids, mentions_everyone, file_ids)
  values (send_message.channel_id, v_id, v_me, coalesce(send_message.body, ''), coalesce(send_message.custom, '{}'),
          v_root, v_root is null or coalesce(also_in_channel, false), v_mentions.user_ids, v_mentions.everyone,
          coalesce(send_message.file_ids, '{}'))
  -- Sent to two channels at once; within one the trigger has found it, and taken the number back.
  on conflict on constraint messages_id_unique do nothing
  returning * into v_message;
  if v_message.id is null then
    select * into v_message from chat.messages m
     where m.id = v_id and m.channel_id = send_message.channel_id and m.author_id = v_me;
    if not found then
      perform chat_private.fail('message_id_taken', 409, 'unable to send message; its id belongs to another message');
    end if;
  end if;
  -- The number was waited for, and whoever came before may have taken the right to send.
  perform chat_private.require_right(send_message.channel_id,
    case when v_root is null then 'send_message' else 'reply' end, 'send message');
  return next v_message;
end;
$$;
grant execute on function chat.send_message(uuid, text, uuid, bigint, boolean, jsonb, uuid[]) to authenticated;

-- The message, when the caller is in its channel and it was not deleted; with the counter taken first.
-- Definer: as above.
create function chat_private.require_message(channel_id uuid, seq bigint, operation text) returns chat.messages
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_message chat.messages;
begin
  perform chat_private.lock_channel(require_message.channel_id);
  select * into v_message from chat.messages m
   where m.channel_id = require_message.channel_id and m.seq = require_message.seq;
  if not found then
    perform chat_private.fail('message_not_found', 404, format('unable to %s; the message does not exist', operation));
  elsif v_message.deleted_at is not null then
    perform chat_private.fail('message_deleted', 409, format('unable to %s; the message has been deleted', operation));
  end if;
  return v_message;
end;
$$;

-- Definer: nobody may update messages directly.
create function chat.edit_message(channel_id uuid, seq bigint, body text default null, custom jsonb default null)
returns setof chat.messages rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_message chat.messages;
  v_window interval := make_interval(secs => (chat_private.setting('edit_window_seconds'))::text::double precision);
begin
  if char_length(edit_message.body) > 40000 then
    perform chat_private.fail('message_too_long', 400, 'unable to edit message; its text is longer than 40,000 characters');
  elsif not chat_private.is_custom(edit_message.custom) then
    perform chat_private.fail('invalid_custom', 400, 'unable to edit message; custom data is an object of at most 16 KB and 100 levels');
  end if;
  perform chat_private.take_right(edit_message.channel_id, 'send_message', 'edit message');
  v_message := chat_private.require_message(edit_message.channel_id, edit_message.seq, 'edit message');
  if v_message.author_id is distinct from (select auth.uid()) or v_message.kind <> 'user' then
    perform chat_private.fail('not_the_author', 403, 'unable to edit message; only its author may');
  elsif v_message.created_at < clock_timestamp() - v_window then
    perform chat_private.fail('edit_window_closed', 403, 'unable to edit message; it was sent too long ago');
  elsif btrim(edit_message.body, E' \t\r\n') = '' and cardinality(v_message.file_ids) = 0 then
    perform chat_private.fail('message_empty', 400, 'unable to edit message; it has neither text nor files');
  end if;
  return query update chat.messages m
    set body = coalesce(edit_message.body, m.body), custom = coalesce(edit_message.custom, m.custom)
    where m.channel_id = edit_message.channel_id and m.seq = edit_message.seq
    returning m.*;
end;
$$;
grant execute on function chat.edit_message(uuid, bigint, text, jsonb) to authenticated;

-- Definer: as above.
create function chat.delete_message(channel_id uuid, seq bigint) returns setof chat.messages rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_message chat.messages;
begin
  perform chat_private.require_member(delete_message.channel_id, 'delete message');
  v_message := chat_private.require_message(delete_message.channel_id, delete_message.seq, 'delete message');
  perform chat_private.require_member(delete_message.channel_id, 'delete message');
  if v_message.kind <> 'user' or v_message.author_id is distinct from (select auth.uid()) then
    if v_message.kind <> 'user' then
      perform chat_private.fail('not_the_author', 403, 'unable to delete message; it tells what happened in the channel');
    elsif exists (select from chat.channels c where c.id = delete_message.channel_id and c.kind = 'dm') then
      perform chat_private.fail('not_the_author', 403, 'unable to delete message; in direct messages only its author may');
    end if;
    perform chat_private.require_right(delete_message.channel_id, 'delete_any_message', 'delete message');
  end if;
  return query update chat.messages m set deleted_at = clock_timestamp(), deleted_by = (select auth.uid())
    where m.channel_id = delete_message.channel_id and m.seq = delete_message.seq
    returning m.*;
end;
$$;
grant execute on function chat.delete_message(uuid, bigint) to authenticated;

-- Definer: asks for the membership once; row-level security would collect all of the caller's channels for each page.
create function chat.list_messages(channel_id uuid, before_seq bigint default null, after_seq bigint default null,
                                   page_size integer default 50, with_replies boolean default false)
returns setof chat.messages rows 50
language plpgsql stable security definer set search_path = '' as $$
declare
  v_before bigint := coalesce(before_seq, 9223372036854775807);
begin
  perform chat_private.require_member(list_messages.channel_id, 'list messages');
  perform chat_private.check_page_size(page_size, 'list messages');
  -- Four statements and not one with conditions, so that each has the index that it needs.
  if with_replies and after_seq is not null then
    return query select * from chat.messages m
      where m.channel_id = list_messages.channel_id and m.seq > after_seq and m.seq < v_before
      order by m.seq limit page_size;
  elsif with_replies then
    return query select * from chat.messages m
      where m.channel_id = list_messages.channel_id and m.seq < v_before
      order by m.seq desc limit page_size;
  elsif after_seq is not null then
    return query select * from chat.messages m
      where m.channel_id = list_messages.channel_id and m.in_channel and m.seq > after_seq and m.seq < v_before
      order by m.seq limit page_size;
  else
    return query select * from chat.messages m
      where m.channel_id = list_messages.channel_id and m.in_channel and m.seq < v_before
      order by m.seq desc limit page_size;
  end if;
end;
$$;
grant execute on function chat.list_messages(uuid, bigint, bigint, integer, boolean) to authenticated;

-- Definer: as above.
create function chat.list_replies(channel_id uuid, parent_seq bigint, before_seq bigint default null,
                                  after_seq bigint default null, page_size integer default 50)
returns setof chat.messages rows 50
language plpgsql stable security definer set search_path = '' as $$
begin
  perform chat_private.require_member(list_replies.channel_id, 'list replies');
  perform chat_private.check_page_size(page_size, 'list replies');
  if after_seq is not null then
    return query select * from chat.messages m
      where m.channel_id = list_replies.channel_id and m.parent_seq = list_replies.parent_seq
        and m.seq > after_seq and m.seq < coalesce(before_seq, 9223372036854775807)
      order by m.seq limit page_size;
  else
    return query select * from chat.messages m
      where m.channel_id = list_replies.channel_id and m.parent_seq = list_replies.parent_seq
        and m.seq < coalesce(before_seq, 9223372036854775807)
      order by m.seq desc limit page_size;
  end if;
end;
$$;
grant execute on function chat.list_replies(uuid, bigint, bigint, bigint, integer) to authenticated;

-- Definer: as above.
create function chat.list_changes(channel_id uuid, after_change bigint, page_size integer default 100)
returns setof chat.messages rows 50
language plpgsql stable security definer set search_path = '' as $$
begin
  perform chat_private.require_member(list_changes.channel_id, 'list changes');
  perform chat_private.check_page_size(page_size, 'list changes');
  return query select * from chat.messages m
    where m.channel_id = list_changes.channel_id and m.change > greatest(coalesce(after_change, 0), 0)
    order by m.change limit page_size;
end;
$$;
grant execute on function chat.list_changes(uuid, bigint, integer) to authenticated;

-- Definer: as above; the id alone names no channel to look in.
create function chat.get_message(id uuid) returns setof chat.messages rows 1
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select m.* from chat.messages m
    join chat.channel_members me on me.channel_id = m.channel_id and me.user_id = (select auth.uid())
   where m.id = get_message.id;
  if not found then
    perform chat_private.fail('message_not_found', 404, 'unable to get message; it does not exist or is not visible to you');
  end if;
end;
$$;
grant execute on function chat.get_message(uuid) to authenticated;

create function chat.list_edits(channel_id uuid, seq bigint, page_size integer default 50)
returns setof chat.message_edits rows 10
language plpgsql stable set search_path = '' as $$
begin
  perform chat_private.require_member(list_edits.channel_id, 'list edits');
  perform chat_private.check_page_size(page_size, 'list edits');
  return query select * from chat.message_edits e
    where e.channel_id = list_edits.channel_id and e.seq = list_edits.seq
    order by e.change desc limit page_size;
end;
$$;
grant execute on function chat.list_edits(uuid, bigint, integer) to authenticated;

comment on function chat.send_message(uuid, text, uuid, bigint, boolean, jsonb, uuid[]) is
  'Sends a message, or a reply to parent_seq, and returns it; a repeated id returns the first one. Errors: rate_limited (only where the operator has set a rule), message_empty, message_too_long, invalid_custom, too_many_mentions, channel_not_found, not_a_member, channel_archived, user_blocked, message_not_found, message_deleted, message_id_taken';
comment on function chat.edit_message(uuid, bigint, text, jsonb) is
  'Replaces text or custom data of an own message, as long as the setting edit_window_seconds allows. Errors: message_empty, message_too_long, invalid_custom, too_many_mentions, channel_not_found, not_a_member, channel_archived, user_blocked, message_not_found, message_deleted, not_the_author, edit_window_closed';
comment on function chat.delete_message(uuid, bigint) is
  'Deletes an own message, or any as an admin of the channel; an empty place remains. Errors: channel_not_found, not_a_member, message_not_found, message_deleted, not_the_author, not_a_channel_admin';
comment on function chat.list_messages(uuid, bigint, bigint, integer, boolean) is
  'A page of a channel: newest first before before_seq, or oldest first after after_seq; 1 to 200 rows; replies only if asked for. Errors: channel_not_found, not_a_member, invalid_page_size';
comment on function chat.list_replies(uuid, bigint, bigint, bigint, integer) is
  'A page of a thread: newest first before before_seq, or oldest first after after_seq; 1 to 200 rows. Errors: channel_not_found, not_a_member, invalid_page_size';
comment on function chat.list_changes(uuid, bigint, integer) is
  'Messages that changed after this change of the channel, in the order of their last change; 1 to 200 rows. Errors: channel_not_found, not_a_member, invalid_page_size';
comment on function chat.get_message(uuid) is 'A message by its id. Errors: message_not_found';
comment on function chat.list_edits(uuid, bigint, integer) is
  'What edits of a message replaced, newest first. Errors: channel_not_found, not_a_member, invalid_page_size';

-- 32_receipts.sql
-- Read markers, what is unread by subtraction of numbers and never by counting a channel, and receipts shown to others.

create table chat.receipts (
  channel_id uuid not null,
  user_id uuid not null,
  delivered_seq bigint not null default 0,
  read_seq bigint not null default 0,
  read_at timestamptz,
  primary key (channel_id, user_id),
  constraint receipts_member_fkey foreign key (channel_id, user_id)
    references chat.channel_members (channel_id, user_id) on delete cascade
) with (fillfactor = 70);
create index receipts_user_id_idx on chat.receipts (user_id);

alter table chat.receipts enable row level security;
grant select on chat.receipts to authenticated;
create policy select_member on chat.receipts for select to authenticated
  using (channel_id in (select chat_private.my_channel_ids()));

-- A marker never stands past the last message, however it is written, and its rank follows it.
-- Definer: reads a message by key; under row-level security that collects all of the caller's channels.
create function chat_private.tg_channel_states__bound_read() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.last_read_seq := greatest(0, least(new.last_read_seq,
    (select n.last_seq from chat.channel_counters n where n.channel_id = new.channel_id)));
  new.last_read_rank := coalesce((
    select m.rank from chat.messages m where m.channel_id = new.channel_id and m.seq = new.last_read_seq), 0);
  new.last_delivered_seq := greatest(new.last_delivered_seq, new.last_read_seq);
  return new;
end;
$$;
create trigger _100_bound_read before update of last_read_seq, last_read_rank on chat.channel_states
  for each row execute function chat_private.tg_channel_states__bound_read();

-- Shows others how far the caller is, in small channels and unless the caller keeps it to themself.
-- Definer: receipts are written by nobody else.
create function chat_private.show_receipt(channel_id uuid, delivered_seq bigint, read_seq bigint) returns void
language plpgsql security definer set search_path = '' as $$
begin
  -- Locked, or what is decided at this moment would be overtaken by what was asked before.
  perform from chat.channel_counters n join chat.preferences p on p.user_id = auth.uid() and p.share_receipts
    where n.channel_id = show_receipt.channel_id and n.member_count <= 100 for share of p;
  if not found then
    return;
  end if;
  insert into chat.receipts as r (channel_id, user_id, delivered_seq, read_seq, read_at)
  select c.id, auth.uid(), show_receipt.delivered_seq, show_receipt.read_seq, case when show_receipt.read_seq > 0 then now() end
    from chat.channels c
   where c.id = show_receipt.channel_id
     and not (c.kind = 'dm' and chat_private.is_blocked_pair(auth.uid(), chat_private.dm_partner(c.dm_key, auth.uid())))
  on conflict on constraint receipts_pkey do update
    set delivered_seq = greatest(r.delivered_seq, excluded.delivered_seq),
        read_seq = greatest(r.read_seq, excluded.read_seq),
        read_at = case when excluded.read_seq > r.read_seq then now() else r.read_at end
    where excluded.delivered_seq > r.delivered_seq or excluded.read_seq > r.read_seq;
end;
$$;

-- Who decides to keep it to themself is not shown from then on.
-- Definer: as above.
create function chat_private.tg_preferences__hide_receipts() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from chat.receipts r where r.user_id = new.user_id;
  return null;
end;
$$;
create trigger _100_hide_receipts after insert or update on chat.preferences
  for each row when (not new.share_receipts) execute function chat_private.tg_preferences__hide_receipts();

-- Definer: markers are written by functions only.
create function chat.mark_read(channel_id uuid, seq bigint) returns setof chat.channel_states rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_state chat.channel_states;
begin
  -- Before the state, as a removal takes them; the receipt needs the membership to stay.
  perform chat_private.hold_member(mark_read.channel_id, 'mark as read');
  if mark_read.seq is null or mark_read.seq < 0 then
    perform chat_private.fail('invalid_seq', 400, 'unable to mark as read; a seq is a number from 0');
  end if;
  update chat.channel_states s set last_read_seq = mark_read.seq
   where s.channel_id = mark_read.channel_id and s.user_id = auth.uid() and s.last_read_seq < mark_read.seq
  returning * into v_state;
  if found then
    perform chat_private.show_receipt(mark_read.channel_id, v_state.last_read_seq, v_state.last_read_seq);
    return next v_state;
  else
    -- The marker stays, but something may have been said since of what was read: a reaction, a mention in an edit.
    perform chat_private.read_notifications(auth.uid(), mark_read.channel_id, mark_read.seq);
    return query select * from chat.channel_states s where s.channel_id = mark_read.channel_id and s.user_id = auth.uid();
  end if;
end;
$$;
grant execute on function chat.mark_read(uuid, bigint) to authenticated;

-- Definer: as above. What others were shown as read stays.
create function chat.mark_unread(channel_id uuid, seq bigint) returns setof chat.channel_states rows 1
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_member(mark_unread.channel_id, 'mark as unread');
  if mark_unread.seq is null or mark_unread.seq < 1 then
    perform chat_private.fail('invalid_seq', 400, 'unable to mark as unread; the seq of a message is a number from 1');
  end if;
  return query update chat.channel_states s set last_read_seq = mark_unread.seq - 1
    where s.channel_id = mark_unread.channel_id and s.user_id = (select auth.uid())
    returning s.*;
end;
$$;
grant execute on function chat.mark_unread(uuid, bigint) to authenticated;

-- Definer: as above.
create function chat.mark_delivered(channel_id uuid, seq bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_seq bigint;
begin
  -- Before the state, as a removal takes them; the receipt needs the membership to stay.
  perform chat_private.hold_member(mark_delivered.channel_id, 'mark as delivered');
  if mark_delivered.seq is null or mark_delivered.seq < 0 then
    perform chat_private.fail('invalid_seq', 400, 'unable to mark as delivered; a seq is a number from 0');
  end if;
  update chat.channel_states s
     set last_delivered_seq = least(mark_delivered.seq,
           (select n.last_seq from chat.channel_counters n where n.channel_id = s.channel_id))
   where s.channel_id = mark_delivered.channel_id and s.user_id = (select auth.uid())
     and s.last_delivered_seq < mark_delivered.seq
  returning s.last_delivered_seq into v_seq;
  if found then
    perform chat_private.show_receipt(mark_delivered.channel_id, v_seq, 0);
  end if;
end;
$$;
grant execute on function chat.mark_delivered(uuid, bigint) to authenticated;

-- Unread is what counts after the marker, less the own messages and the deleted ones of others.
-- Only `messages_author_idx` gives the own ones in the order asked for, as an array of one author is no constant to the planner:
-- where few people write, it would otherwise walk back through the whole channel, in vain for somebody who only reads. Rows of
-- channel and seq end the walk through that index at the channel; rows of all three go on through all that the author ever wrote,
-- as Postgres 17 ends at a row's first column only.
create view chat.my_channels with (security_invoker = true) as
  select c.id, c.kind, c.slug, c.name, c.description, c.custom, c.epoch, c.created_by, c.created_at, c.archived_at,
         m.role,
         chat_private.rights_of(c.kind, m.role, c.created_by is not distinct from m.user_id, c.created_by is not null,
           c.archived_at is not null,
           c.kind = 'dm' and chat_private.is_blocked_pair(m.user_id, chat_private.dm_partner(c.dm_key, m.user_id))) as rights,
         s.last_read_seq, s.last_delivered_seq, s.pinned_at, s.muted_until, s.notify_level,
         case when s.hidden_at >= coalesce(n.last_message_at, c.created_at) then s.hidden_at end as hidden_at,
         n.last_seq, n.last_change, n.member_count,
         coalesce(n.last_message_at, c.created_at) as last_activity_at,
         case when n.last_rank <= s.last_read_rank then 0 else
           n.last_rank - s.last_read_rank
           - coalesce((select own.author_rank from chat.messages own
                        where own.author_id = any (array[m.user_id]) and (own.channel_id, own.seq) between (c.id, 0) and (c.id, n.last_seq)
                        order by own.author_id desc, own.channel_id desc, own.seq desc limit 1), 0)
           + coalesce((select own.author_rank from chat.messages own
                        where own.author_id = any (array[m.user_id]) and (own.channel_id, own.seq) between (c.id, 0) and (c.id, s.last_read_seq)
                        order by own.author_id desc, own.channel_id desc, own.seq desc limit 1), 0)
           - (select count(*) from chat.messages gone
               where gone.channel_id = c.id and gone.seq > s.last_read_seq and gone.deleted_at is not null
                 and gone.in_channel and gone.kind = 'user' and gone.author_id is distinct from m.user_id)
         end as unread_count,
         case when n.last_seq <= s.last_read_seq then 0 else
           (select count(*) from chat.mentions x
             where x.user_id = m.user_id and x.channel_id = c.id and x.seq > s.last_read_seq)
           + (select count(*) from chat.messages every
               where every.channel_id = c.id and every.seq > s.last_read_seq and every.mentions_everyone = 'channel'
                 and every.author_id is distinct from m.user_id and m.user_id <> all (every.mention_ids))
         end as mention_count,
         p.id as dm_user_id, p.username as dm_username, p.name as dm_name, p.avatar_url as dm_avatar_url,
         case when c.kind = 'group' and c.name is null then (
           select string_agg(p.name, ', ' order by o.joined_at, p.name)
             from (select om.user_id, om.joined_at from chat.channel_members om
                    where om.channel_id = c.id and om.user_id <> m.user_id order by om.role, om.joined_at limit 4) o
             join chat.profiles p on p.id = o.user_id) end as group_name
    from chat.channel_members m
    join chat.channels c on c.id = m.channel_id
    join chat.channel_counters n on n.channel_id = m.channel_id
    join chat.channel_states s on s.channel_id = m.channel_id and s.user_id = m.user_id
    left join chat.profiles p on c.kind = 'dm' and p.id = chat_private.dm_partner(c.dm_key, m.user_id)
   where m.user_id = (select auth.uid());
grant select on chat.my_channels to authenticated;

-- Definer: the view under the owner's rights still shows the caller's channels only, but each of its counts need not
-- ask again which ones those are.
create function chat.my_unread()
returns table (channel_id uuid, last_seq bigint, last_change bigint, last_activity_at timestamptz, unread_count bigint, mention_count bigint)
language sql stable rows 50 security definer set search_path = '' as $$
  select u.* from (
    select c.id, c.last_seq, c.last_change, c.last_activity_at, c.unread_count as unread, c.mention_count as mentions
      from chat.my_channels c where c.last_seq > c.last_read_seq
    offset 0) u
   where u.unread > 0 or u.mentions > 0;
$$;
grant execute on function chat.my_unread() to authenticated;

comment on table chat.receipts is 'How far members are, as shown to the others: in channels of up to 100 members, of people who share it';
comment on column chat.receipts.channel_id is 'The channel';
comment on column chat.receipts.user_id is 'The member';
comment on column chat.receipts.delivered_seq is 'Messages up to this seq have reached a device of theirs';
comment on column chat.receipts.read_seq is 'Messages up to this seq were read';
comment on column chat.receipts.read_at is 'When read_seq last rose';
comment on policy select_member on chat.receipts is 'Members see the receipts of their channels';
comment on function chat.mark_read(uuid, bigint) is
  'Marks a channel as read up to seq; this one never moves a marker back. Errors: channel_not_found, not_a_member, invalid_seq';
comment on function chat.mark_unread(uuid, bigint) is
  'Marks a channel as unread from the message with this seq on. Errors: channel_not_found, not_a_member, invalid_seq';
comment on function chat.mark_delivered(uuid, bigint) is
  'Says that messages up to seq have reached a device of the caller. Errors: channel_not_found, not_a_member, invalid_seq';
comment on function chat.my_unread() is 'The caller''s channels with something unread: exact counts of messages and mentions';
comment on view chat.my_channels is 'The caller''s channels with role, rights, own state, last activity and exact unread counts';
comment on column chat.my_channels.rights is 'What the caller may do in the channel';
comment on column chat.my_channels.last_activity_at is 'When something was last shown in it, else when it was made';
comment on column chat.my_channels.unread_count is 'Messages of others after last_read_seq, without deleted ones, replies in threads and system messages';
comment on column chat.my_channels.mention_count is 'Messages after last_read_seq that mean the caller';
comment on column chat.my_channels.hidden_at is 'When the caller put it out of sight; null once something new came';
comment on column chat.my_channels.group_name is 'Of a group without a name: up to four of the others in it';
comment on column chat.my_channels.dm_user_id is 'The other person of a dm (oneself in notes to self)';

-- 33_search.sql
-- The index of everything said: which words each message has, in any script, so that search finds them without reading messages.

-- Functions of the way of a send are in PL/pgSQL, which keeps their plans: SQL functions are planned again with each message.

-- Text as it is compared: without case, accents, vowel points and other ways of writing the same letter.
create function chat_private.fold(value text) returns text
language plpgsql immutable strict parallel safe set search_path = '' as $$
begin
  if octet_length(value) = char_length(value) then
    return lower(value);
  end if;
  -- The collation by name: what lower() knows must not depend on the database's locale. The length, because one character
  -- can be taken apart into eighteen.
  return replace(replace(replace(replace(translate(
    normalize(regexp_replace(left(normalize(lower(value collate pg_catalog.pg_c_utf8), nfkd), 130000),
      '[\u00ad\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]',
      '', 'g'), nfc),
    'ıøđłħŧςٱىةیک', 'iodlhtσايهيك'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th');
end;
$$;

-- Folded text with one blank for every character that is neither letter nor digit nor symbol.
create function chat_private.plain(value text) returns text
language plpgsql immutable strict parallel safe set search_path = '' as $$
begin
  return regexp_replace(chat_private.fold(value),
    '[\u0001-\u002f\u003a-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u02c2-\u02df\u037e\u0387\u055a-\u055f\u0589\u05be\u05c0\u05c3\u05f3\u05f4\u060c\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965\u0970\u1361-\u1368\u1680\u180e\u2000-\u206f\u20a0-\u20cf\u2100-\u25ff\u2800-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u303d-\u303f\u30fb\ufe10-\ufe1f\ufe30-\ufe6f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]',
    ' ', 'g');
end;
$$;

-- Scripts that put no blanks between words (Thai to Tibetan, Japanese, Chinese, Korean) and emoji, for use within brackets.
create function chat_private.dense_scripts() returns text
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return '\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2600-\u27bf\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U0001f000-\U0001faff\U00020000-\U0003ffff';
end;
$$;

-- The words of a text in their order. Dense scripts give pairs of neighbours, and the last character of each run
-- alone (is_last), so that one character is found as the beginning of a pair wherever it stands.
create function chat_private.search_words(value text) returns table (place bigint, word text, is_last boolean)
language plpgsql immutable strict parallel safe set search_path = '' as $$
declare
  -- A tsvector holds a megabyte; a character adds 16 bytes at most.
  v_text text := left(chat_private.plain(value), 60000);
begin
  if octet_length(v_text) = char_length(v_text) then
    return query
      select row_number() over (), left(t, 64), false from string_to_table(v_text, ' ') t where t <> '';
  else
    -- Each dense character becomes "x~" between blanks; where there was a blank before there are two now, and the
    -- empty word between them ends the run.
    return query
      select row_number() over (order by n),
             case when t not like '%~' then left(t, 64)
                  when next like '%~' then left(t, -1) || left(next, -1)
                  else left(t, -1) end,
             t like '%~' and next not like '%~'
        from (select n, t, coalesce(lead(t) over (order by n), '') as next
                from string_to_table(
                  regexp_replace(
                    regexp_replace(v_text, '([' || chat_private.dense_scripts() || '])', ' \1~', 'g'),
                    '~(?=[^ ])', '~ ', 'g'), ' ') with ordinality s (t, n)) tokens
       where t <> '';
  end if;
end;
$$;

-- created_at stands before seq, because every search asks for the newest first and many for a span of time.
create table chat_private.message_search (
  channel_id uuid not null,
  created_at timestamptz not null,
  seq bigint not null,
  terms tsvector not null,
  primary key (channel_id, created_at, seq)
);
create index message_search_created_at_idx on chat_private.message_search (created_at, channel_id, seq);
-- Without a list of pending entries: each search would read it once per channel.
create index message_search_terms_idx on chat_private.message_search using gin (terms) with (fastupdate = off);

alter table chat_private.message_search enable row level security;

-- What every term of a channel's messages begins with. A search looks up the terms of the caller's channels and never
-- meets those of others, so neither its answer nor its time tells anything of them.
create function chat_private.search_prefix(channel_id uuid) returns text
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return right(channel_id::text, 8);
end;
$$;

-- The term that stands for an author: the random part of the id.
create function chat_private.author_term(user_id uuid) returns text
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return '@' || right(replace(user_id::text, '-', ''), 16);
end;
$$;

-- The terms of a message: its channel (all of its messages), its author, what it has and is, its words and those of its files' names.
create function chat_private.search_terms(message chat.messages) returns tsvector
language plpgsql stable set search_path = '' as $$
declare
  v_prefix text := chat_private.search_prefix(message.channel_id);
  v_text text := message.body;
  v_terms text := v_prefix;
begin
  if message.author_id is not null then
    v_terms := v_terms || ' ' || v_prefix || chat_private.author_term(message.author_id);
  end if;
  if message.body ~* 'https?://' then v_terms := v_terms || ' ' || v_prefix || '=link'; end if;
  if message.body like '%`%`%' then v_terms := v_terms || ' ' || v_prefix || '=code'; end if;
  if message.reaction_counts <> '{}' then v_terms := v_terms || ' ' || v_prefix || '=reaction'; end if;
  if message.pinned_at is not null then v_terms := v_terms || ' ' || v_prefix || '=pin'; end if;
  if message.parent_seq is not null then v_terms := v_terms || ' ' || v_prefix || '=thread'; end if;
  if message.edited_at is not null then v_terms := v_terms || ' ' || v_prefix || '=edited'; end if;
  if message.files <> '[]' then
    v_terms := v_terms || ' ' || v_prefix || '=file';
    if message.files @? '$[*] ? (@.mime_type starts with "image/")' then v_terms := v_terms || ' ' || v_prefix || '=image'; end if;
    v_text := v_text || (select string_agg(E'\n' || (f ->> 'name'), '') from jsonb_array_elements(message.files) f);
  end if;
  -- Places end at 16,383; words behind are found, but not as parts of phrases.
  return concat_ws(' ', v_terms, (
    select string_agg(v_prefix || word || ':' || least(place, 16383), ' ') from chat_private.search_words(v_text)))::tsvector;
end;
$$;

-- Definer: the index belongs to nobody.
create function chat_private.tg_messages__index() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op <> 'INSERT' then
    delete from chat_private.message_search s
     where s.channel_id = old.channel_id and s.created_at = old.created_at and s.seq = old.seq;
  end if;
  if tg_op <> 'DELETE' and new.kind = 'user' and new.deleted_at is null then
    insert into chat_private.message_search (channel_id, created_at, seq, terms)
    values (new.channel_id, new.created_at, new.seq, chat_private.search_terms(new));
  end if;
  return null;
end;
$$;
create trigger _500_index after insert or delete on chat.messages
  for each row execute function chat_private.tg_messages__index();
-- Most updates change nothing that can be searched for: replies counted, a second reaction.
create trigger _600_reindex after update of channel_id, seq, kind, created_at, body, files, parent_seq, deleted_at, edited_at, pinned_at, reaction_counts
  on chat.messages for each row when (
    (old.channel_id, old.seq, old.kind, old.created_at, old.body, old.files, old.parent_seq,
     old.deleted_at is null, old.edited_at is null, old.pinned_at is null, old.reaction_counts = '{}')
    is distinct from
    (new.channel_id, new.seq, new.kind, new.created_at, new.body, new.files, new.parent_seq,
     new.deleted_at is null, new.edited_at is null, new.pinned_at is null, new.reaction_counts = '{}'))
  execute function chat_private.tg_messages__index();

comment on table chat_private.message_search is 'The words of every message that is not deleted; written by triggers only';
comment on column chat_private.message_search.channel_id is 'Channel of the message';
comment on column chat_private.message_search.created_at is 'When it was sent';
comment on column chat_private.message_search.seq is 'Its place in the channel';
comment on column chat_private.message_search.terms is
  'Each begins with the end of the channel''s id: words, @author, =link, =code, =file, =image, =reaction, =pin, =thread, =edited';

-- 33_search_language.sql
-- The language of search: reads a query as people write it, and says what to look up in which of the caller's channels.

-- What a query asks for: in which channels what, within what time, and what to mark. For each channel there are a query and
-- its outline: the words alone, without their order and without what is not wanted, as the index can answer it by itself.
create type chat_private.search_request as (
  channel_ids uuid[], queries tsquery[], outlines tsquery[], since timestamptz, until timestamptz, pattern text
);

create function chat_private.fail_search(reason text) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform chat_private.fail('invalid_search', 400, 'unable to search; ' || reason);
end;
$$;

-- The days that a date in a query means, in UTC: 2026, 2026-05, 2026-05-31, today, yesterday; null when it is none.
create function chat_private.search_days(value text) returns tstzrange
language plpgsql stable set search_path = '' as $$
declare
  v_today date := (now() at time zone 'UTC')::date;
  v_start timestamp;
begin
  if lower(value) in ('today', 'yesterday') then
    v_start := v_today - (lower(value) = 'yesterday')::integer;
  elsif value ~ '^\d{4}(-\d\d){0,2}$' then
    v_start := (value || left('-01-01', 10 - length(value)))::timestamp;
  else
    return null;
  end if;
  return tstzrange(v_start at time zone 'UTC', (v_start + case length(value) when 4 then interval '1 year'
    when 7 then interval '1 month' else interval '1 day' end) at time zone 'UTC');
exception when datetime_field_overflow or invalid_datetime_format then
  return null;
end;
$$;

-- Words that stand together, as a tsquery in which ~ stands for the channel: a phrase when there are several.
create function chat_private.search_phrase(value text, is_prefix boolean) returns text
language sql immutable set search_path = '' as $$
  select '(' || string_agg('~' || word || case
           when is_last or (is_prefix and not dense and place = last_place) then ':*' else '' end, ' <-> ' order by place) || ')'
    from (select w.*, lag(word) over (order by place) as before, max(place) over () as last_place,
                 word ~ ('[' || chat_private.dense_scripts() || ']') as dense
            from chat_private.search_words(value) w) w
   -- The last character of a run that ends the query: its pair says it already, and in the message the run may go on.
   where not (is_last and place = last_place and coalesce(right(before, 1) = word, false));
$$;

-- The parts of a text that are marked in what is found, as regular expressions for folded text.
create function chat_private.search_patterns(value text, is_prefix boolean) returns setof text
language sql immutable set search_path = '' as $$
  select case when part ~ ('[' || dense || ']') then part
              else format('(?<![^ %s])', dense) || part
                || case when is_prefix and n = max(n) over () then '' else format('(?![^ %s])', dense) end
         end
    from chat_private.dense_scripts() dense,
         regexp_matches(chat_private.plain(value), format('[%1$s]+|[^ %1$s]+', dense), 'g') with ordinality m (parts, n),
         left(parts[1], 64) part;
$$;

create function chat_private.find_author(value text) returns uuid
language sql stable set search_path = '' as $$
  select case when lower(value) = 'me' then (select auth.uid())
              when value ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then value::uuid
              else (select p.id from chat.profiles p where p.username = ltrim(lower(value), '@')) end;
$$;

-- Those of the given channels that a query names: by slug, name or id, or direct messages by the other's username.
create function chat_private.find_channels(value text, channel_ids uuid[]) returns uuid[]
language sql stable set search_path = '' as $$
  select coalesce(array_agg(c.id), '{}')
    from chat.channels c
   where c.id = any (channel_ids)
     and case when value like '@%'
              then c.kind = 'dm' and chat_private.dm_partner(c.dm_key, (select auth.uid())) = (select chat_private.find_author(value))
              else c.slug = ltrim(lower(value), '#') or c.id::text = lower(value)
                or chat_private.fold(c.name) = (select chat_private.fold(ltrim(value, '#'))) end;
$$;

create function chat_private.channel_queries(channel_ids uuid[], terms text[]) returns tsquery[]
language sql immutable set search_path = '' as $$
  select array(select replace(array_to_string(terms, ' & '), '~', chat_private.search_prefix(id))::tsquery
                 from unnest(channel_ids) with ordinality c (id, n) order by n);
$$;

-- What a filter should say instead; null when it means something.
create function chat_private.filter_fault(is_not boolean, key text, value text) returns text
language sql stable set search_path = '' as $$
  select case
    when key in ('before', 'after', 'on', 'during') then
      case when is_not then format('-%s: is not known; use before: or after:', key)
           when chat_private.search_days(value) is null then
             format('%s: needs a day like 2026-05-31, a month, a year, today or yesterday', key) end
    when key = 'has' and lower(value) not in ('link', 'code', 'file', 'image', 'reaction', 'pin') then
      'has: is one of link, code, file, image, reaction, pin'
    when key = 'is' and lower(value) not in ('thread', 'edited', 'pinned') then 'is: is one of thread, edited, pinned'
  end;
$$;

-- Reads a query: words, "phrases", word*, -not, and filters (from: in: before: after: on: during: has: is:). The word that
-- the query ends with counts as the beginning of one, because it may still be under way. Filters that name what the
-- caller cannot see find nothing, just like those that name what does not exist. For who knows nothing of filters
-- (is_lenient) those that mean nothing are words, and a query without any word finds nothing.
create function chat_private.read_search(query text, channel_ids uuid[], from_id uuid, is_lenient boolean default false)
returns chat_private.search_request
language plpgsql stable set search_path = '' as $$
declare
  v_request chat_private.search_request;
  v_part text[];
  v_not text;
  v_key text;
  v_value text;
  v_is_prefix boolean;
  v_days tstzrange;
  v_ids uuid[];
  v_in uuid[];
  v_authors text[] := case when from_id is not null then array['~' || chat_private.author_term(from_id)] else '{}' end;
  v_terms text[] := '{}';
  v_patterns text[] := '{}';
  v_words text;
  v_wanted text[];
  v_fault text;
  v_is_empty boolean := from_id is null or is_lenient;
begin
  if query is null or char_length(query) > 1000 then
    perform chat_private.fail_search('a query has at most 1,000 characters');
  end if;
  v_request.channel_ids := channel_ids;
  for v_part in
    select p from regexp_matches(query, '(-?)(?:(from|in|before|after|on|during|has|is):(?=\S))?("[^"]*"?|[^\s"]+)(\s?)', 'gi') p
  loop
    v_not := case when v_part[1] = '-' then '!' else '' end;
    v_key := lower(v_part[2]);
    v_value := btrim(v_part[3], '"');
    v_fault := chat_private.filter_fault(v_not = '!', v_key, v_value);
    if v_fault is not null and not is_lenient then
      perform chat_private.fail_search(v_fault);
    elsif v_key is null or v_fault is not null then
      v_value := concat(v_part[2] || ':', v_value);
      v_is_prefix := v_value like '%*' or (v_part[3] not like '"%' and v_part[4] = '' and v_not = '' and char_length(v_value) > 1);
      v_words := chat_private.search_phrase(v_value, v_is_prefix);
      continue when v_words is null;
      v_terms := v_terms || (v_not || v_words);
      if v_not = '' then
        v_patterns := v_patterns || array(select chat_private.search_patterns(v_value, v_is_prefix));
      end if;
    elsif v_key in ('before', 'after', 'on', 'during') then
      v_days := chat_private.search_days(v_value);
      if v_key <> 'after' then
        v_request.until := least(v_request.until, case when v_key = 'before' then lower(v_days) else upper(v_days) end);
      end if;
      if v_key <> 'before' then
        v_request.since := greatest(v_request.since, case when v_key = 'after' then upper(v_days) else lower(v_days) end);
      end if;
    elsif v_key = 'from' then
      v_words := '~' || coalesce(chat_private.author_term(chat_private.find_author(v_value)), '@nobody');
      if v_not = '!' then
        v_terms := v_terms || ('!' || v_words);
      else
        v_authors := v_authors || v_words;
      end if;
    elsif v_key = 'in' then
      v_ids := chat_private.find_channels(v_value, channel_ids);
      if v_not = '!' then
        v_request.channel_ids := array(select id from unnest(v_request.channel_ids) with ordinality c (id, n) where id <> all (v_ids) order by n);
      else
        v_in := coalesce(v_in, '{}') || v_ids;
      end if;
    else
      v_terms := v_terms || (v_not || '~=' || replace(lower(v_value), 'pinned', 'pin'));
    end if;
    v_is_empty := false;
  end loop;
  if v_is_empty and is_lenient then
    v_request.channel_ids := '{}';
    return v_request;
  elsif v_is_empty then
    perform chat_private.fail_search('the query has neither words nor filters');
  elsif cardinality(v_terms) + cardinality(v_authors) > 40 or regexp_count(v_terms::text, '~') > 100 then
    perform chat_private.fail_search('a query has at most 40 words and filters, and 100 words with those of its phrases');
  end if;
  if cardinality(v_authors) > 0 then
    v_terms := v_terms || ('(' || array_to_string(v_authors, ' | ') || ')');
  end if;
  if v_in is not null then
    v_request.channel_ids := array(select id from unnest(v_request.channel_ids) with ordinality c (id, n) where id = any (v_in) order by n);
  end if;
  v_wanted := array(select t from unnest(v_terms) t where t not like '!%');
  if v_wanted = '{}' then
    -- An index says where something is, not where it is not: so ask for all messages.
    v_wanted := '{~}';
    v_terms := v_wanted || v_terms;
  end if;
  v_request.queries := chat_private.channel_queries(v_request.channel_ids, v_terms);
  v_request.outlines := case when v_terms::text ~ '!|<->'
    then chat_private.channel_queries(v_request.channel_ids, array[replace(array_to_string(v_wanted, ' & '), '<->', '&')])
    else v_request.queries end;
  v_request.pattern := nullif(array_to_string(v_patterns, '|'), '');
  return v_request;
end;
$$;

-- 33_search_messages.sql
-- Search in messages: finds the newest or best hits of a query, counts them and marks what matches.

create type chat.person as (id uuid, username text, name text, avatar_url text);
create type chat.channel_label as (id uuid, kind text, slug text, name text);
create type chat.search_hit as (
  message chat.messages,
  my_reactions text[],
  author chat.person,
  channel chat.channel_label,
  snippet text,
  next_cursor text,
  total integer,
  is_total_exact boolean
);

create type chat_private.search_place as (created_at timestamptz, channel_id uuid, seq bigint);
-- The last hit of a page and what later pages need to know of the first.
create type chat_private.search_cursor as (
  created_at timestamptz, channel_id uuid, seq bigint, rank integer, newest timestamptz, total integer, is_exact boolean
);

-- The hits among the next messages below a place, newest first, how many those are, and the place where reading ended (null
-- when nothing is left): right for words that are common. A few channels are read each for itself, many as one stream.
create function chat_private.walk_hits(request chat_private.search_request, below chat_private.search_place, wanted integer, budget integer,
                                       out places chat_private.search_place[], out counted integer, out ended chat_private.search_place)
language plpgsql stable set search_path = '' set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_bitmapscan = off set enable_mergejoin = off as $$
declare
  v_share integer := budget / greatest(cardinality(request.channel_ids), 1);
begin
  if cardinality(request.channel_ids) <= 8 then
    -- All channels are read as far as the one that has the most in a short time.
    select e.* into ended
      from unnest(request.channel_ids) mine (id),
           lateral (select s.created_at, s.channel_id, s.seq from chat_private.message_search s
                     where s.channel_id = mine.id and s.created_at >= request.since
                       and s.created_at <= below.created_at and (s.created_at, s.channel_id, s.seq) < (below.created_at, below.channel_id, below.seq)
                     order by s.created_at desc, s.seq desc offset v_share limit 1) e
     order by e.created_at desc, e.channel_id desc, e.seq desc limit 1;
    places := array(
      select row(s.created_at, s.channel_id, s.seq)::chat_private.search_place
        from unnest(request.channel_ids, request.queries) mine (id, query),
             lateral (select * from chat_private.message_search s
                       where s.channel_id = mine.id and s.created_at >= greatest(request.since, ended.created_at)
                         and s.created_at <= below.created_at and (s.created_at, s.channel_id, s.seq) < (below.created_at, below.channel_id, below.seq)
                       offset 0) s
       where s.terms @@ mine.query and (ended is null or (s.created_at, s.channel_id, s.seq) >= (ended.created_at, ended.channel_id, ended.seq))
       order by s.created_at desc, s.channel_id desc, s.seq desc);
  else
    select s.created_at, s.channel_id, s.seq into ended
      from chat_private.message_search s
     where s.created_at >= request.since
       and (s.created_at, s.channel_id, s.seq) < (below.created_at, below.channel_id, below.seq)
     order by s.created_at desc, s.channel_id desc, s.seq desc offset budget limit 1;
    places := array(
      select row(s.created_at, s.channel_id, s.seq)::chat_private.search_place
        from (select * from chat_private.message_search s
               where s.created_at >= greatest(request.since, ended.created_at)
                 and (s.created_at, s.channel_id, s.seq) < (below.created_at, below.channel_id, below.seq)
               offset 0) s
        join unnest(request.channel_ids, request.queries) mine (id, query) on mine.id = s.channel_id
       where s.terms @@ mine.query and (ended is null or (s.created_at, s.channel_id, s.seq) >= (ended.created_at, ended.channel_id, ended.seq))
       order by s.created_at desc, s.channel_id desc, s.seq desc);
  end if;
  counted := cardinality(places);
  places := places[1:wanted];
end;
$$;

-- All hits, by looking the words up in the index, until more than `most` candidates are found: right for words that are rare.
create function chat_private.gather_hits(request chat_private.search_request, below chat_private.search_place, wanted integer, most integer,
                                         out places chat_private.search_place[], out total integer, out is_complete boolean)
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan set enable_seqscan = off as $$
begin
  with candidates as materialized (
    -- One channel after the other (offset 0), so that the index is asked for terms alone.
    select s.created_at, s.channel_id, s.seq,
           s.created_at >= request.since and s.created_at < request.until
             and (request.queries = request.outlines or s.terms @@ mine.query) as is_hit
      from unnest(request.channel_ids, request.queries, request.outlines) mine (id, query, outline),
           lateral (select * from chat_private.message_search s where s.terms @@ mine.outline offset 0) s
     where s.channel_id = mine.id
     limit most + 1
  )
  select (select count(*) from candidates c where c.is_hit), (select count(*) <= most from candidates),
         array(select row(c.created_at, c.channel_id, c.seq)::chat_private.search_place from candidates c
                where c.is_hit and (c.created_at, c.channel_id, c.seq) < (below.created_at, below.channel_id, below.seq)
                order by c.created_at desc, c.channel_id desc, c.seq desc limit wanted)
    into total, is_complete, places;
end;
$$;

-- The newest hits below a place (enough of them, up to as many as are wanted), and how many there are in all: exact, or
-- at least that many. Walks find what is common, the index what is rare; each gives up where the other is cheaper.
create function chat_private.find_hits(request chat_private.search_request, below chat_private.search_place, wanted integer, enough integer,
                                       needs_total boolean, out places chat_private.search_place[], out total integer, out is_exact boolean)
language plpgsql stable set search_path = '' as $$
declare
  -- A word that so many messages have is met a few times by a walk over as many: there both ways cost the same.
  v_even integer := (select least(greatest(2000, 4 * sqrt(greatest(c.reltuples, 0))), 15000) from pg_catalog.pg_class c
                      where c.oid = 'chat_private.message_search'::regclass);
  -- So few hits in a walk say that the index has few as well. Where words must stand together, it may still have many candidates.
  v_few integer := case when request.outlines = request.queries then 12 else 3 end;
  v_below chat_private.search_place := least(below, row(request.until, '00000000-0000-0000-0000-000000000000', 0)::chat_private.search_place);
  v_budget integer := 250;
  v_read integer := 0;
  v_walk record;
  v_index record;
  v_counted integer;
begin
  places := '{}';
  total := 0;
  loop
    v_walk := chat_private.walk_hits(request, v_below, wanted - cardinality(places), v_budget);
    places := places || v_walk.places;
    total := total + v_walk.counted;
    v_read := v_read + v_budget;
    v_below := v_walk.ended;
    is_exact := v_below is null;
    exit when is_exact or cardinality(places) >= (case when v_read >= 8 * v_even then least(enough, 51) when v_read >= v_even then enough else wanted end);

    if v_read >= 8 * v_even or (v_read >= v_even and v_counted is null and (needs_total or total < v_few)) then
      v_index := chat_private.gather_hits(request, below, wanted, case when v_read >= 8 * v_even then 2000000000
        when total < v_few then v_even * 3 / 4 else 1000 end);
      if v_index.is_complete then
        places := v_index.places;
        total := v_index.total;
        is_exact := true;
        return;
      end if;
      v_counted := v_index.total;
    end if;
    v_budget := case when v_read < v_even then v_even
                     else least(8 * v_even, greatest(2, 3 * (enough - total) / (2 * greatest(total, 1))) * v_read) end;
  end loop;

  if is_exact or v_counted is not null or not needs_total then
    total := greatest(total, v_counted);
    return;
  end if;
  -- The page is full before anything was counted.
  v_budget := 1200 * v_read / total;
  if v_budget <= 2 * v_even then
    v_walk := chat_private.walk_hits(request, v_below, 0, v_budget);
    total := total + v_walk.counted;
    is_exact := v_walk.ended is null;
  end if;
  if not is_exact and total <= 1000 then
    v_index := chat_private.gather_hits(request, below, 0, 1000);
    total := greatest(total, v_index.total);
    is_exact := v_index.is_complete;
  end if;
end;
$$;

-- What of a text matches, between STX and ETX (which the text itself cannot have), with some of what stands around the first match.
create function chat_private.search_snippet(body text, pattern text) returns text
language plpgsql immutable set search_path = '' as $$
declare
  v_body text := translate(body, E'\x02\x03', '');
  v_plain text := chat_private.plain(v_body);
  v_is_even boolean := char_length(v_plain) = char_length(v_body);
  v_start integer := greatest(1, coalesce(regexp_instr(v_plain, pattern), 1) - 60);
  v_ends integer[];
  v_marked text;
  v_snippet text := case when v_start > 1 then '…' else '' end;
  v_at integer := 0;
  v_part record;
begin
  v_body := substr(v_body, v_start, 240);
  if v_is_even then
    v_plain := substr(v_plain, v_start, 240);
  else
    -- Folding made some characters longer (ß) or took them away (accents of their own), so each is folded alone: v_ends
    -- says where in the folded text each character ends.
    select string_agg(folded, '' order by n), array_agg(so_far order by n) into v_plain, v_ends
      from (select n, chat_private.plain(c) as folded, sum(char_length(chat_private.plain(c))) over (order by n) as so_far
              from string_to_table(v_body, null) with ordinality chars (c, n)) f;
  end if;
  if pattern is null then
    return v_snippet || v_body;
  end if;
  v_marked := regexp_replace(v_plain, pattern, E'\x02\\&\x02', 'g');
  for v_part in
    select n % 2 = 0 as is_match, sum(char_length(part)) over (order by n) as so_far
      from string_to_table(v_marked, E'\x02') with ordinality p (part, n)
  loop
    declare
      v_end integer := case when v_is_even then v_part.so_far else (select count(*) from unnest(v_ends) e where e <= v_part.so_far) end;
    begin
      v_snippet := v_snippet || case when v_part.is_match then E'\x02' || substr(v_body, v_at + 1, v_end - v_at) || E'\x03'
                                     else substr(v_body, v_at + 1, v_end - v_at) end;
      v_at := v_end;
    end;
  end loop;
  return replace(v_snippet, E'\x03\x02', '');
end;
$$;

-- The caller's channels, those with few messages first: where many hits are to be counted, few of the long lists are read.
create function chat_private.searched_channels() returns uuid[]
language sql stable set search_path = '' as $$
  select array(select m.channel_id
                 from chat.channel_members m join chat.channel_counters n on n.channel_id = m.channel_id
                where m.user_id = (select auth.uid()) order by n.last_seq);
$$;

create function chat_private.read_search_cursor(cursor text) returns chat_private.search_cursor
language plpgsql stable set search_path = '' as $$
declare
  v_cursor chat_private.search_cursor;
begin
  if cursor is null then
    return row('infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 9223372036854775807, 2147483647, clock_timestamp(), null, null)::chat_private.search_cursor;
  end if;
  v_cursor := cursor::chat_private.search_cursor;
  if v_cursor.created_at is null or v_cursor.channel_id is null or v_cursor.seq is null or v_cursor.newest is null
     or v_cursor.total is null then
    raise invalid_text_representation;
  end if;
  return v_cursor;
exception when data_exception then
  perform chat_private.fail('invalid_cursor', 400, 'unable to search; a cursor is what the page before gave');
end;
$$;

-- What to look up for the caller, in all of their channels or in one that they are in.
create function chat_private.search_request(query text, channel_id uuid, from_id uuid, before timestamptz, after timestamptz,
                                            is_lenient boolean default false)
returns chat_private.search_request
language plpgsql stable set search_path = '' as $$
declare
  v_request chat_private.search_request;
begin
  v_request := chat_private.read_search(query,
    case when search_request.channel_id is null then chat_private.searched_channels() else array[search_request.channel_id] end,
    from_id, is_lenient);
  v_request.since := greatest(v_request.since, case when after < '9999-12-31' then after + interval '1 microsecond' else after end, '-infinity');
  v_request.until := least(v_request.until, before, 'infinity');
  return v_request;
end;
$$;

-- Definer: the index belongs to nobody. Looks up nothing but terms of the caller's own channels.
create function chat.search_messages(query text, channel_id uuid default null, from_id uuid default null,
                                     before timestamptz default null, after timestamptz default null,
                                     sort text default 'newest', cursor text default null, page_size integer default 20)
returns setof chat.search_hit
language plpgsql volatile rows 20 security definer set search_path = '' as $$
declare
  v_request chat_private.search_request;
  v_cursor chat_private.search_cursor;
  v_below chat_private.search_place;
  v_hits record;
  v_ranks integer[] := '{}';
  v_more boolean;
begin
  perform chat_private.require_token('search');
  if page_size is null or page_size not between 1 and 50 then
    perform chat_private.fail('invalid_page_size', 400, 'unable to search; a page has 1 to 50 hits');
  elsif sort is null or sort not in ('newest', 'relevance') then
    perform chat_private.fail_search('hits are sorted by newest or relevance');
  elsif search_messages.channel_id is not null then
    perform chat_private.require_member(search_messages.channel_id, 'search');
  end if;
  v_request := chat_private.search_request(query, search_messages.channel_id, from_id, before, after);
  v_cursor := chat_private.read_search_cursor(search_messages.cursor);

  if sort = 'newest' then
    v_below := (v_cursor.created_at, v_cursor.channel_id, v_cursor.seq);
    v_hits := chat_private.find_hits(v_request, v_below, page_size + 1, page_size + 1, v_cursor.total is null);
  else
    -- The best of the newest 50 to 500, which stay the same from page to page: so all is looked up again as for the first.
    v_below := (v_cursor.newest, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 9223372036854775807);
    v_hits := chat_private.find_hits(v_request, v_below, 500, 200, true);
    select coalesce(array_agg(row(r.created_at, r.channel_id, r.seq)::chat_private.search_place order by r.n), '{}'),
           array_agg(r.rank order by r.n)
      into v_hits.places, v_ranks
      from (select s.*, row_number() over (order by s.rank desc, s.created_at desc, s.channel_id desc, s.seq desc) as n
              from (select p.*, (1000000 * ts_rank(i.terms, v_request.queries[array_position(v_request.channel_ids, i.channel_id)], 1))::integer as rank
                      from unnest(v_hits.places) p
                      join chat_private.message_search i using (channel_id, created_at, seq)) s
             where (s.rank, s.created_at, s.channel_id, s.seq) < (v_cursor.rank, v_cursor.created_at, v_cursor.channel_id, v_cursor.seq)
             order by n limit page_size + 1) r;
  end if;

  v_cursor.is_exact := case when v_cursor.total is null then v_hits.is_exact and v_hits.total <= 1000 else v_cursor.is_exact end;
  v_cursor.total := coalesce(v_cursor.total, least(v_hits.total, 1000));
  v_more := cardinality(v_hits.places) > page_size;
  return query
    select m, chat.my_reactions(m), case when a.id is not null then row(a.id, a.username, a.name, a.avatar_url)::chat.person end,
           row(c.id, c.kind, c.slug, coalesce(c.name, c.slug, d.name))::chat.channel_label,
           chat_private.search_snippet(m.body, v_request.pattern),
           case when v_more and p.n = page_size then
             row(p.created_at, p.channel_id, p.seq, p.rank, v_cursor.newest, v_cursor.total, v_cursor.is_exact)::chat_private.search_cursor::text
           end, v_cursor.total, v_cursor.is_exact
      from unnest(v_hits.places[1:page_size], v_ranks[1:page_size]) with ordinality p (created_at, channel_id, seq, rank, n)
      join chat.messages m on m.channel_id = p.channel_id and m.seq = p.seq
      join chat.channels c on c.id = p.channel_id
      left join chat.profiles a on a.id = m.author_id
      left join chat.profiles d on c.kind = 'dm' and d.id = chat_private.dm_partner(c.dm_key, (select auth.uid()))
     order by p.n;
  perform chat_private.take_token('search');
end;
$$;
grant execute on function chat.search_messages(text, uuid, uuid, timestamptz, timestamptz, text, text, integer) to authenticated;

comment on type chat.person is 'Somebody as shown beside what they wrote';
comment on type chat.channel_label is 'A channel as shown beside what was said in it; the name of direct messages is the other person''s';
comment on type chat.search_hit is
  'A message that matches, with author and channel; snippet marks matches between the characters U+0002 and U+0003; next_cursor gives the page behind, null when there is none; total counts all hits, at least, when is_total_exact is false (more than 1,000)';
comment on function chat.search_messages(text, uuid, uuid, timestamptz, timestamptz, text, text, integer) is
  'Searches the caller''s channels: words, "phrases", word*, -not, from: in: before: after: on: during: has: is:; newest or by relevance (of the newest 50 to 500). Errors: rate_limited, invalid_search, invalid_page_size, invalid_cursor, channel_not_found, not_a_member';

-- 33_search_names.sql
-- Search by name: people, channels and the members of a channel, by the beginnings of words and, where those are few, with typos.

create extension if not exists pg_trgm with schema extensions;

-- The words of names as terms, in any script.
create function chat_private.name_terms(variadic names text[]) returns tsvector
language sql immutable parallel safe set search_path = '' as $$
  select array_to_tsvector(array(select word from chat_private.search_words(array_to_string(names, ' '))));
$$;

-- Names as trigrams are made of them.
create function chat_private.name_text(variadic names text[]) returns text
language sql immutable parallel safe set search_path = '' as $$
  select chat_private.plain(array_to_string(names, ' '));
$$;

create index profiles_username_begin_idx on chat.profiles (username text_pattern_ops) where deleted_at is null;
create index profiles_terms_idx on chat.profiles using gin (chat_private.name_terms(username, name)) where deleted_at is null;
create index profiles_trigrams_idx on chat.profiles using gin (chat_private.name_text(username, name) extensions.gin_trgm_ops) where deleted_at is null;
-- Public channels only: a search never meets the others, so that its time tells nothing of them.
create index channels_terms_idx on chat.channels using gin (chat_private.name_terms(slug, name, description))
  where kind = 'public' and deleted_at is null;
create index channels_trigrams_idx on chat.channels using gin (chat_private.name_text(slug, name) extensions.gin_trgm_ops)
  where kind = 'public' and deleted_at is null;

-- What was typed of a name, as a tsquery: all of its words, the last one as a beginning. Null where there is none.
create function chat_private.name_words(query text) returns tsquery
language sql immutable set search_path = '' as $$
  select replace(replace(chat_private.search_phrase(query, true), ' <-> ', ' & '), '~', '')::tsquery;
$$;

create function chat_private.name_query(query text, operation text) returns tsquery
language plpgsql stable set search_path = '' as $$
declare
  v_query tsquery;
begin
  if char_length(query) <= 200 then
    v_query := chat_private.name_words(query);
  end if;
  if v_query is null then
    perform chat_private.fail('invalid_search', 400, format('unable to %s; type 1 to 200 characters, letters or digits among them', operation));
  end if;
  return v_query;
end;
$$;

-- A literal for the left side of like.
create function chat_private.like_prefix(value text) returns text
language sql immutable parallel safe set search_path = '' as $$
  select regexp_replace(value, '([\\%_])', '\\\1', 'g') || '%';
$$;

-- People by the beginnings of username, name and the words of both, best first. Each way is bounded before it is sorted, so
-- the narrow ones come first: who is called exactly so is found however many names begin like that.
create function chat_private.people_named(query text) returns uuid[]
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_query tsquery := chat_private.name_query(query, 'search users');
  v_name text := lower(btrim(query));
  v_username text := ltrim(v_name, '@');
  v_text text := btrim(chat_private.name_text(query));
  v_ids uuid[];
begin
  v_ids := array(
    select p.id from chat.profiles p
     where p.username like chat_private.like_prefix(v_username) and p.deleted_at is null order by p.username limit 100);
  v_ids := v_ids || array(
    -- In the order of the index.
    select p.id from chat.profiles p
     where lower(p.name) like chat_private.like_prefix(v_name) and p.deleted_at is null and p.id <> all (v_ids)
     order by lower(p.name) using ~<~, p.username limit 100);
  v_ids := v_ids || array(
    select w.id
      from (select p.id, p.username, p.name from chat.profiles p
             where chat_private.name_terms(p.username, p.name) @@ v_query and p.deleted_at is null and p.id <> all (v_ids) limit 100) w
     order by chat_private.name_text(w.name) not like v_text || '%', w.username);
  return array(select p.id from unnest(v_ids) with ordinality best (id, n) join chat.profiles p on p.id = best.id
                order by p.username <> v_username, lower(p.name) <> v_name, best.n);
end;
$$;

-- People whose names look like the query, as after a typo, without those who are known already.
create function chat_private.people_like(query text, known uuid[]) returns uuid[]
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_text text := btrim(chat_private.name_text(query));
begin
  if char_length(v_text) <= 3 then
    return '{}';
  end if;
  perform set_config('pg_trgm.word_similarity_threshold', '0.4', true);
  return array(
    select s.id
      from (select p.id, p.username, chat_private.name_text(p.username, p.name) as text from chat.profiles p
             where v_text operator(extensions.<%) chat_private.name_text(p.username, p.name)
               and p.deleted_at is null and p.id <> all (known) limit 500) s
     order by extensions.word_similarity(v_text, s.text) desc, s.username limit 50);
end;
$$;

-- Definer: accounts are seen by their owners only, and suspended people are left out.
create function chat.search_users(query text, after uuid default null, page_size integer default 20)
returns setof chat.profiles
language plpgsql stable rows 20 security definer set search_path = '' as $$
declare
  v_ids uuid[] := chat_private.people_named(query);
begin
  perform chat_private.check_page_size(page_size, 'search users');
  if cardinality(v_ids) < page_size then
    v_ids := v_ids || chat_private.people_like(query, v_ids);
  end if;
  return query
    select p.*
      from unnest(v_ids) with ordinality best (id, n)
      join chat.profiles p on p.id = best.id
     where (after is null or best.n > array_position(v_ids, after))
       and exists (select from chat.accounts a where a.user_id = p.id and a.suspended_at is null)
     order by best.n limit page_size;
end;
$$;
grant execute on function chat.search_users(text, uuid, integer) to authenticated;

-- Definer: asks for the public channels alone, which row-level security would not let an index do.
create function chat.search_channels(query text, after uuid default null, page_size integer default 20)
returns setof chat.channels
language plpgsql stable rows 20 security definer
set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_query tsquery := chat_private.name_query(query, 'search channels');
  v_text text := btrim(chat_private.name_text(query));
  v_ids uuid[];
begin
  perform chat_private.check_page_size(page_size, 'search channels');
  v_ids := array(
    select c.id
      from (select c.id, c.slug, c.name, c.archived_at from chat.channels c
             where chat_private.name_terms(c.slug, c.name, c.description) @@ v_query and c.kind = 'public' and c.deleted_at is null
             limit 200) c
     order by c.archived_at is not null, chat_private.name_text(c.slug) not like v_text || '%',
              chat_private.name_text(c.name) not like v_text || '%', c.slug);
  -- The caller's other channels come first: they are few, and the likeliest to be meant.
  v_ids := array(
    select c.id from chat.channels c
     where c.id in (select chat_private.my_channel_ids()) and c.kind in ('private', 'group')
       and chat_private.name_terms(c.slug, c.name, c.description) @@ v_query
     order by c.archived_at is not null, c.slug, c.name, c.id limit 200) || v_ids;
  if cardinality(v_ids) < page_size and char_length(v_text) > 3 then
    perform set_config('pg_trgm.word_similarity_threshold', '0.4', true);
    v_ids := v_ids || array(
      select s.id
        from (select c.id, c.slug, chat_private.name_text(c.slug, c.name) as text from chat.channels c
               where v_text operator(extensions.<%) chat_private.name_text(c.slug, c.name) and c.kind = 'public' and c.deleted_at is null
                 and c.id <> all (v_ids) limit 500) s
       order by extensions.word_similarity(v_text, s.text) desc, s.slug limit 50);
  end if;
  return query
    select c.* from unnest(v_ids) with ordinality best (id, n) join chat.channels c on c.id = best.id
     where after is null or best.n > array_position(v_ids, after)
     order by best.n limit page_size;
end;
$$;
grant execute on function chat.search_channels(text, uuid, integer) to authenticated;

-- Definer: as search_users. Small channels are read, large ones are looked up in the names of all people.
create function chat.search_members(channel_id uuid, query text, after uuid default null, page_size integer default 20)
returns setof chat.channel_members
language plpgsql stable rows 20 security definer
set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_query tsquery := chat_private.name_query(query, 'search members');
  v_text text := btrim(chat_private.name_text(query));
  v_ids uuid[];
begin
  perform chat_private.require_member(search_members.channel_id, 'search members');
  perform chat_private.check_page_size(page_size, 'search members');
  if (select n.member_count <= 300 from chat.channel_counters n where n.channel_id = search_members.channel_id) then
    v_ids := array(
      select m.user_id from chat.channel_members m join chat.profiles p on p.id = m.user_id
       where m.channel_id = search_members.channel_id and chat_private.name_terms(p.username, p.name) @@ v_query);
  else
    v_ids := array(
      select p.id from chat.profiles p
       where chat_private.name_terms(p.username, p.name) @@ v_query and p.deleted_at is null
         and exists (select from chat.channel_members m where m.channel_id = search_members.channel_id and m.user_id = p.id)
       limit 200);
  end if;
  v_ids := array(
    select p.id from chat.profiles p
     where p.id = any (v_ids)
       and exists (select from chat.accounts a where a.user_id = p.id and a.suspended_at is null)
     order by chat_private.name_text(p.username) not like v_text || '%', chat_private.name_text(p.name) not like v_text || '%', p.username);
  return query
    select m.* from unnest(v_ids) with ordinality best (id, n)
      join chat.channel_members m on m.channel_id = search_members.channel_id and m.user_id = best.id
     where after is null or best.n > array_position(v_ids, after)
     order by best.n limit page_size;
end;
$$;
grant execute on function chat.search_members(uuid, text, uuid, integer) to authenticated;

comment on function chat.search_users(text, uuid, integer) is
  'People whose username or name has words that begin like the query''s, best first, then similar ones; pages of at most 350 in all, after the last id of the page before. Suspended people are left out. Errors: invalid_search, invalid_page_size';
comment on function chat.search_channels(text, uuid, integer) is
  'The caller''s private channels and groups, then public channels, whose slug, name or description has words that begin like the query''s, then similar ones. Errors: invalid_search, invalid_page_size';
comment on function chat.search_members(uuid, text, uuid, integer) is
  'Members of a channel whose username or name has words that begin like the query''s, best first. Errors: invalid_search, invalid_page_size, channel_not_found, not_a_member';

-- 34_threads.sql
-- Who follows which thread, and how far they have read it.

create table chat.thread_members (
  user_id uuid not null,
  channel_id uuid not null,
  root_seq bigint not null,
  last_read_seq bigint not null default 0,
  last_read_rank integer not null default 0,
  is_following boolean not null default true,
  primary key (user_id, channel_id, root_seq),
  constraint thread_members_member_fkey foreign key (channel_id, user_id)
    references chat.channel_members (channel_id, user_id) on delete cascade,
  constraint thread_members_root_fkey foreign key (channel_id, root_seq)
    references chat.messages (channel_id, seq) on delete cascade
);
create index thread_members_root_idx on chat.thread_members (channel_id, root_seq, user_id);
create index thread_members_member_idx on chat.thread_members (channel_id, user_id);

alter table chat.thread_members enable row level security;
grant select on chat.thread_members to authenticated;
create policy select_self on chat.thread_members for select to authenticated using (user_id = (select auth.uid()));

-- Who starts a thread, answers in it or is meant in it follows it; an own reply has read everything before it.
-- Definer: followers are written by functions only.
create function chat_private.tg_messages__follow_thread() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat.thread_members as t (user_id, channel_id, root_seq, last_read_seq, last_read_rank)
  select f.user_id, new.channel_id, new.parent_seq,
         case when f.user_id = new.author_id then new.seq else f.seq end,
         case when f.user_id = new.author_id then new.reply_rank else f.rank end
    from (
      select new.author_id, new.seq, new.reply_rank
      union
      select m.author_id, new.parent_seq, 0 from chat.messages m
       where m.channel_id = new.channel_id and m.seq = new.parent_seq and m.author_id is distinct from new.author_id
      union
      select u, new.seq - 1, new.reply_rank - 1 from unnest(new.mention_ids) as u where u is distinct from new.author_id
    ) as f (user_id, seq, rank)
    join chat.channel_members m on m.channel_id = new.channel_id and m.user_id = f.user_id
  on conflict on constraint thread_members_pkey do update
    set last_read_seq = excluded.last_read_seq, last_read_rank = excluded.last_read_rank, is_following = true
    where t.user_id = new.author_id;
  return null;
end;
$$;
create trigger _300_follow_thread after insert on chat.messages
  for each row when (new.parent_seq is not null) execute function chat_private.tg_messages__follow_thread();

-- The caller's row for a thread, made when there is none.
-- Definer: as above.
create function chat_private.thread_state(channel_id uuid, root_seq bigint, operation text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.hold_member(thread_state.channel_id, operation);
  insert into chat.thread_members (user_id, channel_id, root_seq, last_read_seq, is_following)
  select auth.uid(), m.channel_id, m.seq, m.seq, false from chat.messages m
   where m.channel_id = thread_state.channel_id and m.seq = thread_state.root_seq and m.parent_seq is null and m.kind = 'user'
  on conflict on constraint thread_members_pkey do nothing;
  if not found and not exists (select from chat.messages m where m.channel_id = thread_state.channel_id
                                and m.seq = thread_state.root_seq and m.parent_seq is null and m.kind = 'user') then
    perform chat_private.fail('message_not_found', 404, format('unable to %s; the message does not exist', operation));
  end if;
end;
$$;

-- Definer: as above.
create function chat.follow_thread(channel_id uuid, root_seq bigint, is_following boolean default true)
returns setof chat.thread_members rows 1
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.thread_state(follow_thread.channel_id, follow_thread.root_seq, 'follow thread');
  return query update chat.thread_members t set is_following = coalesce(follow_thread.is_following, true)
    where t.channel_id = follow_thread.channel_id and t.root_seq = follow_thread.root_seq and t.user_id = (select auth.uid())
    returning t.*;
end;
$$;
grant execute on function chat.follow_thread(uuid, bigint, boolean) to authenticated;

-- Definer: as above.
create function chat.mark_thread_read(channel_id uuid, root_seq bigint, seq bigint) returns setof chat.thread_members rows 1
language plpgsql security definer set search_path = '' as $$
begin
  if mark_thread_read.seq is null or mark_thread_read.seq < 0 then
    perform chat_private.fail('invalid_seq', 400, 'unable to mark thread as read; a seq is a number from 0');
  end if;
  perform chat_private.thread_state(mark_thread_read.channel_id, mark_thread_read.root_seq, 'mark thread as read');
  update chat.thread_members t
     set last_read_seq = r.seq, last_read_rank = r.reply_rank
    from (select m.seq, m.reply_rank from chat.messages m
           where m.channel_id = mark_thread_read.channel_id and m.parent_seq = mark_thread_read.root_seq
             and m.seq <= mark_thread_read.seq order by m.seq desc limit 1) r
   where t.channel_id = mark_thread_read.channel_id and t.root_seq = mark_thread_read.root_seq
     and t.user_id = (select auth.uid()) and t.last_read_seq < r.seq;
  return query select * from chat.thread_members t
    where t.channel_id = mark_thread_read.channel_id and t.root_seq = mark_thread_read.root_seq and t.user_id = (select auth.uid());
end;
$$;
grant execute on function chat.mark_thread_read(uuid, bigint, bigint) to authenticated;

create view chat.my_threads with (security_invoker = true) as
  select t.channel_id, t.root_seq, t.last_read_seq, m.id as root_id, m.author_id, m.body, m.reply_count, m.last_reply_at, m.reply_user_ids,
         m.reply_total - t.last_read_rank - case when m.reply_total = t.last_read_rank then 0 else (
           select count(*) from chat.messages gone
            where gone.channel_id = t.channel_id and gone.parent_seq = t.root_seq and gone.seq > t.last_read_seq
              and gone.deleted_at is not null) end as unread_count
    from chat.thread_members t
    join chat.messages m on m.channel_id = t.channel_id and m.seq = t.root_seq
   where t.user_id = (select auth.uid()) and t.is_following;
grant select on chat.my_threads to authenticated;

comment on table chat.thread_members is 'Who follows a thread and how far they have read it; seen by themselves only';
comment on column chat.thread_members.user_id is 'The follower';
comment on column chat.thread_members.channel_id is 'The channel';
comment on column chat.thread_members.root_seq is 'The message that the thread belongs to';
comment on column chat.thread_members.last_read_seq is 'Replies up to this seq are read';
comment on column chat.thread_members.last_read_rank is 'How many replies that were';
comment on column chat.thread_members.is_following is 'False once the person asked not to be told';
comment on policy select_self on chat.thread_members is 'People see what they follow';
comment on view chat.my_threads is 'The threads that the caller follows, with their root and exact unread counts';
comment on column chat.my_threads.unread_count is 'Replies of others after last_read_seq that are not deleted';
comment on function chat.follow_thread(uuid, bigint, boolean) is
  'Follows a thread or stops following it. Errors: channel_not_found, not_a_member, message_not_found';
comment on function chat.mark_thread_read(uuid, bigint, bigint) is
  'Marks a thread as read up to a reply; a marker never moves back. Errors: invalid_seq, channel_not_found, not_a_member, message_not_found';

-- 35_marks.sql
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

-- 36_reactions.sql
-- Reactions: an emoji of a person on a message; the message carries the counts.

create table chat.reactions (
  channel_id uuid not null,
  seq bigint not null,
  user_id uuid not null references chat.profiles on delete cascade,
  emoji text not null constraint reactions_emoji_form check (char_length(emoji) between 1 and 32 and emoji !~ '[\s[:cntrl:]]'),
  created_at timestamptz not null default clock_timestamp(),
  primary key (channel_id, seq, user_id, emoji),
  constraint reactions_account_fkey foreign key (user_id) references chat.accounts on delete cascade,
  constraint reactions_message_fkey foreign key (channel_id, seq) references chat.messages (channel_id, seq) on delete cascade
);
create index reactions_user_id_idx on chat.reactions (user_id);
-- Serves the list of who reacted, in the order they did.
create index reactions_order_idx on chat.reactions (channel_id, seq, created_at, user_id);

alter table chat.reactions enable row level security;
grant select on chat.reactions to authenticated;
create policy select_member on chat.reactions for select to authenticated
  using (channel_id in (select chat_private.my_channel_ids()));

-- Definer: counts are written by nobody else, and nobody but the database speaks on a channel's topic.
create function chat_private.tg_reactions__count() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_reaction chat.reactions := coalesce(new, old);
  v_is_added boolean := tg_op = 'INSERT';
  v_message chat.messages;
begin
  update chat.messages m
     set reaction_counts = case coalesce((m.reaction_counts ->> v_reaction.emoji)::integer, 0) + case when v_is_added then 1 else -1 end
           when 0 then m.reaction_counts - v_reaction.emoji
           else m.reaction_counts || jsonb_build_object(v_reaction.emoji,
             coalesce((m.reaction_counts ->> v_reaction.emoji)::integer, 0) + case when v_is_added then 1 else -1 end) end
   where m.channel_id = v_reaction.channel_id and m.seq = v_reaction.seq and m.deleted_at is null
  returning * into v_message;
  if found then
    perform chat_private.tell_channel(v_message.channel_id, 'message:reaction', jsonb_build_object(
      'channel_id', v_message.channel_id, 'seq', v_message.seq, 'id', v_message.id, 'change', v_message.change,
      'emoji', v_reaction.emoji, 'action', case when v_is_added then 'added' else 'removed' end,
      'created_at', v_reaction.created_at, 'reaction_counts', v_message.reaction_counts,
      'user', (select jsonb_build_object('id', p.id, 'username', p.username, 'name', p.name, 'avatar_url', p.avatar_url)
                 from chat.profiles p where p.id = v_reaction.user_id)));
  elsif v_is_added then
    perform chat_private.fail('message_deleted', 409, 'unable to react; the message has been deleted');
  end if;
  return null;
end;
$$;
create trigger _100_count after insert or delete on chat.reactions
  for each row execute function chat_private.tg_reactions__count();

-- Definer: as above. A reaction is given or taken back, never rewritten.
create function chat_private.tg_reactions__keep() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.fail('forbidden', 403, 'unable to change a reaction; remove it and add another');
  return null;
end;
$$;
create trigger _050_keep before update on chat.reactions
  for each row execute function chat_private.tg_reactions__keep();

-- The counts went with the deletion itself, so this is no further change of the message. The notifications have gone
-- before, in their order (_510_follow_notifications); here they would go one by one.
-- Definer: as above.
create function chat_private.tg_messages__drop_reactions() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from chat.reactions r where r.channel_id = new.channel_id and r.seq = new.seq;
  return null;
end;
$$;
create trigger _520_drop_reactions after update on chat.messages
  for each row when (new.deleted_at is not null and old.deleted_at is null and old.reaction_counts <> '{}')
  execute function chat_private.tg_messages__drop_reactions();

-- Definer: nobody may write reactions directly. With "replace" the caller has at most this one on the message.
create function chat.add_reaction(channel_id uuid, seq bigint, emoji text, replace boolean default false)
returns setof chat.reactions rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_counts jsonb;
begin
  if add_reaction.emoji is null or char_length(add_reaction.emoji) not between 1 and 32 or add_reaction.emoji ~ '[\s[:cntrl:]]' then
    perform chat_private.fail('invalid_emoji', 400, 'unable to react; an emoji has 1 to 32 characters without blanks');
  end if;
  perform chat_private.take_right(add_reaction.channel_id, 'react', 'react');
  perform chat_private.require_message(add_reaction.channel_id, add_reaction.seq, 'react');
  if replace then
    delete from chat.reactions r where r.channel_id = add_reaction.channel_id and r.seq = add_reaction.seq
      and r.user_id = auth.uid() and r.emoji <> add_reaction.emoji;
  end if;
  select m.reaction_counts into v_counts from chat.messages m
   where m.channel_id = add_reaction.channel_id and m.seq = add_reaction.seq;
  if not v_counts ? add_reaction.emoji and (select count(*) from jsonb_object_keys(v_counts)) >= 50 then
    perform chat_private.fail('too_many_reactions', 400, 'unable to react; a message has at most 50 different emoji');
  end if;
  insert into chat.reactions (channel_id, seq, user_id, emoji)
  values (add_reaction.channel_id, add_reaction.seq, auth.uid(), add_reaction.emoji)
  on conflict on constraint reactions_pkey do nothing;
  return query select * from chat.reactions r where r.channel_id = add_reaction.channel_id and r.seq = add_reaction.seq
    and r.user_id = auth.uid() and r.emoji = add_reaction.emoji;
end;
$$;
grant execute on function chat.add_reaction(uuid, bigint, text, boolean) to authenticated;

-- Definer: as above. Without an emoji all of the caller's go; no effect when there is none.
create function chat.remove_reaction(channel_id uuid, seq bigint, emoji text default null) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.take_right(remove_reaction.channel_id, 'react', 'remove reaction');
  perform chat_private.require_message(remove_reaction.channel_id, remove_reaction.seq, 'remove reaction');
  delete from chat.reactions r where r.channel_id = remove_reaction.channel_id and r.seq = remove_reaction.seq
    and r.user_id = auth.uid() and r.emoji = coalesce(remove_reaction.emoji, r.emoji);
end;
$$;
grant execute on function chat.remove_reaction(uuid, bigint, text) to authenticated;

-- Which emoji the caller put on a message: a computed column for the Data API.
create function chat.my_reactions(message chat.messages) returns text[]
language sql stable set search_path = '' as $$
  select case when message.reaction_counts = '{}' then '{}' else array(
    select r.emoji from chat.reactions r
     where r.channel_id = message.channel_id and r.seq = message.seq and r.user_id = (select auth.uid())
     order by r.created_at) end;
$$;
grant execute on function chat.my_reactions(chat.messages) to authenticated;

comment on table chat.reactions is 'Who reacted to which message with which emoji; gone with the message''s deletion';
comment on column chat.reactions.channel_id is 'The channel';
comment on column chat.reactions.seq is 'The message';
comment on column chat.reactions.user_id is 'Who reacted';
comment on column chat.reactions.emoji is 'A Unicode emoji or a name such as :party:, 1 to 32 characters without blanks';
comment on column chat.reactions.created_at is 'When';
comment on policy select_member on chat.reactions is 'Members see the reactions of their channels';
comment on function chat.add_reaction(uuid, bigint, text, boolean) is
  'Reacts to a message, with replace instead of the caller''s other reactions; no effect when it is there. Errors: invalid_emoji, channel_not_found, not_a_member, channel_archived, user_blocked, message_not_found, message_deleted, too_many_reactions';
comment on function chat.remove_reaction(uuid, bigint, text) is
  'Takes the caller''s reaction back, or all of them. Errors: channel_not_found, not_a_member, channel_archived, user_blocked, message_not_found, message_deleted';
comment on function chat.my_reactions(chat.messages) is 'The emoji that the caller put on the message, oldest first';

-- 37_channel_verbs.sql
-- What people do with channels: make, open, change, archive, delete them and hand them over.

create table chat.channel_bans (
  channel_id uuid not null references chat.channels on delete cascade,
  user_id uuid not null references chat.profiles on delete cascade,
  reason text not null default '' constraint channel_bans_reason_length check (char_length(reason) <= 500),
  until timestamptz not null default 'infinity',
  banned_by uuid references chat.profiles on delete set null,
  created_at timestamptz not null default now(),
  primary key (channel_id, user_id),
  constraint channel_bans_account_fkey foreign key (user_id) references chat.accounts on delete cascade
);
create index channel_bans_user_id_idx on chat.channel_bans (user_id);
create index channel_bans_banned_by_idx on chat.channel_bans (banned_by);

alter table chat.channel_bans enable row level security;
grant select on chat.channel_bans to authenticated;
create policy select_channel_admin on chat.channel_bans for select to authenticated
  using (channel_id in (select m.channel_id from chat.channel_members m
                         where m.user_id = (select auth.uid()) and m.role = 'admin'));

-- A ban takes its member out, also when it is made by hand.
-- Definer: membership is written by functions only.
create function chat_private.tg_channel_bans__expel() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from chat.channel_members m
   where m.channel_id = new.channel_id and m.user_id = new.user_id and new.until > now();
  return null;
end;
$$;
create trigger _200_expel after insert or update on chat.channel_bans
  for each row execute function chat_private.tg_channel_bans__expel();

-- Refuses what a channel's fields cannot be; null means that the field is not given.
create function chat_private.check_channel(slug text, name text, description text, custom jsonb, operation text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if char_length(slug) > 80 or slug !~ '^[a-z0-9]+(-[a-z0-9]+)*$' then
    perform chat_private.fail('invalid_slug', 400,
      format('unable to %s; a slug has 1 to 80 of a-z, 0-9 and single dashes between them', operation));
  elsif chat_private.clean_name(name) is distinct from btrim(name) then
    perform chat_private.fail('invalid_name', 400,
      format('unable to %s; a name has 1 to 80 characters, none of them invisible', operation));
  elsif char_length(description) > 500 then
    perform chat_private.fail('invalid_description', 400,
      format('unable to %s; a description has at most 500 characters', operation));
  elsif not coalesce(chat_private.is_custom(coalesce(custom, '{}')), false) then
    perform chat_private.fail('invalid_custom', 400,
      format('unable to %s; custom data is an object of at most 16 KB and 100 levels', operation));
  end if;
end;
$$;

-- Definer: nobody may insert members directly. Adds those of the given users that exist, are not banned and not in yet.
create function chat_private.add_members(channel_id uuid, user_ids uuid[], role text default 'member') returns setof uuid
language plpgsql security definer set search_path = '' as $$
begin
  if cardinality(user_ids) > 1000 then
    perform chat_private.fail('too_many_members', 400, 'unable to add members; at most 1,000 can be added at once');
  elsif exists (select from unnest(user_ids) u where not exists (select from chat.profiles p where p.id = u and p.deleted_at is null)) then
    perform chat_private.fail('user_not_found', 404, 'unable to add members; at least one user does not exist');
  elsif exists (select from chat.channels c where c.id = add_members.channel_id and c.kind in ('group', 'private'))
        and exists (select from chat.blocks b
                     where (b.blocker_id = (select auth.uid()) and b.blocked_id = any (user_ids))
                        or (b.blocked_id = (select auth.uid()) and b.blocker_id = any (user_ids))) then
    -- Who may not write to somebody may not bring them into a conversation either.
    perform chat_private.fail('user_blocked', 403, 'unable to add members; one of them and you have blocked the other');
  elsif exists (select from chat.channel_bans b where b.channel_id = add_members.channel_id and b.user_id = any (user_ids)
                 and b.until > now()) then
    perform chat_private.fail('user_banned', 403, 'unable to add members; at least one of them is banned from the channel');
  end if;
  return query insert into chat.channel_members as m (channel_id, user_id, role)
    -- In one order, or two who add the same people at once would wait for each other.
    select distinct add_members.channel_id, u, coalesce(add_members.role, 'member')
      from unnest(user_ids) u where u is not null order by u
    on conflict do nothing
    returning m.user_id;
end;
$$;

-- A slug for a channel that came with a name only: of its letters and digits, and of its id where that is taken. No more is
-- looked at than a name may have.
create function chat_private.suggest_slug(wish text, id uuid) returns text
language sql stable set search_path = '' as $$
  select case when v.base <> '' and not exists (select from chat.channels c where c.slug = v.base and c.deleted_at is null)
              then v.base
              else btrim(left(coalesce(nullif(v.base, ''), 'channel'), 60), '-') || '-' || right(replace(suggest_slug.id::text, '-', ''), 12) end
    from (select btrim(left(btrim(regexp_replace(lower(regexp_replace(normalize(left(btrim(coalesce(suggest_slug.wish, '')), 80), nfkd), '[\u0300-\u036f]', '', 'g')),
                                                 '[^a-z0-9]+', '-', 'g'), '-'), 80), '-') as base) v;
$$;

-- Definer: makes the caller the first member, which no policy lets anybody do.
create function chat.create_channel(slug text default null, kind text default 'public', name text default null,
                                    description text default '', member_ids uuid[] default '{}', custom jsonb default '{}', id uuid default null,
                                    is_open boolean default false)
returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_id uuid := coalesce(create_channel.id, chat_private.uuid_v7());
  v_slug text := coalesce(lower(btrim(create_channel.slug)),
                          case when btrim(create_channel.name) <> '' then chat_private.suggest_slug(create_channel.name, v_id) end);
  v_channel chat.channels;
begin
  perform chat_private.take_token('create_channel');
  if create_channel.kind is null or create_channel.kind not in ('public', 'private') then
    perform chat_private.fail('invalid_channel_kind', 400, 'unable to create channel; its kind is public or private');
  elsif create_channel.is_open and create_channel.kind <> 'public' then
    perform chat_private.fail('invalid_channel_kind', 400, 'unable to create channel; only a public one can be open');
  end if;
  perform chat_private.check_channel(coalesce(v_slug, ''), create_channel.name, create_channel.description, create_channel.custom, 'create channel');

  loop
    insert into chat.channels (id, kind, slug, name, description, custom, is_open, created_by)
    values (v_id, create_channel.kind, v_slug, btrim(create_channel.name), coalesce(create_channel.description, ''),
            coalesce(create_channel.custom, '{}'), coalesce(create_channel.is_open, false), (select auth.uid()))
    on conflict do nothing
    returning * into v_channel;
    exit when v_channel.id is not null or create_channel.slug is not null
      or v_slug = chat_private.suggest_slug(create_channel.name, v_id);
    -- Somebody has just taken the one that was made of the name.
    v_slug := chat_private.suggest_slug(create_channel.name, v_id);
  end loop;
  if v_channel.id is null then
    -- Asked for once more, since the first answer got lost.
    return query select * from chat.channels c
      where c.id = create_channel.id and c.created_by = (select auth.uid()) and c.kind = create_channel.kind and c.deleted_at is null;
    if found then
      return;
    elsif exists (select from chat.channels c where c.slug = v_slug and c.deleted_at is null) then
      perform chat_private.fail('slug_taken', 409, 'unable to create channel; another one has this slug');
    end if;
    perform chat_private.fail('conflict', 409, 'unable to create channel; there is another channel of this id');
  end if;

  insert into chat.channel_members (channel_id, user_id, role) values (v_channel.id, (select auth.uid()), 'admin');
  perform chat_private.add_members(v_channel.id, create_channel.member_ids);
  perform chat_private.post_system_message(v_channel.id, 'Channel created', 'channel_created');
  return next v_channel;
end;
$$;
grant execute on function chat.create_channel(text, text, text, text, uuid[], jsonb, uuid, boolean) to authenticated;

-- Definer: as above.
create function chat.create_group(member_ids uuid[], name text default null, description text default '', custom jsonb default '{}',
                                  id uuid default null)
returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_channel chat.channels;
begin
  perform chat_private.take_token('create_channel');
  perform chat_private.check_channel(null, create_group.name, create_group.description, create_group.custom, 'create group');
  -- Others may come later, but then it must be told apart by something.
  if nullif(btrim(create_group.name), '') is null
     and not exists (select from unnest(create_group.member_ids) as u where u <> (select auth.uid())) then
    perform chat_private.fail('too_few_members', 400, 'unable to create group; without a name it needs somebody else');
  end if;
  insert into chat.channels (id, kind, name, description, custom, created_by)
  values (coalesce(create_group.id, chat_private.uuid_v7()), 'group', btrim(create_group.name), coalesce(create_group.description, ''),
          coalesce(create_group.custom, '{}'), (select auth.uid()))
  on conflict do nothing
  returning * into v_channel;
  if v_channel.id is null then
    return query select * from chat.channels c
      where c.id = create_group.id and c.created_by = (select auth.uid()) and c.kind = 'group' and c.deleted_at is null;
    if found then
      return;
    end if;
    perform chat_private.fail('conflict', 409, 'unable to create group; there is another channel of this id');
  end if;
  insert into chat.channel_members (channel_id, user_id, role) values (v_channel.id, (select auth.uid()), 'admin');
  perform chat_private.add_members(v_channel.id, create_group.member_ids);
  return next v_channel;
end;
$$;
grant execute on function chat.create_group(uuid[], text, text, jsonb, uuid) to authenticated;

-- Definer: membership is written by these functions only.
create function chat.open_dm(user_id uuid, to_oneself boolean default true) returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_me uuid := (select auth.uid());
  v_key text := least(v_me, open_dm.user_id)::text || ':' || greatest(v_me, open_dm.user_id)::text;
  v_channel chat.channels;
begin
  if not exists (select from chat.profiles p where p.id = open_dm.user_id and p.deleted_at is null) then
    perform chat_private.fail('user_not_found', 404, 'unable to open direct messages; the user does not exist');
  elsif open_dm.user_id = v_me and not to_oneself then
    perform chat_private.fail('cannot_target_oneself', 400, 'unable to open direct messages; they need somebody else');
  end if;
  select * into v_channel from chat.channels c where c.dm_key = v_key;
  if not found then
    perform chat_private.take_token('open_dm');
    if chat_private.is_blocked_pair(v_me, open_dm.user_id) then
      perform chat_private.fail('user_blocked', 403, 'unable to open direct messages; one of you has blocked the other');
    end if;
    -- Both sides may open it in the same moment: the second waits here and finds the first one's row.
    insert into chat.channels (kind, dm_key, created_by) values ('dm', v_key, v_me)
    on conflict on constraint channels_dm_key_unique do nothing
    returning * into v_channel;
    if v_channel.id is null then
      select * into strict v_channel from chat.channels c where c.dm_key = v_key;
    else
      insert into chat.channel_members (channel_id, user_id)
      select v_channel.id, u from (values (v_me), (open_dm.user_id)) as pair (u)
      on conflict do nothing;
    end if;
  end if;
  return next v_channel;
end;
$$;
grant execute on function chat.open_dm(uuid, boolean) to authenticated;

-- Definer: nobody may update channels directly.
create function chat.update_channel(channel_id uuid, slug text default null, name text default null, description text default null,
                                    kind text default null, custom jsonb default null, is_open boolean default null)
returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_slug text := lower(btrim(update_channel.slug));
  v_old chat.channels;
  v_new chat.channels;
begin
  v_old := chat_private.take_right(update_channel.channel_id, 'update_channel', 'update channel');
  if update_channel.kind not in ('public', 'private') or (update_channel.kind is not null and v_old.kind = 'group') then
    perform chat_private.fail('invalid_channel_kind', 400, 'unable to update channel; its kind is public or private, and a group stays one');
  elsif update_channel.is_open and coalesce(update_channel.kind, v_old.kind) <> 'public' then
    perform chat_private.fail('invalid_channel_kind', 400, 'unable to update channel; only a public one can be open');
  elsif v_slug is not null and v_old.kind = 'group' then
    perform chat_private.fail('invalid_slug', 400, 'unable to update channel; a group has no slug');
  end if;
  -- An empty name takes the name away: the slug or the people's names are shown then.
  perform chat_private.check_channel(v_slug, nullif(btrim(update_channel.name), ''), update_channel.description, update_channel.custom, 'update channel');
  begin
    update chat.channels c
       set slug = coalesce(v_slug, c.slug), kind = coalesce(update_channel.kind, c.kind),
           is_open = coalesce(update_channel.is_open, c.is_open) and coalesce(update_channel.kind, c.kind) = 'public',
           name = case when update_channel.name is null then c.name else nullif(btrim(update_channel.name), '') end,
           description = coalesce(update_channel.description, c.description),
           custom = coalesce(update_channel.custom, c.custom)
     where c.id = update_channel.channel_id
    returning * into v_new;
  exception when unique_violation then
    perform chat_private.fail('slug_taken', 409, 'unable to update channel; another one has this slug');
  end;
  if v_new.kind <> 'group' and (v_new.slug, v_new.kind, v_new.name, v_new.description, v_new.is_open)
       is distinct from (v_old.slug, v_old.kind, v_old.name, v_old.description, v_old.is_open) then
    perform chat_private.post_system_message(v_new.id, 'Channel updated', 'channel_updated');
  end if;
  return next v_new;
end;
$$;
grant execute on function chat.update_channel(uuid, text, text, text, text, jsonb, boolean) to authenticated;

-- Definer: as above.
create function chat.archive_channel(channel_id uuid, is_archived boolean default true) returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_channel chat.channels := chat_private.take_right(archive_channel.channel_id, 'archive',
    case when is_archived then 'archive channel' else 'unarchive channel' end);
begin
  if (v_channel.archived_at is not null) <> coalesce(is_archived, true) then
    perform chat_private.post_system_message(v_channel.id,
      case when is_archived then 'Channel archived' else 'Channel unarchived' end,
      case when is_archived then 'channel_archived' else 'channel_unarchived' end);
    update chat.channels c set archived_at = case when is_archived then now() end
     where c.id = v_channel.id returning * into v_channel;
  end if;
  return next v_channel;
end;
$$;
grant execute on function chat.archive_channel(uuid, boolean) to authenticated;

-- Definer: as above. Platform admins may delete channels they are not in, which is noted.
create function chat.delete_channel(channel_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_channel chat.channels;
begin
  select * into v_channel from chat.channels c
   where c.id = delete_channel.channel_id and c.kind <> 'dm' and c.deleted_at is null
     and c.created_by is distinct from (select auth.uid()) and chat_private.is_platform_admin();
  if found then
    perform chat_private.audit('channel.deleted', 'channel', v_channel.id,
      jsonb_build_object('kind', v_channel.kind, 'slug', v_channel.slug));
  else
    perform chat_private.take_right(delete_channel.channel_id, 'delete_channel', 'delete channel');
  end if;
  perform chat_private.lock_channel(delete_channel.channel_id);
  update chat.channels c set deleted_at = now() where c.id = delete_channel.channel_id;
end;
$$;
grant execute on function chat.delete_channel(uuid) to authenticated;

-- A deleted channel has no members, and one that is not public any more no audience but its members.
-- Definer: as above.
create function chat_private.tg_channels__follow() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.deleted_at is not null and old.deleted_at is null then
    -- The members are taken first, as by everybody who reads. Their states go at once; the foreign key would take them
    -- one by one.
    perform from chat.channel_members m where m.channel_id = new.id order by m.user_id for update;
    delete from chat.channel_states s where s.channel_id = new.id;
    delete from chat.channel_members m where m.channel_id = new.id;
    update chat.channels c set epoch = c.epoch + 1 where c.id = new.id;
  end if;
  return null;
end;
$$;
create trigger _200_follow after update of deleted_at on chat.channels
  for each row execute function chat_private.tg_channels__follow();

-- Who could hear a public channel may still have its topic: it moves when the channel closes, and when somebody is banned
-- who has left before. Definer: as above.
create function chat_private.tg_channels__close() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.epoch := greatest(new.epoch, old.epoch + 1);
  return new;
end;
$$;
create trigger _150_close before update of kind on chat.channels
  for each row when (old.kind = 'public' and new.kind <> 'public') execute function chat_private.tg_channels__close();

-- Definer: as above.
create function chat_private.tg_channel_bans__raise_epoch() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.channels c set epoch = c.epoch + 1 where c.id = new.channel_id and c.kind = 'public';
  return null;
end;
$$;
create trigger _150_raise_epoch after insert or update of channel_id, user_id, until on chat.channel_bans
  for each row when (new.until > now()) execute function chat_private.tg_channel_bans__raise_epoch();

-- Definer: as above. What the one says, the other hears no more, also on a socket that is open.
create function chat_private.tg_blocks__raise_epoch() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.channels c set epoch = c.epoch + 1
   where c.dm_key = least(new.blocker_id, new.blocked_id)::text || ':' || greatest(new.blocker_id, new.blocked_id)::text;
  return null;
end;
$$;
create trigger _150_raise_epoch after insert on chat.blocks
  for each row execute function chat_private.tg_blocks__raise_epoch();

-- Definer: as above.
create function chat.transfer_channel(channel_id uuid, user_id uuid) returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.take_right(transfer_channel.channel_id, 'delete_channel', 'transfer channel');
  update chat.channel_members m set role = 'admin'
   where m.channel_id = transfer_channel.channel_id and m.user_id = transfer_channel.user_id;
  if not found then
    perform chat_private.fail('member_not_found', 404, 'unable to transfer channel; this user is not in it');
  end if;
  return query update chat.channels c set created_by = transfer_channel.user_id
    where c.id = transfer_channel.channel_id returning c.*;
end;
$$;
grant execute on function chat.transfer_channel(uuid, uuid) to authenticated;

comment on table chat.channel_bans is 'Who may not come back to a channel; seen by its admins';
comment on column chat.channel_bans.channel_id is 'The channel';
comment on column chat.channel_bans.user_id is 'Who is banned';
comment on column chat.channel_bans.reason is 'Why, at most 500 characters';
comment on column chat.channel_bans.until is 'Until when, infinity for good';
comment on column chat.channel_bans.banned_by is 'Which admin did it';
comment on column chat.channel_bans.created_at is 'When';
comment on policy select_channel_admin on chat.channel_bans is 'Admins of a channel see whom it keeps out';
comment on function chat_private.suggest_slug(text, uuid) is 'A free slug for a channel of this name';
comment on function chat.create_channel(text, text, text, text, uuid[], jsonb, uuid, boolean) is
  'Creates a public or private channel with the caller as admin; without a slug one is made of the name. Anybody reads an open one, also without an account. Errors: rate_limited, invalid_channel_kind, invalid_slug, invalid_name, invalid_description, invalid_custom, slug_taken, conflict, too_many_members, user_not_found, user_blocked';
comment on function chat.create_group(uuid[], text, text, jsonb, uuid) is
  'Creates a group of the caller and these people; one with a name may begin without others. Errors: rate_limited, invalid_name, invalid_description, invalid_custom, too_few_members, conflict, too_many_members, user_not_found, user_blocked';
comment on function chat.open_dm(uuid, boolean) is
  'The direct-message channel with this user, made on first use (also with oneself, unless that is not wanted). Errors: rate_limited, user_not_found, cannot_target_oneself, user_blocked';
comment on function chat.update_channel(uuid, text, text, text, text, jsonb, boolean) is
  'Changes what is given of a channel; an empty name takes it away. Errors: channel_not_found, not_a_member, not_a_channel_admin, channel_archived, dm_is_permanent, invalid_channel_kind, invalid_slug, invalid_name, invalid_description, invalid_custom, slug_taken';
comment on function chat.archive_channel(uuid, boolean) is
  'Makes a channel read-only, or writable again. Errors: channel_not_found, not_a_member, not_a_channel_admin, dm_is_permanent';
comment on function chat.delete_channel(uuid) is
  'Deletes a channel: its members leave it and nobody finds it; messages stay for the audit. Errors: channel_not_found, not_a_member, not_the_creator, not_a_channel_admin, dm_is_permanent';
comment on function chat.transfer_channel(uuid, uuid) is
  'Makes another member the owner of a channel. Errors: channel_not_found, not_a_member, not_the_creator, not_a_channel_admin, member_not_found, dm_is_permanent';

-- 38_member_verbs.sql
-- What people do about membership: join, leave, add, remove, ban, give roles, look who is there.

-- "Ada", "Ada, Bo and Cy", "Ada, Bo, Cy and 7 others".
create function chat_private.names_of(user_ids uuid[]) returns text
language sql stable set search_path = '' as $$
  with names as (
    select array_agg(p.name order by u.ordinality) as list
      from unnest(user_ids[1:4]) with ordinality as u (id, ordinality) join chat.profiles p on p.id = u.id)
  select case
    when cardinality(user_ids) = 1 then list[1]
    when cardinality(user_ids) <= 4 then array_to_string(list[:cardinality(list) - 1], ', ') || ' and ' || list[cardinality(list)]
    else array_to_string(list[:3], ', ') || ' and ' || cardinality(user_ids) - 3 || ' others' end
    from names;
$$;

-- Definer: membership is written by these functions only.
create function chat.join_channel(channel_id uuid) returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_me uuid := (select auth.uid());
  v_channel chat.channels;
  v_joined uuid[];
begin
  if exists (select from chat.channels c where c.id = join_channel.channel_id and c.kind = 'public') then
    -- Who bans, closes or deletes it at this moment comes first.
    perform chat_private.lock_channel(join_channel.channel_id);
  end if;
  select * into v_channel from chat.channels c
   where c.id = join_channel.channel_id
     and ((c.kind = 'public' and c.deleted_at is null) or c.id in (select chat_private.my_channel_ids()));
  if not found then
    perform chat_private.fail('channel_not_found', 404,
      'unable to join; the channel does not exist or is not visible to you');
  elsif exists (select from chat.channel_bans b where b.channel_id = v_channel.id and b.user_id = v_me and b.until > now()) then
    perform chat_private.fail('user_banned', 403, 'unable to join; you are banned from the channel');
  end if;
  if not exists (select from chat.channel_members m where m.channel_id = v_channel.id and m.user_id = v_me) then
    if v_channel.archived_at is not null then
      perform chat_private.fail('channel_archived', 403, 'unable to join; the channel is archived');
    end if;
    -- Who comes into a channel that everybody has left runs it, but not one that was made by hand.
    select array_agg(u) into v_joined
      from chat_private.add_members(v_channel.id, array[v_me],
             case when v_channel.founder_id is null
                    or exists (select from chat.channel_members m where m.channel_id = v_channel.id) then 'member' else 'admin' end) u;
    if v_joined is not null then
      perform chat_private.post_system_message(v_channel.id, chat_private.names_of(v_joined) || ' joined the channel', 'member_joined', v_joined);
    end if;
  end if;
  return next v_channel;
end;
$$;
grant execute on function chat.join_channel(uuid) to authenticated;

-- Definer: as above.
create function chat.leave_channel(channel_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_me uuid := (select auth.uid());
  v_channel chat.channels := chat_private.take_right(leave_channel.channel_id, 'leave', 'leave');
begin
  if v_channel.kind <> 'group' then
    perform chat_private.post_system_message(v_channel.id, chat_private.names_of(array[v_me]) || ' left the channel', 'member_left', array[v_me]);
  end if;
  delete from chat.channel_members m where m.channel_id = v_channel.id and m.user_id = v_me;
end;
$$;
grant execute on function chat.leave_channel(uuid) to authenticated;

-- Definer: as above. To make an admin takes the right to give roles; to add nobody but oneself is to join.
create function chat.add_members(channel_id uuid, user_ids uuid[], role text default 'member') returns setof chat.channel_members
language plpgsql security definer set search_path = '' as $$
declare
  v_channel chat.channels;
  v_added uuid[];
begin
  if add_members.role = 'member' and cardinality(user_ids) > 0
     and not exists (select from unnest(user_ids) u where u is distinct from (select auth.uid()))
     and exists (select from chat.channels c where c.id = add_members.channel_id and c.kind = 'public' and c.deleted_at is null) then
    perform chat.join_channel(add_members.channel_id);
    return query select * from chat.channel_members m
      where m.channel_id = add_members.channel_id and m.user_id = (select auth.uid());
    return;
  end if;
  v_channel := chat_private.take_right(add_members.channel_id, 'invite', 'add members');
  if add_members.role is null or add_members.role not in ('admin', 'member') then
    perform chat_private.fail('invalid_role', 400, 'unable to add members; a role is admin or member');
  elsif add_members.role = 'admin' then
    perform chat_private.require_right(add_members.channel_id, 'set_role', 'add admins');
  end if;
  select array_agg(u) into v_added from chat_private.add_members(add_members.channel_id, user_ids, add_members.role) u;
  if v_added is not null and v_channel.kind <> 'group' then
    perform chat_private.post_system_message(v_channel.id, chat_private.names_of(v_added) || ' joined the channel', 'member_joined', v_added);
  end if;
  return query select * from chat.channel_members m
    where m.channel_id = add_members.channel_id and m.user_id = any (user_ids);
end;
$$;
grant execute on function chat.add_members(uuid, uuid[], text) to authenticated;

-- Definer: as above.
create function chat_private.expel(channel chat.channels, user_id uuid, operation text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  if channel.created_by = expel.user_id then
    perform chat_private.fail('creator_cannot_leave', 403, format('unable to %s; the owner of the channel stays in it', operation));
  end if;
  delete from chat.channel_members m where m.channel_id = channel.id and m.user_id = expel.user_id;
  if not found then
    perform chat_private.fail('member_not_found', 404, format('unable to %s; this user is not in the channel', operation));
  end if;
  if channel.kind <> 'group' then
    perform chat_private.post_system_message(channel.id, chat_private.names_of(array[expel.user_id]) || ' left the channel',
                                             'member_removed', array[expel.user_id]);
  end if;
end;
$$;

-- Definer: as above. To remove oneself is to leave.
create function chat.remove_member(channel_id uuid, user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  if remove_member.user_id = (select auth.uid()) then
    if exists (select from chat.channels c where c.id = remove_member.channel_id and c.kind = 'public' and c.deleted_at is null)
       and not exists (select from chat.channel_members m
                        where m.channel_id = remove_member.channel_id and m.user_id = remove_member.user_id) then
      perform chat_private.fail('member_not_found', 404, 'unable to leave; you are not in the channel');
    end if;
    perform chat.leave_channel(remove_member.channel_id);
    return;
  end if;
  perform chat_private.expel(chat_private.take_right(remove_member.channel_id, 'remove_member', 'remove a member'),
                             remove_member.user_id, 'remove a member');
end;
$$;
grant execute on function chat.remove_member(uuid, uuid) to authenticated;

-- Definer: as above.
create function chat.ban_member(channel_id uuid, user_id uuid, reason text default '', until timestamptz default 'infinity')
returns setof chat.channel_bans rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_channel chat.channels := chat_private.take_right(ban_member.channel_id, 'ban_member', 'ban');
begin
  perform chat_private.check_time(ban_member.until, 'ban');
  if char_length(ban_member.reason) > 500 then
    perform chat_private.fail('invalid_reason', 400, 'unable to ban; a reason has at most 500 characters');
  elsif ban_member.until <= now() then
    perform chat_private.fail('invalid_time', 400, 'unable to ban; its end lies in the past');
  elsif not exists (select from chat.profiles p where p.id = ban_member.user_id and p.deleted_at is null) then
    perform chat_private.fail('user_not_found', 404, 'unable to ban; the user does not exist');
  elsif ban_member.user_id = (select auth.uid()) then
    perform chat_private.fail('invalid_input', 400, 'unable to ban; leave the channel instead');
  elsif ban_member.user_id = v_channel.created_by then
    perform chat_private.fail('creator_cannot_leave', 403, 'unable to ban; the owner of the channel stays in it');
  end if;
  if exists (select from chat.channel_members m where m.channel_id = v_channel.id and m.user_id = ban_member.user_id) then
    perform chat_private.expel(v_channel, ban_member.user_id, 'ban');
  end if;
  insert into chat.channel_bans as b (channel_id, user_id, reason, until, banned_by)
  values (v_channel.id, ban_member.user_id, coalesce(ban_member.reason, ''), coalesce(ban_member.until, 'infinity'), (select auth.uid()))
  on conflict on constraint channel_bans_pkey do update
    set reason = excluded.reason, until = excluded.until, banned_by = excluded.banned_by, created_at = now();
  return query select * from chat.channel_bans b where b.channel_id = v_channel.id and b.user_id = ban_member.user_id;
end;
$$;
grant execute on function chat.ban_member(uuid, uuid, text, timestamptz) to authenticated;

-- Definer: as above.
create function chat.unban_member(channel_id uuid, user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.take_right(unban_member.channel_id, 'ban_member', 'unban');
  delete from chat.channel_bans b where b.channel_id = unban_member.channel_id and b.user_id = unban_member.user_id;
end;
$$;
grant execute on function chat.unban_member(uuid, uuid) to authenticated;

-- Definer: as above.
create function chat.set_member_role(channel_id uuid, user_id uuid, role text) returns setof chat.channel_members rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_channel chat.channels := chat_private.take_right(set_member_role.channel_id, 'set_role', 'set role');
  v_member chat.channel_members;
begin
  if set_member_role.role is null or set_member_role.role not in ('admin', 'member') then
    perform chat_private.fail('invalid_role', 400, 'unable to set role; it is admin or member');
  elsif set_member_role.user_id = v_channel.created_by and set_member_role.role <> 'admin' then
    perform chat_private.fail('creator_cannot_leave', 403, 'unable to set role; the owner of the channel is an admin');
  end if;
  select * into v_member from chat.channel_members m
   where m.channel_id = v_channel.id and m.user_id = set_member_role.user_id for update;
  if not found then
    perform chat_private.fail('member_not_found', 404, 'unable to set role; this user is not in the channel');
  elsif v_member.role <> set_member_role.role then
    if set_member_role.role = 'member' and not exists (select from chat.channel_members m
         where m.channel_id = v_channel.id and m.role = 'admin' and m.user_id <> v_member.user_id) then
      perform chat_private.fail('last_admin', 409, 'unable to set role; the channel would have no admin');
    end if;
    update chat.channel_members m set role = set_member_role.role
     where m.channel_id = v_channel.id and m.user_id = v_member.user_id returning * into v_member;
    if v_channel.kind <> 'group' then
      perform chat_private.post_system_message(v_channel.id,
        format('%s is now %s', chat_private.names_of(array[v_member.user_id]),
               case v_member.role when 'admin' then 'an admin' else 'a member' end),
        'role_changed', array[v_member.user_id]);
    end if;
  end if;
  return next v_member;
end;
$$;
grant execute on function chat.set_member_role(uuid, uuid, text) to authenticated;

comment on function chat.join_channel(uuid) is
  'Joins a public channel; no effect for members. Errors: channel_not_found, user_banned, channel_archived';
comment on function chat.leave_channel(uuid) is
  'Leaves a channel. Errors: channel_not_found, not_a_member, dm_is_permanent, creator_cannot_leave';
comment on function chat.add_members(uuid, uuid[], text) is
  'Adds users to a channel and returns their memberships; whoever adds only themself to a public channel joins it. Errors: channel_not_found, not_a_member, not_a_channel_admin, not_the_creator, channel_archived, dm_is_permanent, invalid_role, user_not_found, user_banned, too_many_members';
comment on function chat.remove_member(uuid, uuid) is
  'Removes a user from a channel; for oneself it is leave_channel. Errors: channel_not_found, not_a_member, not_a_channel_admin, dm_is_permanent, creator_cannot_leave, member_not_found';
comment on function chat.ban_member(uuid, uuid, text, timestamptz) is
  'Removes a user and keeps them out until a time. Errors: channel_not_found, not_a_member, not_a_channel_admin, dm_is_permanent, creator_cannot_leave, user_not_found, invalid_reason, invalid_time, invalid_input';
comment on function chat.unban_member(uuid, uuid) is
  'Lets a user come back; no effect when they may. Errors: channel_not_found, not_a_member, not_a_channel_admin, dm_is_permanent';
comment on function chat.set_member_role(uuid, uuid, text) is
  'Makes a member admin or an admin member. Errors: channel_not_found, not_a_member, not_the_creator, not_a_channel_admin, dm_is_permanent, invalid_role, member_not_found, creator_cannot_leave, last_admin';

-- 39_departures.sql
-- Who is shut out of the platform, by suspension or as their account goes, hears no channel any more: also not a public
-- one that they left before, whose topic did not move, as anybody may hear it.

create table chat_private.departures (
  user_id uuid not null references chat.accounts on delete cascade,
  channel_id uuid not null references chat.channels on delete cascade,
  epoch integer not null,
  primary key (user_id, channel_id)
);
create index departures_channel_id_idx on chat_private.departures (channel_id);

alter table chat_private.departures enable row level security;

-- Whose account goes is noted by nothing: their channels move (chat_private.move_channels_of).
-- Definer: the table belongs to nobody. The channel is locked, or it could move just now and the one who leaves with it.
create function chat_private.tg_channel_members__note_departure() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat_private.departures as d (user_id, channel_id, epoch)
  select m.user_id, c.id, c.epoch
    from removed m
    join chat.accounts a on a.user_id = m.user_id
    join chat.channels c on c.id = m.channel_id and c.kind = 'public' and c.deleted_at is null
   where m.user_id = (select auth.uid())
     for share of c
  on conflict on constraint departures_pkey do update set epoch = excluded.epoch;
  return null;
end;
$$;
create trigger _210_note_departure after delete on chat.channel_members
  referencing old table as removed for each statement execute function chat_private.tg_channel_members__note_departure();

-- Moves every channel whose topics this person may still hear. In one order, or two of these would wait for each other.
-- Direct messages with whoever goes for good can only be read: nobody would hear what is said there.
-- Definer: channels are written by functions only.
create function chat_private.move_channels_of(user_id uuid, is_for_good boolean) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform from chat.channels c
    where c.id in (select m.channel_id from chat.channel_members m where m.user_id = move_channels_of.user_id
                   union all
                   select d.channel_id from chat_private.departures d where d.user_id = move_channels_of.user_id)
    order by c.id for no key update;
  update chat.channels c
     set epoch = c.epoch + 1,
         archived_at = case when is_for_good and c.kind = 'dm' then coalesce(c.archived_at, now()) else c.archived_at end
   where c.id in (select m.channel_id from chat.channel_members m where m.user_id = move_channels_of.user_id
                  union all
                  select d.channel_id from chat_private.departures d join chat.channels now on now.id = d.channel_id
                   where d.user_id = move_channels_of.user_id and d.epoch = now.epoch);
end;
$$;

-- A deleted account leaves its channels and takes its reactions back, all at once: the counters are taken first and in
-- one order, as by everybody who changes a channel, and then the memberships, as by whoever reads, or two would wait for
-- each other.
create function chat_private.lock_channels_of(user_id uuid) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform from chat.channel_counters n
    where n.channel_id in (select m.channel_id from chat.channel_members m where m.user_id = lock_channels_of.user_id
                           union all
                           select r.channel_id from chat.reactions r where r.user_id = lock_channels_of.user_id)
    order by n.channel_id for no key update;
  perform from chat.channel_members m where m.user_id = lock_channels_of.user_id order by m.channel_id for update;
end;
$$;

-- Before the profile as well: whoever writes as this person, or to them, takes a counter and then the profile.
-- Definer: Auth knows nothing of chat.
create function chat_private.tg_users__lock_channels() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.lock_channels_of(old.id);
  return old;
end;
$$;
create trigger _100_lock_channels before delete on auth.users
  for each row execute function chat_private.tg_users__lock_channels();

-- What has come in between is taken now.
-- Definer: channels are written by functions only.
create function chat_private.tg_profiles__leave_channels() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.lock_channels_of(old.id);
  perform chat_private.move_channels_of(old.id, is_for_good => true);
  return old;
end;
$$;
create trigger _100_leave_channels before delete on chat.profiles
  for each row execute function chat_private.tg_profiles__leave_channels();

comment on table chat_private.departures is 'Who left a public channel, and may still have the topic that it had then';
comment on column chat_private.departures.user_id is 'Who left';
comment on column chat_private.departures.channel_id is 'The channel';
comment on column chat_private.departures.epoch is 'Its epoch at that time; once it has risen, they hear nothing more';
comment on function chat_private.lock_channels_of(uuid) is 'Takes the counters of the channels that a person is or has reacted in, and their memberships';
comment on function chat_private.move_channels_of(uuid, boolean) is
  'Moves the channels that a person may still hear to new topics; if they go for good, archives their direct messages';

-- 40_files.sql
-- Files: the row that says what an object of the bucket "files" is, whose it is, and with which message it was sent.

-- A file's name as it is kept: one line, what follows the last slash; null when nothing visible is left or too much.
create function chat_private.clean_file_name(name text) returns text
language sql immutable set search_path = '' as $$
  select case when char_length(v.name) <= 255 and v.name not in ('.', '..') then v.name end
    from (select chat_private.clean_line(regexp_replace(clean_file_name.name, '^.*[/\\]', ''), 256) as name) v;
$$;

-- A media type without its parameters, or null.
create function chat_private.clean_mime_type(mime_type text) returns text
language sql immutable set search_path = '' as $$
  select substring(lower(btrim(split_part(clean_mime_type.mime_type, ';', 1)))
    from '^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$');
$$;

-- A file's bytes lie in Storage at <folder_id>/<id>. The row comes first (create_file), then its uploader may store
-- the object there, once; sending a message with the file shows both to the channel. Uploaded without a channel it
-- belongs to its uploader alone, in a folder of theirs, until a message takes it into whichever channel that is.
create table chat.files (
  folder_id uuid not null,
  id uuid not null default chat_private.uuid_v7(),
  channel_id uuid references chat.channels on delete cascade,
  seq bigint,
  uploader_id uuid default auth.uid() references chat.profiles on delete set null,
  name text not null
    constraint files_name_form check (name is not distinct from chat_private.clean_file_name(name)),
  mime_type text not null
    constraint files_mime_type_form check (mime_type is not distinct from chat_private.clean_mime_type(mime_type)),
  size bigint not null constraint files_size_positive check (size > 0),
  width integer,
  height integer,
  has_thumbnail boolean not null default false,
  created_at timestamptz not null default now(),
  uploaded_at timestamptz,
  is_held boolean not null default false,
  is_open boolean not null default false,
  expires_at timestamptz not null default now() + make_interval(secs => chat_private.setting('unused_file_seconds')::double precision),
  deleted_at timestamptz,
  path text not null generated always as (folder_id::text || '/' || id::text) stored,
  primary key (folder_id, id),
  constraint files_id_unique unique (id),
  constraint files_message_fkey foreign key (channel_id, seq) references chat.messages (channel_id, seq) on delete cascade,
  constraint files_dimensions_known check ((width is null) = (height is null) and width between 1 and 100000 and height between 1 and 100000),
  constraint files_sent_after_upload check (seq is null or (uploaded_at is not null and channel_id is not null))
);
-- Serves the files of a channel, newest first, and those of one message.
create index files_message_idx on chat.files (channel_id, seq);
-- Serves the worker: what no message has taken in time.
create index files_unused_idx on chat.files (expires_at) where seq is null;
create index files_uploader_idx on chat.files (uploader_id, id);
-- Serve the files that somebody may read, newest first.
create index files_channel_idx on chat.files (channel_id, id) where seq is not null and deleted_at is null and not is_held;
create index files_open_idx on chat.files (id) where is_open and seq is not null and deleted_at is null and not is_held;

alter table chat.files enable row level security;

insert into storage.buckets (id, name, public, file_size_limit)
values ('files', 'files', false, chat_private.setting('max_file_bytes')::bigint);

-- The file whose object has this path. Only the one spelling that create_file gave counts.
create function chat_private.file_at(path text) returns setof chat.files
language sql stable rows 1 set search_path = '' as $$
  select f.* from chat.files f
   where f.id = case when file_at.path ~ '^[0-9a-f-]{36}/[0-9a-f-]{36}$' and pg_input_is_valid(right(file_at.path, 36), 'uuid')
                     then right(file_at.path, 36)::uuid end
     and f.path = file_at.path;
$$;

-- The path of the file that the object at this path belongs to: itself, or what its thumbnail shows.
create function chat_private.pictured_path(path text) returns text
language sql immutable set search_path = '' as $$
  select regexp_replace(path, '[.]thumbnail$', '');
$$;
grant execute on function chat_private.pictured_path(text) to authenticated;

-- Refuses media types that the platform does not take.
create function chat_private.check_file_type(mime_type text, operation text) returns void
language plpgsql stable set search_path = '' as $$
declare
  v_allowed jsonb := chat_private.setting('allowed_file_types');
begin
  -- An entry is a type, or a family of them: image/*.
  if chat_private.setting('denied_file_types') ?| array[mime_type, split_part(mime_type, '/', 1) || '/*']
     or (v_allowed <> '[]' and not v_allowed ?| array[mime_type, split_part(mime_type, '/', 1) || '/*']) then
    perform chat_private.fail('file_type_not_allowed', 415, format('unable to %s; files of type %s are not taken', operation, mime_type));
  end if;
end;
$$;

-- Whether the caller may upload, read or remove the object at this path. Definer: a policy of Storage asks, and
-- platform admins, who see the rows of all files, may not read what is in them.
create function chat_private.may_use_file(path text, access text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from chat_private.file_at(case access when 'read' then chat_private.pictured_path(path) else path end) f
      left join chat.channel_members m on m.channel_id = f.channel_id and m.user_id = (select auth.uid())
      left join chat.channels c on c.id = m.channel_id
     where f.deleted_at is null and (m.user_id is not null or f.channel_id is null) and case access
       when 'upload' then f.uploader_id = (select auth.uid()) and f.uploaded_at is null
       when 'read' then not f.is_held and (f.uploader_id = (select auth.uid()) or f.seq is not null)
       when 'remove' then f.uploader_id = (select auth.uid()) or (f.seq is not null and 'delete_any_message' = any (
         chat_private.rights_of(c.kind, m.role, c.created_by is not distinct from m.user_id, c.created_by is not null,
                                c.archived_at is not null, false)))
       else false end);
$$;
grant execute on function chat_private.may_use_file(text, text) to authenticated;

-- How messages show their files: in the order of the ids, without those that are gone.
create function chat_private.describe_files(channel_id uuid, seq bigint, inout file_ids uuid[], out files jsonb)
language sql stable set search_path = '' as $$
  select coalesce(array_agg(f.id order by w.place), '{}'),
         coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'mime_type', f.mime_type, 'size', f.size,
           'width', f.width, 'height', f.height, 'path', f.path, 'has_thumbnail', f.has_thumbnail, 'is_held', f.is_held) order by w.place), '[]')
    from (select x.id, min(x.place) as place from unnest(file_ids) with ordinality as x (id, place) group by x.id) w
    join chat.files f on f.id = w.id
   where f.seq is not distinct from describe_files.seq and f.deleted_at is null
     and (f.channel_id = describe_files.channel_id or (f.channel_id is null and describe_files.seq is null));
$$;

grant select on chat.files to authenticated;

create policy select_member_or_admin on chat.files for select to authenticated
  using ((deleted_at is null
          and (channel_id in (select chat_private.my_channel_ids()) or (channel_id is null and seq is null))
          and (seq is not null or uploader_id = (select auth.uid())))
         or (select chat_private.is_platform_admin()));

-- Storage asks the gate too: a signed-out or suspended caller's token is refused there as everywhere. The set of
-- channels dismisses what a list of the whole bucket would ask about one by one; folders of people are in no list.
create policy select_file_reader on storage.objects for select to authenticated
  using (bucket_id = 'files' and (select chat_private.session_refusal()) is null
         and (split_part(name, '/', 1) in (select c::text from chat_private.my_channel_ids() c)
              or (select storage.operation()) not like 'storage.object.list%')
         and chat_private.may_use_file(name, 'read'));
create policy insert_file_uploader on storage.objects for insert to authenticated
  with check (bucket_id = 'files' and (select chat_private.session_refusal()) is null and chat_private.may_use_file(name, 'upload'));
create policy delete_file_remover on storage.objects for delete to authenticated
  using (bucket_id = 'files' and (select chat_private.session_refusal()) is null and chat_private.may_use_file(name, 'remove'));

-- Keeps the rows in step with Storage, whoever writes there. Storage fires it twice for an upload: first as the caller
-- and undone, then as service_role; so it asks for the owner and never for the caller.
-- Definer: nobody may write these rows.
create function chat_private.tg_objects__follow_files() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_file chat.files;
  v_mime_type text;
begin
  if tg_op <> 'INSERT' and old.bucket_id = 'files'
     and (tg_op = 'DELETE' or (new.bucket_id, new.name) is distinct from (old.bucket_id, old.name)) then
    select * into v_file from chat_private.file_at(old.name);
    if v_file.seq is not null then
      perform chat_private.lock_channel(v_file.channel_id);
    end if;
    -- A file that was never sent leaves nothing behind.
    delete from chat.files f where f.id = v_file.id and f.seq is null;
    update chat.files f set deleted_at = clock_timestamp() where f.id = v_file.id and f.deleted_at is null;
  end if;
  if tg_op <> 'DELETE' and new.bucket_id = 'files' then
    if new.owner_id is null and new.name <> chat_private.pictured_path(new.name) then
      select * into v_file from chat_private.file_at(chat_private.pictured_path(new.name));
      if v_file.seq is not null then
        perform chat_private.lock_channel(v_file.channel_id);
      end if;
      update chat.files f set has_thumbnail = true where f.id = v_file.id and f.deleted_at is null;
    else
      -- A rehearsal knows no size yet.
      update chat.files f
         set uploaded_at = coalesce(f.uploaded_at, clock_timestamp()),
             is_held = f.is_held or (f.uploaded_at is null and chat_private.setting('scan_files')::boolean),
             size = coalesce((new.metadata ->> 'size')::bigint, f.size),
             mime_type = coalesce(chat_private.clean_mime_type(new.metadata ->> 'mimetype'), 'application/octet-stream')
       where f.id = (select g.id from chat_private.file_at(new.name) g)
         and (new.owner_id is null or new.owner_id = f.uploader_id::text) and f.deleted_at is null
      returning f.mime_type into v_mime_type;
    end if;
    if not found then
      perform chat_private.fail('file_not_found', 404, 'unable to store the object; no file of its owner waits for it here');
    elsif v_mime_type is not null then
      perform chat_private.check_file_type(v_mime_type, 'store the object');
    end if;
  end if;
  return null;
end;
$$;
create trigger _100_follow_files after insert or update or delete on storage.objects
  for each row execute function chat_private.tg_objects__follow_files();

-- Definer: buckets are Storage's. It holds uploads to the same limit.
create function chat_private.tg_settings__limit_files() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update storage.buckets b set file_size_limit = new.value::bigint where b.id = 'files';
  return null;
end;
$$;
create trigger _200_limit_files after update of value on chat.settings
  for each row when (new.name = 'max_file_bytes') execute function chat_private.tg_settings__limit_files();

comment on table chat.files is 'What lies in the bucket files at <folder_id>/<id>: uploaded by a person, shown to a channel once it is sent with a message';
comment on column chat.files.folder_id is 'The channel it was uploaded to, or its uploader when they named none';
comment on column chat.files.path is 'Where its object lies in the bucket files; its thumbnail lies beside it, as <path>.thumbnail';
comment on column chat.files.channel_id is 'The channel whose members may read it; null until a message takes it, when it was uploaded without one';
comment on column chat.files.id is 'A UUIDv7 made by the client or the server; creating the same id again is no second file';
comment on column chat.files.seq is 'The message it was sent with; null until then, and only its uploader sees it';
comment on column chat.files.uploader_id is 'Who uploaded it; null once the account is deleted';
comment on column chat.files.name is 'Name as shown and for downloads: 1 to 255 characters, no path; the object''s own name is the id';
comment on column chat.files.mime_type is 'Media type without parameters, as announced; once uploaded, as Storage serves it';
comment on column chat.files.size is 'Bytes as announced; once uploaded, as stored';
comment on column chat.files.width is 'Of an image or video, in pixels, as its uploader measured it';
comment on column chat.files.height is 'As width';
comment on column chat.files.has_thumbnail is 'Whether a small picture of it lies at <path>.thumbnail';
comment on column chat.files.created_at is 'When it was announced';
comment on column chat.files.uploaded_at is 'When Storage had all of it; null before';
comment on column chat.files.is_held is 'Whether nobody may read it yet, as it has not been scanned';
comment on column chat.files.is_open is 'Whether its channel is open, so that anybody reads it once it is sent';
comment on column chat.files.expires_at is 'When it goes unless a message has taken it; infinity: never';
comment on column chat.files.deleted_at is 'When it or its message was deleted: nobody reads it any more, and only platform admins see this row';
comment on function chat_private.may_use_file(text, text) is
  'Whether the caller may upload, read or remove the object at this path of the bucket files; asked by the policies of Storage';
comment on policy select_member_or_admin on chat.files is 'Members see what was sent to their channels and their own uploads; platform admins see every row';

-- 41_file_verbs.sql
-- What people do with files: announce, send with a message, place, delete and list them.

-- A message takes files that its author has uploaded, to its channel or to none, each once.
-- Definer: nobody may write these rows.
create function chat_private.tg_messages__take_files() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_any record;
begin
  if cardinality(new.file_ids) > 10 then
    perform chat_private.fail('too_many_files', 400, 'unable to send message; it has at most 10 files');
  end if;
  perform from chat.files f where f.id = any (new.file_ids) and f.seq is null order by f.id for update;
  select bool_or(f.id is null) as is_unknown, bool_or(f.uploaded_at is null) as is_unfinished, bool_or(f.seq is not null) as is_sent
    into v_any
    from unnest(new.file_ids) as w (id)
    left join chat.files f on f.id = w.id and f.uploader_id = new.author_id and f.deleted_at is null
     and (f.channel_id is null or f.channel_id = new.channel_id or f.seq is not null);
  if (v_any.is_unfinished or v_any.is_sent) and exists (select from chat.messages m where m.id = new.id) then
    return new;  -- a send repeated; _100_number drops it
  elsif v_any.is_unknown then
    perform chat_private.fail('file_not_found', 404, 'unable to send message; a file does not exist, or is not yours and of this channel');
  elsif v_any.is_unfinished then
    perform chat_private.fail('file_not_uploaded', 409, 'unable to send message; a file has not been uploaded yet');
  elsif v_any.is_sent then
    perform chat_private.fail('file_already_sent', 409, 'unable to send message; a file belongs to another message');
  end if;
  select d.file_ids, d.files into new.file_ids, new.files
    from chat_private.describe_files(new.channel_id, null, new.file_ids) d;
  return new;
end;
$$;
create trigger _050_take_files before insert on chat.messages
  for each row when (cardinality(new.file_ids) > 0) execute function chat_private.tg_messages__take_files();

-- Definer: as above. Afterwards it shows what chat.files says, also when somebody writes something else into it, and
-- goes when nothing is left of it.
create function chat_private.tg_messages__keep_files() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  select d.file_ids, d.files into new.file_ids, new.files
    from chat_private.describe_files(new.channel_id, new.seq, new.file_ids) d;
  if cardinality(new.file_ids) = 0 and btrim(new.body, E' \t\r\n') = '' then
    new.deleted_at := clock_timestamp();
    new.deleted_by := (select auth.uid());
  end if;
  return new;
end;
$$;
create trigger _050_keep_files before update of file_ids, files on chat.messages
  for each row when (new.deleted_at is null) execute function chat_private.tg_messages__keep_files();

-- Definer: as above. The files go where their message goes: into the channel, and out of it.
create function chat_private.tg_messages__follow_files() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    update chat.files f set channel_id = new.channel_id, seq = new.seq where f.id = any (new.file_ids) and f.seq is null;
  else
    update chat.files f set deleted_at = new.deleted_at
     where f.channel_id = new.channel_id and f.seq = new.seq and f.deleted_at is null;
  end if;
  return null;
end;
$$;
create trigger _150_send_files after insert on chat.messages
  for each row when (cardinality(new.file_ids) > 0) execute function chat_private.tg_messages__follow_files();
create trigger _150_delete_files after update on chat.messages
  for each row when (new.deleted_at is not null and old.deleted_at is null and cardinality(old.file_ids) > 0)
  execute function chat_private.tg_messages__follow_files();

-- Definer: as above.
create function chat_private.tg_files__tell_message() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Asking again is enough: what the message shows is read from here.
  update chat.messages m set file_ids = m.file_ids
   where m.channel_id = old.channel_id and m.seq = old.seq and m.deleted_at is null;
  return null;
end;
$$;
create trigger _100_tell_message after update of name, mime_type, size, width, height, has_thumbnail, is_held, deleted_at or delete on chat.files
  for each row when (old.seq is not null) execute function chat_private.tg_files__tell_message();

-- Definer: nobody may write these rows.
create function chat.create_file(name text, mime_type text, size bigint default null, channel_id uuid default null,
                                 width integer default null, height integer default null, id uuid default null)
returns setof chat.files rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_name text := chat_private.clean_file_name(create_file.name);
  v_mime_type text := chat_private.clean_mime_type(coalesce(nullif(create_file.mime_type, ''), 'application/octet-stream'));
  v_limit bigint := chat_private.setting('max_file_bytes')::bigint;
  -- Who does not know the size announces the largest.
  v_size bigint := coalesce(create_file.size, v_limit);
  v_id uuid := coalesce(create_file.id, chat_private.uuid_v7());
  v_file chat.files;
begin
  if v_name is null then
    perform chat_private.fail('invalid_file_name', 400, 'unable to create file; a name has 1 to 255 visible characters');
  elsif v_mime_type is null then
    perform chat_private.fail('invalid_mime_type', 400, 'unable to create file; a media type looks like image/png');
  elsif v_size < 1 then
    perform chat_private.fail('file_empty', 400, 'unable to create file; it has no content');
  elsif v_size > v_limit then
    perform chat_private.fail('file_too_large', 413, format('unable to create file; it is larger than %s bytes', v_limit));
  elsif (create_file.width is null) <> (create_file.height is null)
     or create_file.width not between 1 and 100000 or create_file.height not between 1 and 100000 then
    perform chat_private.fail('invalid_dimensions', 400, 'unable to create file; width and height come together, 1 to 100,000 each');
  end if;
  perform chat_private.check_file_type(v_mime_type, 'create file');
  if create_file.channel_id is not null then
    perform chat_private.require_right(create_file.channel_id, 'upload_file', 'create file');
  end if;
  perform chat_private.take_token('create_file');

  -- Held from the beginning: who stores the bytes next answers with what is said here.
  insert into chat.files (folder_id, id, channel_id, name, mime_type, size, width, height, is_held)
  values (coalesce(create_file.channel_id, auth.uid()), v_id, create_file.channel_id, v_name, v_mime_type, v_size,
          create_file.width, create_file.height, chat_private.setting('scan_files')::boolean)
  on conflict on constraint files_id_unique do nothing
  returning * into v_file;
  if v_file.id is null then
    select * into v_file from chat.files f
     where f.id = v_id and f.channel_id is not distinct from create_file.channel_id and f.uploader_id = (select auth.uid());
    if not found then
      perform chat_private.fail('file_id_taken', 409, 'unable to create file; its id belongs to another file');
    end if;
  end if;
  return next v_file;
end;
$$;
grant execute on function chat.create_file(text, text, bigint, uuid, integer, integer, uuid) to authenticated;

-- Definer: as above.
create function chat.cancel_file(channel_id uuid, id uuid) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_member(cancel_file.channel_id, 'cancel file');
  delete from chat.files f
   where f.channel_id = cancel_file.channel_id and f.id = cancel_file.id
     and f.uploader_id = (select auth.uid()) and f.uploaded_at is null;
  return found;
end;
$$;
grant execute on function chat.cancel_file(uuid, uuid) to authenticated;

-- Definer: as above.
create function chat.place_files(channel_id uuid, file_ids uuid[]) returns setof chat.files rows 10
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_right(place_files.channel_id, 'upload_file', 'place files');
  if cardinality(place_files.file_ids) > 10 then
    perform chat_private.fail('too_many_files', 400, 'unable to place files; a message has at most 10');
  end if;
  perform from chat.files f where f.id = any (place_files.file_ids) order by f.id for no key update;
  return query update chat.files f set channel_id = place_files.channel_id
    where f.id = any (place_files.file_ids) and f.uploader_id = (select auth.uid()) and f.seq is null
      and (f.channel_id is null or f.channel_id = place_files.channel_id)
    returning f.*;
  if (select count(distinct w) from unnest(place_files.file_ids) w)
     > (select count(*) from chat.files f where f.id = any (place_files.file_ids) and f.channel_id = place_files.channel_id
         and f.uploader_id = (select auth.uid()) and f.seq is null) then
    perform chat_private.fail('file_not_found', 404, 'unable to place files; one does not exist, is not yours or belongs to another channel');
  end if;
end;
$$;
grant execute on function chat.place_files(uuid, uuid[]) to authenticated;

-- Definer: as above. A message that it was sent with loses it; its object follows.
create function chat.delete_file(id uuid) returns setof chat.files rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_file chat.files;
begin
  select * into v_file from chat.files f
   where f.id = delete_file.id and f.deleted_at is null
     and (f.uploader_id = (select auth.uid())
          or (f.seq is not null and f.channel_id in (select chat_private.my_channel_ids())));
  if v_file.id is null then
    perform chat_private.fail('file_not_found', 404, 'unable to delete file; it does not exist or is not visible to you');
  elsif v_file.uploader_id is distinct from (select auth.uid()) then
    perform chat_private.fail('not_the_uploader', 403, 'unable to delete file; only who uploaded it may');
  end if;
  if v_file.seq is null then
    return query delete from chat.files f where f.id = delete_file.id and f.seq is null returning f.*;
    if found then
      return;
    end if;
    -- A message has just taken it.
    select f.channel_id into v_file.channel_id from chat.files f where f.id = delete_file.id;
  end if;
  perform chat_private.lock_channel(v_file.channel_id);
  return query delete from chat.files f where f.id = delete_file.id and f.deleted_at is null returning f.*;
  if not found then
    perform chat_private.fail('file_not_found', 404, 'unable to delete file; it has just been deleted');
  end if;
end;
$$;
grant execute on function chat.delete_file(uuid) to authenticated;

create function chat.list_files(channel_id uuid, before_seq bigint default null, page_size integer default 50)
returns setof chat.files rows 50
language plpgsql stable set search_path = '' as $$
begin
  perform chat_private.require_member(list_files.channel_id, 'list files');
  perform chat_private.check_page_size(page_size, 'list files');
  -- Messages are not cut in two, so that the seq of the last one is where the next page begins.
  return query select * from (
    select * from chat.files f
     where f.channel_id = list_files.channel_id and f.seq < coalesce(before_seq, 9223372036854775807) and f.deleted_at is null
     order by f.seq desc fetch first (page_size) rows with ties) page
    order by page.seq desc, page.id;
end;
$$;
grant execute on function chat.list_files(uuid, bigint, integer) to authenticated;

comment on function chat.create_file(text, text, bigint, uuid, integer, integer, uuid) is
  'Announces a file of the caller, which Storage then takes at its path in the bucket files; of unknown size it may have the largest, which the answer names. Without a channel any message of the caller may take it. A repeated id returns the first one. Errors: invalid_file_name, invalid_mime_type, file_type_not_allowed, file_empty, file_too_large, invalid_dimensions, channel_not_found, not_a_member, channel_archived, user_blocked, rate_limited, file_id_taken';
comment on function chat.cancel_file(uuid, uuid) is
  'Takes back an announced file of the caller that has not been uploaded, and says whether there was one; what Storage receives for it later is refused. Errors: channel_not_found, not_a_member';
comment on function chat.place_files(uuid, uuid[]) is
  'Keeps up to 10 files of the caller that no message has taken for this channel alone. Errors: channel_not_found, not_a_member, channel_archived, user_blocked, too_many_files, file_not_found';
comment on function chat.delete_file(uuid) is
  'Deletes a file of the caller for good and returns what it was; a message that it was sent with loses it, and its object is collected. Errors: file_not_found, not_the_uploader';
comment on function chat.list_files(uuid, bigint, integer) is
  'Files sent to a channel, newest first, before before_seq: 1 to 200, and the rest of the last one''s message. Errors: channel_not_found, not_a_member, invalid_page_size';

-- 41_link_previews.sql
-- Link previews: what the page behind a message's first link says of itself. The worker reads pages; messages wait here.

-- What pages said, for the messages that come after; also that a page said nothing.
create table chat_private.link_previews (
  url text primary key,
  preview jsonb,
  fetched_at timestamptz not null default now()
);
create index link_previews_fetched_at_idx on chat_private.link_previews (fetched_at);

-- due_at lies in the future while a worker is at it, so that another takes over when it is never heard of again.
create table chat_private.link_preview_requests (
  channel_id uuid not null,
  seq bigint not null,
  url text not null,
  due_at timestamptz not null default now(),
  attempts integer not null default 0,
  primary key (channel_id, seq),
  constraint link_preview_requests_message_fkey foreign key (channel_id, seq)
    references chat.messages (channel_id, seq) on delete cascade
);
create index link_preview_requests_due_idx on chat_private.link_preview_requests (due_at);

alter table chat_private.link_previews enable row level security;
alter table chat_private.link_preview_requests enable row level security;

-- The first address in a text, without what belongs to the sentence around it; null when it is none that an index can hold.
create function chat_private.first_link(body text) returns text
language plpgsql immutable set search_path = '' as $$
declare
  v_url text := rtrim(substring(body from '(?i)\mhttps?://[^\s<>"`|]+'), '.,;:!?''*_~]}');
begin
  if right(v_url, 1) = ')' and strpos(v_url, '(') = 0 then
    v_url := rtrim(v_url, ').,;:!?''*_~]}');
  end if;
  return case when octet_length(v_url) <= 2000 then v_url end;
end;
$$;

-- A message has the preview at once when the page was read lately, and none of a link that it lost.
-- Definer: the tables belong to nobody.
create function chat_private.tg_messages__preview() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_url text := chat_private.first_link(new.body);
begin
  if tg_op = 'INSERT' or v_url is distinct from chat_private.first_link(old.body) then
    new.link_preview := (select p.preview from chat_private.link_previews p
                          where p.url = v_url and p.fetched_at > now() - interval '1 day');
  end if;
  return new;
end;
$$;
create trigger _140_preview before insert on chat.messages
  for each row when (new.kind = 'user' and new.body ~* '\mhttps?://') execute function chat_private.tg_messages__preview();
create trigger _090_preview before update of body on chat.messages
  for each row when (new.deleted_at is null and new.body <> old.body and (new.body ~* '\mhttps?://' or old.link_preview is not null))
  execute function chat_private.tg_messages__preview();

-- Definer: as above.
create function chat_private.tg_messages__request_preview() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_url text := chat_private.first_link(new.body);
begin
  if v_url is null or (tg_op = 'UPDATE' and v_url is not distinct from chat_private.first_link(old.body))
     or exists (select from chat_private.link_previews p where p.url = v_url and p.fetched_at > now() - interval '1 day') then
    return null;
  end if;
  insert into chat_private.link_preview_requests (channel_id, seq, url) values (new.channel_id, new.seq, v_url)
  on conflict on constraint link_preview_requests_pkey do update set url = excluded.url, due_at = now(), attempts = 0;
  perform chat_private.wake_worker('link_previews');
  return null;
end;
$$;
create trigger _160_request_preview after insert on chat.messages
  for each row when (new.kind = 'user' and new.body ~* '\mhttps?://' and new.link_preview is null)
  execute function chat_private.tg_messages__request_preview();
create trigger _160_request_preview_of_edit after update of body on chat.messages
  for each row when (new.body <> old.body and new.body ~* '\mhttps?://' and new.link_preview is null)
  execute function chat_private.tg_messages__request_preview();

-- Hands the worker some links to read, for two minutes; who does not come back in that time is not waited for.
create function chat_private.take_link_previews(how_many integer) returns setof chat_private.link_preview_requests
language sql volatile set search_path = '' as $$
  update chat_private.link_preview_requests r
     set due_at = clock_timestamp() + interval '2 minutes', attempts = r.attempts + 1
   where (r.channel_id, r.seq) in (
     select d.channel_id, d.seq from chat_private.link_preview_requests d
      where d.due_at <= clock_timestamp() order by d.due_at limit how_many for update skip locked)
  returning r.*;
$$;

-- Keeps what a page said (null: nothing) and shows it where the link still is the message's first.
create function chat_private.store_link_preview(channel_id uuid, seq bigint, url text, preview jsonb) returns void
language plpgsql volatile set search_path = '' as $$
begin
  insert into chat_private.link_previews as p (url, preview) values (store_link_preview.url, store_link_preview.preview)
  on conflict on constraint link_previews_pkey do update set preview = excluded.preview, fetched_at = now();
  perform chat_private.lock_channel(store_link_preview.channel_id);
  update chat.messages m set link_preview = store_link_preview.preview
   where m.channel_id = store_link_preview.channel_id and m.seq = store_link_preview.seq and m.deleted_at is null
     and m.link_preview is distinct from store_link_preview.preview
     and chat_private.first_link(m.body) = store_link_preview.url;
  delete from chat_private.link_preview_requests r
   where r.channel_id = store_link_preview.channel_id and r.seq = store_link_preview.seq and r.url = store_link_preview.url;
end;
$$;

-- Pages change, and nobody sends most of them again.
create function chat_private.prune_link_previews() returns void
language sql volatile set search_path = '' as $$
  delete from chat_private.link_previews p
   where p.ctid = any (array(
     select d.ctid from chat_private.link_previews d
      where d.fetched_at < now() - interval '1 day' limit 10000 for update skip locked));
$$;

comment on table chat_private.link_previews is 'What pages said of themselves when they were last read; null: nothing';
comment on column chat_private.link_previews.url is 'The address as it stood in a message';
comment on column chat_private.link_previews.preview is 'As messages show it: {url, title, description, image}';
comment on column chat_private.link_previews.fetched_at is 'When; after a day it counts no more';
comment on table chat_private.link_preview_requests is 'Messages whose first link the worker has not read yet';
comment on column chat_private.link_preview_requests.channel_id is 'The channel';
comment on column chat_private.link_preview_requests.seq is 'The message';
comment on column chat_private.link_preview_requests.url is 'Its first link';
comment on column chat_private.link_preview_requests.due_at is 'From when on a worker may take it';
comment on column chat_private.link_preview_requests.attempts is 'How many times one has taken it';
comment on function chat_private.first_link(text) is 'The first http or https address in a text, of at most 2,000 bytes';

-- 42_avatars.sql
-- Avatars: pictures of people, in a public bucket, because an <img> carries no token; nobody guesses their paths.

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
-- No SVG: it may carry a script.
values ('avatars', 'avatars', true, 5242880, '{image/png,image/jpeg,image/gif,image/webp,image/avif}');

-- Whether the caller may store one more picture at this path: <user_id>/<uuid>, and no more than a few, or the bucket
-- would host anything for everybody. Definer: a policy of storage.objects that asks storage.objects would recurse.
create function chat_private.may_add_avatar(path text) returns boolean
language sql stable security definer set search_path = '' as $$
  select path ~ ('^' || auth.uid() || '/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')
    and (select count(*) < 10 from (
      select from storage.objects o
       -- 0 follows / : everything in the folder.
       where o.bucket_id = 'avatars' and o.name collate "C" >= auth.uid() || '/' and o.name collate "C" < auth.uid() || '0'
       limit 10) held);
$$;
grant execute on function chat_private.may_add_avatar(text) to authenticated;

create policy select_avatar_owner on storage.objects for select to authenticated
  using (bucket_id = 'avatars' and (select chat_private.session_refusal()) is null
         and (storage.foldername(name))[1] = (select auth.uid())::text);
create policy insert_avatar_owner on storage.objects for insert to authenticated
  with check (bucket_id = 'avatars' and (select chat_private.session_refusal()) is null and chat_private.may_add_avatar(name));
create policy delete_avatar_owner on storage.objects for delete to authenticated
  using (bucket_id = 'avatars' and (select chat_private.session_refusal()) is null
         and (storage.foldername(name))[1] = (select auth.uid())::text);

comment on function chat_private.may_add_avatar(text) is 'Whether the caller may store one more picture of themselves at this path';

-- 43_scheduled_messages.sql
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

-- 44_full_messages.sql
-- Messages with all that people see beside them, in one call: what the HTTP API reads. The SDK reads rows and hears changes.

create type chat.given_reaction as (emoji text, user_id uuid, user_name text);
create type chat.full_message as (
  id uuid, channel_id uuid, seq bigint, kind text, body text, created_at timestamptz, edited_at timestamptz, parent_id uuid,
  reply_count integer, pinned_at timestamptz, link_preview jsonb, scheduled_for timestamptz, files jsonb,
  author chat.person, reactions chat.given_reaction[], reaction_count integer
);
create type chat.message_page as (messages chat.full_message[], has_more boolean);
create type chat.thread_page as (parent chat.full_message, replies chat.full_message[], total integer, has_more boolean);
create type chat.found_message as (message chat.full_message, channel chat.channel_label, snippet text);
create type chat.found_page as (hits chat.found_message[], total integer, is_total_exact boolean);

-- These messages in this order, whoever may see them. Of the reactions to each the first 100, and how many there are.
create function chat_private.full_messages(channel_ids uuid[], seqs bigint[]) returns chat.full_message[]
language plpgsql stable set search_path = '' as $$
begin
  return array(
    select row(m.id, m.channel_id, m.seq, m.kind, m.body, m.created_at, m.edited_at,
               case when m.parent_seq is not null then (
                 select r.id from chat.messages r where r.channel_id = m.channel_id and r.seq = m.parent_seq) end,
               m.reply_count, m.pinned_at, m.link_preview,
               (select s.scheduled_for from chat.scheduled_messages s where s.id = m.id), m.files,
               case when a.id is not null then
                 row(a.id, case when a.deleted_at is null then a.username else 'deleted-user' end, a.name, a.avatar_url)::chat.person end,
               case when m.reaction_counts = '{}' then '{}' else array(
                 select row(r.emoji, p.id, p.name)::chat.given_reaction
                   from chat.reactions r join chat.profiles p on p.id = r.user_id
                  where r.channel_id = m.channel_id and r.seq = m.seq order by r.created_at, r.user_id limit 100) end,
               case when m.reaction_counts = '{}' then 0 else (
                 select sum(c.value::integer) from jsonb_each_text(m.reaction_counts) c) end)::chat.full_message
      from unnest(full_messages.channel_ids, full_messages.seqs) with ordinality w (channel_id, seq, n)
      join chat.messages m on m.channel_id = w.channel_id and m.seq = w.seq
      left join chat.profiles a on a.id = m.author_id
     order by w.n);
end;
$$;

-- A page is as many messages as its reader asks for, but no more text than an answer is to have. The lengths of texts are
-- known without reading them.
create function chat_private.fitting(channel_id uuid, seqs bigint[]) returns bigint[]
language sql stable set search_path = '' as $$
  select array(
    select w.seq
      from (select s.seq, s.n, sum(octet_length(m.body)) over (order by s.n rows between unbounded preceding and 1 preceding) as bytes
              from unnest(fitting.seqs) with ordinality s (seq, n)
              join chat.messages m on m.channel_id = fitting.channel_id and m.seq = s.seq) w
     where coalesce(w.bytes, 0) < 1000000
     order by w.n);
$$;

-- The place of a message that a page begins behind.
create function chat_private.cursor_seq(channel_id uuid, id uuid, field text) returns bigint
language plpgsql stable set search_path = '' as $$
declare
  v_seq bigint;
begin
  select m.seq into v_seq from chat.messages m where m.id = cursor_seq.id and m.channel_id = cursor_seq.channel_id;
  if not found then
    perform chat_private.fail('invalid_cursor', 400, 'unable to read messages; a page begins at a message of this channel',
                              details => 'field: ' || field);
  end if;
  return v_seq;
end;
$$;

-- Definer: asks for the membership once; row-level security would collect all of the caller's channels for each page.
create function chat.read_messages(channel_id uuid, before_id uuid default null, after_id uuid default null, page_size integer default 50)
returns chat.message_page
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_before bigint := 9223372036854775807;
  v_after bigint;
  v_seqs bigint[];
  v_page chat.message_page;
begin
  perform chat_private.require_member(read_messages.channel_id, 'read messages');
  perform chat_private.check_page_size(page_size, 'read messages');
  if before_id is not null then
    v_before := chat_private.cursor_seq(read_messages.channel_id, before_id, 'before');
  end if;
  if after_id is null then
    v_seqs := array(
      select m.seq from chat.messages m
       where m.channel_id = read_messages.channel_id and m.in_channel and m.deleted_at is null and m.seq < v_before
       order by m.seq desc limit page_size + 1);
  else
    v_after := chat_private.cursor_seq(read_messages.channel_id, after_id, 'after');
    v_seqs := array(
      select m.seq from chat.messages m
       where m.channel_id = read_messages.channel_id and m.in_channel and m.deleted_at is null
         and m.seq > v_after and m.seq < v_before
       order by m.seq limit page_size + 1);
  end if;
  v_page.has_more := cardinality(v_seqs) > page_size;
  v_seqs := array(select s from unnest(v_seqs[1:page_size]) s order by s desc);
  v_page.messages := chat_private.full_messages(array_fill(read_messages.channel_id, array[cardinality(v_seqs)]), v_seqs);
  -- An API key that may only read leaves no marks.
  if cardinality(v_seqs) > 0 and not current_setting('transaction_read_only')::boolean then
    perform chat.mark_read(read_messages.channel_id, v_seqs[1]);
  end if;
  return v_page;
end;
$$;
grant execute on function chat.read_messages(uuid, uuid, uuid, integer) to authenticated;

-- Where a message stands: one that the caller may read and that is not deleted. Who is not in the channel learns that first;
-- without a channel nobody learns of messages elsewhere.
-- Definer: as above.
create function chat_private.locate_message(id uuid, channel_id uuid, operation text) returns chat.messages
language plpgsql stable security definer set search_path = '' as $$
declare
  v_message chat.messages;
begin
  if locate_message.channel_id is not null then
    perform chat_private.require_member(locate_message.channel_id, operation);
  end if;
  select * into v_message from chat.messages m
   where m.id = locate_message.id and m.channel_id = coalesce(locate_message.channel_id, m.channel_id) and m.deleted_at is null;
  if not found or not exists (select from chat.channel_members o
                               where o.channel_id = v_message.channel_id and o.user_id = (select auth.uid())) then
    perform chat_private.fail('message_not_found', 404, format('unable to %s; the message does not exist', operation));
  end if;
  return v_message;
end;
$$;
grant execute on function chat_private.locate_message(uuid, uuid, text) to authenticated;

-- Definer: as above.
create function chat.read_thread(channel_id uuid, id uuid, after_id uuid default null, page_size integer default 1000)
returns chat.thread_page
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_root chat.messages := chat_private.locate_message(read_thread.id, read_thread.channel_id, 'read thread');
  v_after bigint := 0;
  v_seqs bigint[];
  v_read bigint[];
  v_page chat.thread_page;
begin
  if page_size is null or page_size not between 1 and 1000 then
    perform chat_private.fail('invalid_page_size', 400, 'unable to read thread; a page has 1 to 1,000 replies');
  end if;
  if v_root.parent_seq is not null then
    -- A reply stands for its thread.
    select * into v_root from chat.messages m where m.channel_id = v_root.channel_id and m.seq = v_root.parent_seq;
  end if;
  if after_id is not null then
    v_after := chat_private.cursor_seq(read_thread.channel_id, after_id, 'after');
  end if;
  v_seqs := array(
    select m.seq from chat.messages m
     where m.channel_id = v_root.channel_id and m.parent_seq = v_root.seq and m.deleted_at is null and m.seq > v_after
     order by m.seq limit page_size + 1);
  v_read := chat_private.fitting(v_root.channel_id, v_seqs[1:page_size]);
  v_page.has_more := cardinality(v_seqs) > cardinality(v_read);
  v_page.total := v_root.reply_count;
  v_page.parent := (chat_private.full_messages(array[v_root.channel_id], array[v_root.seq]))[1];
  v_page.replies := chat_private.full_messages(array_fill(v_root.channel_id, array[cardinality(v_read)]), v_read);
  -- As above.
  if cardinality(v_read) > 0 and not current_setting('transaction_read_only')::boolean then
    perform chat.mark_thread_read(v_root.channel_id, v_root.seq, v_read[cardinality(v_read)]);
  end if;
  return v_page;
end;
$$;
grant execute on function chat.read_thread(uuid, uuid, uuid, integer) to authenticated;

-- Volatile, so that it counts the call of the HTTP API which makes it (07_api_limits.sql). Definer: as above.
create function chat.read_pins(channel_id uuid) returns chat.message_page
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_seqs bigint[] := array(select p.seq from chat.list_pins(read_pins.channel_id, page_size => 101) p);
begin
  return row(chat_private.full_messages(array_fill(read_pins.channel_id, array[least(cardinality(v_seqs), 100)]), v_seqs[1:100]),
             cardinality(v_seqs) > 100)::chat.message_page;
end;
$$;
grant execute on function chat.read_pins(uuid) to authenticated;

-- Definer: as search_messages.
create function chat.find_messages(query text, channel_id uuid default null, from_id uuid default null,
                                   before timestamptz default null, after timestamptz default null, page_size integer default 20)
returns chat.found_page
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_page chat.found_page;
  v_request chat_private.search_request;
  v_hits record;
  v_messages chat.full_message[];
begin
  perform chat_private.require_token('search');
  if page_size is null or page_size not between 1 and 50 then
    perform chat_private.fail('invalid_page_size', 400, 'unable to search; a page has 1 to 50 hits');
  elsif find_messages.channel_id is not null and not exists (
      select from chat.channel_members m where m.channel_id = find_messages.channel_id and m.user_id = auth.uid()) then
    perform chat_private.fail('not_a_member', 403, 'unable to search; you are in no such channel');
  end if;
  v_request := chat_private.search_request(query, find_messages.channel_id, from_id, before, after, is_lenient => true);
  v_hits := chat_private.find_hits(v_request, row('infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 9223372036854775807),
                                   page_size, page_size, true);
  v_messages := chat_private.full_messages(array(select p.channel_id from unnest(v_hits.places) p),
                                           array(select p.seq from unnest(v_hits.places) p));
  v_page.hits := array(
    select row(v_messages[n], row(c.id, c.kind, c.slug, coalesce(c.name, c.slug, d.name))::chat.channel_label,
               chat_private.search_snippet((v_messages[n]).body, v_request.pattern))::chat.found_message
      from generate_subscripts(v_messages, 1) n
      join chat.channels c on c.id = (v_messages[n]).channel_id
      left join chat.profiles d on c.kind = 'dm' and d.id = chat_private.dm_partner(c.dm_key, (select auth.uid()))
     order by n);
  v_page.total := least(v_hits.total, 1000);
  v_page.is_total_exact := v_hits.is_exact and v_hits.total <= 1000;
  perform chat_private.take_token('search');
  return v_page;
end;
$$;
grant execute on function chat.find_messages(text, uuid, uuid, timestamptz, timestamptz, integer) to authenticated;

comment on type chat.given_reaction is 'Who reacted with which emoji';
comment on type chat.full_message is
  'A message with its author, files and the first 100 reactions to it; scheduled_for says when it was, or is, to be sent if that was put off';
comment on type chat.message_page is 'Some messages, and whether there are more in the direction of reading';
comment on type chat.thread_page is 'The first message of a thread, replies to it, and how many there are';
comment on type chat.found_message is 'A message that a search found; snippet marks matches between the characters U+0002 and U+0003';
comment on type chat.found_page is 'What a search found, and how many there are in all: at least, when is_total_exact is false';
comment on function chat_private.fitting(uuid, bigint[]) is
  'The first of these messages of a channel, until they have 1 MB of text: at least one';
comment on function chat_private.locate_message(uuid, uuid, text) is
  'A message of one of the caller''s channels by its id. Errors: channel_not_found, not_a_member, message_not_found';
comment on function chat.read_messages(uuid, uuid, uuid, integer) is
  'A page of a channel without what is deleted or said in threads only, newest first: before a message, or the next ones after one; marks it as read. 1 to 200 messages. Errors: channel_not_found, not_a_member, invalid_page_size, invalid_cursor';
comment on function chat.read_thread(uuid, uuid, uuid, integer) is
  'The thread of a message or reply, oldest reply first, after a reply; marks it as read. 1 to 1,000 replies, fewer after 1 MB of text. Errors: channel_not_found, not_a_member, message_not_found, invalid_page_size, invalid_cursor';
comment on function chat.read_pins(uuid) is
  'The pinned messages of a channel, last pinned first, at most 100. Errors: channel_not_found, not_a_member';
comment on function chat.find_messages(text, uuid, uuid, timestamptz, timestamptz, integer) is
  'As search_messages, newest first, with whole messages; filters that mean nothing are words, nothing to search for finds nothing, and channels that are not there are refused with not_a_member. Errors: rate_limited, invalid_search (more than 1,000 characters or 40 words), invalid_page_size, not_a_member';

-- 45_message_ids.sql
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

-- 46_doomed_objects.sql
-- Objects that nothing refers to any more: noted in the transaction that lets go of them, and removed by the worker.

create table chat_private.doomed_objects (
  bucket_id text not null,
  name text not null,
  doomed_at timestamptz not null default clock_timestamp(),
  primary key (bucket_id, name)
);

alter table chat_private.doomed_objects enable row level security;
grant select, delete on chat_private.doomed_objects to service_role;

-- Definer: nobody may write these rows. Notes those of the objects that Storage has.
create function chat_private.doom_objects(bucket_id text, names text[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into chat_private.doomed_objects (bucket_id, name)
  select o.bucket_id, o.name from storage.objects o
   where o.bucket_id = doom_objects.bucket_id and o.name = any (names)
  on conflict on constraint doomed_objects_pkey do nothing;
  if found then
    perform chat_private.wake_worker('collect_objects');
  end if;
end;
$$;

-- Whatever lets go of a file, its bytes and its thumbnail go: deleted, of a deleted message, expired, of a channel that is gone.
create function chat_private.tg_files__doom_objects() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform chat_private.doom_objects('files', array[old.path, old.path || '.thumbnail']);
  return null;
end;
$$;
create trigger _200_doom_deleted after delete on chat.files
  for each row execute function chat_private.tg_files__doom_objects();
create trigger _200_doom_marked after update of deleted_at on chat.files
  for each row when (new.deleted_at is not null and old.deleted_at is null)
  execute function chat_private.tg_files__doom_objects();

-- Pictures of a person that were stored before the one that is shown now; names sort by time, and one that has just
-- been stored to be shown next stays. Definer: reads Storage's table.
create function chat_private.tg_profiles__doom_avatars() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_shown text := substring(new.avatar_url from '/avatars/(' || new.id || '/[0-9a-f-]{36})$');
begin
  perform chat_private.doom_objects('avatars', array(
    select o.name from storage.objects o
     -- 0 follows / : everything in the folder.
     where o.bucket_id = 'avatars' and o.name collate "C" >= old.id || '/' and o.name collate "C" < old.id || '0'
       and (v_shown is null or o.name collate "C" < v_shown)));
  return null;
end;
$$;
create trigger _200_doom_avatars after update of avatar_url on chat.profiles
  for each row when (new.avatar_url is distinct from old.avatar_url)
  execute function chat_private.tg_profiles__doom_avatars();
create trigger _200_doom_avatars_deleted after delete on chat.profiles
  for each row execute function chat_private.tg_profiles__doom_avatars();

-- Definer: as above.
create function chat_private.tg_objects__forget_doomed() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from chat_private.doomed_objects d where d.bucket_id = old.bucket_id and d.name = old.name;
  return null;
end;
$$;
create trigger _200_forget_doomed after delete on storage.objects
  for each row when (old.bucket_id in ('files', 'avatars'))
  execute function chat_private.tg_objects__forget_doomed();

-- Deletes files that no message has taken in time, the oldest first, and says how many.
create function chat_private.expire_files(batch_size integer default 500) returns integer
language sql volatile set search_path = '' as $$
  with expired as (
    delete from chat.files f
     where f.ctid = any (array(
       select e.ctid from chat.files e
        where e.seq is null and e.expires_at < clock_timestamp() and not chat_private.is_file_scheduled(e.id)
        order by e.expires_at limit batch_size for update skip locked))
    returning 1)
  select count(*)::integer from expired;
$$;

-- Brings rows and objects together where a crash, an operator or a restored backup has parted them: objects without a
-- row are doomed, rows without an object count as deleted. Reads everything, so it is for quiet hours; younger than
-- an hour may still be under way. Definer: reads and writes what belongs to nobody.
create function chat_private.reconcile_files() returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_orphans text[];
  v_count integer;
begin
  select array_agg(o.name) into v_orphans from (
    select o.name from storage.objects o
     where o.bucket_id = 'files' and o.created_at < now() - interval '1 hour'
       and not exists (select from chat_private.file_at(chat_private.pictured_path(o.name)) f where f.deleted_at is null)
     limit 10000) o;
  perform chat_private.doom_objects('files', v_orphans);
  update chat.files f set deleted_at = clock_timestamp()
   where f.deleted_at is null and f.uploaded_at < now() - interval '1 hour'
     and not exists (select from storage.objects o where o.bucket_id = 'files' and o.name = f.path);
  get diagnostics v_count = row_count;
  return v_count + coalesce(cardinality(v_orphans), 0);
end;
$$;

comment on table chat_private.doomed_objects is
  'Objects of the buckets files and avatars that nothing refers to; the worker removes them through Storage, and then they leave this table';
comment on column chat_private.doomed_objects.bucket_id is 'Its bucket';
comment on column chat_private.doomed_objects.name is 'Its path in the bucket';
comment on column chat_private.doomed_objects.doomed_at is 'Since when nothing refers to it';
comment on function chat_private.doom_objects(text, text[]) is 'Notes objects that nothing refers to any more for the worker';
comment on function chat_private.expire_files(integer) is 'Deletes up to so many files that no message has taken before they expired, and says how many';
comment on function chat_private.reconcile_files() is
  'Parts what has lost its other half: objects of files without a row, rows of files without an object; says how many there were';

-- 47_file_processing.sql
-- What the worker does with every uploaded file: scans it for viruses, measures it and makes its thumbnail.

create table chat_private.unprocessed_files (
  file_id uuid primary key references chat.files (id) on delete cascade,
  due_at timestamptz not null default clock_timestamp(),
  tries integer not null default 0
);
create index unprocessed_files_due_idx on chat_private.unprocessed_files (due_at);

alter table chat_private.unprocessed_files enable row level security;

-- Definer: the table belongs to nobody.
create function chat_private.tg_files__process() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat_private.unprocessed_files (file_id) values (new.id) on conflict do nothing;
  perform chat_private.wake_worker('process_files');
  return null;
end;
$$;
create trigger _200_process after update of uploaded_at on chat.files
  for each row when (old.uploaded_at is null and new.uploaded_at is not null and (new.is_held or new.mime_type ~ '^(image|video)/'))
  execute function chat_private.tg_files__process();

-- The next file that is due, for five minutes nobody else's. One that has failed waits longer each time, about a day
-- in all, and is then left as it is: held, if it was.
create function chat_private.next_unprocessed_file() returns setof chat.files rows 1
language sql volatile set search_path = '' as $$
  with taken as (
    update chat_private.unprocessed_files u
       set tries = u.tries + 1, due_at = clock_timestamp() + interval '5 minutes' * 2 ^ least(u.tries, 8)
     where u.file_id = (
       select n.file_id from chat_private.unprocessed_files n
        where n.due_at <= clock_timestamp() and n.tries < 9
        order by n.due_at limit 1 for update skip locked)
    returning u.file_id)
  select f.* from chat.files f where f.id in (select t.file_id from taken t) and f.deleted_at is null;
$$;

-- The file's channel is locked before its row, as by everybody who changes what a message shows.
create function chat_private.lock_file(id uuid) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform chat_private.lock_channel(f.channel_id) from chat.files f where f.id = lock_file.id and f.seq is not null;
end;
$$;

-- Whoever is in the file's channel may read it from now on.
create function chat_private.release_file(id uuid) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform chat_private.lock_file(release_file.id);
  update chat.files f set is_held = false where f.id = release_file.id and f.is_held;
end;
$$;

-- A file with a virus in it goes, and from its message.
create function chat_private.reject_file(id uuid) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform chat_private.lock_file(reject_file.id);
  delete from chat.files f where f.id = reject_file.id;
end;
$$;

-- Nothing is left to do with the file; what its uploader has measured counts.
create function chat_private.finish_file(id uuid, width integer default null, height integer default null) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform chat_private.lock_file(finish_file.id);
  update chat.files f set width = finish_file.width, height = finish_file.height
   where f.id = finish_file.id and f.width is null and finish_file.width is not null and f.deleted_at is null;
  delete from chat_private.unprocessed_files u where u.file_id = finish_file.id;
end;
$$;

comment on table chat_private.unprocessed_files is 'Uploaded files that the worker has not finished with';
comment on column chat_private.unprocessed_files.file_id is 'Which file';
comment on column chat_private.unprocessed_files.due_at is 'When the worker may take it; whoever takes it moves this on';
comment on column chat_private.unprocessed_files.tries is 'How often it was taken';
comment on function chat_private.next_unprocessed_file() is 'Takes the next uploaded file that is due for the worker';
comment on function chat_private.lock_file(uuid) is 'Locks the channel that a file was sent to';
comment on function chat_private.release_file(uuid) is 'Lets a scanned file be read';
comment on function chat_private.reject_file(uuid) is 'Deletes a file that the scanner has refused, and from its message';
comment on function chat_private.finish_file(uuid, integer, integer) is 'Notes what was measured, and that nothing is left to do with the file';

-- 50_notifications.sql
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

-- 51_notification_settings.sql
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

-- 52_presence.sql
-- Presence: who is here, away or busy, and what they say about it. Clients beat every 25 s; no timer runs here.

-- One row per open client (a tab, a device), written by every beat. Unlogged: a beat waits for no disk, and after a
-- crash everybody beats again within 25 s.
create unlogged table chat_private.connections (
  user_id uuid not null references chat.accounts on delete cascade,
  id uuid not null,
  session_id uuid,
  seen_at timestamptz not null,
  active_at timestamptz,
  gone_at timestamptz not null,
  primary key (user_id, id)
) with (fillfactor = 50);

-- What others were last told: written only when it changes.
create table chat.presence (
  user_id uuid primary key references chat.accounts on delete cascade,
  status text not null default 'offline'
    constraint presence_status_known check (status in ('online', 'away', 'busy', 'inmeeting', 'offline')),
  manual_status text
    constraint presence_manual_status_known check (manual_status in ('away', 'busy', 'inmeeting', 'offline')),
  activity text constraint presence_activity_known check (activity in ('typing', 'playing')),
  status_text text
    constraint presence_status_text_form check (status_text is not distinct from chat_private.clean_line(status_text, 100)),
  status_emoji text
    constraint presence_status_emoji_form check (char_length(status_emoji) between 1 and 32 and status_emoji !~ '[\s[:cntrl:]]'),
  status_expires_at timestamptz constraint presence_status_expires_at_finite check (isfinite(status_expires_at)),
  last_seen_at timestamptz,
  updated_at timestamptz not null default now()
);
-- Serves the sweep.
create index presence_here_idx on chat.presence (user_id) where status <> 'offline';

-- When people were last looked through for those who have gone. One row, which a crash takes away.
create unlogged table chat_private.presence_sweeps (
  is_only boolean primary key default true constraint presence_sweeps_one_row check (is_only),
  swept_at timestamptz not null
);

alter table chat_private.connections enable row level security;
alter table chat.presence enable row level security;
alter table chat_private.presence_sweeps enable row level security;

-- How each of these people is at this moment, by their connections and their own choice.
create function chat_private.presence_now(user_ids uuid[])
returns table (user_id uuid, status text, last_seen_at timestamptz)
language plpgsql stable rows 10 set search_path = '' as $$
begin
  -- In PL/pgSQL for its kept plan: this runs at every beat of a client that nobody uses.
  return query
  select p.user_id,
         case when c.is_here is not true then 'offline'
              when p.manual_status is not null then p.manual_status
              when c.active_at > now() - interval '5 minutes' then 'online'
              else 'away' end,
         -- Who hides was last seen when they hid.
         case when p.manual_status = 'offline' and p.status = 'offline' then p.last_seen_at
              else coalesce(c.seen_at, p.last_seen_at) end
    from chat.presence p
   cross join lateral (
     select max(k.seen_at) as seen_at,
            bool_or(k.gone_at > now()) as is_here,
            max(k.active_at) filter (where k.gone_at > now()) as active_at
       from chat_private.connections k where k.user_id = p.user_id) c
   where p.user_id = any (user_ids);
end;
$$;

-- Writes down, and so tells everyone, where these people are not as they were last told to be.
create function chat_private.settle_presence(user_ids uuid[]) returns void
language plpgsql volatile set search_path = '' as $$
begin
  -- Locked first and computed again, or a choice made in the same moment would be overwritten.
  perform from chat.presence p join chat_private.presence_now(user_ids) n on n.user_id = p.user_id
    where n.status <> p.status for no key update of p;
  if found then
    update chat.presence p
       set status = n.status, last_seen_at = n.last_seen_at, activity = case when n.status <> 'offline' then p.activity end
      from chat_private.presence_now(user_ids) n
     where n.user_id = p.user_id and n.status <> p.status;
  end if;
end;
$$;

-- Finds who has gone without a word. Done by whoever beats, at most once in 5 s and by one at a time, so that each
-- beat stays cheap; a full batch leaves the rest to the next beat.
create function chat_private.sweep_presence() returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_gone uuid[];
begin
  perform from chat_private.presence_sweeps s where s.swept_at < now() - interval '5 seconds' for update skip locked;
  if not found then
    if not exists (select from chat_private.presence_sweeps)
       and pg_try_advisory_xact_lock(hashtext('chat_private.presence_sweeps')) then
      -- After a crash nobody has a connection yet: time for everybody's next beat. One begins, and nobody waits for it.
      insert into chat_private.presence_sweeps (swept_at) values (now() + interval '60 seconds') on conflict do nothing;
    end if;
    return;
  end if;
  select array_agg(s.user_id) into v_gone
    from (select p.user_id from chat.presence p
           where p.status <> 'offline'
             and not exists (select from chat_private.connections k
                              where k.user_id = p.user_id and k.gone_at > now())
           limit 100 for no key update skip locked) s;
  if v_gone is not null then
    perform chat_private.settle_presence(v_gone);
    -- Whoever comes back in this moment holds their row and keeps it.
    delete from chat_private.connections k
     where (k.user_id, k.id) in (
       select d.user_id, d.id from chat_private.connections d
        where d.user_id = any (v_gone) and d.gone_at <= now() for update skip locked);
  end if;
  if coalesce(cardinality(v_gone), 0) < 100 then
    update chat_private.presence_sweeps set swept_at = now();
  end if;
end;
$$;

-- Notes a beat of the caller's, whose clients are one per session where they do not tell themselves apart. A client
-- stays for 60 s; one that nobody uses for 90 s, as browsers let tabs that have long been hidden run once a minute.
create function chat_private.beat(connection_id uuid, is_active boolean, life interval default '60 seconds') returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_session uuid := (auth.jwt() ->> 'session_id')::uuid;
  v_id uuid := coalesce(beat.connection_id, v_session, v_me);
  v_active_at timestamptz := case when is_active then now() end;
begin
  update chat_private.connections k
     set seen_at = now(), active_at = coalesce(v_active_at, k.active_at),
         gone_at = now() + case when coalesce(v_active_at, k.active_at) > now() - interval '5 minutes'
                                then beat.life else interval '90 seconds' end
   where k.user_id = v_me and k.id = v_id;
  if found then
    return;
  end if;
  -- Somebody has at most 20 clients, or rows could be made without end.
  delete from chat_private.connections k
   where k.user_id = v_me
     and k.id in (select o.id from chat_private.connections o where o.user_id = v_me order by o.seen_at desc offset 19);
  insert into chat_private.connections (user_id, id, session_id, seen_at, active_at, gone_at)
  values (v_me, v_id, v_session, now(), v_active_at, now() + beat.life)
  on conflict do nothing;
  insert into chat.presence (user_id) values (v_me) on conflict do nothing;
end;
$$;

-- The clients of a session that do not beat, as one.
create function chat_private.silent_connection() returns uuid
language sql stable set search_path = '' as $$
  select md5('silent ' || coalesce(auth.jwt() ->> 'session_id', auth.uid()::text))::uuid;
$$;

-- A session takes its clients along, whatever ended it. It never refuses: Auth would answer with a bare 500.
-- Definer: runs as supabase_auth_admin, which knows nothing of chat.
create function chat_private.tg_sessions__disconnect() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from chat_private.connections k where k.user_id = old.user_id and k.session_id = old.id;
  if found then
    perform chat_private.settle_presence(array[old.user_id]);
  end if;
  return null;
exception when others then
  raise warning 'the clients of session % were not disconnected: %', old.id, sqlerrm;
  return null;
end;
$$;
create trigger _100_disconnect after delete on auth.sessions
  for each row execute function chat_private.tg_sessions__disconnect();

grant select (user_id, status, activity, status_text, status_emoji, status_expires_at, last_seen_at, updated_at)
  on chat.presence to authenticated;

create policy select_user on chat.presence for select to authenticated using (true);

create function chat_private.tg_presence__touch() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at := clock_timestamp();
  return new;
end;
$$;
create trigger _100_touch before update on chat.presence
  for each row when (old is distinct from new) execute function chat_private.tg_presence__touch();

-- Definer: speaks on Realtime.
create function chat_private.tg_presence__tell() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.tell_everyone('presence:changed', to_jsonb(new) - 'manual_status');
  return null;
exception when others then
  raise warning 'presence of % has changed but was not announced: %', new.user_id, sqlerrm;
  return null;
end;
$$;
create trigger _900_tell after update on chat.presence
  for each row when ((old.status, old.activity, old.status_text, old.status_emoji, old.status_expires_at)
    is distinct from (new.status, new.activity, new.status_text, new.status_emoji, new.status_expires_at))
  execute function chat_private.tg_presence__tell();

-- Definer: as above. Here and not with the profiles, because it needs what tells everyone.
create function chat_private.tg_profiles__tell() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.tell_everyone('user:updated', to_jsonb(new));
  return null;
exception when others then
  raise warning 'profile % has changed but this was not announced: %', new.id, sqlerrm;
  return null;
end;
$$;
create trigger _900_tell after update on chat.profiles
  for each row when (old is distinct from new) execute function chat_private.tg_profiles__tell();

insert into chat_private.rate_limit_rules (bucket, burst, period, description) values
  ('set_presence', 60, '5 minutes', 'Changes of presence and status, which everyone hears');

-- Definer: connections belong to nobody, and presence is written by these functions only.
create function chat.heartbeat(channel_ids uuid[] default '{}', is_active boolean default true, connection_id uuid default null)
returns table (id uuid, last_seq bigint, last_change bigint, epoch integer)
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_presence record;
begin
  if cardinality(channel_ids) > 100 then
    perform chat_private.fail('too_many_channels', 400, 'unable to beat; at most 100 channels can be asked for at once');
  end if;
  perform chat_private.beat(heartbeat.connection_id, heartbeat.is_active);
  select p.status, p.manual_status into v_presence from chat.presence p where p.user_id = v_me;
  -- Mostly everything is as it was; only otherwise the other connections matter.
  if v_presence.status is distinct from coalesce(v_presence.manual_status, case when heartbeat.is_active then 'online' end) then
    perform chat_private.settle_presence(array[v_me]);
  end if;
  perform chat_private.sweep_presence();
  return query
    select null::uuid, null::bigint, null::bigint, e.epoch from chat_private.presence_epoch e
    union all
    select c.id, n.last_seq, n.last_change, c.epoch
      from unnest(channel_ids) as wanted (id)
      join chat.channel_members m on m.channel_id = wanted.id and m.user_id = v_me
      join chat.channel_counters n on n.channel_id = wanted.id
      join chat.channels c on c.id = wanted.id;
end;
$$;
grant execute on function chat.heartbeat(uuid[], boolean, uuid) to authenticated;

-- Definer: as above.
create function chat.go_offline(connection_id uuid default null) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from chat_private.connections k
   where k.user_id = auth.uid()
     and case when connection_id is null
              then k.session_id is not distinct from (auth.jwt() ->> 'session_id')::uuid
              else k.id = go_offline.connection_id end;
  perform chat_private.settle_presence(array[auth.uid()]);
end;
$$;
grant execute on function chat.go_offline(uuid) to authenticated;

-- Definer: as above.
create function chat.stay() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
begin
  perform chat_private.beat(chat_private.silent_connection(), true, interval '15 minutes');
  if not exists (select from chat.presence p where p.user_id = v_me and p.status = coalesce(p.manual_status, 'online')) then
    perform chat_private.settle_presence(array[v_me]);
  end if;
  perform chat_private.sweep_presence();
end;
$$;
grant execute on function chat.stay() to authenticated;

-- Definer: as above.
create function chat.set_presence(status text, activity text default null, user_id uuid default null)
returns setof chat.presence rows 1
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
begin
  perform chat_private.require_oneself(set_presence.user_id, 'set presence');
  if set_presence.status is null or set_presence.status not in ('online', 'away', 'busy', 'inmeeting', 'offline') then
    perform chat_private.fail('invalid_presence', 400,
      'unable to set presence; it is online, away, busy, inmeeting or offline');
  elsif set_presence.activity not in ('typing', 'playing') or (set_presence.activity is not null and set_presence.status <> 'online') then
    perform chat_private.fail('invalid_activity', 400, 'unable to set presence; an activity is typing or playing, of who is online');
  end if;
  -- Before what goes with it, as a deletion takes them.
  perform from chat.accounts a where a.user_id = v_me for key share;
  if not found then
    perform chat_private.fail('user_not_found', 404, 'unable to set presence; the account is deleted');
  end if;
  perform chat_private.take_token('set_presence');
  -- Who chooses is here, and active in all their clients.
  update chat_private.connections k set active_at = now()
   where k.user_id = v_me and k.gone_at > now() and k.id <> chat_private.silent_connection();
  if not found then
    perform chat.stay();
  end if;
  update chat.presence p set manual_status = nullif(set_presence.status, 'online') where p.user_id = v_me;
  perform chat_private.settle_presence(array[v_me]);
  return query update chat.presence p set activity = set_presence.activity where p.user_id = v_me returning p.*;
end;
$$;
grant execute on function chat.set_presence(text, text, uuid) to authenticated;

-- Definer: as above.
create function chat.set_status(status_text text default null, status_emoji text default null,
                                status_expires_at timestamptz default null)
returns setof chat.presence rows 1
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_text text := chat_private.clean_line(set_status.status_text);
begin
  if char_length(v_text) > 100 then
    perform chat_private.fail('invalid_status', 400, 'unable to set status; its text has at most 100 characters');
  elsif char_length(set_status.status_emoji) not between 1 and 32 or set_status.status_emoji ~ '[\s[:cntrl:]]' then
    perform chat_private.fail('invalid_emoji', 400, 'unable to set status; an emoji has 1 to 32 characters without blanks');
  elsif set_status.status_expires_at not between now() and now() + interval '1 year' then
    perform chat_private.fail('invalid_status', 400, 'unable to set status; it expires within the next year');
  end if;
  perform chat_private.take_token('set_presence');
  insert into chat.presence (user_id) values (v_me) on conflict do nothing;
  return query
    update chat.presence p
       set status_text = v_text, status_emoji = set_status.status_emoji,
           status_expires_at = case when coalesce(v_text, set_status.status_emoji) is not null then set_status.status_expires_at end
     where p.user_id = v_me
    returning p.*;
end;
$$;
grant execute on function chat.set_status(text, text, timestamptz) to authenticated;

create function chat.clear_status() returns setof chat.presence rows 1
language sql volatile set search_path = '' as $$
  select * from chat.set_status();
$$;
grant execute on function chat.clear_status() to authenticated;

-- Definer: as above. What the table says may be a minute old, and longer while nobody beats; this is exact.
create function chat.get_presence(user_ids uuid[])
returns table (user_id uuid, status text, status_text text, status_emoji text, status_expires_at timestamptz,
               last_seen_at timestamptz, updated_at timestamptz, manual_status text, activity text)
language plpgsql stable security definer set search_path = '' as $$
begin
  if cardinality(user_ids) > 500 then
    perform chat_private.fail('too_many_users', 400, 'unable to read presence; at most 500 people can be asked for at once');
  end if;
  return query
    select p.user_id, n.status,
           case when t.is_valid then p.status_text end, case when t.is_valid then p.status_emoji end,
           case when t.is_valid then p.status_expires_at end, n.last_seen_at, p.updated_at,
           case when p.user_id = auth.uid() then p.manual_status end, case when n.status <> 'offline' then p.activity end
      from chat_private.presence_now(user_ids) n
      join chat.presence p on p.user_id = n.user_id
     cross join lateral (select coalesce(p.status_expires_at > now(), true) as is_valid) t;
end;
$$;
grant execute on function chat.get_presence(uuid[]) to authenticated;

comment on table chat_private.connections is 'Clients that beat, and the last sign that somebody uses them';
comment on column chat_private.connections.user_id is 'Whose client';
comment on column chat_private.connections.id is 'Chosen by the client; a tab or device has its own';
comment on column chat_private.connections.session_id is 'Session of Auth it belongs to; leaves with it';
comment on column chat_private.connections.seen_at is 'Last beat';
comment on column chat_private.connections.active_at is 'Last beat that told of somebody using it; null when none did';
comment on column chat_private.connections.gone_at is 'Without another beat it counts as gone from then on';
comment on table chat.presence is 'How people are, as everyone was last told; nobody is written here before their first sign of life. chat.get_presence says how they are now';
comment on column chat.presence.user_id is 'The person';
comment on column chat.presence.status is 'online, away, busy, inmeeting or offline';
comment on column chat.presence.manual_status is 'What the person chose and keeps until they choose again; offline hides them. Null: it follows from their activity. Others do not see it';
comment on column chat.presence.activity is 'typing or playing, said by themselves until they choose a presence again or are offline; null: neither';
comment on column chat.presence.status_text is 'What the person says about it, at most 100 characters';
comment on column chat.presence.status_emoji is 'An emoji beside or instead of the text';
comment on column chat.presence.status_expires_at is 'From then on text and emoji count as empty; null: they stay';
comment on column chat.presence.last_seen_at is 'When they were last here, as of the last change of status';
comment on column chat.presence.updated_at is 'When this last changed; the newer of two events or answers counts';
comment on table chat_private.presence_sweeps is 'When people were last looked through for those who have gone';
comment on column chat_private.presence_sweeps.is_only is 'True: there is one row';
comment on column chat_private.presence_sweeps.swept_at is 'The last time, or after a crash a moment to wait for';
comment on function chat_private.presence_now(uuid[]) is 'How people are at this moment';
comment on function chat_private.settle_presence(uuid[]) is 'Writes down how people are at this moment where that has changed';
comment on function chat_private.sweep_presence() is 'Sets people offline whose clients have all gone without a word, some at a time';
comment on function chat_private.beat(uuid, boolean, interval) is 'Notes a beat of one of the caller''s clients';
comment on function chat_private.silent_connection() is 'The connection that stands for what the caller''s session calls without a client that beats';
comment on function chat.stay() is
  'Says that the caller has just done something without a client that beats, and so is here for 15 minutes, active for 5';
comment on policy select_user on chat.presence is 'Everyone signed in sees how everyone is';
comment on function chat.heartbeat(uuid[], boolean, uuid) is
  'Says that the caller''s client is open, and whether somebody uses it; every 25 s. Returns where those of the channels are that the caller is in, and without id the epoch of the topic everyone hears. Errors: too_many_channels';
comment on function chat.go_offline(uuid) is
  'Says that this connection closes, or without an id all of this session; offline is who has no other';
comment on function chat.set_presence(text, text, uuid) is
  'Chooses a presence until the next choice; online: it follows the use of the clients; offline: hidden. Beside online with what the caller does: typing or playing. Where no client beats, the choice keeps them here for 15 minutes. user_id, where it is given, is the caller''s. Errors: user_not_found, not_yourself, invalid_presence, invalid_activity, rate_limited';
comment on function chat.set_status(text, text, timestamptz) is
  'Sets what the caller says about their presence; nothing given clears it. Errors: invalid_status, invalid_emoji, rate_limited';
comment on function chat.clear_status() is 'Removes status text and emoji. Errors: rate_limited';
comment on function chat.get_presence(uuid[]) is
  'How these people are now; those never seen are missing. manual_status is the caller''s own only. Errors: too_many_users';

-- 53_notify.sql
-- Who is notified of what: of messages, reactions and invitations, as far as they want to be.

-- Serves those who want to hear of every message of a channel.
create index channel_states_level_all_idx on chat.channel_states (channel_id) where notify_level = 'all';

-- What a message reads like on one line.
create function chat_private.excerpt(body text) returns text
language sql immutable set search_path = '' as $$
  select left(btrim(regexp_replace(regexp_replace(left(body, 1000), '@\[([^\]\n]{1,80})\]', '@\1', 'g'), '\s+', ' ', 'g')), 200);
$$;

-- Tells those of the given people who are in the channel, want to hear of this and can, each once per message: who is
-- given twice, by the first type.
-- Nobody hears of what they do themselves, nor of somebody with whom one has blocked the other.
-- Definer: notifications are written by nobody else.
create function chat_private.notify(actor_id uuid, channel_id uuid, user_ids uuid[], types text[], text text,
                                    message chat.messages default null, custom jsonb default '{}') returns void
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat.notifications
    (user_id, type, actor_id, channel_id, seq, message_id, parent_seq, in_channel, text, custom, is_silent)
  select r.user_id, r.type, notify.actor_id, notify.channel_id, message.seq, message.id, message.parent_seq,
         coalesce(message.in_channel, true), notify.text, notify.custom, p.dnd_enabled and chat_private.is_dnd(p)
    from unnest(user_ids, types) with ordinality as r (user_id, type, place)
    join chat.channel_states s on s.channel_id = notify.channel_id and s.user_id = r.user_id
    join chat.accounts a on a.user_id = r.user_id
    join chat.preferences p on p.user_id = r.user_id
   where r.user_id is distinct from notify.actor_id
     and a.suspended_at is null
     and p.notifications
     and (s.muted_until is null or s.muted_until <= now())
     and case coalesce(s.notify_level, p.level)
           when 'nothing' then false
           -- A conversation set to mentions is quiet otherwise; in general this level lets direct messages through.
           when 'mentions' then r.type <> 'message' and (r.type <> 'dm' or s.notify_level is null)
           else true
         end
     and not exists (select from chat.blocks b where b.blocker_id = r.user_id and b.blocked_id = notify.actor_id)
     and not exists (select from chat.blocks b where b.blocker_id = notify.actor_id and b.blocked_id = r.user_id)
   order by r.place
  on conflict on constraint notifications_once do nothing;
end;
$$;

-- Of a new message hear those who are meant, who follow its thread, whose conversation it is and who want to hear of
-- all; of an edit those whom the old text did not mean. What would reach more than 1,000 people reaches nobody, so
-- that a send stays cheap: there @channel raises the mention badge only.
-- Definer: as above.
create function chat_private.tg_messages__notify() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_is_new boolean := tg_op = 'INSERT';
  v_means_all boolean := new.mentions_everyone is not null and (v_is_new or new.mentions_everyone is distinct from old.mentions_everyone);
  v_channel record;
  v_mentioned uuid[] := case when v_is_new then new.mention_ids
                             else array(select u from unnest(new.mention_ids) as u where u <> all (old.mention_ids)) end;
  v_followers uuid[] := '{}';
  v_listeners uuid[] := '{}';
begin
  select c.kind in ('dm', 'group') as is_conversation, n.member_count into v_channel
    from chat.channels c join chat.channel_counters n on n.channel_id = c.id where c.id = new.channel_id;

  if v_means_all and v_channel.member_count <= 1000 then
    v_mentioned := v_mentioned || case new.mentions_everyone
      when 'here' then array(select x.user_id from chat.mentions x where x.channel_id = new.channel_id and x.seq = new.seq)
      else array(select m.user_id from chat.channel_members m where m.channel_id = new.channel_id) end;
  end if;
  if v_is_new and new.parent_seq is not null then
    v_followers := array(
      select t.user_id from chat.thread_members t
       where t.channel_id = new.channel_id and t.root_seq = new.parent_seq and t.is_following limit 1001);
    if cardinality(v_followers) > 1000 then
      v_followers := '{}';
    end if;
  end if;
  if not v_is_new or v_channel.member_count > 1000 then
    null;
  elsif v_channel.is_conversation then
    v_listeners := array(select m.user_id from chat.channel_members m where m.channel_id = new.channel_id);
  elsif new.in_channel then
    v_listeners := array(select s.user_id from chat.channel_states s where s.channel_id = new.channel_id and s.notify_level = 'all');
    if v_channel.member_count <= 100 then
      -- To find whose general level is all takes a look at every member, which only small channels can afford.
      v_listeners := v_listeners || array(
        select m.user_id from chat.channel_members m join chat.preferences p on p.user_id = m.user_id
         where m.channel_id = new.channel_id and p.level = 'all');
    end if;
  end if;

  if cardinality(v_mentioned || v_followers || v_listeners) > 0 then
    perform chat_private.notify(new.author_id, new.channel_id, v_mentioned || v_followers || v_listeners,
      array_fill('mention'::text, array[cardinality(v_mentioned)]) || array_fill('thread_reply'::text, array[cardinality(v_followers)])
        || array_fill(case when v_channel.is_conversation then 'dm' else 'message' end, array[cardinality(v_listeners)]),
      chat_private.excerpt(new.body), new, case when v_means_all then jsonb_build_object('everyone', new.mentions_everyone) else '{}' end);
  end if;
  return null;
exception when others then
  raise warning 'message % was stored but nobody was notified: %', new.id, sqlerrm;
  return null;
end;
$$;
create trigger _500_notify after insert on chat.messages
  for each row when (new.kind = 'user') execute function chat_private.tg_messages__notify();
create trigger _500_notify_of_edit after update on chat.messages
  for each row when (new.mention_ids <> old.mention_ids or new.mentions_everyone is distinct from old.mentions_everyone)
  execute function chat_private.tg_messages__notify();

-- What was said of a message follows it: its new text, or nothing once it is deleted. Here as elsewhere rows are taken
-- in the order of their ids, or this and somebody's reading would wait for each other.
-- Definer: as above.
create function chat_private.tg_messages__follow_notifications() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_text text := chat_private.excerpt(new.body);
begin
  if new.deleted_at is not null then
    delete from chat.notifications n where (n.user_id, n.id) in (
      select x.user_id, x.id from chat.notifications x where x.channel_id = new.channel_id and x.seq = new.seq
       order by x.user_id, x.id for update);
  else
    update chat.notifications n set text = v_text where (n.user_id, n.id) in (
      select x.user_id, x.id from chat.notifications x where x.channel_id = new.channel_id and x.seq = new.seq and x.text <> v_text
       order by x.user_id, x.id for no key update);
  end if;
  return null;
end;
$$;
create trigger _510_follow_notifications after update on chat.messages
  for each row when (new.kind = 'user' and (new.body <> old.body or (new.deleted_at is not null and old.deleted_at is null)))
  execute function chat_private.tg_messages__follow_notifications();

-- Definer: as above. The author hears once of each person who reacts; what is taken back unread was never said.
create function chat_private.tg_reactions__notify() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_message chat.messages;
begin
  if tg_op = 'INSERT' then
    select * into v_message from chat.messages m where m.channel_id = new.channel_id and m.seq = new.seq and m.kind = 'user';
    perform chat_private.notify(new.user_id, new.channel_id, array[v_message.author_id], array['reaction'],
                                chat_private.excerpt(v_message.body), v_message, jsonb_build_object('emoji', new.emoji));
  else
    delete from chat.notifications n
     where n.channel_id = old.channel_id and n.seq = old.seq and n.actor_id = old.user_id and n.type = 'reaction'
       and n.custom ->> 'emoji' = old.emoji and n.read_at is null;
  end if;
  return null;
exception when others then
  raise warning 'a reaction was stored but its author not notified: %', sqlerrm;
  return null;
end;
$$;
create trigger _500_notify after insert or delete on chat.reactions
  for each row execute function chat_private.tg_reactions__notify();

-- Definer: as above. Once a statement, as a thousand people can be added by one.
create function chat_private.tg_channel_members__notify() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_channel record;
begin
  for v_channel in
    select c.id, coalesce(c.name, c.slug, '') as name, array_agg(m.user_id) as user_ids
      from added m join chat.channels c on c.id = m.channel_id
     where c.kind <> 'dm' and auth.uid() is not null
     group by c.id
  loop
    perform chat_private.notify(auth.uid(), v_channel.id, v_channel.user_ids,
                                array_fill('channel_invite'::text, array[cardinality(v_channel.user_ids)]), v_channel.name);
  end loop;
  return null;
exception when others then
  raise warning 'members were added but not notified: %', sqlerrm;
  return null;
end;
$$;
create trigger _500_notify after insert on chat.channel_members
  referencing new table as added for each statement execute function chat_private.tg_channel_members__notify();

-- Who is no longer in a channel has nothing unread there.
-- Definer: as above.
create function chat_private.tg_channel_members__forget_notifications() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from chat.notifications n where (n.user_id, n.id) in (
    select x.user_id, x.id from chat.notifications x join removed m on m.user_id = x.user_id and m.channel_id = x.channel_id
     where x.read_at is null order by x.user_id, x.id for update of x);
  return null;
end;
$$;
create trigger _500_forget_notifications after delete on chat.channel_members
  referencing old table as removed for each statement execute function chat_private.tg_channel_members__forget_notifications();

-- Who has read a channel or a thread up to a message has read what was said of it. Bounded: somebody who comes back to
-- more than 5,000 has the rest marked by their next reading.
-- Definer: as above.
create function chat_private.read_notifications(user_id uuid, channel_id uuid, seq bigint, root_seq bigint default null) returns void
language sql volatile security definer set search_path = '' as $$
  update chat.notifications n set read_at = now()
   where n.user_id = read_notifications.user_id and n.id in (
     select x.id from chat.notifications x
      where x.user_id = read_notifications.user_id and x.channel_id = read_notifications.channel_id and x.read_at is null
        and (x.seq is null or x.seq <= read_notifications.seq)
        and case when root_seq is null then x.in_channel else x.parent_seq = root_seq end
      order by x.id limit 5000 for no key update);
$$;

-- Definer: as above.
create function chat_private.tg_channel_states__read_notifications() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.read_notifications(new.user_id, new.channel_id, new.last_read_seq);
  return null;
end;
$$;
create trigger _500_read_notifications after update of last_read_seq on chat.channel_states
  for each row when (new.last_read_seq > old.last_read_seq)
  execute function chat_private.tg_channel_states__read_notifications();

-- Definer: as above.
create function chat_private.tg_thread_members__read_notifications() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.read_notifications(new.user_id, new.channel_id, new.last_read_seq, new.root_seq);
  return null;
end;
$$;
create trigger _500_read_notifications after insert or update of last_read_seq on chat.thread_members
  for each row execute function chat_private.tg_thread_members__read_notifications();

-- 54_here.sql
-- Whom @here means: the members who are there at that moment.

-- Definer: mentions are written by nobody else.
create function chat_private.tg_messages__mention_here() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat.mentions (user_id, channel_id, seq)
  select p.user_id, new.channel_id, new.seq
    from chat.channel_members m
    join chat.presence p on p.user_id = m.user_id and p.status not in ('offline', 'away')
   where m.channel_id = new.channel_id and m.user_id is distinct from new.author_id
  on conflict do nothing;
  return null;
end;
$$;
create trigger _210_mention_here after insert on chat.messages
  for each row when (new.mentions_everyone = 'here') execute function chat_private.tg_messages__mention_here();
create trigger _210_mention_here_on_edit after update on chat.messages
  for each row when (new.mentions_everyone = 'here' and old.mentions_everyone is distinct from 'here')
  execute function chat_private.tg_messages__mention_here();

-- 54_sent_notifications.sql
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

-- 55_channel_pages.sql
-- Channels as lists and pages show them: with who is in them, how many, and what was said last.

create type chat.channel_person as (
  user_id uuid,
  username text,
  name text,
  avatar_url text,
  email text,
  role text,
  status text,
  joined_at timestamptz
);

create type chat.dm_person as (id uuid, username text, name text, avatar_url text, status text);
create type chat.listed_channel as (
  id uuid,
  kind text,
  slug text,
  -- Of a group without a name: who is in it.
  name text,
  description text,
  created_by uuid,
  created_at timestamptz,
  member_count integer,
  unread_count bigint,
  -- Of direct messages only: the other person, and both with their status.
  dm_user_id uuid,
  people chat.dm_person[],
  last_message chat.full_message
);
create type chat.channel_details as (
  id uuid,
  kind text,
  slug text,
  name text,
  description text,
  custom jsonb,
  created_by uuid,
  created_at timestamptz,
  archived_at timestamptz,
  member_count integer,
  members chat.channel_person[]
);
create type chat.channel_page as (channels chat.listed_channel[], total integer);

-- For whoever has just made or changed a channel. Volatile, or it would not see what the function has written whose
-- row this is.
create function chat.member_count(channel chat.channels) returns integer
language sql volatile set search_path = '' as $$
  select n.member_count from chat.channel_counters n where n.channel_id = channel.id;
$$;
grant execute on function chat.member_count(chat.channels) to authenticated;

-- Numbers to skip are for APIs that have no cursors; further on than this nobody turns pages.
create function chat_private.check_skip(skip integer, operation text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if skip is null or skip not between 0 and 100000 then
    perform chat_private.fail('invalid_input', 400, format('unable to %s; 0 to 100,000 rows can be skipped', operation));
  end if;
end;
$$;
grant execute on function chat_private.check_skip(integer, text) to authenticated;

-- These channels in this order, as far as they are the caller's: to be run with the owner's rights, under which the view
-- still shows the caller's channels only, but each of its counts need not ask again which ones those are.
-- The last message is the newest that the channel shows and that nobody has deleted.
create function chat_private.listed_channels(ids uuid[]) returns chat.listed_channel[]
language plpgsql stable set search_path = '' as $$
declare
  v_last chat.full_message[];
begin
  select chat_private.full_messages(array_agg(w.id), array_agg(m.seq)) into v_last
    from unnest(listed_channels.ids) w (id)
   cross join lateral (
     select x.seq from chat.messages x where x.channel_id = w.id and x.in_channel and x.deleted_at is null
      order by x.seq desc limit 1) m;
  return array(
    select row(c.id, c.kind, c.slug, coalesce(c.name, c.group_name), c.description, c.created_by, c.created_at,
               c.member_count, c.unread_count, c.dm_user_id,
               case when c.kind = 'dm' then array(
                 select row(p.id, p.username, p.name, p.avatar_url, coalesce(s.status, 'offline'))::chat.dm_person
                   from chat.profiles p left join chat.presence s on s.user_id = p.id
                  where p.id in (c.dm_user_id, (select auth.uid())) order by p.id) end,
               l)::chat.listed_channel
      from unnest(listed_channels.ids) with ordinality w (id, n)
     cross join lateral (
       select x.id, x.kind, x.slug, x.name, x.group_name, x.description, x.created_by, x.created_at, x.member_count,
              x.unread_count, x.dm_user_id
         from chat.my_channels x where x.id = w.id offset 0) c
      left join unnest(v_last) l on l.channel_id = w.id
     order by w.n);
end;
$$;

-- Which ones first and what there is to say of them then, or it would be found out for those who are skipped as well.
-- Volatile, so that it counts the call of the HTTP API which makes it (07_api_limits.sql).
-- Definer: as said of listed_channels.
create function chat.read_channels(kinds text[] default null, page_size integer default 50, skip integer default 0)
returns chat.channel_page
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_ids uuid[];
  v_page chat.channel_page;
begin
  perform chat_private.check_page_size(page_size, 'list channels');
  perform chat_private.check_skip(skip, 'list channels');
  v_ids := array(
    select m.channel_id
      from chat.channel_members m
      join chat.channels c on c.id = m.channel_id
      join chat.channel_counters n on n.channel_id = m.channel_id
     where m.user_id = (select auth.uid()) and (kinds is null or c.kind = any (kinds))
     order by coalesce(n.last_message_at, c.created_at) desc, m.channel_id desc limit page_size offset skip);
  v_page.channels := chat_private.listed_channels(v_ids);
  v_page.total := skip + cardinality(v_ids);
  -- A page that ends the list says how long it is.
  if cardinality(v_ids) = page_size or v_page.total = skip and skip > 0 then
    select count(*) into v_page.total
      from chat.channel_members m join chat.channels c on c.id = m.channel_id
     where m.user_id = (select auth.uid()) and (kinds is null or c.kind = any (kinds));
  end if;
  return v_page;
end;
$$;
grant execute on function chat.read_channels(text[], integer, integer) to authenticated;

-- Definer: as above.
create function chat.start_dm(user_id uuid) returns chat.listed_channel
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id uuid;
begin
  select o.id into v_id from chat.open_dm(start_dm.user_id, to_oneself => false) o;
  return (chat_private.listed_channels(array[v_id]))[1];
end;
$$;
grant execute on function chat.start_dm(uuid) to authenticated;

-- Volatile as above. Definer: how many people are in a channel is otherwise shown to these only.
create function chat.list_public_channels(after text default null, page_size integer default 50)
returns table (id uuid, kind text, slug text, name text, description text, created_by uuid, created_at timestamptz,
               member_count integer)
language plpgsql volatile security definer rows 50 set search_path = '' as $$
begin
  perform chat_private.check_page_size(page_size, 'list public channels');
  return query
    select c.id, c.kind, c.slug, c.name, c.description, c.created_by, c.created_at, n.member_count
      from chat.channels c
      join chat.channel_counters n on n.channel_id = c.id
     where c.kind = 'public' and c.deleted_at is null and c.archived_at is null
       and c.slug > coalesce(list_public_channels.after, '')
       and not exists (select from chat.channel_members m where m.channel_id = c.id and m.user_id = (select auth.uid()))
       and not exists (select from chat.channel_bans b where b.channel_id = c.id and b.user_id = (select auth.uid()) and b.until > now())
     order by c.slug limit page_size;
end;
$$;
grant execute on function chat.list_public_channels(text, integer) to authenticated;

-- Whether the caller sees the addresses and numbers of others: unless the platform keeps them back (setting share_contacts).
create function chat_private.sees_contacts() returns boolean
language sql stable set search_path = '' as $$
  select chat_private.setting('share_contacts')::boolean or chat_private.is_platform_admin();
$$;

-- Volatile as above. Definer: addresses are their owners', and who is in a public channel is seen by its members; the documents show both
-- to everybody who may read about the channel.
create function chat.get_channel(channel_id uuid) returns setof chat.channel_details
language plpgsql volatile security definer rows 1 set search_path = '' as $$
declare
  v_kind text := (select c.kind from chat.channels c where c.id = get_channel.channel_id and c.deleted_at is null);
  v_sees_contacts constant boolean := chat_private.sees_contacts();
begin
  if v_kind is distinct from 'public' and not exists (
       select from chat.channel_members m where m.channel_id = get_channel.channel_id and m.user_id = (select auth.uid())) then
    if v_kind = 'private' then
      perform chat_private.fail('channel_is_private', 403, 'unable to read channel; it is private and you are not in it');
    end if;
    perform chat_private.refuse_stranger(get_channel.channel_id, 'read channel');
  end if;
  return query
    select c.id, c.kind, c.slug, c.name, c.description, c.custom, c.created_by, c.created_at, c.archived_at, n.member_count,
           array(select row(p.id, p.username, p.name, p.avatar_url,
                            case when v_sees_contacts or a.user_id = (select auth.uid()) then a.email end,
                            m.role, coalesce(s.status, 'offline'), m.joined_at)::chat.channel_person
                   from (select * from chat.channel_members f where f.channel_id = c.id
                          order by f.role, f.joined_at limit 1000) m
                   join chat.profiles p on p.id = m.user_id
                   join chat.accounts a on a.user_id = m.user_id
                   left join chat.presence s on s.user_id = m.user_id
                  order by m.role, m.joined_at, m.user_id)
      from chat.channels c
      join chat.channel_counters n on n.channel_id = c.id
     where c.id = get_channel.channel_id;
end;
$$;
grant execute on function chat.get_channel(uuid) to authenticated;

create function chat.change_channel(channel_id uuid, slug text default null, description text default null, kind text default null)
returns setof chat.channel_details
language plpgsql volatile rows 1 set search_path = '' as $$
begin
  perform chat.update_channel(change_channel.channel_id, slug => change_channel.slug,
                              description => change_channel.description, kind => change_channel.kind);
  return query select * from chat.get_channel(change_channel.channel_id);
end;
$$;
grant execute on function chat.change_channel(uuid, text, text, text) to authenticated;

comment on type chat.channel_person is 'A member of a channel as its page shows them';
comment on type chat.dm_person is 'Who takes part in a dm';
comment on type chat.listed_channel is 'A channel of the caller with what lists say about it';
comment on type chat.channel_details is 'A channel with its first members';
comment on type chat.channel_page is 'Some of the caller''s channels, and how many there are';
comment on function chat.member_count(chat.channels) is 'How many people are in a channel of the caller: a computed column';
comment on function chat_private.sees_contacts() is 'Whether the caller sees the addresses and numbers of others';
comment on function chat_private.check_skip(integer, text) is 'Refuses to skip more than 100,000 rows';
comment on function chat_private.listed_channels(uuid[]) is 'These channels of the caller as lists show them';
comment on function chat.read_channels(text[], integer, integer) is
  'The caller''s channels, of some kinds on request, the last active first, and how many there are: 1 to 200 after skipping some. Errors: invalid_page_size, invalid_input';
comment on function chat.start_dm(uuid) is
  'The dm with somebody else as lists show it, made on first use. Errors: user_not_found, cannot_target_oneself, user_blocked, rate_limited';
comment on function chat.list_public_channels(text, integer) is
  'Channels that the caller can join, by slug after one: 1 to 200 rows. Errors: invalid_page_size';
comment on function chat.get_channel(uuid) is
  'A channel of the caller or a public one, with its first 1,000 members, admins first. Errors: channel_not_found, channel_is_private';
comment on function chat.change_channel(uuid, text, text, text) is
  'update_channel that answers as get_channel does. Errors: those of both';

-- 56_accounts.sql
-- Accounts as HTTP APIs show them, in one call each: the own one whole, and of others what may be seen.

create type chat.account_details as (
  id uuid,
  username text,
  name text,
  avatar_url text,
  email text,
  email_verified_at timestamptz,
  phone text,
  role text,
  status text,
  status_text text,
  notifications boolean,
  sound boolean,
  timezone text,
  created_at timestamptz
);

create type chat.contact as (
  id uuid,
  username text,
  name text,
  avatar_url text,
  email text,
  phone text,
  status text,
  status_text text,
  created_at timestamptz,
  activity text
);

-- Volatile, so that it counts the call of the HTTP API which makes it (07_api_limits.sql).
create function chat.get_account() returns setof chat.account_details
language plpgsql volatile rows 1 set search_path = '' as $$
begin
  return query
    select a.user_id, p.username, p.name, p.avatar_url, a.email, a.email_verified_at, a.phone, a.role,
           coalesce(s.status, 'offline'), s.status_text, f.notifications, f.sound, f.timezone, a.created_at
      from chat.accounts a
      join chat.profiles p on p.id = a.user_id
      join chat.preferences f on f.user_id = a.user_id
      left join chat.get_presence(array[(select auth.uid())]) s on s.user_id = a.user_id
     where a.user_id = (select auth.uid());
end;
$$;
grant execute on function chat.get_account() to authenticated;

-- Definer: accounts are written by functions only.
create function chat.update_account(name text default null, phone text default null, presence text default null,
                                    status_text text default null, notifications boolean default null,
                                    sound boolean default null, timezone text default null)
returns setof chat.account_details
language plpgsql volatile rows 1 security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_presence record;
begin
  if update_account.phone <> '' and update_account.phone !~ '^\+[1-9]\d{1,14}$' then
    perform chat_private.fail('invalid_phone', 400, 'unable to update account; a phone number has the form +491234567 (E.164)');
  end if;
  if update_account.name is not null then
    perform from chat.update_profile(name => update_account.name);
  end if;
  if update_account.phone is not null then
    update chat.accounts a set phone = nullif(update_account.phone, '') where a.user_id = v_me;
  end if;
  if update_account.presence is not null then
    perform from chat.set_presence(update_account.presence);
  end if;
  if update_account.status_text is not null then
    -- The text alone: what stands beside it stays.
    select p.status_emoji, p.status_expires_at into v_presence from chat.get_presence(array[v_me]) p;
    perform from chat.set_status(update_account.status_text, v_presence.status_emoji, v_presence.status_expires_at);
  end if;
  if num_nonnulls(update_account.notifications, update_account.sound, update_account.timezone) > 0 then
    perform from chat.set_preferences(notifications => update_account.notifications, sound => update_account.sound,
                                      timezone => update_account.timezone);
  end if;
  return query select * from chat.get_account();
end;
$$;
grant execute on function chat.update_account(text, text, text, text, boolean, boolean, text) to authenticated;

-- Definer: sessions belong to Auth.
create function chat.sign_out(everywhere boolean default false) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_session uuid := (auth.jwt() ->> 'session_id')::uuid;
begin
  perform chat_private.require_person('sign out');
  delete from auth.sessions s where s.user_id = v_me and (sign_out.everywhere or s.id = v_session);
end;
$$;
grant execute on function chat.sign_out(boolean) to authenticated;

-- What the caller may see of these people, in this order.
-- Definer: accounts are seen by their owners only.
create function chat_private.contacts(user_ids uuid[]) returns setof chat.contact
language sql stable security definer set search_path = '' as $$
  select p.id, p.username, p.name, p.avatar_url,
         case when v.is_shared or a.user_id = (select auth.uid()) then a.email end,
         case when v.is_shared or a.user_id = (select auth.uid()) then a.phone end,
         coalesce(n.status, 'offline'), case when coalesce(q.status_expires_at > now(), true) then q.status_text end, p.created_at,
         case when n.status <> 'offline' then q.activity end
    from (select chat_private.sees_contacts() as is_shared) v
   cross join unnest(contacts.user_ids) with ordinality as wanted (id, n)
    join chat.profiles p on p.id = wanted.id
    join chat.accounts a on a.user_id = p.id
    left join chat.presence q on q.user_id = p.id
    left join chat_private.presence_now(contacts.user_ids) n on n.user_id = p.id
   order by wanted.n;
$$;

-- Volatile as get_account. Definer: calls the above.
create function chat.get_contact(user_id uuid) returns setof chat.contact
language sql volatile rows 1 security definer set search_path = '' as $$
  select * from chat_private.contacts(array[get_contact.user_id]);
$$;
grant execute on function chat.get_contact(uuid) to authenticated;

-- People whose address or number begins like this, and those who have it elsewhere in their address. Either are few or
-- many, so each is bounded before anything is sorted.
-- Definer: as above.
create function chat_private.contacts_like(query text, out begun uuid[], out within uuid[])
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_email text := lower(btrim(query));
  v_digits text := regexp_replace(query, '[\s()./+-]', '', 'g');
begin
  begun := array(select a.user_id from chat.accounts a
                  where a.email like chat_private.like_prefix(v_email) order by a.email limit 50);
  if v_digits ~ '^\d{3,}$' then
    begun := array(select a.user_id from chat.accounts a
                    where ltrim(a.phone, '+') like v_digits || '%' order by ltrim(a.phone, '+') limit 50) || begun;
  end if;
  within := '{}';
  if char_length(v_email) >= 3 and cardinality(begun) < 50 then
    within := array(select a.user_id from chat.accounts a
                     where a.email like '%' || chat_private.like_prefix(v_email) and a.user_id <> all (begun) limit 50);
  end if;
end;
$$;

-- Volatile as get_account. Definer: as above.
create function chat.search_contacts(query text, page_size integer default 20) returns setof chat.contact
language plpgsql volatile rows 20 security definer set search_path = '' as $$
declare
  v_named uuid[] := chat_private.people_named(query);
  v_like record;
  v_ids uuid[];
begin
  perform chat_private.check_page_size(page_size, 'search users');
  if chat_private.setting('share_contacts')::boolean then
    v_like := chat_private.contacts_like(query);
  else
    select '{}'::uuid[] as begun, '{}'::uuid[] as within into v_like;
  end if;
  -- Whom the whole query names comes first, then what begins like it, what looks like it, and parts of addresses.
  v_ids := array(select a.user_id from chat.accounts a
                  where a.user_id = any (v_like.begun) and (a.email = lower(btrim(query)) or a.phone = btrim(query)))
           || v_named || v_like.begun;
  if cardinality(v_ids) < page_size then
    v_ids := v_ids || chat_private.people_like(query, v_ids);
  end if;
  return query
    select c.* from chat_private.contacts(array(
      select found.id
        from unnest(v_ids || v_like.within) with ordinality as found (id, n)
       where not exists (select from chat.accounts a where a.user_id = found.id and a.suspended_at is not null)
       group by found.id order by min(found.n) limit search_contacts.page_size)) c;
end;
$$;
grant execute on function chat.search_contacts(text, integer) to authenticated;

create index accounts_email_trigrams_idx on chat.accounts using gin (email extensions.gin_trgm_ops);

comment on type chat.account_details is 'The own account with profile, preferences and presence';
comment on type chat.contact is 'What others may see of a person, with presence; address and number as the platform shares them';
comment on function chat.get_account() is 'The caller''s account with profile, preferences and presence';
comment on function chat.update_account(text, text, text, text, boolean, boolean, text) is
  'Changes the parts of the caller''s account that are given, all or none, and returns it; an empty phone or status_text removes it. Errors: invalid_phone, invalid_name, invalid_presence, invalid_status, invalid_timezone, rate_limited';
comment on function chat.sign_out(boolean) is
  'Ends the caller''s session, or all of them; offline is who has no other client. Errors: missing_scope';
comment on function chat_private.contacts(uuid[]) is 'These people as the caller may see them, in this order';
comment on function chat.get_contact(uuid) is 'A person as the caller may see them; no row when there is none';
comment on function chat.search_contacts(text, integer) is
  'People by name, username, e-mail address or phone number, best first; suspended ones are left out. Errors: invalid_search, invalid_page_size';

-- 57_conversations.sql
-- Conversations for APIs that know people by id or username and see every kind of channel as the same: each with who is in it.

create type chat.conversation as (
  id uuid,
  kind text,
  -- Where it has none: its slug, or who else is or was in it.
  name text,
  description text,
  -- Who made it, whoever owns it now.
  created_by uuid,
  created_at timestamptz,
  archived_at timestamptz,
  member_count integer,
  members chat.person[]
);

-- Serves lists of public channels, newest first.
create index channels_public_newest_idx on chat.channels (id) where kind = 'public' and deleted_at is null;

-- Whom this names: an id, or a username, which is shorter. What is far longer names nobody, and is not looked at.
create function chat_private.person_id(name text) returns uuid
language sql stable set search_path = '' as $$
  select p.id
    from (select case when char_length(person_id.name) <= 200 then lower(btrim(person_id.name)) end as text) v
    join chat.profiles p on p.id = case when char_length(v.text) = 36 and pg_input_is_valid(v.text, 'uuid') then v.text::uuid end
   where p.deleted_at is null
  union all
  select p.id from chat.profiles p
   where p.username = case when char_length(person_id.name) <= 200 then lower(btrim(person_id.name)) end and p.deleted_at is null
   limit 1;
$$;
grant execute on function chat_private.person_id(text) to authenticated;

-- Everybody who is named, once.
create function chat_private.people_ids(names text[], operation text) returns uuid[]
language plpgsql stable set search_path = '' as $$
declare
  v_ids uuid[];
  v_unknown text;
begin
  if cardinality(names) > 1000 then
    perform chat_private.fail('too_many_members', 400, format('unable to %s; at most 1,000 people can be named at once', operation));
  end if;
  -- As one set; person_id for each would take ten times as long.
  select coalesce(array_agg(distinct f.id) filter (where f.id is not null), '{}'),
         (array_agg(f.name) filter (where f.id is null))[1]
    into v_ids, v_unknown
    from (select w.name, coalesce(i.id, u.id) as id
            from (select n as name, case when char_length(n) <= 200 then lower(btrim(n)) end as text from unnest(names) n where n is not null) w
            left join chat.profiles i on i.deleted_at is null
              and i.id = case when char_length(w.text) = 36 and pg_input_is_valid(w.text, 'uuid') then w.text::uuid end
            left join chat.profiles u on u.deleted_at is null and u.username = w.text) f;
  if v_unknown is not null then
    perform chat_private.fail('user_not_found', 404, format('unable to %s; there is nobody called "%s"', operation, left(v_unknown, 40)));
  end if;
  return v_ids;
end;
$$;
grant execute on function chat_private.people_ids(text[], text) to authenticated;

create function chat.find_people(names text[]) returns setof chat.person
language plpgsql stable rows 20 set search_path = '' as $$
begin
  if cardinality(names) > 500 then
    perform chat_private.fail('too_many_users', 400, 'unable to find people; at most 500 can be asked for at once');
  end if;
  return query
    select p.id, p.username, p.name, p.avatar_url
      from (select chat_private.person_id(n.name) as id, min(n.place) as place
              from unnest(names) with ordinality n (name, place) group by 1) w
      join chat.profiles p on p.id = w.id
     order by w.place;
end;
$$;
grant execute on function chat.find_people(text[]) to authenticated;

-- These channels in this order, whoever may see them. Of the members the first 100, who came first.
create function chat_private.conversations(ids uuid[]) returns setof chat.conversation
language sql stable set search_path = '' as $$
  select c.id, c.kind,
         coalesce(c.name, c.slug, case when c.kind = 'dm' then coalesce((
           select p.name from chat.profiles p
            where p.id = chat_private.dm_partner(c.dm_key, (select auth.uid())) and p.deleted_at is null), 'deleted-user') end, (
           select string_agg(o.name, ', ' order by o.n)
             from (select x.name, x.n from unnest(m.list) with ordinality x (id, username, name, avatar_url, n)
                    where x.id <> (select auth.uid()) order by x.n limit 4) o), ''),
         c.description, coalesce(c.founder_id, c.created_by), c.created_at, c.archived_at, n.member_count, coalesce(m.list, '{}')
    from unnest(conversations.ids) with ordinality w (id, place)
    join chat.channels c on c.id = w.id
    join chat.channel_counters n on n.channel_id = c.id
   cross join lateral (
     select array_agg(row(p.id, p.username, p.name, p.avatar_url)::chat.person order by f.joined_at, f.role, f.user_id) as list
       from (select a.* from (select * from chat.channel_members x
                               where x.channel_id = c.id and x.role = 'admin' order by x.joined_at limit 100) a
             union all
             select b.* from (select * from chat.channel_members x
                               where x.channel_id = c.id and x.role = 'member' order by x.joined_at limit 100) b
              order by joined_at, role, user_id limit 100) f
       join chat.profiles p on p.id = f.user_id) m
   order by w.place;
$$;

-- Public ones follow when the own ones are over: a page before one that the caller is not in begins among them.
-- Volatile, so that it counts the call of the HTTP API which makes it (07_api_limits.sql).
-- Definer: who is in a public channel is otherwise shown to its members only.
create function chat.read_conversations(kinds text[] default null, with_public boolean default false, before uuid default null,
                                        page_size integer default 50)
returns setof chat.conversation
language plpgsql volatile security definer rows 50 set search_path = '' as $$
declare
  v_me constant uuid := (select auth.uid());
  v_last constant uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  v_before constant uuid := coalesce(read_conversations.before, v_last);
  v_is_past_own boolean;
  v_ids uuid[] := '{}';
begin
  perform chat_private.check_page_size(page_size, 'list conversations');
  v_is_past_own := with_public and before is not null
    and not exists (select from chat.channel_members m where m.channel_id = v_before and m.user_id = v_me);
  if not v_is_past_own then
    v_ids := array(
      select m.channel_id
        from chat.channel_members m
        join chat.channels c on c.id = m.channel_id
        join chat.channel_counters n on n.channel_id = m.channel_id
        join chat.channel_states s on s.channel_id = m.channel_id and s.user_id = m.user_id
       where m.user_id = v_me and m.channel_id < v_before and (kinds is null or c.kind = any (kinds))
         and (s.hidden_at is null or s.hidden_at < coalesce(n.last_message_at, c.created_at))
       order by m.channel_id desc limit page_size);
  end if;
  if with_public and cardinality(v_ids) < page_size then
    v_ids := v_ids || array(
      select c.id from chat.channels c
       where c.kind = 'public' and c.deleted_at is null and c.archived_at is null
         and c.id < case when v_is_past_own then v_before else v_last end
         and not exists (select from chat.channel_members m where m.channel_id = c.id and m.user_id = v_me)
         and not exists (select from chat.channel_bans b where b.channel_id = c.id and b.user_id = v_me and b.until > now())
       order by c.id desc limit page_size - cardinality(v_ids));
  end if;
  return query select * from chat_private.conversations(v_ids);
end;
$$;
grant execute on function chat.read_conversations(text[], boolean, uuid, integer) to authenticated;

-- Volatile as above. Definer: as above.
create function chat.read_conversation(channel_id uuid, kinds text[] default null) returns chat.conversation
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_conversation chat.conversation;
begin
  if exists (select from chat.channels c
              where c.id = read_conversation.channel_id and c.deleted_at is null and (kinds is null or c.kind = any (kinds))
                and (c.kind = 'public'
                       and not exists (select from chat.channel_bans b where b.channel_id = c.id and b.user_id = (select auth.uid()) and b.until > now())
                     or exists (select from chat.channel_members m where m.channel_id = c.id and m.user_id = (select auth.uid())))) then
    select * into v_conversation from chat_private.conversations(array[read_conversation.channel_id]);
    return v_conversation;
  end if;
  perform chat_private.fail('channel_not_found', 404,
    'unable to read conversation; it does not exist or is not visible to you');
end;
$$;
grant execute on function chat.read_conversation(uuid, text[]) to authenticated;

-- Definer: as above; the caller is in what it reads.
create function chat.start_conversation(kind text, name text default null, members text[] default '{}', description text default '')
returns chat.conversation
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_members uuid[] := chat_private.people_ids(start_conversation.members, 'start conversation');
  v_id uuid;
  v_conversation chat.conversation;
begin
  if start_conversation.kind = 'group' then
    select g.id into v_id from chat.create_group(v_members, start_conversation.name, start_conversation.description) g;
  else
    select c.id into v_id from chat.create_channel(kind => start_conversation.kind, name => start_conversation.name,
                                                   description => start_conversation.description, member_ids => v_members) c;
  end if;
  select * into v_conversation from chat_private.conversations(array[v_id]);
  return v_conversation;
end;
$$;
grant execute on function chat.start_conversation(text, text, text[], text) to authenticated;

create function chat.add_people(channel_id uuid, people text[]) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform chat.add_members(add_people.channel_id, chat_private.people_ids(add_people.people, 'add members'));
end;
$$;
grant execute on function chat.add_people(uuid, text[]) to authenticated;

comment on type chat.conversation is 'A channel of any kind with its first members';
comment on function chat_private.person_id(text) is 'The person with this id or username; null when there is none';
comment on function chat_private.people_ids(text[], text) is
  'Everybody with these ids or usernames, once. Errors: user_not_found, too_many_members';
comment on function chat_private.conversations(uuid[]) is 'These channels with their first members';
comment on function chat.find_people(text[]) is
  'The people with these ids or usernames, each once and in this order; who does not exist is missing. Errors: too_many_users';
comment on function chat.read_conversations(text[], boolean, uuid, integer) is
  'The caller''s channels that are in sight, of some kinds on request, newest first, and on request public ones after them that they may join, newest first; before an id: 1 to 200. Errors: invalid_page_size';
comment on function chat.read_conversation(uuid, text[]) is
  'A channel of the caller or a public one that they are not banned from, of some kinds on request, with its first 100 members. Errors: channel_not_found';
comment on function chat.start_conversation(text, text, text[], text) is
  'Makes a group, or a public or private channel with a slug of its name, of the caller and people by id or username. Errors: user_not_found, and those of create_group or create_channel';
comment on function chat.add_people(uuid, text[]) is
  'As add_members, by ids or usernames. Errors: those of add_members';

-- 60_open_channels.sql
-- What people read without being in it: open channels, also without an account, and with one every public channel.

-- Who has no account asks the HTTP API, which counts the call and asks as the server: here that is nobody, and reads what is open.

create type chat.readable_channel as (
  id uuid, name text, description text, is_open boolean, created_by uuid, created_at timestamptz, member_count integer
);
create type chat.channel_history as (channel chat.readable_channel, members chat.person[], messages chat.full_message[]);

-- Whether the caller, who may be nobody, reads this channel. Definer: who has no account sees no table.
create function chat_private.may_read(channel_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from chat.channels c
     where c.id = may_read.channel_id and c.deleted_at is null
       and (c.is_open
            or (c.kind = 'public' and (select auth.uid()) is not null
                and not exists (select from chat.channel_bans b where b.channel_id = c.id and b.user_id = (select auth.uid()) and b.until > now()))
            or exists (select from chat.channel_members m where m.channel_id = c.id and m.user_id = (select auth.uid()))));
$$;

create function chat_private.require_reader(channel_id uuid, operation text) returns void
language plpgsql stable set search_path = '' as $$
begin
  if not chat_private.may_read(require_reader.channel_id) then
    perform chat_private.fail('channel_not_found', 404, format('unable to %s; the channel does not exist or is not visible to you', operation));
  end if;
end;
$$;

-- A channel without a name has that of the people in it.
create function chat_private.readable_channel(channel chat.channels) returns chat.readable_channel
language sql stable set search_path = '' as $$
  select row(channel.id,
             coalesce(channel.name, channel.slug, (
               select string_agg(p.name, ', ' order by p.name)
                 from (select m.user_id from chat.channel_members m where m.channel_id = channel.id
                        order by m.role, m.joined_at limit 4) o
                 join chat.profiles p on p.id = o.user_id), ''),
             channel.description, channel.is_open, coalesce(channel.founder_id, channel.created_by), channel.created_at,
             (select n.member_count from chat.channel_counters n where n.channel_id = channel.id))::chat.readable_channel;
$$;

-- Each of the three walks an index backwards, whatever there is of the others. Definer: as above.
create function chat.list_readable_channels(before uuid default null, page_size integer default 50) returns setof chat.readable_channel
language plpgsql stable security definer rows 50 set search_path = '' as $$
declare
  v_before uuid := coalesce(list_readable_channels.before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
begin
  perform chat_private.check_page_size(page_size, 'list channels');
  return query
    select r.*
      from (
        (select o.id from chat.channels o where o.is_open and o.deleted_at is null and o.id < v_before order by o.id desc limit page_size)
        union
        (select p.id from chat.channels p
          where p.kind = 'public' and p.deleted_at is null and p.id < v_before and (select auth.uid()) is not null
            and not exists (select from chat.channel_bans b where b.channel_id = p.id and b.user_id = (select auth.uid()) and b.until > now())
          order by p.id desc limit page_size)
        union
        (select m.channel_id from chat.channel_members m join chat.channels c on c.id = m.channel_id and c.kind <> 'dm'
          where m.user_id = (select auth.uid()) and m.channel_id < v_before order by m.channel_id desc limit page_size)
        order by id desc limit page_size) page
      join chat.channels c on c.id = page.id
     cross join lateral chat_private.readable_channel(c) r
     order by c.id desc;
end;
$$;
grant execute on function chat.list_readable_channels(uuid, integer) to authenticated, service_role;

-- What people have said, the newest page of it, oldest first.
create function chat_private.history(channel_id uuid, before_id uuid, page_size integer) returns chat.full_message[]
language plpgsql stable set search_path = '' as $$
declare
  v_before bigint := 9223372036854775807;
  v_seqs bigint[];
begin
  perform chat_private.check_page_size(page_size, 'list messages');
  if before_id is not null then
    v_before := chat_private.cursor_seq(history.channel_id, before_id, 'before');
  end if;
  v_seqs := chat_private.fitting(history.channel_id, array(
    select m.seq from chat.messages m
     where m.channel_id = history.channel_id and m.in_channel and m.kind = 'user' and m.deleted_at is null and m.seq < v_before
     order by m.seq desc limit page_size));
  return chat_private.full_messages(array_fill(history.channel_id, array[cardinality(v_seqs)]),
                                    array(select s from unnest(v_seqs) s order by s));
end;
$$;

-- Who only looks in, without being a member, and an API key that may only read leave no marks.
create function chat_private.mark_page_read(channel_id uuid, page chat.full_message[]) returns void
language plpgsql volatile set search_path = '' as $$
begin
  if cardinality(page) > 0 and not current_setting('transaction_read_only')::boolean
     and exists (select from chat.channel_members m where m.channel_id = mark_page_read.channel_id and m.user_id = auth.uid()) then
    perform chat.mark_read(mark_page_read.channel_id, page[cardinality(page)].seq);
  end if;
end;
$$;

-- Definer: as above.
create function chat.list_readable_messages(channel_id uuid, before_id uuid default null, page_size integer default 50)
returns chat.full_message[]
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_page chat.full_message[];
begin
  perform chat_private.require_reader(list_readable_messages.channel_id, 'list messages');
  v_page := chat_private.history(list_readable_messages.channel_id, before_id, page_size);
  perform chat_private.mark_page_read(list_readable_messages.channel_id, v_page);
  return v_page;
end;
$$;
grant execute on function chat.list_readable_messages(uuid, uuid, integer) to authenticated, service_role;

-- The first 100 members: admins, then who has been there longest. Definer: as above.
create function chat.read_history(channel_id uuid, before_id uuid default null, page_size integer default 50) returns chat.channel_history
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_channel chat.channels;
  v_page chat.full_message[];
begin
  perform chat_private.require_reader(read_history.channel_id, 'read channel');
  select * into v_channel from chat.channels c where c.id = read_history.channel_id;
  v_page := chat_private.history(v_channel.id, before_id, page_size);
  perform chat_private.mark_page_read(v_channel.id, v_page);
  return row(
    chat_private.readable_channel(v_channel),
    array(select row(p.id, p.username, p.name, p.avatar_url)::chat.person
            from (select m.user_id, m.role, m.joined_at from chat.channel_members m where m.channel_id = v_channel.id
                   order by m.role, m.joined_at limit 100) m
            join chat.profiles p on p.id = m.user_id
           order by m.role, m.joined_at, p.id),
    v_page)::chat.channel_history;
end;
$$;
grant execute on function chat.read_history(uuid, uuid, integer) to authenticated, service_role;

-- Where joining is everybody's own decision, whoever speaks up has taken it.
create function chat.join_and_post(channel_id uuid, body text default '', file_ids uuid[] default '{}', senders text[] default '{}')
returns chat.full_message
language plpgsql volatile set search_path = '' as $$
begin
  if not exists (select from chat.channel_members m where m.channel_id = join_and_post.channel_id and m.user_id = (select auth.uid())) then
    if not exists (select from chat.channels c where c.id = join_and_post.channel_id) then
      perform chat_private.fail('channel_not_found', 404, 'unable to send message; the channel does not exist or is not visible to you');
    end if;
    perform chat.join_channel(join_and_post.channel_id);
  end if;
  return chat.post_message(join_and_post.channel_id, join_and_post.body, file_ids => join_and_post.file_ids, senders => join_and_post.senders);
end;
$$;
grant execute on function chat.join_and_post(uuid, text, uuid[], text[]) to authenticated;

comment on type chat.readable_channel is 'A channel as those see it who are not in it';
comment on type chat.channel_history is 'A channel with its first 100 members and a page of what was said there';
comment on function chat_private.may_read(uuid) is 'Whether the caller, who may be nobody, reads this channel';
comment on function chat_private.require_reader(uuid, text) is 'Refuses whoever does not read this channel';
comment on function chat_private.history(uuid, uuid, integer) is 'A page of what people have said in a channel, oldest first, before the message before_id, ended early after 1 MB of text';
comment on function chat_private.mark_page_read(uuid, chat.full_message[]) is 'Whoever is in a channel has read the page of it that they are given';
comment on function chat.list_readable_channels(uuid, integer) is
  'Open channels; who has an account is shown every public one as well, and their own. Newest first, before the one of id before. Errors: invalid_page_size';
comment on function chat.list_readable_messages(uuid, uuid, integer) is
  'The newest messages of an open channel, or for whoever has an account of a public one, or of one that they are in, oldest first; fewer than asked for after 1 MB of text. Members have read them. Errors: channel_not_found, invalid_page_size, invalid_cursor';
comment on function chat.read_history(uuid, uuid, integer) is
  'The same with the channel and who is in it. Errors: channel_not_found, invalid_page_size, invalid_cursor';
comment on function chat.join_and_post(uuid, text, uuid[], text[]) is
  'Sends a message, and joins the public channel first that the caller is not in yet; senders as in post_message. Errors: as join_channel and post_message';

-- 61_open_files.sql
-- Files that people read without having sent or been sent them: those of open channels, also without an account.

create type chat.readable_file as (id uuid, name text, mime_type text, size bigint, path text, created_at timestamptz);

-- A file knows itself whether its channel is open, or a list of such files would have to ask all open channels.
create function chat_private.tg_files__open() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.is_open := exists (select from chat.channels c where c.id = new.channel_id and c.is_open and c.deleted_at is null);
  return new;
end;
$$;
create trigger _200_open before insert or update of channel_id on chat.files
  for each row execute function chat_private.tg_files__open();

-- Definer: nobody may write these rows.
create function chat_private.tg_channels__open_files() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.files f set is_open = new.is_open and new.deleted_at is null where f.channel_id = new.id;
  return null;
end;
$$;
create trigger _300_open_files after update on chat.channels
  for each row when ((new.is_open and new.deleted_at is null) <> (old.is_open and old.deleted_at is null))
  execute function chat_private.tg_channels__open_files();

-- Definer: who has no account sees no table.
create function chat.get_readable_file(id uuid) returns chat.readable_file
language plpgsql stable security definer set search_path = '' as $$
declare
  v_file chat.readable_file;
begin
  select f.id, f.name, f.mime_type, f.size, f.path, f.created_at into v_file
    from chat.files f
   where f.id = get_readable_file.id and f.deleted_at is null and f.uploaded_at is not null and not f.is_held
     and ((f.seq is not null and chat_private.may_read(f.channel_id))
          or (f.uploader_id = (select auth.uid()) and (f.channel_id is null or f.channel_id in (select chat_private.my_channel_ids()))));
  if v_file.id is null then
    perform chat_private.fail('file_not_found', 404, 'unable to read file; it does not exist or is not visible to you');
  end if;
  return v_file;
end;
$$;
grant execute on function chat.get_readable_file(uuid) to authenticated, service_role;

-- Each of the three walks an index backwards, as far as the page ends. Definer: as above.
create function chat.list_readable_files(before uuid default null, page_size integer default 50, page_skip integer default 0)
returns setof chat.readable_file
language plpgsql stable security definer rows 50 set search_path = '' as $$
declare
  v_before uuid := coalesce(list_readable_files.before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  v_skip integer := coalesce(list_readable_files.page_skip, 0);
  v_end integer;
begin
  perform chat_private.check_page_size(page_size, 'list files');
  if v_skip not between 0 and 10000 then
    perform chat_private.fail('invalid_cursor', 400, 'unable to list files; at most 10,000 can be left out', 'field: offset');
  end if;
  v_end := page_size + v_skip;
  return query
    select f.id, f.name, f.mime_type, f.size, f.path, f.created_at
      from (
        (select o.id from chat.files o
          where o.is_open and o.seq is not null and o.deleted_at is null and not o.is_held and o.id < v_before
          order by o.id desc limit v_end)
        union
        (select s.id
           from chat.channel_members m
          cross join lateral (
            select x.id from chat.files x
             where x.channel_id = m.channel_id and x.seq is not null and x.deleted_at is null and not x.is_held and x.id < v_before
             order by x.id desc limit v_end) s
          where m.user_id = (select auth.uid())
          order by s.id desc limit v_end)
        union
        (select u.id from chat.files u
          where u.uploader_id = (select auth.uid()) and u.uploaded_at is not null and u.deleted_at is null and not u.is_held
            and u.id < v_before
            and (u.channel_id is null or u.channel_id in (select chat_private.my_channel_ids()))
          order by u.id desc limit v_end)
        order by id desc limit page_size offset v_skip) page
      join chat.files f on f.id = page.id
     order by f.id desc;
end;
$$;
grant execute on function chat.list_readable_files(uuid, integer, integer) to authenticated, service_role;

-- Definer: nobody may write these rows.
create function chat.keep_file(id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update chat.files f set expires_at = 'infinity'
   where f.id = keep_file.id and f.uploader_id = (select auth.uid()) and f.seq is null;
  if not found then
    perform chat_private.fail('file_not_found', 404, 'unable to keep file; it does not exist, is not yours, or a message has it');
  end if;
end;
$$;
grant execute on function chat.keep_file(uuid) to authenticated;

comment on type chat.readable_file is 'A file and where its object lies in the bucket files';
comment on function chat.get_readable_file(uuid) is
  'A file that the caller, who may be nobody, may read: sent to a channel that they read, or uploaded by them. Errors: file_not_found';
comment on function chat.list_readable_files(uuid, integer, integer) is
  'Files sent to open channels and to those that the caller is in, and the caller''s own, newest first, before the one of id before and without the first page_skip, at most 10,000. Errors: invalid_page_size, invalid_cursor';
comment on function chat.keep_file(uuid) is
  'Keeps a file of the caller that no message has taken for as long as the account, instead of some days. Errors: file_not_found';

-- 62_conversation_pages.sql
-- Conversations as APIs read and change them that know nothing of channels: whom they are with, what was said and who has read it.

create type chat.receipted_message as (message chat.full_message, status text);
create type chat.conversation_page as (
  conversation chat.conversation,
  -- For the Realtime topic of the channel.
  epoch integer,
  -- Where the next page begins.
  last_seq bigint,
  messages chat.receipted_message[],
  -- Where the next changes begin.
  last_change bigint,
  changed chat.receipted_message[],
  deleted uuid[]
);
create type chat.opened_conversation as (conversation chat.conversation, is_new boolean);

-- How far everybody else is with each: read, delivered, or sent and no more is known, as where somebody keeps it to themself
-- or over 100 people are in the channel.
create function chat_private.with_receipts(channel_id uuid, messages chat.full_message[]) returns chat.receipted_message[]
language sql stable set search_path = '' as $$
  with shown as (
    select m.user_id, coalesce(r.delivered_seq, 0) as delivered_seq, coalesce(r.read_seq, 0) as read_seq
      from chat.channel_counters n
      join chat.channel_members m on m.channel_id = n.channel_id
      left join chat.receipts r on r.channel_id = m.channel_id and r.user_id = m.user_id
     where n.channel_id = with_receipts.channel_id and n.member_count <= 100),
  authors as (
    select a.id, min(s.delivered_seq) as delivered_seq, min(s.read_seq) as read_seq
      from (select distinct ((messages[i]).author).id from generate_subscripts(messages, 1) i) a
      join shown s on s.user_id <> a.id
     group by a.id)
  select array(
    select row(messages[i],
               case when (messages[i]).seq <= a.read_seq then 'read'
                    when (messages[i]).seq <= a.delivered_seq then 'delivered' else 'sent' end)::chat.receipted_message
      from generate_subscripts(messages, 1) i left join authors a on a.id = ((messages[i]).author).id
     order by i);
$$;

-- Direct messages that the caller has deleted are not there until something is said or they are opened again.
create function chat_private.require_in_sight(channel_id uuid, operation text) returns void
language plpgsql stable set search_path = '' as $$
begin
  perform chat_private.require_member(require_in_sight.channel_id, operation);
  if exists (select from chat.my_channels c
              where c.id = require_in_sight.channel_id and c.kind = 'dm' and c.hidden_at is not null) then
    perform chat_private.fail('channel_not_found', 404, format('unable to %s; you have deleted it', operation));
  end if;
end;
$$;
grant execute on function chat_private.require_in_sight(uuid, text) to authenticated;

-- What was edited and deleted after a change, over so many changes: each message once, in the order of its last one.
-- Definer: as said of read_messages.
create function chat_private.rewritten(channel_id uuid, after_change bigint, page_size integer,
                                       out seqs bigint[], out deleted uuid[], out last_change bigint)
language sql stable security definer set search_path = '' as $$
  with page as (
    select m.seq, m.id, m.deleted_at is not null as is_deleted, e.change
      from chat.message_edits e
      -- One after the other (offset 0), or the planner might begin with all messages of the channel.
     cross join lateral (select * from chat.messages x where x.channel_id = e.channel_id and x.seq = e.seq offset 0) m
     where e.channel_id = rewritten.channel_id and e.change > rewritten.after_change and m.in_channel and m.kind = 'user'
     order by e.change limit page_size),
  each as (select p.seq, p.id, p.is_deleted, max(p.change) as change from page p group by p.seq, p.id, p.is_deleted),
  fit as (select chat_private.fitting(rewritten.channel_id, array_agg(e.seq order by e.change)) as seqs from each e)
  select coalesce(array_agg(e.seq order by e.change) filter (where not e.is_deleted), '{}'),
         coalesce(array_agg(e.id order by e.change) filter (where e.is_deleted), '{}'),
         case when (select count(*) from page) = page_size or (select count(*) from each) > count(*) then max(e.change)
              else (select n.last_change from chat.channel_counters n where n.channel_id = rewritten.channel_id) end
    from each e, fit where e.seq = any (fit.seqs);
$$;

-- The newest page, or what came after a number, oldest first, and what was rewritten after a change. Messages that are given
-- out count as read, or as delivered only.
-- Definer: as said of read_messages.
create function chat.read_conversation_page(channel_id uuid, after_seq bigint default null, before_id uuid default null,
                                            page_size integer default 50, is_read boolean default true,
                                            after_change bigint default null)
returns chat.conversation_page
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id constant uuid := read_conversation_page.channel_id;
  v_before bigint := 9223372036854775807;
  v_found bigint[];
  v_seqs bigint[];
  v_changed bigint[] := '{}';
  v_page chat.conversation_page;
begin
  perform chat_private.require_in_sight(v_id, 'read conversation');
  perform chat_private.check_page_size(page_size, 'read conversation');
  if before_id is not null then
    v_before := chat_private.cursor_seq(v_id, before_id, 'before');
  end if;
  select c.epoch, n.last_seq, n.last_change, '{}' into v_page.epoch, v_page.last_seq, v_page.last_change, v_page.deleted
    from chat.channels c join chat.channel_counters n on n.channel_id = c.id where c.id = v_id;
  if after_seq is null then
    v_found := array(
      select m.seq from chat.messages m
       where m.channel_id = v_id and m.in_channel and m.kind = 'user' and m.deleted_at is null and m.seq < v_before
       order by m.seq desc limit page_size);
    v_seqs := array(select s from unnest(chat_private.fitting(v_id, v_found)) s order by s);
  else
    v_found := array(
      select m.seq from chat.messages m
       where m.channel_id = v_id and m.in_channel and m.kind = 'user' and m.deleted_at is null
         and m.seq > after_seq and m.seq < v_before
       order by m.seq limit page_size);
    v_seqs := chat_private.fitting(v_id, v_found);
    if cardinality(v_found) = page_size or cardinality(v_seqs) < cardinality(v_found) then
      v_page.last_seq := 0;  -- there may be more
    end if;
  end if;
  v_page.last_seq := greatest(v_page.last_seq, v_seqs[cardinality(v_seqs)]);
  if after_change is not null then
    select r.seqs, r.deleted, r.last_change into v_changed, v_page.deleted, v_page.last_change
      from chat_private.rewritten(v_id, after_change, page_size) r;
  end if;
  -- An API key that may only read leaves no marks.
  if cardinality(v_seqs) > 0 and not current_setting('transaction_read_only')::boolean then
    if is_read then
      perform chat.mark_read(v_id, v_seqs[cardinality(v_seqs)]);
    else
      perform chat.mark_delivered(v_id, v_seqs[cardinality(v_seqs)]);
    end if;
  end if;
  v_page.conversation := (select c from chat_private.conversations(array[v_id]) c);
  v_page.messages := chat_private.with_receipts(v_id,
    chat_private.full_messages(array_fill(v_id, array[cardinality(v_seqs)]), v_seqs));
  v_page.changed := chat_private.with_receipts(v_id,
    chat_private.full_messages(array_fill(v_id, array[cardinality(v_changed)]), v_changed));
  return v_page;
end;
$$;
grant execute on function chat.read_conversation_page(uuid, bigint, uuid, integer, boolean, bigint) to authenticated;

-- Two people have one conversation without a name. Definer: as said of start_conversation.
create function chat.open_conversation(people text[], name text default null) returns chat.opened_conversation
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_me constant uuid := (select auth.uid());
  v_others uuid[] := array_remove(chat_private.people_ids(open_conversation.people, 'start conversation'), v_me);
  v_opened chat.opened_conversation;
  v_id uuid;
begin
  if cardinality(v_others) = 0 then
    perform chat_private.fail('too_few_members', 400, 'unable to start conversation; it needs somebody else');
  elsif cardinality(v_others) = 1 and nullif(btrim(open_conversation.name), '') is null then
    select d.id into v_id from chat.open_dm(v_others[1]) d;
    -- Of several who open it at once only one has made it.
    v_opened.is_new := exists (select from chat.channels c where c.id = v_id and c.xmin = pg_current_xact_id()::xid);
    if not v_opened.is_new then
      perform chat.set_channel_state(v_id, is_hidden => false);
    end if;
  else
    v_opened.is_new := true;
    select g.id into v_id from chat.create_group(v_others, open_conversation.name) g;
  end if;
  v_opened.conversation := (select c from chat_private.conversations(array[v_id]) c);
  return v_opened;
end;
$$;
grant execute on function chat.open_conversation(text[], text) to authenticated;

-- Definer: as above.
create function chat.change_conversation(channel_id uuid, name text default null, people text[] default '{}') returns chat.conversation
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_conversation chat.conversation;
begin
  perform chat_private.require_in_sight(change_conversation.channel_id, 'change conversation');
  if change_conversation.name is not null then
    perform chat.update_channel(change_conversation.channel_id, name => change_conversation.name);
  end if;
  if cardinality(change_conversation.people) > 0 then
    perform chat.add_members(change_conversation.channel_id, chat_private.people_ids(change_conversation.people, 'add members'));
  end if;
  select * into v_conversation from chat_private.conversations(array[change_conversation.channel_id]);
  return v_conversation;
end;
$$;
grant execute on function chat.change_conversation(uuid, text, text[]) to authenticated;

-- Direct messages are the other person's as well: who deletes them sees them no more until something new is said.
create function chat.delete_conversation(channel_id uuid) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform chat_private.require_in_sight(delete_conversation.channel_id, 'delete conversation');
  if exists (select from chat.channels c where c.id = delete_conversation.channel_id and c.kind = 'dm') then
    perform chat.set_channel_state(delete_conversation.channel_id, is_hidden => true);
  else
    perform chat.delete_channel(delete_conversation.channel_id);
  end if;
end;
$$;
grant execute on function chat.delete_conversation(uuid) to authenticated;

-- Definer: as said of get_contact.
create function chat.list_people(after text default null, page_size integer default 50) returns setof chat.contact
language plpgsql stable security definer rows 50 set search_path = '' as $$
begin
  perform chat_private.check_page_size(page_size, 'list people');
  return query select * from chat_private.contacts(array(
    select p.id from chat.profiles p
     where p.deleted_at is null and p.username > lower(btrim(coalesce(list_people.after, '')))
     order by p.username limit page_size));
end;
$$;
grant execute on function chat.list_people(text, integer) to authenticated;

comment on type chat.receipted_message is 'A message and how far all others are with it: sent, delivered or read';
comment on type chat.conversation_page is 'A conversation, a page of what people have said there, oldest first, and what they have rewritten';
comment on type chat.opened_conversation is 'A conversation, and whether it was there before';
comment on function chat_private.with_receipts(uuid, chat.full_message[]) is 'Each of these messages of one channel with how far all others are with it';
comment on function chat_private.require_in_sight(uuid, text) is
  'Refuses strangers, and the caller where they have deleted direct messages in which nothing was said since. Errors: channel_not_found, not_a_member';
comment on function chat_private.rewritten(uuid, bigint, integer) is
  'Messages edited and ids of messages deleted after a change, and the change that the next page begins behind';
comment on function chat.read_conversation_page(uuid, bigint, uuid, integer, boolean, bigint) is
  'The newest messages of a channel of the caller, those before a message, or those after a seq, which it marks as read or as delivered; and what was edited or deleted after a change. Errors: channel_not_found, not_a_member, invalid_page_size, invalid_cursor';
comment on function chat.open_conversation(text[], text) is
  'The direct messages with one person, or a new group with several or a name; people by id or username. Errors: user_not_found, too_few_members, and those of open_dm or create_group';
comment on function chat.change_conversation(uuid, text, text[]) is
  'Names a conversation and adds people by id or username to it. Errors: channel_not_found, not_a_member, user_not_found, and those of update_channel or add_members';
comment on function chat.delete_conversation(uuid) is
  'Deletes a conversation for everybody, direct messages for the caller until something new is said. Errors: channel_not_found, not_a_member, and those of delete_channel';
comment on function chat.list_people(text, integer) is
  'Everybody in the order of their usernames, from the one after the given one. Errors: invalid_page_size';

-- 62_receivers.sql
-- For APIs in which one verb means several things: what is sent to a person or to a conversation, and members who come or go.

create type chat.member_change as (action text, conversation chat.conversation);

create function chat_private.is_person(id uuid) returns boolean
language sql stable set search_path = '' as $$
  select exists (select from chat.profiles p where p.id = is_person.id and p.deleted_at is null);
$$;
grant execute on function chat_private.is_person(uuid) to authenticated;

create function chat.post_to(receiver_id uuid, body text, senders text[] default '{}') returns chat.full_message
language plpgsql volatile set search_path = '' as $$
declare
  v_channel_id uuid := post_to.receiver_id;
begin
  if chat_private.is_person(post_to.receiver_id) then
    select d.id into v_channel_id from chat.open_dm(post_to.receiver_id) d;
  elsif not exists (select from chat.channels c where c.id = post_to.receiver_id) then
    perform chat_private.fail('channel_not_found', 404, 'unable to send message; there is no such person, group or channel');
  end if;
  return chat.post_message(v_channel_id, post_to.body, senders => post_to.senders);
end;
$$;
grant execute on function chat.post_to(uuid, text, text[]) to authenticated;

-- Volatile, so that it counts the call of the HTTP API which makes it (07_api_limits.sql).
-- Definer: whole messages are given to nobody else; it asks for the membership itself.
create function chat.read_from(id uuid, before_id uuid default null, page_size integer default 50) returns chat.full_message[]
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_channel_id uuid := read_from.id;
  v_page chat.full_message[];
begin
  if chat_private.is_person(read_from.id) then
    select c.id into v_channel_id from chat.channels c
     where c.dm_key = least(v_me, read_from.id)::text || ':' || greatest(v_me, read_from.id)::text;
    if not found then
      -- Those who have never written to each other.
      return '{}';
    end if;
  end if;
  perform chat_private.require_member(v_channel_id, 'read messages');
  v_page := chat_private.history(v_channel_id, read_from.before_id, read_from.page_size);
  perform chat_private.mark_page_read(v_channel_id, v_page);
  return v_page;
end;
$$;
grant execute on function chat.read_from(uuid, uuid, integer) to authenticated;

-- The owner of a channel hands it on to whoever has been its admin longest, else to who has been in it longest; who is
-- suspended could do nothing with it.
create function chat_private.hand_on(channel_id uuid) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_next uuid;
begin
  select m.user_id into v_next from chat.channel_members m
   where m.channel_id = hand_on.channel_id and m.user_id <> auth.uid()
     and not exists (select from chat.accounts a where a.user_id = m.user_id and a.suspended_at is not null)
   order by m.role, m.joined_at, m.user_id limit 1;
  if found then
    perform chat.transfer_channel(hand_on.channel_id, v_next);
  else
    update chat.channels c set created_by = null where c.id = hand_on.channel_id;
  end if;
end;
$$;

-- Whoever has no verb to hand a channel on does so by leaving it.
-- Definer: shows who is in a channel to whoever has just left it.
create function chat.toggle_member(channel_id uuid, member text, kinds text[] default null, action text default null)
returns chat.member_change
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_user_id uuid := chat_private.person_id(toggle_member.member);
  v_change chat.member_change;
begin
  if toggle_member.action not in ('add', 'remove') then
    perform chat_private.fail('invalid_input', 400, 'unable to change members; an action is add or remove');
  elsif not exists (select from chat.channels c
                     where c.id = toggle_member.channel_id and (kinds is null or c.kind = any (kinds))
                       and (exists (select from chat.channel_members m where m.channel_id = c.id and m.user_id = (select auth.uid()))
                            -- As everywhere, anybody joins a public channel.
                            or (c.kind = 'public' and c.deleted_at is null and v_user_id = (select auth.uid())))) then
    perform chat_private.fail('channel_not_found', 404, 'unable to change members; the channel does not exist or you are not in it');
  elsif v_user_id is null then
    perform chat_private.fail('user_not_found', 404, 'unable to change members; the user does not exist');
  end if;
  -- Two who do this at once do it one after the other.
  perform chat_private.lock_channel(toggle_member.channel_id);
  if coalesce(toggle_member.action = 'remove', exists (
       select from chat.channel_members m where m.channel_id = toggle_member.channel_id and m.user_id = v_user_id)) then
    if exists (select from chat.channels c where c.id = toggle_member.channel_id and c.kind <> 'group'
                and c.created_by = v_user_id and v_user_id = (select auth.uid())) then
      perform chat_private.hand_on(toggle_member.channel_id);
    end if;
    perform chat.remove_member(toggle_member.channel_id, v_user_id);
    v_change.action := 'removed';
  else
    perform chat.add_members(toggle_member.channel_id, array[v_user_id]);
    v_change.action := 'added';
  end if;
  select c into v_change.conversation from chat_private.conversations(array[toggle_member.channel_id]) c;
  return v_change;
end;
$$;
grant execute on function chat.toggle_member(uuid, text, text[], text) to authenticated;

comment on type chat.member_change is 'Whether somebody was added or removed, and who is in the channel now';
comment on function chat_private.is_person(uuid) is 'Whether there is a person of this id';
comment on function chat_private.hand_on(uuid) is 'Makes the oldest other admin of a channel, else its oldest other member, its owner; nobody who is suspended';
comment on function chat.post_to(uuid, text, text[]) is
  'Sends a message to a person, in direct messages made on first use, or to a channel, and returns it whole. Errors: those of open_dm and post_message';
comment on function chat.read_from(uuid, uuid, integer) is
  'What people have said in a channel, or in direct messages with a person, the newest page of it, oldest first; marks it as read. Errors: channel_not_found, not_a_member, invalid_page_size, invalid_cursor';
comment on function chat.toggle_member(uuid, text, text[], text) is
  'Adds a person, by id or username, who is not in a channel of the caller, of these kinds, or removes them who are; action, add or remove, decides it. Callers add themselves to any public channel. An owner who leaves hands the channel on to the oldest admin, else to the oldest member. Errors: invalid_input, channel_not_found, user_not_found, and those of add_members and remove_member';

-- 70_admin.sql
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

-- 71_usernames.sql
-- What people sign in with: username and address, and whether a new password may be set. A picture may come along: all of it changes or
-- nothing. Admins of the platform change usernames and pictures of others, but nothing that would let them act as somebody else.

-- An address in the form that Auth keeps, if the caller may have it.
-- Definer: addresses are Auth's.
create function chat_private.check_address(email text) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  v_email text := lower(btrim(check_address.email));
begin
  -- Nothing below .invalid receives mail, and usernames have their addresses there.
  if char_length(v_email) > 255 or v_email !~ '^[a-z0-9.!#$%&''*+/=?^_`{|}~-]+@([a-z0-9-]+\.)+[a-z0-9-]{2,}$'
     or v_email like '%.invalid' then
    perform chat_private.fail('invalid_input', 400,
      'unable to change address; it has the form ada@example.com, at most 255 characters, and receives mail', 'field: email');
  elsif exists (select from auth.users u where u.email = v_email and not u.is_sso_user and u.id <> (select auth.uid())) then
    perform chat_private.fail('user_already_exists', 422, 'unable to change address; it has an account already');
  end if;
  return v_email;
end;
$$;
grant execute on function chat_private.check_address(text) to authenticated;

-- Whoever has not proven an address has nothing by it that they would not have by registering with the new one. A proven one gets
-- accounts back from whoever else has the password, so that one is Auth's to change, with letters to both.
-- Definer: as above.
create function chat_private.change_address(email text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_email text := chat_private.check_address(change_address.email);
  v_account chat.accounts;
begin
  perform chat_private.require_person('change address');
  select a.* into v_account from chat.accounts a where a.user_id = v_me;
  if not found then
    perform chat_private.fail('user_not_found', 404, 'unable to change address; the account is deleted');
  elsif v_account.email = v_email then
    return;
  elsif v_account.email_verified_at is not null then
    perform chat_private.fail('email_verified', 409,
      'unable to change address; the present one is verified, follow the link that Auth mails for a new one');
  end if;
  delete from auth.one_time_tokens t where t.user_id = v_me;
  update auth.users u
     set email = v_email, recovery_token = '', email_change = '', email_change_token_new = '', email_change_token_current = '',
         email_change_confirm_status = 0
   where u.id = v_me;
  update auth.identities i set identity_data = i.identity_data || jsonb_build_object('email', v_email, 'email_verified', false)
   where i.user_id = v_me and i.provider = 'email';
exception when unique_violation then
  perform chat_private.fail('user_already_exists', 422, 'unable to change address; it has an account already');
end;
$$;

-- Definer: profiles are written by functions only.
create function chat.change_person(user_id uuid, username text default null, avatar_url text default null,
                                   email text default null) returns setof chat.profiles rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_old chat.profiles;
  v_new chat.profiles;
begin
  perform chat_private.require_user(change_person.user_id, 'change user');
  if change_person.email is not null then
    perform chat_private.require_oneself(change_person.user_id, 'change address');
  end if;
  if change_person.user_id <> (select auth.uid()) then
    perform chat_private.require_other_account(change_person.user_id, 'change user');
  end if;
  perform chat_private.check_username(change_person.username, 'change username');
  if change_person.user_id = (select auth.uid()) then
    -- Auth's row comes first, as when an account is suspended or deleted.
    perform from auth.users u where u.id = change_person.user_id for no key update;
    return query select * from chat.update_profile(username => change_person.username, avatar_url => change_person.avatar_url);
    if change_person.email is not null then
      perform chat_private.change_address(change_person.email);
    end if;
    return;
  end if;
  perform chat_private.check_picture(change_person.avatar_url, 'change picture');
  select * into v_old from chat.profiles p where p.id = change_person.user_id for no key update;
  update chat.profiles p
     set username = coalesce(change_person.username, p.username),
         avatar_url = nullif(coalesce(change_person.avatar_url, p.avatar_url), '')
   where p.id = change_person.user_id returning p.* into v_new;
  if v_old.username <> v_new.username then
    perform chat_private.audit('user.renamed', 'user', change_person.user_id,
                               jsonb_build_object('from', v_old.username, 'to', v_new.username));
  end if;
  if v_old.avatar_url is distinct from v_new.avatar_url then
    perform chat_private.audit('user.picture_changed', 'user', change_person.user_id);
  end if;
  return next v_new;
exception when unique_violation then
  perform chat_private.fail('username_taken', 422, 'unable to change username; this username is taken');
end;
$$;
grant execute on function chat.change_person(uuid, text, text, text) to authenticated;

-- Auth sets passwords, in a transaction of its own: what it does not know is refused before it is asked.
create function chat.check_new_password(user_id uuid, username text default null, avatar_url text default null,
                                        email text default null) returns setof chat.profiles rows 1
language plpgsql stable set search_path = '' as $$
begin
  perform chat_private.require_user(check_new_password.user_id, 'change password');
  if check_new_password.user_id <> (select auth.uid()) then
    perform chat_private.fail('not_yourself', 403, 'unable to change password; only the person whose it is may');
  end if;
  perform chat_private.require_person('change password');
  perform chat_private.check_username(check_new_password.username, 'change username');
  if exists (select from chat.profiles p
              where p.username = check_new_password.username and p.id <> check_new_password.user_id) then
    perform chat_private.fail('username_taken', 422, 'unable to change username; this username is taken');
  end if;
  perform chat_private.check_picture(check_new_password.avatar_url, 'change picture');
  perform chat_private.check_address(check_new_password.email);
  return query select * from chat.profiles p where p.id = check_new_password.user_id;
end;
$$;
grant execute on function chat.check_new_password(uuid, text, text, text) to authenticated;

comment on function chat_private.check_address(text) is
  'An address as Auth keeps it, refused where the caller cannot have it. Errors: invalid_input, user_already_exists';
comment on function chat_private.change_address(text) is
  'Gives the caller another address, not verified, in place of none or of one that nobody has proven. Errors: invalid_input, user_already_exists, email_verified, missing_scope, user_not_found';
comment on function chat.change_person(uuid, text, text, text) is
  'Changes the caller''s username, the address of their picture (empty: none) and their own address as long as it is not verified, or as an admin of the platform somebody else''s username and picture, which is noted, and returns the profile. Errors: user_not_found, not_an_admin, not_yourself, missing_scope, invalid_username, username_taken, invalid_avatar_url, invalid_input, user_already_exists, email_verified, rate_limited';
comment on function chat.check_new_password(uuid, text, text, text) is
  'The caller''s profile, when they may set the password of this account, and have this username, picture and address if they are given. Errors: user_not_found, not_yourself, missing_scope, invalid_username, username_taken, invalid_avatar_url, invalid_input, user_already_exists';

-- 72_api_keys.sql
-- Keys with which other programs call the platform: shown once, kept as a hash.

create table chat.api_keys (
  id uuid primary key default chat_private.uuid_v7(),
  name text not null constraint api_keys_name_form check (name is not distinct from chat_private.clean_name(name)),
  prefix text not null,
  hash bytea not null,
  scopes text[] not null
    constraint api_keys_scopes_known check (cardinality(scopes) > 0 and scopes <@ array['read', 'write', 'admin']),
  created_by uuid references chat.profiles on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  constraint api_keys_hash_unique unique (hash)
);
create index api_keys_created_by_idx on chat.api_keys (created_by);

alter table chat.api_keys enable row level security;

-- Not even admins read the hash.
grant select (id, name, prefix, scopes, created_by, created_at, expires_at, revoked_at, last_used_at)
  on chat.api_keys to authenticated;

create policy select_platform_admin on chat.api_keys for select to authenticated
  using ((select chat_private.is_platform_admin()));

-- A key that was revoked stays so, and none is turned into another one.
create function chat_private.tg_api_keys__keep() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'unable to change the API key; revoke it and create another' using errcode = 'restrict_violation';
end;
$$;
create trigger _100_keep before update on chat.api_keys
  for each row when ((new.id, new.prefix, new.hash, new.scopes, new.created_at)
                       is distinct from (old.id, old.prefix, old.hash, old.scopes, old.created_at)
                     or (old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at)
                     or (new.created_by <> old.created_by))
  execute function chat_private.tg_api_keys__keep();

-- Definer: the log belongs to nobody.
create function chat_private.tg_api_keys__audit() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_key chat.api_keys := coalesce(new, old);
begin
  perform chat_private.audit(
    case tg_op when 'INSERT' then 'api_key.created' when 'DELETE' then 'api_key.deleted' else 'api_key.revoked' end,
    'api_key', v_key.id, jsonb_build_object('name', v_key.name, 'prefix', v_key.prefix, 'scopes', v_key.scopes));
  return null;
end;
$$;
create trigger _200_audit after insert or delete on chat.api_keys
  for each row execute function chat_private.tg_api_keys__audit();
create trigger _200_audit_revocation after update of revoked_at on chat.api_keys
  for each row when (new.revoked_at is not null and old.revoked_at is null)
  execute function chat_private.tg_api_keys__audit();

-- Definer: keys are written by functions only.
create function chat.create_api_key(name text, scopes text[] default '{read,write}', expires_at timestamptz default null)
returns table (id uuid, secret text)
language plpgsql security definer set search_path = '' as $$
declare
  v_id uuid := chat_private.uuid_v7();
  v_secret text := 'confab_' || encode(extensions.gen_random_bytes(32), 'hex');
begin
  perform chat_private.require_platform_admin('create API key');
  perform chat_private.require_person('create API key');
  perform chat_private.check_time(create_api_key.expires_at, 'create API key');
  perform chat_private.take_token('create_api_key');
  if chat_private.clean_name(create_api_key.name) is null
     or chat_private.clean_name(create_api_key.name) <> btrim(create_api_key.name) then
    perform chat_private.fail('invalid_name', 400,
      'unable to create API key; a name has 1 to 80 characters, none of them invisible');
  elsif coalesce(cardinality(create_api_key.scopes), 0) = 0
        or not create_api_key.scopes <@ array['read', 'write', 'admin'] then
    perform chat_private.fail('invalid_scopes', 400, 'unable to create API key; its scopes are read, write and admin');
  elsif create_api_key.expires_at <= now() then
    perform chat_private.fail('invalid_time', 400, 'unable to create API key; its end lies in the past');
  end if;
  -- 256 random bits need no slow hash.
  insert into chat.api_keys (id, name, prefix, hash, scopes, created_by, expires_at)
  values (v_id, btrim(create_api_key.name), left(v_secret, 15), sha256(convert_to(v_secret, 'UTF8')),
          array(select distinct s from unnest(create_api_key.scopes) s order by s), (select auth.uid()), create_api_key.expires_at);
  return query select v_id, v_secret;
end;
$$;
grant execute on function chat.create_api_key(text, text[], timestamptz) to authenticated;

-- Definer: as above.
create function chat.revoke_api_key(id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_platform_admin('revoke API key');
  update chat.api_keys k set revoked_at = coalesce(k.revoked_at, now()) where k.id = revoke_api_key.id;
  if not found then
    perform chat_private.fail('api_key_not_found', 404, 'unable to revoke API key; it does not exist');
  end if;
end;
$$;
grant execute on function chat.revoke_api_key(uuid) to authenticated;

create function chat.list_api_keys(before_id uuid default null, page_size integer default 50)
returns table (id uuid, name text, prefix text, scopes text[], created_by uuid, created_at timestamptz,
               expires_at timestamptz, revoked_at timestamptz, last_used_at timestamptz)
language plpgsql stable rows 50 set search_path = '' as $$
begin
  perform chat_private.require_platform_admin('list API keys');
  perform chat_private.check_page_size(page_size, 'list API keys');
  return query
    select k.id, k.name, k.prefix, k.scopes, k.created_by, k.created_at, k.expires_at, k.revoked_at, k.last_used_at
      from chat.api_keys k
     where k.id < coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
     order by k.id desc limit page_size;
end;
$$;
grant execute on function chat.list_api_keys(uuid, integer) to authenticated;

-- Whose key this is and what it may do; no row for one that does not count. A key stands for the
-- admin who made it, and ends with that admin's account, suspension or demotion.
-- Definer: keys belong to nobody.
create function chat_private.check_api_key(secret text) returns table (id uuid, created_by uuid, scopes text[])
language plpgsql volatile security definer rows 1 set search_path = '' as $$
declare
  v_key chat.api_keys;
begin
  select k.* into v_key
    from chat.api_keys k
    join chat.accounts a on a.user_id = k.created_by and a.role = 'admin' and a.suspended_at is null
   where k.hash = sha256(convert_to(check_api_key.secret, 'UTF8'))
     and k.revoked_at is null and (k.expires_at is null or k.expires_at > now());
  if not found then
    return;
  end if;
  -- Once a minute is exact enough, and many calls do not wait for each other.
  if not current_setting('transaction_read_only')::boolean then
    update chat.api_keys k set last_used_at = now()
     where k.id = v_key.id and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute');
  end if;
  return query select v_key.id, v_key.created_by, v_key.scopes;
end;
$$;

grant execute on function chat_private.check_api_key(text) to anon;

-- A request with X-API-Key goes on as the admin who made the key, with what its scopes leave of that: without write
-- Postgres lets it change nothing, without read it does nothing but write, without admin it has the rights of a user.
create function chat_private.adopt_api_key() returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_secret text := nullif(current_setting('request.headers', true), '')::json ->> 'x-api-key';
  v_key record;
begin
  if v_secret is null then
    return;
  end if;
  select * into v_key from chat_private.check_api_key(v_secret);
  if not found then
    perform chat_private.fail('invalid_api_key', 401, 'unable to answer; the API key is wrong, revoked or expired');
  end if;
  -- Counting a call is no writing of the key's, and leads to its id.
  if current_setting('request.path', true) <> '/rpc/take_api_call' then
    if not 'write' = any (v_key.scopes) then
      perform set_config('transaction_read_only', 'on', true);
    end if;
    -- Functions of these names read as well, though some leave a mark of it or are counted in passing; PostgREST takes
    -- names with %, and gives them here as they came.
    if not 'read' = any (v_key.scopes)
       and (current_setting('transaction_read_only')::boolean
            or current_setting('request.path', true) ~ '^/rpc/(find|get|list|read|search)_|%') then
      perform chat_private.fail('missing_scope', 403, 'unable to answer; the API key has no scope for reading');
    end if;
  end if;
  perform set_config('request.jwt.claims', json_build_object('sub', v_key.created_by, 'role', 'authenticated',
                     'api_key_id', v_key.id, 'scopes', v_key.scopes)::text, true);
  set local role authenticated;
end;
$$;
grant execute on function chat_private.adopt_api_key() to anon;

comment on table chat.api_keys is 'Keys with which other programs call the platform; the secret itself is kept nowhere';
comment on column chat.api_keys.id is 'A UUIDv7, newer ones are higher';
comment on column chat.api_keys.name is 'What it is for, as its maker put it';
comment on column chat.api_keys.prefix is 'The beginning of the secret, to tell keys apart';
comment on column chat.api_keys.hash is 'SHA-256 of the secret';
comment on column chat.api_keys.scopes is 'What it may do: read, write, admin';
comment on column chat.api_keys.created_by is 'The admin whom it stands for; it ends with that account, its suspension or demotion';
comment on column chat.api_keys.created_at is 'When it was made';
comment on column chat.api_keys.expires_at is 'Until when it counts; null for no end';
comment on column chat.api_keys.revoked_at is 'Since when it counts no more; null while it does. Setting it here by hand revokes the key for good';
comment on column chat.api_keys.last_used_at is 'When it was last used, to the minute';
comment on policy select_platform_admin on chat.api_keys is 'Platform admins see the keys, never their hashes';
comment on function chat.create_api_key(text, text[], timestamptz) is
  'Makes an API key and returns its secret, this once. For platform admins, not for their keys. Errors: not_an_admin, missing_scope, rate_limited, invalid_name, invalid_scopes, invalid_time';
comment on function chat.revoke_api_key(uuid) is
  'Ends an API key at once and for good; no effect on a revoked one. For platform admins. Errors: not_an_admin, api_key_not_found';
comment on function chat.list_api_keys(uuid, integer) is
  'The API keys, newest first, before an id: 1 to 200 rows. For platform admins. Errors: not_an_admin, invalid_page_size';
comment on function chat_private.adopt_api_key() is
  'Gives the present request the rights of the key in X-API-Key. Errors: invalid_api_key, missing_scope';
comment on function chat_private.check_api_key(text) is 'The key that this secret is, and what it may do; no row when it does not count';

-- 73_suspension_mails.sql
-- Telling suspended people by mail: noted with the suspension, tried again until a mail server takes it.

-- Whoever suspends over HTTP sends at once; a worker finds what has not gone out by then.
create table chat_private.suspension_mails (
  user_id uuid primary key references chat.accounts on delete cascade,
  tries integer not null default 1,
  due_at timestamptz not null default now() + interval '1 minute'
);

alter table chat_private.suspension_mails enable row level security;

-- Definer: the table belongs to nobody.
create function chat_private.tg_accounts__tell_suspension() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.suspended_at is null then
    delete from chat_private.suspension_mails m where m.user_id = new.user_id;
  elsif new.email is not null and new.suspend_reason is not null then
    insert into chat_private.suspension_mails (user_id) values (new.user_id) on conflict do nothing;
    perform chat_private.wake_worker('suspension_mails', now() + interval '1 minute');
  end if;
  return null;
end;
$$;
create trigger _500_tell_suspension after update of suspended_at on chat.accounts
  for each row when ((new.suspended_at is null) <> (old.suspended_at is null))
  execute function chat_private.tg_accounts__tell_suspension();

-- Those whose turn it is, each for another try after 2, 4, 8 … minutes, at last every hour; after two days a mail that no
-- server takes is given up.
-- Definer: as above.
create function chat.claim_suspension_mails() returns table (user_id uuid, email text, reason text)
language plpgsql volatile security definer rows 20 set search_path = '' as $$
begin
  delete from chat_private.suspension_mails m where m.tries > 50;
  return query
    update chat_private.suspension_mails m
       set tries = m.tries + 1, due_at = now() + least(make_interval(mins => (2 ^ least(m.tries, 6))::integer), interval '1 hour')
      from chat.accounts a
     where a.user_id = m.user_id
       and m.user_id in (select d.user_id from chat_private.suspension_mails d
                          where d.due_at <= now() order by d.due_at limit 20 for update skip locked)
    returning m.user_id, a.email, a.suspend_reason;
end;
$$;
grant execute on function chat.claim_suspension_mails() to service_role;

-- Definer: as above.
create function chat.settle_suspension_mail(user_id uuid) returns void
language sql volatile security definer set search_path = '' as $$
  delete from chat_private.suspension_mails m where m.user_id = settle_suspension_mail.user_id;
$$;
grant execute on function chat.settle_suspension_mail(uuid) to service_role;

comment on table chat_private.suspension_mails is 'Suspended people whom no mail server has taken the mail for yet';
comment on column chat_private.suspension_mails.user_id is 'Who is to be told';
comment on column chat_private.suspension_mails.tries is 'How often it was tried, the try that is under way among them';
comment on column chat_private.suspension_mails.due_at is 'From when it is tried again';
comment on function chat.claim_suspension_mails() is
  'For the server only: up to 20 mails whose turn it is to be tried again';
comment on function chat.settle_suspension_mail(uuid) is 'For the server only: a mail server has taken this person''s mail';

-- 74_auth_log.sql
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

-- 75_sign_in.sql
-- What a server needs to sign people in over HTTP beside Auth, above the gate: the half of a sign-in that is not yet a session.

-- Definer: passwords are Auth's. Auth refuses suspended people before it looks at the password, so that anybody could ask
-- who is; only with the right one may they learn it. Nor does it count their tries then, so that is done here.
create function chat.is_password(email text, password text, ip text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_user_id uuid;
  v_is_right boolean;
  v_refusal text;
begin
  select u.id, u.encrypted_password = extensions.crypt(is_password.password, u.encrypted_password)
    into v_user_id, v_is_right
    from auth.users u
   where u.email = lower(is_password.email) and not u.is_sso_user;
  if not found then
    return false;
  end if;
  v_refusal := chat_private.log_attempt(jsonb_build_object('user_id', v_user_id, 'valid', v_is_right,
    'metadata', jsonb_build_object('ip_address', is_password.ip))) #>> '{error,message}';
  if v_refusal is not null then
    perform chat_private.fail('rate_limited', 429, substring(v_refusal from 'unable to .*'));
  end if;
  return v_is_right;
end;
$$;
grant execute on function chat.is_password(text, text, text) to service_role;

-- Definer: addresses are Auth's, and shown to nobody else.
create function chat.sign_in_address(username text) returns text
language sql stable security definer set search_path = '' as $$
  select u.email from chat.profiles p join auth.users u on u.id = p.id where p.username = lower(sign_in_address.username);
$$;
grant execute on function chat.sign_in_address(text) to service_role;

-- Definer: challenges are Auth's, which tells their ids only to whoever began them.
create function chat.newest_challenge(user_id uuid) returns table (factor_id uuid, challenge_id uuid)
language sql stable rows 1 security definer set search_path = '' as $$
  select f.id, c.id
    from auth.mfa_factors f
    join auth.mfa_challenges c on c.factor_id = f.id
   where f.user_id = newest_challenge.user_id and f.factor_type = 'phone'
     and c.verified_at is null and c.created_at > now() - interval '5 minutes'
   order by c.created_at desc limit 1;
$$;
grant execute on function chat.newest_challenge(uuid) to service_role;

-- Accounts cost nothing, so what goes to a number that nobody has proven to be theirs is counted for the number and for
-- the address too. A proven one has its person's limit alone, or strangers could keep somebody's codes back.
-- Definer: rate limits belong to nobody.
create function chat.count_sms(user_id uuid, phone text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_digits text := ltrim(count_sms.phone, '+');
begin
  perform chat_private.take_token('sms', count_sms.user_id::text);
  if not exists (select from auth.mfa_factors f
                  where f.user_id = count_sms.user_id and f.phone = v_digits and f.status = 'verified') then
    perform chat_private.take_token('sms_number', v_digits);
    perform chat_private.take_token('sms_address', (
      select chat_private.network_of(s.ip) from auth.sessions s where s.user_id = count_sms.user_id order by s.created_at desc limit 1));
  end if;
end;
$$;
grant execute on function chat.count_sms(uuid, text) to service_role;

-- Definer: as above.
create function chat.claim_oauth_state(state text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform chat_private.take_token('oauth_state', encode(sha256(convert_to(claim_oauth_state.state, 'UTF8')), 'hex'));
  return true;
exception when sqlstate 'PGRST' then
  return false;
end;
$$;
grant execute on function chat.claim_oauth_state(text) to service_role;

comment on function chat.is_password(text, text, text) is
  'For the server only: whether this is the password of the account with this address, counted as a try from where somebody calls. Errors: rate_limited';
comment on function chat.sign_in_address(text) is 'For the server only: the address that Auth knows the person with this username by';
comment on function chat.newest_challenge(uuid) is 'For the server only: the newest code on its way to a person''s phone, for five minutes';
comment on function chat.count_sms(uuid, text) is
  'For the server only: counts a message to a person''s phone, for the number and the person''s address too until the number is proven. Errors: rate_limited';
comment on function chat.claim_oauth_state(text) is 'For the server only: whether a sign-in through a provider comes back for the first time';

-- 76_studio.sql
-- Edits by hand in Studio: what follows from other rows is not written there, so that no edit tears things apart.

-- Functions and cascades write these columns from within triggers; a statement of its own stands at depth 0.
create function chat_private.tg_refuse_by_hand() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform chat_private.fail('forbidden', 403, format('unable to change %s by hand; %s', tg_table_name, tg_argv[0]));
  return null;
end;
$$;

create trigger _040_by_hand before delete on chat.accounts
  for each row when (pg_trigger_depth() = 0)
  execute function chat_private.tg_refuse_by_hand('delete the user in Auth instead');
create trigger _040_by_hand before delete on chat.profiles
  for each row when (pg_trigger_depth() = 0)
  execute function chat_private.tg_refuse_by_hand('delete the user in Auth instead');
create trigger _040_by_hand before delete on chat.channel_counters
  for each row when (pg_trigger_depth() = 0)
  execute function chat_private.tg_refuse_by_hand('it belongs to the channel');
create trigger _040_by_hand before delete on chat.channel_states
  for each row when (pg_trigger_depth() = 0)
  execute function chat_private.tg_refuse_by_hand('remove the member instead');
create trigger _040_by_hand before insert or update or delete on chat.mentions
  for each row when (pg_trigger_depth() = 0)
  execute function chat_private.tg_refuse_by_hand('it follows from the text of the message');
create trigger _040_by_hand before update of id, channel_id, seq on chat.files
  for each row when (pg_trigger_depth() = 0
    and ((new.id, new.seq) is distinct from (old.id, old.seq)
         or (old.channel_id is not null and new.channel_id is distinct from old.channel_id)))
  execute function chat_private.tg_refuse_by_hand('a file stays in its message');
create trigger _040_by_hand before update of user_id, channel_id, root_seq on chat.thread_members
  for each row when (pg_trigger_depth() = 0
    and (new.user_id, new.channel_id, new.root_seq) is distinct from (old.user_id, old.channel_id, old.root_seq))
  execute function chat_private.tg_refuse_by_hand('remove the row and let the person follow another thread');
create trigger _040_by_hand before update on chat.messages
  for each row when (pg_trigger_depth() = 0
    and (new.author_id, new.change, new.reply_count, new.reply_total, new.last_reply_at, new.reply_user_ids,
         new.reaction_counts, new.mention_ids, new.mentions_everyone, new.file_ids, new.files)
        is distinct from
        (old.author_id, old.change, old.reply_count, old.reply_total, old.last_reply_at, old.reply_user_ids,
         old.reaction_counts, old.mention_ids, old.mentions_everyone, old.file_ids, old.files))
  execute function chat_private.tg_refuse_by_hand('its author stays, and the rest follows from its text, its thread, its reactions and its files');

create trigger _040_by_hand before insert on chat.channels
  for each row when (auth.uid() is null and new.kind = 'dm')
  execute function chat_private.tg_refuse_by_hand('one of the two people opens direct messages');

-- Nobody is signed in where somebody adds a row by hand, and no verb has asked for the membership.
create function chat_private.require_member_by_hand(channel_id uuid, user_id uuid) returns void
language plpgsql stable set search_path = '' as $$
begin
  if not exists (select from chat.channel_members m
                  where m.channel_id = require_member_by_hand.channel_id and m.user_id = require_member_by_hand.user_id) then
    perform chat_private.fail('not_a_member', 403, 'unable to add a row by hand; the person is not in the channel');
  end if;
end;
$$;

-- Definer: reads members, whoever adds the row.
create function chat_private.tg_reactions__fit() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_member_by_hand(new.channel_id, new.user_id);
  return new;
end;
$$;
create trigger _040_fit before insert on chat.reactions
  for each row when (auth.uid() is null) execute function chat_private.tg_reactions__fit();

-- In one trigger, as every send that is not by hand has each condition of a trigger prepared.
-- Definer: as above.
create function chat_private.tg_messages__fit() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.kind = 'user' then
    perform chat_private.require_member_by_hand(new.channel_id, new.author_id);
  end if;
  if (new.edited_at, new.deleted_at, new.reply_count, new.reply_total, new.last_reply_at, new.reply_user_ids, new.reaction_counts,
      new.mention_ids, new.mentions_everyone, new.files)
     is distinct from (null, null, 0, 0, null, '{}'::uuid[], '{}'::jsonb, '{}'::uuid[], null, '[]'::jsonb) then
    perform chat_private.fail('forbidden', 403, 'unable to add a message by hand; it begins with its text, and the rest follows');
  elsif (new.parent_seq is null and not new.in_channel)
     or (new.parent_seq is not null and not exists (
       select from chat.messages m
        where m.channel_id = new.channel_id and m.seq = new.parent_seq and m.parent_seq is null and m.kind = 'user')) then
    perform chat_private.fail('message_not_found', 404, 'unable to add a message by hand; it stands in the channel, or in the thread of one that does');
  end if;
  select m.user_ids, m.everyone into new.mention_ids, new.mentions_everyone
    from chat_private.find_mentions(new.channel_id, new.body) m where new.kind = 'user';
  new.mention_ids := coalesce(new.mention_ids, '{}');
  return new;
end;
$$;
create trigger _050_fit before insert on chat.messages
  for each row when (auth.uid() is null) execute function chat_private.tg_messages__fit();

-- Definer: as above.
create function chat_private.tg_channel_members__fit() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_channel chat.channels;
begin
  select * into v_channel from chat.channels c where c.id = new.channel_id and c.deleted_at is null;
  if not found then
    perform chat_private.fail('channel_not_found', 404, 'unable to add a member; the channel does not exist');
  elsif v_channel.kind = 'dm' and new.user_id::text <> all (string_to_array(v_channel.dm_key, ':')) then
    perform chat_private.fail('dm_is_permanent', 403, 'unable to add a member; direct messages are of two people');
  elsif exists (select from chat.channel_bans b
                 where b.channel_id = new.channel_id and b.user_id = new.user_id and b.until > now()) then
    perform chat_private.fail('user_banned', 403, 'unable to add a member; they are banned from the channel');
  end if;
  return new;
end;
$$;
create trigger _050_fit before insert on chat.channel_members
  for each row when (auth.uid() is null) execute function chat_private.tg_channel_members__fit();

-- A channel keeps its key, its topics never go back to one that somebody was shut out of, and its owner is an admin in it.
-- Definer: reads members, whoever updates the channel.
create function chat_private.tg_channels__keep() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.id <> old.id or new.dm_key is distinct from old.dm_key then
    perform chat_private.fail('forbidden', 403, 'unable to change the channel; its id and its people stay as they are');
  elsif new.epoch < old.epoch then
    perform chat_private.fail('forbidden', 403, 'unable to change the channel; its epoch only rises');
  elsif new.kind = 'dm' and new.deleted_at is not null then
    perform chat_private.fail('dm_is_permanent', 403, 'unable to delete channel; direct messages always keep both people');
  elsif new.kind <> 'dm' and new.created_by is distinct from old.created_by and new.created_by is not null
        and not exists (select from chat.channel_members m
                         where m.channel_id = new.id and m.user_id = new.created_by and m.role = 'admin') then
    perform chat_private.fail('member_not_found', 404, 'unable to change the owner of the channel; only one of its admins can be');
  end if;
  return new;
end;
$$;
create trigger _050_keep before update on chat.channels
  for each row execute function chat_private.tg_channels__keep();

-- Direct messages keep both people.
-- Definer: as above.
create function chat_private.tg_channel_members__keep_dm() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from chat.channels c where c.id = old.channel_id and c.kind = 'dm') then
    perform chat_private.fail('dm_is_permanent', 403, 'unable to remove a member; direct messages always keep both people');
  end if;
  return old;
end;
$$;
create trigger _040_keep_dm before delete on chat.channel_members
  for each row when (pg_trigger_depth() = 0) execute function chat_private.tg_channel_members__keep_dm();

-- Definer: as above.
create function chat_private.tg_channel_bans__keep_dm() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from chat.channels c where c.id = new.channel_id and c.kind = 'dm') then
    perform chat_private.fail('dm_is_permanent', 403, 'unable to ban; direct messages always keep both people');
  end if;
  return new;
end;
$$;
create trigger _040_keep_dm before insert or update of channel_id on chat.channel_bans
  for each row execute function chat_private.tg_channel_bans__keep_dm();

-- Who is no admin any more owns the channel no more.
-- Definer: channels are written by functions only.
create function chat_private.tg_channel_members__disown() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.channels c set created_by = null
    from old_members o
   where o.role = 'admin' and c.id = o.channel_id and c.kind <> 'dm' and c.created_by = o.user_id and c.deleted_at is null
     and not exists (select from chat.channel_members m
                      where m.channel_id = o.channel_id and m.user_id = o.user_id and m.role = 'admin');
  return null;
end;
$$;
create trigger _250_disown after delete on chat.channel_members
  referencing old table as old_members for each statement execute function chat_private.tg_channel_members__disown();
create trigger _250_disown_on_update after update on chat.channel_members
  referencing old table as old_members for each statement execute function chat_private.tg_channel_members__disown();

-- A marker stays within its channel, however it is written.
-- Definer: reads counters, whoever moves the marker.
create function chat_private.tg_channel_states__bound_delivered() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.last_delivered_seq := greatest(new.last_read_seq, least(new.last_delivered_seq,
    (select n.last_seq from chat.channel_counters n where n.channel_id = new.channel_id)));
  return new;
end;
$$;
create trigger _110_bound_delivered before update of last_delivered_seq on chat.channel_states
  for each row when (new.last_delivered_seq <> old.last_delivered_seq and new.last_read_seq = old.last_read_seq)
  execute function chat_private.tg_channel_states__bound_delivered();

-- Definer: as above.
create function chat_private.tg_receipts__bound() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  select greatest(0, least(new.delivered_seq, n.last_seq)), greatest(0, least(new.read_seq, n.last_seq))
    into new.delivered_seq, new.read_seq
    from chat.channel_counters n where n.channel_id = new.channel_id;
  return new;
end;
$$;
create trigger _110_bound before insert or update of delivered_seq, read_seq on chat.receipts
  for each row execute function chat_private.tg_receipts__bound();

-- The rank of a thread's marker follows the marker.
-- Definer: as above.
create function chat_private.tg_thread_members__bound() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from chat.messages m
              where m.channel_id = new.channel_id and m.seq = new.root_seq and (m.parent_seq is not null or m.kind <> 'user')) then
    perform chat_private.fail('message_not_found', 404, 'unable to follow the thread; no thread begins with this message');
  end if;
  new.last_read_seq := greatest(0, least(new.last_read_seq,
    (select n.last_seq from chat.channel_counters n where n.channel_id = new.channel_id)));
  new.last_read_rank := coalesce((
    select m.reply_rank from chat.messages m
     where m.channel_id = new.channel_id and m.parent_seq = new.root_seq and m.seq <= new.last_read_seq
     order by m.seq desc limit 1), 0);
  return new;
end;
$$;
create trigger _110_bound_new before insert on chat.thread_members
  for each row when (auth.uid() is null) execute function chat_private.tg_thread_members__bound();
create trigger _110_bound before update of last_read_seq, last_read_rank on chat.thread_members
  for each row when ((new.last_read_seq, new.last_read_rank) <> (old.last_read_seq, old.last_read_rank))
  execute function chat_private.tg_thread_members__bound();

-- 77_stats.sql
-- Figures of the whole platform for admins, counted at most once in five minutes however many ask.

-- One row. Everything in it is counted at one moment.
create table chat_private.stats (
  is_only boolean primary key default true constraint stats_one_row check (is_only),
  counted_at timestamptz not null,
  users bigint not null,
  active_users bigint not null,
  new_users bigint not null,
  public_channels bigint not null,
  private_channels bigint not null,
  messages bigint not null,
  messages_today bigint not null,
  messages_per_day numeric not null,
  storage_bytes bigint not null
);

-- What lies in Storage, kept up to date by each upload. In several rows, or uploads would wait for each other: a
-- connection always counts in the same one, so that no two ever wait for each other in a circle.
create table chat_private.storage_counters (
  shard integer primary key constraint storage_counters_shard_range check (shard between 0 and 15),
  bytes bigint not null
) with (fillfactor = 50);
insert into chat_private.storage_counters (shard, bytes) select n, 0 from generate_series(0, 15) n;

-- Finds the messages of a day or a minute. A few bytes per thousand messages, and nothing to keep in order at a send.
create index messages_created_at_idx on chat.messages using brin (created_at) with (autosummarize = on);
create index accounts_created_at_idx on chat.accounts (created_at);

alter table chat_private.stats enable row level security;
alter table chat_private.storage_counters enable row level security;

insert into chat.settings (name, value, default_value, minimum, maximum, description) values
  ('storage_limit_bytes', '107374182400', '107374182400', 0, 9007199254740991,
   'How much the platform means to store, as its figures show it; nothing is refused beyond');

-- Definer: Storage knows nothing of chat.
create function chat_private.tg_objects__count_bytes() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_change bigint := 0;
begin
  if tg_op <> 'DELETE' then
    v_change := coalesce((new.metadata ->> 'size')::bigint, 0);
  end if;
  if tg_op <> 'INSERT' then
    v_change := v_change - coalesce((old.metadata ->> 'size')::bigint, 0);
  end if;
  update chat_private.storage_counters n set bytes = n.bytes + v_change
   where n.shard = pg_backend_pid() % 16 and v_change <> 0;
  return null;
end;
$$;
create trigger _300_count_bytes after insert or update of metadata or delete on storage.objects
  for each row execute function chat_private.tg_objects__count_bytes();

-- How many messages the platform has. Each channel knows its newest number, so no message is looked at.
create function chat_private.count_messages() returns bigint
language sql stable set search_path = '' as $$
  select coalesce(sum(n.last_seq), 0)::bigint from chat.channel_counters n;
$$;

create function chat_private.count_stats() returns chat_private.stats
language sql stable set search_path = '' as $$
  select true, now(), u.users, u.active, u.recent, c.public, c.private, m.messages,
         (select count(*) from chat.messages d where d.created_at >= date_trunc('day', now(), 'UTC')),
         round(m.messages / greatest(1, extract(epoch from now() - c.since) / 86400), 2),
         (select sum(s.bytes)::bigint from chat_private.storage_counters s)
    from (select count(*) as users,
                 count(*) filter (where greatest(u.last_sign_in_at, p.last_seen_at) > now() - interval '30 days'
                                     or p.status <> 'offline') as active,
                 count(*) filter (where a.created_at > now() - interval '7 days') as recent
            from chat.accounts a
            join auth.users u on u.id = a.user_id
            left join chat.presence p on p.user_id = a.user_id) u,
         (select count(*) filter (where c.kind = 'public' and c.deleted_at is null) as public,
                 count(*) filter (where c.kind in ('private', 'group') and c.deleted_at is null) as private,
                 -- No message is older than its channel.
                 coalesce(min(c.created_at), now()) as since
            from chat.channels c) c,
         chat_private.count_messages() m (messages);
$$;

-- Definer: counts above row-level security.
create function chat.get_stats()
returns table (counted_at timestamptz, users bigint, active_users bigint, new_users bigint, public_channels bigint,
               private_channels bigint, messages bigint, messages_today bigint, messages_per_day numeric,
               storage_bytes bigint, storage_limit_bytes bigint)
language plpgsql volatile security definer rows 1 set search_path = '' as $$
declare
  c_lock constant integer := hashtext('chat_private.stats');
  v_oldest constant timestamptz := now() - interval '5 minutes';
  v_stats chat_private.stats;
begin
  perform chat_private.require_platform_admin('read the figures of the platform');
  -- One counts, and meanwhile the others are told what was counted last; only of nothing can nobody be told.
  select * into v_stats from chat_private.stats;
  if not found then
    perform pg_advisory_xact_lock(c_lock);
  end if;
  if coalesce(v_stats.counted_at <= v_oldest, true) and pg_try_advisory_xact_lock(c_lock) then
    select * into v_stats from chat_private.stats;
    if coalesce(v_stats.counted_at <= v_oldest, true) then
      v_stats := chat_private.count_stats();
      -- For an API key that may only read nothing is kept.
      if not current_setting('transaction_read_only')::boolean then
        insert into chat_private.stats select v_stats.*
        on conflict on constraint stats_pkey do update
          set (counted_at, users, active_users, new_users, public_channels, private_channels, messages, messages_today,
               messages_per_day, storage_bytes)
            = (excluded.counted_at, excluded.users, excluded.active_users, excluded.new_users, excluded.public_channels,
               excluded.private_channels, excluded.messages, excluded.messages_today, excluded.messages_per_day, excluded.storage_bytes);
      end if;
    end if;
  end if;
  return query
    select v_stats.counted_at, v_stats.users, v_stats.active_users, v_stats.new_users, v_stats.public_channels,
           v_stats.private_channels, v_stats.messages, v_stats.messages_today, v_stats.messages_per_day,
           v_stats.storage_bytes, chat_private.setting('storage_limit_bytes')::bigint;
end;
$$;
grant execute on function chat.get_stats() to authenticated;

comment on table chat_private.stats is 'The figures of the platform as they were last counted';
comment on column chat_private.stats.is_only is 'True: there is one row';
comment on column chat_private.stats.counted_at is 'When';
comment on column chat_private.stats.users is 'Accounts, the suspended ones too';
comment on column chat_private.stats.active_users is 'Those who signed in or were here in the last 30 days';
comment on column chat_private.stats.new_users is 'Those who signed up in the last seven days';
comment on column chat_private.stats.public_channels is 'Public channels that are not deleted';
comment on column chat_private.stats.private_channels is 'Private channels and groups that are not deleted, without direct messages';
comment on column chat_private.stats.messages is 'All messages ever, with those of the system and deleted ones';
comment on column chat_private.stats.messages_today is 'Those since midnight UTC';
comment on column chat_private.stats.messages_per_day is 'On average since the first channel';
comment on column chat_private.stats.storage_bytes is 'Size of everything in Storage';
comment on table chat_private.storage_counters is 'Bytes in Storage: the sum of all rows';
comment on column chat_private.storage_counters.shard is 'A connection counts in the row of its process';
comment on column chat_private.storage_counters.bytes is 'What was added through it, less what was removed';
comment on function chat_private.count_messages() is 'How many messages there are, by the counters of the channels';
comment on function chat_private.count_stats() is 'Counts the figures of the platform';
comment on function chat.get_stats() is
  'Figures of the platform, at most about five minutes old. For platform admins. Errors: not_an_admin';

-- 78_overviews.sql
-- What admins look at: people and channels with what belongs to them, in Studio as views and for apps as a list.

-- Not exposed: these run above row-level security. Studio shows them under the schema chat_private.
create view chat_private.admin_users as
  select p.id, p.username, p.name, p.avatar_url, a.role, a.email, a.email_verified_at, a.phone, a.created_at,
         u.last_sign_in_at, s.last_seen_at, a.suspended_at, a.suspend_reason, a.suspended_by,
         (select count(*) from chat.channel_members m where m.user_id = p.id) as channel_count
    from chat.profiles p
    join chat.accounts a on a.user_id = p.id
    join auth.users u on u.id = p.id
    left join chat.presence s on s.user_id = p.id;

create view chat_private.admin_channels as
  select c.id, c.kind, c.slug, c.name, o.username as owner, n.member_count, n.last_seq as message_count,
         coalesce(n.last_message_at, c.created_at) as last_activity_at, c.created_at, c.archived_at, c.deleted_at
    from chat.channels c
    join chat.channel_counters n on n.channel_id = c.id
    left join chat.profiles o on o.id = c.created_by;

-- Serves the beginnings of addresses; names have theirs for mentions and usernames for the search of people.
create index accounts_email_prefix_idx on chat.accounts (email text_pattern_ops);

-- The accounts asked for, as a statement with only what is asked for in it, so that each question has its index: words
-- of names by their beginnings, addresses by any part; one shorter than a trigram by its beginning.
create function chat_private.select_accounts(query text, user_role text, suspended boolean, after_username text) returns text
language plpgsql stable set search_path = '' as $$
declare
  -- Nothing that is looked up is longer.
  v_text text := lower(left(btrim(coalesce(select_accounts.query, '')), 320));
  v_prefix text := chat_private.like_prefix(v_text);
  v_found text := format('
    select n.id from chat.profiles n where n.username like %1$L and n.deleted_at is null
    union all select n.id from chat.profiles n where lower(n.name) like %1$L and n.deleted_at is null
    union all select n.id from chat.profiles n where chat_private.name_terms(n.username, n.name) @@ %2$L and n.deleted_at is null
    union all select n.user_id from chat.accounts n where n.email like %3$L',
    v_prefix, chat_private.name_words(v_text), case when char_length(v_text) < 3 then '' else '%' end || v_prefix);
  v_few uuid[];
begin
  if user_role not in ('user', 'admin') then
    perform chat_private.fail('invalid_user_role', 400, 'unable to list accounts; a role is user or admin');
  end if;
  if v_text <> '' then
    -- The planner takes any search for one that finds many, and would read everybody.
    execute format('select array(%s limit 1001)', v_found) into v_few;
  end if;
  return 'select p.id, p.username from chat.profiles p'
    || ' where p.deleted_at is null'
    -- Admins and suspended people are few and have indexes; the others are who is not among them.
    || coalesce(case user_role when 'admin' then ' and' when 'user' then ' and not' end
         || ' exists (select from chat.accounts a where a.user_id = p.id and a.role = ''admin'')', '')
    || coalesce(case suspended when true then ' and' when false then ' and not' end
         || ' exists (select from chat.accounts a where a.user_id = p.id and a.suspended_at is not null)', '')
    || case when v_text = '' then '' when cardinality(v_few) <= 1000 then format(' and p.id = any (%L::uuid[])', v_few)
            else format(' and p.id in (select distinct h.id from (%s) h)', v_found) end
    || case when after_username is not null then format(' and p.username > %L', after_username) else '' end;
end;
$$;

-- Definer: people's accounts are their own.
create function chat.list_accounts(query text default null, user_role text default null, suspended boolean default null,
                                   after_username text default null, page_size integer default 50, skip integer default 0)
returns table (id uuid, username text, name text, avatar_url text, role text, email text, email_verified_at timestamptz,
               phone text, created_at timestamptz, last_sign_in_at timestamptz, last_seen_at timestamptz,
               suspended_at timestamptz, suspend_reason text, suspended_by uuid, channel_count bigint)
language plpgsql stable security definer rows 50 set search_path = '' as $$
begin
  perform chat_private.require_platform_admin('list accounts');
  perform chat_private.check_page_size(page_size, 'list accounts');
  if coalesce(skip, 0) not between 0 and 100000 then
    perform chat_private.fail('invalid_input', 400,
      'unable to list accounts; 0 to 100,000 can be skipped, beyond them go on after a username');
  end if;
  -- The page first, so that nothing else is looked up for those who are skipped.
  return query execute format('
    select u.* from (%s order by p.username limit $1 offset $2) page join chat_private.admin_users u on u.id = page.id
     order by page.username', chat_private.select_accounts(query, user_role, suspended, after_username))
    using page_size, skip;
end;
$$;
grant execute on function chat.list_accounts(text, text, boolean, text, integer, integer) to authenticated;

-- Definer: as above.
create function chat.count_accounts(query text default null, user_role text default null, suspended boolean default null)
returns bigint
language plpgsql stable security definer set search_path = '' as $$
declare
  v_count bigint;
begin
  perform chat_private.require_platform_admin('count accounts');
  execute format('select count(*) from (%s) found', chat_private.select_accounts(query, user_role, suspended, null))
    into v_count;
  return v_count;
end;
$$;
grant execute on function chat.count_accounts(text, text, boolean) to authenticated;

comment on view chat_private.admin_users is 'For Studio: everybody with account, last sign-in and number of channels. Suspend in chat.accounts, by setting suspended_at';
comment on view chat_private.admin_channels is 'For Studio: every channel with owner, members, messages and last activity';
comment on function chat.list_accounts(text, text, boolean, text, integer, integer) is
  'Accounts by username, after one or skipping a number of them: those whose username, or a word of whose name, begins with a text, or whose address contains it, of a role, suspended or not; 1 to 200 rows. For platform admins. Errors: not_an_admin, invalid_page_size, invalid_user_role, invalid_input';
comment on function chat.count_accounts(text, text, boolean) is
  'How many accounts list_accounts has in all. For platform admins. Errors: not_an_admin, invalid_user_role';

-- 79_deletion.sql
-- What deleting an account does: a tombstone stays for the messages, everything else of the person goes, at once.
-- What refers to chat.accounts goes with it; what refers to chat.profiles stays (docs/data-rules.md).

-- A soft deletion in Auth, by its admin API or by delete_user, is the one of the chat as well. Locks are taken in the
-- order of every deletion: Auth's user, own files that were not sent, as senders have theirs before the counters; the
-- counters, the memberships, the profile, the channels, the account (39_departures.sql).
-- Definer: Auth knows nothing of chat.
create function chat_private.tg_users__bury() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform from chat.files f where f.uploader_id = new.id and f.seq is null order by f.id for update;
  perform chat_private.lock_channels_of(new.id);
  update chat.profiles p
     -- Nobody can guess the username, and so nobody can have taken it.
     set username = 'deleted-' || left(replace(gen_random_uuid()::text, '-', ''), 24), name = 'Deleted user',
         avatar_url = null, title = null, custom = '{}', deleted_at = new.deleted_at
   where p.id = new.id and p.deleted_at is null;
  -- What has come in between is taken now.
  perform chat_private.lock_channels_of(new.id);
  perform chat_private.move_channels_of(new.id, is_for_good => true);
  -- Pictures that were stored and never shown, too: the worker removes the objects themselves.
  perform chat_private.doom_objects('avatars', array(
    select o.name from storage.objects o
     where o.bucket_id = 'avatars' and o.name collate "C" >= new.id || '/' and o.name collate "C" < new.id || '0'));
  delete from chat.files f where f.uploader_id = new.id and f.seq is null;
  update chat.api_keys k set revoked_at = now() where k.created_by = new.id and k.revoked_at is null;
  delete from chat.accounts a where a.user_id = new.id;
  perform chat_private.audit('user.deleted', 'user', new.id);
  return null;
end;
$$;
create trigger _400_bury after update of deleted_at on auth.users
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function chat_private.tg_users__bury();

-- Leaves nothing of the person in Auth but the id: also not the hashes of address and number that Auth's own soft
-- deletion keeps. Rows go that Auth would take along with the user, in whatever tables its version has.
create function chat_private.erase_auth_user(user_id uuid) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_part record;
begin
  update auth.users u
     set deleted_at = now(), email = null, phone = null, encrypted_password = null, email_change = '', phone_change = '',
         raw_user_meta_data = '{}', raw_app_meta_data = '{}', confirmation_token = '', recovery_token = '',
         email_change_token_new = '', email_change_token_current = '', phone_change_token = '', reauthentication_token = '',
         email_confirmed_at = null, phone_confirmed_at = null, last_sign_in_at = null
   where u.id = erase_auth_user.user_id;
  for v_part in
    select c.conrelid::regclass as "table", a.attname as "column"
      from pg_catalog.pg_constraint c
      join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
     where c.contype = 'f' and c.confrelid = 'auth.users'::regclass and c.confdeltype = 'c'
       and c.connamespace = 'auth'::regnamespace
     order by 1
  loop
    execute format('delete from %s where %I = $1', v_part."table", v_part."column") using user_id;
  end loop;
  -- Sign-ins through another provider that have not come to an end.
  delete from auth.flow_state f where f.user_id = erase_auth_user.user_id;
end;
$$;

-- Definer: writes Auth's tables.
create function chat.delete_user(user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_other_account(delete_user.user_id, 'delete user');
  if exists (select from chat.accounts a where a.user_id = delete_user.user_id and a.role = 'admin') then
    -- Two admins who delete each other at once must not both succeed.
    perform chat_private.lock_admins();
    perform chat_private.require_platform_admin('delete user');
  end if;
  perform chat_private.erase_auth_user(delete_user.user_id);
end;
$$;
grant execute on function chat.delete_user(uuid) to authenticated;

-- Definer: as above.
create function chat.delete_account(user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_user(delete_account.user_id, 'delete account');
  if delete_account.user_id <> (select auth.uid()) then
    perform chat.delete_user(delete_account.user_id);
    return;
  end if;
  perform chat_private.require_person('delete account');
  perform from auth.users u where u.id = delete_account.user_id for no key update;
  if exists (select from chat.accounts a where a.user_id = delete_account.user_id and a.role = 'admin') then
    perform chat_private.lock_admins();
    if not exists (select from chat.accounts a
                    where a.role = 'admin' and a.suspended_at is null and a.user_id <> delete_account.user_id) then
      perform chat_private.fail('last_admin', 409, 'unable to delete account; the platform would have no admin');
    end if;
  end if;
  perform chat_private.erase_auth_user(delete_account.user_id);
end;
$$;
grant execute on function chat.delete_account(uuid) to authenticated;

comment on function chat_private.erase_auth_user(uuid) is 'Takes everything of a person out of Auth but the id, and so deletes their account';
comment on function chat.delete_user(uuid) is
  'Deletes an account for good: ends all sessions, memberships and what belongs to the person; their messages stay, by "Deleted user". For platform admins. Errors: not_an_admin, cannot_target_oneself, user_not_found';
comment on function chat.delete_account(uuid) is
  'As delete_user, and for everybody with their own account, but not by an API key. Errors: user_not_found, missing_scope, last_admin, not_an_admin';

-- 79_operations.sql
-- What those who run the platform ask of it: whether it answers, and how much goes on.

-- Clients that beat, in whatever way they are connected.
create function chat_private.count_connections() returns bigint
language sql stable set search_path = '' as $$
  select count(*) from chat_private.connections k where k.gone_at > now();
$$;

-- Definer: counts above row-level security.
create function chat.get_metrics()
returns table (active_connections bigint, total_messages bigint, messages_per_second numeric)
language plpgsql stable security definer rows 1 set search_path = '' as $$
begin
  perform chat_private.require_platform_admin('read the metrics');
  return query
    select chat_private.count_connections(), chat_private.count_messages(),
           round((select count(*) from chat.messages m where m.created_at > now() - interval '1 minute') / 60.0, 3);
end;
$$;
grant execute on function chat.get_metrics() to authenticated;

-- Both are for the server only: anybody may ask for the health of the platform, and the answer must cost little.
-- Definer: connections belong to nobody.
create function chat.ping_database() returns bigint
language sql stable security definer set search_path = '' as $$
  select chat_private.count_connections();
$$;
grant execute on function chat.ping_database() to service_role;

-- What counts requests has to take a write.
-- Definer: the table belongs to nobody.
create function chat.ping_cache() returns timestamptz
language sql volatile security definer set search_path = '' as $$
  insert into chat_private.rate_limit_states as s (bucket, key, full_at) values ('health', 'ping', clock_timestamp())
  on conflict on constraint rate_limit_states_pkey do update set full_at = excluded.full_at
  returning s.full_at;
$$;
grant execute on function chat.ping_cache() to service_role;

comment on function chat_private.count_connections() is 'How many clients are open, by their beats';
comment on function chat.get_metrics() is
  'How much goes on: open clients, messages in all and per second in the last minute. For platform admins. Errors: not_an_admin';
comment on function chat.ping_database() is 'For the server only: answers when the database does, with the number of open clients';
comment on function chat.ping_cache() is 'For the server only: answers when what counts requests can be written';

-- 80_realtime.sql
-- What Realtime carries: who may hear and speak on a topic, and the events the database sends after each commit.

-- Topics (all private): channel:<id>:<epoch> carries what the database says; live:<id>:<epoch> what members say
-- to each other (typing, presence of viewers); user:<id> what concerns one person; presence:<epoch> what concerns everyone.
-- Members cannot write on channel topics, or they could forge messages of others.

-- Definer: called by policies for every role that joins. The caller's topic is one, so this runs once a join.
create function chat_private.may_use_topic(topic text, access text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
declare
  v_part text[] := string_to_array(topic, ':');
begin
  if chat_private.session_refusal() is not null then
    return false;
  elsif topic = 'user:' || (select auth.uid())::text or topic = chat_private.presence_topic() then
    return access = 'hear' and (select auth.uid()) is not null;
  elsif cardinality(v_part) = 3 and (v_part[1] = 'live' or (v_part[1] = 'channel' and access = 'hear'))
        and pg_input_is_valid(v_part[2], 'uuid') then
    return exists (
      select from chat.channel_members m join chat.channels c on c.id = m.channel_id
       where m.channel_id = v_part[2]::uuid and m.user_id = (select auth.uid()) and c.epoch::text = v_part[3]
         and not (access = 'speak' and c.kind = 'dm'
                  and chat_private.is_blocked_pair(m.user_id, chat_private.dm_partner(c.dm_key, m.user_id))));
  end if;
  return false;
end;
$$;
grant execute on function chat_private.may_use_topic(text, text) to authenticated;

-- Without comments on the policies: hosted projects let only the table's owner write them.
create policy select_listener on realtime.messages for select to authenticated
  using ((select chat_private.may_use_topic((select realtime.topic()), 'hear')));
create policy insert_speaker on realtime.messages for insert to authenticated
  with check ((select chat_private.may_use_topic((select realtime.topic()), 'speak')));

create function chat_private.person(user_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('id', p.id, 'username', p.username, 'name', p.name, 'avatar_url', p.avatar_url)
    from chat.profiles p where p.id = person.user_id;
$$;

-- Definer: owned by postgres, which Realtime lets send; a member may not.
create function chat_private.tg_messages__broadcast() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_channel record;
  v_payload jsonb;
  v_people uuid[] := new.mention_ids;
begin
  select c.epoch, n.member_count,
         jsonb_build_object('id', p.id, 'username', p.username, 'name', p.name, 'avatar_url', p.avatar_url) as author
    into v_channel
    from chat.channels c
    join chat.channel_counters n on n.channel_id = c.id
    left join chat.profiles p on p.id = new.author_id
   where c.id = new.channel_id;
  v_payload := to_jsonb(new) || jsonb_build_object('author', v_channel.author);
  if new.parent_seq is not null then
    -- The reply is a change of its root as well; one event tells both.
    v_payload := v_payload || jsonb_build_object('parent', (
      select jsonb_build_object('seq', r.seq, 'change', r.change, 'reply_count', r.reply_count,
                                'last_reply_at', r.last_reply_at, 'reply_user_ids', r.reply_user_ids)
        from chat.messages r where r.channel_id = new.channel_id and r.seq = new.parent_seq));
  end if;
  -- In small channels everybody hears of a message wherever they are; in large ones who has it on screen and who is
  -- meant, so that a send costs the same in all.
  if new.in_channel and v_channel.member_count <= 100 then
    v_people := array(select m.user_id from chat.channel_members m where m.channel_id = new.channel_id);
  end if;
  insert into realtime.messages (topic, event, payload, private, extension)
  select 'channel:' || new.channel_id || ':' || v_channel.epoch, 'message:new', v_payload, true, 'broadcast'
  union all
  select 'user:' || m.user_id, 'channel:bumped',
         jsonb_build_object('channel_id', new.channel_id, 'last_seq', new.seq, 'last_activity_at', new.created_at,
           'member_count', v_channel.member_count, 'in_channel', new.in_channel,
           'is_unread', new.in_channel and new.kind = 'user' and m.user_id is distinct from new.author_id,
           'is_mention', m.user_id is distinct from new.author_id
             and (m.user_id = any (new.mention_ids) or new.mentions_everyone is not distinct from 'channel'
               or (new.mentions_everyone is not distinct from 'here' and exists (
                 select from chat.mentions x where x.user_id = m.user_id and x.channel_id = new.channel_id and x.seq = new.seq)))),
         true, 'broadcast'
    from unnest(v_people) p (id)
    -- One after the other (offset 0), since a channel has any number of members.
    cross join lateral (select m.user_id from chat.channel_members m
                         where m.channel_id = new.channel_id and m.user_id = p.id offset 0) m
    join chat.accounts a on a.user_id = m.user_id and a.suspended_at is null;
  return null;
exception when others then
  -- A message is worth more than its announcement: clients find it by its seq.
  raise warning 'message % was stored but not announced: %', new.id, sqlerrm;
  return null;
end;
$$;
create trigger _900_broadcast after insert on chat.messages
  for each row execute function chat_private.tg_messages__broadcast();

-- Replies and reactions are told by what makes them.
-- Definer: as above.
create function chat_private.tg_messages__broadcast_change() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.tell_channel(new.channel_id,
    case when new.deleted_at is not null and old.deleted_at is null then 'message:deleted' else 'message:updated' end,
    to_jsonb(new) || jsonb_build_object('author', chat_private.person(new.author_id)));
  return null;
end;
$$;
create trigger _900_broadcast_change after update on chat.messages
  for each row when (new.change <> old.change and new.reply_total = old.reply_total
    and (new.reaction_counts = old.reaction_counts or new.deleted_at is not null))
  execute function chat_private.tg_messages__broadcast_change();

-- Once a statement and all in one, as thousands of people go with a channel, which itself is told once that it moves.
-- Definer: as above.
create function chat_private.tg_channel_members__broadcast() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_verb text := case tg_op when 'DELETE' then 'left' when 'INSERT' then 'joined' else 'updated' end;
begin
  insert into realtime.messages (topic, event, payload, private, extension)
  select 'user:' || m.user_id, 'channel:' || v_verb, jsonb_build_object('channel_id', m.channel_id), true, 'broadcast'
    from changed m join chat.accounts a on a.user_id = m.user_id and a.suspended_at is null
  union all
  select 'channel:' || c.id || ':' || c.epoch, 'member:' || v_verb,
         jsonb_build_object('channel_id', c.id, 'role', m.role,
           -- Not joined, or it might be read for each member of a channel that is gone.
           'member_count', (select n.member_count from chat.channel_counters n where n.channel_id = c.id), 'user',
           jsonb_build_object('id', m.user_id, 'username', p.username, 'name', p.name, 'avatar_url', p.avatar_url)), true, 'broadcast'
    from changed m
    join chat.channels c on c.id = m.channel_id and c.deleted_at is null
    left join chat.profiles p on p.id = m.user_id;
  return null;
exception when others then
  raise warning 'memberships have changed but this was not announced: %', sqlerrm;
  return null;
end;
$$;
create trigger _900_broadcast after insert on chat.channel_members
  referencing new table as changed for each statement execute function chat_private.tg_channel_members__broadcast();
create trigger _900_broadcast_departure after delete on chat.channel_members
  referencing old table as changed for each statement execute function chat_private.tg_channel_members__broadcast();
create trigger _900_broadcast_change after update on chat.channel_members
  referencing new table as changed for each statement execute function chat_private.tg_channel_members__broadcast();

-- Definer: as above.
create function chat_private.tg_channel_states__broadcast() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.tell_user(new.user_id, 'channel:read', to_jsonb(new));
  return null;
end;
$$;
create trigger _900_broadcast after update on chat.channel_states
  for each row when (new is distinct from old and (new.last_delivered_seq = old.last_delivered_seq or new.last_read_seq <> old.last_read_seq))
  execute function chat_private.tg_channel_states__broadcast();

-- Definer: as above.
create function chat_private.tg_receipts__broadcast() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.tell_channel(new.channel_id, 'receipt:updated', to_jsonb(new));
  return null;
end;
$$;
create trigger _900_broadcast after insert or update on chat.receipts
  for each row execute function chat_private.tg_receipts__broadcast();

-- Definer: as above.
create function chat_private.tg_thread_members__broadcast() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.tell_user(new.user_id, 'thread:updated', to_jsonb(new));
  return null;
end;
$$;
create trigger _900_broadcast after insert or update on chat.thread_members
  for each row execute function chat_private.tg_thread_members__broadcast();

-- Followers hear of a reply wherever they are, as members of small channels do of a message.
-- Definer: as above.
create function chat_private.tg_messages__bump_thread() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into realtime.messages (topic, event, payload, private, extension)
  select 'user:' || f.user_id, 'thread:bumped',
         jsonb_build_object('channel_id', new.channel_id, 'root_seq', new.parent_seq, 'last_seq', new.seq, 'last_reply_at', new.created_at,
                            'is_unread', f.user_id is distinct from new.author_id), true, 'broadcast'
    from (select t.user_id from chat.thread_members t
           where t.channel_id = new.channel_id and t.root_seq = new.parent_seq and t.is_following limit 101) f
    join chat.accounts a on a.user_id = f.user_id and a.suspended_at is null
   where (select count(*) from (select from chat.thread_members t
           where t.channel_id = new.channel_id and t.root_seq = new.parent_seq and t.is_following limit 101) c) <= 100;
  return null;
exception when others then
  raise warning 'reply % was stored but not announced: %', new.id, sqlerrm;
  return null;
end;
$$;
create trigger _910_bump_thread after insert on chat.messages
  for each row when (new.parent_seq is not null) execute function chat_private.tg_messages__bump_thread();

-- Definer: as above. A new epoch is said on the topic that ends, so that those who stay move to the new one.
create function chat_private.tg_channels__broadcast() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.epoch <> old.epoch then
    perform chat_private.tell(format('channel:%s:%s', old.id, old.epoch), 'channel:moved',
                              jsonb_build_object('channel_id', new.id, 'epoch', new.epoch));
  end if;
  if (to_jsonb(new) - 'epoch') <> (to_jsonb(old) - 'epoch') then
    perform chat_private.tell_channel(new.id, 'channel:updated', to_jsonb(new) - 'dm_key');
    perform chat_private.tell_user(m.user_id, 'channel:updated', jsonb_build_object('channel_id', new.id))
      from chat.channel_members m
      join chat.channel_counters n on n.channel_id = m.channel_id and n.member_count <= 100
     where m.channel_id = new.id;
  end if;
  return null;
end;
$$;
create trigger _900_broadcast after update on chat.channels
  for each row execute function chat_private.tg_channels__broadcast();

comment on function chat_private.may_use_topic(text, text) is
  'Whether the caller may hear or speak on this Realtime topic, with a live session';
