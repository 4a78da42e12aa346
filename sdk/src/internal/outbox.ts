/** Messages on their way: one at a time per channel, so that order holds, and again until the server has them. */
import { ChatError, isChatError } from '../errors.ts';
import type { Message } from '../messages.ts';
import { createEmitter, type Subscription } from './emitter.ts';
import type { OutboxNews, OutboxStore } from './outbox-store.ts';
import { type QueuedMessage, toError, toPending } from './queued-message.ts';
import { retrying } from './retry.ts';

export interface Outbox {
  /** Queues a message of the signed-in user; resolves when the server has it, rejects when it refuses it. */
  send(message: QueuedMessage): Promise<Message>;
  /** Sends a refused message again. */
  retry(id: string): Promise<Message>;
  /** Takes a message out of the queue. */
  discard(id: string): Promise<void>;
  /** What is queued for a channel, in order. */
  pending(channelId: string): readonly Message[];
  /** Called with the channel's id whenever its queue changes. */
  onChange(listener: (channelId: string) => void): Subscription;
  /** Called for each message that the server has taken. */
  onSent(listener: (message: Message) => void): Subscription;
  /** Takes up the queue of a user, or of nobody. What the last one queued stays stored and is not sent. */
  open(userId: string | null): void;
}

export interface OutboxDeps {
  store: OutboxStore;
  /** Gives the server a message with its files; `signal` is aborted when it is not wanted any more. */
  post(
    message: QueuedMessage,
    options: { signal: AbortSignal; onProgress(share: number): void },
  ): Promise<Message>;
  /** The message, when the server has it. */
  get(id: string): Promise<Message>;
}

interface Entry {
  queued: QueuedMessage;
  progress: number | null;
  /** Whether it may go out: it is stored, or cannot be. */
  isReady: boolean;
  isStored: boolean;
  sending: AbortController | null;
  waiting: { resolve(message: Message): void; reject(error: unknown): void }[];
}

/** One user's time on this client. */
interface Session {
  userId: string;
  entries: Entry[];
  /** Ids of what was sent or discarded, which an older answer of the store may still name. */
  gone: Set<string>;
  isLeader: boolean;
  draining: Set<string>;
  others: ReturnType<OutboxStore['listen']>;
  end: Subscription[];
}

export function createOutbox({ store, post, get }: OutboxDeps): Outbox {
  const changes = createEmitter<string>();
  const sent = createEmitter<Message>();
  let session: Session | null = null;

  const signedIn = (): Session => {
    if (session) return session;
    throw new ChatError('not_signed_in', 'unable to send message; nobody is signed in');
  };

  function start(userId: string): void {
    const mine: Session = {
      userId,
      entries: [],
      gone: new Set(),
      isLeader: false,
      draining: new Set(),
      others: store.listen(userId, (news) => hear(mine, news)),
      end: [],
    };
    session = mine;
    void reread(mine);
    mine.end.push(
      mine.others,
      store.lead(userId, () => {
        mine.isLeader = true;
        void reread(mine);
      }),
    );
  }

  function stop(): void {
    const ended = session;
    session = null;
    if (!ended) return;
    for (const subscription of ended.end) subscription.unsubscribe();
    for (const entry of ended.entries) {
      entry.sending?.abort();
      reject(entry, new ChatError('session_expired', 'unable to send message; the session ended first'));
    }
    for (const channelId of channelsOf(ended)) changes.emit(channelId);
  }

  function hear(mine: Session, news: OutboxNews): void {
    if (news === 'changed') void reread(mine);
    else settle(mine, news);
  }

  /** Takes over what the store has, which other clients write as well. */
  async function reread(mine: Session): Promise<void> {
    const known = mine.entries.filter(({ isStored }) => isStored);
    const listed = await store.list(mine.userId).catch(() => undefined);
    if (session !== mine) return;
    if (listed) {
      const stored = listed.filter(({ id }) => !mine.gone.has(id));
      const before = channelsOf(mine);
      const ids = new Map(stored.map((queued) => [queued.id, queued]));
      for (const entry of known) if (!ids.has(entry.queued.id)) void lost(mine, entry);
      const own = mine.entries.filter((entry) => !ids.has(entry.queued.id));
      mine.entries = [...stored.map((queued) => refresh(find(mine, queued.id), queued)), ...own];
      for (const channelId of new Set([...before, ...channelsOf(mine)])) changes.emit(channelId);
    }
    drainAll(mine);
  }

  function refresh(known: Entry | undefined, queued: QueuedMessage): Entry {
    if (!known) return newEntry(queued, true);
    const isRefused = queued.refusal && !known.queued.refusal;
    known.queued = queued;
    known.isStored = true;
    if (isRefused) reject(known, toError(queued));
    return known;
  }

  /** Another client has discarded it, or sent it and its word was missed. */
  async function lost(mine: Session, entry: Entry): Promise<void> {
    entry.sending?.abort();
    remove(mine, entry);
    if (entry.waiting.length === 0) return;
    try {
      settle(
        mine,
        await retrying(
          () => get(entry.queued.id),
          () => session === mine,
        ),
        entry,
      );
    } catch (error) {
      reject(entry, isChatError(error) && error.code === 'message_not_found' ? discarded() : error);
    }
  }

  function drainAll(mine: Session): void {
    for (const channelId of channelsOf(mine)) void drain(mine, channelId);
  }

  async function drain(mine: Session, channelId: string): Promise<void> {
    if (!mine.isLeader || mine.draining.has(channelId)) return;
    mine.draining.add(channelId);
    const isNext = ({ queued, isReady }: Entry) =>
      isReady && queued.channelId === channelId && !queued.refusal;
    try {
      for (
        let entry = mine.entries.find(isNext);
        entry && session === mine;
        entry = mine.entries.find(isNext)
      ) {
        if (!(await deliver(mine, entry))) return;
      }
    } finally {
      mine.draining.delete(channelId);
    }
  }

  /** `false` when nothing more can be sent for now. */
  async function deliver(mine: Session, entry: Entry): Promise<boolean> {
    const sending = new AbortController();
    entry.sending = sending;
    const isWanted = () => session === mine && !sending.signal.aborted;
    const onProgress = (share: number) => {
      entry.progress = share;
      changes.emit(entry.queued.channelId);
    };
    try {
      const { signal } = sending;
      const message = await retrying(() => post(entry.queued, { signal, onProgress }), isWanted);
      if (session !== mine) return false;
      // The others are told before it is gone from the store: a message that is gone without a word was discarded.
      mine.others.tell(message);
      settle(mine, message, entry);
      await store.remove(mine.userId, message.id).catch(() => {});
    } catch (error) {
      if (!isWanted()) return session === mine;
      if (isChatError(error) && error.code === 'session_expired') {
        reject(entry, error);
        return false;
      }
      await refuse(mine, entry, error);
    } finally {
      entry.sending = null;
    }
    return true;
  }

  async function refuse(mine: Session, entry: Entry, error: unknown): Promise<void> {
    const { code, message, status } = isChatError(error)
      ? error
      : new ChatError('internal_error', 'unable to send message; something went wrong', { cause: error });
    entry.queued = { ...entry.queued, refusal: { code, message, status } };
    entry.progress = null;
    reject(entry, error);
    changes.emit(entry.queued.channelId);
    await keep(mine, entry);
  }

  /** Stores what has become of an entry, and tells. */
  async function keep(mine: Session, entry: Entry): Promise<void> {
    // Without a store a message still goes out; only a reload would lose it.
    entry.isStored = await store.put(mine.userId, entry.queued).then(
      () => true,
      () => false,
    );
    entry.isReady = true;
    if (entry.isStored && session === mine) mine.others.tell('changed');
    // Nobody else can see it.
    if (!entry.isStored) mine.isLeader = true;
  }

  function settle(mine: Session, message: Message, entry = find(mine, message.id)): void {
    if (session !== mine) return;
    sent.emit(message);
    if (!entry) return;
    remove(mine, entry);
    for (const { resolve } of entry.waiting.splice(0)) resolve(message);
  }

  function remove(mine: Session, entry: Entry): void {
    mine.gone.add(entry.queued.id);
    mine.entries = mine.entries.filter((other) => other !== entry);
    changes.emit(entry.queued.channelId);
  }

  function reject(entry: Entry, error: unknown): void {
    for (const waiting of entry.waiting.splice(0)) waiting.reject(error);
  }

  async function queue(mine: Session, entry: Entry): Promise<Message> {
    const answer = new Promise<Message>((resolve, reject) => {
      entry.waiting.push({ resolve, reject });
    });
    changes.emit(entry.queued.channelId);
    await Promise.race([keep(mine, entry), answer]);
    if (session === mine) void drain(mine, entry.queued.channelId);
    return answer;
  }

  const find = (mine: Session, id: string): Entry | undefined =>
    mine.entries.find(({ queued }) => queued.id === id);

  function required(id: string): [Session, Entry] {
    const mine = signedIn();
    const entry = find(mine, id);
    if (entry) return [mine, entry];
    throw new ChatError('message_not_found', 'unable to find message; it is not on its way');
  }

  return {
    async send(queued) {
      const mine = signedIn();
      const entry = newEntry(queued, false);
      mine.entries.push(entry);
      return queue(mine, entry);
    },
    async retry(id) {
      const [mine, entry] = required(id);
      entry.queued = { ...entry.queued, refusal: null };
      return queue(mine, entry);
    },
    async discard(id) {
      const [mine, entry] = required(id);
      entry.sending?.abort();
      remove(mine, entry);
      reject(entry, discarded());
      try {
        await store.remove(mine.userId, id);
      } catch (cause) {
        if (entry.isStored)
          throw new ChatError(
            'internal_error',
            'unable to discard message for good; it may still be stored, and sent after a reload',
            { cause },
          );
      } finally {
        if (session === mine) mine.others.tell('changed');
      }
    },
    pending: (channelId) =>
      session?.entries
        .filter(({ queued }) => queued.channelId === channelId)
        .map((entry) => toPending(entry.queued, entry.progress)) ?? [],
    onChange: (listener) => changes.add(listener),
    onSent: (listener) => sent.add(listener),
    open(userId) {
      if (session?.userId === userId) return;
      stop();
      if (userId !== null) start(userId);
    },
  };
}

const newEntry = (queued: QueuedMessage, isStored: boolean): Entry => ({
  queued,
  progress: null,
  isReady: isStored,
  isStored,
  sending: null,
  waiting: [],
});

const discarded = () => new ChatError('message_discarded', 'unable to send message; it was discarded');

const channelsOf = ({ entries }: Session): Set<string> =>
  new Set(entries.map(({ queued }) => queued.channelId));
