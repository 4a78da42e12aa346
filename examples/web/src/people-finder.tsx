/** Finds people by the beginning of their name. */
import type { User } from '@confab/sdk';
import { useEffect, useState } from 'react';
import { Avatar } from './avatar.tsx';
import { chat } from './chat.ts';
import { errorText } from './error-text.ts';

/** So long after the last keystroke the server is asked. */
const PAUSE_MS = 150;

interface Props {
  onPick(user: User): void;
}

export function PeopleFinder({ onPick }: Props) {
  const [text, setText] = useState('');
  const [people, setPeople] = useState<User[] | null>(null);
  const [error, setError] = useState('');

  useEffect(() => {
    if (text.trim() === '') return setPeople(null);
    let isWanted = true;
    const timer = setTimeout(() => {
      chat.users.search(text).then(
        (found) => {
          if (!isWanted) return;
          setPeople(found);
          setError('');
        },
        (refusal: unknown) => isWanted && setError(errorText(refusal)),
      );
    }, PAUSE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [text]);

  return (
    <div className="finder">
      <input
        inputMode="search"
        aria-label="Find a person"
        placeholder="Name or username"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <ul aria-label="People">
        {people?.map((user) => (
          <li key={user.id}>
            <button type="button" className="row" onClick={() => onPick(user)}>
              <Avatar user={user} />
              <span className="name">
                {user.name}
                <small>@{user.username}</small>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {people?.length === 0 && <p className="hint">Nobody has this name.</p>}
      {error && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
