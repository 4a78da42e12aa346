/** Puts the nouns together: one chat is one signed-in user on one connection. */
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { type Admin, createAdmin } from './admin.ts';
import { type Auth, createAuth } from './auth.ts';
import { createAvatars } from './avatars.ts';
import { type Blocks, createBlocks } from './blocks.ts';
import { type Bookmarks, createBookmarks } from './bookmarks.ts';
import { type Channels, createChannels } from './channels.ts';
import { createDrafts, type Drafts } from './drafts.ts';
import { ChatError } from './errors.ts';
import { createChannelFiles, createFiles, createUpload, type Files } from './files.ts';
import { createEveryoneFeed } from './internal/everyone-feed.ts';
import { createFeeds } from './internal/feeds.ts';
import { createHeartbeat } from './internal/heartbeat.ts';
import { createMessageCalls } from './internal/message-calls.ts';
import { createOutbox } from './internal/outbox.ts';
import { createOutboxStore, type OutboxStore } from './internal/outbox-store.ts';
import { createOverlays } from './internal/overlays.ts';
import { uploadFiles } from './internal/queued-message.ts';
import { createRealtime } from './internal/realtime.ts';
import { type ChatClient, createRest } from './internal/rest.ts';
import { createStorage } from './internal/storage.ts';
import { createUserFeed } from './internal/user-feed.ts';
import { webSocketOfNode } from './internal/web-socket.ts';
import { createNotifications, type Notifications } from './notifications.ts';
import { createPreferences, type PreferencesStore } from './preferences.ts';
import { createPresence, type Presence } from './presence.ts';
import { createSearch, type Search } from './search.ts';
import { createThreads, type Threads } from './threads.ts';
import { createUnread, type Unread } from './unread.ts';
import { createUsers, type User, type Users } from './users.ts';

export type ChatOptions = {
  /** Where messages wait that are not sent yet: by default IndexedDB, and the memory where there is none. */
  outboxStore?: OutboxStore;
} & (
  | {
      /** Address of the Supabase project. */
      url: string;
      /** Its publishable (or anon) key. */
      key: string;
      /** A WebSocket class, where there is no global one; Node 20 finds that of the `ws` package by itself. */
      webSocket?: unknown;
    }
  | {
      /** The app's own client, with its session. */
      supabase: SupabaseClient;
    }
);

export interface Chat {
  readonly auth: Auth;
  readonly users: Users;
  readonly blocks: Blocks;
  readonly presence: Presence;
  readonly channels: Channels;
  readonly bookmarks: Bookmarks;
  readonly drafts: Drafts;
  /** Totals for a badge. */
  readonly unread: Unread;
  readonly files: Files;
  readonly notifications: Notifications;
  readonly threads: Threads;
  readonly search: Search;
  readonly preferences: PreferencesStore;
  /** For platform admins. */
  readonly admin: Admin;
  /** Ends all subscriptions and the connection; messages still on their way go out when the user is here again. */
  close(): Promise<void>;
}

/**
 * Connects to a Confab backend.
 *
 * @example
 * const chat = createChat({ url, key });
 * await chat.auth.signIn({ email, password });
 * const channel = await chat.channels.open('general');
 * channel.messages.subscribe(({ messages }) => render(messages));
 */
export function createChat(options: ChatOptions): Chat {
  const supabase = ('supabase' in options ? options.supabase : connect(options)) as SupabaseClient<
    never,
    never
  >;
  const auth = createAuth(supabase, () => heartbeat.goodbye('session'));
  const { supabaseUrl, supabaseKey } = supabase as unknown as { supabaseUrl: string; supabaseKey: string };
  const rest = createRest(supabase.schema('chat' as never) as unknown as ChatClient, auth, {
    url: supabaseUrl,
    key: supabaseKey,
  });
  const realtime = createRealtime(supabase);
  const everyone = createEveryoneFeed({ rest, realtime });
  const storage = createStorage(supabase);
  const avatars = createAvatars(storage, () => auth.userId);
  const users = createUsers(rest, everyone, avatars);
  const calls = createMessageCalls(rest);
  const upload = createUpload({ rest, storage });
  /** Another tab may have signed in as somebody else, and this one has not heard of it yet. */
  const requireUser = async (id: string | null) => {
    const { data } = await supabase.auth.getSession();
    if (data.session && data.session.user.id !== id) {
      throw new ChatError('session_expired', 'unable to send message; its author has signed out');
    }
  };
  const overlays = createOverlays(() => requireUser(auth.userId));
  const outbox = createOutbox({
    store: options.outboxStore ?? createOutboxStore(),
    get: calls.get,
    async post(message, progress) {
      await requireUser(message.author.id);
      await uploadFiles(upload, message, progress);
      return calls.send(message);
    },
  });

  let profile: Promise<User> | undefined;
  let known: User | undefined;
  const me = () => {
    // Without what only the user may know: this goes out to others.
    profile ??= users.me().then(
      ({ id, username, name, avatarUrl }) => {
        known = { id, username, name, avatarUrl };
        return known;
      },
      (error: unknown) => {
        profile = undefined;
        throw error;
      },
    );
    return profile;
  };
  const author = async () => {
    const user = await auth.sessionUser();
    if (known?.id === user.id) return known;
    void me().catch(() => {});
    return user;
  };
  const feeds = createFeeds({ realtime, calls, outbox, overlays, userId: () => auth.userId, me });
  const userFeed = createUserFeed({ realtime, me });
  const files = createFiles(storage);
  const channels = createChannels({
    rest,
    realtime,
    userFeed,
    userId: () => auth.userId,
    outbox,
    overlays,
    calls,
    feeds,
    author,
    files: (channelId) => createChannelFiles({ rest, storage, upload, channelId }),
  });
  const notifications = createNotifications({ rest, userFeed });
  const preferences = createPreferences({ rest, userFeed });
  const threads = createThreads({ rest, userFeed });
  const bookmarks = createBookmarks({ rest, userFeed });
  const drafts = createDrafts({ rest, userFeed, userId: () => auth.userId });
  const unread = createUnread({ rest, userFeed, channels });
  const heartbeat = createHeartbeat({ rest, feeds: feeds.all, everyone });
  const presence = createPresence({
    rest,
    everyone,
    myId: () => auth.userId,
    setActive: heartbeat.setActive,
  });
  /** Each ends what it shows once its user has gone; the topics they listen to go last. */
  const nouns = [
    ...[channels, unread, threads, bookmarks, drafts, notifications, preferences, presence, users],
    ...[userFeed, everyone],
  ];
  let userId: string | null = null;
  const identity = auth.subscribe((state) => {
    profile = undefined;
    heartbeat.stop();
    if (userId !== null) {
      // What one person wrote must not go out in another's name, nor what they read stay on another's screen.
      overlays.giveUp();
      for (const noun of nouns) noun.end();
      files.forget();
    }
    userId = state.userId;
    outbox.open(userId);
    drafts.open(userId);
    if (userId !== null) heartbeat.start();
  });

  return {
    auth,
    users,
    blocks: createBlocks(rest),
    presence,
    channels,
    threads,
    bookmarks,
    drafts,
    unread,
    search: createSearch(rest),
    files,
    notifications,
    preferences,
    admin: createAdmin(rest),
    async close() {
      identity.unsubscribe();
      outbox.open(null);
      overlays.giveUp();
      for (const noun of nouns) noun.end();
      drafts.close();
      await heartbeat.end();
      await supabase.removeAllChannels();
      supabase.auth.stopAutoRefresh();
    },
  };
}

function connect({ url, key, webSocket }: Extract<ChatOptions, { url: string }>): SupabaseClient {
  const transport = webSocket ?? webSocketOfNode();
  return createClient(url, key, {
    realtime: {
      ...(transport ? { transport: transport as never } : {}),
      // Spread out, so that after a restart of the server not everybody comes back in the same second.
      reconnectAfterMs: (tries: number) => Math.min(1_000 * 2 ** (tries - 1), 10_000) * (0.5 + Math.random()),
    },
  });
}
