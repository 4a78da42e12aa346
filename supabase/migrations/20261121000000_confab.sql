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

create function chat_private.uuid_v7() returns uuid
language sql volatile set search_path = '' as $$
  -- RFC 9562: 48 bits of Unix milliseconds, version 7, the rest random.
  select encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid()) placing
        substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
      52, 1), 53, 1),
    'hex')::uuid;
$$;
grant execute on function chat_private.uuid_v7() to authenticated;

-- What an app may keep in a custom column: an object of at most 16 KB as text.
create function chat_private.is_custom(data jsonb) returns boolean
language sql immutable set search_path = '' as $$
  select jsonb_typeof(data) = 'object' and octet_length(data::text) <= 16384;
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
         u.deleted_at is not null as is_deleted,
         exists (select from auth.mfa_factors f where f.user_id = u.id and f.status = 'verified') as has_second_factor
    into v_user
    from auth.sessions s
    join auth.users u on u.id = s.user_id
   where s.id = (v_claims ->> 'session_id')::uuid
     and s.user_id = (v_claims ->> 'sub')::uuid
     and (s.not_after is null or s.not_after > now());

  if not found or v_user.is_deleted then
    return 'session_expired';
  elsif v_user.is_suspended then
    return 'account_suspended';
  elsif v_user.has_second_factor and v_claims ->> 'aal' is distinct from 'aal2' then
    return 'second_factor_required';
  end if;
  return null;
end;
$$;
grant execute on function chat_private.session_refusal() to anon, authenticated;

create function chat_private.request_gate() returns void
language plpgsql stable set search_path = '' as $$
begin
  case chat_private.session_refusal()
    when 'session_expired' then
      perform chat_private.fail('session_expired', 401, 'unable to answer; the session has ended, sign in again');
    when 'account_suspended' then
      perform chat_private.fail('account_suspended', 403, 'unable to answer; this account is suspended');
    when 'second_factor_required' then
      perform chat_private.fail('second_factor_required', 403, 'unable to answer; confirm the second factor first');
    else null;
  end case;
end;
$$;
grant execute on function chat_private.request_gate() to anon, authenticated;

alter role authenticator set pgrst.db_pre_request = 'chat_private.request_gate';
notify pgrst, 'reload config';

comment on function chat_private.session_refusal() is
  'Why the caller''s token no longer counts (an error code), or null; used before every request and by Realtime and Storage policies';
comment on function chat_private.request_gate() is
  'Runs before every Data API request (pgrst.db_pre_request) and refuses tokens of ended sessions and suspended accounts';

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
    ('max_file_bytes', '52428800', 1, 53687091200, 'Largest file that may be uploaded')
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

-- What is full again says nothing any more. Whoever holds a row is just using it, so nobody waits for it.
-- Definer: the table belongs to nobody.
create function chat_private.prune_rate_limits() returns void
language sql volatile security definer set search_path = '' as $$
  delete from chat_private.rate_limit_states s
   where s.ctid = any (array(
     select d.ctid from chat_private.rate_limit_states d
      where d.full_at < clock_timestamp() limit 10000 for update skip locked));
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
  v_seconds integer;
begin
  select * into v_rule from chat_private.rate_limit_rules r where r.bucket = take_token.bucket;
  if not found or key is null then
    return;  -- no limit, or the operator
  end if;
  -- Rounded down, or a whole burst would come to a hair more than the period.
  v_step := make_interval(secs => trunc(extract(epoch from v_rule.period) / v_rule.burst, 6));
  insert into chat_private.rate_limit_states as s (bucket, key, full_at)
  values (take_token.bucket, take_token.key, v_now + v_step)
  on conflict on constraint rate_limit_states_pkey do update
    set full_at = greatest(s.full_at, v_now) + v_step
    -- A rule made stricter meanwhile must not lock anybody out for longer than its own period.
    where least(greatest(s.full_at, v_now), v_now + v_rule.period) + v_step <= v_now + v_rule.period;
  if not found then
    select greatest(1, ceil(extract(epoch from
             least(s.full_at, v_now + v_rule.period) + v_step - v_rule.period - v_now)))
      into v_seconds
      from chat_private.rate_limit_states s
     where s.bucket = take_token.bucket and s.key = take_token.key;
    perform chat_private.fail('rate_limited', 429,
      format('unable to answer; too many requests, try again in %s s', v_seconds),
      -- supabase-js passes on no headers, so the same stands in the body.
      details => format('Retry-After: %s', v_seconds),
      headers => jsonb_build_object(
        'Retry-After', v_seconds::text, 'RateLimit-Limit', v_rule.burst::text,
        'RateLimit-Remaining', '0', 'RateLimit-Reset', v_seconds::text));
  end if;
  if random() < 0.0001 then
    perform chat_private.prune_rate_limits();
  end if;
end;
$$;
grant execute on function chat_private.take_token(text, text) to authenticated;

insert into chat_private.rate_limit_rules (bucket, burst, period, description) values
  ('search', 60, '10 seconds', 'Searches, also those made while somebody types'),
  ('create_channel', 200, '1 hour', 'New channels and groups'),
  ('open_dm', 300, '1 hour', 'New direct messages'),
  ('create_file', 300, '10 minutes', 'Files announced'),
  ('upload', 300, '10 minutes', 'Uploads begun'),
  ('notifications', 120, '1 minute', 'Changes of notification settings');

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
comment on function chat_private.prune_rate_limits() is 'Deletes buckets that are full again; runs once in some thousand checks';
comment on function chat_private.take_token(text, text) is
  'Counts one call of the caller (or of this key). Errors: rate_limited, with Retry-After; a call that fails afterwards gives its token back';

-- 10_users.sql
-- People: the profile that everyone sees and the account that only its owner sees.

-- Text as it is shown among other text: one line that reads in its order. Control characters, line breaks and marks
-- that hide or turn the text around them would let one name look like another; the joiners U+200C and U+200D stay,
-- because Persian and emoji are written with them, and so do selectors and tags; but a line of nothing else, or of
-- letters that are blanks, is none.
create function chat_private.clean_line(line text, max_length integer) returns text
language sql immutable set search_path = '' as $$
  select case when v.line ~ '[^\s\u0020\u00a0\u1680\u2000-\u200d\u2800\u3000\ufe00-\ufe0f\U000e0000-\U000e01ef]' then v.line end
    from (select btrim(left(btrim(regexp_replace(clean_line.line,
      '[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]',
      '', 'g')), max_length)) as line) v;
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
  select address ~* '^https?://[^\s/]+(/\S*)?$' and char_length(address) <= 2048;
$$;
grant execute on function chat_private.is_web_address(text) to authenticated;

create table chat.profiles (
  id uuid primary key references auth.users on delete cascade,
  username text not null
    constraint profiles_username_form check (username ~ '^[a-z0-9][a-z0-9._-]{1,31}$'),
  name text not null
    constraint profiles_name_form check (name is not distinct from chat_private.clean_name(name)),
  avatar_url text
    constraint profiles_avatar_url_form check (chat_private.is_web_address(avatar_url)),
  title text
    constraint profiles_title_form check (title is not distinct from chat_private.clean_line(title, 80)),
  custom jsonb not null default '{}' constraint profiles_custom_form check (chat_private.is_custom(custom)),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint profiles_username_unique unique (username)
);

create table chat.accounts (
  user_id uuid primary key references chat.profiles on delete cascade,
  role text not null default 'user' constraint accounts_role_known check (role in ('user', 'admin')),
  email text,
  email_verified_at timestamptz,
  phone text,
  created_at timestamptz not null default now()
);
create index accounts_email_idx on chat.accounts (email);

alter table chat.profiles enable row level security;
alter table chat.accounts enable row level security;

-- A first idea of a username for somebody who gave none: from the name, else the address, else the id.
create function chat_private.suggest_username(wish text, user_id uuid) returns text
language plpgsql stable set search_path = '' as $$
declare
  v_base text := left(regexp_replace(lower(coalesce(wish, '')), '[^a-z0-9._-]+', '', 'g'), 24);
begin
  v_base := regexp_replace(v_base, '^[._-]+', '');
  if char_length(v_base) < 2 then
    v_base := 'user';
  elsif not exists (select from chat.profiles p where p.username = v_base) then
    return v_base;
  end if;
  return v_base || '-' || right(replace(user_id::text, '-', ''), 7);
end;
$$;

grant select on chat.profiles to authenticated;
grant select on chat.accounts to authenticated;

create policy select_user on chat.profiles for select to authenticated using (true);
create policy select_self on chat.accounts for select to authenticated using (user_id = (select auth.uid()));

-- Definer: runs as supabase_auth_admin, which knows nothing of chat. It never refuses, because Auth would
-- answer with a bare 500; the sign-up hook has refused bad names before.
create function chat_private.tg_users__create_profile() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_meta jsonb := coalesce(new.raw_user_meta_data, '{}');
  v_email text := nullif(new.email, '');
  v_name text := chat_private.clean_name(coalesce(v_meta ->> 'name', v_meta ->> 'full_name'));
  v_username text;
  v_avatar_url text := v_meta ->> 'avatar_url';
begin
  if not chat_private.is_web_address(v_avatar_url) then
    v_avatar_url := null;
  end if;
  if v_email like '%@users.confab.invalid' then
    v_email := null;
  end if;
  v_username := chat_private.suggest_username(
    coalesce(nullif(v_meta ->> 'username', ''), v_name, split_part(v_email, '@', 1)), new.id);
  insert into chat.profiles (id, username, name, avatar_url)
  values (new.id, v_username, coalesce(v_name, v_username), v_avatar_url)
  on conflict on constraint profiles_username_unique do nothing;
  if not found then
    -- Somebody else signed up with it in the same moment and was first; now it counts as taken.
    insert into chat.profiles (id, username, name, avatar_url)
    select new.id, u.name, coalesce(v_name, u.name), v_avatar_url
      from chat_private.suggest_username(v_username, new.id) as u (name);
  end if;
  insert into chat.accounts (user_id, email, phone)
  values (new.id, v_email, coalesce(nullif(new.phone, ''), v_meta ->> 'phone'));
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

create function chat_private.tg_profiles__touch() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at := clock_timestamp();
  return new;
end;
$$;
create trigger _100_touch before update on chat.profiles
  for each row when (old is distinct from new) execute function chat_private.tg_profiles__touch();

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
  v_name text := btrim(update_profile.name);
  v_title text := btrim(update_profile.title);
begin
  if chat_private.clean_name(v_name) is distinct from v_name then
    perform chat_private.fail('invalid_name', 400,
      'unable to update profile; a name has 1 to 80 characters, none of them invisible');
  elsif update_profile.username !~ '^[a-z0-9][a-z0-9._-]{1,31}$' then
    perform chat_private.fail('invalid_username', 422,
      'unable to update profile; a username has 2 to 32 of a-z, 0-9, dot, dash and underscore');
  elsif update_profile.avatar_url <> '' and not chat_private.is_web_address(update_profile.avatar_url) then
    perform chat_private.fail('invalid_avatar_url', 400,
      'unable to update profile; a picture''s address begins with https:// or http:// and has at most 2,048 characters');
  elsif v_title <> '' and chat_private.clean_line(v_title, 80) is distinct from v_title then
    perform chat_private.fail('invalid_title', 400,
      'unable to update profile; a title has at most 80 characters, none of them invisible');
  elsif not chat_private.is_custom(update_profile.custom) then
    perform chat_private.fail('invalid_custom', 400,
      'unable to update profile; custom data is an object of at most 16 KB');
  end if;
  return query
    update chat.profiles p
       set name = coalesce(v_name, p.name),
           username = coalesce(update_profile.username, p.username),
           avatar_url = nullif(coalesce(update_profile.avatar_url, p.avatar_url), ''),
           title = nullif(coalesce(v_title, p.title), ''),
           custom = coalesce(update_profile.custom, p.custom)
     where p.id = (select auth.uid())
    returning p.*;
exception when unique_violation then
  -- Of profiles, or of the address in Auth that goes with the username.
  perform chat_private.fail('username_taken', 422, 'unable to update profile; this username is taken');
end;
$$;
grant execute on function chat.update_profile(text, text, text, text, jsonb) to authenticated;

comment on table chat.profiles is 'One row per user, made at sign-up; what everyone signed in may see of a person';
comment on column chat.profiles.id is 'The user''s id in Auth';
comment on column chat.profiles.username is 'Unique handle: 2 to 32 of a-z, 0-9, dot, dash, underscore';
comment on column chat.profiles.name is 'Name as shown: 1 to 80 characters, none of them invisible';
comment on column chat.profiles.avatar_url is 'Address of the picture, http or https';
comment on column chat.profiles.title is 'What the person does, at most 80 characters';
comment on column chat.profiles.custom is 'The app''s own data: an object of at most 16 KB';
comment on column chat.profiles.created_at is 'When the user signed up';
comment on column chat.profiles.updated_at is 'When anything of the profile last changed';
comment on table chat.accounts is 'What only the user sees of their own account';
comment on column chat.accounts.user_id is 'Whose account it is';
comment on column chat.accounts.role is 'Platform role: user or admin';
comment on column chat.accounts.email is 'Null for accounts that were made with a username only';
comment on column chat.accounts.email_verified_at is 'When the user proved that the address is theirs';
comment on column chat.accounts.phone is 'Number the user gave, as they wrote it';
comment on column chat.accounts.created_at is 'When the user signed up';
comment on policy select_user on chat.profiles is 'Everyone signed in sees every profile';
comment on policy select_self on chat.accounts is 'A user sees their own account only';
comment on function chat.update_profile(text, text, text, text, jsonb) is
  'Changes the parts of the caller''s profile that are given and returns it; an empty avatar_url or title removes it, custom is replaced. Errors: invalid_name, invalid_username, username_taken, invalid_avatar_url, invalid_title, invalid_custom';

-- 11_blocks.sql
-- Blocks: who wants to hear nothing more from whom.

create table chat.blocks (
  blocker_id uuid not null references chat.profiles on delete cascade,
  blocked_id uuid not null references chat.profiles on delete cascade,
  -- In whole milliseconds, which clients can give back as a cursor without loss.
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  primary key (blocker_id, blocked_id),
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
  elsif not exists (select from chat.profiles p where p.id = block_user.user_id) then
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
  if page_size is null or page_size not between 1 and 200 then
    perform chat_private.fail('invalid_page_size', 400, 'unable to list blocks; a page has 1 to 200');
  end if;
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
begin
  if v_username is not null then
    if v_username !~ '^[a-z0-9][a-z0-9._-]{1,31}$' then
      return jsonb_build_object('error', jsonb_build_object('http_code', 400, 'message',
        'invalid_username: unable to sign up; a username has 2 to 32 of a-z, 0-9, dot, dash and underscore'));
    elsif exists (select from chat.profiles p where p.username = v_username) then
      return jsonb_build_object('error', jsonb_build_object('http_code', 409, 'message',
        'username_taken: unable to sign up; this username is taken'));
    end if;
  end if;
  if v_meta ? 'name' and chat_private.clean_name(v_meta ->> 'name') is distinct from btrim(coalesce(v_meta ->> 'name', '')) then
    return jsonb_build_object('error', jsonb_build_object('http_code', 400, 'message',
      'invalid_name: unable to sign up; a name has 1 to 80 characters, none of them invisible'));
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

comment on function chat_private.before_user_created(jsonb) is 'Auth hook: refuses a bad or taken username and a bad name';
comment on function chat_private.custom_access_token(jsonb) is 'Auth hook: adds user_role and name to the access token';

-- 14_one_time_codes.sql
-- Codes that prove an address is somebody's: six digits, ten minutes, five tries, kept hashed.

create table chat_private.one_time_codes (
  user_id uuid not null references chat.profiles on delete cascade,
  purpose text not null constraint one_time_codes_purpose_known check (purpose in ('verify_email')),
  -- Where the code went: it proves nothing of an address that the account gets later.
  email text not null,
  code_hash text not null,
  tries integer not null default 0,
  expires_at timestamptz not null,
  issued integer not null default 1,
  issued_since timestamptz not null default now(),
  primary key (user_id, purpose)
);
alter table chat_private.one_time_codes enable row level security;

-- Definer: the table belongs to nobody. Only service_role may call it: whoever reads the code owns the address.
create function chat.issue_email_code(email text) returns text
language plpgsql security definer set search_path = '' as $$
declare
  v_code text := lpad((('x' || encode(extensions.gen_random_bytes(7), 'hex'))::bit(56)::bigint % 1000000)::text, 6, '0');
  -- Before anything is looked up, so that an unknown address takes as long as a known one.
  v_hash text := extensions.crypt(v_code, extensions.gen_salt('bf', 8));
begin
  insert into chat_private.one_time_codes as c (user_id, purpose, email, code_hash, expires_at)
  select a.user_id, 'verify_email', a.email, v_hash, now() + interval '10 minutes'
    from chat.accounts a
   where a.email = lower(issue_email_code.email) and a.email_verified_at is null
   limit 1
  on conflict on constraint one_time_codes_pkey do update
    set email = excluded.email, code_hash = excluded.code_hash, tries = 0, expires_at = excluded.expires_at,
        issued = case when c.issued_since > now() - interval '1 hour' then c.issued + 1 else 1 end,
        issued_since = case when c.issued_since > now() - interval '1 hour' then c.issued_since else now() end
    -- Every new code is five more guesses, and one more mail to somebody who may not have asked.
    where c.issued < 10 or c.issued_since <= now() - interval '1 hour';
  return case when found then v_code end;
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

comment on table chat_private.one_time_codes is 'The newest code of each person and purpose, until it is used';
comment on column chat_private.one_time_codes.issued is 'How many codes were made since issued_since: at most ten an hour';
comment on function chat.issue_email_code(text) is
  'For the server only: a fresh code for an address that waits to be verified; null when none does, or after ten in an hour';
comment on function chat.verify_email(text, text) is
  'For the server only: whether this code verified the address; a code ends with its use, five tries, ten minutes or a newer one';

-- 15_preferences.sql
-- Preferences: one row per user, the one store behind whatever settings an API shows of notifications and privacy.

create table chat.preferences (
  user_id uuid primary key references chat.profiles on delete cascade,
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

-- Whether others may see how far this person has read. Not granted: only definer functions ask about others.
create function chat_private.shares_receipts(user_id uuid) returns boolean
language sql stable set search_path = '' as $$
  select p.share_receipts from chat.preferences p where p.user_id = shares_receipts.user_id;
$$;

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
create function chat_private.tg_profiles__create_preferences() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat.preferences (user_id) values (new.id);
  return null;
end;
$$;
create trigger _200_create_preferences after insert on chat.profiles
  for each row execute function chat_private.tg_profiles__create_preferences();

-- Definer: as above. Everybody has preferences: a row that an operator deletes comes back with the defaults.
create function chat_private.tg_preferences__restore() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat.preferences (user_id) select p.id from chat.profiles p where p.id = old.user_id;
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
  if set_preferences.level not in ('all', 'mentions', 'nothing') then
    perform chat_private.fail('invalid_notify_level', 400, 'unable to set preferences; a level is all, mentions or nothing');
  end if;
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
  'Changes the preferences that are given and returns all. Errors: invalid_timezone, invalid_notify_level';

-- 20_channels.sql
-- Channels and who belongs to them: membership decides who sees a channel and everything in it.

create table chat.channels (
  id uuid primary key default chat_private.uuid_v7(),
  kind text not null constraint channels_kind_known check (kind in ('public', 'private', 'dm')),
  slug text
    constraint channels_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 80),
  name text constraint channels_name_form check (name is not distinct from chat_private.clean_name(name)),
  description text not null default ''
    constraint channels_description_length check (char_length(description) <= 500),
  dm_key text,
  epoch integer not null default 0,
  created_by uuid references chat.profiles on delete set null,
  created_at timestamptz not null default now(),
  constraint channels_slug_unique unique (slug),
  constraint channels_dm_key_unique unique (dm_key),
  constraint channels_dm_has_key check ((kind = 'dm') = (dm_key is not null)),
  constraint channels_dm_has_no_slug check ((kind = 'dm') = (slug is null))
);
create index channels_created_by_idx on chat.channels (created_by);
-- Serves the list of public channels.
create index channels_public_idx on chat.channels (slug) where kind = 'public';

create table chat.channel_members (
  channel_id uuid not null references chat.channels on delete cascade,
  user_id uuid not null references chat.profiles on delete cascade,
  role text not null default 'member' constraint channel_members_role_known check (role in ('admin', 'member')),
  last_read_seq bigint not null default 0,
  joined_at timestamptz not null default now(),
  primary key (channel_id, user_id)
) with (fillfactor = 80);
create index channel_members_user_id_idx on chat.channel_members (user_id, channel_id);

-- Apart from channels and narrow, because every message updates it: a heap-only update of one small row.
create table chat.channel_counters (
  channel_id uuid primary key references chat.channels on delete cascade,
  last_seq bigint not null default 0,
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
  using (kind = 'public' or id in (select chat_private.my_channel_ids()));
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

-- Definer: as above.
create function chat_private.tg_channel_members__count() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    update chat.channel_counters set member_count = member_count + 1 where channel_id = new.channel_id;
  else
    update chat.channel_counters set member_count = member_count - 1 where channel_id = old.channel_id;
  end if;
  return null;
end;
$$;
create trigger _100_count after insert or delete on chat.channel_members
  for each row execute function chat_private.tg_channel_members__count();

-- A joining member starts with nothing unread: what was said before is history.
-- Definer: as above.
create function chat_private.tg_channel_members__start_read() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.last_read_seq := (select last_seq from chat.channel_counters where channel_id = new.channel_id);
  return new;
end;
$$;
create trigger _100_start_read before insert on chat.channel_members
  for each row execute function chat_private.tg_channel_members__start_read();

-- Definer: Realtime caches who may hear a topic until the token changes, so a departure from a channel that
-- not everyone may read moves it to a new topic.
create function chat_private.tg_channel_members__raise_epoch() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.channels set epoch = epoch + 1 where id = old.channel_id and kind <> 'public';
  return null;
end;
$$;
create trigger _200_raise_epoch after delete on chat.channel_members
  for each row execute function chat_private.tg_channel_members__raise_epoch();

-- Definer: as above. A deleted account leaves all its channels at once: their counters are taken first and in one
-- order, or two deletions would wait for each other.
create function chat_private.tg_profiles__lock_counters() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform from chat.channel_counters n
    where n.channel_id in (select m.channel_id from chat.channel_members m where m.user_id = old.id)
    order by n.channel_id for no key update;
  return old;
end;
$$;
create trigger _100_lock_counters before delete on chat.profiles
  for each row execute function chat_private.tg_profiles__lock_counters();

-- The caller's role in a channel; refuses with not found when the caller may not know it exists. Says so itself
-- instead of leaving it to row-level security, because definer functions call it too.
create function chat_private.require_member(channel_id uuid, operation text) returns text
language plpgsql stable set search_path = '' as $$
declare
  v_role text;
begin
  select m.role into v_role from chat.channel_members m
   where m.channel_id = require_member.channel_id and m.user_id = (select auth.uid());
  if found then
    return v_role;
  elsif exists (select from chat.channels c where c.id = require_member.channel_id and c.kind = 'public') then
    perform chat_private.fail('not_a_member', 403, format('unable to %s; join the channel first', operation));
  end if;
  perform chat_private.fail('channel_not_found', 404,
    format('unable to %s; the channel does not exist or is not visible to you', operation));
end;
$$;
grant execute on function chat_private.require_member(uuid, text) to authenticated;

-- Definer: nobody may insert members directly. Adds those of the given users that exist and are not in yet.
create function chat_private.add_members(channel_id uuid, user_ids uuid[]) returns void
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from unnest(user_ids) u where not exists (select from chat.profiles p where p.id = u)) then
    perform chat_private.fail('user_not_found', 404, 'unable to add members; at least one user does not exist');
  end if;
  insert into chat.channel_members (channel_id, user_id)
  -- In one order, or two who add the same people at once would wait for each other.
  select add_members.channel_id, u from unnest(user_ids) u order by u
  on conflict do nothing;
end;
$$;

-- Definer: makes the caller the first member, which no policy lets anybody do.
create function chat.create_channel(slug text, kind text default 'public', name text default null,
                                    description text default '', member_ids uuid[] default '{}')
returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_slug text := lower(btrim(create_channel.slug));
  v_channel chat.channels;
begin
  if create_channel.kind is null or create_channel.kind not in ('public', 'private') then
    perform chat_private.fail('invalid_channel_kind', 400, 'unable to create channel; its kind is public or private');
  elsif v_slug is null or v_slug !~ '^[a-z0-9]+(-[a-z0-9]+)*$' or char_length(v_slug) > 80 then
    perform chat_private.fail('invalid_slug', 400,
      'unable to create channel; a slug has 1 to 80 of a-z, 0-9 and single dashes between them');
  elsif chat_private.clean_name(create_channel.name) is distinct from btrim(create_channel.name) then
    perform chat_private.fail('invalid_name', 400,
      'unable to create channel; a name has 1 to 80 characters, none of them invisible');
  elsif char_length(create_channel.description) > 500 then
    perform chat_private.fail('invalid_description', 400, 'unable to create channel; a description has at most 500 characters');
  elsif cardinality(create_channel.member_ids) > 1000 then
    perform chat_private.fail('too_many_members', 400, 'unable to create channel; at most 1,000 members can be added at once');
  end if;

  insert into chat.channels (kind, slug, name, description, created_by)
  values (create_channel.kind, v_slug, btrim(create_channel.name), coalesce(create_channel.description, ''), (select auth.uid()))
  on conflict on constraint channels_slug_unique do nothing
  returning * into v_channel;
  if v_channel.id is null then
    perform chat_private.fail('slug_taken', 409, 'unable to create channel; another one has this slug');
  end if;

  insert into chat.channel_members (channel_id, user_id, role) values (v_channel.id, (select auth.uid()), 'admin');
  perform chat_private.add_members(v_channel.id, create_channel.member_ids);
  return next v_channel;
end;
$$;
grant execute on function chat.create_channel(text, text, text, text, uuid[]) to authenticated;

-- Definer: membership is written by these functions only.
create function chat.open_dm(user_id uuid) returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_me uuid := (select auth.uid());
  v_key text := least(v_me, open_dm.user_id)::text || ':' || greatest(v_me, open_dm.user_id)::text;
  v_channel chat.channels;
begin
  if not exists (select from chat.profiles p where p.id = open_dm.user_id) then
    perform chat_private.fail('user_not_found', 404, 'unable to open direct messages; the user does not exist');
  end if;
  select * into v_channel from chat.channels c where c.dm_key = v_key;
  if not found then
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
grant execute on function chat.open_dm(uuid) to authenticated;

-- Definer: as above.
create function chat.join_channel(channel_id uuid) returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_channel chat.channels;
begin
  select * into v_channel from chat.channels c
   where c.id = join_channel.channel_id
     and (c.kind = 'public' or c.id in (select chat_private.my_channel_ids()));
  if not found then
    perform chat_private.fail('channel_not_found', 404,
      'unable to join; the channel does not exist or is not visible to you');
  end if;
  insert into chat.channel_members (channel_id, user_id) values (v_channel.id, (select auth.uid()))
  on conflict do nothing;
  return next v_channel;
end;
$$;
grant execute on function chat.join_channel(uuid) to authenticated;

-- Definer: as above.
create function chat.leave_channel(channel_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_member(leave_channel.channel_id, 'leave');
  if (select c.kind from chat.channels c where c.id = leave_channel.channel_id) = 'dm' then
    perform chat_private.fail('dm_is_permanent', 403, 'unable to leave; direct messages always keep both people');
  end if;
  delete from chat.channel_members m
   where m.channel_id = leave_channel.channel_id and m.user_id = (select auth.uid());
end;
$$;
grant execute on function chat.leave_channel(uuid) to authenticated;

-- Definer: as above.
create function chat.add_members(channel_id uuid, user_ids uuid[]) returns setof chat.channel_members
language plpgsql security definer set search_path = '' as $$
begin
  if chat_private.require_member(add_members.channel_id, 'add members') <> 'admin' then
    perform chat_private.fail('not_a_channel_admin', 403, 'unable to add members; only admins of the channel may');
  elsif cardinality(user_ids) > 1000 then
    perform chat_private.fail('too_many_members', 400, 'unable to add members; at most 1,000 can be added at once');
  end if;
  perform chat_private.add_members(add_members.channel_id, user_ids);
  return query select * from chat.channel_members m
    where m.channel_id = add_members.channel_id and m.user_id = any (user_ids);
end;
$$;
grant execute on function chat.add_members(uuid, uuid[]) to authenticated;

-- Definer: as above.
create function chat.remove_member(channel_id uuid, user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  if chat_private.require_member(remove_member.channel_id, 'remove a member') <> 'admin' then
    perform chat_private.fail('not_a_channel_admin', 403, 'unable to remove a member; only admins of the channel may');
  end if;
  delete from chat.channel_members m
   where m.channel_id = remove_member.channel_id and m.user_id = remove_member.user_id;
  if not found then
    perform chat_private.fail('member_not_found', 404, 'unable to remove a member; this user is not in the channel');
  end if;
end;
$$;
grant execute on function chat.remove_member(uuid, uuid) to authenticated;

comment on table chat.channels is 'A place to talk: public, private, or the direct messages of two people';
comment on column chat.channels.kind is 'public: everyone signed in may find and join it; private: by invitation; dm: two people, for good';
comment on column chat.channels.slug is 'Unique name for addresses, a-z, 0-9 and dashes; null for dm';
comment on column chat.channels.name is 'Name as shown, when it differs from the slug';
comment on column chat.channels.dm_key is 'Both user ids, smaller first: one dm per pair';
comment on column chat.channels.epoch is 'Part of the channel''s Realtime topics; rises when somebody leaves or is removed from a channel that is not public';
comment on table chat.channel_members is 'Who is in a channel, with what role and how far they have read';
comment on column chat.channel_members.role is 'admin or member of this channel';
comment on column chat.channel_members.last_read_seq is 'Everything up to this seq is read';
comment on table chat.channel_counters is 'One narrow row per channel: the last seq handed out and the number of members';
comment on column chat.channel_counters.last_seq is 'seq of the newest message; 0 before the first';
comment on function chat.create_channel(text, text, text, text, uuid[]) is
  'Creates a public or private channel with the caller as admin. Errors: invalid_channel_kind, invalid_slug, invalid_name, invalid_description, slug_taken, too_many_members, user_not_found';
comment on function chat.open_dm(uuid) is 'The direct-message channel with this user, made on first use (also with oneself). Errors: user_not_found';
comment on function chat.join_channel(uuid) is 'Joins a public channel; no effect for members. Errors: channel_not_found';
comment on function chat.leave_channel(uuid) is 'Leaves a channel. Errors: channel_not_found, not_a_member, dm_is_permanent';
comment on function chat.add_members(uuid, uuid[]) is
  'Adds users to a channel the caller is admin of and returns their memberships. Errors: channel_not_found, not_a_member, not_a_channel_admin, user_not_found, too_many_members';
comment on function chat.remove_member(uuid, uuid) is
  'Removes a user from a channel the caller is admin of. Errors: channel_not_found, not_a_member, not_a_channel_admin, member_not_found';
comment on policy select_visible on chat.channels is 'Public channels and the ones the caller is in';
comment on policy select_member on chat.channel_members is 'Members see who else is in their channels';
comment on policy select_member on chat.channel_counters is 'Members see the counters of their channels';

-- 30_messages.sql
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

-- 32_receipts.sql
-- Read markers and what is unread, by subtraction of numbers and never by counting a channel.

grant update (last_read_seq) on chat.channel_members to authenticated;
create policy update_self on chat.channel_members for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

-- A marker only moves forward and never past the last message, however it is written.
create function chat_private.tg_channel_members__bound_read() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.last_read_seq := greatest(old.last_read_seq, least(new.last_read_seq,
    (select last_seq from chat.channel_counters where channel_id = new.channel_id)));
  return new;
end;
$$;
create trigger _100_bound_read before update of last_read_seq on chat.channel_members
  for each row execute function chat_private.tg_channel_members__bound_read();

create function chat.mark_read(channel_id uuid, seq bigint) returns setof chat.channel_members rows 1
language plpgsql set search_path = '' as $$
begin
  perform chat_private.require_member(mark_read.channel_id, 'mark as read');
  if mark_read.seq is null or mark_read.seq < 0 then
    perform chat_private.fail('invalid_seq', 400, 'unable to mark as read; a seq is a number from 0');
  end if;
  return query update chat.channel_members m set last_read_seq = mark_read.seq
    where m.channel_id = mark_read.channel_id and m.user_id = (select auth.uid())
    returning m.*;
end;
$$;
grant execute on function chat.mark_read(uuid, bigint) to authenticated;

create view chat.my_channels with (security_invoker = true) as
  select c.id, c.kind, c.slug, c.name, c.description, c.epoch, c.created_by, c.created_at,
         m.role, m.last_read_seq, n.last_seq, n.member_count,
         coalesce(n.last_message_at, c.created_at) as last_activity_at,
         n.last_seq - m.last_read_seq - (
           select count(*) from chat.messages own
            where own.author_id = m.user_id and own.channel_id = c.id and own.seq > m.last_read_seq
         ) as unread_count,
         p.id as dm_user_id, p.username as dm_username, p.name as dm_name, p.avatar_url as dm_avatar_url
    from chat.channel_members m
    join chat.channels c on c.id = m.channel_id
    join chat.channel_counters n on n.channel_id = m.channel_id
    left join chat.profiles p on p.id = (
      case split_part(c.dm_key, ':', 1)
        when m.user_id::text then split_part(c.dm_key, ':', 2)
        else split_part(c.dm_key, ':', 1)
      end)::uuid
   where m.user_id = (select auth.uid());
grant select on chat.my_channels to authenticated;

comment on policy update_self on chat.channel_members is 'A member moves their own read marker';
comment on function chat.mark_read(uuid, bigint) is
  'Marks a channel as read up to seq; a marker never moves back. Errors: channel_not_found, not_a_member, invalid_seq';
comment on view chat.my_channels is 'The caller''s channels with role, last activity and exact unread count';
comment on column chat.my_channels.unread_count is 'Messages of others after last_read_seq';
comment on column chat.my_channels.dm_user_id is 'The other person of a dm (oneself in notes to self)';

-- 80_realtime.sql
-- What Realtime carries: who may hear and speak on a topic, and the events the database sends after each commit.

-- Topics (all private): channel:<id>:<epoch> carries what the database says; live:<id>:<epoch> what members say
-- to each other (typing, presence of viewers); user:<id> what concerns one person. Members cannot write on the
-- first, or they could forge messages of others.

-- Definer: called by policies for every role that joins. The caller's topic is one, so this runs once a join.
create function chat_private.may_use_topic(topic text, access text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
declare
  v_part text[] := string_to_array(topic, ':');
begin
  if chat_private.session_refusal() is not null then
    return false;
  elsif topic = 'user:' || (select auth.uid())::text then
    return access = 'hear';
  elsif cardinality(v_part) = 3 and (v_part[1] = 'live' or (v_part[1] = 'channel' and access = 'hear'))
        and pg_input_is_valid(v_part[2], 'uuid') then
    return exists (
      select from chat.channel_members m join chat.channels c on c.id = m.channel_id
       where m.channel_id = v_part[2]::uuid and m.user_id = (select auth.uid()) and c.epoch::text = v_part[3]);
  end if;
  return false;
end;
$$;
grant execute on function chat_private.may_use_topic(text, text) to authenticated;

create policy select_listener on realtime.messages for select to authenticated
  using ((select chat_private.may_use_topic((select realtime.topic()), 'hear')));
create policy insert_speaker on realtime.messages for insert to authenticated
  with check ((select chat_private.may_use_topic((select realtime.topic()), 'speak')));

-- Definer: owned by postgres, which Realtime lets send; a member may not.
create function chat_private.tg_messages__broadcast() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_channel record;
begin
  select c.epoch, n.member_count,
         jsonb_build_object('id', p.id, 'username', p.username, 'name', p.name, 'avatar_url', p.avatar_url) as author
    into v_channel
    from chat.channels c
    join chat.channel_counters n on n.channel_id = c.id
    left join chat.profiles p on p.id = new.author_id
   where c.id = new.channel_id;
  -- What realtime.send does, for all topics in one statement. In small channels everybody hears of a message
  -- wherever they are; in large ones only who has it on screen, so that a send costs the same in all.
  insert into realtime.messages (topic, event, payload, private, extension)
  select 'channel:' || new.channel_id || ':' || v_channel.epoch, 'message:new',
         to_jsonb(new) || jsonb_build_object('author', v_channel.author), true, 'broadcast'
  union all
  select 'user:' || m.user_id, 'channel:bumped',
         jsonb_build_object('channel_id', new.channel_id, 'last_seq', new.seq), true, 'broadcast'
    from chat.channel_members m
   where v_channel.member_count <= 100 and m.channel_id = new.channel_id and m.user_id is distinct from new.author_id;
  return null;
exception when others then
  -- A message is worth more than its announcement: clients find it by its seq.
  raise warning 'message % was stored but not announced: %', new.id, sqlerrm;
  return null;
end;
$$;
create trigger _900_broadcast after insert on chat.messages
  for each row execute function chat_private.tg_messages__broadcast();

-- Definer: as above.
create function chat_private.tg_channel_members__broadcast() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' then
    perform realtime.send(jsonb_build_object('channel_id', old.channel_id), 'channel:left', 'user:' || old.user_id, true);
  elsif tg_op = 'INSERT' then
    perform realtime.send(jsonb_build_object('channel_id', new.channel_id), 'channel:joined', 'user:' || new.user_id, true);
  elsif new.last_read_seq <> old.last_read_seq then
    perform realtime.send(jsonb_build_object('channel_id', new.channel_id, 'last_read_seq', new.last_read_seq),
                          'channel:read', 'user:' || new.user_id, true);
  end if;
  return null;
end;
$$;
create trigger _900_broadcast after insert or update or delete on chat.channel_members
  for each row execute function chat_private.tg_channel_members__broadcast();

-- Definer: as above. Said on the topic that ends, so that those who stay move to the new one.
create function chat_private.tg_channels__broadcast_epoch() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform realtime.send(jsonb_build_object('channel_id', new.id, 'epoch', new.epoch),
                        'channel:moved', format('channel:%s:%s', old.id, old.epoch), true);
  return null;
end;
$$;
create trigger _900_broadcast_epoch after update of epoch on chat.channels
  for each row execute function chat_private.tg_channels__broadcast_epoch();

comment on function chat_private.may_use_topic(text, text) is
  'Whether the caller may hear or speak on this Realtime topic, with a live session';
comment on policy select_listener on realtime.messages is 'Members hear their channels, users their own topic';
comment on policy insert_speaker on realtime.messages is 'Members speak on the live topic of their channels only';
