/** One open channel: what was said, who is typing, the place to write, and what stands beside. */
import type { Channel, ChannelInfo } from '@confab/sdk';
import { useMessages } from '@confab/sdk/react';
import { ChannelComposer } from '../composer/channel-composer.tsx';
import { MessageFrame } from '../messages/message-frame.tsx';
import { MessageList } from '../messages/message-list.tsx';
import type { ChannelPlace } from '../place.ts';
import { SeenLine } from '../receipts/seen-line.tsx';
import { Beside } from './beside.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { TypingLine } from './typing-line.tsx';

interface Props {
  channel: Channel;
  info: ChannelInfo;
  place: ChannelPlace;
  /** Called when the channel has to be opened afresh. */
  onReopen(): void;
}

export function Conversation({ channel, info, place, onReopen }: Props) {
  const view = useMessages(channel);
  return (
    <>
      <main className="sheet">
        <ConversationHeader info={info} name={info.name} online={view.online} />
        <MessageFrame channel={channel} info={info}>
          <MessageList channel={channel} info={info} place={place} view={view} />
          <TypingLine users={view.typing}>
            {!view.hasNewer && <SeenLine channel={channel} info={info} messages={view.messages} />}
          </TypingLine>
          {view.connection === 'ended' ? (
            <div className="ended" role="alert">
              You are not in this channel any more.
              <button type="button" onClick={onReopen}>
                Look again
              </button>
            </div>
          ) : (
            <ChannelComposer channel={channel} info={info} messages={view.messages} />
          )}
        </MessageFrame>
      </main>
      <Beside channel={channel} info={info} place={place} />
    </>
  );
}
