-- Accounts of providers (Google): an address that the provider has verified belongs to whoever has it there, whatever
-- somebody else has done with it here before.

-- Auth trusts every address, because its confirmations are off, and would hand an account to whoever claims its address
-- at the provider without proof. The refusal reaches clients as a bare 500; our HTTP API refuses it before.
-- Definer: runs as supabase_auth_admin, which knows nothing of chat.
create function chat_private.tg_identities__require_proof() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from auth.identities i
               join auth.users u on u.id = i.user_id
              where i.user_id = new.user_id and lower(u.email) = lower(new.identity_data ->> 'email')) then
    raise exception 'unable to link an account; the provider has not verified its address' using errcode = 'restrict_violation';
  end if;
  return new;
end;
$$;
create trigger _100_require_proof before insert on auth.identities
  for each row when (new.provider not in ('email', 'phone') and (new.identity_data ->> 'email_verified') is distinct from 'true')
  execute function chat_private.tg_identities__require_proof();

-- Nor may an account whose address is not proven get another one's: whoever registered somebody else's address would
-- come back by it.
-- Definer: as above.
create function chat_private.tg_identities__require_own_address() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from chat.accounts a
              where a.user_id = new.user_id and a.email_verified_at is null
                and a.email <> coalesce(lower(new.identity_data ->> 'email'), '')) then
    raise exception 'unable to link an account; verify the address of this one first' using errcode = 'restrict_violation';
  end if;
  return new;
end;
$$;
create trigger _110_require_own_address before insert on auth.identities
  for each row when (new.provider not in ('email', 'phone'))
  execute function chat_private.tg_identities__require_own_address();

-- Definer: as above. The address counts as verified; whoever registered it without proof loses the account.
create function chat_private.tg_identities__prove_address() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.accounts a set email_verified_at = now()
   where a.user_id = new.user_id and a.email = lower(new.identity_data ->> 'email') and a.email_verified_at is null;
  if found then
    perform chat_private.evict(new.user_id);
    update auth.users u set encrypted_password = null where u.id = new.user_id and u.encrypted_password is not null;
    update chat.profiles p set name = coalesce(chat_private.clean_name(new.identity_data ->> 'name'), p.name)
     where p.id = new.user_id;
  end if;
  return null;
end;
$$;
create trigger _200_prove_address after insert on auth.identities
  for each row when (new.provider not in ('email', 'phone') and new.identity_data ->> 'email_verified' = 'true')
  execute function chat_private.tg_identities__prove_address();

-- Name and picture of the provider fill what the profile has not, and follow changes there until the person chooses here.
-- Definer: as above. It never refuses, or Auth would answer with a bare 500.
create function chat_private.tg_identities__follow_profile() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_before jsonb := case tg_op when 'UPDATE' then old.identity_data else '{}' end;
  v_name text := chat_private.clean_name(new.identity_data ->> 'name');
  v_picture text := new.identity_data ->> 'picture';
begin
  update chat.profiles p
     set name = case when p.name = chat_private.clean_name(v_before ->> 'name') then coalesce(v_name, p.name) else p.name end,
         avatar_url = case when (p.avatar_url is null or p.avatar_url = v_before ->> 'picture')
                                and chat_private.is_web_address(v_picture) then v_picture else p.avatar_url end
   where p.id = new.user_id;
  return null;
end;
$$;
create trigger _300_follow_profile after insert on auth.identities
  for each row when (new.provider not in ('email', 'phone')) execute function chat_private.tg_identities__follow_profile();
create trigger _300_follow_profile_change after update of identity_data on auth.identities
  for each row when (new.provider not in ('email', 'phone') and new.identity_data is distinct from old.identity_data)
  execute function chat_private.tg_identities__follow_profile();
