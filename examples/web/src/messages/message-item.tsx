/** What one person said, and what can be done with it. */
import type { Message } from '@confab/sdk';
import { type MouseEvent, useState } from 'react';
import { useMe } from '../me.ts';
import { Author } from '../people/author.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { fullText, timeText } from '../ui/dates.ts';
import { Menu } from '../ui/menu.tsx';
import { EditMessage } from './edit-message.tsx';
import { MessageContent } from './message-content.tsx';
import { useMessageContext } from './message-context.ts';
import { MessageMenu } from './message-menu.tsx';
import { MessageToolbar } from './message-toolbar.tsx';
import { useVerbKeys } from './use-verb-keys.ts';

interface Props {
  message: Message;
  isContinued: boolean;
}

export function MessageItem({ message, isContinued }: Props) {
  const { userId } = useMe();
  const { editing, setEditing } = useMessageContext();
  const [menuAt, setMenuAt] = useState<{ x: number; y: number } | null>(null);
  const { author, createdAt, status, mentions } = message;
  const name = author?.name ?? 'Deleted account';
  const onKeyDown = useVerbKeys(message);
  const isEditing = editing === message.id && message.deletedAt === null;
  const hasVerbs = status === 'sent' && message.deletedAt === null && !isEditing;

  function openMenu(event: MouseEvent) {
    // On a link or selected text the browser's own menu has more to offer.
    if (!hasVerbs || event.target instanceof HTMLAnchorElement || String(getSelection()) !== '') return;
    event.preventDefault();
    setMenuAt({ x: event.clientX, y: event.clientY });
  }

  return (
    <article
      className="message"
      tabIndex={-1}
      aria-label={`${name}, ${timeText(createdAt)}`}
      data-status={status}
      data-continued={isContinued}
      data-mine={mentions.everyone !== null || mentions.userIds.includes(userId)}
      data-pinned={message.pinnedAt !== null}
      data-active={menuAt !== null}
      onContextMenu={openMenu}
      onKeyDown={onKeyDown}
    >
      {!isContinued && <Avatar user={author} hasPresence />}
      {isContinued ? (
        <header className="for-screen-readers">{name}</header>
      ) : (
        <header>
          <Author user={author} />
        </header>
      )}
      <time dateTime={createdAt.toISOString()} title={fullText(createdAt)}>
        {timeText(createdAt)}
      </time>
      <div className="content">
        {isEditing ? (
          <EditMessage message={message} onDone={() => setEditing(null)} />
        ) : (
          <MessageContent message={message} />
        )}
      </div>
      {hasVerbs && <MessageToolbar message={message} />}
      {menuAt && (
        <Menu anchor={menuAt} label="Message" onClose={() => setMenuAt(null)}>
          <MessageMenu message={message} />
        </Menu>
      )}
    </article>
  );
}
