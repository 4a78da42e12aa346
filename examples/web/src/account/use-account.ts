/** The signed-in user's own account, as it is shown everywhere. */
import { type Account, isChatError } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { useCallback, useEffect, useState } from 'react';

export interface UseAccount {
  /** Null until it has been read; tried again whenever the connection changes. */
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new connection is a reason to ask again, as is a change.
  useEffect(() => {
    let isWanted = true;
    users.me().then(
      (found) => {
        if (!isWanted) return;
        setAccount(found);
        setIsUnreachable(false);
      },
      (error: unknown) =>
        isWanted && setIsUnreachable(isChatError(error) && error.code === 'network_unavailable'),
    );
    return () => {
      isWanted = false;
    };
  }, [users, connection, reads]);
  const reload = useCallback(() => setReads((count) => count + 1), []);
  return { account, isUnreachable, reload };
}
