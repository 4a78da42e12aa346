-- The index of everything said: which words each message has, in any script, so that search finds them without reading messages.

-- Functions of the way of a send are in PL/pgSQL, which keeps their plans: SQL functions are planned again with each message.

-- Text as it is compared: without case, accents, vowel points and other ways of writing the same letter.
create function chat_private.fold(value text) returns text
language plpgsql immutable strict parallel safe set search_path = '' as $$
begin
  if octet_length(value) = char_length(value) then
    return lower(value);
  end if;
  -- The collation by name: what lower() knows must not depend on the database's locale. The length, because one character
  -- can be taken apart into eighteen.
  return replace(replace(replace(replace(translate(
    normalize(regexp_replace(left(normalize(lower(value collate pg_catalog.pg_c_utf8), nfkd), 130000),
      '[\u00ad\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]',
      '', 'g'), nfc),
    'ıøđłħŧςٱىةیک', 'iodlhtσايهيك'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th');
end;
$$;

-- Folded text with one blank for every character that is neither letter nor digit nor symbol.
create function chat_private.plain(value text) returns text
language plpgsql immutable strict parallel safe set search_path = '' as $$
begin
  return regexp_replace(chat_private.fold(value),
    '[\u0001-\u002f\u003a-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u02c2-\u02df\u037e\u0387\u055a-\u055f\u0589\u05be\u05c0\u05c3\u05f3\u05f4\u060c\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965\u0970\u1361-\u1368\u1680\u180e\u2000-\u206f\u20a0-\u20cf\u2100-\u25ff\u2800-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u303d-\u303f\u30fb\ufe10-\ufe1f\ufe30-\ufe6f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]',
    ' ', 'g');
end;
$$;

-- Scripts that put no blanks between words (Thai to Tibetan, Japanese, Chinese, Korean) and emoji, for use within brackets.
create function chat_private.dense_scripts() returns text
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return '\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2600-\u27bf\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U0001f000-\U0001faff\U00020000-\U0003ffff';
end;
$$;

-- The words of a text in their order. Dense scripts give pairs of neighbours, and the last character of each run
-- alone (is_last), so that one character is found as the beginning of a pair wherever it stands.
create function chat_private.search_words(value text) returns table (place bigint, word text, is_last boolean)
language plpgsql immutable strict parallel safe set search_path = '' as $$
declare
  -- A tsvector holds a megabyte; a character adds 16 bytes at most.
  v_text text := left(chat_private.plain(value), 60000);
begin
  if octet_length(v_text) = char_length(v_text) then
    return query
      select row_number() over (), left(t, 64), false from string_to_table(v_text, ' ') t where t <> '';
  else
    -- Each dense character becomes "x~" between blanks; where there was a blank before there are two now, and the
    -- empty word between them ends the run.
    return query
      select row_number() over (order by n),
             case when t not like '%~' then left(t, 64)
                  when next like '%~' then left(t, -1) || left(next, -1)
                  else left(t, -1) end,
             t like '%~' and next not like '%~'
        from (select n, t, coalesce(lead(t) over (order by n), '') as next
                from string_to_table(
                  regexp_replace(
                    regexp_replace(v_text, '([' || chat_private.dense_scripts() || '])', ' \1~', 'g'),
                    '~(?=[^ ])', '~ ', 'g'), ' ') with ordinality s (t, n)) tokens
       where t <> '';
  end if;
end;
$$;

-- created_at stands before seq, because every search asks for the newest first and many for a span of time.
create table chat_private.message_search (
  channel_id uuid not null,
  created_at timestamptz not null,
  seq bigint not null,
  terms tsvector not null,
  primary key (channel_id, created_at, seq)
);
create index message_search_created_at_idx on chat_private.message_search (created_at, channel_id, seq);
-- Without a list of pending entries: each search would read it once per channel.
create index message_search_terms_idx on chat_private.message_search using gin (terms) with (fastupdate = off);

alter table chat_private.message_search enable row level security;

-- What every term of a channel's messages begins with. A search looks up the terms of the caller's channels and never
-- meets those of others, so neither its answer nor its time tells anything of them.
create function chat_private.search_prefix(channel_id uuid) returns text
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return right(channel_id::text, 8);
end;
$$;

-- The term that stands for an author: the random part of the id.
create function chat_private.author_term(user_id uuid) returns text
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return '@' || right(replace(user_id::text, '-', ''), 16);
end;
$$;

-- The terms of a message: its channel (all of its messages), its author, what it has and is, its words and those of its files' names.
create function chat_private.search_terms(message chat.messages) returns tsvector
language plpgsql stable set search_path = '' as $$
declare
  v_prefix text := chat_private.search_prefix(message.channel_id);
  v_text text := message.body;
  v_terms text := v_prefix;
begin
  if message.author_id is not null then
    v_terms := v_terms || ' ' || v_prefix || chat_private.author_term(message.author_id);
  end if;
  if message.body ~* 'https?://' then v_terms := v_terms || ' ' || v_prefix || '=link'; end if;
  if message.body like '%`%`%' then v_terms := v_terms || ' ' || v_prefix || '=code'; end if;
  if message.reaction_counts <> '{}' then v_terms := v_terms || ' ' || v_prefix || '=reaction'; end if;
  if message.pinned_at is not null then v_terms := v_terms || ' ' || v_prefix || '=pin'; end if;
  if message.parent_seq is not null then v_terms := v_terms || ' ' || v_prefix || '=thread'; end if;
  if message.edited_at is not null then v_terms := v_terms || ' ' || v_prefix || '=edited'; end if;
  if message.files <> '[]' then
    v_terms := v_terms || ' ' || v_prefix || '=file';
    if message.files @? '$[*] ? (@.mime_type starts with "image/")' then v_terms := v_terms || ' ' || v_prefix || '=image'; end if;
    v_text := v_text || (select string_agg(E'\n' || (f ->> 'name'), '') from jsonb_array_elements(message.files) f);
  end if;
  -- Places end at 16,383; words behind are found, but not as parts of phrases.
  return concat_ws(' ', v_terms, (
    select string_agg(v_prefix || word || ':' || least(place, 16383), ' ') from chat_private.search_words(v_text)))::tsvector;
end;
$$;

-- Definer: the index belongs to nobody.
create function chat_private.tg_messages__index() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op <> 'INSERT' then
    delete from chat_private.message_search s
     where s.channel_id = old.channel_id and s.created_at = old.created_at and s.seq = old.seq;
  end if;
  if tg_op <> 'DELETE' and new.kind = 'user' and new.deleted_at is null then
    insert into chat_private.message_search (channel_id, created_at, seq, terms)
    values (new.channel_id, new.created_at, new.seq, chat_private.search_terms(new));
  end if;
  return null;
end;
$$;
create trigger _500_index after insert or delete on chat.messages
  for each row execute function chat_private.tg_messages__index();
-- Most updates change nothing that can be searched for: replies counted, a second reaction.
create trigger _600_reindex after update of channel_id, seq, kind, created_at, body, files, parent_seq, deleted_at, edited_at, pinned_at, reaction_counts
  on chat.messages for each row when (
    (old.channel_id, old.seq, old.kind, old.created_at, old.body, old.files, old.parent_seq,
     old.deleted_at is null, old.edited_at is null, old.pinned_at is null, old.reaction_counts = '{}')
    is distinct from
    (new.channel_id, new.seq, new.kind, new.created_at, new.body, new.files, new.parent_seq,
     new.deleted_at is null, new.edited_at is null, new.pinned_at is null, new.reaction_counts = '{}'))
  execute function chat_private.tg_messages__index();

comment on table chat_private.message_search is 'The words of every message that is not deleted; written by triggers only';
comment on column chat_private.message_search.channel_id is 'Channel of the message';
comment on column chat_private.message_search.created_at is 'When it was sent';
comment on column chat_private.message_search.seq is 'Its place in the channel';
comment on column chat_private.message_search.terms is
  'Each begins with the end of the channel''s id: words, @author, =link, =code, =file, =image, =reaction, =pin, =thread, =edited';
