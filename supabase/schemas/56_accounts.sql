-- Accounts as HTTP APIs show them, in one call each: the own one whole, and of others what may be seen.

create type chat.account_details as (
  id uuid,
  username text,
  name text,
  avatar_url text,
  email text,
  email_verified_at timestamptz,
  phone text,
  role text,
  status text,
  status_text text,
  notifications boolean,
  sound boolean,
  timezone text,
  created_at timestamptz
);

create type chat.contact as (
  id uuid,
  username text,
  name text,
  avatar_url text,
  email text,
  phone text,
  status text,
  status_text text,
  created_at timestamptz,
  activity text
);

-- Volatile, so that it counts the call of the HTTP API which makes it (07_api_limits.sql).
create function chat.get_account() returns setof chat.account_details
language plpgsql volatile rows 1 set search_path = '' as $$
begin
  return query
    select a.user_id, p.username, p.name, p.avatar_url, a.email, a.email_verified_at, a.phone, a.role,
           coalesce(s.status, 'offline'), s.status_text, f.notifications, f.sound, f.timezone, a.created_at
      from chat.accounts a
      join chat.profiles p on p.id = a.user_id
      join chat.preferences f on f.user_id = a.user_id
      left join chat.get_presence(array[(select auth.uid())]) s on s.user_id = a.user_id
     where a.user_id = (select auth.uid());
end;
$$;
grant execute on function chat.get_account() to authenticated;

-- Definer: accounts are written by functions only.
create function chat.update_account(name text default null, phone text default null, presence text default null,
                                    status_text text default null, notifications boolean default null,
                                    sound boolean default null, timezone text default null)
returns setof chat.account_details
language plpgsql volatile rows 1 security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_presence record;
begin
  if update_account.phone <> '' and update_account.phone !~ '^\+[1-9]\d{1,14}$' then
    perform chat_private.fail('invalid_phone', 400, 'unable to update account; a phone number has the form +491234567 (E.164)');
  end if;
  if update_account.name is not null then
    perform from chat.update_profile(name => update_account.name);
  end if;
  if update_account.phone is not null then
    update chat.accounts a set phone = nullif(update_account.phone, '') where a.user_id = v_me;
  end if;
  if update_account.presence is not null then
    perform from chat.set_presence(update_account.presence);
  end if;
  if update_account.status_text is not null then
    -- The text alone: what stands beside it stays.
    select p.status_emoji, p.status_expires_at into v_presence from chat.get_presence(array[v_me]) p;
    perform from chat.set_status(update_account.status_text, v_presence.status_emoji, v_presence.status_expires_at);
  end if;
  if num_nonnulls(update_account.notifications, update_account.sound, update_account.timezone) > 0 then
    perform from chat.set_preferences(notifications => update_account.notifications, sound => update_account.sound,
                                      timezone => update_account.timezone);
  end if;
  return query select * from chat.get_account();
end;
$$;
grant execute on function chat.update_account(text, text, text, text, boolean, boolean, text) to authenticated;

-- Definer: sessions belong to Auth.
create function chat.sign_out(everywhere boolean default false) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_session uuid := (auth.jwt() ->> 'session_id')::uuid;
begin
  perform chat_private.require_person('sign out');
  delete from auth.sessions s where s.user_id = v_me and (sign_out.everywhere or s.id = v_session);
end;
$$;
grant execute on function chat.sign_out(boolean) to authenticated;

-- What the caller may see of these people, in this order.
-- Definer: accounts are seen by their owners only.
create function chat_private.contacts(user_ids uuid[]) returns setof chat.contact
language sql stable security definer set search_path = '' as $$
  select p.id, p.username, p.name, p.avatar_url,
         case when v.is_shared or a.user_id = (select auth.uid()) then a.email end,
         case when v.is_shared or a.user_id = (select auth.uid()) then a.phone end,
         coalesce(n.status, 'offline'), case when coalesce(q.status_expires_at > now(), true) then q.status_text end, p.created_at,
         case when n.status <> 'offline' then q.activity end
    from (select chat_private.sees_contacts() as is_shared) v
   cross join unnest(contacts.user_ids) with ordinality as wanted (id, n)
    join chat.profiles p on p.id = wanted.id
    join chat.accounts a on a.user_id = p.id
    left join chat.presence q on q.user_id = p.id
    left join chat_private.presence_now(contacts.user_ids) n on n.user_id = p.id
   order by wanted.n;
$$;

-- Volatile as get_account. Definer: calls the above.
create function chat.get_contact(user_id uuid) returns setof chat.contact
language sql volatile rows 1 security definer set search_path = '' as $$
  select * from chat_private.contacts(array[get_contact.user_id]);
$$;
grant execute on function chat.get_contact(uuid) to authenticated;

-- People whose address or number begins like this, and those who have it elsewhere in their address. Either are few or
-- many, so each is bounded before anything is sorted.
-- Definer: as above.
create function chat_private.contacts_like(query text, out begun uuid[], out within uuid[])
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_email text := lower(btrim(query));
  v_digits text := regexp_replace(query, '[\s()./+-]', '', 'g');
begin
  begun := array(select a.user_id from chat.accounts a
                  where a.email like chat_private.like_prefix(v_email) order by a.email limit 50);
  if v_digits ~ '^\d{3,}$' then
    begun := array(select a.user_id from chat.accounts a
                    where ltrim(a.phone, '+') like v_digits || '%' order by ltrim(a.phone, '+') limit 50) || begun;
  end if;
  within := '{}';
  if char_length(v_email) >= 3 and cardinality(begun) < 50 then
    within := array(select a.user_id from chat.accounts a
                     where a.email like '%' || chat_private.like_prefix(v_email) and a.user_id <> all (begun) limit 50);
  end if;
end;
$$;

-- Volatile as get_account. Definer: as above.
create function chat.search_contacts(query text, page_size integer default 20) returns setof chat.contact
language plpgsql volatile rows 20 security definer set search_path = '' as $$
declare
  v_named uuid[] := chat_private.people_named(query);
  v_like record;
  v_ids uuid[];
begin
  perform chat_private.check_page_size(page_size, 'search users');
  if chat_private.setting('share_contacts')::boolean then
    v_like := chat_private.contacts_like(query);
  else
    select '{}'::uuid[] as begun, '{}'::uuid[] as within into v_like;
  end if;
  -- Whom the whole query names comes first, then what begins like it, what looks like it, and parts of addresses.
  v_ids := array(select a.user_id from chat.accounts a
                  where a.user_id = any (v_like.begun) and (a.email = lower(btrim(query)) or a.phone = btrim(query)))
           || v_named || v_like.begun;
  if cardinality(v_ids) < page_size then
    v_ids := v_ids || chat_private.people_like(query, v_ids);
  end if;
  return query
    select c.* from chat_private.contacts(array(
      select found.id
        from unnest(v_ids || v_like.within) with ordinality as found (id, n)
       where not exists (select from chat.accounts a where a.user_id = found.id and a.suspended_at is not null)
       group by found.id order by min(found.n) limit search_contacts.page_size)) c;
end;
$$;
grant execute on function chat.search_contacts(text, integer) to authenticated;

create index accounts_email_trigrams_idx on chat.accounts using gin (email extensions.gin_trgm_ops);

comment on type chat.account_details is 'The own account with profile, preferences and presence';
comment on type chat.contact is 'What others may see of a person, with presence; address and number as the platform shares them';
comment on function chat.get_account() is 'The caller''s account with profile, preferences and presence';
comment on function chat.update_account(text, text, text, text, boolean, boolean, text) is
  'Changes the parts of the caller''s account that are given, all or none, and returns it; an empty phone or status_text removes it. Errors: invalid_phone, invalid_name, invalid_presence, invalid_status, invalid_timezone, rate_limited';
comment on function chat.sign_out(boolean) is
  'Ends the caller''s session, or all of them; offline is who has no other client. Errors: missing_scope';
comment on function chat_private.contacts(uuid[]) is 'These people as the caller may see them, in this order';
comment on function chat.get_contact(uuid) is 'A person as the caller may see them; no row when there is none';
comment on function chat.search_contacts(text, integer) is
  'People by name, username, e-mail address or phone number, best first; suspended ones are left out. Errors: invalid_search, invalid_page_size';
