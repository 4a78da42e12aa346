/** What hangs on a channel or is put aside, on screen: members, pins, receipts, bookmarks, drafts, unread totals. */
import { useCallback, useMemo } from 'react';
import type { BookmarksState } from '../bookmarks.ts';
import type { Channel } from '../channel.ts';
import type { MessageCustom } from '../custom.ts';
import type { Draft, DraftPlace, DraftsState } from '../drafts.ts';
import type { MembersState, MembersSubscription } from '../members.ts';
import type { PinsState } from '../pins.ts';
import type { ReceiptsState } from '../receipts.ts';
import type { UnreadState } from '../unread.ts';
import { useLive } from './live.ts';
import { useChat } from './provider.ts';

const NO_MEMBERS: MembersState = { members: [], hasMore: false, connection: 'loading' };
const NO_PINS: PinsState = { messages: [], connection: 'loading' };
const NO_RECEIPTS: ReceiptsState = { receipts: [], connection: 'loading' };
const NO_BOOKMARKS: BookmarksState = { bookmarks: [], connection: 'loading' };
const NO_DRAFTS: DraftsState = { drafts: [], connection: 'loading' };
const NOTHING_UNREAD: UnreadState = {
  messages: 0,
  channels: 0,
  mentions: 0,
  threads: 0,
  connection: 'loading',
};

/** The members of a channel, admins first; `loadMore` adds the next 100. */
export function useMembers(channel: Channel): MembersState & Pick<MembersSubscription, 'loadMore'> {
  const { state, view } = useLive(channel.members.subscribe, NO_MEMBERS);
  const loadMore = useCallback(async () => view()?.loadMore(), [view]);
  return useMemo(() => ({ ...state, loadMore }), [state, loadMore]);
}

/** The messages pinned to a channel, last pinned first. */
export function usePins(channel: Channel): PinsState {
  return useLive(channel.pins.subscribe, NO_PINS).state;
}

/** How far the members of a small channel are. */
export function useReceipts(channel: Channel): ReceiptsState {
  return useLive(channel.receipts.subscribe, NO_RECEIPTS).state;
}

/** The messages that the caller keeps, last kept first. */
export function useBookmarks(): BookmarksState {
  return useLive(useChat().bookmarks.subscribe, NO_BOOKMARKS).state;
}

/** All drafts, last written first. */
export function useDrafts(): DraftsState {
  return useLive(useChat().drafts.subscribe, NO_DRAFTS).state;
}

export interface UseDraft {
  /** Null for none. */
  draft: Draft | null;
  /** Call at every keystroke; an empty body removes the draft. */
  setDraft(body: string, custom?: MessageCustom): void;
}

/** The draft of a channel or thread, the same on all of the caller's devices. */
export function useDraft({ channelId, parentSeq = null }: DraftPlace): UseDraft {
  const { drafts } = useChat();
  const known = useDrafts();
  const setDraft = useCallback(
    (body: string, custom?: MessageCustom) => drafts.set({ channelId, parentSeq }, body, custom),
    [drafts, channelId, parentSeq],
  );
  const draft =
    known.drafts.find((one) => one.channelId === channelId && one.parentSeq === parentSeq) ?? null;
  return useMemo(() => ({ draft, setDraft }), [draft, setDraft]);
}

/** How much is unread in all, for a badge. */
export function useUnread(): UnreadState {
  return useLive(useChat().unread.subscribe, NOTHING_UNREAD).state;
}
