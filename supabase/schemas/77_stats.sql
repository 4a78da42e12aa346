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
