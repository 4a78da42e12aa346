/** What the benchmarks measure in: a person for each client, and 96 channels of three of them. */
import { randomUUID } from 'node:crypto';
import postgres, { type Sql } from 'postgres';

/** Clients that send at once, in SQL and over HTTP. */
export const CLIENTS = 16;

export interface Person {
  userId: string;
  token: string;
}

export interface World {
  sql: Sql;
  databaseUrl: string;
  apiUrl: string;
  key: string;
  people: Person[];
  /** Ids of the channels in their order. */
  channels: string[];
  close(): Promise<void>;
}

export async function benchWorld(values: Record<string, string>): Promise<World> {
  const { DB_URL, API_URL, PUBLISHABLE_KEY, SERVICE_ROLE_KEY } = values as Record<string, string> & {
    DB_URL: string;
    API_URL: string;
    PUBLISHABLE_KEY: string;
    SERVICE_ROLE_KEY: string;
  };
  const sql = postgres(DB_URL, { max: 2, onnotice: () => {} });
  const people = await Promise.all(Array.from({ length: CLIENTS }, () => signUp(API_URL, SERVICE_ROLE_KEY)));
  // Channel n belongs to the people n, n + 1 and n + 2, so client c is at home in the channels c, c + 16, c + 32 …
  const channels = await sql`
    insert into chat.channels (kind, slug) select 'private', 'bench-' || n from generate_series(0, 95) n
    returning id`;
  const members = channels.flatMap((channel, n) =>
    [0, 1, 2].map((k) => ({ channel_id: channel.id, user_id: people[(n + k) % CLIENTS]?.userId as string })),
  );
  await sql`insert into chat.channel_members ${sql(members)}`;
  return {
    sql,
    databaseUrl: DB_URL,
    apiUrl: API_URL,
    key: PUBLISHABLE_KEY,
    people,
    channels: channels.map((row) => row.id as string),
    close: () => sql.end(),
  };
}

async function signUp(apiUrl: string, key: string): Promise<Person> {
  const response = await fetch(`${apiUrl}/auth/v1/signup`, {
    method: 'POST',
    headers: { apikey: key, 'content-type': 'application/json' },
    body: JSON.stringify({ email: `${randomUUID()}@example.com`, password: `Bench-${randomUUID()}` }),
  });
  const body = (await response.json()) as { access_token: string; user: { id: string } };
  if (!response.ok)
    throw new Error(`unable to prepare the benchmark; sign-up answered ${JSON.stringify(body)}`);
  return { userId: body.user.id, token: body.access_token };
}
