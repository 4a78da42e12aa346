-- People: the profile that everyone sees and the account that only its owner sees.

-- A name as it is kept: at most 80 characters on one line that read in their order. Control characters, line
-- breaks and marks that hide or turn the text around them would let one name look like another; the joiners
-- U+200C and U+200D stay, because Persian and emoji are written with them, and so do selectors and tags; but a name
-- of nothing else, or of letters that are blanks, is none.
create function chat_private.clean_name(name text) returns text
language sql immutable set search_path = '' as $$
  select case when v.name ~ '[^\s\u0020\u00a0\u1680\u2000-\u200d\u2800\u3000\ufe00-\ufe0f\U000e0000-\U000e01ef]' then v.name end
    from (select btrim(left(btrim(regexp_replace(clean_name.name,
      '[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]',
      '', 'g')), 80)) as name) v;
$$;
grant execute on function chat_private.clean_name(text) to authenticated;

create table chat.profiles (
  id uuid primary key references auth.users on delete cascade,
  username text not null
    constraint profiles_username_form check (username ~ '^[a-z0-9][a-z0-9._-]{1,31}$'),
  name text not null
    constraint profiles_name_form check (name is not distinct from chat_private.clean_name(name)),
  avatar_url text
    constraint profiles_avatar_url_length check (char_length(avatar_url) <= 2048),
  created_at timestamptz not null default now(),
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
grant update (username, name, avatar_url) on chat.profiles to authenticated;
grant select on chat.accounts to authenticated;

create policy select_user on chat.profiles for select to authenticated using (true);
create policy update_self on chat.profiles for update to authenticated
  using (id = (select auth.uid())) with check (id = (select auth.uid()));
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
begin
  if v_email like '%@users.confab.invalid' then
    v_email := null;
  end if;
  v_username := chat_private.suggest_username(
    coalesce(nullif(v_meta ->> 'username', ''), v_name, split_part(v_email, '@', 1)), new.id);
  insert into chat.profiles (id, username, name, avatar_url)
  values (new.id, v_username, coalesce(v_name, v_username), left(v_meta ->> 'avatar_url', 2048))
  on conflict on constraint profiles_username_unique do nothing;
  if not found then
    -- Somebody else signed up with it in the same moment and was first; now it counts as taken.
    insert into chat.profiles (id, username, name, avatar_url)
    select new.id, u.name, coalesce(v_name, u.name), left(v_meta ->> 'avatar_url', 2048)
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

comment on table chat.profiles is 'One row per user, made at sign-up; what everyone signed in may see of a person';
comment on column chat.profiles.username is 'Unique handle: 2 to 32 of a-z, 0-9, dot, dash, underscore';
comment on column chat.profiles.name is 'Name as shown: 1 to 80 characters, none of them invisible';
comment on column chat.profiles.avatar_url is 'Address of the picture';
comment on table chat.accounts is 'What only the user sees of their own account';
comment on column chat.accounts.role is 'Platform role: user or admin';
comment on column chat.accounts.email is 'Null for accounts that were made with a username only';
comment on column chat.accounts.email_verified_at is 'When the user proved that the address is theirs';
comment on policy select_user on chat.profiles is 'Everyone signed in sees every profile';
comment on policy update_self on chat.profiles is 'A user edits their own profile';
comment on policy select_self on chat.accounts is 'A user sees their own account only';
