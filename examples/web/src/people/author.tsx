/** Who wrote a message; a press tells more about them. */
import type { User } from '@confab/sdk';
import { useState } from 'react';
import { PersonCard } from './person-card.tsx';
import { StatusEmoji } from './status-emoji.tsx';

export function Author({ user }: { user: User | null }) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  if (!user) return <strong>Deleted account</strong>;
  return (
    <>
      <button
        type="button"
        className="author"
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        {user.name}
      </button>
      <StatusEmoji userId={user.id} />
      {anchor && <PersonCard anchor={anchor} user={user} onClose={() => setAnchor(null)} />}
    </>
  );
}
