/** Drafts in a row: one for each place. */
import type { MessageCustom } from '../custom.ts';
import type { Draft, DraftPlace } from '../drafts.ts';

export const keyOf = ({ channelId, parentSeq }: DraftPlace): string => `${channelId}:${parentSeq ?? 0}`;

/** What is written now. */
export const newDraft = (
  { channelId, parentSeq = null }: DraftPlace,
  body: string,
  custom: MessageCustom = {},
): Draft => ({ channelId, parentSeq, body, custom, updatedAt: new Date() });

/** The list with this draft in it, last written first, or without it when it is empty. */
export function putDraft(drafts: readonly Draft[], draft: Draft): readonly Draft[] {
  const key = keyOf(draft);
  const others = drafts.filter((known) => keyOf(known) !== key);
  return draft.body === '' ? others : [draft, ...others];
}
