-- What a member may do in a channel: one table of rights, asked by every verb and shown to clients.

-- The rights that come with this role in a channel of this kind and state. The two of a dm are equals.
create function chat_private.rights_of(kind text, role text, is_creator boolean, has_creator boolean,
                                       is_archived boolean, is_blocked boolean) returns text[]
language plpgsql immutable set search_path = '' as $$
declare
  v_is_open boolean := not is_archived and not is_blocked;
  v_is_admin boolean := role = 'admin' and kind <> 'dm';
begin
  return array_remove(array[
    case when v_is_open then 'send_message' end,
    case when v_is_open then 'reply' end,
    case when v_is_open then 'react' end,
    case when v_is_open then 'upload_file' end,
    case when v_is_open and kind <> 'dm' then 'mention_everyone' end,
    case when v_is_open and (v_is_admin or kind in ('group', 'dm')) then 'pin' end,
    case when v_is_open and (v_is_admin or kind = 'group') then 'invite' end,
    case when v_is_open and (v_is_admin or kind = 'group') then 'update_channel' end,
    case when v_is_admin then 'remove_member' end,
    case when v_is_admin then 'ban_member' end,
    case when v_is_admin then 'delete_any_message' end,
    case when v_is_admin and kind <> 'group' then 'archive' end,
    case when kind <> 'dm' and (is_creator or (not has_creator and v_is_admin)) then 'set_role' end,
    case when kind <> 'dm' and (is_creator or (not has_creator and v_is_admin)) then 'delete_channel' end,
    case when kind = 'group' or (kind <> 'dm' and not is_creator) then 'leave' end
  ], null);
end;
$$;
grant execute on function chat_private.rights_of(text, text, boolean, boolean, boolean, boolean) to authenticated;

-- The other person of a dm; oneself in notes to self.
create function chat_private.dm_partner(dm_key text, user_id uuid) returns uuid
language sql immutable set search_path = '' as $$
  select (case split_part(dm_key, ':', 1) when user_id::text then split_part(dm_key, ':', 2)
          else split_part(dm_key, ':', 1) end)::uuid;
$$;
grant execute on function chat_private.dm_partner(text, uuid) to authenticated;

-- Refuses with not found when the caller may not know that the channel exists.
create function chat_private.refuse_stranger(channel_id uuid, operation text) returns void
language plpgsql stable set search_path = '' as $$
begin
  if exists (select from chat.channels c
              where c.id = refuse_stranger.channel_id and c.kind = 'public' and c.deleted_at is null) then
    perform chat_private.fail('not_a_member', 403, format('unable to %s; join the channel first', operation));
  end if;
  perform chat_private.fail('channel_not_found', 404,
    format('unable to %s; the channel does not exist or is not visible to you', operation));
end;
$$;
grant execute on function chat_private.refuse_stranger(uuid, text) to authenticated;

-- The caller's role in a channel; refuses strangers. Says so itself instead of leaving it to row-level security,
-- because definer functions call it too.
create function chat_private.require_member(channel_id uuid, operation text) returns text
language plpgsql stable set search_path = '' as $$
declare
  v_role text;
begin
  select m.role into v_role from chat.channel_members m
   where m.channel_id = require_member.channel_id and m.user_id = (select auth.uid());
  if not found then
    perform chat_private.refuse_stranger(require_member.channel_id, operation);
  end if;
  return v_role;
end;
$$;
grant execute on function chat_private.require_member(uuid, text) to authenticated;

-- Refuses strangers too, and nobody loses the membership before what refers to it is stored.
create function chat_private.hold_member(channel_id uuid, operation text) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform from chat.channel_members m
    where m.channel_id = hold_member.channel_id and m.user_id = (select auth.uid()) for key share;
  if not found then
    perform chat_private.refuse_stranger(hold_member.channel_id, operation);
  end if;
end;
$$;

-- The channel, when the caller has this right in it; refuses otherwise. Platform admins may in the channels they are in
-- what their owners may, but for giving roles. Definer: asks for who blocked whom, which neither side may read.
create function chat_private.require_right(channel_id uuid, "right" text, operation text) returns chat.channels
language plpgsql stable security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_channel chat.channels;
  v_role text;
  v_is_blocked boolean := false;
begin
  select m.role into v_role from chat.channel_members m
   where m.channel_id = require_right.channel_id and m.user_id = v_me;
  if not found then
    perform chat_private.refuse_stranger(require_right.channel_id, operation);
  end if;
  select * into v_channel from chat.channels c where c.id = require_right.channel_id;
  if v_channel.kind = 'dm' then
    v_is_blocked := chat_private.is_blocked_pair(v_me, chat_private.dm_partner(v_channel.dm_key, v_me));
  end if;
  if "right" = any (chat_private.rights_of(v_channel.kind, v_role, v_channel.created_by is not distinct from v_me,
                                           v_channel.created_by is not null, v_channel.archived_at is not null, v_is_blocked))
     or (v_channel.kind <> 'dm' and "right" not in ('leave', 'set_role') and chat_private.is_platform_admin()
         and "right" = any (chat_private.rights_of(v_channel.kind, 'admin', true, true, v_channel.archived_at is not null, false))) then
    return v_channel;
  elsif v_channel.archived_at is not null then
    perform chat_private.fail('channel_archived', 403, format('unable to %s; the channel is archived', operation));
  elsif v_is_blocked then
    perform chat_private.fail('user_blocked', 403, format('unable to %s; one of you has blocked the other', operation));
  elsif "right" = 'leave' and v_channel.kind = 'dm' then
    perform chat_private.fail('dm_is_permanent', 403, 'unable to leave; direct messages always keep both people');
  elsif "right" = 'leave' then
    perform chat_private.fail('creator_cannot_leave', 403, 'unable to leave; make somebody else the owner of the channel first');
  elsif "right" = 'update_channel' and v_channel.kind = 'dm' then
    perform chat_private.fail('dm_is_permanent', 403, format('unable to %s; direct messages have no name of their own', operation));
  elsif v_channel.kind = 'dm' then
    perform chat_private.fail('dm_is_permanent', 403, format('unable to %s; direct messages always keep both people', operation));
  elsif v_role = 'admin' then
    perform chat_private.fail('not_the_creator', 403, format('unable to %s; only the owner of the channel may', operation));
  end if;
  perform chat_private.fail('not_a_channel_admin', 403, format('unable to %s; only admins of the channel may', operation));
end;
$$;
grant execute on function chat_private.require_right(uuid, text, text) to authenticated;

comment on function chat_private.hold_member(uuid, text) is 'Refuses strangers, and keeps the caller a member until the transaction ends';
comment on function chat_private.rights_of(text, text, boolean, boolean, boolean, boolean) is
  'The table of rights: which come with which role in which channel';
comment on function chat_private.require_right(uuid, text, text) is
  'The channel, when the caller has the right in it. Errors: channel_not_found, not_a_member, channel_archived, user_blocked, not_a_channel_admin, not_the_creator, dm_is_permanent, creator_cannot_leave';
