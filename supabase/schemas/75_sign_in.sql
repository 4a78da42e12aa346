-- What a server needs to sign people in over HTTP beside Auth, above the gate: the half of a sign-in that is not yet a session.

-- Definer: passwords are Auth's. Auth refuses suspended people before it looks at the password, so that anybody could ask
-- who is; only with the right one may they learn it. Nor does it count their tries then, so that is done here.
create function chat.is_password(email text, password text, ip text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_user_id uuid;
  v_is_right boolean;
  v_refusal text;
begin
  select u.id, u.encrypted_password = extensions.crypt(is_password.password, u.encrypted_password)
    into v_user_id, v_is_right
    from auth.users u
   where u.email = lower(is_password.email) and not u.is_sso_user;
  if not found then
    return false;
  end if;
  v_refusal := chat_private.log_attempt(jsonb_build_object('user_id', v_user_id, 'valid', v_is_right,
    'metadata', jsonb_build_object('ip_address', is_password.ip))) #>> '{error,message}';
  if v_refusal is not null then
    perform chat_private.fail('rate_limited', 429, substring(v_refusal from 'unable to .*'));
  end if;
  return v_is_right;
end;
$$;
grant execute on function chat.is_password(text, text, text) to service_role;

-- Definer: addresses are Auth's, and shown to nobody else.
create function chat.sign_in_address(username text) returns text
language sql stable security definer set search_path = '' as $$
  select u.email from chat.profiles p join auth.users u on u.id = p.id where p.username = lower(sign_in_address.username);
$$;
grant execute on function chat.sign_in_address(text) to service_role;

-- Definer: challenges are Auth's, which tells their ids only to whoever began them.
create function chat.newest_challenge(user_id uuid) returns table (factor_id uuid, challenge_id uuid)
language sql stable rows 1 security definer set search_path = '' as $$
  select f.id, c.id
    from auth.mfa_factors f
    join auth.mfa_challenges c on c.factor_id = f.id
   where f.user_id = newest_challenge.user_id and f.factor_type = 'phone'
     and c.verified_at is null and c.created_at > now() - interval '5 minutes'
   order by c.created_at desc limit 1;
$$;
grant execute on function chat.newest_challenge(uuid) to service_role;

-- Accounts cost nothing, so what goes to a number that nobody has proven to be theirs is counted for the number and for
-- the address too. A proven one has its person's limit alone, or strangers could keep somebody's codes back.
-- Definer: rate limits belong to nobody.
create function chat.count_sms(user_id uuid, phone text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_digits text := ltrim(count_sms.phone, '+');
begin
  perform chat_private.take_token('sms', count_sms.user_id::text);
  if not exists (select from auth.mfa_factors f
                  where f.user_id = count_sms.user_id and f.phone = v_digits and f.status = 'verified') then
    perform chat_private.take_token('sms_number', v_digits);
    perform chat_private.take_token('sms_address', (
      select chat_private.network_of(s.ip) from auth.sessions s where s.user_id = count_sms.user_id order by s.created_at desc limit 1));
  end if;
end;
$$;
grant execute on function chat.count_sms(uuid, text) to service_role;

-- Definer: as above.
create function chat.claim_oauth_state(state text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform chat_private.take_token('oauth_state', encode(sha256(convert_to(claim_oauth_state.state, 'UTF8')), 'hex'));
  return true;
exception when sqlstate 'PGRST' then
  return false;
end;
$$;
grant execute on function chat.claim_oauth_state(text) to service_role;

comment on function chat.is_password(text, text, text) is
  'For the server only: whether this is the password of the account with this address, counted as a try from where somebody calls. Errors: rate_limited';
comment on function chat.sign_in_address(text) is 'For the server only: the address that Auth knows the person with this username by';
comment on function chat.newest_challenge(uuid) is 'For the server only: the newest code on its way to a person''s phone, for five minutes';
comment on function chat.count_sms(uuid, text) is
  'For the server only: counts a message to a person''s phone, for the number and the person''s address too until the number is proven. Errors: rate_limited';
comment on function chat.claim_oauth_state(text) is 'For the server only: whether a sign-in through a provider comes back for the first time';
