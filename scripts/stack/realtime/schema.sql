-- The part of Supabase Realtime's schema that applications use: realtime.messages with its policies, and the
-- functions that send a broadcast from the database. Run by supabase_admin, as often as one likes.

grant usage on schema realtime to postgres, anon, authenticated, service_role, supabase_realtime_admin;

create table if not exists realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now(),
  id uuid not null default gen_random_uuid(),
  binary_payload bytea,
  primary key (id, inserted_at),
  constraint messages_payload_exclusive check (payload is null or binary_payload is null)
) partition by range (inserted_at);

alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;
grant all on realtime.messages to postgres;

-- What a replay reads: the newest broadcasts of one private topic.
create index if not exists messages_inserted_at_topic_index on realtime.messages (inserted_at desc, topic)
  where extension = 'broadcast' and private is true;

do $$
begin
  if not exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime_messages_publication') then
    create publication supabase_realtime_messages_publication for table realtime.messages;
  end if;
  if not exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
  end if;
end;
$$;

-- One partition for each day from yesterday to three days ahead. The default partition keeps messages when
-- nobody made partitions for longer than that; a day whose messages it already holds stays there.
create or replace function realtime.maintain_partitions() returns void
language plpgsql set search_path = '' as $$
declare
  v_today date := (pg_catalog.now() at time zone 'utc')::date;
  v_day date;
  v_name text;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('realtime.maintain_partitions'));
  if pg_catalog.to_regclass('realtime.messages_default') is null then
    create table realtime.messages_default partition of realtime.messages default;
    alter table realtime.messages_default owner to supabase_realtime_admin;
  end if;
  for v_offset in -1..3 loop
    v_day := v_today + v_offset;
    v_name := 'messages_' || pg_catalog.to_char(v_day, 'YYYY_MM_DD');
    continue when pg_catalog.to_regclass('realtime.' || v_name) is not null;
    continue when exists (
      select from realtime.messages_default d where d.inserted_at >= v_day and d.inserted_at < v_day + 1
    );
    execute pg_catalog.format('create table realtime.%I partition of realtime.messages for values from (%L) to (%L)',
      v_name, v_day, v_day + 1);
    execute pg_catalog.format('alter table realtime.%I owner to supabase_realtime_admin', v_name);
  end loop;
  -- Messages live for three days, rounded up to whole days.
  for v_name in
    select c.relname from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'realtime.messages'::pg_catalog.regclass and c.relname ~ '^messages_\d{4}_\d\d_\d\d$'
      and pg_catalog.to_date(pg_catalog.right(c.relname, 10), 'YYYY_MM_DD') < v_today - 3
  loop
    execute pg_catalog.format('drop table realtime.%I', v_name);
  end loop;
  delete from realtime.messages_default where inserted_at < v_today - 3;
end;
$$;
revoke execute on function realtime.maintain_partitions() from public;
select realtime.maintain_partitions();

-- The topic of the request being authorised, for policies on realtime.messages.
create or replace function realtime.topic() returns text
language sql stable as $$
  select nullif(current_setting('realtime.topic', true), '')::text;
$$;

-- Never fails the caller's transaction: whatever goes wrong becomes a warning and the message is lost. An
-- INSERT policy finds the topic in realtime.topic(), which therefore stays set until the transaction ends.
create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void language plpgsql as $$
declare
  v_id uuid := gen_random_uuid();
begin
  execute format('set local realtime.topic to %L', topic);
  insert into realtime.messages (id, payload, event, topic, private, extension)
  values (
    v_id,
    case when send.payload ? 'id' then send.payload else jsonb_set(send.payload, '{id}', to_jsonb(v_id)) end,
    send.event, send.topic, send.private, 'broadcast'
  );
exception when others then
  raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end;
$$;

create or replace function realtime.send_binary(payload bytea, event text, topic text, private boolean default true)
returns void language plpgsql as $$
begin
  execute format('set local realtime.topic to %L', topic);
  insert into realtime.messages (binary_payload, event, topic, private, extension)
  values (send_binary.payload, send_binary.event, send_binary.topic, send_binary.private, 'broadcast');
exception when others then
  raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end;
$$;

create or replace function realtime.broadcast_changes(
  topic_name text, event_name text, operation text, table_name text, table_schema text,
  new record, old record, level text default 'ROW'
) returns void language plpgsql as $$
begin
  if level = 'STATEMENT' then
    raise exception 'function can only be triggered for each row, not for each statement';
  end if;
  if operation not in ('INSERT', 'UPDATE', 'DELETE') then
    raise exception 'Unexpected operation type: %', operation;
  end if;
  perform realtime.send(
    jsonb_build_object(
      'operation', operation, 'schema', table_schema, 'table', table_name,
      'record', case when operation <> 'DELETE' then to_jsonb(new) end,
      'old_record', case when operation <> 'INSERT' then to_jsonb(old) end
    ),
    event_name, topic_name
  );
exception when others then
  raise exception 'Failed to process the row: %', sqlerrm;
end;
$$;

-- Asks the policies on realtime.messages what a caller may do with a topic: probe rows are inserted by the
-- server and read by the caller, or inserted by the caller, and everything is undone. Role and settings last
-- as long as the inner block. No search_path is pinned, for the policies run in the caller's.
create or replace function realtime.authorize(
  role_name text, topic_name text, claims text, sub text, headers text,
  read_extensions text[], write_extensions text[],
  out read_allowed boolean[], out write_allowed boolean[]
) language plpgsql as $$
declare
  v_ids uuid[];
  v_visible uuid[];
  v_now timestamp := pg_catalog.now() at time zone 'utc';
  v_extension text;
begin
  begin
    select pg_catalog.array_agg(pg_catalog.gen_random_uuid() order by e.n) into v_ids
    from pg_catalog.unnest(read_extensions) with ordinality as e (extension, n);
    insert into realtime.messages (id, topic, extension, inserted_at, updated_at)
    select p.id, topic_name, p.extension, v_now, v_now from unnest(v_ids, read_extensions) as p (id, extension);

    perform pg_catalog.set_config(s.name, s.value, true) from (values
      ('realtime.topic', topic_name), ('request.jwt.claims', claims), ('request.jwt.claim.sub', sub),
      ('request.jwt.claim.role', role_name), ('request.headers', headers), ('role', role_name)
    ) as s (name, value);

    select pg_catalog.array_agg(m.id) into v_visible from realtime.messages m where m.id = any (v_ids);
    select coalesce(pg_catalog.array_agg(i.id = any (coalesce(v_visible, '{}')) order by i.n), '{}') into read_allowed
    from pg_catalog.unnest(v_ids) with ordinality as i (id, n);

    write_allowed := '{}';
    foreach v_extension in array write_extensions loop
      -- Without `returning`, which would ask the SELECT policies as well.
      begin
        insert into realtime.messages (topic, extension, inserted_at, updated_at)
        values (topic_name, v_extension, v_now, v_now);
        write_allowed := write_allowed || true;
      exception when insufficient_privilege then
        write_allowed := write_allowed || false;
      end;
    end loop;
    raise exception using errcode = 'CFUND';
  exception when sqlstate 'CFUND' then
    null;
  end;
end;
$$;
revoke execute on function realtime.authorize(text, text, text, text, text, text[], text[]) from public;

-- Whether a query that answers with one boolean says yes to a caller. `statement` comes from the server only.
create or replace function realtime.holds_for(
  role_name text, claims text, sub text, statement text, parameters text[]
) returns boolean language plpgsql as $$
declare
  v_holds boolean := false;
begin
  begin
    perform pg_catalog.set_config(s.name, s.value, true) from (values
      ('request.jwt.claims', claims), ('request.jwt.claim.sub', sub), ('request.jwt.claim.role', role_name),
      ('role', role_name)
    ) as s (name, value);
    execute statement into v_holds using parameters;
    raise exception using errcode = 'CFUND';
  exception when sqlstate 'CFUND' then
    null;
  end;
  return v_holds;
end;
$$;
revoke execute on function realtime.holds_for(text, text, text, text, text[]) from public;
