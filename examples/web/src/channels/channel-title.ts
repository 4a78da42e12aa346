/** A channel's name as a text. */
import type { ChannelInfo } from '@confab/sdk';

export const titleOf = (channel: Pick<ChannelInfo, 'kind' | 'name'>): string =>
  channel.kind === 'dm' ? channel.name : `#${channel.name}`;
