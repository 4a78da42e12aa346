/** What stands beside a conversation, as the address says. */
import type { Channel, ChannelInfo } from '@confab/sdk';
import { DetailsPanel } from '../channels/details-panel.tsx';
import { MembersPanel } from '../channels/members-panel.tsx';
import { PinsPanel } from '../channels/pins-panel.tsx';
import { FilesPanel } from '../files/files-panel.tsx';
import type { ChannelPlace } from '../place.ts';
import { ThreadPanel } from '../threads/thread-panel.tsx';

const PANELS = { details: DetailsPanel, members: MembersPanel, pins: PinsPanel, files: FilesPanel };

interface Props {
  channel: Channel;
  info: ChannelInfo;
  place: ChannelPlace;
}

export function Beside({ channel, info, place: { thread, panel, search } }: Props) {
  if (search !== null) return null;
  if (thread !== null) {
    return <ThreadPanel key={`${channel.id} ${thread}`} channel={channel} info={info} rootSeq={thread} />;
  }
  const Panel = panel && PANELS[panel];
  return Panel ? <Panel channel={channel} info={info} /> : null;
}
