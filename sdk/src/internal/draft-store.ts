/** Keeps what was written and not saved over a reload, where there is a localStorage. */
import type { Draft } from '../drafts.ts';
import { keyOf } from './draft-list.ts';

const nameOf = (userId: string): string => `confab:drafts:${userId}`;

/** A user's drafts by place; none of nobody's. */
export function readDrafts(userId: string | null): Map<string, Draft> {
  try {
    const drafts = JSON.parse(globalThis.localStorage.getItem(nameOf(userId as string)) ?? '[]') as Draft[];
    return new Map(drafts.map((draft) => [keyOf(draft), { ...draft, updatedAt: new Date(draft.updatedAt) }]));
  } catch {
    return new Map();
  }
}

export function writeDrafts(userId: string | null, drafts: ReadonlyMap<string, Draft>): void {
  if (userId === null) return;
  try {
    if (drafts.size === 0) globalThis.localStorage.removeItem(nameOf(userId));
    else globalThis.localStorage.setItem(nameOf(userId), JSON.stringify([...drafts.values()]));
  } catch {
    // No storage here, or it is full: the draft lives as long as the page.
  }
}
