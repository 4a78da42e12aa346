-- Whom @here means: the members who are there at that moment.

-- Definer: mentions are written by nobody else.
create function chat_private.tg_messages__mention_here() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat.mentions (user_id, channel_id, seq)
  select p.user_id, new.channel_id, new.seq
    from chat.channel_members m
    join chat.presence p on p.user_id = m.user_id and p.status not in ('offline', 'away')
   where m.channel_id = new.channel_id and m.user_id is distinct from new.author_id
  on conflict do nothing;
  return null;
end;
$$;
create trigger _210_mention_here after insert on chat.messages
  for each row when (new.mentions_everyone = 'here') execute function chat_private.tg_messages__mention_here();
create trigger _210_mention_here_on_edit after update on chat.messages
  for each row when (new.mentions_everyone = 'here' and old.mentions_everyone is distinct from 'here')
  execute function chat_private.tg_messages__mention_here();
