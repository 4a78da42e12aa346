/** Which functions of the database ran, as Postgres counts them. */
import postgres from 'postgres';
import type { Share } from './functions.ts';

/** Counting costs a little and is off otherwise; only the cluster's superuser may turn it on. */
export async function countCalls(databaseUrl: string): Promise<void> {
  const url = new URL(databaseUrl);
  url.username = 'supabase_admin';
  const db = postgres(url.href, { max: 1, onnotice: () => {} });
  await db`alter system set track_functions = 'all'`;
  await db`select pg_reload_conf()`;
  await db.end();
}

/** Every function of the chat, called or not. Those that Postgres writes into the query of their caller count too. */
export async function calledFunctions(databaseUrl: string): Promise<Share[]> {
  const db = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const rows = await db<{ name: string; calls: number }[]>`
    select n.nspname || '.' || p.proname as name, coalesce(s.calls, 0)::int as calls
      from pg_proc p
      join pg_namespace n on n.oid = p.pronamespace
      left join pg_stat_user_functions s on s.funcid = p.oid
     where n.nspname in ('chat', 'chat_private') and p.prokind in ('f', 'p')
     order by 1`;
  await db.end();
  return rows.map(({ name, calls }) => ({ name, covered: calls > 0 ? 1 : 0, total: 1 }));
}
