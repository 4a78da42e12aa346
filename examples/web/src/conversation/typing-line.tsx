/** Who is typing, and who has read; its line is always there, so that nothing moves. */
import type { User } from '@confab/sdk';
import type { ReactNode } from 'react';

interface Props {
  users: readonly User[];
  /** At the other end of the line. */
  children?: ReactNode;
}

export function TypingLine({ users, children }: Props) {
  return (
    <div className="typing">
      {users.length > 0 && (
        <>
          <span className="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span className="name">{typingText(users.map(({ name }) => name))}</span>
        </>
      )}
      {children}
    </div>
  );
}

function typingText(names: string[]): string {
  if (names.length === 1) return `${names[0]} is typing…`;
  if (names.length === 2) return `${names[0]} and ${names[1]} are typing…`;
  return 'Several people are typing…';
}
