/** All that can be done with a message. */
import type { Message } from '@confab/sdk';
import { BookmarkItem } from '../saved/bookmark-item.tsx';
import { MenuItem } from '../ui/menu.tsx';
import { useVerbs } from './use-verbs.ts';

export function MessageMenu({ message }: { message: Message }) {
  const { reply, edit, remove, pin, unpin, markUnread, readers, history, copyLink, copyText } =
    useVerbs(message);
  return (
    <>
      {reply && <MenuItem icon="thread" label="Reply in thread" shortcut="R" onSelect={reply} />}
      <BookmarkItem message={message} />
      {pin && <MenuItem icon="pin" label="Pin to the channel" onSelect={pin} />}
      {unpin && <MenuItem icon="pin" label="Unpin" onSelect={unpin} />}
      {markUnread && (
        <MenuItem icon="unread" label="Mark unread from here" shortcut="U" onSelect={markUnread} />
      )}
      {readers && <MenuItem icon="check" label="Seen by…" onSelect={readers} />}
      {history && <MenuItem icon="clock" label="Edit history…" onSelect={history} />}
      <hr />
      {copyLink && <MenuItem icon="link" label="Copy link" onSelect={copyLink} />}
      {copyText && <MenuItem icon="copy" label="Copy text" onSelect={copyText} />}
      {(edit || remove) && <hr />}
      {edit && <MenuItem icon="pencil" label="Edit" shortcut="E" onSelect={edit} />}
      {remove && <MenuItem icon="trash" label="Delete…" shortcut="Del" tone="danger" onSelect={remove} />}
    </>
  );
}
