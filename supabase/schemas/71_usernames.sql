-- What people sign in with: the username, which admins of the platform change too, and whether a new password may be set.

-- Definer: profiles are written by functions only.
create function chat.change_username(user_id uuid, username text) returns setof chat.profiles rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_old text;
begin
  perform chat_private.check_username(coalesce(change_username.username, ''), 'change username');
  if change_username.user_id = (select auth.uid()) then
    return query select * from chat.update_profile(username => change_username.username);
    return;
  end if;
  perform chat_private.require_user(change_username.user_id, 'change username');
  perform chat_private.require_other_account(change_username.user_id, 'change username');
  select p.username into v_old from chat.profiles p where p.id = change_username.user_id for no key update;
  return query update chat.profiles p set username = change_username.username where p.id = change_username.user_id returning p.*;
  if v_old <> change_username.username then
    perform chat_private.audit('user.renamed', 'user', change_username.user_id,
                               jsonb_build_object('from', v_old, 'to', change_username.username));
  end if;
exception when unique_violation then
  perform chat_private.fail('username_taken', 422, 'unable to change username; this username is taken');
end;
$$;
grant execute on function chat.change_username(uuid, text) to authenticated;

-- Auth sets passwords, in a transaction of its own: what it does not know is refused before it is asked.
create function chat.check_new_password(user_id uuid, username text default null) returns setof chat.profiles rows 1
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
  return query select * from chat.profiles p where p.id = check_new_password.user_id;
end;
$$;
grant execute on function chat.check_new_password(uuid, text) to authenticated;

comment on function chat.change_username(uuid, text) is
  'Changes the caller''s username, or as an admin of the platform somebody else''s, which is noted, and returns the profile. Errors: user_not_found, not_an_admin, invalid_username, username_taken, rate_limited';
comment on function chat.check_new_password(uuid, text) is
  'The caller''s profile, when they may set the password of this account, and have this username if one is given. Errors: user_not_found, not_yourself, missing_scope, invalid_username, username_taken';
