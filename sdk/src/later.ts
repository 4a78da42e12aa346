/** What an app does not need at its start: one piece of code, loaded when the first of it is used. */
import { createAvatars } from './avatars.ts';
import { createBlocks } from './blocks.ts';
import { createBookmarks } from './bookmarks.ts';
import { createChannelMakers, createChannelPages } from './channel-pages.ts';
import { createChannelVerbs } from './channel-verbs.ts';
import type { Channels } from './channels.ts';
import { createChannelFiles, createFiles, createUpload } from './files.ts';
import { createEveryoneFeed } from './internal/everyone-feed.ts';
import type { QueuedMessage } from './internal/queued-message.ts';
import type { Realtime } from './internal/realtime.ts';
import type { Rest } from './internal/rest.ts';
import { createSavedDrafts } from './internal/saved-drafts.ts';
import { createStorage } from './internal/storage.ts';
import type { TopicSource } from './internal/topic-listeners.ts';
import { uploadFiles } from './internal/upload-files.ts';
import type { UserFeed } from './internal/user-feed.ts';
import { createMembers } from './members.ts';
import { createMessageEdits } from './message-edits.ts';
import type { MessagesDeps } from './messages.ts';
import { createNotifications } from './notifications.ts';
import { createPins } from './pins.ts';
import { createPreferences } from './preferences.ts';
import { createPresence } from './presence.ts';
import { createReactionPages } from './reaction-pages.ts';
import { createReceipts } from './receipts.ts';
import { createSearch } from './search.ts';
import { createThread, createThreads } from './threads.ts';
import { createUnread } from './unread.ts';
import { createUsers } from './users.ts';

export { createAuthCalls } from './auth-calls.ts';

export type LaterNouns = ReturnType<typeof createLaterNouns>;

export function createLaterNouns(
  deps: MessagesDeps & {
    supabase: Parameters<typeof createStorage>[0];
    rest: Rest;
    realtime: Realtime;
    userFeed: UserFeed;
    channels: Pick<Channels, 'subscribe'>;
    userId(): string | null;
  },
) {
  const { rest, userFeed, userId } = deps;
  const everyone = createEveryoneFeed(deps);
  const storage = createStorage(deps.supabase);
  const upload = createUpload({ rest, storage });
  const search = createSearch(rest);
  const files = createFiles(storage);
  const live = {
    users: createUsers(rest, everyone, createAvatars(storage, userId), search.users),
    presence: createPresence({ rest, everyone, myId: userId }),
    threads: createThreads({ rest, userFeed }),
    bookmarks: createBookmarks({ rest, userFeed }),
    drafts: createSavedDrafts({ rest, userFeed }),
    unread: createUnread(deps),
    notifications: createNotifications({ rest, userFeed }),
    preferences: createPreferences({ rest, userFeed }),
  };

  return {
    ...live,
    blocks: createBlocks(rest),
    channelPages: createChannelPages(rest),
    channelMakers: createChannelMakers(rest),
    search,
    files,
    uploadFiles: (message: QueuedMessage, progress: Parameters<typeof uploadFiles>[2]) =>
      uploadFiles(upload, message, progress),
    noteEveryone: everyone.note,
    /** Apart once more, as only the apps of admins need it. */
    async loadAdministration() {
      const { createAdmin } = await import('./admin.ts');
      const admin = createAdmin(rest);
      return { admin, apiKeys: admin.apiKeys, settings: admin.settings };
    },
    /** @param changed called when the channel itself was changed */
    createParts(channelId: string, topic: TopicSource, changed: () => Promise<void>) {
      return {
        verbs: createChannelVerbs(deps, channelId, changed),
        messages: createMessageEdits(rest, channelId),
        members: createMembers({ rest, channelId, topic }),
        pins: createPins({ ...deps, channelId, topic }),
        receipts: createReceipts({ rest, channelId, topic }),
        reactions: createReactionPages(rest, channelId),
        files: createChannelFiles({ rest, storage, upload, channelId }),
      };
    },
    createThread: (channelId: string, rootSeq: number) => createThread(deps, channelId, rootSeq),
    /** Each ends what it shows, since its user has gone; the topic they listen to goes last. */
    end() {
      for (const noun of Object.values(live)) noun.end();
      files.forget();
      everyone.end();
    },
  };
}
