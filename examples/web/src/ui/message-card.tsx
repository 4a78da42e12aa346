/** A message outside of its conversation: among threads, results, bookmarks; leads to where it stands. */
import type { Message } from '@confab/sdk';
import type { ReactNode } from 'react';
import { MessageText } from '../messages/message-text.tsx';
import { Avatar } from './avatar.tsx';
import { fullText, timeOrDayText } from './dates.ts';

interface Props {
  message: Message;
  /** Where it stands. */
  href: string;
  /** The conversation's name. */
  where: ReactNode;
  /** Instead of its text. */
  text?: ReactNode;
  /** Under the text. */
  children?: ReactNode;
  /** At the right of the name. */
  actions?: ReactNode;
}

export function MessageCard({ message, href, where, text, children, actions }: Props) {
  const { author, body, createdAt, deletedAt, files, mentions } = message;
  return (
    <article className="card">
      <Avatar user={author} />
      <header>
        <a href={href}>
          <strong>{author?.name ?? 'Deleted account'}</strong>
          <span className="hint"> in {where}</span>
        </a>
        <time dateTime={createdAt.toISOString()} title={fullText(createdAt)}>
          {timeOrDayText(createdAt)}
        </time>
        {actions}
      </header>
      <div className="card-text">
        {deletedAt ? (
          <p className="gone">This message was deleted.</p>
        ) : (
          (text ?? <MessageText body={body} mentions={mentions} />)
        )}
        {files.length > 0 && <p className="hint small">{files.map(({ name }) => name).join(', ')}</p>}
        {children}
      </div>
    </article>
  );
}
