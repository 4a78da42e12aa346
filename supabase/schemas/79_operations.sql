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
