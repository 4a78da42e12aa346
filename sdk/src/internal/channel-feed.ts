/** One channel kept up to date: its message log, who types and who is here, across interruptions. */
import { isChatError } from '../errors.ts';
import type { Message, MessagesState } from '../messages.ts';
import type { User } from '../users.ts';
import { createEmitter, type Subscription } from './emitter.ts';
import { createMessageLog } from './message-log.ts';
import type { Outbox } from './outbox.ts';
import type { Realtime, Topic } from './realtime.ts';
import { retrying } from './retry.ts';
import { type MessageRow, toMessage } from './rows.ts';
import { createTopicListeners, type TopicListener } from './topic-listeners.ts';
import { createTypists } from './typists.ts';

export interface FeedState {
  log: readonly Message[];
  pending: readonly Message[];
  typing: readonly User[];
  online: readonly string[];
  connection: MessagesState['connection'];
}

export interface ChannelFeed {
  subscribe(listener: (state: FeedState) => void): Subscription;
  /** Hears what is said of the channel beside its messages, such as who joins; begins with `onLive` when it is live. */
  listen(handlers: TopicListener): Subscription;
  loadOlder(): Promise<void>;
  /** Tells the feed where the channel is on the server, null for one the caller is not in; it makes good what it missed. */
  note(server: { lastSeq: number; epoch: number } | null): void;
  /** Ends it for all listeners, and shows them nothing more: who asked for it has signed out. */
  end(): void;
  /** Says that the caller types or has stopped. */
  sendTyping(isTyping: boolean): void;
}

export interface FeedDeps {
  channelId: string;
  realtime: Realtime;
  outbox: Outbox;
  me(): Promise<User>;
  /** The channel's current epoch, or null when the caller is no member. */
  epoch(): Promise<number | null>;
  fetch(options: { beforeSeq?: number; afterSeq?: number; limit?: number }): Promise<Message[]>;
  /** Called once the last listener has gone. */
  onIdle(): void;
}

const PAGE = 50;
const CATCH_UP_PAGE = 200;
/** Further behind than this, a view starts over at the newest page instead of fetching everything between. */
const CATCH_UP_LIMIT = 1_000;

export function createChannelFeed(deps: FeedDeps): ChannelFeed {
  const { channelId, outbox } = deps;
  const log = createMessageLog();
  const listeners = createEmitter<FeedState>(closeIfIdle);
  const nouns = createTopicListeners(closeIfIdle);
  const typists = createTypists(emit);
  const topics: Topic[] = [];
  let connection: FeedState['connection'] = 'loading';
  let online: readonly string[] = [];
  let isLoaded = false;
  let isOpen = false;
  let newestSeq = 0;
  /** The epoch whose topics are open, null for none of them, undefined while it is being asked for. */
  let openEpoch: number | null | undefined;
  let isBehind = false;
  let catchingUp: Promise<void> | undefined;
  let olderPage: Promise<void> | undefined;
  const unhook: Subscription[] = [];

  function emit(): void {
    // What was asked for before the feed ended may still be answered.
    if (isOpen) listeners.emit(state());
  }

  const state = (): FeedState => ({
    log: log.messages,
    pending: outbox.pending(channelId),
    typing: typists.current,
    online,
    connection,
  });

  function setConnection(next: FeedState['connection']): void {
    if (connection === next) return;
    connection = next;
    if (next !== 'live') nouns.interrupted();
    emit();
  }

  function setOnline(userIds: readonly string[]): void {
    online = userIds;
    emit();
  }

  async function openTopics(): Promise<void> {
    openEpoch = undefined;
    const [epoch, me] = await retrying(
      () => Promise.all([deps.epoch(), deps.me()]),
      () => isOpen,
    );
    if (!isOpen) return;
    closeTopics();
    if (epoch === null) {
      setConnection('ended');
      return;
    }
    openEpoch = epoch;
    topics.push(
      deps.realtime.open(`channel:${channelId}:${epoch}`, {
        onLive() {
          nouns.live();
          void catchUp().then(() => setConnection('live'), stop);
        },
        onInterrupted: () => setConnection('offline'),
        onRefused: () => void moveTopics(epoch),
        onEvent: (event, payload) => {
          if (event === 'message:new') receive(toMessage(payload as unknown as MessageRow));
          if (event === 'channel:moved') void openTopics().catch(stop);
          nouns.hear(event, payload);
        },
      }),
      deps.realtime.open(
        `live:${channelId}:${epoch}`,
        {
          onLive: () => {},
          onInterrupted: () => setOnline([]),
          onRefused: () => setOnline([]),
          onEvent: (event, payload) => {
            if (event === 'typing:user') typists.hear(payload, me.id);
          },
          onPresence: setOnline,
        },
        me.id,
      ),
    );
  }

  /** Refused on a topic: either the channel has moved on to another epoch, or the caller is out. */
  async function moveTopics(refusedEpoch: number): Promise<void> {
    const epoch = await retrying(deps.epoch, () => isOpen).catch(() => null);
    if (epoch === null || epoch === refusedEpoch) {
      closeTopics();
      setConnection('ended');
    } else {
      await openTopics().catch(stop);
    }
  }

  function stop(error: unknown): void {
    if (!isOpen) return;
    closeTopics();
    setConnection(isChatError(error) && error.retryable ? 'offline' : 'ended');
  }

  function closeTopics(): void {
    openEpoch = null;
    online = [];
    for (const topic of topics.splice(0)) topic.close();
  }

  function receive(message: Message): void {
    newestSeq = Math.max(newestSeq, message.seq ?? 0);
    if (message.author) typists.forget(message.author.id);
    // Before the first page there is nothing to continue; what arrives until then is in that page or fetched after it.
    if (!isLoaded) return;
    if (log.append(message)) emit();
    else void catchUp().catch(stop);
  }

  /** Resolves when everything committed before this call is in the log. */
  function catchUp(): Promise<void> {
    isBehind = true;
    catchingUp ??= fetchUntilLevel();
    return catchingUp;
  }

  async function fetchUntilLevel(): Promise<void> {
    // What is committed while a request is under way may be missing from its answer: whoever asks meanwhile
    // gets another one.
    try {
      while (isBehind) {
        isBehind = false;
        if (isLoaded) {
          await fetchNewer();
        } else {
          log.reset(await fetchPage({ limit: PAGE }));
          isLoaded = true;
          emit();
        }
        if (newestSeq > log.lastSeq) await fetchNewer();
      }
    } finally {
      catchingUp = undefined;
    }
  }

  async function fetchNewer(): Promise<void> {
    const start = log.lastSeq;
    for (;;) {
      const page = await fetchPage({ afterSeq: log.lastSeq, limit: CATCH_UP_PAGE });
      log.extend(page);
      if (page.length > 0) emit();
      if (page.length < CATCH_UP_PAGE) return;
      if (log.lastSeq - start >= CATCH_UP_LIMIT) {
        log.reset(await fetchPage({ limit: PAGE }));
        emit();
        return;
      }
    }
  }

  const fetchPage: FeedDeps['fetch'] = (options) =>
    retrying(
      () => deps.fetch(options),
      () => isOpen,
    );

  async function fetchOlder(): Promise<void> {
    const { firstSeq } = log;
    if (firstSeq <= 1) return;
    const page = await deps.fetch({ beforeSeq: firstSeq, limit: PAGE });
    // The log may have started over meanwhile, and then this page no longer adjoins it.
    if (log.firstSeq !== firstSeq) return;
    log.prepend(page);
    emit();
  }

  function open(): void {
    isOpen = true;
    unhook.push(
      outbox.onChange((changed) => {
        if (changed === channelId) emit();
      }),
      outbox.onSent((message) => {
        if (message.channelId === channelId) receive(message);
      }),
    );
    void catchUp().catch(stop);
    void openTopics().catch(stop);
  }

  function closeIfIdle(): void {
    if (listeners.size === 0 && nouns.size === 0) close();
  }

  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    deps.onIdle();
    isLoaded = false;
    connection = 'loading';
    for (const subscription of unhook.splice(0)) subscription.unsubscribe();
    closeTopics();
    nouns.interrupted();
    typists.clear();
  }

  return {
    subscribe(listener) {
      const subscription = listeners.add(listener);
      if (!isOpen) open();
      listener(state());
      return subscription;
    },
    listen(handlers) {
      const subscription = nouns.add(handlers);
      if (!isOpen) open();
      return subscription;
    },
    loadOlder() {
      olderPage ??= fetchOlder().finally(() => {
        olderPage = undefined;
      });
      return olderPage;
    },
    note(server) {
      newestSeq = Math.max(newestSeq, server?.lastSeq ?? 0);
      // That the channel has moved is said once, on the old topic, and can get lost like every other event.
      if (openEpoch !== undefined && openEpoch !== (server?.epoch ?? null)) void openTopics().catch(stop);
      if (isLoaded && newestSeq > log.lastSeq) void catchUp().catch(stop);
    },
    end() {
      close();
      log.reset([]);
      connection = 'ended';
      listeners.emit(state());
    },
    sendTyping(isTyping) {
      void deps.me().then(
        (user) => topics[1]?.send('typing:user', { user, isTyping }),
        () => {},
      );
    },
  };
}
