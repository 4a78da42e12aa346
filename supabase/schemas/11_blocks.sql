-- Blocks: who wants to hear nothing more from whom.

create table chat.blocks (
  blocker_id uuid not null references chat.profiles on delete cascade,
  blocked_id uuid not null references chat.profiles on delete cascade,
  -- In whole milliseconds, which clients can give back as a cursor without loss.
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  primary key (blocker_id, blocked_id),
  constraint blocks_blocker_account_fkey foreign key (blocker_id) references chat.accounts on delete cascade,
  constraint blocks_blocked_account_fkey foreign key (blocked_id) references chat.accounts on delete cascade,
  constraint blocks_not_oneself check (blocker_id <> blocked_id)
);
create index blocks_blocked_id_idx on chat.blocks (blocked_id, blocker_id);
-- Serves the list, newest first.
create index blocks_list_idx on chat.blocks (blocker_id, created_at, blocked_id);

alter table chat.blocks enable row level security;

-- Definer: a block binds both people, but only the blocker may see it. Asked by the rules of sending, opening
-- direct messages and notifying; never exposed.
create function chat_private.is_blocked_pair(a uuid, b uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from chat.blocks k where k.blocker_id = a and k.blocked_id = b)
      or exists (select from chat.blocks k where k.blocker_id = b and k.blocked_id = a);
$$;
grant execute on function chat_private.is_blocked_pair(uuid, uuid) to authenticated;

grant select, delete on chat.blocks to authenticated;
grant insert (blocker_id, blocked_id) on chat.blocks to authenticated;

create policy select_self on chat.blocks for select to authenticated using (blocker_id = (select auth.uid()));
create policy insert_self on chat.blocks for insert to authenticated with check (blocker_id = (select auth.uid()));
create policy delete_self on chat.blocks for delete to authenticated using (blocker_id = (select auth.uid()));

create function chat.block_user(user_id uuid) returns setof chat.blocks rows 1
language plpgsql set search_path = '' as $$
declare
  v_me uuid := (select auth.uid());
begin
  if block_user.user_id = v_me then
    perform chat_private.fail('cannot_block_oneself', 400, 'unable to block; nobody can block themselves');
  elsif not exists (select from chat.profiles p where p.id = block_user.user_id and p.deleted_at is null) then
    perform chat_private.fail('user_not_found', 404, 'unable to block; the user does not exist');
  end if;
  insert into chat.blocks (blocker_id, blocked_id) values (v_me, block_user.user_id) on conflict do nothing;
  return query select * from chat.blocks k where k.blocker_id = v_me and k.blocked_id = block_user.user_id;
end;
$$;
grant execute on function chat.block_user(uuid) to authenticated;

create function chat.unblock_user(user_id uuid) returns void
language sql set search_path = '' as $$
  delete from chat.blocks k where k.blocker_id = (select auth.uid()) and k.blocked_id = unblock_user.user_id;
$$;
grant execute on function chat.unblock_user(uuid) to authenticated;

create function chat.list_blocks(before_time timestamptz default null, before_user_id uuid default null,
                                 page_size integer default 50)
returns setof chat.blocks rows 50
language plpgsql stable set search_path = '' as $$
begin
  perform chat_private.check_page_size(page_size, 'list blocks');
  return query select * from chat.blocks k
    where k.blocker_id = (select auth.uid())
      and (k.created_at, k.blocked_id) < (coalesce(before_time, 'infinity'),
                                          coalesce(before_user_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    order by k.created_at desc, k.blocked_id desc limit page_size;
end;
$$;
grant execute on function chat.list_blocks(timestamptz, uuid, integer) to authenticated;

comment on table chat.blocks is 'Who has blocked whom: the two can send each other no direct messages, and the blocker gets no notifications of the blocked';
comment on column chat.blocks.blocker_id is 'Who blocks, and alone sees this row';
comment on column chat.blocks.blocked_id is 'Who is blocked, and is never told';
comment on column chat.blocks.created_at is 'When, in whole milliseconds';
comment on policy select_self on chat.blocks is 'A user sees whom they have blocked, never by whom they are';
comment on policy insert_self on chat.blocks is 'A user blocks for themselves';
comment on policy delete_self on chat.blocks is 'A user lifts their own blocks';
comment on function chat_private.is_blocked_pair(uuid, uuid) is 'Whether either of the two has blocked the other';
comment on function chat.block_user(uuid) is
  'Blocks a user and returns the block; no effect when blocked already. Errors: user_not_found, cannot_block_oneself';
comment on function chat.unblock_user(uuid) is 'Lifts a block of the caller; no effect when there is none';
comment on function chat.list_blocks(timestamptz, uuid, integer) is
  'Whom the caller has blocked, newest first, before a time and user: 1 to 200 rows. Errors: invalid_page_size';
