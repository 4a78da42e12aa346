/** The whole public API of @confab/sdk/react, by name. */
export { type UseChannel, useChannel, useChannels } from './channels.ts';
export { useFileUrl } from './files.ts';
export {
  type UseDraft,
  useBookmarks,
  useDraft,
  useDrafts,
  useMembers,
  usePins,
  useReceipts,
  useUnread,
} from './marks.ts';
export {
  type UseMessages,
  type UseThread,
  useMessages,
  useThread,
  useThreads,
  useTyping,
} from './messages.ts';
export { useNotifications, usePreferences, usePresence, useUsers } from './people.ts';
export { ChatProvider, useChat } from './provider.ts';
export { type SearchState, type UseSearch, useSearch } from './search.ts';
export { useSession } from './session.ts';
