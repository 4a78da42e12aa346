/** Whether a channel makes no noise now. */
import type { ChannelInfo } from '@confab/sdk';

export function isMuted({ settings: { mutedUntil } }: ChannelInfo): boolean {
  return mutedUntil === 'forever' || (mutedUntil !== null && mutedUntil > new Date());
}
