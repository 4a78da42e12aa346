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
