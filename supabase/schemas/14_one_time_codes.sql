-- Codes that prove an address is somebody's: six digits, ten minutes, five tries, kept hashed.

create table chat_private.one_time_codes (
  user_id uuid not null references chat.profiles on delete cascade,
  purpose text not null constraint one_time_codes_purpose_known check (purpose in ('verify_email')),
  -- Where the code went: it proves nothing of an address that the account gets later.
  email text not null,
  code_hash text not null,
  tries integer not null default 0,
  expires_at timestamptz not null,
  issued integer not null default 1,
  issued_since timestamptz not null default now(),
  primary key (user_id, purpose)
);
alter table chat_private.one_time_codes enable row level security;

-- Definer: the table belongs to nobody. Only service_role may call it: whoever reads the code owns the address.
create function chat.issue_email_code(email text) returns text
language plpgsql security definer set search_path = '' as $$
declare
  v_code text := lpad((('x' || encode(extensions.gen_random_bytes(7), 'hex'))::bit(56)::bigint % 1000000)::text, 6, '0');
  -- Before anything is looked up, so that an unknown address takes as long as a known one.
  v_hash text := extensions.crypt(v_code, extensions.gen_salt('bf', 8));
begin
  insert into chat_private.one_time_codes as c (user_id, purpose, email, code_hash, expires_at)
  select a.user_id, 'verify_email', a.email, v_hash, now() + interval '10 minutes'
    from chat.accounts a
   where a.email = lower(issue_email_code.email) and a.email_verified_at is null
   limit 1
  on conflict on constraint one_time_codes_pkey do update
    set email = excluded.email, code_hash = excluded.code_hash, tries = 0, expires_at = excluded.expires_at,
        issued = case when c.issued_since > now() - interval '1 hour' then c.issued + 1 else 1 end,
        issued_since = case when c.issued_since > now() - interval '1 hour' then c.issued_since else now() end
    -- Every new code is five more guesses, and one more mail to somebody who may not have asked.
    where c.issued < 10 or c.issued_since <= now() - interval '1 hour';
  return case when found then v_code end;
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

comment on table chat_private.one_time_codes is 'The newest code of each person and purpose, until it is used';
comment on column chat_private.one_time_codes.issued is 'How many codes were made since issued_since: at most ten an hour';
comment on function chat.issue_email_code(text) is
  'For the server only: a fresh code for an address that waits to be verified; null when none does, or after ten in an hour';
comment on function chat.verify_email(text, text) is
  'For the server only: whether this code verified the address; a code ends with its use, five tries, ten minutes or a newer one';
