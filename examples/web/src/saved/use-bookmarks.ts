/** What the user has saved for later, last saved first. */
import type { Bookmark, BookmarksState } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { useLive } from '../ui/use-live.ts';

const NONE: BookmarksState = { bookmarks: [], connection: 'loading' };

export const useBookmarksState = (): BookmarksState => useLive(useChat().bookmarks.subscribe, NONE)[0];

export const useBookmarks = (): readonly Bookmark[] => useBookmarksState().bookmarks;
