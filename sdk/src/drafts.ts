/** What the caller has written and not sent: here at once, on the server a second later, and so on their other devices. */
import type { MessageCustom } from './custom.ts';
import { keyOf, newDraft, putDraft } from './internal/draft-list.ts';
import { readDrafts, writeDrafts } from './internal/draft-store.ts';
import { createEmitter, type Subscription, tell } from './internal/emitter.ts';
import type { Lazy } from './internal/lazy.ts';
import { retrying } from './internal/retry.ts';
import type { SavedDrafts } from './internal/saved-drafts.ts';
import type { Connection } from './messages.ts';

export interface Draft {
  channelId: string;
  /** The thread it is for, null for the channel. */
  parentSeq: number | null;
  body: string;
  custom: MessageCustom;
  updatedAt: Date;
}

/** Which draft: that of a channel, or of a thread in it. */
export interface DraftPlace {
  channelId: string;
  parentSeq?: number | null | undefined;
}

export interface DraftsState {
  /** Last written first; a new array at every change. */
  drafts: readonly Draft[];
  connection: Connection;
}

export interface Drafts {
  /** The draft as this device knows it; null for none. Sure of the server's only while there is a subscription. */
  get(place: DraftPlace): Draft | null;
  /**
   * Call at every keystroke: shows at once, is kept over a reload and saved within about a second. An empty body removes the
   * draft. What the server refuses, such as more than 40,000 characters, stays on this device.
   */
  set(place: DraftPlace, body: string, custom?: MessageCustom): void;
  /** Saves what waits; resolves when everything that can be saved is. */
  flush(): Promise<void>;
  /** Calls back with all drafts (the last 200) and then at every change, on whatever device. */
  subscribe(listener: (state: DraftsState) => void): Subscription;
}

const SAVE_AFTER_MS = 1_000;

/** What of them only the client needs. */
export interface OwnDrafts extends Drafts {
  /** Takes up the drafts of a user, or of nobody. */
  open(userId: string | null): void;
  /** Shows nothing more: who wrote them has signed out. */
  end(): void;
  close(): void;
}

export function createDrafts(deps: { server: Lazy<{ drafts: SavedDrafts }> }): OwnDrafts {
  const server = deps.server.calls('drafts', 'save');
  const subscribe = deps.server.subscribe('drafts');
  let userId: string | null = null;
  /** What was written here and is not saved yet; it wins over what the server says. */
  let unsaved = new Map<string, Draft>();
  let saved: DraftsState = { drafts: [], connection: 'loading' };
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** One save after the other, or an older text could arrive last. */
  let saving: Promise<unknown> = Promise.resolve();
  const listeners = createEmitter<DraftsState>(closeLive);
  let subscription: Subscription | undefined;

  function state(): DraftsState {
    let { drafts } = saved;
    for (const draft of unsaved.values()) drafts = putDraft(drafts, draft);
    return { ...saved, drafts };
  }
  const emit = () => listeners.emit(state());

  function closeLive(): void {
    subscription?.unsubscribe();
    subscription = undefined;
  }

  const keep = () => writeDrafts(userId, unsaved);

  async function save(draft: Draft): Promise<void> {
    const key = keyOf(draft);
    const isWanted = () => unsaved.get(key) === draft;
    try {
      await retrying(() => server.save(draft), isWanted);
    } catch {
      // The server will not have it: it stays on this device until the next keystroke.
      return;
    }
    if (!isWanted()) return;
    unsaved.delete(key);
    keep();
    saved = { ...saved, drafts: putDraft(saved.drafts, draft) };
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    saving = saving.then(() => Promise.all([...unsaved.values()].map(save)));
    await saving;
  }

  function flushWhenHidden(): void {
    if (globalThis.document?.visibilityState === 'hidden') void flush();
  }
  globalThis.document?.addEventListener('visibilitychange', flushWhenHidden);

  return {
    get(place) {
      const key = keyOf(place);
      const draft = unsaved.get(key) ?? saved.drafts.find((known) => keyOf(known) === key);
      return draft?.body ? draft : null;
    },
    set(place, body, custom) {
      const draft = newDraft(place, body, custom);
      unsaved.set(keyOf(draft), draft);
      keep();
      timer ??= setTimeout(() => void flush(), SAVE_AFTER_MS);
      emit();
    },
    flush,
    subscribe(listener) {
      const added = listeners.add(listener);
      tell(listener, state());
      subscription ??= subscribe((next) => {
        saved = next;
        emit();
      });
      return added;
    },
    open(id) {
      userId = id;
      unsaved = readDrafts(id);
      if (unsaved.size > 0) void flush();
    },
    end() {
      clearTimeout(timer);
      timer = undefined;
      userId = null;
      unsaved = new Map();
      saving = Promise.resolve();
      saved = { drafts: [], connection: 'ended' };
      emit();
      closeLive();
      saved = { drafts: [], connection: 'loading' };
    },
    close: () => globalThis.document?.removeEventListener('visibilitychange', flushWhenHidden),
  };
}
