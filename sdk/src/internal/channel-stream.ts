/** What happens in a channel, one after the other: nothing is passed on before what came earlier, and what is missing is fetched. */
import type { Message } from '../messages.ts';
import { type Change, changed, seqOf } from './message-log.ts';
import { pause, retrying } from './retry.ts';

/** How far a channel is: new messages and changes of existing ones are numbered apart, both without gaps. */
export interface Position {
  lastSeq: number;
  lastChange: number;
}

export interface ChannelStream {
  /** Whether it has begun. */
  readonly isBegun: boolean;
  /** Passes on what comes after this position. */
  begin(position: Position): void;
  /** Takes a new message, in any order and any number of times. */
  hear(message: Message): void;
  /** Takes a change, likewise. `isWhole`: it needs nothing of what came before it. */
  hearChange(change: Change, isWhole?: boolean): void;
  /** Tells how far the channel is; what does not arrive by itself is fetched in a moment. */
  note(position: Position): void;
  /** Resolves when all that was noted is passed on, or cannot be had; rejects when the caller may not have it. */
  level(): Promise<void>;
  /** Fetches messages and adds what has happened to them meanwhile. */
  page(fetch: () => Promise<Message[]>): Promise<Message[]>;
  /** What came after a seq lately, which a page that has just been fetched may lack. */
  recent(afterSeq: number): Message[];
  stop(): void;
}

export interface StreamDeps {
  fetchMessages(afterSeq: number, limit: number): Promise<Message[]>;
  fetchChanges(afterChange: number, limit: number): Promise<Message[]>;
  isWanted(): boolean;
  onMessage(message: Message): void;
  onChange(change: Change): void;
  /** Called after each run of the two above. */
  onPassed(): void;
  /** What was passed on so far may be outdated: the stream goes on at a later position. */
  onSkip(): void;
  onError(error: unknown): void;
}

const PAGE = 200;
/** Further behind than this it is cheaper to start over. */
const LIMIT = 1_000;
/** How long a gap may close by itself: answers overtake events, and events the commit's visibility. */
const GRACE_MS = 100;
const TRIES = 5;
/** How long things are remembered for pages whose snapshot is older than they are. */
const MEMORY_MS = 5_000;

interface Passed {
  at: number;
  message?: Message;
  change?: Change;
}

export function createChannelStream(deps: StreamDeps): ChannelStream {
  let passed: Position | undefined;
  let noted: Position = { lastSeq: 0, lastChange: 0 };
  const earlyMessages = new Map<number, Message>();
  const earlyChanges = new Map<number, Change>();
  let memory: Passed[] = [];
  /** When the requests under way began. */
  const underWay = new Set<{ since: number }>();
  let catching: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const isBehind = (): boolean =>
    passed !== undefined && (noted.lastSeq > passed.lastSeq || noted.lastChange > passed.lastChange);

  function remember(entry: Omit<Passed, 'at'>): void {
    const now = performance.now();
    const horizon = Math.min(now - MEMORY_MS, ...[...underWay].map(({ since }) => since));
    if ((memory[0]?.at ?? now) < horizon) memory = memory.filter(({ at }) => at >= horizon);
    memory.push({ at: now, ...entry });
  }

  const upToDate = (message: Message): Message =>
    memory.reduce((current, { change }) => (change ? changed(current, change) : current), message);

  function passMessage(message: Message): void {
    if (!passed || seqOf(message) <= passed.lastSeq) return;
    passed.lastSeq = seqOf(message);
    const current = upToDate(message);
    remember({ message: current });
    deps.onMessage(current);
  }

  function showChange(change: Change): void {
    remember({ change });
    deps.onChange(change);
  }

  function passEarly(): void {
    if (!passed) return;
    for (let next = take(earlyMessages, passed.lastSeq); next; next = take(earlyMessages, passed.lastSeq)) {
      passMessage(next);
    }
    for (
      let next = take(earlyChanges, passed.lastChange);
      next;
      next = take(earlyChanges, passed.lastChange)
    ) {
      passed.lastChange = next.change;
      showChange(next);
    }
    deps.onPassed();
    if (isBehind()) timer ??= setTimeout(() => void level().catch(deps.onError), GRACE_MS);
  }

  function note({ lastSeq, lastChange }: Position): void {
    noted = { lastSeq: Math.max(noted.lastSeq, lastSeq), lastChange: Math.max(noted.lastChange, lastChange) };
  }

  function level(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (!isBehind()) return Promise.resolve();
    catching ??= during(catchUp).finally(() => {
      catching = undefined;
    });
    return catching;
  }

  async function catchUp(): Promise<void> {
    for (let tries = 0; passed && isBehind(); ) {
      const { lastSeq, lastChange } = passed;
      if (noted.lastSeq - lastSeq > LIMIT || noted.lastChange - lastChange > LIMIT) {
        skip();
        return;
      }
      if (noted.lastSeq > lastSeq) await fetchMessages();
      if (noted.lastChange > lastChange) await fetchChanges();
      passEarly();
      if (!deps.isWanted()) return;
      const isNearer = passed.lastSeq > lastSeq || passed.lastChange > lastChange;
      tries = isNearer ? 0 : tries + 1;
      // What was promised cannot be had: perhaps it is told of again.
      if (tries === TRIES) noted = { ...passed };
      else if (tries > 0) await pause(GRACE_MS * 2 ** (tries - 1));
    }
  }

  function skip(): void {
    passed = { ...noted };
    memory = [];
    passEarly();
    deps.onSkip();
  }

  async function fetchMessages(): Promise<void> {
    for (let isFull = true; passed && isFull; ) {
      const after = passed.lastSeq;
      const page = await retrying(() => deps.fetchMessages(after, PAGE), deps.isWanted);
      for (const message of page) passMessage(message);
      isFull = page.length === PAGE;
    }
  }

  async function fetchChanges(): Promise<void> {
    for (let isFull = true; passed && isFull; ) {
      const after = passed.lastChange;
      const page = await retrying(() => deps.fetchChanges(after, PAGE), deps.isWanted);
      for (const message of page) {
        passed.lastChange = Math.max(passed.lastChange, message.change);
        showChange(toWhole(message));
      }
      isFull = page.length === PAGE;
    }
  }

  async function during<T>(run: () => Promise<T>): Promise<T> {
    const mark = { since: performance.now() };
    underWay.add(mark);
    try {
      return await run();
    } finally {
      underWay.delete(mark);
    }
  }

  return {
    get isBegun() {
      return passed !== undefined;
    },
    begin({ lastSeq, lastChange }) {
      passed = { lastSeq, lastChange };
    },
    hear(message) {
      const seq = seqOf(message);
      if (!passed || seq <= passed.lastSeq) return;
      earlyMessages.set(seq, message);
      note({ lastSeq: seq, lastChange: 0 });
      passEarly();
    },
    hearChange(change, isWhole) {
      if (!passed) return;
      if (isWhole) showChange(change);
      if (change.change > passed.lastChange) earlyChanges.set(change.change, change);
      // A change of a message that is not here yet tells of the message.
      note({ lastSeq: change.seq, lastChange: change.change });
      passEarly();
    },
    note(position) {
      note(position);
      passEarly();
    },
    level,
    page: (fetch) => during(async () => (await fetch()).map(upToDate)),
    recent: (afterSeq) =>
      memory.flatMap(({ message }) => (message && seqOf(message) > afterSeq ? [upToDate(message)] : [])),
    stop: () => clearTimeout(timer),
  };
}

/** The change that makes a message what the server says it is. */
export const toWhole = (message: Message): Change => ({
  seq: seqOf(message),
  change: message.change,
  apply: () => message,
});

/** Takes what follows a number out of those that came early, and lets go of what is behind it. */
function take<T>(early: Map<number, T>, last: number): T | undefined {
  for (const number of early.keys()) if (number <= last) early.delete(number);
  const next = early.get(last + 1);
  early.delete(last + 1);
  return next;
}
