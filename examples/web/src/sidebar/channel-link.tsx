/** One conversation in the list. */
import type { ChannelInfo } from '@confab/sdk';
import { memo } from 'react';
import { ChannelFace } from '../channels/channel-face.tsx';
import { isMuted } from '../channels/is-muted.ts';
import { addressOf } from '../place.ts';
import { Icon } from '../ui/icon.tsx';

interface Props {
  channel: ChannelInfo;
  isOpen: boolean;
  unread: number;
}

export const ChannelLink = memo(function ChannelLink({ channel, isOpen, unread }: Props) {
  const isQuiet = isMuted(channel);
  const isForMe = unread > 0 && (channel.mentionCount > 0 || channel.slug === null);
  const count = isQuiet && !isForMe ? 0 : unread;
  return (
    <li>
      <a
        className="row"
        href={addressOf(channel)}
        aria-current={isOpen ? 'page' : undefined}
        data-unread={count > 0}
        data-muted={isQuiet}
      >
        <ChannelFace channel={channel} />
        <span className="name">
          {channel.name}
          {channel.kind === 'private' && <span className="for-screen-readers"> (private)</span>}
        </span>
        {channel.archivedAt && <Icon name="archive" />}
        {isQuiet && <Icon name="bellOff" />}
        {count > 0 && (
          <span className="badge" data-kind={isForMe ? 'mention' : 'unread'}>
            {count > 99 ? '99+' : count}
            <span className="for-screen-readers"> unread</span>
          </span>
        )}
      </a>
    </li>
  );
});
