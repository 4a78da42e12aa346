/** A raw client on a Realtime topic, which heeds nothing of what it hears. */
import type { RealtimeChannel, SupabaseClient } from '@supabase/supabase-js';
import type { Person } from './people.ts';

interface Heard {
  event: string;
  payload: Record<string, unknown>;
}

export interface Listener {
  channel: RealtimeChannel;
  heard: Heard[];
  /** Resolves with the first message of this event, also one that has come already. */
  next(event: string): Promise<Heard>;
}

/** Joins a private topic; rejects with the server's reason when it refuses. */
export async function listen(
  { supabase }: { supabase: Pick<SupabaseClient, 'realtime' | 'channel' | 'removeChannel'> },
  topic: string,
): Promise<Listener> {
  await supabase.realtime.setAuth();
  const heard: Heard[] = [];
  const waiting = new Set<() => void>();
  const channel = supabase.channel(topic, {
    config: { private: true, broadcast: { self: false, ack: true, replication_ready: true } },
  });
  channel.on('broadcast', { event: '*' }, ({ event, payload }) => {
    heard.push({ event, payload });
    for (const check of waiting) check();
  });
  await new Promise<void>((resolve, reject) => {
    channel.on('system', {}, ({ message }: { message: string }) => {
      if (message === 'Replication connection established') resolve();
    });
    channel.subscribe((status, error) => {
      if (status === 'CHANNEL_ERROR') {
        void supabase.removeChannel(channel);
        reject(error);
      }
    });
  });
  return {
    channel,
    heard,
    next: (event) =>
      new Promise((resolve) => {
        const check = () => {
          const found = heard.find((message) => message.event === event);
          if (!found) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      }),
  };
}

/** Joins the topic of everyone, which moves when anybody is shut out: also between being told of it and joining it. */
export async function listenToEveryone(person: Person): Promise<Listener> {
  const topicNow = async () => (await person.supabase.rpc('get_presence_topic').throwOnError()).data;
  for (;;) {
    const topic = await topicNow();
    try {
      return await listen(person, topic);
    } catch (error) {
      if ((await topicNow()) === topic) throw error;
    }
  }
}
