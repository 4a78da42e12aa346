/** Messages that the user has saved for later. */
import { useBookmarks, useChat } from '@confab/sdk/react';
import { titleOf } from '../channels/channel-title.ts';
import { addressable, useMyChannels } from '../channels/use-my-channels.ts';
import { addressOf } from '../place.ts';
import { Empty } from '../ui/empty.tsx';
import { Icon } from '../ui/icon.tsx';
import { MessageCard } from '../ui/message-card.tsx';
import { Page } from '../ui/page.tsx';
import { attempt } from '../ui/toasts.tsx';

export function SavedPage() {
  const { bookmarks } = useChat();
  const { bookmarks: saved, connection } = useBookmarks();
  const channels = useMyChannels();
  const shown = saved.flatMap(({ message, note }) => (message ? [{ message, note }] : []));

  return (
    <Page icon="bookmark" title="Saved" subtitle="Only you see this">
      {shown.length === 0 && connection !== 'loading' && (
        <Empty icon="bookmark" title="Nothing saved">
          Save a message from its menu to find it here later.
        </Empty>
      )}
      <ul aria-label="Saved messages" aria-busy={connection === 'loading'}>
        {shown.map(({ message, note }) => {
          const channel = channels.get(message.channelId);
          const { id, seq, channelId } = message;
          return (
            <li key={id}>
              <MessageCard
                message={message}
                href={addressOf(addressable(channelId, channel), { message: id })}
                where={channel ? titleOf(channel) : 'a channel'}
                actions={
                  <button
                    type="button"
                    className="icon-button"
                    aria-label="Remove from saved"
                    title="Remove from saved"
                    onClick={() => seq !== null && attempt(() => bookmarks.remove(channelId, seq))}
                  >
                    <Icon name="close" />
                  </button>
                }
              >
                {note && <p className="hint">{note}</p>}
              </MessageCard>
            </li>
          );
        })}
      </ul>
    </Page>
  );
}
