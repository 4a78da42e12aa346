/** Channels on screen: the caller's list, and one of them. */
import { useCallback, useMemo, useState } from 'react';
import type { Channel, ChannelsState } from '../channels.ts';
import type { Subscription } from '../internal/emitter.ts';
import { useLive } from './live.ts';
import { useChat } from './provider.ts';

const NO_CHANNELS: ChannelsState = { channels: [], connection: 'loading' };

/** The caller's channels, kept live. */
export function useChannels(): ChannelsState {
  const { channels } = useChat();
  return useLive(channels.subscribe, NO_CHANNELS).state;
}

export interface UseChannel {
  /** Null until it has been opened and when it cannot be. */
  channel: Channel | null;
  /** Why it could not be opened, mostly a `ChatError`; null while all is well. */
  error: unknown;
  /** Opens it once more: after joining, after leaving, after a failure. */
  reopen(): void;
}

type Opened = Pick<UseChannel, 'channel' | 'error'>;

const NOT_OPENED: Opened = { channel: null, error: null };

/** Opens a channel by slug, by id, or the direct messages with a user. */
export function useChannel(target: string | { dm: string }): UseChannel {
  const { channels } = useChat();
  const [attempt, setAttempt] = useState(0);
  const key = typeof target === 'string' ? target : target.dm;
  const isDm = typeof target !== 'string';

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is the reason to open it again.
  const open = useCallback(
    (listener: (state: Opened) => void): Subscription => {
      let isWanted = true;
      channels.open(isDm ? { dm: key } : key).then(
        (channel) => isWanted && listener({ channel, error: null }),
        (error: unknown) => isWanted && listener({ channel: null, error }),
      );
      return {
        unsubscribe() {
          isWanted = false;
        },
      };
    },
    [channels, key, isDm, attempt],
  );
  const { state } = useLive(open, NOT_OPENED);
  const reopen = useCallback(() => setAttempt((count) => count + 1), []);
  return useMemo(() => ({ ...state, reopen }), [state, reopen]);
}
