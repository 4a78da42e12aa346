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
