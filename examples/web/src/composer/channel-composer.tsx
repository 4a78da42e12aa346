/** Writes into a channel, or says why nobody can. */
import type { Channel, ChannelInfo, Message } from '@confab/sdk';
import { useMemo, useRef } from 'react';
import { titleOf } from '../channels/channel-title.ts';
import { useMe } from '../me.ts';
import { useMessageContext } from '../messages/message-context.ts';
import { newestOwn } from '../messages/newest-own.ts';
import { Composer, type ComposerTarget } from './composer.tsx';

interface Props {
  channel: Channel;
  info: ChannelInfo;
  messages: readonly Message[];
}

export function ChannelComposer({ channel, info, messages }: Props) {
  const { userId } = useMe();
  const { setEditing } = useMessageContext();
  const latest = useRef(messages);
  latest.current = messages;
  const label = `Message ${titleOf(info)}`;

  const target = useMemo<ComposerTarget>(
    () => ({
      place: { channelId: channel.id },
      label,
      channel,
      send: (text, files) => channel.messages.send(text, { files }),
      editNewest() {
        const own = newestOwn(latest.current, userId);
        if (own) setEditing(own.id);
        return own !== undefined;
      },
    }),
    [channel, label, userId, setEditing],
  );

  if (info.capabilities.includes('send_message')) {
    return <Composer target={target} canUpload={info.capabilities.includes('upload_file')} />;
  }
  return (
    <p className="ended" role="status">
      {whyNot(info)}
    </p>
  );
}

function whyNot({ kind, archivedAt }: ChannelInfo): string {
  if (kind === 'dm') {
    return archivedAt
      ? 'This account is deleted: what was said can be read, and nothing more be written.'
      : 'You and this person cannot write to each other.';
  }
  return archivedAt ? 'This channel is archived: it can be read, not written in.' : 'You cannot write here.';
}
