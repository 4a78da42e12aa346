-- Messages: each channel numbers its own 1, 2, 3 … and every change to them as well, so that a client sees what it missed.

-- Whoever changes messages takes the channel's counter first and the rows after it, or two would wait for each other.

create table chat.messages (
  -- The counter and not the channel: a send holds that row anyway, while locks of many senders on the channel's
  -- own row would have to be merged.
  channel_id uuid not null references chat.channel_counters on delete cascade,
  seq bigint not null,
  id uuid not null default chat_private.uuid_v7(),
  author_id uuid default auth.uid() references chat.profiles on delete set null,
  kind text not null default 'user' constraint messages_kind_known check (kind in ('user', 'system')),
  body text not null default '' constraint messages_body_length check (char_length(body) <= 40000),
  custom jsonb not null default '{}' constraint messages_custom_form check (custom = '{}' or chat_private.is_custom(custom)),
  created_at timestamptz not null default now(),
  parent_seq bigint,
  in_channel boolean not null default true,
  change bigint not null default 0,
  edited_at timestamptz,
  deleted_at timestamptz,
  deleted_by uuid references chat.profiles on delete set null,
  reply_count integer not null default 0,
  last_reply_at timestamptz,
  reply_user_ids uuid[] not null default '{}',
  reaction_counts jsonb not null default '{}',
  pinned_at timestamptz,
  pinned_by uuid references chat.profiles on delete set null,
  mention_ids uuid[] not null default '{}',
  mentions_everyone text constraint messages_mentions_everyone_known check (mentions_everyone in ('here', 'channel')),
  file_ids uuid[] not null default '{}',
  files jsonb not null default '[]',
  link_preview jsonb,
  rank bigint not null default 0,
  author_rank bigint not null default 0,
  reply_rank integer not null default 0,
  reply_total integer not null default 0,
  primary key (channel_id, seq),
  constraint messages_id_unique unique (id),
  constraint messages_parent_fkey foreign key (channel_id, parent_seq) references chat.messages (channel_id, seq) on delete cascade,
  constraint messages_not_empty check (
    btrim(body, E' \t\r\n') <> '' or cardinality(file_ids) > 0 or deleted_at is not null)
) with (fillfactor = 90);
-- Serves own messages around a read marker (unread counts) and the messages of one person.
create index messages_author_idx on chat.messages (author_id, channel_id, seq);
create index messages_parent_idx on chat.messages (channel_id, parent_seq, seq) where parent_seq is not null;
create index messages_change_idx on chat.messages (channel_id, change) where change > 0;
create index messages_pinned_idx on chat.messages (channel_id, pinned_at desc) where pinned_at is not null;
-- Serves unread counts, which leave deleted messages out.
create index messages_deleted_idx on chat.messages (channel_id, seq) where deleted_at is not null;
create index messages_everyone_idx on chat.messages (channel_id, seq) where mentions_everyone = 'channel';
-- Serves a page of the channel, however many replies its threads have.
create index messages_in_channel_idx on chat.messages (channel_id, seq) where in_channel;
create index messages_deleted_by_idx on chat.messages (deleted_by) where deleted_by is not null;
create index messages_pinned_by_idx on chat.messages (pinned_by) where pinned_by is not null;

create table chat.message_edits (
  channel_id uuid not null,
  seq bigint not null,
  change bigint not null,
  body text not null,
  custom jsonb not null,
  files jsonb not null,
  written_at timestamptz not null,
  replaced_by uuid references chat.profiles on delete set null,
  primary key (channel_id, seq, change),
  constraint message_edits_message_fkey foreign key (channel_id, seq) references chat.messages (channel_id, seq) on delete cascade
);
-- Serves what was rewritten since a change.
create index message_edits_change_idx on chat.message_edits (channel_id, change);
create index message_edits_replaced_by_idx on chat.message_edits (replaced_by) where replaced_by is not null;

create table chat.mentions (
  user_id uuid not null references chat.accounts on delete cascade,
  channel_id uuid not null,
  seq bigint not null,
  primary key (user_id, channel_id, seq),
  constraint mentions_message_fkey foreign key (channel_id, seq) references chat.messages (channel_id, seq) on delete cascade
);
create index mentions_message_idx on chat.mentions (channel_id, seq);

alter table chat.messages enable row level security;
alter table chat.message_edits enable row level security;
alter table chat.mentions enable row level security;

-- Definer: channels of others are hidden from platform admins too, who read the history of all.
create function chat_private.my_history_channel_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select m.channel_id from chat.channel_members m where m.user_id = (select auth.uid())
  union
  select n.channel_id from chat.channel_counters n where (select chat_private.is_platform_admin());
$$;
grant execute on function chat_private.my_history_channel_ids() to authenticated;

grant select on chat.messages, chat.message_edits, chat.mentions to authenticated;

create policy select_member on chat.messages for select to authenticated
  using (channel_id in (select chat_private.my_channel_ids()));
-- An array, and not a set to be in, so that the index finds the rows: nobody narrows this table down for strangers.
create policy select_member_or_admin on chat.message_edits for select to authenticated
  using (channel_id = any (array(select chat_private.my_history_channel_ids()))
         and ((select chat_private.is_platform_admin())
              or exists (select from chat.messages m where m.channel_id = message_edits.channel_id
                          and m.seq = message_edits.seq and m.deleted_at is null)));
create policy select_self on chat.mentions for select to authenticated using (user_id = (select auth.uid()));

-- Definer: the counter belongs to nobody. Counts one more change in a channel and keeps its counter locked.
create function chat_private.next_change(channel_id uuid) returns bigint
language sql volatile security definer set search_path = '' as $$
  update chat.channel_counters n set last_change = n.last_change + 1
   where n.channel_id = next_change.channel_id returning n.last_change;
$$;

-- Definer: as above. Everything that changes messages of a channel goes one after the other.
create function chat_private.lock_channel(channel_id uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform from chat.channel_counters n where n.channel_id = lock_channel.channel_id for no key update;
end;
$$;

-- The channel, when the caller has this right in it, asked again once everybody who wrote before has finished: nobody
-- acts with a right that was taken from them meanwhile. Strangers lock nothing.
-- Definer: as above.
create function chat_private.take_right(channel_id uuid, "right" text, operation text) returns chat.channels
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform chat_private.require_member(take_right.channel_id, operation);
  perform chat_private.lock_channel(take_right.channel_id);
  return chat_private.require_right(take_right.channel_id, take_right."right", operation);
end;
$$;

-- What the mentions of a text may mean, in lower case: of the line behind each @ every beginning that does not end within
-- a word. Behind a word the @ belongs to an address such as ada@example.com. Lines end with the next @ or where the
-- longest name would, so that all of them together are no longer than the text.
create function chat_private.mention_candidates(body text) returns table (line text, name text)
language plpgsql immutable set search_path = '' as $$
begin
  return query
  with lines as (
    select distinct left(split_part(p.part, E'\n', 1), 83) as line
      from (select n, part, lag(part) over (order by n) as before
              from string_to_table(lower(body), '@') with ordinality s (part, n)) p
     where case when p.before = '' then p.n = 2 else right(p.before, 1) !~ '[[:alnum:]_/.]' end
  )
  select l.line, left(l.line, i) from lines l, generate_series(1, least(char_length(l.line), 82)) i
   where substr(l.line, i, 3) !~ '^([[:alnum:]][._-]?|[._-])[[:alnum:]]';
end;
$$;

-- Whom a text means: members by @username, @Full Name, @[Full Name], @id and @<id>, and everybody by @here or @channel;
-- of those that fit behind an @ whoever has the longest name.
create function chat_private.find_mentions(channel_id uuid, body text, out user_ids uuid[], out everyone text)
language plpgsql stable set search_path = '' as $$
declare
  v_lines text[];
  v_names text[];
begin
  user_ids := '{}';
  if strpos(body, '@') = 0 then
    return;
  end if;
  select array_agg(c.line), array_agg(c.name) into v_lines, v_names from chat_private.mention_candidates(body) c;
  with named as (
    -- People by their indexes first …
    select p.id, p.username as name, 1 as preference from chat.profiles p where p.username = any (v_names)
    union all
    select p.id, lower(p.name), 2 from chat.profiles p where lower(p.name) = any (v_names) and p.deleted_at is null
    union all
    select p.id, '[' || lower(p.name) || ']', 2 from chat.profiles p
     where lower(p.name) = any (array(select substr(n, 2, char_length(n) - 2) from unnest(v_names) n where n like '[%]'))
       and p.deleted_at is null
    union all
    select distinct ltrim(n, '<')::uuid, n, 1 from unnest(v_names) n
     where char_length(n) in (36, 37) and n ~ '^<?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
  ), known as materialized (
    -- … and then each by the membership: a channel has any number (offset 0 keeps it so).
    select n.id, n.name, n.preference from named n
     where exists (select from chat.channel_members m where m.channel_id = find_mentions.channel_id and m.user_id = n.id offset 0)
    union all
    select null, n, 0 from unnest(array['channel', 'here']) n
  ), fitting as (
    select k.id, k.name, rank() over (partition by c.line order by char_length(k.name) desc, k.preference) as place
      from unnest(v_lines, v_names) c (line, name) join known k on k.name = c.name
  )
  select coalesce(array_agg(distinct f.id) filter (where f.id is not null), '{}'), min(f.name) filter (where f.id is null)
    into user_ids, everyone from fitting f where f.place = 1;
  if cardinality(user_ids) > 200 then
    perform chat_private.fail('too_many_mentions', 400, 'unable to send message; it mentions more than 200 people');
  end if;
  if everyone = 'here' and (select n.member_count > 1000 from chat.channel_counters n where n.channel_id = find_mentions.channel_id) then
    -- A row for each who is there would cost too much.
    everyone := 'channel';
  end if;
end;
$$;

-- Definer: the counter belongs to nobody. It is taken last, so that its lock spans little more than the commit.
create function chat_private.tg_messages__number() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_counts boolean := new.kind = 'user' and new.in_channel;
  v_is_reply boolean := new.parent_seq is not null;
begin
  update chat.channel_counters n
     set last_seq = last_seq + 1,
         last_rank = last_rank + v_counts::integer,
         last_change = last_change + v_is_reply::integer,
         last_message_at = case when new.in_channel then clock_timestamp() else last_message_at end
   where n.channel_id = new.channel_id
  returning n.last_seq, n.last_rank, case when v_is_reply then n.last_change else 0 end, clock_timestamp()
       into new.seq, new.rank, new.change, new.created_at;
  if exists (select from chat.messages m where m.id = new.id) then
    -- A send repeated, perhaps while the first was still under way: the numbers go back, nothing is inserted.
    update chat.channel_counters n
       set last_seq = last_seq - 1, last_rank = last_rank - v_counts::integer, last_change = last_change - v_is_reply::integer,
           last_message_at = (select m.created_at from chat.messages m
                               where m.channel_id = new.channel_id and m.in_channel order by m.seq desc limit 1)
     where n.channel_id = new.channel_id;
    return null;
  end if;

  new.author_rank := v_counts::integer + coalesce((
    select m.author_rank from chat.messages m
     -- So that only the index of authors serves it, and no further than to this channel (`chat.my_channels`).
     where m.author_id = any (array[new.author_id]) and (m.channel_id, m.seq) between (new.channel_id, 0) and (new.channel_id, new.seq)
     order by m.author_id desc, m.channel_id desc, m.seq desc limit 1), 0);
  if v_is_reply then
    update chat.messages m
       set reply_count = reply_count + 1, reply_total = reply_total + 1, last_reply_at = new.created_at,
           reply_user_ids = (new.author_id || array_remove(m.reply_user_ids, new.author_id))[1:5],
           change = new.change
     where m.channel_id = new.channel_id and m.seq = new.parent_seq and (m.deleted_at is null or m.reply_total > 0)
    returning m.reply_total into new.reply_rank;
    if not found then
      -- A thread outlives its first message, but none begins at an empty place.
      perform chat_private.fail('message_deleted', 409, 'unable to reply; the message has been deleted');
    end if;
  end if;
  new.change := 0;
  return new;
end;
$$;
create trigger _100_number before insert on chat.messages
  for each row execute function chat_private.tg_messages__number();

-- Definer: as above. What holds for every change of a message, whoever makes it: its place and author stay, an
-- edit keeps what it replaces, a deletion leaves an empty place, and each is a numbered change of the channel.
create function chat_private.tg_messages__guard() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_is_deletion boolean := old.deleted_at is null and new.deleted_at is not null;
  v_is_edit boolean := not v_is_deletion and (new.body, new.custom) is distinct from (old.body, old.custom);
begin
  if (new.channel_id, new.seq, new.id, new.kind, new.parent_seq, new.in_channel, new.created_at, new.rank, new.author_rank, new.reply_rank)
     is distinct from
     (old.channel_id, old.seq, old.id, old.kind, old.parent_seq, old.in_channel, old.created_at, old.rank, old.author_rank, old.reply_rank)
     or (new.author_id is distinct from old.author_id and new.author_id is not null) then
    perform chat_private.fail('forbidden', 403, 'unable to change the message; its number, place and author stay as they are');
  elsif old.deleted_at is not null and ((new.body, new.custom, new.files) is distinct from (old.body, old.custom, old.files) or new.deleted_at is null) then
    perform chat_private.fail('message_deleted', 409, 'unable to change the message; it has been deleted');
  end if;
  if v_is_deletion then
    new.body := ''; new.custom := '{}'; new.files := '[]'; new.reaction_counts := '{}';
    new.mention_ids := '{}'; new.mentions_everyone := null; new.pinned_at := null; new.pinned_by := null;
    new.link_preview := null;
  elsif v_is_edit then
    new.edited_at := clock_timestamp();
    if new.body <> old.body then
      select m.user_ids, m.everyone into new.mention_ids, new.mentions_everyone
        from chat_private.find_mentions(new.channel_id, new.body) m;
      if new.mentions_everyone <> old.mentions_everyone and not exists (
           select from unnest(array[old.body, new.body]) as text, chat_private.mention_candidates(text) c where c.name = 'channel') then
        -- Both say @here; only the number of members has changed what this makes of it.
        new.mentions_everyone := old.mentions_everyone;
      end if;
    end if;
  end if;
  if new.change = old.change
     and (v_is_deletion or v_is_edit or (new.pinned_at is null) <> (old.pinned_at is null) or new.files <> old.files
          or new.reaction_counts <> old.reaction_counts or new.reply_count <> old.reply_count
          or new.link_preview is distinct from old.link_preview) then
    new.change := chat_private.next_change(new.channel_id);
  end if;
  if v_is_deletion or v_is_edit then
    insert into chat.message_edits (channel_id, seq, change, body, custom, files, written_at, replaced_by)
    values (old.channel_id, old.seq, new.change, old.body, old.custom, old.files, coalesce(old.edited_at, old.created_at), (select auth.uid()));
  end if;
  return new;
end;
$$;
create trigger _100_guard before update on chat.messages
  for each row execute function chat_private.tg_messages__guard();

-- Definer: mentions and counts are written by nobody else.
create function chat_private.tg_messages__follow() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and (new.deleted_at is not null or new.mentions_everyone is distinct from 'here') then
    delete from chat.mentions x
     where x.channel_id = new.channel_id and x.seq = new.seq and x.user_id <> all (new.mention_ids);
  end if;
  if tg_op = 'INSERT' or new.mention_ids <> old.mention_ids then
    -- Whose account is gone since the text was read is meant no more.
    insert into chat.mentions (user_id, channel_id, seq)
    select p.id, new.channel_id, new.seq from chat.profiles p
     where p.id = any (new.mention_ids) and p.id is distinct from new.author_id
    on conflict do nothing;
  end if;
  return null;
end;
$$;
create trigger _200_follow_mentions after insert on chat.messages
  for each row when (cardinality(new.mention_ids) > 0) execute function chat_private.tg_messages__follow();
create trigger _200_follow after update on chat.messages
  for each row when (new.mention_ids <> old.mention_ids or new.mentions_everyone is distinct from old.mentions_everyone
    or (new.deleted_at is not null and old.deleted_at is null))
  execute function chat_private.tg_messages__follow();

-- After the deletion itself has been announced, so that the two changes are heard in the order of their numbers.
-- Definer: as above.
create function chat_private.tg_messages__uncount_reply() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update chat.messages m set reply_count = m.reply_count - 1
   where m.channel_id = new.channel_id and m.seq = new.parent_seq;
  return null;
end;
$$;
create trigger _950_uncount_reply after update on chat.messages
  for each row when (new.parent_seq is not null and new.deleted_at is not null and old.deleted_at is null)
  execute function chat_private.tg_messages__uncount_reply();

-- A row that goes leaves a hole in the numbers, so rows go only together with their channel.
-- Definer: as above.
create function chat_private.tg_messages__keep() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from chat.channel_counters n where n.channel_id = old.channel_id) then
    perform chat_private.fail('forbidden', 403, 'unable to remove the row of a message; set deleted_at instead');
  end if;
  return old;
end;
$$;
create trigger _100_keep before delete on chat.messages
  for each row execute function chat_private.tg_messages__keep();

-- Definer: nobody writes system messages but the verbs they tell of. Texts of the contracts.
create function chat_private.post_system_message(channel_id uuid, body text, event text, user_ids uuid[] default '{}') returns void
language sql volatile security definer set search_path = '' as $$
  insert into chat.messages (channel_id, kind, author_id, body, custom)
  values (post_system_message.channel_id, 'system', (select auth.uid()), post_system_message.body,
          jsonb_build_object('event', post_system_message.event, 'user_ids', to_jsonb((post_system_message.user_ids)[1:100])));
$$;

comment on table chat.messages is 'Everything said; seq numbers each channel''s messages from 1 without gaps';
comment on column chat.messages.channel_id is 'The channel';
comment on column chat.messages.seq is 'Place in the channel, handed out in the sending transaction';
comment on column chat.messages.id is 'Public id, a UUIDv7 made by the client or the server; sending the same id again is no second message';
comment on column chat.messages.author_id is 'Who wrote it, or did what a system message tells; null once the account is deleted';
comment on column chat.messages.kind is 'user: written by somebody; system: tells what happened in the channel';
comment on column chat.messages.body is 'Text, up to 40,000 characters; empty when there are only files, and once deleted';
comment on column chat.messages.custom is 'The app''s own data: an object of at most 16 KB';
comment on column chat.messages.created_at is 'When it was sent; rises with seq';
comment on column chat.messages.parent_seq is 'The message whose thread it belongs to; null for one of the channel';
comment on column chat.messages.in_channel is 'Whether the channel shows it: everything but replies that were not sent there as well';
comment on column chat.messages.change is 'Number of its last change in the channel; 0 when it never changed';
comment on column chat.messages.edited_at is 'When its text or custom data last changed';
comment on column chat.messages.deleted_at is 'When it was deleted: an empty place remains';
comment on column chat.messages.deleted_by is 'Who deleted it';
comment on column chat.messages.reply_count is 'Replies in its thread that are not deleted';
comment on column chat.messages.last_reply_at is 'When its thread last got a reply';
comment on column chat.messages.reply_user_ids is 'The last up to five who replied, newest first';
comment on column chat.messages.reaction_counts is 'How many people reacted with which emoji: {"👍": 3}';
comment on column chat.messages.pinned_at is 'Since when it is pinned to the channel';
comment on column chat.messages.pinned_by is 'Who pinned it';
comment on column chat.messages.mention_ids is 'The members that its text means by @username, @Full Name, @[Full Name], @id or @<id>: of those that fit the longest';
comment on column chat.messages.mentions_everyone is 'here or channel when its text means everyone; @here in a channel of more than 1,000 members means channel';
comment on column chat.messages.file_ids is 'The files it was sent with';
comment on column chat.messages.files is 'What clients show of its files: [{id, name, mime_type, size, width, height}]';
comment on column chat.messages.link_preview is 'What the page of its first link says of itself, once the worker has read it: {url, title, description, image}';
comment on column chat.messages.rank is 'How many messages that count as unread the channel had with it';
comment on column chat.messages.author_rank is 'How many of those its author had written with it';
comment on column chat.messages.reply_rank is 'How many replies its thread had with it';
comment on column chat.messages.reply_total is 'How many replies its thread ever had';
comment on table chat.message_edits is 'What edits and deletions replaced, oldest change first';
comment on column chat.message_edits.channel_id is 'The channel';
comment on column chat.message_edits.seq is 'The message';
comment on column chat.message_edits.change is 'The change of the channel that replaced it';
comment on column chat.message_edits.body is 'The text as it was';
comment on column chat.message_edits.custom is 'The custom data as it was';
comment on column chat.message_edits.files is 'The files as they were';
comment on column chat.message_edits.written_at is 'When this version was written';
comment on column chat.message_edits.replaced_by is 'Who replaced it';
comment on table chat.mentions is 'Who is meant by which message, one row per person: by name, or by @here when they were there; @channel makes none';
comment on column chat.mentions.user_id is 'Who is meant';
comment on column chat.mentions.channel_id is 'The channel';
comment on column chat.mentions.seq is 'The message';
comment on policy select_member on chat.messages is 'Members read the messages of their channels';
comment on policy select_member_or_admin on chat.message_edits is
  'Members read how a message was edited; of deleted ones only platform admins';
comment on policy select_self on chat.mentions is 'People see where they are meant';
comment on function chat_private.find_mentions(uuid, text) is
  'Members meant by @username, @[Full Name] or @<id> in a text, and here or channel when it means everyone. Errors: too_many_mentions';
