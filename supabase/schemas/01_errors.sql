-- The one way SQL refuses a request: a stable code, an HTTP status, a sentence, and what else a client may need.

create function chat_private.fail(code text, status integer, message text, details text default null,
                                  headers jsonb default '{}')
returns void
language plpgsql volatile set search_path = '' as $$
begin
  -- PostgREST turns SQLSTATE PGRST into exactly this body, status and headers.
  raise sqlstate 'PGRST' using
    message = json_build_object('code', code, 'message', message, 'details', details, 'hint', null)::text,
    detail = json_build_object('status', status, 'headers', headers)::text;
end;
$$;
grant execute on function chat_private.fail(text, integer, text, text, jsonb) to anon, authenticated;

comment on function chat_private.fail(text, integer, text, text, jsonb) is
  'Raises an error that reaches clients as {code, message, details} with this HTTP status and these headers; codes are listed in docs/errors.md';

create function chat_private.check_page_size(page_size integer, operation text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if page_size is null or page_size not between 1 and 200 then
    perform chat_private.fail('invalid_page_size', 400, format('unable to %s; a page has 1 to 200 rows', operation));
  end if;
end;
$$;
grant execute on function chat_private.check_page_size(integer, text) to authenticated;

-- What is kept must be readable: most languages know no year above 9999, and nothing here is older than 1970.
create function chat_private.check_time(moment timestamptz, operation text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if moment < 'epoch' or (moment >= '10000-01-01 00:00+00' and moment <> 'infinity') then
    perform chat_private.fail('invalid_time', 400, format('unable to %s; a time lies in the years 1970 to 9999', operation));
  end if;
end;
$$;
grant execute on function chat_private.check_time(timestamptz, text) to authenticated;
