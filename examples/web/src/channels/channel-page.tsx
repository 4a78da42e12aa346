/** The channel that the address names: its conversation, the way into it, or why it cannot be shown. */
import type { ChannelInfo } from '@confab/sdk';
import { useChannel } from '@confab/sdk/react';
import { Conversation } from '../conversation/conversation.tsx';
import { ConversationHeader } from '../conversation/conversation-header.tsx';
import type { ChannelPlace } from '../place.ts';
import { errorText } from '../ui/error-text.ts';
import { JoinChannel } from './join-channel.tsx';

interface Props {
  place: ChannelPlace;
  /** The channel as the user's list has it, kept live; null when it is not in there (yet). */
  listed: ChannelInfo | null;
}

export function ChannelPage({ place, listed }: Props) {
  const { channel, error, reopen } = useChannel(place.key);
  const info = listed ?? channel?.info ?? null;

  if (channel && info) {
    return <Conversation key={channel.id} channel={channel} info={info} place={place} onReopen={reopen} />;
  }
  return (
    <main className="sheet">
      <ConversationHeader info={info} name={info?.name ?? (channel ? place.key : '')} />
      {channel && <JoinChannel channel={channel} name={place.key} onJoined={reopen} />}
      {error !== null && (
        <div className="notice" role="alert">
          <p>{errorText(error)}</p>
          <button type="button" onClick={reopen}>
            Try again
          </button>
        </div>
      )}
    </main>
  );
}
