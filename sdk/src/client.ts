/** Puts the nouns together: one chat is one signed-in user on one connection. */
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { Admin } from './admin.ts';
import { type Auth, createAuth } from './auth.ts';
import type { Blocks } from './blocks.ts';
import type { Bookmarks } from './bookmarks.ts';
import { type Channels, createChannels } from './channels.ts';
import type { Drafts } from './drafts.ts';
import { ChatError } from './errors.ts';
import type { Files } from './files.ts';
import { createEarlyDrafts } from './internal/early-drafts.ts';
import { createEarlyOutbox } from './internal/early-outbox.ts';
import { createFeeds } from './internal/feeds.ts';
import { type Lazy, lazy, loaded } from './internal/lazy.ts';
import { createMe } from './internal/me.ts';
import { createMessageCalls } from './internal/message-calls.ts';
import type { OutboxStore } from './internal/outbox-store.ts';
import { createOverlays } from './internal/overlays.ts';
import { createRealtime } from './internal/realtime.ts';
import { type ChatClient, createRest } from './internal/rest.ts';
import { retrying } from './internal/retry.ts';
import { createUserFeed } from './internal/user-feed.ts';
import { webSocketOfNode } from './internal/web-socket.ts';
import type { LaterNouns } from './later.ts';
import type { Notifications } from './notifications.ts';
import { createNouns } from './nouns.ts';
import type { PreferencesStore } from './preferences.ts';
import type { Presence } from './presence.ts';
import type { Search } from './search.ts';
import type { SoonNouns } from './soon.ts';
import type { Threads } from './threads.ts';
import type { Unread } from './unread.ts';
import type { Users } from './users.ts';

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
  const auth = createAuth(supabase, async () => soon.now?.heartbeat.goodbye('session'));
  const userId = () => auth.userId;
  const rest = createRest(supabase.schema('chat' as never) as unknown as ChatClient, auth);
  const realtime = createRealtime(supabase);
  const calls = createMessageCalls(rest);
  const { me, author, forget } = createMe(rest, auth);
  /** Another tab may have signed in as somebody else, and this one has not heard of it yet. */
  const requireUser = async (id: string | null) => {
    const { data } = await supabase.auth.getSession();
    if (!isOpen || (data.session && data.session.user.id !== id)) {
      throw new ChatError('session_expired', 'unable to do this; the session ended first');
    }
  };
  const overlays = createOverlays(() => requireUser(auth.userId));
  let isOpen = true;
  const soon: Lazy<SoonNouns> = lazy(async () => {
    const { createSoonNouns } = await retrying(
      () => loaded(import('./soon.ts')),
      () => isOpen,
    );
    return createSoonNouns({ ...deps, supabase, auth, outboxStore: options.outboxStore, requireUser });
  }, userId);
  const outbox = createEarlyOutbox(soon);
  const feeds = createFeeds({ realtime, calls, outbox, overlays, userId, me, soon });
  const userFeed = createUserFeed({ realtime, me });
  const later: Lazy<LaterNouns> = lazy(async () => {
    const { createLaterNouns } = await import('./later.ts');
    return createLaterNouns({ ...deps, supabase, channels });
  }, userId);
  const deps = { rest, realtime, userFeed, userId, outbox, overlays, calls, feeds, author, soon, later };
  const channels = createChannels(deps);
  const drafts = createEarlyDrafts(soon);
  void soon.get().catch(() => {});

  /** Each ends what it shows once its user has gone; the topic they listen to goes last. */
  function end(): void {
    // What one person wrote must not go out in another's name, nor what they read stay on another's screen.
    overlays.giveUp();
    channels.end();
    drafts.end();
    later.ifUsed((nouns) => nouns.end());
    userFeed.end();
  }
  let presentId: string | null = null;
  const identity = auth.subscribe((state) => {
    forget();
    soon.whenThere(({ heartbeat, deliveries }) => {
      heartbeat.stop();
      deliveries.end();
    });
    if (presentId !== null) end();
    presentId = state.userId;
    outbox.open(presentId);
    drafts.open(presentId);
    if (presentId !== null) soon.whenThere(({ heartbeat }) => heartbeat.start());
  });

  return {
    ...createNouns({ soon, later }),
    auth,
    channels,
    drafts,
    async close() {
      isOpen = false;
      identity.unsubscribe();
      outbox.open(null);
      end();
      drafts.close();
      let goodbye: Promise<void> | undefined;
      soon.whenThere(({ heartbeat, deliveries }) => {
        deliveries.end();
        goodbye = heartbeat.end();
      });
      await goodbye;
      await realtime.left();
      // An app's own client goes on.
      if ('supabase' in options) return;
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
