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
create trigger _040_by_hand before update or delete on chat.mentions
  for each row when (pg_trigger_depth() = 0)
  execute function chat_private.tg_refuse_by_hand('it follows from the text of the message');
create trigger _040_by_hand before update of id, channel_id, seq on chat.files
  for each row when (pg_trigger_depth() = 0
    and (new.id, new.channel_id, new.seq) is distinct from (old.id, old.channel_id, old.seq))
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
  new.last_read_seq := greatest(0, least(new.last_read_seq,
    (select n.last_seq from chat.channel_counters n where n.channel_id = new.channel_id)));
  new.last_read_rank := coalesce((
    select m.reply_rank from chat.messages m
     where m.channel_id = new.channel_id and m.parent_seq = new.root_seq and m.seq <= new.last_read_seq
     order by m.seq desc limit 1), 0);
  return new;
end;
$$;
create trigger _110_bound before update of last_read_seq, last_read_rank on chat.thread_members
  for each row when ((new.last_read_seq, new.last_read_rank) <> (old.last_read_seq, old.last_read_rank))
  execute function chat_private.tg_thread_members__bound();
