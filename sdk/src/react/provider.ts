/** Which chat the components below belong to. */
import { createContext, createElement, type ReactElement, type ReactNode, useContext } from 'react';
import type { Chat } from '../client.ts';

const ChatContext = createContext<Chat | null>(null);

/** Gives a chat to the hooks of all components inside; make it once, outside of rendering. */
export function ChatProvider({ chat, children }: { chat: Chat; children?: ReactNode }): ReactElement {
  return createElement(ChatContext.Provider, { value: chat }, children);
}

/** The chat of the nearest `ChatProvider`. Throws a plain `Error` where there is none. */
export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error('unable to use chat; there is no <ChatProvider> around this component');
  return chat;
}
