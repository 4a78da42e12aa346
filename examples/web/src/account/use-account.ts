/** The signed-in user's own account. */
import type { Account } from '@confab/sdk';
import { useEffect, useState } from 'react';
import { chat } from '../chat.ts';

/** Null until it has been read; tried again whenever the connection changes. */
export function useAccount(connection: string): Account | null {
  const [account, setAccount] = useState<Account | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new connection is the reason to ask again.
  useEffect(() => {
    if (account) return;
    let isWanted = true;
    chat.users.me().then(
      (found) => isWanted && setAccount(found),
      () => {},
    );
    return () => {
      isWanted = false;
    };
  }, [account, connection]);
  return account;
}
