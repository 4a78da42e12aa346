-- Codes that prove an address is somebody's, each kept hashed and used once: six digits that verify it (ten minutes,
-- five tries) and tokens that choose a new password (one hour).

create table chat_private.one_time_codes (
  user_id uuid not null references chat.accounts on delete cascade,
  purpose text not null constraint one_time_codes_purpose_known check (purpose in ('verify_email', 'reset_password')),
  -- Where the code went: it proves nothing of an address that the account gets later.
  email text not null,
  code_hash text not null,
  tries integer not null default 0,
  expires_at timestamptz not null,
  issued integer not null default 1,
  issued_since timestamptz not null default now(),
  primary key (user_id, purpose)
);
-- Serves tokens, which come without an address. Nothing can be guessed of 122 random bits, so a fast hash will do.
create unique index one_time_codes_token_idx on chat_private.one_time_codes (code_hash) where purpose = 'reset_password';

alter table chat_private.one_time_codes enable row level security;

-- Keeps a new code of the account with this address in place of the one before, and tells whether there is such an account.
create function chat_private.keep_code(email text, purpose text, code_hash text, life interval) returns boolean
language plpgsql volatile set search_path = '' as $$
begin
  -- Nobody waits for the disk here: the time of the answer would tell that something was written.
  perform set_config('synchronous_commit', 'off', true);
  insert into chat_private.one_time_codes as c (user_id, purpose, email, code_hash, expires_at)
  select a.user_id, keep_code.purpose, a.email, keep_code.code_hash, now() + keep_code.life
    from chat.accounts a
   where a.email = lower(keep_code.email) and a.suspended_at is null
     and (a.email_verified_at is null or keep_code.purpose <> 'verify_email')
   limit 1
  on conflict on constraint one_time_codes_pkey do update
    set email = excluded.email, code_hash = excluded.code_hash, tries = 0, expires_at = excluded.expires_at,
        issued = case when c.issued_since > now() - interval '1 hour' then c.issued + 1 else 1 end,
        issued_since = case when c.issued_since > now() - interval '1 hour' then c.issued_since else now() end
    -- Every new code is five more guesses, and one more mail to somebody who may not have asked.
    where c.issued < 10 or c.issued_since <= now() - interval '1 hour';
  return found;
end;
$$;

-- Definer: the table belongs to nobody. Only service_role may call it: whoever reads the code owns the address.
create function chat.issue_email_code(email text) returns text
language plpgsql security definer set search_path = '' as $$
declare
  v_code text := lpad((('x' || encode(extensions.gen_random_bytes(7), 'hex'))::bit(56)::bigint % 1000000)::text, 6, '0');
  -- Before anything is looked up, so that an unknown address takes as long as a known one.
  v_hash text := extensions.crypt(v_code, extensions.gen_salt('bf', 8));
begin
  return case when chat_private.keep_code(issue_email_code.email, 'verify_email', v_hash, interval '10 minutes') then v_code end;
end;
$$;
grant execute on function chat.issue_email_code(text) to service_role;

-- Definer: as above. Answers false instead of raising, because an error would take the counted try back.
create function chat.verify_email(email text, code text) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_code chat_private.one_time_codes;
  -- A hash that no code has: comparing with it makes an unknown address take as long as a known one.
  v_hash text := '$2a$08$' || repeat('.', 53);
begin
  -- The lock on the row makes tries that come at once count one after the other.
  update chat_private.one_time_codes c set tries = c.tries + 1
    from chat.accounts a
   where a.email = lower(verify_email.email) and c.user_id = a.user_id and c.email = a.email
     and c.purpose = 'verify_email' and c.expires_at > now() and c.tries < 5
  returning c.* into v_code;
  v_hash := coalesce(v_code.code_hash, v_hash);
  if extensions.crypt(coalesce(verify_email.code, ''), v_hash) <> v_hash then
    return false;
  end if;
  delete from chat_private.one_time_codes c where c.user_id = v_code.user_id and c.purpose = v_code.purpose;
  update chat.accounts a set email_verified_at = now() where a.user_id = v_code.user_id;
  return true;
end;
$$;
grant execute on function chat.verify_email(text, text) to service_role;

create function chat_private.hash_token(token text) returns text
language sql immutable strict set search_path = '' as $$
  select encode(sha256(convert_to(lower(token), 'UTF8')), 'hex');
$$;

-- Definer: as above.
create function chat.issue_reset_token(email text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_token uuid := gen_random_uuid();
begin
  return case when chat_private.keep_code(issue_reset_token.email, 'reset_password',
                                          chat_private.hash_token(v_token::text), interval '1 hour') then v_token end;
end;
$$;
grant execute on function chat.issue_reset_token(text) to service_role;

-- What whoever registered somebody else's address left behind to come back with, or to keep the owner out: accounts of
-- providers with another address, and second factors.
-- Definer: Auth's tables belong to Auth.
create function chat_private.forget_unproven(user_id uuid, proven_at timestamptz) returns void
language sql volatile security definer set search_path = '' as $$
  delete from auth.mfa_factors f where f.user_id = forget_unproven.user_id and f.created_at < proven_at;
  delete from auth.identities i using chat.accounts a
   where i.user_id = forget_unproven.user_id and a.user_id = i.user_id and i.provider <> 'email' and i.created_at < proven_at
     and lower(i.identity_data ->> 'email') is distinct from a.email;
$$;

-- Whoever was in an account before its address was proven leaves, with codes on their way and all that opens it again.
-- Definer: as above.
create function chat_private.evict(user_id uuid) returns void
language sql volatile security definer set search_path = '' as $$
  delete from auth.sessions s where s.user_id = evict.user_id;
  delete from auth.one_time_tokens t where t.user_id = evict.user_id;
  select chat_private.forget_unproven(evict.user_id, 'infinity');
$$;

-- Auth sets the password, so the token is only taken here: it ends with the new password, or is given back when Auth
-- refuses that one.
-- Definer: as above.
create function chat.claim_reset_token(token text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_user_id uuid;
begin
  update chat_private.one_time_codes c set tries = 1
    from chat.accounts a
   where c.purpose = 'reset_password' and c.code_hash = chat_private.hash_token(claim_reset_token.token)
     and c.tries = 0 and c.expires_at > now() and a.user_id = c.user_id and a.email = c.email
  returning c.user_id into v_user_id;
  update chat.accounts a set email_verified_at = now() where a.user_id = v_user_id and a.email_verified_at is null;
  if found then
    perform chat_private.evict(v_user_id);
  else
    -- A code that was mailed has proven the address and left everybody in: the password was not the owner's perhaps.
    perform chat_private.forget_unproven(a.user_id, a.email_verified_at) from chat.accounts a where a.user_id = v_user_id;
  end if;
  return v_user_id;
end;
$$;
grant execute on function chat.claim_reset_token(text) to service_role;

-- Definer: as above.
create function chat.release_reset_token(token text) returns void
language sql security definer set search_path = '' as $$
  update chat_private.one_time_codes c set tries = 0
   where c.purpose = 'reset_password' and c.code_hash = chat_private.hash_token(token);
$$;
grant execute on function chat.release_reset_token(text) to service_role;

-- Whichever way a password changes, a link that waits in some mailbox is worth nothing any more.
-- Definer: Auth knows nothing of chat.
create function chat_private.tg_users__forget_reset() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from chat_private.one_time_codes c where c.user_id = new.id and c.purpose = 'reset_password';
  return null;
end;
$$;
create trigger _400_forget_reset after update of encrypted_password on auth.users
  for each row when (new.encrypted_password is distinct from old.encrypted_password)
  execute function chat_private.tg_users__forget_reset();

comment on table chat_private.one_time_codes is 'The newest code of each person and purpose, until it is used';
comment on column chat_private.one_time_codes.user_id is 'Whose code';
comment on column chat_private.one_time_codes.purpose is 'What it does: verify_email or reset_password';
comment on column chat_private.one_time_codes.email is 'The address it was sent to';
comment on column chat_private.one_time_codes.code_hash is 'bcrypt of the digits, SHA-256 of a token';
comment on column chat_private.one_time_codes.tries is 'Digits: tries so far, at most five; a token: 1 while it is being used';
comment on column chat_private.one_time_codes.expires_at is 'From then on it is worth nothing';
comment on column chat_private.one_time_codes.issued is 'How many codes were made since issued_since: at most ten an hour';
comment on column chat_private.one_time_codes.issued_since is 'When the hour began in which they are counted';
comment on function chat.issue_email_code(text) is
  'For the server only: a fresh code for an address that waits to be verified; null when none does, or after ten in an hour';
comment on function chat.verify_email(text, text) is
  'For the server only: whether this code verified the address; a code ends with its use, five tries, ten minutes or a newer one';
comment on function chat.issue_reset_token(text) is
  'For the server only: a fresh token with which the account of this address gets a new password; null when there is none, or after ten in an hour';
comment on function chat.claim_reset_token(text) is
  'For the server only: whose password this token sets, which counts the address as verified and, when it was not before, shuts out whoever used the account so far; what was added before the proof goes in any case; null for a token that is wrong, used, replaced or over an hour old';
comment on function chat.release_reset_token(text) is
  'For the server only: gives a claimed token back, as Auth has refused the new password';
comment on function chat_private.forget_unproven(uuid, timestamptz) is
  'Takes the second factors and the providers'' accounts with another address that were added before this';
comment on function chat_private.evict(uuid) is
  'Ends an account''s sessions, second factors, providers'' accounts with another address and codes on their way';
