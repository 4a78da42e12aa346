/** What holds for every object of the schemas, so that a new one cannot forget it. */
import { afterAll, expect, it } from 'vitest';
import { database } from '../helpers/database.ts';

afterAll(() => database.end());

/** Functions that run with the owner's rights; each says why in a comment above its definition. */
const DEFINERS = [
  'chat.add_members',
  'chat.cancel_file',
  'chat.create_channel',
  'chat.create_file',
  'chat.get_presence',
  'chat.go_offline',
  'chat.heartbeat',
  'chat.issue_email_code',
  'chat.join_channel',
  'chat.leave_channel',
  'chat.open_dm',
  'chat.remove_member',
  'chat.send_message',
  'chat.set_presence',
  'chat.set_status',
  'chat.update_profile',
  'chat.verify_email',
  'chat_private.add_members',
  'chat_private.before_user_created',
  'chat_private.custom_access_token',
  'chat_private.is_blocked_pair',
  'chat_private.is_platform_admin',
  'chat_private.may_use_file',
  'chat_private.may_use_topic',
  'chat_private.my_channel_ids',
  'chat_private.prune_rate_limits',
  'chat_private.session_refusal',
  'chat_private.take_token',
  'chat_private.tg_channel_members__broadcast',
  'chat_private.tg_channel_members__count',
  'chat_private.tg_channel_members__raise_epoch',
  'chat_private.tg_channel_members__start_read',
  'chat_private.tg_channels__broadcast_epoch',
  'chat_private.tg_channels__create_counter',
  'chat_private.tg_files__tell_message',
  'chat_private.tg_messages__assign_seq',
  'chat_private.tg_messages__broadcast',
  'chat_private.tg_messages__follow_files',
  'chat_private.tg_messages__take_files',
  'chat_private.tg_objects__follow_files',
  'chat_private.tg_preferences__restore',
  'chat_private.tg_presence__tell',
  'chat_private.tg_profiles__create_preferences',
  'chat_private.tg_profiles__follow_username',
  'chat_private.tg_profiles__lock_counters',
  'chat_private.tg_profiles__tell',
  'chat_private.tg_settings__limit_files',
  'chat_private.tg_users__create_profile',
  'chat_private.tg_users__follow_email',
];

/** What somebody who is not signed in may run: the gate, and what it refuses with. */
const ANON_FUNCTIONS = ['chat_private.fail', 'chat_private.request_gate', 'chat_private.session_refusal'];

const OURS = database`('chat'::regnamespace, 'chat_private'::regnamespace)`;

it('every table has row-level security', async () => {
  const rows = await database`
    select oid::regclass::text as name from pg_class
    where relnamespace in ${OURS} and relkind in ('r', 'p') and not relrowsecurity`;
  expect(rows).toEqual([]);
});

it('exactly the listed functions run with the rights of their owner', async () => {
  const rows = await database`
    select distinct pronamespace::regnamespace::text || '.' || proname as name from pg_proc
    where pronamespace in ${OURS} and prosecdef order by name`;
  expect(rows.map((row) => row.name)).toEqual(DEFINERS);
});

it('every function pins its search path', async () => {
  const rows = await database`
    select oid::regprocedure::text as name from pg_proc
    where pronamespace in ${OURS} and not coalesce('search_path=""' = any (proconfig), false)`;
  expect(rows).toEqual([]);
});

it('anon may run the gate and nothing else', async () => {
  const rows = await database`
    select distinct pronamespace::regnamespace::text || '.' || proname as name from pg_proc
    where pronamespace in ${OURS} and has_function_privilege('anon', oid, 'execute') order by name`;
  expect(rows.map((row) => row.name)).toEqual(ANON_FUNCTIONS);
});

it('anon has no right on any table', async () => {
  const rows = await database`
    select oid::regclass::text as name from pg_class
    where relnamespace in ${OURS} and relkind in ('r', 'p', 'v')
      and has_table_privilege('anon', oid, 'select, insert, update, delete')`;
  expect(rows).toEqual([]);
});

it('every foreign key has an index that begins with its columns', async () => {
  const rows = await database`
    select conrelid::regclass::text as "table", conname from pg_constraint c
    where connamespace in ${OURS} and contype = 'f' and not exists (
      select from pg_index i where i.indrelid = c.conrelid
        and (i.indkey::smallint[])[0:cardinality(c.conkey) - 1] @> c.conkey)`;
  expect(rows).toEqual([]);
});

it('every table, view, column that is not self-evident, policy and API function has a comment', async () => {
  const rows = await database`
    select oid::regclass::text as name from pg_class
    where relnamespace = 'chat'::regnamespace and relkind in ('r', 'p', 'v') and obj_description(oid, 'pg_class') is null
    union all
    select oid::regprocedure::text from pg_proc
    where pronamespace = 'chat'::regnamespace and obj_description(oid, 'pg_proc') is null
    union all
    select polrelid::regclass::text || ' ' || polname from pg_policy
    where polrelid in (select oid from pg_class where relnamespace in ${OURS})
      and obj_description(oid, 'pg_policy') is null`;
  expect(rows).toEqual([]);
});
