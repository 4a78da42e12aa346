-- What people do about membership: join, leave, add, remove, ban, give roles, look who is there.

-- "Ada", "Ada, Bo and Cy", "Ada, Bo, Cy and 7 others".
create function chat_private.names_of(user_ids uuid[]) returns text
language sql stable set search_path = '' as $$
  with names as (
    select array_agg(p.name order by u.ordinality) as list
      from unnest(user_ids[1:4]) with ordinality as u (id, ordinality) join chat.profiles p on p.id = u.id)
  select case
    when cardinality(user_ids) = 1 then list[1]
    when cardinality(user_ids) <= 4 then array_to_string(list[:cardinality(list) - 1], ', ') || ' and ' || list[cardinality(list)]
    else array_to_string(list[:3], ', ') || ' and ' || cardinality(user_ids) - 3 || ' others' end
    from names;
$$;

-- Definer: membership is written by these functions only.
create function chat.join_channel(channel_id uuid) returns setof chat.channels rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_me uuid := (select auth.uid());
  v_channel chat.channels;
  v_joined uuid[];
begin
  if exists (select from chat.channels c where c.id = join_channel.channel_id and c.kind = 'public') then
    -- Who bans, closes or deletes it at this moment comes first.
    perform chat_private.lock_channel(join_channel.channel_id);
  end if;
  select * into v_channel from chat.channels c
   where c.id = join_channel.channel_id
     and ((c.kind = 'public' and c.deleted_at is null) or c.id in (select chat_private.my_channel_ids()));
  if not found then
    perform chat_private.fail('channel_not_found', 404,
      'unable to join; the channel does not exist or is not visible to you');
  elsif exists (select from chat.channel_bans b where b.channel_id = v_channel.id and b.user_id = v_me and b.until > now()) then
    perform chat_private.fail('user_banned', 403, 'unable to join; you are banned from the channel');
  end if;
  if not exists (select from chat.channel_members m where m.channel_id = v_channel.id and m.user_id = v_me) then
    if v_channel.archived_at is not null then
      perform chat_private.fail('channel_archived', 403, 'unable to join; the channel is archived');
    end if;
    -- Who comes into a channel that everybody has left runs it, but not one that was made by hand.
    select array_agg(u) into v_joined
      from chat_private.add_members(v_channel.id, array[v_me],
             case when v_channel.founder_id is null
                    or exists (select from chat.channel_members m where m.channel_id = v_channel.id) then 'member' else 'admin' end) u;
    if v_joined is not null then
      perform chat_private.post_system_message(v_channel.id, chat_private.names_of(v_joined) || ' joined the channel', 'member_joined', v_joined);
    end if;
  end if;
  return next v_channel;
end;
$$;
grant execute on function chat.join_channel(uuid) to authenticated;

-- Definer: as above.
create function chat.leave_channel(channel_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_me uuid := (select auth.uid());
  v_channel chat.channels := chat_private.take_right(leave_channel.channel_id, 'leave', 'leave');
begin
  if v_channel.kind <> 'group' then
    perform chat_private.post_system_message(v_channel.id, chat_private.names_of(array[v_me]) || ' left the channel', 'member_left', array[v_me]);
  end if;
  delete from chat.channel_members m where m.channel_id = v_channel.id and m.user_id = v_me;
end;
$$;
grant execute on function chat.leave_channel(uuid) to authenticated;

-- Definer: as above. To make an admin takes the right to give roles; to add nobody but oneself is to join.
create function chat.add_members(channel_id uuid, user_ids uuid[], role text default 'member') returns setof chat.channel_members
language plpgsql security definer set search_path = '' as $$
declare
  v_channel chat.channels;
  v_added uuid[];
begin
  if add_members.role = 'member' and cardinality(user_ids) > 0
     and not exists (select from unnest(user_ids) u where u is distinct from (select auth.uid()))
     and exists (select from chat.channels c where c.id = add_members.channel_id and c.kind = 'public' and c.deleted_at is null) then
    perform chat.join_channel(add_members.channel_id);
    return query select * from chat.channel_members m
      where m.channel_id = add_members.channel_id and m.user_id = (select auth.uid());
    return;
  end if;
  v_channel := chat_private.take_right(add_members.channel_id, 'invite', 'add members');
  if add_members.role is null or add_members.role not in ('admin', 'member') then
    perform chat_private.fail('invalid_role', 400, 'unable to add members; a role is admin or member');
  elsif add_members.role = 'admin' then
    perform chat_private.require_right(add_members.channel_id, 'set_role', 'add admins');
  end if;
  select array_agg(u) into v_added from chat_private.add_members(add_members.channel_id, user_ids, add_members.role) u;
  if v_added is not null and v_channel.kind <> 'group' then
    perform chat_private.post_system_message(v_channel.id, chat_private.names_of(v_added) || ' joined the channel', 'member_joined', v_added);
  end if;
  return query select * from chat.channel_members m
    where m.channel_id = add_members.channel_id and m.user_id = any (user_ids);
end;
$$;
grant execute on function chat.add_members(uuid, uuid[], text) to authenticated;

-- Definer: as above.
create function chat_private.expel(channel chat.channels, user_id uuid, operation text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  if channel.created_by = expel.user_id then
    perform chat_private.fail('creator_cannot_leave', 403, format('unable to %s; the owner of the channel stays in it', operation));
  end if;
  delete from chat.channel_members m where m.channel_id = channel.id and m.user_id = expel.user_id;
  if not found then
    perform chat_private.fail('member_not_found', 404, format('unable to %s; this user is not in the channel', operation));
  end if;
  if channel.kind <> 'group' then
    perform chat_private.post_system_message(channel.id, chat_private.names_of(array[expel.user_id]) || ' left the channel',
                                             'member_removed', array[expel.user_id]);
  end if;
end;
$$;

-- Definer: as above. To remove oneself is to leave.
create function chat.remove_member(channel_id uuid, user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  if remove_member.user_id = (select auth.uid()) then
    if exists (select from chat.channels c where c.id = remove_member.channel_id and c.kind = 'public' and c.deleted_at is null)
       and not exists (select from chat.channel_members m
                        where m.channel_id = remove_member.channel_id and m.user_id = remove_member.user_id) then
      perform chat_private.fail('member_not_found', 404, 'unable to leave; you are not in the channel');
    end if;
    perform chat.leave_channel(remove_member.channel_id);
    return;
  end if;
  perform chat_private.expel(chat_private.take_right(remove_member.channel_id, 'remove_member', 'remove a member'),
                             remove_member.user_id, 'remove a member');
end;
$$;
grant execute on function chat.remove_member(uuid, uuid) to authenticated;

-- Definer: as above.
create function chat.ban_member(channel_id uuid, user_id uuid, reason text default '', until timestamptz default 'infinity')
returns setof chat.channel_bans rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_channel chat.channels := chat_private.take_right(ban_member.channel_id, 'ban_member', 'ban');
begin
  perform chat_private.check_time(ban_member.until, 'ban');
  if char_length(ban_member.reason) > 500 then
    perform chat_private.fail('invalid_reason', 400, 'unable to ban; a reason has at most 500 characters');
  elsif ban_member.until <= now() then
    perform chat_private.fail('invalid_time', 400, 'unable to ban; its end lies in the past');
  elsif not exists (select from chat.profiles p where p.id = ban_member.user_id and p.deleted_at is null) then
    perform chat_private.fail('user_not_found', 404, 'unable to ban; the user does not exist');
  elsif ban_member.user_id = (select auth.uid()) then
    perform chat_private.fail('invalid_input', 400, 'unable to ban; leave the channel instead');
  elsif ban_member.user_id = v_channel.created_by then
    perform chat_private.fail('creator_cannot_leave', 403, 'unable to ban; the owner of the channel stays in it');
  end if;
  if exists (select from chat.channel_members m where m.channel_id = v_channel.id and m.user_id = ban_member.user_id) then
    perform chat_private.expel(v_channel, ban_member.user_id, 'ban');
  end if;
  insert into chat.channel_bans as b (channel_id, user_id, reason, until, banned_by)
  values (v_channel.id, ban_member.user_id, coalesce(ban_member.reason, ''), coalesce(ban_member.until, 'infinity'), (select auth.uid()))
  on conflict on constraint channel_bans_pkey do update
    set reason = excluded.reason, until = excluded.until, banned_by = excluded.banned_by, created_at = now();
  return query select * from chat.channel_bans b where b.channel_id = v_channel.id and b.user_id = ban_member.user_id;
end;
$$;
grant execute on function chat.ban_member(uuid, uuid, text, timestamptz) to authenticated;

-- Definer: as above.
create function chat.unban_member(channel_id uuid, user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.take_right(unban_member.channel_id, 'ban_member', 'unban');
  delete from chat.channel_bans b where b.channel_id = unban_member.channel_id and b.user_id = unban_member.user_id;
end;
$$;
grant execute on function chat.unban_member(uuid, uuid) to authenticated;

-- Definer: as above.
create function chat.set_member_role(channel_id uuid, user_id uuid, role text) returns setof chat.channel_members rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_channel chat.channels := chat_private.take_right(set_member_role.channel_id, 'set_role', 'set role');
  v_member chat.channel_members;
begin
  if set_member_role.role is null or set_member_role.role not in ('admin', 'member') then
    perform chat_private.fail('invalid_role', 400, 'unable to set role; it is admin or member');
  elsif set_member_role.user_id = v_channel.created_by and set_member_role.role <> 'admin' then
    perform chat_private.fail('creator_cannot_leave', 403, 'unable to set role; the owner of the channel is an admin');
  end if;
  select * into v_member from chat.channel_members m
   where m.channel_id = v_channel.id and m.user_id = set_member_role.user_id for update;
  if not found then
    perform chat_private.fail('member_not_found', 404, 'unable to set role; this user is not in the channel');
  elsif v_member.role <> set_member_role.role then
    if set_member_role.role = 'member' and not exists (select from chat.channel_members m
         where m.channel_id = v_channel.id and m.role = 'admin' and m.user_id <> v_member.user_id) then
      perform chat_private.fail('last_admin', 409, 'unable to set role; the channel would have no admin');
    end if;
    update chat.channel_members m set role = set_member_role.role
     where m.channel_id = v_channel.id and m.user_id = v_member.user_id returning * into v_member;
    if v_channel.kind <> 'group' then
      perform chat_private.post_system_message(v_channel.id,
        format('%s is now %s', chat_private.names_of(array[v_member.user_id]),
               case v_member.role when 'admin' then 'an admin' else 'a member' end),
        'role_changed', array[v_member.user_id]);
    end if;
  end if;
  return next v_member;
end;
$$;
grant execute on function chat.set_member_role(uuid, uuid, text) to authenticated;

comment on function chat.join_channel(uuid) is
  'Joins a public channel; no effect for members. Errors: channel_not_found, user_banned, channel_archived';
comment on function chat.leave_channel(uuid) is
  'Leaves a channel. Errors: channel_not_found, not_a_member, dm_is_permanent, creator_cannot_leave';
comment on function chat.add_members(uuid, uuid[], text) is
  'Adds users to a channel and returns their memberships; whoever adds only themself to a public channel joins it. Errors: channel_not_found, not_a_member, not_a_channel_admin, not_the_creator, channel_archived, dm_is_permanent, invalid_role, user_not_found, user_banned, too_many_members';
comment on function chat.remove_member(uuid, uuid) is
  'Removes a user from a channel; for oneself it is leave_channel. Errors: channel_not_found, not_a_member, not_a_channel_admin, dm_is_permanent, creator_cannot_leave, member_not_found';
comment on function chat.ban_member(uuid, uuid, text, timestamptz) is
  'Removes a user and keeps them out until a time. Errors: channel_not_found, not_a_member, not_a_channel_admin, dm_is_permanent, creator_cannot_leave, user_not_found, invalid_reason, invalid_time, invalid_input';
comment on function chat.unban_member(uuid, uuid) is
  'Lets a user come back; no effect when they may. Errors: channel_not_found, not_a_member, not_a_channel_admin, dm_is_permanent';
comment on function chat.set_member_role(uuid, uuid, text) is
  'Makes a member admin or an admin member. Errors: channel_not_found, not_a_member, not_the_creator, not_a_channel_admin, dm_is_permanent, invalid_role, member_not_found, creator_cannot_leave, last_admin';
