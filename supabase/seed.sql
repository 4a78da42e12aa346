-- A first look at what a conversation is like: two places to talk and four people who have done so. Nobody can sign in
-- as them, and nothing depends on it.
do $$
declare
  v_people jsonb := '{}';
  v_person record;
  v_id uuid;
  v_channels jsonb := '{}';
  v_line record;
  v_seq bigint;
begin
  if exists (select from chat.channels) then
    return;
  end if;
  for v_person in
    select * from (values
      ('cleo', 'Cléo Martin', 'Design'), ('ben', 'Ben Okafor', 'Engineering'),
      ('yuki', 'Yuki Tanaka', 'Support'), ('priya', 'Priya Nair', 'Product')) as p (username, name, title)
  loop
    v_id := gen_random_uuid();
    insert into auth.users (id, instance_id, aud, role, email, encrypted_password, raw_app_meta_data, raw_user_meta_data,
                            created_at, updated_at, confirmation_token, recovery_token, email_change_token_new, email_change)
    values (v_id, '00000000-0000-0000-0000-000000000000', 'authenticated', 'authenticated', v_person.username || '@demo.invalid', '', '{}',
            jsonb_build_object('username', v_person.username, 'name', v_person.name), now(), now(), '', '', '', '');
    update chat.profiles set title = v_person.title where id = v_id;
    v_people := v_people || jsonb_build_object(v_person.username, v_id);
  end loop;

  for v_line in
    select * from (values
      ('general', 'For everyone'), ('random', 'Everything else')) as c (slug, description)
  loop
    insert into chat.channels (kind, slug, description) values ('public', v_line.slug, v_line.description) returning id into v_id;
    v_channels := v_channels || jsonb_build_object(v_line.slug, v_id);
    insert into chat.channel_members (channel_id, user_id, role)
    select v_id, p.value::uuid, case when p.key = 'priya' then 'admin' else 'member' end from jsonb_each_text(v_people) p;
  end loop;

  for v_line in
    select * from (values
      (1, 'general', 'priya', null, 'Morning all! The **release candidate** is up. Please try it before lunch and write down what feels _slow_.', null),
      (2, 'general', 'ben', null, 'On it. First impression: the channel list opens at once, also on the train', '⚡'),
      (3, 'general', 'cleo', null, 'New look of the start page is in as well. What do you think?', '😍'),
      (4, 'general', 'yuki', 3, 'Lovely. The dark one even more.', null),
      (5, 'general', 'cleo', 3, 'Thanks! Contrast is checked for both.', null),
      (6, 'general', 'ben', null, E'This is all it took to port our bot:\n```\nconst channel = await chat.channels.open(''general'');\nawait channel.messages.send(''hello'');\n```', '🚀'),
      (7, 'general', 'priya', null, 'Nice! @yuki shall we tell people in #random that we ship on Thursday?', null),
      (8, 'general', 'yuki', null, 'Already writing it.', '👍'),
      (9, 'random', 'yuki', null, 'We ship on Thursday 🎉 There will be cake.', '🎉'),
      (10, 'random', 'ben', null, 'Which cake?', null),
      (11, 'random', 'cleo', null, 'Lemon. I asked.', '🍋')
    ) as m (place, slug, username, parent, body, reaction) order by place
  loop
    perform set_config('request.jwt.claims', jsonb_build_object('sub', v_people ->> v_line.username, 'role', 'authenticated')::text, true);
    select m.seq into v_seq from chat.send_message((v_channels ->> v_line.slug)::uuid, v_line.body, parent_seq => v_line.parent) m;
    if v_line.reaction is not null then
      perform set_config('request.jwt.claims', jsonb_build_object('sub', v_people ->> 'priya', 'role', 'authenticated')::text, true);
      perform chat.add_reaction((v_channels ->> v_line.slug)::uuid, v_seq, v_line.reaction);
    end if;
  end loop;
  perform set_config('request.jwt.claims', jsonb_build_object('sub', v_people ->> 'priya', 'role', 'authenticated')::text, true);
  perform chat.pin_message((v_channels ->> 'general')::uuid, 1);
  perform set_config('request.jwt.claims', '', true);
end;
$$;
