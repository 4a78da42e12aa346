-- Reactions: an emoji of a person on a message; the message carries the counts.

create table chat.reactions (
  channel_id uuid not null,
  seq bigint not null,
  user_id uuid not null references chat.profiles on delete cascade,
  emoji text not null constraint reactions_emoji_form check (char_length(emoji) between 1 and 32 and emoji !~ '[\s[:cntrl:]]'),
  created_at timestamptz not null default clock_timestamp(),
  primary key (channel_id, seq, user_id, emoji),
  constraint reactions_account_fkey foreign key (user_id) references chat.accounts on delete cascade,
  constraint reactions_message_fkey foreign key (channel_id, seq) references chat.messages (channel_id, seq) on delete cascade
);
create index reactions_user_id_idx on chat.reactions (user_id);
-- Serves the list of who reacted, in the order they did.
create index reactions_order_idx on chat.reactions (channel_id, seq, created_at, user_id);

alter table chat.reactions enable row level security;
grant select on chat.reactions to authenticated;
create policy select_member on chat.reactions for select to authenticated
  using (channel_id in (select chat_private.my_channel_ids()));

-- Definer: counts are written by nobody else, and nobody but the database speaks on a channel's topic.
create function chat_private.tg_reactions__count() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_reaction chat.reactions := coalesce(new, old);
  v_is_added boolean := tg_op = 'INSERT';
  v_message chat.messages;
begin
  update chat.messages m
     set reaction_counts = case coalesce((m.reaction_counts ->> v_reaction.emoji)::integer, 0) + case when v_is_added then 1 else -1 end
           when 0 then m.reaction_counts - v_reaction.emoji
           else m.reaction_counts || jsonb_build_object(v_reaction.emoji,
             coalesce((m.reaction_counts ->> v_reaction.emoji)::integer, 0) + case when v_is_added then 1 else -1 end) end
   where m.channel_id = v_reaction.channel_id and m.seq = v_reaction.seq and m.deleted_at is null
  returning * into v_message;
  if found then
    perform chat_private.tell_channel(v_message.channel_id, 'message:reaction', jsonb_build_object(
      'channel_id', v_message.channel_id, 'seq', v_message.seq, 'id', v_message.id, 'change', v_message.change,
      'emoji', v_reaction.emoji, 'action', case when v_is_added then 'added' else 'removed' end,
      'created_at', v_reaction.created_at, 'reaction_counts', v_message.reaction_counts,
      'user', (select jsonb_build_object('id', p.id, 'username', p.username, 'name', p.name, 'avatar_url', p.avatar_url)
                 from chat.profiles p where p.id = v_reaction.user_id)));
  elsif v_is_added then
    perform chat_private.fail('message_deleted', 409, 'unable to react; the message has been deleted');
  end if;
  return null;
end;
$$;
create trigger _100_count after insert or delete on chat.reactions
  for each row execute function chat_private.tg_reactions__count();

-- Definer: as above. A reaction is given or taken back, never rewritten.
create function chat_private.tg_reactions__keep() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.fail('forbidden', 403, 'unable to change a reaction; remove it and add another');
  return null;
end;
$$;
create trigger _050_keep before update on chat.reactions
  for each row execute function chat_private.tg_reactions__keep();

-- The counts went with the deletion itself, so this is no further change of the message. The notifications have gone
-- before, in their order (_510_follow_notifications); here they would go one by one.
-- Definer: as above.
create function chat_private.tg_messages__drop_reactions() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from chat.reactions r where r.channel_id = new.channel_id and r.seq = new.seq;
  return null;
end;
$$;
create trigger _520_drop_reactions after update on chat.messages
  for each row when (new.deleted_at is not null and old.deleted_at is null and old.reaction_counts <> '{}')
  execute function chat_private.tg_messages__drop_reactions();

-- Definer: nobody may write reactions directly. With "replace" the caller has at most this one on the message.
create function chat.add_reaction(channel_id uuid, seq bigint, emoji text, replace boolean default false)
returns setof chat.reactions rows 1
language plpgsql security definer set search_path = '' as $$
declare
  v_counts jsonb;
begin
  if add_reaction.emoji is null or char_length(add_reaction.emoji) not between 1 and 32 or add_reaction.emoji ~ '[\s[:cntrl:]]' then
    perform chat_private.fail('invalid_emoji', 400, 'unable to react; an emoji has 1 to 32 characters without blanks');
  end if;
  perform chat_private.take_right(add_reaction.channel_id, 'react', 'react');
  perform chat_private.require_message(add_reaction.channel_id, add_reaction.seq, 'react');
  if replace then
    delete from chat.reactions r where r.channel_id = add_reaction.channel_id and r.seq = add_reaction.seq
      and r.user_id = auth.uid() and r.emoji <> add_reaction.emoji;
  end if;
  select m.reaction_counts into v_counts from chat.messages m
   where m.channel_id = add_reaction.channel_id and m.seq = add_reaction.seq;
  if not v_counts ? add_reaction.emoji and (select count(*) from jsonb_object_keys(v_counts)) >= 50 then
    perform chat_private.fail('too_many_reactions', 400, 'unable to react; a message has at most 50 different emoji');
  end if;
  insert into chat.reactions (channel_id, seq, user_id, emoji)
  values (add_reaction.channel_id, add_reaction.seq, auth.uid(), add_reaction.emoji)
  on conflict on constraint reactions_pkey do nothing;
  return query select * from chat.reactions r where r.channel_id = add_reaction.channel_id and r.seq = add_reaction.seq
    and r.user_id = auth.uid() and r.emoji = add_reaction.emoji;
end;
$$;
grant execute on function chat.add_reaction(uuid, bigint, text, boolean) to authenticated;

-- Definer: as above. Without an emoji all of the caller's go; no effect when there is none.
create function chat.remove_reaction(channel_id uuid, seq bigint, emoji text default null) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.take_right(remove_reaction.channel_id, 'react', 'remove reaction');
  perform chat_private.require_message(remove_reaction.channel_id, remove_reaction.seq, 'remove reaction');
  delete from chat.reactions r where r.channel_id = remove_reaction.channel_id and r.seq = remove_reaction.seq
    and r.user_id = auth.uid() and r.emoji = coalesce(remove_reaction.emoji, r.emoji);
end;
$$;
grant execute on function chat.remove_reaction(uuid, bigint, text) to authenticated;

-- Which emoji the caller put on a message: a computed column for the Data API.
create function chat.my_reactions(message chat.messages) returns text[]
language sql stable set search_path = '' as $$
  select case when message.reaction_counts = '{}' then '{}' else array(
    select r.emoji from chat.reactions r
     where r.channel_id = message.channel_id and r.seq = message.seq and r.user_id = (select auth.uid())
     order by r.created_at) end;
$$;
grant execute on function chat.my_reactions(chat.messages) to authenticated;

comment on table chat.reactions is 'Who reacted to which message with which emoji; gone with the message''s deletion';
comment on column chat.reactions.channel_id is 'The channel';
comment on column chat.reactions.seq is 'The message';
comment on column chat.reactions.user_id is 'Who reacted';
comment on column chat.reactions.emoji is 'A Unicode emoji or a name such as :party:, 1 to 32 characters without blanks';
comment on column chat.reactions.created_at is 'When';
comment on policy select_member on chat.reactions is 'Members see the reactions of their channels';
comment on function chat.add_reaction(uuid, bigint, text, boolean) is
  'Reacts to a message, with replace instead of the caller''s other reactions; no effect when it is there. Errors: invalid_emoji, channel_not_found, not_a_member, channel_archived, user_blocked, message_not_found, message_deleted, too_many_reactions';
comment on function chat.remove_reaction(uuid, bigint, text) is
  'Takes the caller''s reaction back, or all of them. Errors: channel_not_found, not_a_member, channel_archived, user_blocked, message_not_found, message_deleted';
comment on function chat.my_reactions(chat.messages) is 'The emoji that the caller put on the message, oldest first';
