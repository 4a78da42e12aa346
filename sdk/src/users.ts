/** People: how they are shown, and the signed-in user's own account. */

import { prefixPattern } from './internal/prefix.ts';
import type { Rest } from './internal/rest.ts';
import { ACCOUNT_COLUMNS, PROFILE_COLUMNS, toAccount, toUser } from './internal/rows.ts';

/** What everybody sees of a person. */
export interface User {
  id: string;
  username: string;
  name: string;
  avatarUrl: string | null;
}

/** The signed-in user. */
export interface Account extends User {
  /** Null for accounts made with a username only. */
  email: string | null;
  emailVerified: boolean;
  role: 'user' | 'admin';
}

export interface Users {
  /** The signed-in user's own account. @throws `session_expired` */
  me(): Promise<Account>;
  /** People whose username or name begins with the text, at most 20, by username. */
  search(text: string): Promise<User[]>;
}

export function createUsers({ client, run }: Rest): Users {
  return {
    async me() {
      return toAccount(await run('read account', client.from('accounts').select(ACCOUNT_COLUMNS).single()));
    },
    async search(text) {
      const pattern = prefixPattern(text);
      if (!pattern) return [];
      const rows = await run(
        'search users',
        client
          .from('profiles')
          .select(PROFILE_COLUMNS)
          .or(`username.ilike.${pattern},name.ilike.${pattern}`)
          .order('username')
          .limit(20),
      );
      return rows.map(toUser);
    },
  };
}
