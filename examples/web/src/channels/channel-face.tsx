/** The sign before a conversation's name. */
import type { ChannelInfo } from '@confab/sdk';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';

interface Props {
  channel: Pick<ChannelInfo, 'kind' | 'dmUser'> | null;
}

const ICONS = { public: 'hash', private: 'lock', group: 'people' } as const;

export function ChannelFace({ channel }: Props) {
  if (channel?.kind === 'dm') return <Avatar user={channel.dmUser} hasPresence />;
  return <Icon name={ICONS[channel?.kind ?? 'public']} />;
}
