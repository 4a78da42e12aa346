/** Channels on screen: the caller's list, and one of them. */
import { useCallback, useMemo, useState } from 'react';
import type { Channel } from '../channel.ts';
import type { ChannelInfo, ChannelsState } from '../channels.ts';
import type { Chat } from '../client.ts';
import type { ChatError } from '../errors.ts';
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
  /** Name, unread counts, capabilities …, kept live; null while the caller is not in the channel. */
  info: ChannelInfo | null;
  /** Why it could not be opened, mostly a `ChatError`; null while all is well. After a `retryable` one it is tried again by itself. */
  error: unknown;
  /** Opens it once more, now. */
  reopen(): void;
}

type Opened = Pick<UseChannel, 'channel' | 'info' | 'error'>;

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 5_000;
/** The longest that a timer can wait, 24.8 days; one that should wait longer goes off at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const NOT_OPENED: Opened = { channel: null, info: null, error: null };

/** Opens a channel by slug, by id, or the direct messages with a user. */
export function useChannel(target: string | { dm: string }): UseChannel {
  const chat = useChat();
  const [attempt, setAttempt] = useState(0);
  const isDm = typeof target !== 'string';
  const key = isDm ? target.dm : target;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is the reason to open it again.
  const open = useCallback(
    (listener: (state: Opened) => void) => openChannel(chat, isDm ? { dm: key } : key, listener),
    [chat, key, isDm, attempt],
  );
  const { state } = useLive(open, NOT_OPENED);
  const reopen = useCallback(() => setAttempt((count) => count + 1), []);
  return useMemo(() => ({ ...state, reopen }), [state, reopen]);
}

function openChannel(
  { auth, channels }: Chat,
  target: string | { dm: string },
  listener: (state: Opened) => void,
): Subscription {
  const asker = auth.userId;
  let isWanted = true;
  let subscription: Subscription | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function attempt(tries: number): Promise<void> {
    try {
      const channel = await channels.open(target);
      if (!isWanted) return;
      listener({ channel, info: channel.info, error: null });
      subscription = channel.subscribe(({ info }) => listener({ channel, info, error: null }));
    } catch (error) {
      if (!isWanted) return;
      listener({ ...NOT_OPENED, error });
      const { retryable, retryAfter = 0 } = (error ?? {}) as Partial<ChatError>;
      if (!retryable) return;
      const wait = Math.min(FIRST_RETRY_MS * 2 ** tries, MAX_RETRY_MS) * (0.5 + Math.random());
      timer = setTimeout(
        () => {
          // What one person asked for is not asked again in another's name.
          if (asker === null || asker === auth.userId) void attempt(tries + 1);
        },
        Math.min(Math.max(wait, retryAfter * 1000), MAX_TIMER_MS),
      );
    }
  }

  void attempt(0);
  return {
    unsubscribe() {
      isWanted = false;
      clearTimeout(timer);
      subscription?.unsubscribe();
    },
  };
}
