/** Searching while somebody types. */
import { useCallback, useMemo } from 'react';
import type { Subscription } from '../internal/emitter.ts';
import type { Search, SearchHit, SearchOptions } from '../search.ts';
import { useLive } from './live.ts';
import { useChat } from './provider.ts';

export interface SearchState {
  /** Of the last answer; they stay while the next page is on its way. */
  hits: readonly SearchHit[];
  /** How many messages match; at least as many when `isTotalExact` is false. */
  total: number;
  isTotalExact: boolean;
  hasMore: boolean;
  isLoading: boolean;
  /** Why there is no answer, mostly a `ChatError` such as `invalid_search`; null while all is well. */
  error: unknown;
}

export interface UseSearch extends SearchState {
  /** Adds the next page. */
  loadMore(): Promise<void>;
}

type SearchView = Subscription & Pick<UseSearch, 'loadMore'>;

const NOTHING: SearchState = {
  hits: [],
  total: 0,
  isTotalExact: true,
  hasMore: false,
  isLoading: false,
  error: null,
};

/** As long as somebody types, nothing is asked. */
const PAUSE_MS = 200;

/** Messages that match a query, asked for once the typing pauses; see `chat.search.messages` for what a query may say. */
export function useSearch(query: string, options: Omit<SearchOptions, 'cursor'> = {}): UseSearch {
  const { search } = useChat();
  // By value: callers write this object anew at every render.
  const key = JSON.stringify([query.trim(), options]);
  const open = useCallback(
    (listener: (state: SearchState) => void) => openSearch(search, key, listener),
    [search, key],
  );
  const { state, view } = useLive(open, NOTHING);
  const loadMore = useCallback(async () => view()?.loadMore(), [view]);
  return useMemo(() => ({ ...state, loadMore }), [state, loadMore]);
}

function openSearch(search: Search, key: string, listener: (state: SearchState) => void): SearchView {
  const [query, options] = JSON.parse(key, reviveTimes) as [string, SearchOptions];
  let state = NOTHING;
  let cursor: string | null = null;
  let isWanted = query !== '';

  function show(changes: Partial<SearchState>): void {
    state = { ...state, ...changes };
    if (isWanted) listener(state);
  }

  async function load(): Promise<void> {
    try {
      const page = await search.messages(query, { ...options, ...(cursor ? { cursor } : {}) });
      cursor = page.next;
      const { total, isTotalExact } = page;
      const hits = [...state.hits, ...page.hits];
      show({ hits, total, isTotalExact, hasMore: cursor !== null, isLoading: false, error: null });
    } catch (error) {
      show({ isLoading: false, error });
    }
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  if (isWanted) {
    show({ isLoading: true });
    timer = setTimeout(() => void load(), PAUSE_MS);
  }
  return {
    unsubscribe() {
      isWanted = false;
      clearTimeout(timer);
    },
    async loadMore() {
      if (!state.hasMore || state.isLoading) return;
      show({ isLoading: true });
      await load();
    },
  };
}

const reviveTimes = (name: string, value: unknown): unknown =>
  (name === 'before' || name === 'after') && typeof value === 'string' ? new Date(value) : value;
