/** The signed-in user's own account, as it is shown everywhere. */
import type { Account } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { useCallback, useEffect, useState } from 'react';

/** Null until it has been read; tried again whenever the connection changes. */
export function useAccount(connection: string): { account: Account | null; reload(): void } {
  const { users } = useChat();
  const [account, setAccount] = useState<Account | null>(null);
  const [reads, setReads] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new connection is a reason to ask again, as is a change.
  useEffect(() => {
    let isWanted = true;
    users.me().then(
      (found) => isWanted && setAccount(found),
      () => {},
    );
    return () => {
      isWanted = false;
    };
  }, [users, connection, reads]);
  const reload = useCallback(() => setReads((count) => count + 1), []);
  return { account, reload };
}
