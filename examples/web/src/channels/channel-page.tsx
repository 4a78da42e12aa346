/** The channel that the address names: its conversation, the way into it, or why it cannot be shown. */
import { type ChannelInfo, isChatError } from '@confab/sdk';
import { useChannel } from '@confab/sdk/react';
import { useRef } from 'react';
import { Conversation } from '../conversation/conversation.tsx';
import { ConversationHeader } from '../conversation/conversation-header.tsx';
import type { ChannelPlace } from '../place.ts';
import { errorText } from '../ui/error-text.ts';
import { useRetry } from '../ui/use-retry.ts';
import { JoinChannel } from './join-channel.tsx';

interface Props {
  place: ChannelPlace;
  /** The channel as the user's list has it, kept live; null when it is not in there (yet). */
  listed: ChannelInfo | null;
}

export function ChannelPage({ place, listed }: Props) {
  const { channel, error, reopen } = useChannel(place.key);
  const info = listed ?? channel?.info ?? null;
  /** What it was while the user was in it. */
  const last = useRef(info);
  if (info) last.current = info;
  useRetry(isChatError(error) && error.code === 'network_unavailable', reopen);
  const canJoin = last.current === null || last.current.kind === 'public';

  if (channel && info) {
    return <Conversation key={channel.id} channel={channel} info={info} place={place} onReopen={reopen} />;
  }
  return (
    <main className="sheet">
      <ConversationHeader info={info} name={last.current?.name ?? (channel ? place.key : '')} />
      {channel && canJoin && <JoinChannel channel={channel} name={place.key} onJoined={reopen} />}
      {channel && !canJoin && <Notice text="You are not in this channel any more." onRetry={reopen} />}
      {error !== null && <Notice text={errorText(error)} onRetry={reopen} />}
    </main>
  );
}

function Notice({ text, onRetry }: { text: string; onRetry(): void }) {
  return (
    <div className="notice" role="alert">
      <p>{text}</p>
      <button type="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
