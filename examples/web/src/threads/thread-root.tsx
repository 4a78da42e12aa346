/** The message that a thread is about, over its replies. */
import type { Message } from '@confab/sdk';
import { MessageItem } from '../messages/message-item.tsx';

export function ThreadRoot({ root }: { root: Message }) {
  const { replyCount } = root;
  return (
    <div className="thread-root">
      <MessageItem message={root} isContinued={false} />
      <p className="day">
        <span>
          {replyCount === 0 ? 'No replies yet' : `${replyCount} ${replyCount === 1 ? 'reply' : 'replies'}`}
        </span>
      </p>
    </div>
  );
}
