/** The small line over a text: pinned, or a reply that is shown in the channel too. */
import type { Message } from '@confab/sdk';
import { showBeside } from '../place.ts';
import { Icon } from '../ui/icon.tsx';
import { useMessageContext } from './message-context.ts';

export function MessageMarks({ message: { pinnedAt, parentSeq } }: { message: Message }) {
  const { isThread } = useMessageContext();
  if (!pinnedAt && (parentSeq === null || isThread)) return null;
  return (
    <div className="marks">
      {pinnedAt && (
        <span>
          <Icon name="pin" /> Pinned
        </span>
      )}
      {parentSeq !== null && !isThread && (
        <button type="button" className="link" onClick={() => showBeside({ thread: parentSeq })}>
          Reply in a thread
        </button>
      )}
    </div>
  );
}
