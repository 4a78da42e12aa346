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
