/** Opens the channel that the address bar names. */
import type { Channel } from '@confab/sdk';
import { useCallback, useEffect, useState } from 'react';
import { chat } from './chat.ts';

interface OpenChannel {
  channel: Channel | null;
  error: unknown;
  /** Opens it once more: after joining, after leaving, after a failure. */
  reopen(): void;
}

export function useChannel(slugOrId: string): OpenChannel {
  const [opened, setOpened] = useState<{ channel: Channel | null; error: unknown }>({
    channel: null,
    error: null,
  });
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is the reason to open it again.
  useEffect(() => {
    let isWanted = true;
    chat.channels.open(slugOrId).then(
      (channel) => isWanted && setOpened({ channel, error: null }),
      (error: unknown) => isWanted && setOpened({ channel: null, error }),
    );
    return () => {
      isWanted = false;
    };
  }, [slugOrId, attempt]);

  const reopen = useCallback(() => setAttempt((count) => count + 1), []);
  return { ...opened, reopen };
}
