-- What people sign in with: username and address, and whether a new password may be set. A picture may come along: all of it changes or
-- nothing. Admins of the platform change usernames and pictures of others, but nothing that would let them act as somebody else.

-- An address in the form that Auth keeps, if the caller may have it.
-- Definer: addresses are Auth's.
create function chat_private.check_address(email text) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  v_email text := lower(btrim(check_address.email));
begin
  -- Nothing below .invalid receives mail, and usernames have their addresses there.
  if char_length(v_email) > 255 or v_email !~ '^[a-z0-9.!#$%&''*+/=?^_`{|}~-]+@([a-z0-9-]+\.)+[a-z0-9-]{2,}$'
     or v_email like '%.invalid' then
    perform chat_private.fail('invalid_input', 400,
      'unable to change address; it has the form ada@example.com, at most 255 characters, and receives mail', 'field: email');
  elsif exists (select from auth.users u where u.email = v_email and not u.is_sso_user and u.id <> (select auth.uid())) then
    perform chat_private.fail('user_already_exists', 422, 'unable to change address; it has an account already');
  end if;
  return v_email;
end;
$$;
grant execute on function chat_private.check_address(text) to authenticated;

-- Whoever has not proven an address has nothing by it that they would not have by registering with the new one. A proven one gets
-- accounts back from whoever else has the password, so that one is Auth's to change, with letters to both.
-- Definer: as above.
create function chat_private.change_address(email text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_email text := chat_private.check_address(change_address.email);
  v_account chat.accounts;
begin
  perform chat_private.require_person('change address');
  select a.* into v_account from chat.accounts a where a.user_id = v_me;
  if not found then
    perform chat_private.fail('user_not_found', 404, 'unable to change address; the account is deleted');
  elsif v_account.email = v_email then
    return;
  elsif v_account.email_verified_at is not null then
    perform chat_private.fail('email_verified', 409,
      'unable to change address; the present one is verified, follow the link that Auth mails for a new one');
  end if;
  delete from auth.one_time_tokens t where t.user_id = v_me;
  update auth.users u
     set email = v_email, recovery_token = '', email_change = '', email_change_token_new = '', email_change_token_current = '',
         email_change_confirm_status = 0
   where u.id = v_me;
  update auth.identities i set identity_data = i.identity_data || jsonb_build_object('email', v_email, 'email_verified', false)
   where i.user_id = v_me and i.provider = 'email';
exception when unique_violation then
  perform chat_private.fail('user_already_exists', 422, 'unable to change address; it has an account already');
end;
$$;

-- Definer: profiles are written by functions only.
create function chat.change_person(user_id uuid, username text default null, avatar_url text default null,
                                   email text default null) returns setof chat.profiles rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_old chat.profiles;
  v_new chat.profiles;
begin
  perform chat_private.require_user(change_person.user_id, 'change user');
  if change_person.email is not null then
    perform chat_private.require_oneself(change_person.user_id, 'change address');
  end if;
  if change_person.user_id <> (select auth.uid()) then
    perform chat_private.require_other_account(change_person.user_id, 'change user');
  end if;
  perform chat_private.check_username(change_person.username, 'change username');
  if change_person.user_id = (select auth.uid()) then
    -- Auth's row comes first, as when an account is suspended or deleted.
    perform from auth.users u where u.id = change_person.user_id for no key update;
    return query select * from chat.update_profile(username => change_person.username, avatar_url => change_person.avatar_url);
    if change_person.email is not null then
      perform chat_private.change_address(change_person.email);
    end if;
    return;
  end if;
  perform chat_private.check_picture(change_person.avatar_url, 'change picture');
  select * into v_old from chat.profiles p where p.id = change_person.user_id for no key update;
  update chat.profiles p
     set username = coalesce(change_person.username, p.username),
         avatar_url = nullif(coalesce(change_person.avatar_url, p.avatar_url), '')
   where p.id = change_person.user_id returning p.* into v_new;
  if v_old.username <> v_new.username then
    perform chat_private.audit('user.renamed', 'user', change_person.user_id,
                               jsonb_build_object('from', v_old.username, 'to', v_new.username));
  end if;
  if v_old.avatar_url is distinct from v_new.avatar_url then
    perform chat_private.audit('user.picture_changed', 'user', change_person.user_id);
  end if;
  return next v_new;
exception when unique_violation then
  perform chat_private.fail('username_taken', 422, 'unable to change username; this username is taken');
end;
$$;
grant execute on function chat.change_person(uuid, text, text, text) to authenticated;

-- Auth sets passwords, in a transaction of its own: what it does not know is refused before it is asked.
create function chat.check_new_password(user_id uuid, username text default null, avatar_url text default null,
                                        email text default null) returns setof chat.profiles rows 1
language plpgsql stable set search_path = '' as $$
begin
  perform chat_private.require_user(check_new_password.user_id, 'change password');
  if check_new_password.user_id <> (select auth.uid()) then
    perform chat_private.fail('not_yourself', 403, 'unable to change password; only the person whose it is may');
  end if;
  perform chat_private.require_person('change password');
  perform chat_private.check_username(check_new_password.username, 'change username');
  if exists (select from chat.profiles p
              where p.username = check_new_password.username and p.id <> check_new_password.user_id) then
    perform chat_private.fail('username_taken', 422, 'unable to change username; this username is taken');
  end if;
  perform chat_private.check_picture(check_new_password.avatar_url, 'change picture');
  perform chat_private.check_address(check_new_password.email);
  return query select * from chat.profiles p where p.id = check_new_password.user_id;
end;
$$;
grant execute on function chat.check_new_password(uuid, text, text, text) to authenticated;

comment on function chat_private.check_address(text) is
  'An address as Auth keeps it, refused where the caller cannot have it. Errors: invalid_input, user_already_exists';
comment on function chat_private.change_address(text) is
  'Gives the caller another address, not verified, in place of none or of one that nobody has proven. Errors: invalid_input, user_already_exists, email_verified, missing_scope, user_not_found';
comment on function chat.change_person(uuid, text, text, text) is
  'Changes the caller''s username, the address of their picture (empty: none) and their own address as long as it is not verified, or as an admin of the platform somebody else''s username and picture, which is noted, and returns the profile. Errors: user_not_found, not_an_admin, not_yourself, missing_scope, invalid_username, username_taken, invalid_avatar_url, invalid_input, user_already_exists, email_verified, rate_limited';
comment on function chat.check_new_password(uuid, text, text, text) is
  'The caller''s profile, when they may set the password of this account, and have this username, picture and address if they are given. Errors: user_not_found, not_yourself, missing_scope, invalid_username, username_taken, invalid_avatar_url, invalid_input, user_already_exists';
