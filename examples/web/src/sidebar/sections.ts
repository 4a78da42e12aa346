/** Which conversation stands in which part of the list. */
import type { ChannelInfo } from '@confab/sdk';

export interface Sections {
  pinned: ChannelInfo[];
  channels: ChannelInfo[];
  direct: ChannelInfo[];
}

/**
 * Channels stay where they are; people one talks with move up. What is open is shown even if it is hidden or archived; so are
 * direct messages with somebody whose account is gone.
 */
export function toSections(all: readonly ChannelInfo[], open: ChannelInfo | null): Sections {
  const shown = all.filter(
    (channel) =>
      channel === open ||
      (!channel.settings.isHidden && (channel.archivedAt === null || channel.kind === 'dm')),
  );
  const byName = (a: ChannelInfo, b: ChannelInfo) => a.name.localeCompare(b.name);
  const others = shown.filter(({ settings }) => !settings.isPinned);
  return {
    pinned: shown.filter(({ settings }) => settings.isPinned).sort(byName),
    channels: others.filter(({ slug }) => slug !== null).sort(byName),
    direct: others.filter(({ slug }) => slug === null),
  };
}
