/** One emoji under a message; says who chose it once the pointer or the focus asks. */
import type { Message, ReactionCount } from '@confab/sdk';
import { useState } from 'react';
import { useMe } from '../me.ts';
import { useMessageContext } from '../messages/message-context.ts';

interface Props {
  message: Message;
  reaction: ReactionCount;
  isDisabled: boolean;
  onToggle(): void;
}

/** As many names as a hint has room for. */
const NAMES = 12;

export function ReactionChip({ message: { seq }, reaction, isDisabled, onToggle }: Props) {
  const { userId } = useMe();
  const { channel } = useMessageContext();
  const { emoji, count, isMine } = reaction;
  const [who, setWho] = useState<{ text: string; count: number }>();

  function ask() {
    if (seq === null || who?.count === count) return;
    channel.reactions.list(seq, { emoji, limit: NAMES }).then(
      (list) => {
        const names = list.map(({ user }) => (user.id === userId ? 'You' : user.name));
        const others = count - names.length;
        setWho({ count, text: names.join(', ') + (others > 0 ? ` and ${others} more` : '') });
      },
      () => {},
    );
  }

  return (
    <button
      type="button"
      className="chip"
      aria-pressed={isMine}
      aria-label={`${emoji}, ${count}${who ? `: ${who.text}` : ''}`}
      title={who?.text}
      disabled={isDisabled}
      onPointerEnter={ask}
      onFocus={ask}
      onClick={onToggle}
    >
      <span className="emoji">{emoji}</span>
      {count}
    </button>
  );
}
