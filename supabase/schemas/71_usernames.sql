-- What people sign in with: the username, which admins of the platform change too, and whether a new password may be set. A
-- picture may come along: it changes with the username or not at all.

-- Definer: profiles are written by functions only.
create function chat.change_person(user_id uuid, username text default null, avatar_url text default null) returns setof chat.profiles rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_old text;
begin
  -- Whoever changes nothing has left out the username.
  perform chat_private.check_username(
    coalesce(change_person.username, case when change_person.avatar_url is null then '' end), 'change username');
  if change_person.avatar_url is not null then
    perform chat_private.require_oneself(change_person.user_id, 'change picture');
  end if;
  if change_person.user_id = (select auth.uid()) then
    return query select * from chat.update_profile(username => change_person.username, avatar_url => change_person.avatar_url);
    return;
  end if;
  perform chat_private.require_user(change_person.user_id, 'change username');
  perform chat_private.require_other_account(change_person.user_id, 'change username');
  select p.username into v_old from chat.profiles p where p.id = change_person.user_id for no key update;
  return query update chat.profiles p set username = change_person.username where p.id = change_person.user_id returning p.*;
  if v_old <> change_person.username then
    perform chat_private.audit('user.renamed', 'user', change_person.user_id,
                               jsonb_build_object('from', v_old, 'to', change_person.username));
  end if;
exception when unique_violation then
  perform chat_private.fail('username_taken', 422, 'unable to change username; this username is taken');
end;
$$;
grant execute on function chat.change_person(uuid, text, text) to authenticated;

-- Auth sets passwords, in a transaction of its own: what it does not know is refused before it is asked.
create function chat.check_new_password(user_id uuid, username text default null, avatar_url text default null) returns setof chat.profiles rows 1
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
  if check_new_password.avatar_url <> '' and not chat_private.is_web_address(check_new_password.avatar_url) then
    perform chat_private.fail('invalid_avatar_url', 400,
      'unable to change picture; its address begins with https:// or http:// and has at most 2,048 characters');
  end if;
  return query select * from chat.profiles p where p.id = check_new_password.user_id;
end;
$$;
grant execute on function chat.check_new_password(uuid, text, text) to authenticated;

comment on function chat.change_person(uuid, text, text) is
  'Changes the caller''s username and the address of their picture (empty: none), or as an admin of the platform somebody else''s username, which is noted, and returns the profile. Errors: user_not_found, not_an_admin, not_yourself, invalid_username, username_taken, invalid_avatar_url, rate_limited';
comment on function chat.check_new_password(uuid, text, text) is
  'The caller''s profile, when they may set the password of this account, and have this username and picture if they are given. Errors: user_not_found, not_yourself, missing_scope, invalid_username, username_taken, invalid_avatar_url';
