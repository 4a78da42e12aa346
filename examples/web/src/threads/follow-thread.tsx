/** Whether unread replies of a thread are counted. */
import type { UseThread } from '@confab/sdk/react';
import { MenuButton, MenuItem } from '../ui/menu.tsx';
import { attempt } from '../ui/toasts.tsx';

export function FollowThread({ thread }: { thread: Pick<UseThread, 'follow' | 'unfollow'> }) {
  return (
    <MenuButton icon="more" label="Thread">
      <MenuItem
        icon="bell"
        label="Follow this thread"
        onSelect={() => attempt(() => thread.follow(), 'You follow this thread now')}
      />
      <MenuItem
        icon="bellOff"
        label="Follow it no longer"
        onSelect={() => attempt(() => thread.unfollow(), 'You do not follow this thread any more')}
      />
    </MenuButton>
  );
}
