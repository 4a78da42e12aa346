-- Makes a fresh cluster look like Supabase's image: the same roles, rights, schemas and settings.
-- Run once by the superuser (supabase_admin); :password is replaced by the stack.

create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit password :'password';
grant anon, authenticated, service_role to authenticator;

-- Like on the platform, the developer's role is no superuser: what is forbidden there fails here too.
create role postgres login createdb createrole bypassrls replication password :'password';
grant anon, authenticated, service_role, authenticator to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres with admin option;

create role supabase_auth_admin login noinherit createrole password :'password';
create role supabase_storage_admin login noinherit createrole password :'password';
create role supabase_realtime_admin nologin noinherit;
create role dashboard_user nologin createdb createrole replication;
grant anon, authenticated, service_role to supabase_storage_admin, supabase_realtime_admin;

-- Policies and triggers on these services' tables are the developer's to write, but nothing else is. The
-- platform does that with the extension supautils; here membership plus the event trigger below do it.
grant supabase_storage_admin to postgres with inherit true, set false;
grant supabase_realtime_admin to postgres with inherit true, set false;

-- Settings that the platform lets the developer's role make for sessions, roles and the database.
grant set on parameter
  session_replication_role, log_lock_waits, log_min_duration_statement, log_min_messages, log_statement,
  log_temp_files, track_functions, track_io_timing, pg_stat_statements.track,
  pgrst.db_aggregates_enabled, pgrst.db_anon_role, pgrst.db_extra_search_path, pgrst.db_max_rows,
  pgrst.db_plan_enabled, pgrst.db_pre_request, pgrst.db_schemas, pgrst.db_tx_end, pgrst.openapi_mode,
  pgrst.server_timing_enabled
to postgres;

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role supabase_auth_admin set search_path = 'auth';
alter role supabase_auth_admin set idle_in_transaction_session_timeout = '60s';
alter role supabase_storage_admin set search_path = 'storage';

alter database postgres owner to postgres;
revoke all on database postgres from public;
grant connect, temporary on database postgres to public;
grant create on database postgres to supabase_auth_admin, supabase_storage_admin;

create schema extensions authorization postgres;
create schema auth authorization supabase_auth_admin;
create schema storage authorization supabase_storage_admin;
create schema realtime authorization supabase_admin;
grant usage on schema extensions to anon, authenticated, service_role, supabase_auth_admin, supabase_storage_admin;
grant usage on schema auth to anon, authenticated, service_role, postgres, dashboard_user;
grant usage on schema storage to anon, authenticated, service_role, postgres, dashboard_user;
grant usage on schema realtime to anon, authenticated, service_role, postgres, supabase_realtime_admin;
grant usage on schema public to anon, authenticated, service_role, postgres;
grant create on schema public to postgres;

create extension if not exists pgcrypto with schema extensions;
create extension if not exists pg_stat_statements with schema extensions;

alter default privileges for role supabase_auth_admin in schema auth grant all on tables to postgres, dashboard_user;
alter default privileges for role supabase_auth_admin in schema auth grant all on sequences to postgres, dashboard_user;
alter default privileges for role supabase_auth_admin in schema auth grant all on routines to postgres, dashboard_user;
alter default privileges for role postgres in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges for role postgres in schema public grant all on sequences to anon, authenticated, service_role;
alter default privileges for role postgres in schema public grant all on routines to anon, authenticated, service_role;

create publication supabase_realtime;
alter publication supabase_realtime owner to postgres;

-- PostgREST hears of every change of the schema, so its picture of the database is never an old one.
create function extensions.tell_postgrest() returns event_trigger
language plpgsql set search_path = '' as $$
begin
  if tg_event = 'ddl_command_end' and not exists (
    select from pg_catalog.pg_event_trigger_ddl_commands()
    where command_tag ~ '^(CREATE|ALTER|COMMENT|GRANT|REVOKE|IMPORT)' and schema_name is distinct from 'pg_temp'
  ) then
    return;
  end if;
  notify pgrst, 'reload schema';
end;
$$;
create event trigger tell_postgrest on ddl_command_end execute function extensions.tell_postgrest();
create event trigger tell_postgrest_of_drops on sql_drop execute function extensions.tell_postgrest();

-- Refuses what supautils refuses on the platform: changing a service's objects beyond policies and triggers.
create function extensions.guard_service_schemas() returns event_trigger
language plpgsql set search_path = '' as $$
declare
  v_command record;
begin
  if session_user <> 'postgres' then
    return;
  end if;
  if tg_event = 'sql_drop' then
    select schema_name, object_identity into v_command from pg_catalog.pg_event_trigger_dropped_objects()
    where schema_name in ('auth', 'storage', 'realtime')
      and object_type not in ('policy', 'trigger') and original limit 1;
  else
    select schema_name, object_identity into v_command from pg_catalog.pg_event_trigger_ddl_commands()
    where schema_name in ('auth', 'storage', 'realtime')
      and command_tag not in ('CREATE POLICY', 'ALTER POLICY', 'CREATE TRIGGER', 'COMMENT', 'GRANT', 'REVOKE') limit 1;
  end if;
  if found then
    raise insufficient_privilege using
      message = pg_catalog.format('must be owner of %s', v_command.object_identity),
      hint = 'Objects of the schemas auth, storage and realtime belong to their services; only policies and triggers may be added.';
  end if;
end;
$$;
create event trigger guard_service_schemas on ddl_command_end execute function extensions.guard_service_schemas();
create event trigger guard_service_schemas_drop on sql_drop execute function extensions.guard_service_schemas();
