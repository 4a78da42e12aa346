-- The one way SQL refuses a request: a stable code, an HTTP status, a sentence.

create function chat_private.fail(code text, status integer, message text) returns void
language plpgsql volatile set search_path = '' as $$
begin
  -- PostgREST turns SQLSTATE PGRST into exactly this body and status.
  raise sqlstate 'PGRST' using
    message = json_build_object('code', code, 'message', message, 'details', null, 'hint', null)::text,
    detail = json_build_object('status', status, 'headers', json_build_object())::text;
end;
$$;
grant execute on function chat_private.fail(text, integer, text) to anon, authenticated;

comment on function chat_private.fail(text, integer, text) is
  'Raises an error that reaches clients as {code, message} with this HTTP status; codes are listed in docs/errors.md';
