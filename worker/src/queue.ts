/** Makes the queue's own schema, and leaves it as Supabase's advisors want every schema to be. */
import { runMigrations } from 'graphile-worker';
import type pg from 'pg';

/** One worker after the other, since two that alter a function at once would refuse each other. */
const PIN_SEARCH_PATHS = `
do $$
declare
  v_function regprocedure;
begin
  perform pg_advisory_xact_lock(hashtext('graphile_worker.search_path'));
  for v_function in
    select p.oid::regprocedure from pg_proc p
     where p.pronamespace = 'graphile_worker'::regnamespace and p.proconfig is null
  loop
    execute format('alter function %s set search_path = %L', v_function, '');
  end loop;
end;
$$`;

export async function prepareQueue(pool: pg.Pool): Promise<void> {
  await runMigrations({ pgPool: pool });
  await pool.query(PIN_SEARCH_PATHS);
}
