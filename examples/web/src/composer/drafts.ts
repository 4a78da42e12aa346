/** What was typed and not sent, per channel, for as long as the page lives. */
const drafts = new Map<string, string>();

export const readDraft = (channelId: string): string => drafts.get(channelId) ?? '';

export function writeDraft(channelId: string, text: string): void {
  if (text === '') drafts.delete(channelId);
  else drafts.set(channelId, text);
}

export const clearDrafts = (): void => drafts.clear();
