/** Who has read a message, and when they last read. */
import type { Channel, Message } from '@confab/sdk';
import { useUsers } from '@confab/sdk/react';
import { PersonLine } from '../people/person-line.tsx';
import { agoText } from '../ui/dates.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Empty } from '../ui/empty.tsx';
import { useReaders } from './use-readers.ts';

interface Props {
  channel: Channel;
  message: Message;
  onClose(): void;
}

export function Readers({ channel, message, onClose }: Props) {
  const { readers, isLoading } = useReaders(channel, message);
  const { people } = useUsers(readers.map(({ userId }) => userId));
  return (
    <Dialog title="Seen by" onClose={onClose}>
      {readers.length === 0 && !isLoading && (
        <Empty icon="check" title="Nobody yet">
          Whoever keeps to themselves what they read is never listed.
        </Empty>
      )}
      <ul aria-label="Readers" aria-busy={isLoading}>
        {readers.map(({ userId, readAt }) => {
          const user = people.get(userId);
          return (
            user && (
              <li key={userId} className="row">
                <PersonLine user={user}>
                  {readAt && <span className="hint small">Last read {agoText(readAt)}</span>}
                </PersonLine>
              </li>
            )
          );
        })}
      </ul>
    </Dialog>
  );
}
