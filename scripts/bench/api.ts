/** What the HTTP API adds: each hot endpoint beside the RPC behind it, as fast as both can and at an easy pace. */
import { randomUUID } from 'node:crypto';
import { fillHistory, type History } from './history.ts';
import { type Call, callLoad, type HttpLoad } from './load.ts';
import { type Row, rateRow, ratioRow } from './row.ts';
import { untilQuiet } from './session.ts';
import { CLIENTS, type Person, type World } from './world.ts';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 10) / 2;
const COUNT = Number(process.env.BENCH_MESSAGES ?? 1_000_000);

/** A share of what the API can take at which nobody waits for anybody: what is measured is the way, not the queue. */
const EASY = 0.25;

interface Pair {
  rpc: (client: number, n: number) => Call;
  api: (client: number, n: number) => Call;
  /** What the endpoint answers. */
  status: number;
}

const personOf = (world: World, client: number) => world.people[client % CLIENTS] as Person;
const channelOf = ({ channels }: World, client: number, n: number) => channels[client + CLIENTS * (n % 6)];

function rpc(world: World, client: number, path: string, body: unknown): Call {
  const headers = {
    apikey: world.key,
    authorization: `Bearer ${personOf(world, client).token}`,
    'content-profile': 'chat',
  };
  return { url: `${world.apiUrl}/rest/v1/rpc/${path}`, headers, body };
}

function api(world: World, client: number, path: string, body?: unknown): Call {
  const headers = { authorization: `Bearer ${personOf(world, client).token}` };
  return {
    url: `${world.apiUrl}/functions/v1/api${path}`,
    headers,
    ...(body !== undefined && { body }),
  };
}

const PAIRS: Record<string, (world: World) => Pair> = {
  'send a message': (world) => ({
    rpc: (client, n) =>
      rpc(world, client, 'post_message', {
        channel_id: channelOf(world, client, n),
        body: 'hello there',
        id: randomUUID(),
      }),
    api: (client, n) =>
      api(world, client, `/chat/channels/${channelOf(world, client, n)}/messages/send`, {
        content: 'hello there',
        id: randomUUID(),
      }),
    status: 201,
  }),
  'list 50 messages': (world) => ({
    rpc: (client, n) => rpc(world, client, 'read_messages', { channel_id: channelOf(world, client, n) }),
    api: (client, n) => api(world, client, `/chat/channels/${channelOf(world, client, n)}/messages?limit=50`),
    status: 200,
  }),
  'list channels': (world) => ({
    rpc: (client) =>
      rpc(world, client, 'read_channels', { kinds: ['public', 'private', 'group'], page_size: 50, skip: 0 }),
    api: (client) => api(world, client, '/chat/channels'),
    status: 200,
  }),
  search: (world) => ({
    rpc: (client) => rpc(world, client, 'find_messages', { query: 'hello', page_size: 20 }),
    api: (client) => api(world, client, '/chat/search?query=hello&limit=20'),
    status: 200,
  }),
};

export async function apiBesideRpc(world: World): Promise<Row[]> {
  await liftLimits(world);
  const rows: Row[] = [];
  for (const [name, pairOf] of Object.entries(PAIRS)) {
    const { rpc, api, status } = pairOf(world);
    // Connections, caches and compiled code are there before anything is timed.
    await callLoad(api, { clients: CLIENTS, status, seconds: 2 });
    const free = { clients: CLIENTS, seconds: SECONDS };
    const full = {
      rpc: await callLoad(rpc, { ...free, status: 200 }),
      api: await callLoad(api, { ...free, status }),
    };
    const paced = { ...free, pace: (1000 * CLIENTS) / (EASY * full.api.perSecond) };
    const easy = {
      rpc: await callLoad(rpc, { ...paced, status: 200 }),
      api: await callLoad(api, { ...paced, status }),
    };
    rows.push(
      ...addedRows(`${name}, ${CLIENTS} clients`, full),
      ...addedRows(`${name}, ${CLIENTS} clients at a quarter of that`, easy),
      rateRow(`${name}, RPC`, full.rpc.perSecond),
      rateRow(`${name}, API`, full.api.perSecond),
      ratioRow(`${name}, API / RPC`, full.api.perSecond / full.rpc.perSecond, 0.5),
    );
  }
  return rows;
}

function addedRows(name: string, { rpc, api }: { rpc: HttpLoad; api: HttpLoad }): Row[] {
  const added = api.p50 - rpc.p50;
  return [
    { name: `${name}, p50`, figure: `${rpc.p50.toFixed(1)} and ${api.p50.toFixed(1)} ms` },
    { name: `${name}, API adds`, figure: `${added.toFixed(1)} ms`, target: '≤ 5 ms', met: added <= 5 },
  ];
}

/** The same lists in a channel of a thousand messages and in one of a million. */
export async function apiListsStayFlat(world: World): Promise<Row[]> {
  await liftLimits(world);
  const [ada, bob, cleo, dan] = world.people.map((person) => person.userId) as [
    string,
    string,
    string,
    string,
  ];
  const small = await fillHistory(world.sql, 'bench-api-small', [ada, bob], 1_000);
  const large = await fillHistory(world.sql, 'bench-api-large', [cleo, dan], COUNT);
  await world.sql`vacuum analyze chat.messages`;
  await untilQuiet(world.sql);
  const median = async (client: number, history: History, pathOf: ListPath) => {
    const idOf = async (seq: number) => {
      const [row] = await world.sql`
        select id from chat.messages where channel_id = ${history.channelId} and seq = ${seq}`;
      return row?.id as string;
    };
    const path = await pathOf(history, idOf);
    const { p50 } = await callLoad(() => api(world, client, path), { clients: 1, status: 200, seconds: 2 });
    return p50;
  };
  const rows: Row[] = [];
  for (const [name, pathOf] of Object.entries(LISTS)) {
    const [few, many] = [await median(0, small, pathOf), await median(2, large, pathOf)];
    rows.push({
      name: `${name}: 1,000 → ${COUNT.toLocaleString('en')}`,
      figure: `${few.toFixed(1)} → ${many.toFixed(1)} ms`,
      target: 'at most half more, or 2 ms',
      met: many <= Math.max(few * 1.5, few + 2),
    });
  }
  return rows;
}

/** The path of a list in a channel; `idOf` names one of its messages. */
type ListPath = (history: History, idOf: (seq: number) => Promise<string>) => string | Promise<string>;

const at = ({ channelId }: History) => `/chat/channels/${channelId}/messages`;

const LISTS: Record<string, ListPath> = {
  'GET …/messages': at,
  'GET …/messages?before': async (history, idOf) => `${at(history)}?before=${await idOf(history.count / 2)}`,
  'GET …/messages?after': async (history, idOf) => `${at(history)}?after=${await idOf(history.count / 2)}`,
  // Each tenth message answers the one before.
  'GET …/thread': async (history, idOf) => `${at(history)}/${await idOf(history.count / 2 - 1)}/thread`,
  'GET …/pins': ({ channelId }) => `/chat/channels/${channelId}/pins`,
  'GET /chat/channels': () => '/chat/channels',
  'GET /chat/channels/…': ({ channelId }) => `/chat/channels/${channelId}`,
  'GET /notifications': () => '/notifications',
};

/** Nobody sends as much as a benchmark. */
async function liftLimits({ sql }: World): Promise<void> {
  await sql`update chat_private.rate_limit_rules set burst = 1000000 where bucket like 'api%' or bucket = 'search'`;
}
