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
