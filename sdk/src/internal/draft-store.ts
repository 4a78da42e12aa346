/** Keeps what was written and not saved over a reload, where there is a localStorage. */
import type { Draft } from '../drafts.ts';

export interface DraftStore {
  read(userId: string): Draft[];
  write(userId: string, drafts: readonly Draft[]): void;
}

export function createDraftStore(): DraftStore {
  const keyOf = (userId: string) => `confab:drafts:${userId}`;
  return {
    read(userId) {
      try {
        const drafts = JSON.parse(globalThis.localStorage.getItem(keyOf(userId)) ?? '[]') as Draft[];
        return drafts.map((draft) => ({ ...draft, updatedAt: new Date(draft.updatedAt) }));
      } catch {
        return [];
      }
    },
    write(userId, drafts) {
      try {
        if (drafts.length === 0) globalThis.localStorage.removeItem(keyOf(userId));
        else globalThis.localStorage.setItem(keyOf(userId), JSON.stringify(drafts));
      } catch {
        // No storage here, or it is full: the draft lives as long as the page.
      }
    },
  };
}
