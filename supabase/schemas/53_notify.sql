-- Who is notified of what: of messages, reactions and invitations, as far as they want to be.

-- Serves those who want to hear of every message of a channel.
create index channel_states_level_all_idx on chat.channel_states (channel_id) where notify_level = 'all';

-- What a message reads like on one line.
create function chat_private.excerpt(body text) returns text
language sql immutable set search_path = '' as $$
  select left(btrim(regexp_replace(regexp_replace(left(body, 1000), '@\[([^\]\n]{1,80})\]', '@\1', 'g'), '\s+', ' ', 'g')), 200);
$$;

-- Tells those of the given people who are in the channel, want to hear of this and can, each once per message: who is
-- given twice, by the first type.
-- Nobody hears of what they do themselves, nor of somebody with whom one has blocked the other.
-- Definer: notifications are written by nobody else.
create function chat_private.notify(actor_id uuid, channel_id uuid, user_ids uuid[], types text[], text text,
                                    message chat.messages default null, custom jsonb default '{}') returns void
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat.notifications
    (user_id, type, actor_id, channel_id, seq, message_id, parent_seq, in_channel, text, custom, is_silent)
  select r.user_id, r.type, notify.actor_id, notify.channel_id, message.seq, message.id, message.parent_seq,
         coalesce(message.in_channel, true), notify.text, notify.custom, p.dnd_enabled and chat_private.is_dnd(p)
    from unnest(user_ids, types) with ordinality as r (user_id, type, place)
    join chat.channel_states s on s.channel_id = notify.channel_id and s.user_id = r.user_id
    join chat.accounts a on a.user_id = r.user_id
    join chat.preferences p on p.user_id = r.user_id
   where r.user_id is distinct from notify.actor_id
     and a.suspended_at is null
     and p.notifications
     and (s.muted_until is null or s.muted_until <= now())
     and case coalesce(s.notify_level, p.level)
           when 'nothing' then false
           -- A conversation set to mentions is quiet otherwise; in general this level lets direct messages through.
           when 'mentions' then r.type <> 'message' and (r.type <> 'dm' or s.notify_level is null)
           else true
         end
     and not exists (select from chat.blocks b where b.blocker_id = r.user_id and b.blocked_id = notify.actor_id)
     and not exists (select from chat.blocks b where b.blocker_id = notify.actor_id and b.blocked_id = r.user_id)
   order by r.place
  on conflict on constraint notifications_once do nothing;
end;
$$;

-- Of a new message hear those who are meant, who follow its thread, whose conversation it is and who want to hear of
-- all; of an edit those whom the old text did not mean. What would reach more than 1,000 people reaches nobody, so
-- that a send stays cheap: there @channel raises the mention badge only.
-- Definer: as above.
create function chat_private.tg_messages__notify() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_is_new boolean := tg_op = 'INSERT';
  v_means_all boolean := new.mentions_everyone is not null and (v_is_new or new.mentions_everyone is distinct from old.mentions_everyone);
  v_channel record;
  v_mentioned uuid[] := case when v_is_new then new.mention_ids
                             else array(select u from unnest(new.mention_ids) as u where u <> all (old.mention_ids)) end;
  v_followers uuid[] := '{}';
  v_listeners uuid[] := '{}';
begin
  select c.kind in ('dm', 'group') as is_conversation, n.member_count into v_channel
    from chat.channels c join chat.channel_counters n on n.channel_id = c.id where c.id = new.channel_id;

  if v_means_all and v_channel.member_count <= 1000 then
    v_mentioned := v_mentioned || case new.mentions_everyone
      when 'here' then array(select x.user_id from chat.mentions x where x.channel_id = new.channel_id and x.seq = new.seq)
      else array(select m.user_id from chat.channel_members m where m.channel_id = new.channel_id) end;
  end if;
  if v_is_new and new.parent_seq is not null then
    v_followers := array(
      select t.user_id from chat.thread_members t
       where t.channel_id = new.channel_id and t.root_seq = new.parent_seq and t.is_following limit 1001);
    if cardinality(v_followers) > 1000 then
      v_followers := '{}';
    end if;
  end if;
  if not v_is_new or v_channel.member_count > 1000 then
    null;
  elsif v_channel.is_conversation then
    v_listeners := array(select m.user_id from chat.channel_members m where m.channel_id = new.channel_id);
  elsif new.in_channel then
    v_listeners := array(select s.user_id from chat.channel_states s where s.channel_id = new.channel_id and s.notify_level = 'all');
    if v_channel.member_count <= 100 then
      -- To find whose general level is all takes a look at every member, which only small channels can afford.
      v_listeners := v_listeners || array(
        select m.user_id from chat.channel_members m join chat.preferences p on p.user_id = m.user_id
         where m.channel_id = new.channel_id and p.level = 'all');
    end if;
  end if;

  if cardinality(v_mentioned || v_followers || v_listeners) > 0 then
    perform chat_private.notify(new.author_id, new.channel_id, v_mentioned || v_followers || v_listeners,
      array_fill('mention'::text, array[cardinality(v_mentioned)]) || array_fill('thread_reply'::text, array[cardinality(v_followers)])
        || array_fill(case when v_channel.is_conversation then 'dm' else 'message' end, array[cardinality(v_listeners)]),
      chat_private.excerpt(new.body), new, case when v_means_all then jsonb_build_object('everyone', new.mentions_everyone) else '{}' end);
  end if;
  return null;
exception when others then
  raise warning 'message % was stored but nobody was notified: %', new.id, sqlerrm;
  return null;
end;
$$;
create trigger _500_notify after insert on chat.messages
  for each row when (new.kind = 'user') execute function chat_private.tg_messages__notify();
create trigger _500_notify_of_edit after update on chat.messages
  for each row when (new.mention_ids <> old.mention_ids or new.mentions_everyone is distinct from old.mentions_everyone)
  execute function chat_private.tg_messages__notify();

-- What was said of a message follows it: its new text, or nothing once it is deleted. Here as elsewhere rows are taken
-- in the order of their ids, or this and somebody's reading would wait for each other.
-- Definer: as above.
create function chat_private.tg_messages__follow_notifications() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_text text := chat_private.excerpt(new.body);
begin
  if new.deleted_at is not null then
    delete from chat.notifications n where (n.user_id, n.id) in (
      select x.user_id, x.id from chat.notifications x where x.channel_id = new.channel_id and x.seq = new.seq
       order by x.user_id, x.id for update);
  else
    update chat.notifications n set text = v_text where (n.user_id, n.id) in (
      select x.user_id, x.id from chat.notifications x where x.channel_id = new.channel_id and x.seq = new.seq and x.text <> v_text
       order by x.user_id, x.id for no key update);
  end if;
  return null;
end;
$$;
create trigger _510_follow_notifications after update on chat.messages
  for each row when (new.kind = 'user' and (new.body <> old.body or (new.deleted_at is not null and old.deleted_at is null)))
  execute function chat_private.tg_messages__follow_notifications();

-- Definer: as above. The author hears once of each person who reacts; what is taken back unread was never said.
create function chat_private.tg_reactions__notify() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_message chat.messages;
begin
  if tg_op = 'INSERT' then
    select * into v_message from chat.messages m where m.channel_id = new.channel_id and m.seq = new.seq and m.kind = 'user';
    perform chat_private.notify(new.user_id, new.channel_id, array[v_message.author_id], array['reaction'],
                                chat_private.excerpt(v_message.body), v_message, jsonb_build_object('emoji', new.emoji));
  else
    delete from chat.notifications n
     where n.channel_id = old.channel_id and n.seq = old.seq and n.actor_id = old.user_id and n.type = 'reaction'
       and n.custom ->> 'emoji' = old.emoji and n.read_at is null;
  end if;
  return null;
exception when others then
  raise warning 'a reaction was stored but its author not notified: %', sqlerrm;
  return null;
end;
$$;
create trigger _500_notify after insert or delete on chat.reactions
  for each row execute function chat_private.tg_reactions__notify();

-- Definer: as above. Once a statement, as a thousand people can be added by one.
create function chat_private.tg_channel_members__notify() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_channel record;
begin
  for v_channel in
    select c.id, coalesce(c.name, c.slug, '') as name, array_agg(m.user_id) as user_ids
      from added m join chat.channels c on c.id = m.channel_id
     where c.kind <> 'dm' and auth.uid() is not null
     group by c.id
  loop
    perform chat_private.notify(auth.uid(), v_channel.id, v_channel.user_ids,
                                array_fill('channel_invite'::text, array[cardinality(v_channel.user_ids)]), v_channel.name);
  end loop;
  return null;
exception when others then
  raise warning 'members were added but not notified: %', sqlerrm;
  return null;
end;
$$;
create trigger _500_notify after insert on chat.channel_members
  referencing new table as added for each statement execute function chat_private.tg_channel_members__notify();

-- Who is no longer in a channel has nothing unread there.
-- Definer: as above.
create function chat_private.tg_channel_members__forget_notifications() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from chat.notifications n where (n.user_id, n.id) in (
    select x.user_id, x.id from chat.notifications x join removed m on m.user_id = x.user_id and m.channel_id = x.channel_id
     where x.read_at is null order by x.user_id, x.id for update of x);
  return null;
end;
$$;
create trigger _500_forget_notifications after delete on chat.channel_members
  referencing old table as removed for each statement execute function chat_private.tg_channel_members__forget_notifications();

-- Who has read a channel or a thread up to a message has read what was said of it. Bounded: somebody who comes back to
-- more than 5,000 has the rest marked by their next reading.
-- Definer: as above.
create function chat_private.read_notifications(user_id uuid, channel_id uuid, seq bigint, root_seq bigint default null) returns void
language sql volatile security definer set search_path = '' as $$
  update chat.notifications n set read_at = now()
   where n.user_id = read_notifications.user_id and n.id in (
     select x.id from chat.notifications x
      where x.user_id = read_notifications.user_id and x.channel_id = read_notifications.channel_id and x.read_at is null
        and (x.seq is null or x.seq <= read_notifications.seq)
        and case when root_seq is null then x.in_channel else x.parent_seq = root_seq end
      order by x.id limit 5000 for no key update);
$$;

-- Definer: as above.
create function chat_private.tg_channel_states__read_notifications() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.read_notifications(new.user_id, new.channel_id, new.last_read_seq);
  return null;
end;
$$;
create trigger _500_read_notifications after update of last_read_seq on chat.channel_states
  for each row when (new.last_read_seq > old.last_read_seq)
  execute function chat_private.tg_channel_states__read_notifications();

-- Definer: as above.
create function chat_private.tg_thread_members__read_notifications() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.read_notifications(new.user_id, new.channel_id, new.last_read_seq, new.root_seq);
  return null;
end;
$$;
create trigger _500_read_notifications after insert or update of last_read_seq on chat.thread_members
  for each row execute function chat_private.tg_thread_members__read_notifications();
