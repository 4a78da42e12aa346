/** Keeps what was written and not saved over a reload, where there is a localStorage. */
import type { Draft } from '../drafts.ts';
import { keyOf } from './draft-list.ts';
import { note } from './note.ts';

/** A user's drafts by place; none of nobody's. */
export function readDrafts(userId: string | null): Map<string, Draft> {
  try {
    const drafts = JSON.parse(localStorage.getItem(`confab:drafts:${userId}`) ?? '[]') as Draft[];
    return new Map(drafts.map((draft) => [keyOf(draft), { ...draft, updatedAt: new Date(draft.updatedAt) }]));
  } catch {
    return new Map();
  }
}

export function writeDrafts(userId: string | null, drafts: ReadonlyMap<string, Draft>): void {
  if (userId !== null) note('drafts', userId, drafts.size > 0 && [...drafts.values()]);
}
