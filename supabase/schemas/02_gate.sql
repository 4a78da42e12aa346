-- The gate: decides whether the caller's token still stands for a live session of a live account.

-- Definer: reads Auth's tables, which callers may not.
create function chat_private.session_refusal() returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  v_claims jsonb := auth.jwt();
  v_user record;
begin
  if v_claims ->> 'role' is distinct from 'authenticated' then
    return null;  -- anon has no rights to revoke, service_role is the operator
  end if;

  select u.banned_until > now() as is_suspended,
         u.deleted_at is null and exists (
           select from auth.sessions s
            where s.id = (v_claims ->> 'session_id')::uuid and s.user_id = u.id
              and (s.not_after is null or s.not_after > now())) as has_session,
         exists (select from auth.mfa_factors f where f.user_id = u.id and f.status = 'verified') as has_second_factor
    into v_user
    from auth.users u
   where u.id = (v_claims ->> 'sub')::uuid;

  if v_user.is_suspended then
    return 'account_suspended';  -- before its sessions, which end with the suspension
  elsif v_user.has_session is not true then
    return 'session_expired';
  elsif v_user.has_second_factor and v_claims ->> 'aal' is distinct from 'aal2' then
    return 'second_factor_required';
  end if;
  return null;
end;
$$;
grant execute on function chat_private.session_refusal() to anon, authenticated;

-- Volatile: for an API key it sets the role and the claims that the rest of the request runs with (72_api_keys.sql).
create function chat_private.request_gate() returns void
language plpgsql volatile set search_path = '' as $$
begin
  if auth.role() = 'anon' then
    perform chat_private.adopt_api_key();
    return;
  end if;
  case chat_private.session_refusal()
    when 'session_expired' then
      perform chat_private.fail('session_expired', 401, 'unable to answer; the session has ended, sign in again');
    when 'account_suspended' then
      perform chat_private.fail('account_suspended', 403, 'unable to answer; this account is suspended');
    when 'second_factor_required' then
      perform chat_private.fail('second_factor_required', 403, 'unable to answer; confirm the second factor first');
    else null;
  end case;
  if auth.role() = 'authenticated' then
    perform chat_private.count_named_call();
  end if;
end;
$$;
grant execute on function chat_private.request_gate() to anon, authenticated;

alter role authenticator set pgrst.db_pre_request = 'chat_private.request_gate';
notify pgrst, 'reload config';

comment on function chat_private.session_refusal() is
  'Why the caller''s token no longer counts (an error code), or null; used before every request and by Realtime and Storage policies';
comment on function chat_private.request_gate() is
  'Runs before every Data API request (pgrst.db_pre_request): refuses tokens of ended sessions and suspended accounts, and gives an API key the rights it has';
