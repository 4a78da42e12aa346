/** The user's channels by id, for what names a channel by its id only. */
import type { ChannelInfo } from '@confab/sdk';
import { useChannels } from '@confab/sdk/react';
import { useMemo } from 'react';

export function useMyChannels(): ReadonlyMap<string, ChannelInfo> {
  const { channels } = useChannels();
  return useMemo(() => new Map(channels.map((channel) => [channel.id, channel])), [channels]);
}

/** For an address when the channel is not among the user's (yet): its id finds it too. */
export const addressable = (
  id: string,
  channel: ChannelInfo | undefined,
): { id: string; slug: string | null } => channel ?? { id, slug: null };
