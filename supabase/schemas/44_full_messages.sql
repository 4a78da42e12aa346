-- Messages with all that people see beside them, in one call: what the HTTP API reads. The SDK reads rows and hears changes.

create type chat.given_reaction as (emoji text, user_id uuid, user_name text);
create type chat.full_message as (
  id uuid, channel_id uuid, seq bigint, kind text, body text, created_at timestamptz, edited_at timestamptz, parent_id uuid,
  reply_count integer, pinned_at timestamptz, link_preview jsonb, scheduled_for timestamptz, files jsonb,
  author chat.person, reactions chat.given_reaction[], reaction_count integer
);
create type chat.message_page as (messages chat.full_message[], has_more boolean);
create type chat.thread_page as (parent chat.full_message, replies chat.full_message[], total integer, has_more boolean);
create type chat.found_message as (message chat.full_message, channel chat.channel_label, snippet text);
create type chat.found_page as (hits chat.found_message[], total integer, is_total_exact boolean);

-- These messages in this order, whoever may see them. Of the reactions to each the first 100, and how many there are.
create function chat_private.full_messages(channel_ids uuid[], seqs bigint[]) returns chat.full_message[]
language plpgsql stable set search_path = '' as $$
begin
  return array(
    select row(m.id, m.channel_id, m.seq, m.kind, m.body, m.created_at, m.edited_at,
               case when m.parent_seq is not null then (
                 select r.id from chat.messages r where r.channel_id = m.channel_id and r.seq = m.parent_seq) end,
               m.reply_count, m.pinned_at, m.link_preview,
               (select s.scheduled_for from chat.scheduled_messages s where s.id = m.id), m.files,
               case when a.id is not null then
                 row(a.id, case when a.deleted_at is null then a.username else 'deleted-user' end, a.name, a.avatar_url)::chat.person end,
               case when m.reaction_counts = '{}' then '{}' else array(
                 select row(r.emoji, p.id, p.name)::chat.given_reaction
                   from chat.reactions r join chat.profiles p on p.id = r.user_id
                  where r.channel_id = m.channel_id and r.seq = m.seq order by r.created_at, r.user_id limit 100) end,
               case when m.reaction_counts = '{}' then 0 else (
                 select sum(c.value::integer) from jsonb_each_text(m.reaction_counts) c) end)::chat.full_message
      from unnest(full_messages.channel_ids, full_messages.seqs) with ordinality w (channel_id, seq, n)
      join chat.messages m on m.channel_id = w.channel_id and m.seq = w.seq
      left join chat.profiles a on a.id = m.author_id
     order by w.n);
end;
$$;

-- A page is as many messages as its reader asks for, but no more text than an answer is to have. The lengths of texts are
-- known without reading them.
create function chat_private.fitting(channel_id uuid, seqs bigint[]) returns bigint[]
language sql stable set search_path = '' as $$
  select array(
    select w.seq
      from (select s.seq, s.n, sum(octet_length(m.body)) over (order by s.n rows between unbounded preceding and 1 preceding) as bytes
              from unnest(fitting.seqs) with ordinality s (seq, n)
              join chat.messages m on m.channel_id = fitting.channel_id and m.seq = s.seq) w
     where coalesce(w.bytes, 0) < 1000000
     order by w.n);
$$;

-- The place of a message that a page begins behind.
create function chat_private.cursor_seq(channel_id uuid, id uuid, field text) returns bigint
language plpgsql stable set search_path = '' as $$
declare
  v_seq bigint;
begin
  select m.seq into v_seq from chat.messages m where m.id = cursor_seq.id and m.channel_id = cursor_seq.channel_id;
  if not found then
    perform chat_private.fail('invalid_cursor', 400, 'unable to read messages; a page begins at a message of this channel',
                              details => 'field: ' || field);
  end if;
  return v_seq;
end;
$$;

-- Definer: asks for the membership once; row-level security would collect all of the caller's channels for each page.
create function chat.read_messages(channel_id uuid, before_id uuid default null, after_id uuid default null, page_size integer default 50)
returns chat.message_page
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_before bigint := 9223372036854775807;
  v_after bigint;
  v_seqs bigint[];
  v_page chat.message_page;
begin
  perform chat_private.require_member(read_messages.channel_id, 'read messages');
  perform chat_private.check_page_size(page_size, 'read messages');
  if before_id is not null then
    v_before := chat_private.cursor_seq(read_messages.channel_id, before_id, 'before');
  end if;
  if after_id is null then
    v_seqs := array(
      select m.seq from chat.messages m
       where m.channel_id = read_messages.channel_id and m.in_channel and m.deleted_at is null and m.seq < v_before
       order by m.seq desc limit page_size + 1);
  else
    v_after := chat_private.cursor_seq(read_messages.channel_id, after_id, 'after');
    v_seqs := array(
      select m.seq from chat.messages m
       where m.channel_id = read_messages.channel_id and m.in_channel and m.deleted_at is null
         and m.seq > v_after and m.seq < v_before
       order by m.seq limit page_size + 1);
  end if;
  v_page.has_more := cardinality(v_seqs) > page_size;
  v_seqs := array(select s from unnest(v_seqs[1:page_size]) s order by s desc);
  v_page.messages := chat_private.full_messages(array_fill(read_messages.channel_id, array[cardinality(v_seqs)]), v_seqs);
  -- An API key that may only read leaves no marks.
  if cardinality(v_seqs) > 0 and not current_setting('transaction_read_only')::boolean then
    perform chat.mark_read(read_messages.channel_id, v_seqs[1]);
  end if;
  return v_page;
end;
$$;
grant execute on function chat.read_messages(uuid, uuid, uuid, integer) to authenticated;

-- Where a message stands: one that the caller may read and that is not deleted. Who is not in the channel learns that first;
-- without a channel nobody learns of messages elsewhere.
-- Definer: as above.
create function chat_private.locate_message(id uuid, channel_id uuid, operation text) returns chat.messages
language plpgsql stable security definer set search_path = '' as $$
declare
  v_message chat.messages;
begin
  if locate_message.channel_id is not null then
    perform chat_private.require_member(locate_message.channel_id, operation);
  end if;
  select * into v_message from chat.messages m
   where m.id = locate_message.id and m.channel_id = coalesce(locate_message.channel_id, m.channel_id) and m.deleted_at is null;
  if not found or not exists (select from chat.channel_members o
                               where o.channel_id = v_message.channel_id and o.user_id = (select auth.uid())) then
    perform chat_private.fail('message_not_found', 404, format('unable to %s; the message does not exist', operation));
  end if;
  return v_message;
end;
$$;
grant execute on function chat_private.locate_message(uuid, uuid, text) to authenticated;

-- Definer: as above.
create function chat.read_thread(channel_id uuid, id uuid, after_id uuid default null, page_size integer default 1000)
returns chat.thread_page
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_root chat.messages := chat_private.locate_message(read_thread.id, read_thread.channel_id, 'read thread');
  v_after bigint := 0;
  v_seqs bigint[];
  v_read bigint[];
  v_page chat.thread_page;
begin
  if page_size is null or page_size not between 1 and 1000 then
    perform chat_private.fail('invalid_page_size', 400, 'unable to read thread; a page has 1 to 1,000 replies');
  end if;
  if v_root.parent_seq is not null then
    -- A reply stands for its thread.
    select * into v_root from chat.messages m where m.channel_id = v_root.channel_id and m.seq = v_root.parent_seq;
  end if;
  if after_id is not null then
    v_after := chat_private.cursor_seq(read_thread.channel_id, after_id, 'after');
  end if;
  v_seqs := array(
    select m.seq from chat.messages m
     where m.channel_id = v_root.channel_id and m.parent_seq = v_root.seq and m.deleted_at is null and m.seq > v_after
     order by m.seq limit page_size + 1);
  v_read := chat_private.fitting(v_root.channel_id, v_seqs[1:page_size]);
  v_page.has_more := cardinality(v_seqs) > cardinality(v_read);
  v_page.total := v_root.reply_count;
  v_page.parent := (chat_private.full_messages(array[v_root.channel_id], array[v_root.seq]))[1];
  v_page.replies := chat_private.full_messages(array_fill(v_root.channel_id, array[cardinality(v_read)]), v_read);
  -- As above.
  if cardinality(v_read) > 0 and not current_setting('transaction_read_only')::boolean then
    perform chat.mark_thread_read(v_root.channel_id, v_root.seq, v_read[cardinality(v_read)]);
  end if;
  return v_page;
end;
$$;
grant execute on function chat.read_thread(uuid, uuid, uuid, integer) to authenticated;

-- Volatile, so that it counts the call of the HTTP API which makes it (07_api_limits.sql). Definer: as above.
create function chat.read_pins(channel_id uuid) returns chat.message_page
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_seqs bigint[] := array(select p.seq from chat.list_pins(read_pins.channel_id, page_size => 101) p);
begin
  return row(chat_private.full_messages(array_fill(read_pins.channel_id, array[least(cardinality(v_seqs), 100)]), v_seqs[1:100]),
             cardinality(v_seqs) > 100)::chat.message_page;
end;
$$;
grant execute on function chat.read_pins(uuid) to authenticated;

-- Definer: as search_messages.
create function chat.find_messages(query text, channel_id uuid default null, from_id uuid default null,
                                   before timestamptz default null, after timestamptz default null, page_size integer default 20)
returns chat.found_page
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_page chat.found_page;
  v_request chat_private.search_request;
  v_hits record;
  v_messages chat.full_message[];
begin
  perform chat_private.require_token('search');
  if page_size is null or page_size not between 1 and 50 then
    perform chat_private.fail('invalid_page_size', 400, 'unable to search; a page has 1 to 50 hits');
  elsif find_messages.channel_id is not null and not exists (
      select from chat.channel_members m where m.channel_id = find_messages.channel_id and m.user_id = auth.uid()) then
    perform chat_private.fail('not_a_member', 403, 'unable to search; you are in no such channel');
  end if;
  v_request := chat_private.search_request(query, find_messages.channel_id, from_id, before, after, is_lenient => true);
  v_hits := chat_private.find_hits(v_request, row('infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 9223372036854775807),
                                   page_size, page_size, true);
  v_messages := chat_private.full_messages(array(select p.channel_id from unnest(v_hits.places) p),
                                           array(select p.seq from unnest(v_hits.places) p));
  v_page.hits := array(
    select row(v_messages[n], row(c.id, c.kind, c.slug, coalesce(c.name, c.slug, d.name))::chat.channel_label,
               chat_private.search_snippet((v_messages[n]).body, v_request.pattern))::chat.found_message
      from generate_subscripts(v_messages, 1) n
      join chat.channels c on c.id = (v_messages[n]).channel_id
      left join chat.profiles d on c.kind = 'dm' and d.id = chat_private.dm_partner(c.dm_key, (select auth.uid()))
     order by n);
  v_page.total := least(v_hits.total, 1000);
  v_page.is_total_exact := v_hits.is_exact and v_hits.total <= 1000;
  perform chat_private.take_token('search');
  return v_page;
end;
$$;
grant execute on function chat.find_messages(text, uuid, uuid, timestamptz, timestamptz, integer) to authenticated;

comment on type chat.given_reaction is 'Who reacted with which emoji';
comment on type chat.full_message is
  'A message with its author, files and the first 100 reactions to it; scheduled_for says when it was, or is, to be sent if that was put off';
comment on type chat.message_page is 'Some messages, and whether there are more in the direction of reading';
comment on type chat.thread_page is 'The first message of a thread, replies to it, and how many there are';
comment on type chat.found_message is 'A message that a search found; snippet marks matches between the characters U+0002 and U+0003';
comment on type chat.found_page is 'What a search found, and how many there are in all: at least, when is_total_exact is false';
comment on function chat_private.fitting(uuid, bigint[]) is
  'The first of these messages of a channel, until they have 1 MB of text: at least one';
comment on function chat_private.locate_message(uuid, uuid, text) is
  'A message of one of the caller''s channels by its id. Errors: channel_not_found, not_a_member, message_not_found';
comment on function chat.read_messages(uuid, uuid, uuid, integer) is
  'A page of a channel without what is deleted or said in threads only, newest first: before a message, or the next ones after one; marks it as read. 1 to 200 messages. Errors: channel_not_found, not_a_member, invalid_page_size, invalid_cursor';
comment on function chat.read_thread(uuid, uuid, uuid, integer) is
  'The thread of a message or reply, oldest reply first, after a reply; marks it as read. 1 to 1,000 replies, fewer after 1 MB of text. Errors: channel_not_found, not_a_member, message_not_found, invalid_page_size, invalid_cursor';
comment on function chat.read_pins(uuid) is
  'The pinned messages of a channel, last pinned first, at most 100. Errors: channel_not_found, not_a_member';
comment on function chat.find_messages(text, uuid, uuid, timestamptz, timestamptz, integer) is
  'As search_messages, newest first, with whole messages; filters that mean nothing are words, nothing to search for finds nothing, and channels that are not there are refused with not_a_member. Errors: rate_limited, invalid_search (more than 1,000 characters or 40 words), invalid_page_size, not_a_member';
