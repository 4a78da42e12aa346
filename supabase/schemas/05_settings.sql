-- Settings of the platform: one row each, with a value that admins change while everything runs.

create table chat.settings (
  name text primary key constraint settings_name_form check (name ~ '^[a-z][a-z0-9_]{1,62}$'),
  value jsonb not null,
  default_value jsonb not null,
  minimum numeric,
  maximum numeric,
  description text not null,
  constraint settings_value_type check (jsonb_typeof(value) = jsonb_typeof(default_value)),
  constraint settings_value_bounds check (
    jsonb_typeof(value) <> 'number'
    or (value::numeric = trunc(value::numeric)
        and value::numeric between coalesce(minimum, value::numeric) and coalesce(maximum, value::numeric)))
);

alter table chat.settings enable row level security;

-- The value of a setting; fails for a name that is none, so that a slip of the pen does not pass for null.
create function chat_private.setting(name text) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_value jsonb;
begin
  select s.value into strict v_value from chat.settings s where s.name = setting.name;
  return v_value;
end;
$$;
grant execute on function chat_private.setting(text) to authenticated;

grant select on chat.settings to authenticated;
grant update (value) on chat.settings to authenticated;

create policy select_user on chat.settings for select to authenticated using (true);

-- Code reads every setting by name: one that is gone or renamed would break it.
create function chat_private.tg_settings__keep() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'DELETE' or new.name <> old.name then
    raise exception 'unable to remove setting %; change its value instead', old.name using errcode = 'restrict_violation';
  end if;
  return new;
end;
$$;
create trigger _100_keep before update of name or delete on chat.settings
  for each row execute function chat_private.tg_settings__keep();

insert into chat.settings (name, value, default_value, minimum, maximum, description)
select s.name, s.value, s.value, s.minimum, s.maximum, s.description
  from (values
    ('edit_window_seconds', '86400'::jsonb, 0, 315360000, 'How long after sending its author may edit a message'),
    ('max_pins', '10', 1, 1000, 'How many messages may be pinned in a channel at once'),
    ('max_file_bytes', '52428800', 1, 53687091200, 'Largest file that may be uploaded'),
    ('unused_file_seconds', '604800', 3600, 315360000, 'How long an uploaded file waits for a message to take it'),
    ('scan_files', 'false', null, null, 'Whether nobody reads an uploaded file before the virus scanner has found it clean'),
    ('allowed_file_types', '[]', null, null, 'Media types that may be uploaded, such as image/png or image/*; empty for all'),
    ('denied_file_types',
     '["application/x-msdownload", "application/x-elf", "application/x-mach-binary", "application/x-executable",
       "application/x-dosexec", "application/vnd.microsoft.portable-executable", "application/x-msi",
       "application/x-ms-shortcut", "application/x.ms.shortcut", "application/java-vm", "application/java-archive",
       "application/vnd.android.package-archive", "application/x-deb", "application/x-rpm",
       "application/x-apple-diskimage", "application/x-google-chrome-extension", "application/x-shockwave-flash"]',
     null, null, 'Media types that may not be uploaded: programs'),
    ('share_contacts', 'true', null, null, 'Whether everyone signed in sees, and finds people by, their e-mail addresses and phone numbers')
  ) as s (name, value, minimum, maximum, description);

comment on table chat.settings is
  'Settings of the platform. Everyone signed in reads them, so keep no secrets here; platform admins change the value, which counts at once';
comment on column chat.settings.name is 'What the code asks for; never changes';
comment on column chat.settings.value is 'The value that counts: of the default''s type, a whole number within its bounds';
comment on column chat.settings.default_value is 'What a new installation begins with';
comment on column chat.settings.minimum is 'Smallest value of a number; null for none';
comment on column chat.settings.maximum is 'Largest value of a number; null for none';
comment on column chat.settings.description is 'What the value does';
comment on function chat_private.setting(text) is 'The present value of a setting of the platform';
comment on policy select_user on chat.settings is 'Everyone signed in reads the settings: a client asks the limits before it sends';
