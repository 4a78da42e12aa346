-- A first place to talk. Nothing depends on it.
insert into chat.channels (kind, slug, description) values
  ('public', 'general', 'For everyone'),
  ('public', 'random', 'Everything else')
on conflict do nothing;
