/** Around a list of messages: which one is edited, and the windows about one of them. */
import type { Channel, ChannelInfo, Message } from '@confab/sdk';
import { type ReactNode, useMemo, useState } from 'react';
import { Readers } from '../receipts/readers.tsx';
import { DeleteMessage } from './delete-message.tsx';
import { EditHistory } from './edit-history.tsx';
import { MessageContext, type MessageDialog } from './message-context.ts';

const DIALOGS = { delete: DeleteMessage, history: EditHistory, readers: Readers };

interface Props {
  channel: Channel;
  info: ChannelInfo;
  isThread?: boolean;
  children: ReactNode;
}

export function MessageFrame({ channel, info, isThread = false, children }: Props) {
  const [editing, setEditing] = useState<string | null>(null);
  const [shown, setShown] = useState<{ what: MessageDialog; message: Message } | null>(null);
  const value = useMemo(
    () => ({
      ...{ channel, info, isThread, editing, setEditing },
      show: (what: MessageDialog, message: Message) => setShown({ what, message }),
    }),
    [channel, info, isThread, editing],
  );
  const Dialog = shown && DIALOGS[shown.what];
  return (
    <MessageContext value={value}>
      {children}
      {Dialog && <Dialog channel={channel} message={shown.message} onClose={() => setShown(null)} />}
    </MessageContext>
  );
}
