-- What deleting an account does: a tombstone stays for the messages, everything else of the person goes, at once.
-- What refers to chat.accounts goes with it; what refers to chat.profiles stays (docs/data-rules.md).

-- A soft deletion in Auth, by its admin API or by delete_user, is the one of the chat as well. Locks are taken in the
-- order of every deletion: Auth's user, own files that were not sent, as senders have theirs before the counters; the
-- counters, the memberships, the profile, the channels, the account (39_departures.sql).
-- Definer: Auth knows nothing of chat.
create function chat_private.tg_users__bury() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform from chat.files f where f.uploader_id = new.id and f.seq is null order by f.id for update;
  perform chat_private.lock_channels_of(new.id);
  update chat.profiles p
     -- Nobody can guess the username, and so nobody can have taken it.
     set username = 'deleted-' || left(replace(gen_random_uuid()::text, '-', ''), 24), name = 'Deleted user',
         avatar_url = null, title = null, custom = '{}', deleted_at = new.deleted_at
   where p.id = new.id and p.deleted_at is null;
  -- What has come in between is taken now.
  perform chat_private.lock_channels_of(new.id);
  perform chat_private.move_channels_of(new.id, is_for_good => true);
  -- Pictures that were stored and never shown, too: the worker removes the objects themselves.
  perform chat_private.doom_objects('avatars', array(
    select o.name from storage.objects o
     where o.bucket_id = 'avatars' and o.name collate "C" >= new.id || '/' and o.name collate "C" < new.id || '0'));
  delete from chat.files f where f.uploader_id = new.id and f.seq is null;
  update chat.api_keys k set revoked_at = now() where k.created_by = new.id and k.revoked_at is null;
  delete from chat.accounts a where a.user_id = new.id;
  perform chat_private.audit('user.deleted', 'user', new.id);
  return null;
end;
$$;
create trigger _400_bury after update of deleted_at on auth.users
  for each row when (old.deleted_at is null and new.deleted_at is not null)
  execute function chat_private.tg_users__bury();

-- Leaves nothing of the person in Auth but the id: also not the hashes of address and number that Auth's own soft
-- deletion keeps. Rows go that Auth would take along with the user, in whatever tables its version has.
create function chat_private.erase_auth_user(user_id uuid) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_part record;
begin
  update auth.users u
     set deleted_at = now(), email = null, phone = null, encrypted_password = null, email_change = '', phone_change = '',
         raw_user_meta_data = '{}', raw_app_meta_data = '{}', confirmation_token = '', recovery_token = '',
         email_change_token_new = '', email_change_token_current = '', phone_change_token = '', reauthentication_token = '',
         email_confirmed_at = null, phone_confirmed_at = null, last_sign_in_at = null
   where u.id = erase_auth_user.user_id;
  for v_part in
    select c.conrelid::regclass as "table", a.attname as "column"
      from pg_catalog.pg_constraint c
      join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
     where c.contype = 'f' and c.confrelid = 'auth.users'::regclass and c.confdeltype = 'c'
       and c.connamespace = 'auth'::regnamespace
     order by 1
  loop
    execute format('delete from %s where %I = $1', v_part."table", v_part."column") using user_id;
  end loop;
  -- Sign-ins through another provider that have not come to an end.
  delete from auth.flow_state f where f.user_id = erase_auth_user.user_id;
end;
$$;

-- Definer: writes Auth's tables.
create function chat.delete_user(user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_other_account(delete_user.user_id, 'delete user');
  if exists (select from chat.accounts a where a.user_id = delete_user.user_id and a.role = 'admin') then
    -- Two admins who delete each other at once must not both succeed.
    perform chat_private.lock_admins();
    perform chat_private.require_platform_admin('delete user');
  end if;
  perform chat_private.erase_auth_user(delete_user.user_id);
end;
$$;
grant execute on function chat.delete_user(uuid) to authenticated;

-- Definer: as above.
create function chat.delete_account(user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_user(delete_account.user_id, 'delete account');
  if delete_account.user_id <> (select auth.uid()) then
    perform chat.delete_user(delete_account.user_id);
    return;
  end if;
  perform chat_private.require_person('delete account');
  perform from auth.users u where u.id = delete_account.user_id for no key update;
  if exists (select from chat.accounts a where a.user_id = delete_account.user_id and a.role = 'admin') then
    perform chat_private.lock_admins();
    if not exists (select from chat.accounts a
                    where a.role = 'admin' and a.suspended_at is null and a.user_id <> delete_account.user_id) then
      perform chat_private.fail('last_admin', 409, 'unable to delete account; the platform would have no admin');
    end if;
  end if;
  perform chat_private.erase_auth_user(delete_account.user_id);
end;
$$;
grant execute on function chat.delete_account(uuid) to authenticated;

comment on function chat_private.erase_auth_user(uuid) is 'Takes everything of a person out of Auth but the id, and so deletes their account';
comment on function chat.delete_user(uuid) is
  'Deletes an account for good: ends all sessions, memberships and what belongs to the person; their messages stay, by "Deleted user". For platform admins. Errors: not_an_admin, cannot_target_oneself, user_not_found';
comment on function chat.delete_account(uuid) is
  'As delete_user, and for everybody with their own account, but not by an API key. Errors: user_not_found, missing_scope, last_admin, not_an_admin';
