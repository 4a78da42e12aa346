-- Telling suspended people by mail: noted with the suspension, tried again until a mail server takes it.

-- Whoever suspends over HTTP sends at once; a worker finds what has not gone out by then.
create table chat_private.suspension_mails (
  user_id uuid primary key references chat.accounts on delete cascade,
  tries integer not null default 1,
  due_at timestamptz not null default now() + interval '1 minute'
);

alter table chat_private.suspension_mails enable row level security;

-- Definer: the table belongs to nobody.
create function chat_private.tg_accounts__tell_suspension() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.suspended_at is null then
    delete from chat_private.suspension_mails m where m.user_id = new.user_id;
  elsif new.email is not null and new.suspend_reason is not null then
    insert into chat_private.suspension_mails (user_id) values (new.user_id) on conflict do nothing;
    perform chat_private.wake_worker('suspension_mails', now() + interval '1 minute');
  end if;
  return null;
end;
$$;
create trigger _500_tell_suspension after update of suspended_at on chat.accounts
  for each row when ((new.suspended_at is null) <> (old.suspended_at is null))
  execute function chat_private.tg_accounts__tell_suspension();

-- Those whose turn it is, each for another try after 2, 4, 8 … minutes, at last every hour; after two days a mail that no
-- server takes is given up.
-- Definer: as above.
create function chat.claim_suspension_mails() returns table (user_id uuid, email text, reason text)
language plpgsql volatile security definer rows 20 set search_path = '' as $$
begin
  delete from chat_private.suspension_mails m where m.tries > 50;
  return query
    update chat_private.suspension_mails m
       set tries = m.tries + 1, due_at = now() + least(make_interval(mins => (2 ^ least(m.tries, 6))::integer), interval '1 hour')
      from chat.accounts a
     where a.user_id = m.user_id
       and m.user_id in (select d.user_id from chat_private.suspension_mails d
                          where d.due_at <= now() order by d.due_at limit 20 for update skip locked)
    returning m.user_id, a.email, a.suspend_reason;
end;
$$;
grant execute on function chat.claim_suspension_mails() to service_role;

-- Definer: as above.
create function chat.settle_suspension_mail(user_id uuid) returns void
language sql volatile security definer set search_path = '' as $$
  delete from chat_private.suspension_mails m where m.user_id = settle_suspension_mail.user_id;
$$;
grant execute on function chat.settle_suspension_mail(uuid) to service_role;

comment on table chat_private.suspension_mails is 'Suspended people whom no mail server has taken the mail for yet';
comment on column chat_private.suspension_mails.user_id is 'Who is to be told';
comment on column chat_private.suspension_mails.tries is 'How often it was tried, the try that is under way among them';
comment on column chat_private.suspension_mails.due_at is 'From when it is tried again';
comment on function chat.claim_suspension_mails() is
  'For the server only: up to 20 mails whose turn it is to be tried again';
comment on function chat.settle_suspension_mail(uuid) is 'For the server only: a mail server has taken this person''s mail';
