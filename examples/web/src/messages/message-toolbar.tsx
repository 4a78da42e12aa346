/** What is done most with a message, at its upper edge while the pointer or the focus is on it. */
import type { Message } from '@confab/sdk';
import { useMe } from '../me.ts';
import { showBeside } from '../place.ts';
import { Icon } from '../ui/icon.tsx';
import { MenuButton } from '../ui/menu.tsx';
import { useMessageContext } from './message-context.ts';
import { MessageMenu } from './message-menu.tsx';

export function MessageToolbar({ message }: { message: Message }) {
  const { userId } = useMe();
  const { isThread, setEditing } = useMessageContext();
  const { id, seq, author } = message;
  if (seq === null) return null;
  return (
    <div className="toolbar" role="toolbar" aria-label="Message actions">
      {!isThread && (
        <button
          type="button"
          className="icon-button"
          aria-label="Reply in thread"
          title="Reply in thread"
          onClick={() => showBeside({ thread: seq })}
        >
          <Icon name="thread" />
        </button>
      )}
      {author?.id === userId && (
        <button
          type="button"
          className="icon-button"
          aria-label="Edit"
          title="Edit"
          onClick={() => setEditing(id)}
        >
          <Icon name="pencil" />
        </button>
      )}
      <MenuButton icon="more" label="More">
        <MessageMenu message={message} />
      </MenuButton>
    </div>
  );
}
