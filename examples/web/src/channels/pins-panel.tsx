/** What is pinned to a channel. */
import type { Channel, ChannelInfo } from '@confab/sdk';
import { usePins } from '@confab/sdk/react';
import { Panel } from '../conversation/panel.tsx';
import { addressOf } from '../place.ts';
import { Empty } from '../ui/empty.tsx';
import { Icon } from '../ui/icon.tsx';
import { MessageCard } from '../ui/message-card.tsx';
import { attempt } from '../ui/toasts.tsx';
import { titleOf } from './channel-title.ts';

export function PinsPanel({ channel, info }: { channel: Channel; info: ChannelInfo }) {
  const { messages, connection } = usePins(channel);
  return (
    <Panel title="Pinned messages" subtitle={titleOf(info)}>
      <div className="scroll panel-body">
        {messages.length === 0 && connection !== 'loading' && (
          <Empty icon="pin" title="Nothing pinned">
            Pin a message from its menu, and everybody in the channel finds it here.
          </Empty>
        )}
        <ul aria-label="Pinned messages" aria-busy={connection === 'loading'}>
          {messages.map((message) => (
            <li key={message.id}>
              <MessageCard
                message={message}
                href={addressOf(info, { message: message.id, panel: 'pins' })}
                where={titleOf(info)}
                actions={
                  info.capabilities.includes('pin') && (
                    <button
                      type="button"
                      className="icon-button"
                      aria-label="Unpin"
                      title="Unpin"
                      onClick={() =>
                        message.seq !== null && attempt(() => channel.pins.remove(Number(message.seq)))
                      }
                    >
                      <Icon name="close" />
                    </button>
                  )
                }
              />
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );
}
