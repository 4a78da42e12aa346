/** The only caller of Supabase Realtime: topics that come back by themselves and say when they are live. */
import type { RealtimeChannel, SupabaseClient } from '@supabase/supabase-js';
import { hurry } from './retry.ts';
import { createTopicListeners, type TopicListeners } from './topic-listeners.ts';

export interface TopicHandlers {
  /** From now on every event arrives. Called again after each interruption: fetch what was missed. */
  onLive(): void;
  /** Events may be missing until the next `onLive`. */
  onInterrupted(): void;
  /** The caller may not hear this topic (any more); it stays silent. */
  onRefused(): void;
  onEvent(event: string, payload: Record<string, unknown>): void;
  /** Ids of everybody present, the caller included; only for topics that members speak on. */
  onPresence?(userIds: string[]): void;
}

export interface Topic {
  /** Sends an event to the other listeners; silently lost while the topic is not live. */
  send(event: string, payload: Record<string, unknown>): void;
  close(): void;
}

export interface Realtime {
  open(name: string, handlers: TopicHandlers, presenceKey?: string): Topic;
}

interface SharedTopic {
  joined: Topic;
  listeners: TopicListeners<TopicHandlers>;
}

/** Told apart by the server's text, as the client library passes on no code. */
const REFUSED = /Unauthorized|do not have permissions|no longer have permission/;
const RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000];
const READY_MS = 5_000;

export function createRealtime(
  supabase: SupabaseClient<never, never>,
): Realtime & { /** Resolves when the topics that were closed are left. */ left(): Promise<unknown> } {
  /** A name is free for a new join only when the last leave has been answered. */
  const leaving = new Map<string, Promise<unknown>>();
  const shared = new Map<string, SharedTopic>();

  /** One topic for all who listen to it under the same name. */
  function open(name: string, handlers: TopicHandlers, presenceKey?: string): Topic {
    const { joined, listeners } = shared.get(name) ?? share(name, presenceKey);
    const { unsubscribe } = listeners.add(handlers);
    return { send: joined.send, close: unsubscribe };
  }

  function share(name: string, presenceKey: string | undefined): SharedTopic {
    const forget = () => {
      if (shared.get(name) === topic) shared.delete(name);
    };
    const listeners = createTopicListeners<TopicHandlers>(() => {
      forget();
      topic.joined.close();
    });
    const topic: SharedTopic = {
      listeners,
      joined: join(
        name,
        {
          onLive() {
            // Whoever waits for the network need not wait longer.
            hurry();
            listeners.live();
          },
          onInterrupted: listeners.interrupted,
          onRefused() {
            forget();
            listeners.each((handlers) => handlers.onRefused());
          },
          onEvent: listeners.hear,
          onPresence: (userIds) => listeners.each((handlers) => handlers.onPresence?.(userIds)),
        },
        presenceKey,
      ),
    };
    shared.set(name, topic);
    return topic;
  }

  function join(name: string, handlers: TopicHandlers, presenceKey?: string): Topic {
    let channel: RealtimeChannel | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let attempts = 0;
    let closed = false;
    let isLive = false;

    async function attempt(): Promise<void> {
      await leaving.get(name);
      // The join takes the token as it is at that moment; without this one it could go out as anonymous.
      await supabase.realtime.setAuth().catch(() => {});
      if (closed) return;
      const joined = supabase.channel(name, {
        config: {
          private: true,
          broadcast: { self: false, ack: false, ...(presenceKey ? {} : { replication_ready: true }) },
          presence: { enabled: presenceKey !== undefined, key: presenceKey ?? '' },
        },
      });
      channel = joined;
      joined.on('broadcast', { event: '*' }, ({ event, payload }) =>
        mine(joined, () => handlers.onEvent(event, payload ?? {}))(),
      );
      if (presenceKey) {
        joined.on(
          'presence',
          { event: 'sync' },
          mine(joined, () => handlers.onPresence?.(Object.keys(joined.presenceState()))),
        );
      } else {
        // A join is answered before the stream of database events has started; this message says it has.
        joined.on('system', {}, ({ status, message }: { status: string; message: string }) => {
          if (status !== 'ok' || message !== 'Replication connection established') return;
          mine(joined, () => {
            // Whoever believed it to be live already has missed what came until now.
            isLive = false;
            live();
          })();
        });
      }
      joined.subscribe((status, error) => mine(joined, () => onStatus(joined, status, error))());
    }

    const mine = (joined: RealtimeChannel, handle: () => void) => () => {
      if (channel === joined && !closed) handle();
    };

    function live(): void {
      clearTimeout(timer);
      if (isLive) return;
      attempts = 0;
      isLive = true;
      handlers.onLive();
    }

    function onStatus(joined: RealtimeChannel, status: string, error: Error | undefined): void {
      if (status === 'SUBSCRIBED') {
        if (presenceKey) {
          void joined.track({});
          live();
        } else {
          // A server that does not say so is believed after a while; what it loses until then is found by number.
          clearTimeout(timer);
          timer = setTimeout(mine(joined, live), READY_MS);
        }
        return;
      }
      interrupted();
      if (REFUSED.test(String(error?.message ?? error ?? ''))) {
        // Left alone it would ask again and again, and each refusal holds up the whole socket for seconds.
        leave();
        handlers.onRefused();
      } else if (status === 'CLOSED') {
        // Closed by the server (token expired, too many messages): the library never rejoins by itself.
        leave();
        retry();
      }
    }

    function interrupted(): void {
      clearTimeout(timer);
      if (!isLive) return;
      isLive = false;
      handlers.onInterrupted();
    }

    function retry(): void {
      const wait = RETRY_MS[Math.min(attempts, RETRY_MS.length - 1)] as number;
      attempts += 1;
      timer = setTimeout(() => void attempt(), wait * (0.5 + Math.random()));
    }

    function leave(): void {
      const left = channel;
      channel = undefined;
      if (!left) return;
      const done = supabase.removeChannel(left).catch(() => {});
      leaving.set(name, done);
      void done.then(() => {
        if (leaving.get(name) === done) leaving.delete(name);
      });
    }

    void attempt();
    return {
      send(event, payload) {
        if (isLive) void channel?.send({ type: 'broadcast', event, payload });
      },
      close() {
        closed = true;
        clearTimeout(timer);
        leave();
      },
    };
  }

  return { open, left: () => Promise.all(leaving.values()) };
}
