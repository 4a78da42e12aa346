/** What is done most with a message, at its upper edge while the pointer or the focus is on it. */
import type { Message } from '@confab/sdk';
import { useState } from 'react';
import { EmojiPicker } from '../emoji/emoji-picker.tsx';
import { frequentEmoji } from '../emoji/frequent-emoji.ts';
import { useReact } from '../reactions/use-react.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { MenuButton } from '../ui/menu.tsx';
import { MessageMenu } from './message-menu.tsx';
import { useVerbs } from './use-verbs.ts';

const QUICK = 2;

export function MessageToolbar({ message }: { message: Message }) {
  const { reply, react, edit } = useVerbs(message);
  const [picker, setPicker] = useState<HTMLElement | null>(null);
  const choose = useReact(message);
  return (
    <div className="toolbar" role="toolbar" aria-label="Message actions">
      {react && (
        <>
          {frequentEmoji(QUICK).map(({ emoji }) => (
            <button
              key={emoji}
              type="button"
              className="icon-button quick"
              aria-label={`React with ${emoji}`}
              onClick={() => choose(emoji)}
            >
              {emoji}
            </button>
          ))}
          <button
            type="button"
            className="icon-button"
            aria-label="React"
            title="React"
            aria-haspopup="dialog"
            aria-expanded={picker !== null}
            onClick={(event) => setPicker(event.currentTarget)}
          >
            <Icon name="smile" />
          </button>
        </>
      )}
      {reply && <Tool icon="thread" label="Reply in thread" onClick={reply} />}
      {edit && <Tool icon="pencil" label="Edit" onClick={edit} />}
      <MenuButton icon="more" label="More">
        <MessageMenu message={message} />
      </MenuButton>
      {picker && <EmojiPicker anchor={picker} onPick={choose} onClose={() => setPicker(null)} />}
    </div>
  );
}

function Tool({ icon, label, onClick }: { icon: IconName; label: string; onClick(): void }) {
  return (
    <button type="button" className="icon-button" aria-label={label} title={label} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}
