-- Edits by hand in Studio: what follows from other rows is not written there, so that no edit tears things apart.

-- Functions and cascades write these columns from within triggers; a statement of its own stands at depth 0.
create function chat_private.tg_refuse_by_hand() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform chat_private.fail('forbidden', 403, format('unable to change %s by hand; %s', tg_table_name, tg_argv[0]));
  return null;
end;
$$;

create trigger _040_by_hand before delete on chat.accounts
  for each row when (pg_trigger_depth() = 0)
  execute function chat_private.tg_refuse_by_hand('delete the user in Auth instead');
create trigger _040_by_hand before delete on chat.profiles
  for each row when (pg_trigger_depth() = 0)
  execute function chat_private.tg_refuse_by_hand('delete the user in Auth instead');
create trigger _040_by_hand before delete on chat.channel_counters
  for each row when (pg_trigger_depth() = 0)
  execute function chat_private.tg_refuse_by_hand('it belongs to the channel');
create trigger _040_by_hand before delete on chat.channel_states
  for each row when (pg_trigger_depth() = 0)
  execute function chat_private.tg_refuse_by_hand('remove the member instead');
create trigger _040_by_hand before insert or update or delete on chat.mentions
  for each row when (pg_trigger_depth() = 0)
  execute function chat_private.tg_refuse_by_hand('it follows from the text of the message');
create trigger _040_by_hand before update of id, channel_id, seq on chat.files
  for each row when (pg_trigger_depth() = 0
    and ((new.id, new.seq) is distinct from (old.id, old.seq)
         or (old.channel_id is not null and new.channel_id is distinct from old.channel_id)))
  execute function chat_private.tg_refuse_by_hand('a file stays in its message');
create trigger _040_by_hand before update of user_id, channel_id, root_seq on chat.thread_members
  for each row when (pg_trigger_depth() = 0
    and (new.user_id, new.channel_id, new.root_seq) is distinct from (old.user_id, old.channel_id, old.root_seq))
  execute function chat_private.tg_refuse_by_hand('remove the row and let the person follow another thread');
create trigger _040_by_hand before update on chat.messages
  for each row when (pg_trigger_depth() = 0
    and (new.author_id, new.change, new.reply_count, new.reply_total, new.last_reply_at, new.reply_user_ids,
         new.reaction_counts, new.mention_ids, new.mentions_everyone, new.file_ids, new.files)
        is distinct from
        (old.author_id, old.change, old.reply_count, old.reply_total, old.last_reply_at, old.reply_user_ids,
         old.reaction_counts, old.mention_ids, old.mentions_everyone, old.file_ids, old.files))
  execute function chat_private.tg_refuse_by_hand('its author stays, and the rest follows from its text, its thread, its reactions and its files');

create trigger _040_by_hand before insert on chat.channels
  for each row when (auth.uid() is null and new.kind = 'dm')
  execute function chat_private.tg_refuse_by_hand('one of the two people opens direct messages');

-- Nobody is signed in where somebody adds a row by hand, and no verb has asked for the membership.
create function chat_private.require_member_by_hand(channel_id uuid, user_id uuid) returns void
language plpgsql stable set search_path = '' as $$
begin
  if not exists (select from chat.channel_members m
                  where m.channel_id = require_member_by_hand.channel_id and m.user_id = require_member_by_hand.user_id) then
    perform chat_private.fail('not_a_member', 403, 'unable to add a row by hand; the person is not in the channel');
  end if;
end;
$$;

-- Definer: reads members, whoever adds the row.
create function chat_private.tg_reactions__fit() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_member_by_hand(new.channel_id, new.user_id);
  return new;
end;
$$;
create trigger _040_fit before insert on chat.reactions
  for each row when (auth.uid() is null) execute function chat_private.tg_reactions__fit();

-- In one trigger, as every send that is not by hand has each condition of a trigger prepared.
-- Definer: as above.
create function chat_private.tg_messages__fit() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.kind = 'user' then
    perform chat_private.require_member_by_hand(new.channel_id, new.author_id);
  end if;
  if (new.edited_at, new.deleted_at, new.reply_count, new.reply_total, new.last_reply_at, new.reply_user_ids, new.reaction_counts,
      new.mention_ids, new.mentions_everyone, new.files)
     is distinct from (null, null, 0, 0, null, '{}'::uuid[], '{}'::jsonb, '{}'::uuid[], null, '[]'::jsonb) then
    perform chat_private.fail('forbidden', 403, 'unable to add a message by hand; it begins with its text, and the rest follows');
  elsif (new.parent_seq is null and not new.in_channel)
     or (new.parent_seq is not null and not exists (
       select from chat.messages m
        where m.channel_id = new.channel_id and m.seq = new.parent_seq and m.parent_seq is null and m.kind = 'user')) then
    perform chat_private.fail('message_not_found', 404, 'unable to add a message by hand; it stands in the channel, or in the thread of one that does');
  end if;
  select m.user_ids, m.everyone into new.mention_ids, new.mentions_everyone
    from chat_private.find_mentions(new.channel_id, new.body) m where new.kind = 'user';
  new.mention_ids := coalesce(new.mention_ids, '{}');
  return new;
end;
$$;
create trigger _050_fit before insert on chat.messages
  for each row when (auth.uid() is null) execute function chat_private.tg_messages__fit();

-- Definer: as above.
create function chat_private.tg_channel_members__fit() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_channel chat.channels;
begin
  select * into v_channel from chat.channels c where c.id = new.channel_id and c.deleted_at is null;
  if not found then
    perform chat_private.fail('channel_not_found', 404, 'unable to add a member; the channel does not exist');
  elsif v_channel.kind = 'dm' and new.user_id::text <> all (string_to_array(v_channel.dm_key, ':')) then
    perform chat_private.fail('dm_is_permanent', 403, 'unable to add a member; direct messages are of two people');
  elsif exists (select from chat.channel_bans b
                 where b.channel_id = new.channel_id and b.user_id = new.user_id and b.until > now()) then
    perform chat_private.fail('user_banned', 403, 'unable to add a member; they are banned from the channel');
  end if;
  return new;
end;
$$;
create trigger _050_fit before insert on chat.channel_members
  for each row when (auth.uid() is null) execute function chat_private.tg_channel_members__fit();

-- A channel keeps its key, its topics never go back to one that somebody was shut out of, and its owner is an admin in it.
-- Definer: reads members, whoever updates the channel.
create function chat_private.tg_channels__keep() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.id <> old.id or new.dm_key is distinct from old.dm_key then
    perform chat_private.fail('forbidden', 403, 'unable to change the channel; its id and its people stay as they are');
  elsif new.epoch < old.epoch then
    perform chat_private.fail('forbidden', 403, 'unable to change the channel; its epoch only rises');
  elsif new.kind = 'dm' and new.deleted_at is not null then
    perform chat_private.fail('dm_is_permanent', 403, 'unable to delete channel; direct messages always keep both people');
  elsif new.kind <> 'dm' and new.created_by is distinct from old.created_by and new.created_by is not null
        and not exists (select from chat.channel_members m
                         where m.channel_id = new.id and m.user_id = new.created_by and m.role = 'admin') then
    perform chat_private.fail('member_not_found', 404, 'unable to change the owner of the channel; only one of its admins can be');
  end if;
  return new;
end;
$$;
create trigger _050_keep before update on chat.channels
  for each row execute function chat_private.tg_channels__keep();

-- Direct messages keep both people.
-- Definer: as above.
create function chat_private.tg_channel_members__keep_dm() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from chat.channels c where c.id = old.channel_id and c.kind = 'dm') then
    perform chat_private.fail('dm_is_permanent', 403, 'unable to remove a member; direct messages always keep both people');
  end if;
  return old;
end;
$$;
create trigger _040_keep_dm before delete on chat.channel_members
  for each row when (pg_trigger_depth() = 0) execute function chat_private.tg_channel_members__keep_dm();

-- Definer: as above.
create function chat_private.tg_channel_bans__keep_dm() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from chat.channels c where c.id = new.channel_id and c.kind = 'dm') then
    perform chat_private.fail('dm_is_permanent', 403, 'unable to ban; direct messages always keep both people');
  end if;
  return new;
end;
$$;
create trigger _040_keep_dm before insert or update of channel_id on chat.channel_bans
  for each row execute function chat_private.tg_channel_bans__keep_dm();

-- Who is no admin any more owns the channel no more.
-- Definer: channels are written by functions only.
create function chat_private.tg_channel_members__disown() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.channels c set created_by = null
    from old_members o
   where o.role = 'admin' and c.id = o.channel_id and c.kind <> 'dm' and c.created_by = o.user_id and c.deleted_at is null
     and not exists (select from chat.channel_members m
                      where m.channel_id = o.channel_id and m.user_id = o.user_id and m.role = 'admin');
  return null;
end;
$$;
create trigger _250_disown after delete on chat.channel_members
  referencing old table as old_members for each statement execute function chat_private.tg_channel_members__disown();
create trigger _250_disown_on_update after update on chat.channel_members
  referencing old table as old_members for each statement execute function chat_private.tg_channel_members__disown();

-- A marker stays within its channel, however it is written.
-- Definer: reads counters, whoever moves the marker.
create function chat_private.tg_channel_states__bound_delivered() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.last_delivered_seq := greatest(new.last_read_seq, least(new.last_delivered_seq,
    (select n.last_seq from chat.channel_counters n where n.channel_id = new.channel_id)));
  return new;
end;
$$;
create trigger _110_bound_delivered before update of last_delivered_seq on chat.channel_states
  for each row when (new.last_delivered_seq <> old.last_delivered_seq and new.last_read_seq = old.last_read_seq)
  execute function chat_private.tg_channel_states__bound_delivered();

-- Definer: as above.
create function chat_private.tg_receipts__bound() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  select greatest(0, least(new.delivered_seq, n.last_seq)), greatest(0, least(new.read_seq, n.last_seq))
    into new.delivered_seq, new.read_seq
    from chat.channel_counters n where n.channel_id = new.channel_id;
  return new;
end;
$$;
create trigger _110_bound before insert or update of delivered_seq, read_seq on chat.receipts
  for each row execute function chat_private.tg_receipts__bound();

-- The rank of a thread's marker follows the marker.
-- Definer: as above.
create function chat_private.tg_thread_members__bound() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from chat.messages m
              where m.channel_id = new.channel_id and m.seq = new.root_seq and (m.parent_seq is not null or m.kind <> 'user')) then
    perform chat_private.fail('message_not_found', 404, 'unable to follow the thread; no thread begins with this message');
  end if;
  new.last_read_seq := greatest(0, least(new.last_read_seq,
    (select n.last_seq from chat.channel_counters n where n.channel_id = new.channel_id)));
  new.last_read_rank := coalesce((
    select m.reply_rank from chat.messages m
     where m.channel_id = new.channel_id and m.parent_seq = new.root_seq and m.seq <= new.last_read_seq
     order by m.seq desc limit 1), 0);
  return new;
end;
$$;
create trigger _110_bound_new before insert on chat.thread_members
  for each row when (auth.uid() is null) execute function chat_private.tg_thread_members__bound();
create trigger _110_bound before update of last_read_seq, last_read_rank on chat.thread_members
  for each row when ((new.last_read_seq, new.last_read_rank) <> (old.last_read_seq, old.last_read_rank))
  execute function chat_private.tg_thread_members__bound();
