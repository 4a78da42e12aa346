/** Around a list of messages: which one is edited, and the question before one is deleted. */
import type { Channel, ChannelInfo, Message } from '@confab/sdk';
import { type ReactNode, useMemo, useState } from 'react';
import { DeleteMessage } from './delete-message.tsx';
import { MessageContext } from './message-context.ts';

interface Props {
  channel: Channel;
  info: ChannelInfo;
  isThread?: boolean;
  children: ReactNode;
}

export function MessageFrame({ channel, info, isThread = false, children }: Props) {
  const [editing, setEditing] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<Message | null>(null);
  const value = useMemo(
    () => ({ channel, info, isThread, editing, setEditing, askToDelete: setDeleting }),
    [channel, info, isThread, editing],
  );
  return (
    <MessageContext value={value}>
      {children}
      {deleting && <DeleteMessage channel={channel} message={deleting} onClose={() => setDeleting(null)} />}
    </MessageContext>
  );
}
