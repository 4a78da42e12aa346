/** The signed-in user's own account, as it is shown everywhere. */
import { type Account, isChatError } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { useCallback, useEffect, useState } from 'react';

/** How often a server that cannot be reached is asked, where no connection says that it is back. */
const RETRY_MS = 5_000;

export interface UseAccount {
  /** Null until it has been read. */
  account: Account | null;
  /** Whether the server could not be reached when it was asked last. */
  isUnreachable: boolean;
  reload(): void;
}

export function useAccount(connection: string): UseAccount {
  const { users } = useChat();
  const [account, setAccount] = useState<Account | null>(null);
  const [isUnreachable, setIsUnreachable] = useState(false);
  const [reads, setReads] = useState(0);
  const reload = useCallback(() => setReads((count) => count + 1), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new connection is a reason to ask again, as is a change.
  useEffect(() => {
    let isWanted = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    users.me().then(
      (found) => {
        if (!isWanted) return;
        setAccount(found);
        setIsUnreachable(false);
      },
      (error: unknown) => {
        if (!isWanted) return;
        const isAway = isChatError(error) && error.code === 'network_unavailable';
        setIsUnreachable(isAway);
        if (isAway) timer = setTimeout(reload, RETRY_MS);
      },
    );
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [users, connection, reads, reload]);
  return { account, isUnreachable, reload };
}
