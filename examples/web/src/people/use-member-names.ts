/** Members of a channel whose name begins with what is being typed; the first ones while nothing is. */
import type { Channel, User } from '@confab/sdk';
import { useEffect, useState } from 'react';
import { stillMeant } from './still-meant.ts';

const PAUSE_MS = 100;
const MOST = 8;
const NOBODY: readonly User[] = [];

/** @param typed null while nobody is being named */
export function useMemberNames(channel: Channel, typed: string | null): readonly User[] {
  const [found, setFound] = useState({ typed: '', users: NOBODY });
  useEffect(() => {
    if (typed === null) return;
    let isWanted = true;
    const timer = setTimeout(() => {
      channel.members.list({ query: typed, limit: MOST }).then(
        (members) => isWanted && setFound({ typed, users: members.map(({ user }) => user) }),
        () => {},
      );
    }, PAUSE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [channel, typed]);
  if (typed === null) return NOBODY;
  return found.typed === typed ? found.users : stillMeant(found.users, typed);
}
