/** The emoji under a message, with how many chose each; a press joins in or takes it back. */
import type { Message } from '@confab/sdk';
import { useState } from 'react';
import { EmojiPicker } from '../emoji/emoji-picker.tsx';
import { useMessageContext } from '../messages/message-context.ts';
import { Icon } from '../ui/icon.tsx';
import { ReactionChip } from './reaction-chip.tsx';
import { useReact } from './use-react.ts';

export function Reactions({ message }: { message: Message }) {
  const { info } = useMessageContext();
  const [picker, setPicker] = useState<HTMLElement | null>(null);
  const react = useReact(message);
  const mayReact = info.capabilities.includes('react');
  if (message.reactions.length === 0) return null;
  return (
    <div className="reactions">
      {message.reactions.map((reaction) => (
        <ReactionChip
          key={reaction.emoji}
          message={message}
          reaction={reaction}
          isDisabled={!mayReact}
          onToggle={() => react(reaction.emoji)}
        />
      ))}
      {mayReact && (
        <button
          type="button"
          className="chip more"
          aria-label="Add a reaction"
          title="Add a reaction"
          aria-haspopup="dialog"
          aria-expanded={picker !== null}
          onClick={(event) => setPicker(event.currentTarget)}
        >
          <Icon name="smile" />
        </button>
      )}
      {picker && <EmojiPicker anchor={picker} onPick={react} onClose={() => setPicker(null)} />}
    </div>
  );
}
