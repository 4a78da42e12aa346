/** What the messages on screen belong to, for the parts of each that do something. */
import type { Channel, ChannelInfo, Message } from '@confab/sdk';
import { createContext, useContext } from 'react';

/** The question before it is deleted, what it said before, who has read it. */
export type MessageDialog = 'delete' | 'history' | 'readers';

export interface MessageContextValue {
  channel: Channel;
  info: ChannelInfo;
  /** Whether this is a thread, whose messages have no threads of their own. */
  isThread: boolean;
  /** Id of the message that is being edited. */
  editing: string | null;
  setEditing(id: string | null): void;
  /** Opens a window about a message. */
  show(what: MessageDialog, message: Message): void;
}

export const MessageContext = createContext<MessageContextValue | null>(null);

export function useMessageContext(): MessageContextValue {
  const value = useContext(MessageContext);
  if (!value) throw new Error('unable to show a message; there is no list around it');
  return value;
}
