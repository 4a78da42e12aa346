/** Keeps a message for later, or no longer. */
import type { Message } from '@confab/sdk';
import { useBookmarks, useChat } from '@confab/sdk/react';
import { MenuItem } from '../ui/menu.tsx';
import { attempt } from '../ui/toasts.tsx';

export function BookmarkItem({ message: { channelId, seq } }: { message: Message }) {
  const { bookmarks } = useChat();
  const kept = useBookmarks().bookmarks;
  if (seq === null) return null;
  const isKept = kept.some((one) => one.channelId === channelId && one.seq === seq);
  return isKept ? (
    <MenuItem
      icon="bookmark"
      label="Remove from saved"
      onSelect={() => attempt(() => bookmarks.remove(channelId, seq), 'Not saved any more')}
    />
  ) : (
    <MenuItem
      icon="bookmark"
      label="Save for later"
      onSelect={() => attempt(() => bookmarks.add(channelId, seq), 'Saved for later')}
    />
  );
}
