-- What members keep to themselves about a channel: how far they have read, and whether it is pinned, muted, hidden.

create table chat.channel_states (
  channel_id uuid not null,
  user_id uuid not null,
  last_read_seq bigint not null default 0,
  last_read_rank bigint not null default 0,
  last_delivered_seq bigint not null default 0,
  pinned_at timestamptz,
  muted_until timestamptz,
  hidden_at timestamptz,
  notify_level text constraint channel_states_notify_level_known check (notify_level in ('all', 'mentions', 'nothing')),
  primary key (channel_id, user_id),
  constraint channel_states_member_fkey foreign key (channel_id, user_id)
    references chat.channel_members (channel_id, user_id) on delete cascade
) with (fillfactor = 80);
create index channel_states_user_id_idx on chat.channel_states (user_id, channel_id);

alter table chat.channel_states enable row level security;

grant select on chat.channel_states to authenticated;
create policy select_self on chat.channel_states for select to authenticated using (user_id = (select auth.uid()));

-- A joining member starts with nothing unread: what was said before is history.
-- Definer: states are written by functions only.
create function chat_private.tg_channel_members__create_state() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into chat.channel_states (channel_id, user_id, last_read_seq, last_read_rank, last_delivered_seq)
  select m.channel_id, m.user_id, n.last_seq, n.last_rank, n.last_seq
    from added m join chat.channel_counters n on n.channel_id = m.channel_id;
  return null;
end;
$$;
create trigger _150_create_state after insert on chat.channel_members
  referencing new table as added for each statement execute function chat_private.tg_channel_members__create_state();

-- Definer: as above.
create function chat.set_channel_state(channel_id uuid, is_pinned boolean default null, is_muted boolean default null,
                                       muted_until timestamptz default null, is_hidden boolean default null,
                                       notify_level text default null)
returns setof chat.channel_states rows 1
language plpgsql security definer set search_path = '' as $$
begin
  perform chat_private.require_member(set_channel_state.channel_id, 'set what the channel is to you');
  if set_channel_state.notify_level not in ('all', 'mentions', 'nothing', 'default') then
    perform chat_private.fail('invalid_notify_level', 400,
      'unable to set what the channel is to you; its level is all, mentions, nothing or default');
  end if;
  perform chat_private.check_time(set_channel_state.muted_until, 'set what the channel is to you');
  return query update chat.channel_states s
    set pinned_at = case is_pinned when true then coalesce(s.pinned_at, now()) when false then null else s.pinned_at end,
        muted_until = case is_muted when true then coalesce(set_channel_state.muted_until, 'infinity')
                                    when false then null else coalesce(set_channel_state.muted_until, s.muted_until) end,
        hidden_at = case is_hidden when true then now() when false then null else s.hidden_at end,
        notify_level = case when set_channel_state.notify_level is null then s.notify_level
                            else nullif(set_channel_state.notify_level, 'default') end
    where s.channel_id = set_channel_state.channel_id and s.user_id = (select auth.uid())
    returning s.*;
end;
$$;
grant execute on function chat.set_channel_state(uuid, boolean, boolean, timestamptz, boolean, text) to authenticated;

comment on table chat.channel_states is 'What a channel is to one of its members; seen by that member only';
comment on column chat.channel_states.channel_id is 'The channel';
comment on column chat.channel_states.user_id is 'The member';
comment on column chat.channel_states.last_read_seq is 'Everything up to this seq is read';
comment on column chat.channel_states.last_read_rank is 'rank of the message at last_read_seq; follows by itself';
comment on column chat.channel_states.last_delivered_seq is 'Everything up to this seq has reached a device';
comment on column chat.channel_states.pinned_at is 'Since when it stands at the top of the member''s list; null for not';
comment on column chat.channel_states.muted_until is 'Until when it makes no noise, infinity for good; null or past for not';
comment on column chat.channel_states.hidden_at is 'When the member put it out of sight; something new shows it again';
comment on column chat.channel_states.notify_level is 'all, mentions or nothing; null for the member''s general level';
comment on policy select_self on chat.channel_states is 'A member sees their own state only';
comment on function chat.set_channel_state(uuid, boolean, boolean, timestamptz, boolean, text) is
  'Pins, mutes (until a time or for good), hides a channel or sets its level of notifications for the caller; null leaves a thing as it is. Errors: channel_not_found, not_a_member, invalid_notify_level, invalid_time';
