/** One channel kept up to date for all who look at it: its stream, who types and who is here, across interruptions. */
import { isChatError } from '../errors.ts';
import type { Connection, Message } from '../messages.ts';
import type { User } from '../users.ts';
import { type ChannelStream, createChannelStream, type Position, toWhole } from './channel-stream.ts';
import type { Deliveries } from './deliveries.ts';
import type { Subscription } from './emitter.ts';
import type { Lazy } from './lazy.ts';
import { type Change, seqOf } from './message-log.ts';
import type { Realtime, Topic } from './realtime.ts';
import { pause, retrying, waitAfter } from './retry.ts';
import { type MessageRow, toChanges, toMessage } from './rows.ts';
import { createTopicListeners, type TopicListener } from './topic-listeners.ts';
import type { createTypists, Typists } from './typists.ts';

/** What somebody who looks at the channel takes from its feed. */
export interface FeedView {
  /** The next new message. */
  append(message: Message): void;
  change(change: Change): void;
  /** Called after each run of the two above. */
  passed(): void;
  /** What the view holds may be outdated: it fetches it again. */
  reload(): void;
  /** Who types, who is here or the connection has changed. */
  show(): void;
  /** Shows nothing more. */
  clear(): void;
}

export interface ChannelFeed {
  readonly typing: readonly User[];
  readonly online: readonly string[];
  readonly connection: Connection;
  /** Keeps the feed open until the view is removed. */
  add(view: FeedView): Subscription;
  /** Hears what is said of the channel beside its messages, such as who joins; begins with `onLive` when it is live. */
  listen(handlers: TopicListener): Subscription;
  /** Fetches messages and adds what has happened to them meanwhile. */
  page(fetch: () => Promise<Message[]>): Promise<Message[]>;
  /** What came after a seq lately, which a page that has just been fetched may lack. */
  recent(afterSeq: number): Message[];
  /** Takes an answer of the server: a message that is new or changed. */
  take(message: Message): void;
  /** Tells the feed where the channel is on the server, null for one the caller is not in; it makes good what it missed. */
  note(server: (Partial<Position> & { epoch?: number }) | null): void;
  /** Ends it because of an error that will not pass. */
  fail(error: unknown): void;
  /** Ends it for all, and shows them nothing more: who asked for it has signed out. */
  end(): void;
  /** Says that the caller types or has stopped. */
  sendTyping(isTyping: boolean): void;
}

export interface ServerState extends Position {
  epoch: number;
  memberCount: number;
}

/** What follows the first screen. */
export type FeedCode = Pick<
  Lazy<{ createTypists: typeof createTypists; deliveries: Deliveries }>,
  'now' | 'whenThere'
>;

export interface FeedDeps {
  channelId: string;
  realtime: Realtime;
  userId(): string | null;
  me(): Promise<User>;
  soon: FeedCode;
  /** Where the channel is, or null when the caller is no member. */
  state(): Promise<ServerState | null>;
  /** Messages after a seq with all replies, oldest first. */
  fetchMessages(afterSeq: number, limit: number): Promise<Message[]>;
  /** Messages changed after a change, in the order of their last one. */
  fetchChanges(afterChange: number, limit: number): Promise<Message[]>;
  onMemberCount(memberCount: number): void;
  /** Called once the last view has gone. */
  onIdle(): void;
}

/** Members of a large channel move to its next topic one after the other, a millisecond each. */
const MAX_SPREAD_MS = 1_000;
/** A move that takes longer counts as an interruption. */
const MOVE_MS = 3_000;
/** A refusal that is not meant for good, such as of a token that has just expired, may come again, and holds up the socket. */
const REFUSED_MS = 300;

export function createChannelFeed(deps: FeedDeps): ChannelFeed {
  const { channelId } = deps;
  const views = new Set<FeedView>();
  const nouns = createTopicListeners(closeIfIdle);
  /** Missing until there is code for them. */
  let typists: Typists | undefined;
  let stream = createStream();
  const topics: Topic[] = [];
  let connection: Connection = 'loading';
  let online: readonly string[] = [];
  let isOpen = false;
  /** The epoch whose topics are open; null for none. */
  let openEpoch: number | null = null;
  let memberCount = 0;
  /** The last message that has come from somebody else, or did before. */
  let arrivedSeq = 0;
  let starting: Promise<void> | undefined;
  let timers: ReturnType<typeof setTimeout>[] = [];
  /** How often the channel's topic was refused to a member since it was last live, and in which epoch. */
  let refusals = 0;
  let refusedEpoch = 0;

  function createStream(): ChannelStream {
    return createChannelStream({
      fetchMessages: deps.fetchMessages,
      fetchChanges: deps.fetchChanges,
      isWanted: () => isOpen,
      onMessage(message) {
        if (message.author) typists?.forget(message.author.id);
        if (message.author?.id !== deps.userId()) arrived(seqOf(message));
        for (const view of views) view.append(message);
      },
      onChange(change) {
        for (const view of views) view.change(change);
      },
      onPassed() {
        for (const view of [...views]) view.passed();
      },
      onSkip: reload,
      onError: fail,
    });
  }

  function arrived(seq: number): void {
    arrivedSeq = seq;
    if (isOpen) deps.soon.now?.deliveries.note(channelId, seq, memberCount);
  }

  function show(): void {
    for (const view of [...views]) view.show();
  }

  function reload(): void {
    for (const view of [...views]) view.reload();
  }

  function setConnection(next: Connection): void {
    if (connection === next) return;
    connection = next;
    if (next !== 'live') nouns.interrupted();
    show();
  }

  function setOnline(userIds: readonly string[]): void {
    online = userIds;
    typists?.keep(userIds);
    show();
  }

  /** Asks where the channel is and goes there. */
  function start(): Promise<void> {
    starting ??= find().finally(() => {
      starting = undefined;
    });
    return starting;
  }

  async function find(): Promise<void> {
    const server = await retrying(deps.state, () => isOpen);
    if (isOpen) enter(server);
  }

  function enter(server: ServerState | null): void {
    if (!server) {
      stop();
      return;
    }
    memberCount = server.memberCount;
    deps.onMemberCount(memberCount);
    arrived(server.lastSeq);
    // What was refused while the caller was out is asked for again.
    const isBack = !stream.isBegun || connection === 'ended';
    if (stream.isBegun) stream.note(server);
    else stream.begin(server);
    if (connection === 'ended') setConnection('offline');
    if (isBack) reload();
    if (openEpoch === null || server.epoch > openEpoch) openTopics(server.epoch);
  }

  function openTopics(epoch: number): void {
    closeTopics();
    openEpoch = epoch;
    let isLive = false;
    topics.push(
      deps.realtime.open(`channel:${channelId}:${epoch}`, {
        onLive() {
          isLive = true;
          refusals = 0;
          nouns.live();
          // Asked from now on, when nothing that follows can be missed.
          void find()
            .then(() => stream.level())
            .then(() => {
              if (isLive && openEpoch === epoch) setConnection('live');
            })
            .catch(fail);
        },
        onInterrupted() {
          isLive = false;
          setConnection('offline');
        },
        onRefused: () => void leave(epoch).catch(fail),
        onEvent: hear,
      }),
    );
    openLive(epoch, 0);
    timers.push(
      setTimeout(() => {
        if (!isLive && connection === 'live') setConnection('offline');
      }, MOVE_MS),
    );
  }

  function openLive(epoch: number, refused: number): void {
    topics[1] = deps.realtime.open(
      `live:${channelId}:${epoch}`,
      {
        onLive: () => {},
        onInterrupted: () => setOnline([]),
        onRefused() {
          setOnline([]);
          timers.push(setTimeout(() => openLive(epoch, refused + 1), waitAfter(refused, REFUSED_MS)));
        },
        onEvent(event, payload) {
          if (event === 'typing:user') typists?.hear(payload, deps.userId(), online);
        },
        onPresence: setOnline,
      },
      deps.userId() ?? '',
    );
  }

  function hear(event: string, payload: Record<string, unknown>): void {
    if (event === 'message:new') stream.hear(toMessage(payload as unknown as MessageRow));
    for (const change of toChanges(event, payload, deps.userId())) stream.hearChange(change);
    if (event === 'channel:moved') move(payload.epoch as number);
    if (event.startsWith('member:')) deps.onMemberCount(payload.member_count as number);
    nouns.hear(event, payload);
  }

  /** Goes to the next topic, but not in the same instant as everybody else. */
  function move(epoch: number): void {
    if (openEpoch === null || epoch <= openEpoch) return;
    timers.push(
      setTimeout(() => {
        if (isOpen && openEpoch !== null && epoch > openEpoch) openTopics(epoch);
      }, Math.random() * Math.min(memberCount, MAX_SPREAD_MS)),
    );
  }

  /** Refused on a topic: the channel has moved on to another epoch, or the caller is out, or was taken for it. */
  async function leave(epoch: number): Promise<void> {
    if (openEpoch !== epoch) return;
    closeTopics();
    const server = await retrying(deps.state, () => isOpen);
    if (server?.epoch === epoch) {
      setConnection('offline');
      refusedEpoch = epoch;
      refusals += 1;
      await pause(waitAfter(refusals - 1, REFUSED_MS));
    }
    if (isOpen && openEpoch === null) await start();
  }

  /** Shows that it is over; it begins again when the caller becomes a member again. */
  function stop(): void {
    closeTopics();
    refusals = 0;
    setConnection('ended');
  }

  function fail(error: unknown): void {
    // One that would pass is thrown only to whoever does not want the answer any more, such as a view that was closed.
    if (isOpen && !(isChatError(error) && error.retryable)) stop();
  }

  function closeTopics(): void {
    for (const timer of timers) clearTimeout(timer);
    timers = [];
    openEpoch = null;
    online = [];
    for (const topic of topics.splice(0)) topic.close();
  }

  function open(): void {
    if (isOpen) return;
    isOpen = true;
    connection = 'loading';
    stream = createStream();
    void start().catch(fail);
  }

  function closeIfIdle(): void {
    if (views.size === 0 && nouns.size === 0) close();
  }

  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    deps.onIdle();
    stream.stop();
    closeTopics();
    nouns.interrupted();
    typists?.clear();
  }

  deps.soon.whenThere((code) => {
    typists = code.createTypists(show);
    if (arrivedSeq > 0) arrived(arrivedSeq);
  });

  return {
    get typing() {
      return typists?.current ?? [];
    },
    get online() {
      return online;
    },
    get connection() {
      return connection;
    },
    add(view) {
      views.add(view);
      open();
      if (stream.isBegun) view.reload();
      return {
        unsubscribe() {
          if (views.delete(view)) closeIfIdle();
        },
      };
    },
    listen(handlers) {
      const subscription = nouns.add(handlers);
      open();
      return subscription;
    },
    page: (fetch) => stream.page(fetch),
    recent: (afterSeq) => stream.recent(afterSeq),
    take(message) {
      stream.hear(message);
      if (message.change > 0) stream.hearChange(toWhole(message), true);
    },
    note(server) {
      if (server && openEpoch !== null) {
        stream.note({ lastSeq: server.lastSeq ?? 0, lastChange: server.lastChange ?? 0 });
        // That the channel has moved is said once, on the old topic, and can get lost like every other event.
        move(server.epoch ?? 0);
      } else if (isOpen && (server === null) !== (openEpoch === null)) {
        // Whoever was refused waits for their turn, unless the channel has moved.
        const isWaiting = server && refusals > 0 && (server.epoch ?? 0) <= refusedEpoch;
        if (!isWaiting) void start().catch(fail);
      }
    },
    fail,
    end() {
      close();
      nouns.end();
      connection = 'ended';
      for (const view of [...views]) view.clear();
      show();
    },
    sendTyping(isTyping) {
      void deps.me().then(
        (user) => topics[1]?.send('typing:user', { user, isTyping }),
        () => {},
      );
    },
  };
}
