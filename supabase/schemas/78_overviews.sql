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
