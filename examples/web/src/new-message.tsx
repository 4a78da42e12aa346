/** Starts or continues direct messages with somebody. */
import type { User } from '@confab/sdk';
import { useState } from 'react';
import { chat } from './chat.ts';
import { Dialog } from './dialog.tsx';
import { errorText } from './error-text.ts';
import { PeopleFinder } from './people-finder.tsx';
import { addressOf, goTo } from './place.ts';

export function NewMessage({ onClose }: { onClose(): void }) {
  const [error, setError] = useState('');

  async function open(user: User) {
    try {
      const { id } = await chat.channels.open({ dm: user.id });
      goTo(addressOf({ id, slug: null }));
      onClose();
    } catch (refusal) {
      setError(errorText(refusal));
    }
  }

  return (
    <Dialog title="New message" onClose={onClose}>
      <PeopleFinder onPick={open} />
      <p className="error" role="alert">
        {error}
      </p>
    </Dialog>
  );
}
