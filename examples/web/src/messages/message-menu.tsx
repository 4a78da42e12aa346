/** All that can be done with a message. */
import type { Message } from '@confab/sdk';
import { useMe } from '../me.ts';
import { showBeside } from '../place.ts';
import { MenuItem } from '../ui/menu.tsx';
import { attempt } from '../ui/toasts.tsx';
import { useMessageContext } from './message-context.ts';
import { linkTo } from './message-link.ts';

export function MessageMenu({ message }: { message: Message }) {
  const { userId } = useMe();
  const { info, isThread, setEditing, askToDelete } = useMessageContext();
  const { id, seq, body, author } = message;
  if (seq === null) return null;
  const isOwn = author?.id === userId;

  return (
    <>
      {!isThread && (
        <MenuItem
          icon="thread"
          label="Reply in thread"
          shortcut="R"
          onSelect={() => showBeside({ thread: seq })}
        />
      )}
      <MenuItem
        icon="link"
        label="Copy link"
        onSelect={() => attempt(() => navigator.clipboard.writeText(linkTo(info, id)), 'Link copied')}
      />
      {body !== '' && (
        <MenuItem
          icon="copy"
          label="Copy text"
          onSelect={() => attempt(() => navigator.clipboard.writeText(body), 'Text copied')}
        />
      )}
      {isOwn && (
        <>
          <hr />
          <MenuItem icon="pencil" label="Edit" shortcut="E" onSelect={() => setEditing(id)} />
        </>
      )}
      {isOwn && (
        <MenuItem
          icon="trash"
          label="Delete…"
          shortcut="Del"
          tone="danger"
          onSelect={() => askToDelete(message)}
        />
      )}
    </>
  );
}
