-- Limits of the HTTP API: so many calls in a window of time, as its documents promise; apart from the limits the SDK meets.

-- A window begins with its first call. Not the buckets that refill steadily: "100 in a minute" means the 101st waits,
-- however slowly the hundred came.
create unlogged table chat_private.api_windows (
  bucket text not null,
  key text not null,
  used integer not null,
  ends_at timestamptz not null,
  primary key (bucket, key)
) with (fillfactor = 50);

alter table chat_private.api_windows enable row level security;

create type chat.api_allowance as (
  -- Who was counted, where that is a user.
  caller_id uuid,
  -- Null where the window is being counted elsewhere: this call was not.
  is_accepted boolean,
  -- Null where no rule limits the call.
  calls integer,
  remaining integer,
  -- Seconds until the window ends.
  reset integer
);

-- Locks of their own and not those of the rows: a call's first row of a window is seen by nobody until its transaction
-- ends, so that nobody could leave it out instead of waiting.
create function chat_private.api_window_lock(bucket text, key text) returns bigint
language sql immutable set search_path = '' as $$
  select hashtextextended(api_window_lock.key, hashtext('chat_private.api_windows ' || api_window_lock.bucket));
$$;

-- Waits for nobody: whoever holds the window does so as long as their transaction takes, and what waits for it has a
-- connection meanwhile that everybody else needs.
create function chat_private.count_api_call(bucket text, key text) returns chat.api_allowance
language plpgsql volatile set search_path = '' as $$
declare
  v_rule chat_private.rate_limit_rules;
  v_now timestamptz := clock_timestamp();
  v_window chat_private.api_windows;
  v_is_accepted boolean;
begin
  select * into v_rule from chat_private.rate_limit_rules r where r.bucket = count_api_call.bucket;
  if not found then
    return row(null, true, null, null, null)::chat.api_allowance;
  end if;
  if not pg_try_advisory_xact_lock(chat_private.api_window_lock(count_api_call.bucket, count_api_call.key)) then
    return null;
  end if;
  insert into chat_private.api_windows as w (bucket, key, used, ends_at)
  values (count_api_call.bucket, count_api_call.key, 1, v_now + v_rule.period)
  on conflict on constraint api_windows_pkey do update
    set used = case when w.ends_at > v_now then w.used + 1 else 1 end,
        -- A rule made stricter meanwhile locks nobody out for longer than its own period.
        ends_at = case when w.ends_at > v_now then least(w.ends_at, v_now + v_rule.period) else v_now + v_rule.period end
    where w.ends_at <= v_now or w.used < v_rule.burst
  returning * into v_window;
  v_is_accepted := found;
  if not v_is_accepted then
    select * into v_window from chat_private.api_windows w
     where w.bucket = count_api_call.bucket and w.key = count_api_call.key;
  end if;
  return row(null, v_is_accepted, v_rule.burst, greatest(v_rule.burst - v_window.used, 0),
             least(greatest(ceil(extract(epoch from v_window.ends_at - v_now)), 1), extract(epoch from v_rule.period))
            )::chat.api_allowance;
end;
$$;

-- Definer: the windows belong to nobody.
create function chat.take_api_call(bucket text) returns chat.api_allowance
language plpgsql volatile security definer set search_path = '' as $$
declare
  -- An API key is counted by itself, not with whom it stands for.
  v_allowance chat.api_allowance :=
    chat_private.count_api_call(bucket, coalesce(auth.jwt() ->> 'api_key_id', auth.uid()::text));
begin
  v_allowance.caller_id := auth.uid();
  return v_allowance;
end;
$$;
grant execute on function chat.take_api_call(text) to authenticated;

-- The HTTP API names the bucket of a call in a header of the request that it makes for it anyway, which spares it one of
-- its own. What fails afterwards is not counted here; the API then counts it by itself, and so it does what it is told
-- to by a header of this name in the answer.
create function chat_private.count_named_call() returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_bucket text := nullif(current_setting('request.headers', true), '')::json ->> 'x-api-bucket';
  v_allowance chat.api_allowance;
  v_headers jsonb;
begin
  if v_bucket is null or current_setting('transaction_read_only')::boolean then
    return;
  end if;
  v_allowance := chat.take_api_call(v_bucket);
  if v_allowance.is_accepted is null then
    perform chat_private.fail('service_unavailable', 503,
      'unable to answer; another request of yours is being counted, try again later', headers => '{"X-Api-Bucket": "busy"}');
  end if;
  v_headers := jsonb_build_object('RateLimit-Limit', v_allowance.calls::text,
    'RateLimit-Remaining', v_allowance.remaining::text, 'RateLimit-Reset', v_allowance.reset::text);
  if not v_allowance.is_accepted then
    perform chat_private.fail('rate_limited', 429,
      format('unable to answer; too many requests, try again in %s s', v_allowance.reset),
      details => format('Retry-After: %s', v_allowance.reset), headers => v_headers);
  elsif v_allowance.calls is not null then
    perform set_config('response.headers',
      (select jsonb_agg(jsonb_build_object(h.key, h.value)) from jsonb_each(v_headers) h)::text, true);
  end if;
end;
$$;
grant execute on function chat_private.count_named_call() to authenticated;

-- Definer: as above. Only service_role may call it: it counts for anybody.
create function chat.take_api_calls(buckets text[], keys text[]) returns setof chat.api_allowance
language plpgsql volatile security definer rows 10 set search_path = '' as $$
declare
  v_allowances chat.api_allowance[];
  v_call record;
begin
  for v_call in
    select b.bucket, b.key, b.n from unnest(buckets, keys) with ordinality b (bucket, key, n) order by 3
  loop
    v_allowances[v_call.n] := chat_private.count_api_call(v_call.bucket, v_call.key);
  end loop;
  -- Here and not where one call is counted, whose transaction may keep what it has deleted locked for long.
  if random() < 0.0001 * cardinality(keys) then
    delete from chat_private.api_windows w
     where w.ctid = any (array(
       select d.ctid from chat_private.api_windows d where d.ends_at < now() limit 10000 for update skip locked));
  end if;
  return query select * from unnest(v_allowances);
end;
$$;
grant execute on function chat.take_api_calls(text[], text[]) to service_role;

-- Definer: as above. Only service_role may call it.
create function chat.return_api_calls(bucket text, key text, calls integer default null) returns void
language sql volatile security definer set search_path = '' as $$
  update chat_private.api_windows w
     set used = greatest(w.used - coalesce(return_api_calls.calls, w.used), 0)
   where w.bucket = return_api_calls.bucket and w.key = return_api_calls.key;
$$;
grant execute on function chat.return_api_calls(text, text, integer) to service_role;

insert into chat_private.rate_limit_rules (bucket, burst, period, description) values
  ('api', 1000, '1 hour', 'HTTP API: calls of a person that no other rule counts'),
  ('api_send', 100, '1 minute', 'HTTP API: messages sent'),
  ('api_upload', 20, '1 hour', 'HTTP API: uploads'),
  ('api_login', 5, '15 minutes', 'HTTP API: tries to sign in to an account from one address; a good one clears them'),
  ('api_visitor', 1000, '1 hour', 'HTTP API: calls without a token from one address'),
  ('api_refused', 1000, '1 hour', 'HTTP API: calls from one address whose token or key is missing or not good');

comment on table chat_private.api_windows is 'Per bucket and caller of the HTTP API the calls of the present window; unlogged, pruned in passing';
comment on column chat_private.api_windows.bucket is 'Which rule counts';
comment on column chat_private.api_windows.key is 'Who is counted: a user id, or what else the API counts by';
comment on column chat_private.api_windows.used is 'Calls in this window';
comment on column chat_private.api_windows.ends_at is 'When the window ends; the next call after that begins another';
comment on type chat.api_allowance is 'How a call of the HTTP API was counted';
comment on function chat_private.count_api_call(text, text) is
  'Counts one call in the window of this bucket and key unless that is full; null where it is being counted elsewhere. The rule is a row of rate_limit_rules';
comment on function chat.take_api_call(text) is
  'For the HTTP API: counts one call of the caller in this bucket and says what is left; is_accepted is null where the window is being counted elsewhere';
comment on function chat_private.count_named_call() is
  'Counts the request in the bucket that its header X-Api-Bucket names, and answers what is left. Errors: rate_limited, service_unavailable where the window is being counted elsewhere';
comment on function chat.take_api_calls(text[], text[]) is
  'For the server only: counts one call each for several callers, in one transaction; answers in their order, nulls where a window is being counted elsewhere';
comment on function chat_private.api_window_lock(text, text) is
  'Which advisory lock whoever counts in this window holds until the end of the transaction';
comment on function chat.return_api_calls(text, text, integer) is
  'For the server only: takes calls out of the present window, all of them by default; the window stays';
