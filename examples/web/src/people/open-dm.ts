/** Goes to the direct messages with somebody; they begin with that when there are none yet. */
import { chat } from '../chat.ts';
import { addressOf, goTo } from '../place.ts';
import { attempt } from '../ui/toasts.tsx';

export const openDm = (userId: string): Promise<boolean> =>
  attempt(async () => {
    const { id } = await chat.channels.open({ dm: userId });
    goTo(addressOf({ id, slug: null }));
  });
