/** Reacting to a message: the same emoji a second time takes it back. */
import type { Message } from '@confab/sdk';
import { useMessageContext } from '../messages/message-context.ts';
import { attempt } from '../ui/toasts.tsx';

export function useReact({ seq, reactions }: Message): (emoji: string) => void {
  const { channel } = useMessageContext();
  return (emoji) => {
    if (seq === null) return;
    const isMine = reactions.some((one) => one.emoji === emoji && one.isMine);
    void attempt(() => (isMine ? channel.reactions.remove(seq, emoji) : channel.reactions.add(seq, emoji)));
  };
}
