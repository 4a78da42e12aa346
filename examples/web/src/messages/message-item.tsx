/** One message, with the day and the "new" line that may stand over it. */
import type { Message } from '@confab/sdk';
import { memo } from 'react';
import { useMe } from '../me.ts';
import { Avatar } from '../ui/avatar.tsx';
import { fullText, timeText } from '../ui/dates.ts';
import { MessageText } from './message-text.tsx';

interface Props {
  message: Message;
  day: string | null;
  isFirstNew: boolean;
  /** Follows closely on one of the same author, so that the name need not be said again. */
  isContinued: boolean;
  isOnline: boolean;
}

export const MessageItem = memo(function MessageItem({
  message,
  day,
  isFirstNew,
  isContinued,
  isOnline,
}: Props) {
  const { account } = useMe();
  const { author, body, createdAt, status } = message;
  return (
    <li>
      {day && (
        <div className="day">
          <span>{day}</span>
        </div>
      )}
      {isFirstNew && <div className="new-line">New messages</div>}
      <article className="message" data-status={status} data-continued={isContinued}>
        {!isContinued && <Avatar user={author} isOnline={isOnline} />}
        <header className={isContinued ? 'for-screen-readers' : undefined}>
          <strong>{author?.name ?? 'Deleted account'}</strong>
          {isOnline && <span className="for-screen-readers"> (here now)</span>}
        </header>
        <time dateTime={createdAt.toISOString()} title={fullText(createdAt)}>
          {timeText(createdAt)}
        </time>
        <div className="content">
          <MessageText body={body} me={account?.username} />
          {status === 'pending' && <span className="for-screen-readers">Sending</span>}
        </div>
      </article>
    </li>
  );
});
