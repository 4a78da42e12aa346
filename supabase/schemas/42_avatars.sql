-- Avatars: pictures of people, in a public bucket, because an <img> carries no token; nobody guesses their paths.

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
-- No SVG: it may carry a script.
values ('avatars', 'avatars', true, 5242880, '{image/png,image/jpeg,image/gif,image/webp,image/avif}');

-- Whether the caller may store one more picture at this path: <user_id>/<uuid>, and no more than a few, or the bucket
-- would host anything for everybody. Definer: a policy of storage.objects that asks storage.objects would recurse.
create function chat_private.may_add_avatar(path text) returns boolean
language sql stable security definer set search_path = '' as $$
  select path ~ ('^' || auth.uid() || '/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')
    and (select count(*) < 10 from (
      select from storage.objects o
       -- 0 follows / : everything in the folder.
       where o.bucket_id = 'avatars' and o.name collate "C" >= auth.uid() || '/' and o.name collate "C" < auth.uid() || '0'
       limit 10) held);
$$;
grant execute on function chat_private.may_add_avatar(text) to authenticated;

create policy select_avatar_owner on storage.objects for select to authenticated
  using (bucket_id = 'avatars' and (select chat_private.session_refusal()) is null
         and (storage.foldername(name))[1] = (select auth.uid())::text);
create policy insert_avatar_owner on storage.objects for insert to authenticated
  with check (bucket_id = 'avatars' and (select chat_private.session_refusal()) is null and chat_private.may_add_avatar(name));
create policy delete_avatar_owner on storage.objects for delete to authenticated
  using (bucket_id = 'avatars' and (select chat_private.session_refusal()) is null
         and (storage.foldername(name))[1] = (select auth.uid())::text);

comment on function chat_private.may_add_avatar(text) is 'Whether the caller may store one more picture of themselves at this path';
