/** Under a message with replies: how many, by whom, since when; opens the thread. */
import type { Message } from '@confab/sdk';
import { showBeside } from '../place.ts';
import { agoText } from '../ui/dates.ts';
import { Icon } from '../ui/icon.tsx';
import { useMessageContext } from './message-context.ts';

export function ThreadSummary({ message: { seq, replyCount, lastReplyAt } }: { message: Message }) {
  const { isThread } = useMessageContext();
  if (isThread || replyCount === 0 || seq === null) return null;
  return (
    <button type="button" className="thread-summary" onClick={() => showBeside({ thread: seq })}>
      <Icon name="thread" />
      <strong>
        {replyCount} {replyCount === 1 ? 'reply' : 'replies'}
      </strong>
      {lastReplyAt && <span className="hint">Last one {agoText(lastReplyAt)}</span>}
    </button>
  );
}
