/** One open channel: what was said, who is typing, and the place to write. */
import type { Channel, ChannelInfo } from '@confab/sdk';
import { useState } from 'react';
import { ChannelDetails } from './channel-details.tsx';
import { Composer } from './composer.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { MessageList } from './message-list.tsx';
import { TypingLine } from './typing-line.tsx';
import { useMessages } from './use-messages.ts';

interface Props {
  channel: Channel;
  info: ChannelInfo;
  userId: string;
  /** Called when the channel has to be opened afresh. */
  onReopen(): void;
}

export function Conversation({ channel, info, userId, onReopen }: Props) {
  const view = useMessages(channel);
  const [hasDetails, setHasDetails] = useState(false);

  return (
    <main className="conversation">
      <ConversationHeader
        info={info}
        name={info.name}
        online={view.online}
        onDetails={() => setHasDetails(true)}
      />
      <MessageList channel={channel} info={info} userId={userId} view={view} />
      <TypingLine users={view.typing} />
      {view.connection === 'ended' ? (
        <div className="ended" role="alert">
          You are not in this channel any more.
          <button type="button" onClick={onReopen}>
            Look again
          </button>
        </div>
      ) : (
        <Composer channel={channel} info={info} />
      )}
      {hasDetails && (
        <ChannelDetails channel={channel} info={info} userId={userId} onClose={() => setHasDetails(false)} />
      )}
    </main>
  );
}
