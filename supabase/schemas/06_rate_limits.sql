-- Rate limits: how often each person may do what costs much; rules are rows, and what has no rule has no limit.

create table chat_private.rate_limit_rules (
  bucket text primary key constraint rate_limit_rules_bucket_form check (bucket ~ '^[a-z][a-z0-9_]{1,62}$'),
  burst integer not null constraint rate_limit_rules_burst_range check (burst between 1 and 1000000),
  period interval not null
    constraint rate_limit_rules_period_range check (period between interval '1 second' and interval '31 days'),
  description text not null default ''
);

-- Unlogged: after a crash everybody may start afresh, and no check waits for the disk.
create unlogged table chat_private.rate_limit_states (
  bucket text not null,
  key text not null,
  full_at timestamptz not null,
  primary key (bucket, key)
) with (fillfactor = 50);

alter table chat_private.rate_limit_rules enable row level security;
alter table chat_private.rate_limit_states enable row level security;

-- Who counts as one: an address of version 4, or the first 64 bits of one of version 6, as whoever has one of these has
-- all 2⁶⁴ of that network.
create function chat_private.network_of(address inet) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select text(network(set_masklen(address, case
    when family(address) = 4 then 32 when address << inet '::ffff:0:0/96' then 128 else 64 end)));
$$;

-- What is full again says nothing any more. Whoever holds a row is just using it, so nobody waits for it.
-- Definer: the table belongs to nobody.
create function chat_private.prune_rate_limits() returns void
language sql volatile security definer set search_path = '' as $$
  delete from chat_private.rate_limit_states s
   where s.ctid = any (array(
     select d.ctid from chat_private.rate_limit_states d
      where d.full_at < clock_timestamp() limit 10000 for update skip locked));
$$;

-- The share of the period that brings one token. Rounded down, or a whole burst would come to a hair more than the period.
create function chat_private.token_step(rule chat_private.rate_limit_rules) returns interval
language sql immutable set search_path = '' as $$
  select make_interval(secs => trunc(extract(epoch from rule.period) / rule.burst, 6));
$$;

-- How long the next token takes, at most zero when there is one. A rule made stricter meanwhile must not lock anybody
-- out for longer than its own period.
create function chat_private.token_wait(rule chat_private.rate_limit_rules, full_at timestamptz, at timestamptz) returns interval
language sql stable set search_path = '' as $$
  select least(greatest(full_at, at), at + rule.period) + chat_private.token_step(rule) - (at + rule.period);
$$;

create function chat_private.refuse_token(rule chat_private.rate_limit_rules, wait interval) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_seconds text := greatest(1, ceil(extract(epoch from wait)))::integer;
begin
  perform chat_private.fail('rate_limited', 429,
    format('unable to answer; too many requests, try again in %s s', v_seconds),
    -- supabase-js passes on no headers, so the same stands in the body.
    details => format('Retry-After: %s', v_seconds),
    headers => jsonb_build_object(
      'Retry-After', v_seconds, 'RateLimit-Limit', rule.burst::text, 'RateLimit-Remaining', '0', 'RateLimit-Reset', v_seconds));
end;
$$;

-- Definer: as above. The generic cell rate algorithm: a bucket is one moment, the one at which it is full again;
-- each token moves it on by period / burst, and a token that would move it beyond now + period is refused. One
-- upsert decides, so calls at once are counted one after the other.
create function chat_private.take_token(bucket text, key text default auth.uid()::text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_rule chat_private.rate_limit_rules;
  v_now timestamptz := clock_timestamp();
  v_step interval;
begin
  -- An API key that may only read writes nothing; the HTTP API counts it.
  if current_setting('transaction_read_only')::boolean then
    return;
  end if;
  select * into v_rule from chat_private.rate_limit_rules r where r.bucket = take_token.bucket;
  if not found or key is null then
    return;  -- no limit, or the operator
  end if;
  v_step := chat_private.token_step(v_rule);
  insert into chat_private.rate_limit_states as s (bucket, key, full_at)
  values (take_token.bucket, take_token.key, v_now + v_step)
  on conflict on constraint rate_limit_states_pkey do update
    set full_at = greatest(s.full_at, v_now) + v_step
    where chat_private.token_wait(v_rule, s.full_at, v_now) <= interval '0';
  if not found then
    perform chat_private.refuse_token(v_rule, chat_private.token_wait(v_rule, s.full_at, v_now))
       from chat_private.rate_limit_states s
      where s.bucket = take_token.bucket and s.key = take_token.key;
  end if;
  if random() < 0.0001 then
    perform chat_private.prune_rate_limits();
  end if;
end;
$$;
grant execute on function chat_private.take_token(text, text) to authenticated;

-- Who has taken a token keeps others from the bucket until the transaction ends. What takes long therefore asks here
-- whether there is one, and takes it last.
-- Definer: as above.
create function chat_private.require_token(bucket text, key text default auth.uid()::text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  perform chat_private.refuse_token(r, chat_private.token_wait(r, s.full_at, v_now))
     from chat_private.rate_limit_rules r
     join chat_private.rate_limit_states s on s.bucket = r.bucket and s.key = require_token.key
    where r.bucket = require_token.bucket and chat_private.token_wait(r, s.full_at, v_now) > interval '0';
end;
$$;
grant execute on function chat_private.require_token(text, text) to authenticated;

insert into chat_private.rate_limit_rules (bucket, burst, period, description) values
  ('search', 60, '10 seconds', 'Searches, also those made while somebody types'),
  ('create_channel', 200, '1 hour', 'New channels and groups'),
  ('create_api_key', 60, '1 hour', 'New API keys'),
  ('open_dm', 300, '1 hour', 'New direct messages'),
  ('create_file', 300, '10 minutes', 'Files announced'),
  ('second_factor', 5, '5 minutes', 'Tries of a second factor''s code'),
  ('wrong_password', 10, '15 minutes', 'Tries of a password from one address; a good one clears them'),
  ('wrong_password_elsewhere', 100, '1 hour', 'Tries of one account''s password from all addresses where it was not signed in to before'),
  ('sms', 10, '1 hour', 'Codes sent to the phone of one person'),
  ('sms_number', 10, '1 hour', 'Codes sent to one number before somebody has proven it, whoever asks'),
  ('sms_address', 100, '1 hour', 'Codes sent to such numbers for people who signed in from one address'),
  ('oauth_state', 1, '1 hour', 'Uses of one sign-in through a provider');

comment on table chat_private.rate_limit_rules is
  'How many calls a person may make: burst at once, and as many again in each period. Change a row and it counts at once; without a row there is no limit';
comment on column chat_private.rate_limit_rules.bucket is 'What is counted together, as the functions name it; send_message counts too once it has a row';
comment on column chat_private.rate_limit_rules.burst is 'Calls that may come at once, and per period in the long run';
comment on column chat_private.rate_limit_rules.period is 'Time in which an empty bucket is full again';
comment on column chat_private.rate_limit_rules.description is 'What the limit is about, for those who change it';
comment on table chat_private.rate_limit_states is 'Per bucket and person the moment at which it is full again; unlogged, pruned in passing';
comment on column chat_private.rate_limit_states.bucket is 'Which rule counts';
comment on column chat_private.rate_limit_states.key is 'Who is counted: a user id, or what else the caller counts by';
comment on column chat_private.rate_limit_states.full_at is 'When everything taken has come back';
comment on function chat_private.network_of(inet) is 'Whom an address counts as: itself, or its network';
comment on function chat_private.prune_rate_limits() is 'Deletes buckets that are full again; runs once in some thousand checks';
comment on function chat_private.take_token(text, text) is
  'Counts one call of the caller (or of this key). Errors: rate_limited, with Retry-After; a call that fails afterwards gives its token back';
comment on function chat_private.require_token(text, text) is
  'Refuses when take_token would at this moment, counts nothing and waits for nobody. Errors: rate_limited';
