/** One conversation in the list. */
import type { ChannelInfo } from '@confab/sdk';
import { memo } from 'react';
import { ChannelFace } from '../channels/channel-face.tsx';
import { addressOf } from '../place.ts';

interface Props {
  channel: ChannelInfo;
  isOpen: boolean;
  unread: number;
}

export const ChannelLink = memo(function ChannelLink({ channel, isOpen, unread }: Props) {
  return (
    <li>
      <a
        className="row"
        href={addressOf(channel)}
        aria-current={isOpen ? 'page' : undefined}
        data-unread={unread > 0}
      >
        <ChannelFace channel={channel} />
        <span className="name">
          {channel.name}
          {channel.kind === 'private' && <span className="for-screen-readers"> (private)</span>}
        </span>
        {unread > 0 && (
          <span className="badge" data-kind={channel.kind === 'dm' ? 'mention' : 'unread'}>
            {unread > 99 ? '99+' : unread}
            <span className="for-screen-readers"> unread</span>
          </span>
        )}
      </a>
    </li>
  );
});
