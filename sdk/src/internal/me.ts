/** The signed-in user as others see them, asked for once. */
import type { Sessions } from '../auth.ts';
import type { User } from '../users.ts';
import type { Rest } from './rest.ts';
import { PROFILE_COLUMNS, toUser } from './rows.ts';

export interface Me {
  /** @throws `session_expired` */
  me(): Promise<User>;
  /** As far as it is known without asking the server. @throws `not_signed_in` */
  author(): Promise<User>;
  /** Somebody else may be signed in. */
  forget(): void;
}

export function createMe({ client, run }: Rest, { sessionUser }: Pick<Sessions, 'sessionUser'>): Me {
  let asked: Promise<User> | undefined;
  let known: User | undefined;

  async function ask(): Promise<User> {
    const account = client
      .from('accounts')
      .select(`profile:profiles!accounts_user_id_fkey(${PROFILE_COLUMNS})`);
    known = toUser((await run('read account', account.single())).profile);
    return known;
  }

  function me(): Promise<User> {
    asked ??= ask().catch((error: unknown) => {
      asked = undefined;
      throw error;
    });
    return asked;
  }

  return {
    me,
    async author() {
      const user = await sessionUser();
      if (known?.id === user.id) return known;
      void me().catch(() => {});
      return user;
    },
    forget() {
      asked = undefined;
    },
  };
}
