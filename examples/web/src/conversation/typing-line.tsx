/** Who is typing; its line is always there, so that nothing moves. */
import type { User } from '@confab/sdk';

export function TypingLine({ users }: { users: readonly User[] }) {
  return (
    <div className="typing">
      {users.length > 0 && (
        <>
          <span className="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {typingText(users.map(({ name }) => name))}
        </>
      )}
    </div>
  );
}

function typingText(names: string[]): string {
  if (names.length === 1) return `${names[0]} is typing…`;
  if (names.length === 2) return `${names[0]} and ${names[1]} are typing…`;
  return 'Several people are typing…';
}
