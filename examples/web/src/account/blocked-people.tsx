/** Of whom the user wants to hear nothing more, and the way back. */
import type { Block } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { useCallback } from 'react';
import { PersonLine } from '../people/person-line.tsx';
import { agoText } from '../ui/dates.ts';
import { More } from '../ui/more.tsx';
import { attempt } from '../ui/toasts.tsx';
import { usePages } from '../ui/use-pages.ts';

const PAGE = 50;

export function BlockedPeople() {
  const { blocks } = useChat();
  const load = useCallback(
    (last?: Block) => blocks.list({ limit: PAGE, ...(last ? { after: last } : {}) }),
    [blocks],
  );
  const blocked = usePages(load, PAGE);

  return (
    <section className="blocked">
      <h3>Blocked people</h3>
      {blocked.list?.length === 0 && (
        <p className="hint small">
          Nobody. A press on somebody’s name in a conversation offers to block them.
        </p>
      )}
      <ul aria-label="Blocked people" tabIndex={-1} aria-busy={blocked.list === null && !blocked.error}>
        {blocked.list?.map((block) => (
          <li key={block.user.id} className="row">
            <PersonLine user={block.user} about={`Blocked ${agoText(block.blockedAt)}`}>
              <button
                type="button"
                aria-label={`Unblock ${block.user.name}`}
                onClick={async ({ currentTarget }) => {
                  const isDone = await attempt(
                    () => blocks.unblock(block.user.id),
                    `${block.user.name} is not blocked any more`,
                  );
                  if (!isDone) return;
                  // The button goes, and the focus would with it.
                  currentTarget.closest('ul')?.focus();
                  blocked.remove(block);
                }}
              >
                Unblock
              </button>
            </PersonLine>
          </li>
        ))}
      </ul>
      <More {...blocked} />
    </section>
  );
}
