/** What sending costs: beside the cheapest durable write, and beside the cheapest request. */
import { randomUUID } from 'node:crypto';
import { httpLoad, pgbench } from './load.ts';
import { type Row, rateRow, ratioRow } from './row.ts';
import { CLIENTS, type World } from './world.ts';

/** `send_message` in SQL, beside a single-row insert that is as durable. Each client is another user, as in life. */
export async function sendInSql({ sql, databaseUrl, people, channels }: World): Promise<Row[]> {
  await sql`create table public.bench_plain (id bigint generated always as identity primary key, body text)`;
  await sql`create table public.bench_channels as
    select n - 1 as n, id from unnest(${channels}::uuid[]) with ordinality c (id, n)`;
  await sql`create unique index on public.bench_channels (n)`;
  await sql`create table public.bench_people as
    select n - 1 as n, json_build_object('sub', id, 'role', 'authenticated')::text as claims
      from unnest(${people.map((person) => person.userId)}::uuid[]) with ordinality p (id, n)`;
  await sql`grant select on public.bench_channels, public.bench_people to authenticated`;

  const bare = pgbench(databaseUrl, "insert into public.bench_plain (body) values ('hello there');\n", {
    clients: CLIENTS,
  });
  const sent = pgbench(
    databaseUrl,
    `\\set n random(0, 5) * ${CLIENTS} + :client_id
select set_config('request.jwt.claims', (select claims from public.bench_people where n = :client_id), true),
       chat.send_message((select id from public.bench_channels where n = :n), 'hello there', gen_random_uuid());\n`,
    { clients: CLIENTS, settings: { role: 'authenticated' } },
  );
  if (!bare || !sent) {
    return [{ name: 'send in SQL', figure: 'skipped', target: 'needs pgbench (Debian: postgresql-contrib)' }];
  }
  return [
    rateRow('bare durable insert, SQL', bare),
    rateRow('send_message, SQL, 96 channels of 3', sent),
    ratioRow('send_message / bare insert', sent / bare, 0.4),
  ];
}

/** `send_message` over HTTP, beside an RPC that does nothing. */
export async function sendOverHttp({ sql, apiUrl, key, people, channels }: World): Promise<Row[]> {
  await sql`create function chat.bench_nothing() returns integer language sql stable set search_path = '' as 'select 1'`;
  await sql`grant execute on function chat.bench_nothing() to authenticated`;
  await sql`notify pgrst, 'reload schema'`;
  const headers = (n: number) => ({
    apikey: key,
    authorization: `Bearer ${people[n % people.length]?.token}`,
    'content-profile': 'chat',
  });
  const rpc = (name: string) => `${apiUrl}/rest/v1/rpc/${name}`;
  await untilKnown(rpc('bench_nothing'), headers(0));

  const empty = await httpLoad(rpc('bench_nothing'), headers, () => ({}), { clients: CLIENTS, status: 200 });
  const sent = await httpLoad(
    rpc('send_message'),
    headers,
    (client, n) => ({
      channel_id: channels[client + CLIENTS * (n % 6)],
      body: 'hello there',
      id: randomUUID(),
    }),
    { clients: CLIENTS, status: 200 },
  );
  return [
    rateRow('empty RPC, HTTP', empty.perSecond),
    rateRow('send_message, HTTP, 96 channels of 3', sent.perSecond),
    { name: 'send_message, HTTP, p50 / p99', figure: `${sent.p50.toFixed(1)} / ${sent.p99.toFixed(1)} ms` },
    ratioRow('send_message / empty RPC', sent.perSecond / empty.perSecond, 0.8),
  ];
}

/** PostgREST learns of a new function a moment after it was made. */
async function untilKnown(url: string, headers: Record<string, string>): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{}',
    });
    if (response.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`unable to measure ${url}; PostgREST does not know it`);
}
