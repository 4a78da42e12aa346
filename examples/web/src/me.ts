/** The signed-in user, for whatever on the page asks who is looking. */
import type { Account } from '@confab/sdk';
import { createContext, useContext } from 'react';

export interface Me {
  userId: string;
  /** Null until it has been read. */
  account: Account | null;
  /** Reads the account again, after a change. */
  reload(): void;
}

export const MeContext = createContext<Me>({ userId: '', account: null, reload: () => {} });

export const useMe = (): Me => useContext(MeContext);
