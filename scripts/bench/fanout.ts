/** What a message costs where many may hear it: sends by the size of the channel, and delivery to a thousand listeners. */
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import type { Row } from './row.ts';
import { percentiles, signedIn, timeRow } from './session.ts';
import type { World } from './world.ts';

/** A send in a channel of 3, of 300 and of 30,000. */
export async function sendBySize({ sql, databaseUrl, people }: World): Promise<Row[]> {
  const sender = people[0]?.userId as string;
  await sql`
    insert into auth.users (id, email, raw_user_meta_data)
    select gen_random_uuid(), 'bench-crowd-' || n || '@example.com', jsonb_build_object('name', 'Crowd ' || n)
      from generate_series(1, 29999) n`;
  const session = await signedIn(databaseUrl, sender);
  const medians = new Map<number, number>();
  const rows: Row[] = [];
  for (const size of [3, 300, 30_000]) {
    const [channel] = await sql`
      insert into chat.channels (kind, slug) values ('private', ${`bench-size-${size}`}) returning id`;
    await sql`
      insert into chat.channel_members (channel_id, user_id)
      select ${channel?.id}::uuid, ${sender}::uuid union all
      (select ${channel?.id}::uuid, id from auth.users where email like 'bench-crowd-%' limit ${size - 1})`;
    await sql`analyze chat.channel_members`;
    const timing = await session.time(
      (db) => db`select chat.send_message(${channel?.id}, 'hello there')`,
      500,
    );
    medians.set(size, timing.p50);
    rows.push(timeRow(`send in a channel of ${size.toLocaleString('en')}`, timing));
  }
  await session.end();
  const ratio = (medians.get(30_000) ?? 0) / (medians.get(3) ?? 1);
  return [
    ...rows,
    { name: 'send in 30,000 / send in 3', figure: `${ratio.toFixed(2)}`, target: '≤ 1.5', met: ratio <= 1.5 },
  ];
}

const LISTENERS = 1_000;
const PER_SECOND = 30;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 10);

/** 30 durable messages a second to a thousand sockets: from the moment a message has its number to its arrival. */
export async function deliver({ sql, apiUrl, key, people }: World): Promise<Row[]> {
  const [channel] = await sql`
    insert into chat.channels (kind, slug) values ('private', 'bench-listeners') returning id`;
  const channelId = channel?.id as string;
  await sql`
    insert into chat.channel_members (channel_id, user_id)
    select ${channelId}::uuid, unnest(${people.map((person) => person.userId)}::uuid[])`;
  const [row] = await sql`select epoch from chat.channels where id = ${channelId}`;
  const [counter] =
    await sql`select last_seq::int as seq from chat.channel_counters where channel_id = ${channelId}`;

  const heard = { times: [] as number[], doubled: 0, misordered: 0 };
  const sockets: Listener[] = [];
  for (let n = 0; n < LISTENERS; n += 50) {
    const joining = Array.from({ length: 50 }, (_, k) =>
      listen(
        apiUrl,
        key,
        people[(n + k) % people.length]?.token as string,
        `channel:${channelId}:${row?.epoch}`,
        heard,
      ),
    );
    sockets.push(...(await Promise.all(joining)));
  }
  const first = counter?.seq as number;
  const total = PER_SECOND * SECONDS;
  const sends: Promise<void>[] = [];
  for (let n = 0; n < total; n += 1) {
    sends.push(send(apiUrl, key, people[n % people.length]?.token as string, channelId));
    await new Promise((resolve) => setTimeout(resolve, 1000 / PER_SECOND));
  }
  await Promise.all(sends);
  const isComplete = () => sockets.every((socket) => socket.seen.size >= total);
  for (let waited = 0; waited < 10_000 && !isComplete(); waited += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const lost = sockets.reduce((sum, socket) => sum + total - socket.seen.size, 0);
  for (const socket of sockets) socket.close();
  return [
    timeRow(
      `${LISTENERS.toLocaleString('en')} listeners × ${PER_SECOND}/s, number to arrival`,
      percentiles(heard.times),
      40,
    ),
    {
      name: `lost / doubled / misordered of ${(total * LISTENERS).toLocaleString('en')} from seq ${first + 1} on`,
      figure: `${lost} / ${heard.doubled} / ${heard.misordered}`,
      target: '0 / 0 / 0',
      met: lost + heard.doubled + heard.misordered === 0,
    },
  ];
}

interface Listener {
  seen: Set<number>;
  close(): void;
}

const SEQ = /"seq": ?(\d+)/;
const CREATED_AT = /"created_at": ?"([^"]+)"/;

/** Joins as the SDK does, with the wire protocol alone, so that a thousand fit beside the server. */
function listen(
  apiUrl: string,
  key: string,
  token: string,
  topic: string,
  heard: { times: number[]; doubled: number; misordered: number },
): Promise<Listener> {
  const socket = new WebSocket(
    `${apiUrl.replace('http', 'ws')}/realtime/v1/websocket?apikey=${key}&vsn=1.0.0`,
  );
  const seen = new Set<number>();
  let last = 0;
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => {
      const config = {
        private: true,
        broadcast: { self: false, ack: false, replication_ready: true },
        presence: { enabled: false },
      };
      socket.send(
        JSON.stringify({
          topic: `realtime:${topic}`,
          event: 'phx_join',
          ref: '1',
          payload: { config, access_token: token },
        }),
      );
    });
    socket.on('message', (data) => {
      const text = String(data);
      // Thirty thousand a second arrive here, beside the server on the same cores: only what is looked at is read.
      const [, seqText] = text.includes('"message:new"') ? (SEQ.exec(text) ?? []) : [];
      if (seqText === undefined) {
        const { event, payload } = JSON.parse(text);
        if (event === 'system' && payload.status === 'ok') resolve({ seen, close: () => socket.close() });
        if (event === 'phx_reply' && payload.status === 'error') reject(new Error(JSON.stringify(payload)));
        return;
      }
      const seq = Number(seqText);
      const created_at = CREATED_AT.exec(text)?.[1] ?? '';
      heard.times.push(Date.now() - Date.parse(created_at));
      if (seen.has(seq)) heard.doubled += 1;
      else if (seq < last) heard.misordered += 1;
      seen.add(seq);
      last = Math.max(last, seq);
    });
  });
}

async function send(apiUrl: string, key: string, token: string, channelId: string): Promise<void> {
  const response = await fetch(`${apiUrl}/rest/v1/rpc/send_message`, {
    method: 'POST',
    headers: {
      apikey: key,
      authorization: `Bearer ${token}`,
      'content-profile': 'chat',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ channel_id: channelId, body: 'hello there', id: randomUUID() }),
  });
  if (!response.ok) throw new Error(`unable to send; ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}
