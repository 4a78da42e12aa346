/** Writes into a channel. */
import type { Channel, ChannelInfo, Message } from '@confab/sdk';
import { useMemo, useRef } from 'react';
import { titleOf } from '../channels/channel-title.ts';
import { useMe } from '../me.ts';
import { useMessageContext } from '../messages/message-context.ts';
import { newestOwn } from '../messages/newest-own.ts';
import { Composer } from './composer.tsx';

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

  const target = useMemo(
    () => ({
      draftKey: channel.id,
      label,
      send: (text: string) => channel.messages.send(text),
      typing: channel.typing,
      editNewest() {
        const own = newestOwn(latest.current, userId);
        if (own) setEditing(own.id);
        return own !== undefined;
      },
    }),
    [channel, label, userId, setEditing],
  );
  return <Composer target={target} />;
}
