/** Asks for older messages, and knows when that failed. */
import type { UseMessages } from '@confab/sdk/react';
import { useCallback, useState } from 'react';

export function useOlder(view: UseMessages): { loadOlder(): void; olderFailed: boolean } {
  const [olderFailed, setOlderFailed] = useState(false);
  const load = view.loadOlder;
  const loadOlder = useCallback(() => {
    setOlderFailed(false);
    load().catch(() => setOlderFailed(true));
  }, [load]);
  return { loadOlder, olderFailed };
}
