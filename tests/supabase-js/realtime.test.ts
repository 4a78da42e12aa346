/** Broadcast, presence and row changes as the real client sends and hears them. */
import { randomUUID } from 'node:crypto';
import type { RealtimeChannel, RealtimeChannelOptions, SupabaseClient } from '@supabase/supabase-js';
import { createClient } from '@supabase/supabase-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { database } from '../helpers/database.ts';
import { openNetwork } from '../helpers/outage.ts';
import { type Person, signUp } from '../helpers/people.ts';
import { stack } from '../helpers/stack.ts';

const clients: SupabaseClient[] = [];

function client(url = stack.apiUrl): SupabaseClient {
  const supabase = createClient(url, stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: WebSocket as never, reconnectAfterMs: () => 100 },
  });
  clients.push(supabase);
  return supabase;
}

/** The client of this person, whose token Realtime is told. */
async function clientOf(person: Person): Promise<SupabaseClient> {
  const supabase = person.supabase as unknown as SupabaseClient;
  clients.push(supabase);
  await supabase.realtime.setAuth();
  return supabase;
}

afterEach(async () => {
  await Promise.all(
    clients.splice(0).map(async (supabase) => {
      await supabase.removeAllChannels();
      await supabase.realtime.disconnect();
    }),
  );
});

type Config = RealtimeChannelOptions['config'];
const topic = () => `t-${randomUUID()}`;

/** Resolves once the channel is joined, and rejects with the server's reason when it is refused. */
function joined(channel: RealtimeChannel): Promise<RealtimeChannel> {
  return new Promise((resolve, reject) => {
    channel.subscribe((status, error) => {
      if (status === 'SUBSCRIBED') resolve(channel);
      if (status === 'CHANNEL_ERROR' || status === 'TIMED_OUT') reject(error ?? new Error(status));
    });
  });
}

/** Everything the channel has heard of this event, so far. */
function hear(channel: RealtimeChannel, event = '*'): { event: string; payload: unknown }[] {
  const heard: { event: string; payload: unknown }[] = [];
  channel.on('broadcast', { event }, ({ event: name, payload }) => heard.push({ event: name, payload }));
  return heard;
}

/** Waits until the list, which grows, is this. */
const become = (list: () => unknown, expected: unknown) =>
  expect.poll(list, { interval: 10 }).toEqual(expected);

describe('broadcast', () => {
  async function pair(config: Config = {}) {
    const name = topic();
    const [speaker, listener] = [client().channel(name, { config }), client().channel(name, { config })];
    const heard = { speaker: hear(speaker), listener: hear(listener) };
    await Promise.all([joined(speaker), joined(listener)]);
    return { name, speaker, listener, heard };
  }

  it('reaches the others, and oneself only when wished', async () => {
    const quiet = await pair();
    expect(await quiet.speaker.send({ type: 'broadcast', event: 'say', payload: { n: 1 } })).toBe('ok');
    await become(() => quiet.heard.listener, [{ event: 'say', payload: { n: 1 } }]);
    expect(quiet.heard.speaker).toEqual([]);

    const loud = await pair({ broadcast: { self: true, ack: true } });
    expect(await loud.speaker.send({ type: 'broadcast', event: 'say', payload: { n: 2 } })).toBe('ok');
    // An own message comes before its acknowledgement.
    expect(loud.heard.speaker).toEqual([{ event: 'say', payload: { n: 2 } }]);
    await become(() => loud.heard.listener, [{ event: 'say', payload: { n: 2 } }]);
  });

  it('goes to the listeners of its event', async () => {
    const name = topic();
    const [speaker, listener] = [client().channel(name), client().channel(name)];
    const [all, some] = [hear(listener), hear(listener, 'b')];
    await Promise.all([joined(speaker), joined(listener)]);
    for (const event of ['a', 'b']) await speaker.send({ type: 'broadcast', event, payload: { event } });
    await become(() => all.map(({ event }) => event), ['a', 'b']);
    expect(some.map(({ event }) => event)).toEqual(['b']);
  });

  it('carries bytes', async () => {
    const { speaker, heard } = await pair({ broadcast: { ack: true } });
    const bytes = new Uint8Array([0, 1, 254, 255]);
    expect(await speaker.send({ type: 'broadcast', event: 'raw', payload: bytes.buffer })).toBe('ok');
    await expect.poll(() => heard.listener.length).toBe(1);
    expect(new Uint8Array(heard.listener[0]?.payload as ArrayBuffer)).toEqual(bytes);
  });

  it('is sent by HTTP without joining', async () => {
    const { name, heard } = await pair();
    const channel = client().channel(name);
    expect(await channel.httpSend('say', { n: 3 })).toEqual({ success: true });
    await become(() => heard.listener, [{ event: 'say', payload: { n: 3 } }]);
  });

  it('stays within its topic', async () => {
    const [one, other] = [await pair(), await pair()];
    await one.speaker.send({ type: 'broadcast', event: 'say', payload: { n: 1 } });
    await other.speaker.send({ type: 'broadcast', event: 'say', payload: { n: 2 } });
    await become(() => other.heard.listener, [{ event: 'say', payload: { n: 2 } }]);
    await become(() => one.heard.listener, [{ event: 'say', payload: { n: 1 } }]);
  });
});

describe('presence', () => {
  interface Seen {
    event: string;
    key: string;
    names: string[];
  }

  async function visitor(name: string, key: string) {
    const channel = client().channel(name, { config: { presence: { key } } });
    const seen: Seen[] = [];
    let syncs = 0;
    const note = (event: string, who: string, presences: { name?: string }[]) =>
      seen.push({ event, key: who, names: presences.map((presence) => presence.name ?? '') });
    channel
      .on('presence', { event: 'sync' }, () => {
        syncs += 1;
      })
      .on('presence', { event: 'join' }, (change) => note('join', change.key, change.newPresences as never))
      .on('presence', { event: 'leave' }, (change) =>
        note('leave', change.key, change.leftPresences as never),
      );
    await joined(channel);
    const keys = () => Object.keys(channel.presenceState()).sort();
    return { channel, seen, keys, syncs: () => syncs };
  }

  it('shows who is there, who comes and who goes', async () => {
    const name = topic();
    const ada = await visitor(name, 'ada');
    expect(await ada.channel.track({ name: 'Ada' })).toBe('ok');
    await become(ada.keys, ['ada']);
    const bob = await visitor(name, 'bob');
    await become(bob.keys, ['ada']);
    await bob.channel.track({ name: 'Bob' });
    await become(ada.keys, ['ada', 'bob']);
    expect(ada.channel.presenceState<{ name: string }>()).toMatchObject({
      bob: [{ name: 'Bob', presence_ref: expect.any(String) }],
    });
    expect(ada.seen).toContainEqual({ event: 'join', key: 'bob', names: ['Bob'] });
    expect(await bob.channel.untrack()).toBe('ok');
    await become(ada.keys, ['ada']);
    expect(ada.seen).toContainEqual({ event: 'leave', key: 'bob', names: ['Bob'] });
    expect(ada.syncs()).toBeGreaterThanOrEqual(3);
  });

  it('changes in place and ends with the connection', async () => {
    const name = topic();
    const [ada, bob] = [await visitor(name, 'ada'), await visitor(name, 'bob')];
    await bob.channel.track({ name: 'Bob' });
    await bob.channel.track({ name: 'Bobby' });
    const names = () => ada.channel.presenceState<{ name: string }>().bob?.map((presence) => presence.name);
    await become(names, ['Bobby']);
    await bob.channel.unsubscribe();
    await become(ada.keys, []);
  });

  it('keeps several of one key apart', async () => {
    const name = topic();
    const [laptop, phone] = [await visitor(name, 'ada'), await visitor(name, 'ada')];
    await laptop.channel.track({ name: 'laptop' });
    await phone.channel.track({ name: 'phone' });
    const devices = () =>
      laptop.channel
        .presenceState<{ name: string }>()
        .ada?.map((presence) => presence.name)
        .sort();
    await become(devices, ['laptop', 'phone']);
    await phone.channel.unsubscribe();
    await become(devices, ['laptop']);
  });
});

describe('a private channel', () => {
  const prefix = topic();
  const policies = { select: 'using', insert: 'with check' };

  beforeAll(async () => {
    // Everybody has the topic with their id, where all may listen but they alone speak.
    for (const [command, word] of Object.entries(policies)) {
      const whose = command === 'insert' ? `${prefix}:' || (select auth.uid())` : `${prefix}:%'`;
      await database.unsafe(
        `create policy "${command}_${prefix}" on realtime.messages for ${command} to authenticated
         ${word} ((select realtime.topic()) like '${whose})`,
      );
    }
  });

  afterAll(async () => {
    for (const command of Object.keys(policies)) {
      await database.unsafe(`drop policy if exists "${command}_${prefix}" on realtime.messages`);
    }
  });

  const config: Config = { private: true, broadcast: { ack: true } };
  const open = (supabase: SupabaseClient, name: string) => supabase.channel(name, { config });

  it('is heard and spoken on as its policies say', async () => {
    const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
    const name = `${prefix}:${ada.id}`;
    const [adas, bobs] = [open(await clientOf(ada), name), open(await clientOf(bob), name)];
    const heard = { ada: hear(adas), bob: hear(bobs) };
    await Promise.all([joined(adas), joined(bobs)]);
    expect(await adas.send({ type: 'broadcast', event: 'say', payload: { n: 1 } })).toBe('ok');
    await become(() => heard.bob, [{ event: 'say', payload: { n: 1 } }]);
    await bobs.send({ type: 'broadcast', event: 'say', payload: { n: 2 } }).catch(() => {});
    await adas.httpSend('say', { n: 3 });
    await become(() => heard.bob.map(({ payload }) => payload), [{ n: 1 }, { n: 3 }]);
    await become(() => heard.ada.map(({ payload }) => payload), [{ n: 3 }]);
  });

  it('is closed to who has no policy for it', async () => {
    const ada = await signUp('Ada');
    const refused = /You do not have permissions to read from this Channel topic/;
    await expect(joined(open(client(), `${prefix}:x`))).rejects.toThrow(refused);
    await expect(joined(open(await clientOf(ada), topic()))).rejects.toThrow(refused);
  });

  it('hears what the database sends', async () => {
    const ada = await signUp('Ada');
    const name = `${prefix}:${ada.id}`;
    const channel = (await clientOf(ada)).channel(name, {
      config: { private: true, broadcast: { replication_ready: true } },
    });
    const heard = hear(channel);
    const ready = new Promise<void>((resolve) => {
      channel.on('system', {}, ({ message }: { message: string }) => {
        if (message === 'Replication connection established') resolve();
      });
    });
    await joined(channel);
    await ready;
    await database`select realtime.send(${database.json({ n: 1 })}, 'say', ${name}, true)`;
    await expect.poll(() => heard).toMatchObject([{ event: 'say', payload: { n: 1 } }]);
  });

  it('takes a newer token while it is open', async () => {
    const ada = await signUp('Ada');
    const supabase = await clientOf(ada);
    const channel = open(supabase, `${prefix}:${ada.id}`);
    await joined(channel);
    // Something new to say, or a token of the same second would be the same token.
    await supabase.auth.updateUser({ data: { lang: 'de' } });
    const { error } = await supabase.auth.refreshSession();
    expect(error).toBeNull();
    await supabase.realtime.setAuth();
    expect(supabase.realtime.accessTokenValue).not.toBe(ada.token);
    expect(await channel.send({ type: 'broadcast', event: 'say', payload: {} })).toBe('ok');
    expect(channel.state).toBe('joined');
  });
});

describe('channels', () => {
  it('are counted, removed one by one and all at once', async () => {
    const supabase = client();
    const [one, two] = [supabase.channel(topic()), supabase.channel(topic())];
    await Promise.all([joined(one), joined(two)]);
    expect(supabase.getChannels()).toHaveLength(2);
    expect(supabase.realtime.isConnected()).toBe(true);
    expect(await supabase.removeChannel(one)).toBe('ok');
    expect(supabase.getChannels()).toEqual([two]);
    expect(await supabase.removeAllChannels()).toEqual(['ok']);
    expect(supabase.getChannels()).toEqual([]);
  });

  it('come back after an outage', async () => {
    const network = await openNetwork();
    const supabase = client(network.url);
    const name = topic();
    const channel = supabase.channel(name);
    const heard = hear(channel);
    const statuses: string[] = [];
    channel.subscribe((status) => statuses.push(status));
    await expect.poll(() => statuses.at(-1)).toBe('SUBSCRIBED');
    network.cut();
    await expect.poll(() => statuses.at(-1)).toBe('CHANNEL_ERROR');
    network.restore();
    await expect.poll(() => statuses.at(-1), { timeout: 15_000 }).toBe('SUBSCRIBED');
    await client().channel(name).httpSend('say', { n: 1 });
    await become(() => heard, [{ event: 'say', payload: { n: 1 } }]);
    await supabase.removeAllChannels();
    await network.close();
  });

  it('keep the connection alive with heartbeats', async () => {
    const supabase = client();
    const beats: string[] = [];
    supabase.realtime.onHeartbeat((status) => beats.push(status));
    await joined(supabase.channel(topic()));
    await supabase.realtime.sendHeartbeat();
    await expect.poll(() => beats).toContain('ok');
  });
});
