/** A window on a history that follows its channel: the newest messages, or those around a place. */
import { ChatError } from '../errors.ts';
import type { Connection, Message, MessagesSubscription } from '../messages.ts';
import type { ChannelFeed } from './channel-feed.ts';
import { createMessageLog, seqOf } from './message-log.ts';
import type { Outbox } from './outbox.ts';
import type { Overlays } from './overlays.ts';
import { retrying } from './retry.ts';

export interface ViewState {
  messages: readonly Message[];
  hasOlder: boolean;
  hasNewer: boolean;
  connection: Connection;
}

export interface ViewDeps {
  channelId: string;
  feed: ChannelFeed;
  outbox: Outbox;
  overlays: Overlays;
  /** Whether a message belongs to this history. */
  accepts(message: Message): boolean;
  /** A page of this history, oldest first. */
  fetch(options: { beforeSeq?: number; afterSeq?: number; limit: number }): Promise<Message[]>;
  /** The message with an id. @throws `message_not_found` */
  get(id: string): Promise<Message>;
  listener(state: ViewState): void;
  around?: number | undefined;
}

const PAGE = 50;

export function createMessageView(deps: ViewDeps): MessagesSubscription {
  const { channelId, feed, outbox, overlays } = deps;
  const log = createMessageLog();
  /** Where the window is to be: around a seq, or at the newest. */
  let place: number | undefined = deps.around;
  /** Counts the times the window was moved, so that a page for an earlier place is dropped. */
  let moves = 0;
  let isLoaded = false;
  /** Whether a load has begun since the last one that was done. */
  let isDue = false;
  let isOpen = true;
  /** Whether something has come that is not shown yet. */
  let hasNews = false;

  function show(): void {
    if (!isOpen) return;
    hasNews = false;
    const { hasOlder, hasNewer } = log;
    const connection = feed.connection === 'live' && !isLoaded ? 'loading' : feed.connection;
    deps.listener({ messages: shown(), hasOlder, hasNewer, connection });
  }

  function shown(): readonly Message[] {
    const messages = overlays.isIdle ? log.messages : log.messages.map(overlays.show);
    if (log.hasNewer || !isLoaded) return messages;
    const pending = outbox.pending(channelId).filter(deps.accepts);
    if (pending.length === 0) return messages;
    // One whose answer got lost may stand anywhere in the log by now.
    const known = new Set(messages.map(({ id }) => id));
    return [...messages, ...pending.filter(({ id }) => !known.has(id))];
  }

  const fetchPage = (options: Parameters<ViewDeps['fetch']>[0]): Promise<Message[]> =>
    feed.page(() => deps.fetch(options));

  /** Loads the window at its place. */
  async function load(): Promise<void> {
    moves += 1;
    isDue = true;
    const mine = moves;
    const isCurrent = () => isOpen && mine === moves;
    const seq = place;
    const [before, after] = await (seq === undefined
      ? Promise.all([fetchPage({ limit: PAGE }), []])
      : Promise.all([
          fetchPage({ beforeSeq: seq, limit: PAGE / 2 }),
          fetchPage({ afterSeq: seq - 1, limit: PAGE / 2 }),
        ]));
    if (!isCurrent()) return;
    const hasNewer = after.length === PAGE / 2;
    log.reset([...before, ...after], {
      hasOlder: hasMore(before, seq === undefined ? PAGE : PAGE / 2),
      hasNewer,
    });
    addRecent();
    isLoaded = true;
    isDue = false;
    show();
  }

  /** A page that reaches the newest may be older than what came while it was under way. */
  function addRecent(): void {
    if (log.hasNewer) return;
    for (const message of feed.recent(seqOf(log.messages.at(-1))))
      if (deps.accepts(message)) log.append(message);
  }

  async function move(seq: number | undefined): Promise<void> {
    const before = place;
    const wasDue = isDue;
    place = seq;
    const loading = load();
    const mine = moves;
    try {
      await loading;
    } catch (error) {
      if (mine === moves) {
        place = before;
        isDue = wasDue;
        // A load that has given way to this one is still to be done.
        if (wasDue) reload();
      }
      throw error;
    }
  }

  function reload(): void {
    void retrying(load, () => isOpen).catch(feed.fail);
  }

  /** Loads pages at one end, one by one; but a page for where the window was is of no use to where it is. */
  function extend(end: 0 | -1, load: (seq: number) => Promise<() => void>): () => Promise<void> {
    let underWay: Promise<void> | undefined;
    let since: string | undefined;
    const edge = () => `${moves} ${log.messages.at(end)?.seq}`;
    async function loadPage(): Promise<void> {
      const before = edge();
      if (!(end ? log.hasNewer : log.hasOlder)) return;
      const add = await load(seqOf(log.messages.at(end)));
      // Moved meanwhile, or this end was let go: then the page no longer adjoins it.
      if (before !== edge()) return;
      add();
      show();
    }
    return () => {
      if (!underWay || since !== edge()) {
        since = edge();
        underWay = loadPage().catch((error: unknown) => {
          since = undefined;
          throw error;
        });
      }
      return underWay;
    };
  }

  const inFeed = feed.add({
    append(message) {
      if (isLoaded && deps.accepts(message) && log.append(message)) hasNews = true;
    },
    change(change) {
      if (log.change(change)) hasNews = true;
    },
    passed() {
      if (hasNews) show();
    },
    reload() {
      // A window on old messages keeps its middle.
      if (isLoaded && log.hasNewer) place = log.messages[log.messages.length >> 1]?.seq ?? undefined;
      reload();
    },
    show,
    clear() {
      moves += 1;
      isLoaded = false;
      log.reset([], { hasOlder: false, hasNewer: false });
    },
  });
  const unhook = [
    inFeed,
    ...[outbox, overlays].map((source) =>
      source.onChange((changed) => {
        if (changed === channelId) show();
      }),
    ),
  ];
  show();

  return {
    unsubscribe() {
      isOpen = false;
      for (const subscription of unhook.splice(0)) subscription.unsubscribe();
    },
    loadOlder: extend(0, async (beforeSeq) => {
      const page = await fetchPage({ beforeSeq, limit: PAGE });
      return () => log.prepend(page, hasMore(page, PAGE));
    }),
    loadNewer: extend(-1, async (afterSeq) => {
      const page = await fetchPage({ afterSeq, limit: PAGE });
      return () => {
        log.extend(page, page.length === PAGE);
        addRecent();
        if (!log.hasNewer) place = undefined;
      };
    }),
    async jumpTo(target) {
      const seq = typeof target === 'number' ? target : await findSeq(deps, target);
      if (!log.messages.some((message) => message.seq === seq)) await move(seq);
    },
    async backToNewest() {
      if (log.hasNewer || !isLoaded) await move(undefined);
    },
  };
}

async function findSeq({ channelId, get }: ViewDeps, id: string): Promise<number> {
  const message = await get(id);
  if (message.channelId === channelId && message.seq !== null) return message.seq;
  throw new ChatError('message_not_found', 'unable to jump to the message; it is not in this channel');
}

const hasMore = (page: readonly Message[], limit: number): boolean =>
  page.length === limit && seqOf(page[0]) > 1;
