/** The whole public API of @confab/sdk, by name. */
export type {
  Admin,
  AdminAccount,
  ApiKey,
  ApiKeyScope,
  AuditEntry,
  AuthEntry,
  PlatformStats,
  Setting,
} from './admin.ts';
export type { Auth, Credentials, SignUp } from './auth.ts';
export type { Block, Blocks } from './blocks.ts';
export type { Bookmark, Bookmarks, BookmarksState } from './bookmarks.ts';
export type { Capability } from './capabilities.ts';
export type { Channel, ChannelChanges, ChannelSettings, ChannelState } from './channel.ts';
export type { ChannelInfo, Channels, ChannelsState, PublicChannel } from './channels.ts';
export { type Chat, type ChatOptions, createChat } from './client.ts';
export type {
  ChannelCustom,
  CustomChannelData,
  CustomMessageData,
  CustomUserData,
  MessageCustom,
  UserCustom,
} from './custom.ts';
export type { Draft, DraftPlace, Drafts, DraftsState } from './drafts.ts';
export { type ErrorCode, errorCodes } from './error-codes.ts';
export { ChatError, isChatError } from './errors.ts';
export type {
  ChannelFile,
  ChannelFiles,
  FileInfo,
  FileSource,
  Files,
  UploadOptions,
  UrlOptions,
} from './files.ts';
export type { Subscription } from './internal/emitter.ts';
export type { OutboxNews, OutboxStore } from './internal/outbox-store.ts';
export type { QueuedMessage } from './internal/queued-message.ts';
export type { ImageSize } from './internal/storage.ts';
export type { Ban, Member, Members, MembersState, MembersSubscription } from './members.ts';
export type {
  Connection,
  Message,
  MessageEdit,
  Messages,
  MessagesState,
  MessagesSubscription,
  ReactionCount,
  SendOptions,
} from './messages.ts';
export type {
  Notification,
  Notifications,
  NotificationsState,
  NotificationsSubscription,
  NotificationType,
} from './notifications.ts';
export type { Pins, PinsState } from './pins.ts';
export type { PreferenceChanges, Preferences, PreferencesState, PreferencesStore } from './preferences.ts';
export type {
  Presence,
  PresenceState,
  PresenceStatus,
  StatusMessage,
  UserPresence,
} from './presence.ts';
export type { Reaction, Reactions } from './reactions.ts';
export type { Receipt, Receipts, ReceiptsState } from './receipts.ts';
export type { FoundChannel, NameOptions, Search, SearchHit, SearchOptions, SearchPage } from './search.ts';
export type {
  Thread,
  ThreadInfo,
  ThreadState,
  Threads,
  ThreadsState,
  ThreadsSubscription,
} from './threads.ts';
export type { Typing } from './typing.ts';
export type { Unread, UnreadState } from './unread.ts';
export type { Account, Profile, User, Users, UsersState } from './users.ts';
