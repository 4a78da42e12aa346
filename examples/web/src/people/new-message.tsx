/** Starts or continues a conversation with one person, or makes a group of several. */
import type { User } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { useState } from 'react';
import { useMe } from '../me.ts';
import { addressOf, goTo } from '../place.ts';
import { Dialog } from '../ui/dialog.tsx';
import { errorText } from '../ui/error-text.ts';
import { Icon } from '../ui/icon.tsx';
import { PeopleFinder } from './people-finder.tsx';

export function NewMessage({ onClose }: { onClose(): void }) {
  const { channels } = useChat();
  const { userId } = useMe();
  const [picked, setPicked] = useState<readonly User[]>([]);
  const [error, setError] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const first = picked[0];

  function pick(user: User) {
    if (user.id !== userId && !picked.some(({ id }) => id === user.id)) setPicked([...picked, user]);
  }

  async function open() {
    if (!first) return;
    setIsBusy(true);
    setError('');
    try {
      const memberIds = picked.map(({ id }) => id);
      const channel =
        picked.length === 1
          ? await channels.open({ dm: first.id })
          : await channels.createGroup({ memberIds });
      goTo(addressOf({ id: channel.id, slug: null }));
      onClose();
    } catch (refusal) {
      setError(errorText(refusal));
      setIsBusy(false);
    }
  }

  return (
    <Dialog title="New message" onClose={onClose}>
      {picked.length > 0 && (
        <ul className="picked" aria-label="To">
          {picked.map((user) => (
            <li key={user.id}>
              {user.name}
              <button
                type="button"
                aria-label={`Without ${user.name}`}
                onClick={() => setPicked(picked.filter(({ id }) => id !== user.id))}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <PeopleFinder key={picked.length} onPick={pick} />
      <p className="error" role="alert">
        {error}
      </p>
      <div className="buttons">
        <button type="button" className="primary" disabled={!first || isBusy} onClick={open}>
          {picked.length > 1 ? 'Start a group' : 'Start talking'}
        </button>
      </div>
    </Dialog>
  );
}
