/** What holds for every object of the schemas, so that a new one cannot forget it. */
import { afterAll, expect, it } from 'vitest';
import { readDefiners } from '../../scripts/definers.ts';
import { database } from '../helpers/database.ts';

afterAll(() => database.end());

/** What somebody who is not signed in may run: the gate, and what it refuses with. */
const ANON_FUNCTIONS = [
  'chat_private.adopt_api_key',
  'chat_private.check_api_key',
  'chat_private.fail',
  'chat_private.request_gate',
  'chat_private.session_refusal',
];

const OURS = database`('chat'::regnamespace, 'chat_private'::regnamespace)`;

it('every table has row-level security', async () => {
  const rows = await database`
    select oid::regclass::text as name from pg_class
    where relnamespace in ${OURS} and relkind in ('r', 'p') and not relrowsecurity`;
  expect(rows).toEqual([]);
});

it('exactly the functions that say why run with the rights of their owner', async () => {
  const rows = await database`
    select distinct pronamespace::regnamespace::text || '.' || proname as name from pg_proc
    where pronamespace in ${OURS} and prosecdef order by name`;
  const said = readDefiners().filter((definer) => definer.reason);
  expect(rows.map((row) => row.name)).toEqual(said.map((definer) => definer.name).sort());
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

it('every table, column, view, policy and API function has a comment', async () => {
  const rows = await database`
    select oid::regclass::text as name from pg_class
    where relnamespace = 'chat'::regnamespace and relkind in ('r', 'p', 'v') and obj_description(oid, 'pg_class') is null
    union all
    select attrelid::regclass::text || '.' || attname from pg_attribute join pg_class c on c.oid = attrelid
    where relnamespace = 'chat'::regnamespace and relkind in ('r', 'p') and attnum > 0 and not attisdropped
      and col_description(attrelid, attnum) is null
    union all
    select oid::regprocedure::text from pg_proc
    where pronamespace = 'chat'::regnamespace and obj_description(oid, 'pg_proc') is null
    union all
    select polrelid::regclass::text || ' ' || polname from pg_policy
    where polrelid in (select oid from pg_class where relnamespace in ${OURS})
      and obj_description(oid, 'pg_policy') is null`;
  expect(rows).toEqual([]);
});
