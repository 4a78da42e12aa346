-- What Auth asks of the database while it signs people up and in (config.toml, [auth.hook.*]).

-- Auth passes on nothing but the sentence of a refusal, so the code stands in front of it.
-- Definer: runs as supabase_auth_admin, which may not read chat.
create function chat_private.before_user_created(event jsonb) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_meta jsonb := coalesce(event #> '{user,user_metadata}', '{}');
  v_username text := v_meta ->> 'username';
  v_email text := lower(event #>> '{user,email}');
begin
  if v_email like '%@users.confab.invalid' and v_email is distinct from v_username || '@users.confab.invalid' then
    return jsonb_build_object('error', jsonb_build_object('http_code', 400, 'message',
      'invalid_input: unable to sign up; this address belongs to a username'));
  end if;
  if v_username is not null then
    if v_username !~ '^[a-z0-9][a-z0-9._-]{1,31}$' then
      return jsonb_build_object('error', jsonb_build_object('http_code', 400, 'message',
        'invalid_username: unable to sign up; a username has 2 to 32 of a-z, 0-9, dot, dash and underscore, beginning with a letter or digit'));
    elsif chat_private.is_reserved_username(v_username)
          or exists (select from chat.profiles p where p.username = v_username) then
      return jsonb_build_object('error', jsonb_build_object('http_code', 409, 'message',
        'username_taken: unable to sign up; this username is taken'));
    end if;
  end if;
  if v_meta ? 'name' and coalesce(char_length(chat_private.clean_line(v_meta ->> 'name')), 0) not between 1 and 80 then
    return jsonb_build_object('error', jsonb_build_object('http_code', 400, 'message',
      'invalid_name: unable to sign up; a name has 1 to 80 characters that can be seen'));
  end if;
  return '{}';
end;
$$;

-- Definer: as above.
create function chat_private.custom_access_token(event jsonb) returns jsonb
language sql stable security definer set search_path = '' as $$
  -- For display in clients only: rights are always read from the tables.
  select jsonb_set(event, '{claims}', event -> 'claims' || coalesce((
    select jsonb_build_object('user_role', a.role, 'name', p.name)
      from chat.profiles p join chat.accounts a on a.user_id = p.id
     where p.id = (event ->> 'user_id')::uuid), '{}'));
$$;

grant execute on function chat_private.before_user_created(jsonb) to supabase_auth_admin;
grant execute on function chat_private.custom_access_token(jsonb) to supabase_auth_admin;

comment on function chat_private.before_user_created(jsonb) is 'Auth hook: refuses a bad or taken username, the address of another one, and a bad name';
comment on function chat_private.custom_access_token(jsonb) is 'Auth hook: adds user_role and name to the access token';
