/** Drafts in a row: one for each place. */
import type { Draft } from '../drafts.ts';

export const keyOf = ({ channelId, parentSeq }: Pick<Draft, 'channelId' | 'parentSeq'>): string =>
  `${channelId}:${parentSeq ?? 0}`;

/** The list with this draft in it, last written first, or without it when it is empty. */
export function putDraft(drafts: readonly Draft[], draft: Draft): readonly Draft[] {
  const key = keyOf(draft);
  const others = drafts.filter((known) => keyOf(known) !== key);
  return draft.body === '' ? others : [draft, ...others];
}
