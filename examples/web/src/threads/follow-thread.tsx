/** Whether unread replies of a thread are counted. */
import type { UseThread } from '@confab/sdk/react';
import { Icon } from '../ui/icon.tsx';
import { attempt } from '../ui/toasts.tsx';

interface Props {
  thread: Pick<UseThread, 'root' | 'isFollowing' | 'follow' | 'unfollow'>;
}

export function FollowThread({ thread: { root, isFollowing, follow, unfollow } }: Props) {
  if (!root) return null;
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={isFollowing ? 'Unfollow this thread' : 'Follow this thread'}
      onClick={() =>
        isFollowing
          ? attempt(unfollow, 'You do not follow this thread any more')
          : attempt(follow, 'You follow this thread now')
      }
    >
      <Icon name={isFollowing ? 'bellOff' : 'bell'} />
      {isFollowing ? 'Unfollow' : 'Follow'}
    </button>
  );
}
