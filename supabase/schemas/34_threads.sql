-- Who follows which thread, and how far they have read it.

create table chat.thread_members (
  user_id uuid not null,
  channel_id uuid not null,
  root_seq bigint not null,
  last_read_seq bigint not null default 0,
  last_read_rank integer not null default 0,
  is_following boolean not null default true,
  primary key (user_id, channel_id, root_seq),
  constraint thread_members_member_fkey foreign key (channel_id, user_id)
    references chat.channel_members (channel_id, user_id) on delete cascade,
  constraint thread_members_root_fkey foreign key (channel_id, root_seq)
    references chat.messages (channel_id, seq) on delete cascade
);
create index thread_members_root_idx on chat.thread_members (channel_id, root_seq, user_id);
create index thread_members_member_idx on chat.thread_members (channel_id, user_id);

alter table chat.thread_members enable row level security;
grant select on chat.thread_members to authenticated;
create policy select_self on chat.thread_members for select to authenticated using (user_id = (select auth.uid()));

-- Who starts a thread, answers in it or is meant in it follows it; an own reply has read everything before it.
-- Definer: followers are written by functions only.
create function chat_private.tg_messages__follow_thread() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat.thread_members as t (user_id, channel_id, root_seq, last_read_seq, last_read_rank)
  select f.user_id, new.channel_id, new.parent_seq,
         case when f.user_id = new.author_id then new.seq else f.seq end,
         case when f.user_id = new.author_id then new.reply_rank else f.rank end
    from (
      select new.author_id, new.seq, new.reply_rank
      union
      select m.author_id, new.parent_seq, 0 from chat.messages m
       where m.channel_id = new.channel_id and m.seq = new.parent_seq and m.author_id is distinct from new.author_id
      union
      select u, new.seq - 1, new.reply_rank - 1 from unnest(new.mention_ids) as u where u is distinct from new.author_id
    ) as f (user_id, seq, rank)
    join chat.channel_members m on m.channel_id = new.channel_id and m.user_id = f.user_id
  on conflict on constraint thread_members_pkey do update
    set last_read_seq = excluded.last_read_seq, last_read_rank = excluded.last_read_rank, is_following = true
    where t.user_id = new.author_id;
  return null;
end;
$$;
create trigger _300_follow_thread after insert on chat.messages
  for each row when (new.parent_seq is not null) execute function chat_private.tg_messages__follow_thread();

-- The caller's row for a thread, made when there is none.
-- Definer: as above.
create function chat_private.thread_state(channel_id uuid, root_seq bigint, operation text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.hold_member(thread_state.channel_id, operation);
  insert into chat.thread_members (user_id, channel_id, root_seq, last_read_seq, is_following)
  select auth.uid(), m.channel_id, m.seq, m.seq, false from chat.messages m
   where m.channel_id = thread_state.channel_id and m.seq = thread_state.root_seq and m.parent_seq is null and m.kind = 'user'
  on conflict on constraint thread_members_pkey do nothing;
  if not found and not exists (select from chat.messages m where m.channel_id = thread_state.channel_id
                                and m.seq = thread_state.root_seq and m.parent_seq is null and m.kind = 'user') then
    perform chat_private.fail('message_not_found', 404, format('unable to %s; the message does not exist', operation));
  end if;
end;
$$;

-- Definer: as above.
create function chat.follow_thread(channel_id uuid, root_seq bigint, is_following boolean default true)
returns setof chat.thread_members rows 1
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.thread_state(follow_thread.channel_id, follow_thread.root_seq, 'follow thread');
  return query update chat.thread_members t set is_following = coalesce(follow_thread.is_following, true)
    where t.channel_id = follow_thread.channel_id and t.root_seq = follow_thread.root_seq and t.user_id = (select auth.uid())
    returning t.*;
end;
$$;
grant execute on function chat.follow_thread(uuid, bigint, boolean) to authenticated;

-- Definer: as above.
create function chat.mark_thread_read(channel_id uuid, root_seq bigint, seq bigint) returns setof chat.thread_members rows 1
language plpgsql security definer set search_path = '' as $$
begin
  if mark_thread_read.seq is null or mark_thread_read.seq < 0 then
    perform chat_private.fail('invalid_seq', 400, 'unable to mark thread as read; a seq is a number from 0');
  end if;
  perform chat_private.thread_state(mark_thread_read.channel_id, mark_thread_read.root_seq, 'mark thread as read');
  update chat.thread_members t
     set last_read_seq = r.seq, last_read_rank = r.reply_rank
    from (select m.seq, m.reply_rank from chat.messages m
           where m.channel_id = mark_thread_read.channel_id and m.parent_seq = mark_thread_read.root_seq
             and m.seq <= mark_thread_read.seq order by m.seq desc limit 1) r
   where t.channel_id = mark_thread_read.channel_id and t.root_seq = mark_thread_read.root_seq
     and t.user_id = (select auth.uid()) and t.last_read_seq < r.seq;
  return query select * from chat.thread_members t
    where t.channel_id = mark_thread_read.channel_id and t.root_seq = mark_thread_read.root_seq and t.user_id = (select auth.uid());
end;
$$;
grant execute on function chat.mark_thread_read(uuid, bigint, bigint) to authenticated;

create view chat.my_threads with (security_invoker = true) as
  select t.channel_id, t.root_seq, t.last_read_seq, m.id as root_id, m.author_id, m.body, m.reply_count, m.last_reply_at, m.reply_user_ids,
         m.reply_total - t.last_read_rank - case when m.reply_total = t.last_read_rank then 0 else (
           select count(*) from chat.messages gone
            where gone.channel_id = t.channel_id and gone.parent_seq = t.root_seq and gone.seq > t.last_read_seq
              and gone.deleted_at is not null) end as unread_count
    from chat.thread_members t
    join chat.messages m on m.channel_id = t.channel_id and m.seq = t.root_seq
   where t.user_id = (select auth.uid()) and t.is_following;
grant select on chat.my_threads to authenticated;

comment on table chat.thread_members is 'Who follows a thread and how far they have read it; seen by themselves only';
comment on column chat.thread_members.user_id is 'The follower';
comment on column chat.thread_members.channel_id is 'The channel';
comment on column chat.thread_members.root_seq is 'The message that the thread belongs to';
comment on column chat.thread_members.last_read_seq is 'Replies up to this seq are read';
comment on column chat.thread_members.last_read_rank is 'How many replies that were';
comment on column chat.thread_members.is_following is 'False once the person asked not to be told';
comment on policy select_self on chat.thread_members is 'People see what they follow';
comment on view chat.my_threads is 'The threads that the caller follows, with their root and exact unread counts';
comment on column chat.my_threads.unread_count is 'Replies of others after last_read_seq that are not deleted';
comment on function chat.follow_thread(uuid, bigint, boolean) is
  'Follows a thread or stops following it. Errors: channel_not_found, not_a_member, message_not_found';
comment on function chat.mark_thread_read(uuid, bigint, bigint) is
  'Marks a thread as read up to a reply; a marker never moves back. Errors: invalid_seq, channel_not_found, not_a_member, message_not_found';
