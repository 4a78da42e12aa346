/** Waits for what Realtime says on a topic, with the rights of whoever waits. */
import { createClient } from '@supabase/supabase-js';
import { ApiError } from './errors.ts';

export interface Ear {
  /** Resolves once one of the events is heard after the last call, or the signal ends it. */
  next(): Promise<void>;
  close(): void;
}

export interface Realtime {
  /** @throws service_unavailable where Realtime does not take the subscription before the signal ends it */
  listen(token: string, topic: string, events: readonly string[], signal: AbortSignal): Promise<Ear>;
}

interface Project {
  supabaseUrl: string;
  anonKey: string;
}

export const connectRealtime = ({ supabaseUrl, anonKey }: Project): Realtime => ({
  async listen(token, topic, events, signal) {
    // One connection for each: whose rights it has is a matter of the connection.
    const { realtime } = createClient(supabaseUrl, anonKey, { accessToken: () => Promise.resolve(token) });
    let heard = false;
    let wake = () => {};
    const hear = () => {
      heard = true;
      wake();
    };
    const close = () => {
      signal.removeEventListener('abort', hear);
      void realtime.removeAllChannels().then(() => realtime.disconnect());
    };
    signal.addEventListener('abort', hear);
    try {
      await realtime.setAuth(token);
      const channel = realtime.channel(topic, { config: { private: true } });
      for (const event of events) channel.on('broadcast', { event }, hear);
      await new Promise<void>((resolve, reject) => {
        const fail = (cause?: unknown) =>
          reject(
            new ApiError('service_unavailable', 503, 'unable to wait; Realtime does not answer', { cause }),
          );
        signal.addEventListener('abort', () => fail(), { once: true });
        channel.subscribe((status, cause) => {
          // What was said while the subscription was lost is to be read.
          hear();
          if (status === 'SUBSCRIBED') resolve();
          else fail(cause);
        });
      });
      heard = false;
    } catch (cause) {
      close();
      throw cause;
    }
    return {
      async next() {
        if (!heard && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
        heard = false;
      },
      close,
    };
  },
});
