/** The channel that the address names: its conversation, the way into it, or why it cannot be shown. */
import type { ChannelInfo } from '@confab/sdk';
import { Conversation } from './conversation.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { errorText } from './error-text.ts';
import { JoinChannel } from './join-channel.tsx';
import type { Place } from './place.ts';
import { useChannel } from './use-channel.ts';

interface Props {
  place: NonNullable<Place>;
  /** The channel as the user's list has it, kept live; null when it is not in there (yet). */
  listed: ChannelInfo | null;
  userId: string;
}

export function ChannelPage({ place, listed, userId }: Props) {
  const { channel, error, reopen } = useChannel(place.key);
  const info = listed ?? channel?.info ?? null;

  if (channel && info) {
    return <Conversation key={channel.id} channel={channel} info={info} userId={userId} onReopen={reopen} />;
  }
  return (
    <main className="conversation">
      <ConversationHeader info={info} name={info?.name ?? (place.kind === 'dm' ? '' : place.key)} />
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
