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

-- Definer: people's accounts are their own.
create function chat.list_accounts(query text default null, user_role text default null, suspended boolean default null,
                                   after_username text default null, page_size integer default 50)
returns table (id uuid, username text, name text, avatar_url text, role text, email text, email_verified_at timestamptz,
               phone text, created_at timestamptz, last_sign_in_at timestamptz, last_seen_at timestamptz,
               suspended_at timestamptz, suspend_reason text, suspended_by uuid, channel_count bigint)
language plpgsql stable security definer rows 50 set search_path = '' as $$
declare
  v_prefix text := regexp_replace(lower(btrim(list_accounts.query)), '([\\%_])', '\\\1', 'g') || '%';
begin
  perform chat_private.require_platform_admin('list accounts');
  perform chat_private.check_page_size(page_size, 'list accounts');
  if user_role not in ('user', 'admin') then
    perform chat_private.fail('invalid_user_role', 400, 'unable to list accounts; a role is user or admin');
  end if;
  -- Only what is asked for is in the statement, so that each question has its index.
  return query execute
    'select u.* from chat_private.admin_users u where true'
    || case when after_username is not null then ' and u.username > $1' else '' end
    || case user_role when 'admin' then ' and u.role = ''admin''' when 'user' then ' and u.role <> ''admin''' else '' end
    || case suspended when true then ' and u.suspended_at is not null' when false then ' and u.suspended_at is null' else '' end
    || case when v_prefix <> '%' then '
         and u.id in (select p.id from chat.profiles p where p.username like $2
                      union select p.id from chat.profiles p where lower(p.name) like $2
                      union select a.user_id from chat.accounts a where a.email like $2)' else '' end
    || ' order by u.username limit $3'
    using after_username, v_prefix, page_size;
end;
$$;
grant execute on function chat.list_accounts(text, text, boolean, text, integer) to authenticated;

comment on view chat_private.admin_users is 'For Studio: everybody with account, last sign-in and number of channels. Suspend in chat.accounts, by setting suspended_at';
comment on view chat_private.admin_channels is 'For Studio: every channel with owner, members, messages and last activity';
comment on function chat.list_accounts(text, text, boolean, text, integer) is
  'Accounts by username, after one: those whose username, name or address begins with a text, of a role, suspended or not; 1 to 200 rows. For platform admins. Errors: not_an_admin, invalid_page_size, invalid_user_role';
