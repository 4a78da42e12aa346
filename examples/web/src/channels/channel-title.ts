/** A channel's name as a text. */
import type { ChannelInfo } from '@confab/sdk';

export const titleOf = (channel: Pick<ChannelInfo, 'slug' | 'name'>): string =>
  channel.slug === null ? channel.name : `#${channel.name}`;
