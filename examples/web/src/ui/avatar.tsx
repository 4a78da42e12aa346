/** A person's picture, or initials on a colour of their own. */
import type { User } from '@confab/sdk';
import { type CSSProperties, useState } from 'react';
import { PresenceDot } from '../people/presence-dot.tsx';

interface Props {
  user: User | null;
  /** With a dot for whether they are here. */
  hasPresence?: boolean;
}

export function Avatar({ user, hasPresence = false }: Props) {
  const [isBroken, setIsBroken] = useState(false);
  const style = { '--hue': user ? hueOf(user.id) : 0 } as CSSProperties;
  return (
    <span className="avatar" style={style} data-gone={user === null} aria-hidden="true">
      {user?.avatarUrl && !isBroken ? (
        <img className="face" src={user.avatarUrl} alt="" onError={() => setIsBroken(true)} />
      ) : (
        <span className="face">{initialsOf(user?.name ?? '?')}</span>
      )}
      {hasPresence && user && <PresenceDot userId={user.id} />}
    </span>
  );
}

/** By grapheme, so that an emoji or a composed letter stays whole. */
function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  const letters = new Intl.Segmenter();
  return ends
    .map((word = '') => letters.segment(word)[Symbol.iterator]().next().value?.segment ?? '')
    .join('')
    .toUpperCase();
}

function hueOf(id: string): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + character.charCodeAt(0)) % 3_600;
  return hash % 360;
}
