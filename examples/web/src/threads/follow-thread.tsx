/** Whether unread replies of a thread are counted. */
import { type UseThread, useThreads } from '@confab/sdk/react';
import { Icon } from '../ui/icon.tsx';
import { attempt } from '../ui/toasts.tsx';

interface Props {
  thread: Pick<UseThread, 'root' | 'follow' | 'unfollow'>;
}

export function FollowThread({ thread: { root, follow, unfollow } }: Props) {
  const { threads } = useThreads();
  if (!root) return null;
  const isFollowing = threads.some((one) => one.root.id === root.id);
  return (
    <button
      type="button"
      className="icon-button"
      aria-pressed={isFollowing}
      aria-label="Follow this thread"
      title={isFollowing ? 'You follow this thread' : 'Follow this thread'}
      onClick={() =>
        isFollowing
          ? attempt(unfollow, 'You do not follow this thread any more')
          : attempt(follow, 'You follow this thread now')
      }
    >
      <Icon name={isFollowing ? 'bell' : 'bellOff'} />
    </button>
  );
}
