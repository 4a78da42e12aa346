-- Link previews: what the page behind a message's first link says of itself. The worker reads pages; messages wait here.

-- What pages said, for the messages that come after; also that a page said nothing.
create table chat_private.link_previews (
  url text primary key,
  preview jsonb,
  fetched_at timestamptz not null default now()
);
create index link_previews_fetched_at_idx on chat_private.link_previews (fetched_at);

-- due_at lies in the future while a worker is at it, so that another takes over when it is never heard of again.
create table chat_private.link_preview_requests (
  channel_id uuid not null,
  seq bigint not null,
  url text not null,
  due_at timestamptz not null default now(),
  attempts integer not null default 0,
  primary key (channel_id, seq),
  constraint link_preview_requests_message_fkey foreign key (channel_id, seq)
    references chat.messages (channel_id, seq) on delete cascade
);
create index link_preview_requests_due_idx on chat_private.link_preview_requests (due_at);

alter table chat_private.link_previews enable row level security;
alter table chat_private.link_preview_requests enable row level security;

-- The first address in a text, without what belongs to the sentence around it; null when it is none that an index can hold.
create function chat_private.first_link(body text) returns text
language plpgsql immutable set search_path = '' as $$
declare
  v_url text := rtrim(substring(body from '(?i)\mhttps?://[^\s<>"`|]+'), '.,;:!?''*_~]}');
begin
  if right(v_url, 1) = ')' and strpos(v_url, '(') = 0 then
    v_url := rtrim(v_url, ').,;:!?''*_~]}');
  end if;
  return case when octet_length(v_url) <= 2000 then v_url end;
end;
$$;

-- A message has the preview at once when the page was read lately, and none of a link that it lost.
-- Definer: the tables belong to nobody.
create function chat_private.tg_messages__preview() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_url text := chat_private.first_link(new.body);
begin
  if tg_op = 'INSERT' or v_url is distinct from chat_private.first_link(old.body) then
    new.link_preview := (select p.preview from chat_private.link_previews p
                          where p.url = v_url and p.fetched_at > now() - interval '1 day');
  end if;
  return new;
end;
$$;
create trigger _140_preview before insert on chat.messages
  for each row when (new.kind = 'user' and new.body ~* '\mhttps?://') execute function chat_private.tg_messages__preview();
create trigger _090_preview before update of body on chat.messages
  for each row when (new.deleted_at is null and new.body <> old.body and (new.body ~* '\mhttps?://' or old.link_preview is not null))
  execute function chat_private.tg_messages__preview();

-- Definer: as above.
create function chat_private.tg_messages__request_preview() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_url text := chat_private.first_link(new.body);
begin
  if v_url is null or (tg_op = 'UPDATE' and v_url is not distinct from chat_private.first_link(old.body))
     or exists (select from chat_private.link_previews p where p.url = v_url and p.fetched_at > now() - interval '1 day') then
    return null;
  end if;
  insert into chat_private.link_preview_requests (channel_id, seq, url) values (new.channel_id, new.seq, v_url)
  on conflict on constraint link_preview_requests_pkey do update set url = excluded.url, due_at = now(), attempts = 0;
  perform chat_private.wake_worker('link_previews');
  return null;
end;
$$;
create trigger _160_request_preview after insert on chat.messages
  for each row when (new.kind = 'user' and new.body ~* '\mhttps?://' and new.link_preview is null)
  execute function chat_private.tg_messages__request_preview();
create trigger _160_request_preview_of_edit after update of body on chat.messages
  for each row when (new.body <> old.body and new.body ~* '\mhttps?://' and new.link_preview is null)
  execute function chat_private.tg_messages__request_preview();

-- Hands the worker some links to read, for two minutes; who does not come back in that time is not waited for.
create function chat_private.take_link_previews(how_many integer) returns setof chat_private.link_preview_requests
language sql volatile set search_path = '' as $$
  update chat_private.link_preview_requests r
     set due_at = clock_timestamp() + interval '2 minutes', attempts = r.attempts + 1
   where (r.channel_id, r.seq) in (
     select d.channel_id, d.seq from chat_private.link_preview_requests d
      where d.due_at <= clock_timestamp() order by d.due_at limit how_many for update skip locked)
  returning r.*;
$$;

-- Keeps what a page said (null: nothing) and shows it where the link still is the message's first.
create function chat_private.store_link_preview(channel_id uuid, seq bigint, url text, preview jsonb) returns void
language plpgsql volatile set search_path = '' as $$
begin
  insert into chat_private.link_previews as p (url, preview) values (store_link_preview.url, store_link_preview.preview)
  on conflict on constraint link_previews_pkey do update set preview = excluded.preview, fetched_at = now();
  perform chat_private.lock_channel(store_link_preview.channel_id);
  update chat.messages m set link_preview = store_link_preview.preview
   where m.channel_id = store_link_preview.channel_id and m.seq = store_link_preview.seq and m.deleted_at is null
     and m.link_preview is distinct from store_link_preview.preview
     and chat_private.first_link(m.body) = store_link_preview.url;
  delete from chat_private.link_preview_requests r
   where r.channel_id = store_link_preview.channel_id and r.seq = store_link_preview.seq and r.url = store_link_preview.url;
end;
$$;

-- Pages change, and nobody sends most of them again.
create function chat_private.prune_link_previews() returns void
language sql volatile set search_path = '' as $$
  delete from chat_private.link_previews p
   where p.ctid = any (array(
     select d.ctid from chat_private.link_previews d
      where d.fetched_at < now() - interval '1 day' limit 10000 for update skip locked));
$$;

comment on table chat_private.link_previews is 'What pages said of themselves when they were last read; null: nothing';
comment on column chat_private.link_previews.url is 'The address as it stood in a message';
comment on column chat_private.link_previews.preview is 'As messages show it: {url, title, description, image}';
comment on column chat_private.link_previews.fetched_at is 'When; after a day it counts no more';
comment on table chat_private.link_preview_requests is 'Messages whose first link the worker has not read yet';
comment on column chat_private.link_preview_requests.channel_id is 'The channel';
comment on column chat_private.link_preview_requests.seq is 'The message';
comment on column chat_private.link_preview_requests.url is 'Its first link';
comment on column chat_private.link_preview_requests.due_at is 'From when on a worker may take it';
comment on column chat_private.link_preview_requests.attempts is 'How many times one has taken it';
comment on function chat_private.first_link(text) is 'The first http or https address in a text, of at most 2,000 bytes';
