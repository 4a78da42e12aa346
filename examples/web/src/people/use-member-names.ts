/** Members of a channel whose name begins with what is being typed; the first ones while nothing is. */
import type { Channel, User } from '@confab/sdk';
import { useEffect, useState } from 'react';

const PAUSE_MS = 100;
const MOST = 8;
const NOBODY: readonly User[] = [];

/** @param typed null while nobody is being named */
export function useMemberNames(channel: Channel, typed: string | null): readonly User[] {
  const [found, setFound] = useState<readonly User[]>(NOBODY);
  useEffect(() => {
    if (typed === null) return setFound(NOBODY);
    let isWanted = true;
    const timer = setTimeout(() => {
      channel.members.list({ query: typed, limit: MOST }).then(
        (members) => isWanted && setFound(members.map(({ user }) => user)),
        () => {},
      );
    }, PAUSE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [channel, typed]);
  return typed === null ? NOBODY : found;
}
