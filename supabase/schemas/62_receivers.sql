-- For APIs in which one verb means several things: what is sent to a person or to a conversation, and members who come or go.

create type chat.member_change as (action text, conversation chat.conversation);

create function chat_private.is_person(id uuid) returns boolean
language sql stable set search_path = '' as $$
  select exists (select from chat.profiles p where p.id = is_person.id and p.deleted_at is null);
$$;
grant execute on function chat_private.is_person(uuid) to authenticated;

create function chat.post_to(receiver_id uuid, body text, senders text[] default '{}') returns chat.full_message
language plpgsql volatile set search_path = '' as $$
declare
  v_channel_id uuid := post_to.receiver_id;
begin
  if chat_private.is_person(post_to.receiver_id) then
    select d.id into v_channel_id from chat.open_dm(post_to.receiver_id) d;
  elsif not exists (select from chat.channels c where c.id = post_to.receiver_id) then
    perform chat_private.fail('channel_not_found', 404, 'unable to send message; there is no such person, group or channel');
  end if;
  return chat.post_message(v_channel_id, post_to.body, senders => post_to.senders);
end;
$$;
grant execute on function chat.post_to(uuid, text, text[]) to authenticated;

-- Volatile, so that it counts the call of the HTTP API which makes it (07_api_limits.sql).
-- Definer: whole messages are given to nobody else; it asks for the membership itself.
create function chat.read_from(id uuid, before_id uuid default null, page_size integer default 50) returns chat.full_message[]
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_me uuid := auth.uid();
  v_channel_id uuid := read_from.id;
  v_page chat.full_message[];
begin
  if chat_private.is_person(read_from.id) then
    select c.id into v_channel_id from chat.channels c
     where c.dm_key = least(v_me, read_from.id)::text || ':' || greatest(v_me, read_from.id)::text;
    if not found then
      -- Those who have never written to each other.
      return '{}';
    end if;
  end if;
  perform chat_private.require_member(v_channel_id, 'read messages');
  v_page := chat_private.history(v_channel_id, read_from.before_id, read_from.page_size);
  perform chat_private.mark_page_read(v_channel_id, v_page);
  return v_page;
end;
$$;
grant execute on function chat.read_from(uuid, uuid, integer) to authenticated;

-- The owner of a channel hands it on to whoever has been its admin longest, else to who has been in it longest; who is
-- suspended could do nothing with it.
create function chat_private.hand_on(channel_id uuid) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_next uuid;
begin
  select m.user_id into v_next from chat.channel_members m
   where m.channel_id = hand_on.channel_id and m.user_id <> auth.uid()
     and not exists (select from chat.accounts a where a.user_id = m.user_id and a.suspended_at is not null)
   order by m.role, m.joined_at, m.user_id limit 1;
  if found then
    perform chat.transfer_channel(hand_on.channel_id, v_next);
  else
    update chat.channels c set created_by = null where c.id = hand_on.channel_id;
  end if;
end;
$$;

-- Whoever has no verb to hand a channel on does so by leaving it.
-- Definer: shows who is in a channel to whoever has just left it.
create function chat.toggle_member(channel_id uuid, member text, kinds text[] default null, action text default null)
returns chat.member_change
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_user_id uuid := chat_private.person_id(toggle_member.member);
  v_change chat.member_change;
begin
  if toggle_member.action not in ('add', 'remove') then
    perform chat_private.fail('invalid_input', 400, 'unable to change members; an action is add or remove');
  elsif not exists (select from chat.channels c
                     where c.id = toggle_member.channel_id and (kinds is null or c.kind = any (kinds))
                       and (exists (select from chat.channel_members m where m.channel_id = c.id and m.user_id = (select auth.uid()))
                            -- As everywhere, anybody joins a public channel.
                            or (c.kind = 'public' and c.deleted_at is null and v_user_id = (select auth.uid())))) then
    perform chat_private.fail('channel_not_found', 404, 'unable to change members; the channel does not exist or you are not in it');
  elsif v_user_id is null then
    perform chat_private.fail('user_not_found', 404, 'unable to change members; the user does not exist');
  end if;
  -- Two who do this at once do it one after the other.
  perform chat_private.lock_channel(toggle_member.channel_id);
  if coalesce(toggle_member.action = 'remove', exists (
       select from chat.channel_members m where m.channel_id = toggle_member.channel_id and m.user_id = v_user_id)) then
    if exists (select from chat.channels c where c.id = toggle_member.channel_id and c.kind <> 'group'
                and c.created_by = v_user_id and v_user_id = (select auth.uid())) then
      perform chat_private.hand_on(toggle_member.channel_id);
    end if;
    perform chat.remove_member(toggle_member.channel_id, v_user_id);
    v_change.action := 'removed';
  else
    perform chat.add_members(toggle_member.channel_id, array[v_user_id]);
    v_change.action := 'added';
  end if;
  select c into v_change.conversation from chat_private.conversations(array[toggle_member.channel_id]) c;
  return v_change;
end;
$$;
grant execute on function chat.toggle_member(uuid, text, text[], text) to authenticated;

comment on type chat.member_change is 'Whether somebody was added or removed, and who is in the channel now';
comment on function chat_private.is_person(uuid) is 'Whether there is a person of this id';
comment on function chat_private.hand_on(uuid) is 'Makes the oldest other admin of a channel, else its oldest other member, its owner; nobody who is suspended';
comment on function chat.post_to(uuid, text, text[]) is
  'Sends a message to a person, in direct messages made on first use, or to a channel, and returns it whole. Errors: those of open_dm and post_message';
comment on function chat.read_from(uuid, uuid, integer) is
  'What people have said in a channel, or in direct messages with a person, the newest page of it, oldest first; marks it as read. Errors: channel_not_found, not_a_member, invalid_page_size, invalid_cursor';
comment on function chat.toggle_member(uuid, text, text[], text) is
  'Adds a person, by id or username, who is not in a channel of the caller, of these kinds, or removes them who are; action, add or remove, decides it. Callers add themselves to any public channel. An owner who leaves hands the channel on to the oldest admin, else to the oldest member. Errors: invalid_input, channel_not_found, user_not_found, and those of add_members and remove_member';
