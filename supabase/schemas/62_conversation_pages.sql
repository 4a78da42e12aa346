-- Conversations as APIs read and change them that know nothing of channels: whom they are with, what was said and who has read it.

create type chat.receipted_message as (message chat.full_message, status text);
create type chat.conversation_page as (
  conversation chat.conversation,
  -- For the Realtime topic of the channel.
  epoch integer,
  -- Where the next page begins.
  last_seq bigint,
  messages chat.receipted_message[],
  -- Where the next changes begin.
  last_change bigint,
  changed chat.receipted_message[],
  deleted uuid[]
);
create type chat.opened_conversation as (conversation chat.conversation, is_new boolean);

-- How far everybody else is with each: read, delivered, or sent and no more is known, as where somebody keeps it to themself
-- or over 100 people are in the channel.
create function chat_private.with_receipts(channel_id uuid, messages chat.full_message[]) returns chat.receipted_message[]
language sql stable set search_path = '' as $$
  with shown as (
    select m.user_id, coalesce(r.delivered_seq, 0) as delivered_seq, coalesce(r.read_seq, 0) as read_seq
      from chat.channel_counters n
      join chat.channel_members m on m.channel_id = n.channel_id
      left join chat.receipts r on r.channel_id = m.channel_id and r.user_id = m.user_id
     where n.channel_id = with_receipts.channel_id and n.member_count <= 100),
  authors as (
    select a.id, min(s.delivered_seq) as delivered_seq, min(s.read_seq) as read_seq
      from (select distinct ((messages[i]).author).id from generate_subscripts(messages, 1) i) a
      join shown s on s.user_id <> a.id
     group by a.id)
  select array(
    select row(messages[i],
               case when (messages[i]).seq <= a.read_seq then 'read'
                    when (messages[i]).seq <= a.delivered_seq then 'delivered' else 'sent' end)::chat.receipted_message
      from generate_subscripts(messages, 1) i left join authors a on a.id = ((messages[i]).author).id
     order by i);
$$;

-- Direct messages that the caller has deleted are not there until something is said or they are opened again.
create function chat_private.require_in_sight(channel_id uuid, operation text) returns void
language plpgsql stable set search_path = '' as $$
begin
  perform chat_private.require_member(require_in_sight.channel_id, operation);
  if exists (select from chat.my_channels c
              where c.id = require_in_sight.channel_id and c.kind = 'dm' and c.hidden_at is not null) then
    perform chat_private.fail('channel_not_found', 404, format('unable to %s; you have deleted it', operation));
  end if;
end;
$$;
grant execute on function chat_private.require_in_sight(uuid, text) to authenticated;

-- What was edited and deleted after a change, over so many changes: each message once, in the order of its last one.
-- Definer: as said of read_messages.
create function chat_private.rewritten(channel_id uuid, after_change bigint, page_size integer,
                                       out seqs bigint[], out deleted uuid[], out last_change bigint)
language sql stable security definer set search_path = '' as $$
  with page as (
    select m.seq, m.id, m.deleted_at is not null as is_deleted, e.change
      from chat.message_edits e
      -- One after the other (offset 0), or the planner might begin with all messages of the channel.
     cross join lateral (select * from chat.messages x where x.channel_id = e.channel_id and x.seq = e.seq offset 0) m
     where e.channel_id = rewritten.channel_id and e.change > rewritten.after_change and m.in_channel and m.kind = 'user'
     order by e.change limit page_size),
  each as (select p.seq, p.id, p.is_deleted, max(p.change) as change from page p group by p.seq, p.id, p.is_deleted),
  fit as (select chat_private.fitting(rewritten.channel_id, array_agg(e.seq order by e.change)) as seqs from each e)
  select coalesce(array_agg(e.seq order by e.change) filter (where not e.is_deleted), '{}'),
         coalesce(array_agg(e.id order by e.change) filter (where e.is_deleted), '{}'),
         case when (select count(*) from page) = page_size or (select count(*) from each) > count(*) then max(e.change)
              else (select n.last_change from chat.channel_counters n where n.channel_id = rewritten.channel_id) end
    from each e, fit where e.seq = any (fit.seqs);
$$;

-- The newest page, or what came after a number, oldest first, and what was rewritten after a change. Messages that are given
-- out count as read, or as delivered only.
-- Definer: as said of read_messages.
create function chat.read_conversation_page(channel_id uuid, after_seq bigint default null, before_id uuid default null,
                                            page_size integer default 50, is_read boolean default true,
                                            after_change bigint default null)
returns chat.conversation_page
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id constant uuid := read_conversation_page.channel_id;
  v_before bigint := 9223372036854775807;
  v_found bigint[];
  v_seqs bigint[];
  v_changed bigint[] := '{}';
  v_page chat.conversation_page;
begin
  perform chat_private.require_in_sight(v_id, 'read conversation');
  perform chat_private.check_page_size(page_size, 'read conversation');
  if before_id is not null then
    v_before := chat_private.cursor_seq(v_id, before_id, 'before');
  end if;
  select c.epoch, n.last_seq, n.last_change, '{}' into v_page.epoch, v_page.last_seq, v_page.last_change, v_page.deleted
    from chat.channels c join chat.channel_counters n on n.channel_id = c.id where c.id = v_id;
  if after_seq is null then
    v_found := array(
      select m.seq from chat.messages m
       where m.channel_id = v_id and m.in_channel and m.kind = 'user' and m.deleted_at is null and m.seq < v_before
       order by m.seq desc limit page_size);
    v_seqs := array(select s from unnest(chat_private.fitting(v_id, v_found)) s order by s);
  else
    v_found := array(
      select m.seq from chat.messages m
       where m.channel_id = v_id and m.in_channel and m.kind = 'user' and m.deleted_at is null
         and m.seq > after_seq and m.seq < v_before
       order by m.seq limit page_size);
    v_seqs := chat_private.fitting(v_id, v_found);
    if cardinality(v_found) = page_size or cardinality(v_seqs) < cardinality(v_found) then
      v_page.last_seq := 0;  -- there may be more
    end if;
  end if;
  v_page.last_seq := greatest(v_page.last_seq, v_seqs[cardinality(v_seqs)]);
  if after_change is not null then
    select r.seqs, r.deleted, r.last_change into v_changed, v_page.deleted, v_page.last_change
      from chat_private.rewritten(v_id, after_change, page_size) r;
  end if;
  -- An API key that may only read leaves no marks.
  if cardinality(v_seqs) > 0 and not current_setting('transaction_read_only')::boolean then
    if is_read then
      perform chat.mark_read(v_id, v_seqs[cardinality(v_seqs)]);
    else
      perform chat.mark_delivered(v_id, v_seqs[cardinality(v_seqs)]);
    end if;
  end if;
  v_page.conversation := (select c from chat_private.conversations(array[v_id]) c);
  v_page.messages := chat_private.with_receipts(v_id,
    chat_private.full_messages(array_fill(v_id, array[cardinality(v_seqs)]), v_seqs));
  v_page.changed := chat_private.with_receipts(v_id,
    chat_private.full_messages(array_fill(v_id, array[cardinality(v_changed)]), v_changed));
  return v_page;
end;
$$;
grant execute on function chat.read_conversation_page(uuid, bigint, uuid, integer, boolean, bigint) to authenticated;

-- Two people have one conversation without a name. Definer: as said of start_conversation.
create function chat.open_conversation(people text[], name text default null) returns chat.opened_conversation
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_me constant uuid := (select auth.uid());
  v_others uuid[] := array_remove(chat_private.people_ids(open_conversation.people, 'start conversation'), v_me);
  v_opened chat.opened_conversation;
  v_id uuid;
begin
  if cardinality(v_others) = 0 then
    perform chat_private.fail('too_few_members', 400, 'unable to start conversation; it needs somebody else');
  elsif cardinality(v_others) = 1 and nullif(btrim(open_conversation.name), '') is null then
    select d.id into v_id from chat.open_dm(v_others[1]) d;
    -- Of several who open it at once only one has made it.
    v_opened.is_new := exists (select from chat.channels c where c.id = v_id and c.xmin = pg_current_xact_id()::xid);
    if not v_opened.is_new then
      perform chat.set_channel_state(v_id, is_hidden => false);
    end if;
  else
    v_opened.is_new := true;
    select g.id into v_id from chat.create_group(v_others, open_conversation.name) g;
  end if;
  v_opened.conversation := (select c from chat_private.conversations(array[v_id]) c);
  return v_opened;
end;
$$;
grant execute on function chat.open_conversation(text[], text) to authenticated;

-- Definer: as above.
create function chat.change_conversation(channel_id uuid, name text default null, people text[] default '{}') returns chat.conversation
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_conversation chat.conversation;
begin
  perform chat_private.require_in_sight(change_conversation.channel_id, 'change conversation');
  if change_conversation.name is not null then
    perform chat.update_channel(change_conversation.channel_id, name => change_conversation.name);
  end if;
  if cardinality(change_conversation.people) > 0 then
    perform chat.add_members(change_conversation.channel_id, chat_private.people_ids(change_conversation.people, 'add members'));
  end if;
  select * into v_conversation from chat_private.conversations(array[change_conversation.channel_id]);
  return v_conversation;
end;
$$;
grant execute on function chat.change_conversation(uuid, text, text[]) to authenticated;

-- Direct messages are the other person's as well: who deletes them sees them no more until something new is said.
create function chat.delete_conversation(channel_id uuid) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform chat_private.require_in_sight(delete_conversation.channel_id, 'delete conversation');
  if exists (select from chat.channels c where c.id = delete_conversation.channel_id and c.kind = 'dm') then
    perform chat.set_channel_state(delete_conversation.channel_id, is_hidden => true);
  else
    perform chat.delete_channel(delete_conversation.channel_id);
  end if;
end;
$$;
grant execute on function chat.delete_conversation(uuid) to authenticated;

-- Definer: as said of get_contact.
create function chat.list_people(after text default null, page_size integer default 50) returns setof chat.contact
language plpgsql stable security definer rows 50 set search_path = '' as $$
begin
  perform chat_private.check_page_size(page_size, 'list people');
  return query select * from chat_private.contacts(array(
    select p.id from chat.profiles p
     where p.deleted_at is null and p.username > lower(btrim(coalesce(list_people.after, '')))
     order by p.username limit page_size));
end;
$$;
grant execute on function chat.list_people(text, integer) to authenticated;

comment on type chat.receipted_message is 'A message and how far all others are with it: sent, delivered or read';
comment on type chat.conversation_page is 'A conversation, a page of what people have said there, oldest first, and what they have rewritten';
comment on type chat.opened_conversation is 'A conversation, and whether it was there before';
comment on function chat_private.with_receipts(uuid, chat.full_message[]) is 'Each of these messages of one channel with how far all others are with it';
comment on function chat_private.require_in_sight(uuid, text) is
  'Refuses strangers, and the caller where they have deleted direct messages in which nothing was said since. Errors: channel_not_found, not_a_member';
comment on function chat_private.rewritten(uuid, bigint, integer) is
  'Messages edited and ids of messages deleted after a change, and the change that the next page begins behind';
comment on function chat.read_conversation_page(uuid, bigint, uuid, integer, boolean, bigint) is
  'The newest messages of a channel of the caller, those before a message, or those after a seq, which it marks as read or as delivered; and what was edited or deleted after a change. Errors: channel_not_found, not_a_member, invalid_page_size, invalid_cursor';
comment on function chat.open_conversation(text[], text) is
  'The direct messages with one person, or a new group with several or a name; people by id or username. Errors: user_not_found, too_few_members, and those of open_dm or create_group';
comment on function chat.change_conversation(uuid, text, text[]) is
  'Names a conversation and adds people by id or username to it. Errors: channel_not_found, not_a_member, user_not_found, and those of update_channel or add_members';
comment on function chat.delete_conversation(uuid) is
  'Deletes a conversation for everybody, direct messages for the caller until something new is said. Errors: channel_not_found, not_a_member, and those of delete_channel';
comment on function chat.list_people(text, integer) is
  'Everybody in the order of their usernames, from the one after the given one. Errors: invalid_page_size';
